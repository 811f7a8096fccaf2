/* Makes a broken message out of a good one, for each reason code of the event contract that a
 * message can have by its content (too_large is left out: it would drown the rest). */
#ifndef DP_SIMULATE_SPOIL_H
#define DP_SIMULATE_SPOIL_H

#include <stddef.h>
#include <stdint.h>

enum dp_sim_spoil {
    DP_SIM_BAD_JSON,
    DP_SIM_BAD_ENVELOPE,
    DP_SIM_UNKNOWN_TYPE,
    DP_SIM_MISSING_FIELD,
    DP_SIM_BAD_VALUE,
    DP_SIM_SPOILS
};

/* Breaks the event of `len` bytes at `json`, which has DP_SIM_WRITE_MAX bytes. `luck` chooses among
 * the ways to do it. Returns the new length. */
size_t dp_sim_spoil(char *json, size_t len, enum dp_sim_spoil reason, uint32_t luck);

#endif
