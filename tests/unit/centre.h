/* An aggregator and the board of a sink behind it, driven by stories. */
#ifndef DP_CENTRE_H
#define DP_CENTRE_H

#include "board.h"
#include "story.h"

#define SECOND INT64_C(1000)
#define MINUTE INT64_C(60000)
#define HOUR   INT64_C(3600000)
#define DAY    INT64_C(86400000)

struct dp_centre {
    struct dp_aggregator *agg;
    struct dp_board board;
    unsigned number; /* of the next event */
};

/* Windows of 1 and 5 minutes, lateness 1 minute, contact_ttl 1 hour, scope_ttl 2 hours, T follows
 * the events. */
struct dp_aggregator_options dp_centre_options(void);

/* With one partition, 0. */
void dp_centre_open(struct dp_centre *centre, const struct dp_aggregator_options *options);
void dp_centre_open_usual(struct dp_centre *centre);
void dp_centre_close(struct dp_centre *centre);

/* Applies events from a partition; all must meet with the same verdict. */
void dp_centre_tell_from(struct dp_centre *centre, uint32_t slot, enum dp_verdict verdict,
                         const char *events);

/* From partition 0, to be accepted. */
void dp_centre_tell(struct dp_centre *centre, const char *events);

/* Moves T and takes what has changed. Returns how many entries that were. */
size_t dp_centre_advance(struct dp_centre *centre, int64_t t_ms);

/* Fail the test unless a field of a key has that value (DP_BOARD_NONE: is absent), or a key that
 * text. */
void dp_centre_expect(const struct dp_centre *centre, const char *key, const char *field,
                      int64_t value);
void dp_centre_expect_text(const struct dp_centre *centre, const char *key, const char *text);
void dp_centre_expect_none(const struct dp_centre *centre, const char *key);

#endif
