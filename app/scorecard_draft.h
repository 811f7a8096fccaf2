/* What the configuration file says of dimensions, measures and awards, until all sources are read:
 * [scorecard], on whose preset the dimensions rest, may still be set by the environment or the
 * command line. Thread: one. */
#ifndef DP_SCORECARD_DRAFT_H
#define DP_SCORECARD_DRAFT_H

#include "app/config_load.h"

#define DP_AWARDS_MAX 64

/* Lines are those that have begun a section or set a key; 0: none has. */
struct dp_draft_dimension {
    char name[DP_DIMENSION_NAME_MAX + 1];
    int line, weight_line, measures_line;
    int64_t weight;
    enum dp_quantity measures[DP_CARD_MEASURES_MAX];
    size_t measure_count;
};

struct dp_draft_measure {
    enum dp_quantity quantity;
    int line, weight_line, floor_line, target_line, robust_line;
    int64_t weight, floor, target; /* millionths */
    struct dp_robust robust;
};

struct dp_draft_award {
    struct dp_award award;
    int line, when_line, period_line, kind_line;
};

/* All zero says nothing. */
struct dp_scorecard_draft {
    struct dp_draft_dimension dimensions[DP_CARD_DIMENSIONS_MAX];
    size_t dimension_count;
    struct dp_draft_measure measures[DP_CARD_MEASURES_MAX];
    size_t measure_count;
    struct dp_draft_award awards[DP_AWARDS_MAX];
    size_t award_count;
};

/* NULL: the draft does not name it. */
struct dp_draft_dimension *dp_draft_find_dimension(struct dp_scorecard_draft *draft,
                                                   const char *name);
struct dp_draft_measure *dp_draft_find_measure(struct dp_scorecard_draft *draft,
                                               enum dp_quantity quantity);
struct dp_draft_award *dp_draft_find_award(struct dp_scorecard_draft *draft, const char *name);

/* Makes load->config's scorecard and awards of its preset and load->draft (NULL: of the preset
 * alone). False: it is wrong, and that is said, with the line of the file. */
bool dp_draft_build(struct dp_config_load *load);

#endif
