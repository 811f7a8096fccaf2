#include "app/cuts.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* It is cut off in parts of at least this, and of an eighth of the log: what still rests on such a
 * part is written once more. */
#define CUT_BYTES ((uint64_t)1 << 20)

#define APART_BYTES (CUT_BYTES / 4)

void dp_cuts_deinit(struct dp_cuts *cuts)
{
    free(cuts->items);
}

void dp_cuts_clear(struct dp_cuts *cuts)
{
    cuts->first = cuts->count = 0;
}

void dp_cuts_note(struct dp_cuts *cuts, const struct dp_state_place *place, int64_t t_ms)
{
    if (cuts->count > cuts->first &&
        place->at - cuts->items[cuts->count - 1].place.at < APART_BYTES)
        return;
    if (cuts->first > cuts->count / 2) {
        cuts->count -= cuts->first;
        memmove(cuts->items, cuts->items + cuts->first, cuts->count * sizeof *cuts->items);
        cuts->first = 0;
    }
    cuts->items = dp_xgrow(cuts->items, cuts->count, &cuts->capacity, sizeof *cuts->items);
    cuts->items[cuts->count++] = (struct dp_cut){*place, t_ms};
}

bool dp_cuts_take(struct dp_cuts *cuts, int64_t before_ms, struct dp_state_place *head,
                  uint64_t bytes)
{
    size_t at = cuts->first;
    while (at < cuts->count && cuts->items[at].t_ms < before_ms)
        at++;
    if (at == cuts->first)
        return false;
    const struct dp_state_place *place = &cuts->items[at - 1].place;
    if (place->at < head->at + CUT_BYTES || place->at - head->at < bytes / 8)
        return false;
    *head = *place;
    cuts->first = at - 1;
    return true;
}
