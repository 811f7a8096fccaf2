/* The scorecards that are there without being written down, and the floor and target that a measure
 * has unless a configuration says otherwise. Plain tables. Thread: any. */
#ifndef DP_SCORECARD_PRESETS_H
#define DP_SCORECARD_PRESETS_H

#include "aggregator/scorecard.h"

enum dp_preset { DP_PRESET_NONE, DP_PRESET_PERFORMANCE, DP_PRESET_TRAINING, DP_PRESETS };
extern const char *const dp_preset_names[DP_PRESETS];

/* None has no dimensions. Handling times are asked for as `handling` says. */
void dp_scorecard_preset(enum dp_preset preset, struct dp_robust handling,
                         struct dp_scorecard *card);

/* The measure with weight 1. False: it has no floor and target of its own (both are 0 then). */
bool dp_card_measure_default(enum dp_quantity quantity, struct dp_robust handling,
                             struct dp_card_measure *measure);

/* Where the weights of a performance scorecard should be, both ends included. */
struct dp_weight_range {
    const char *dimension;
    int64_t low, high;
};
#define DP_WEIGHT_RANGES 4
extern const struct dp_weight_range dp_weight_ranges[DP_WEIGHT_RANGES];

#endif
