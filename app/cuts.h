/* Where the saved state's log can be cut off: places between frames, some way apart, and how old
 * what follows them is. Thread: one. */
#ifndef DP_CUTS_H
#define DP_CUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/state_log.h"

/* All zero: none. */
struct dp_cuts {
    struct dp_cut {
        struct dp_state_place place;
        int64_t t_ms; /* the stamp of the frame that begins there */
    } * items;
    size_t first, count, capacity; /* those before `first` are gone */
};

void dp_cuts_deinit(struct dp_cuts *cuts);
void dp_cuts_clear(struct dp_cuts *cuts);

/* A frame begins at `place`; stamps never fall. */
void dp_cuts_note(struct dp_cuts *cuts, const struct dp_state_place *place, int64_t t_ms);

/* True: the log, which has `bytes`, is worth cutting off before frames whose stamps are `before_ms`
 * or later; `*head`, where it begins, is moved on to there. */
bool dp_cuts_take(struct dp_cuts *cuts, int64_t before_ms, struct dp_state_place *head,
                  uint64_t bytes);

#endif
