/* Makes a broken message out of a good one, for each reason code of the event contract that a
 * message can have by its content (too_large is left out: it would drown the rest). */
#ifndef DP_SIMULATE_SPOIL_H
#define DP_SIMULATE_SPOIL_H

#include <stddef.h>
#include <stdint.h>

#include "ingest/reject.h"

/* Breaks the event of `len` bytes at `json`, which has DP_SIM_WRITE_MAX bytes. `reason` is one from
 * DP_REJECT_BAD_JSON to DP_REJECT_BAD_VALUE. `luck` chooses among
 * the ways to do it. Returns the new length. */
size_t dp_sim_spoil(char *json, size_t len, enum dp_reject reason, uint32_t luck);

#endif
