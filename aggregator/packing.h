/* A dossier packed into some 20 bytes an event: contacts at rest are most of what there is to
 * remember. A packed one is only read, as a whole, by this very process. Thread: one. Out of memory
 * ends the process (dp_xmalloc). */
#ifndef DP_PACKING_H
#define DP_PACKING_H

#include <stdint.h>

#include "aggregator/dossier.h"

/* Room for packing: one for all dossiers. All zero: empty. */
struct dp_packing {
    char *bytes; /* owned */
    size_t len, capacity;
};

void dp_packing_deinit(struct dp_packing *packing);

/* Packs a dossier that is in no heap; its times are written as from `near_ms`, some time near them.
 * The packed bytes begin with the contact's id. */
void dp_packing_pack(struct dp_packing *packing, const struct dp_dossier *dossier, uint8_t id_len,
                     int64_t near_ms);

/* Makes the dossier of which these are the bytes, folded; returns how many bytes they are. */
size_t dp_packing_unpack(struct dp_dossier *dossier, const char *packed, uint8_t id_len,
                         int64_t near_ms);

#endif
