/* From an event to the messages sent for it: some events are delayed, so that they come out of
 * order or late, and after some comes a broken message or a duplicate. Thread: the centre's. */
#ifndef DP_SIMULATE_DELIVERY_H
#define DP_SIMULATE_DELIVERY_H

#include <stdint.h>

#include "simulate/agenda.h"
#include "simulate/event.h"
#include "simulate/output.h"
#include "simulate/rng.h"
#include "simulate/writer.h"

#define DP_SIM_RECENT 64

struct dp_sim_delivery {
    uint32_t late, bad;        /* shares, in hundredths of a percent */
    uint64_t sent;             /* messages, broken ones and duplicates included */
    uint64_t spoiled;          /* broken messages */
    enum dp_sim_result result; /* of the output; once it is not DP_SIM_OK nothing more is sent */
    struct dp_sim_output *output;
    struct dp_sim_writer writer;
    struct dp_rng rng;
    struct dp_agenda held;       /* `who` is the place in `places` */
    struct dp_sim_event *places; /* `contact` of a free one is the next free place */
    size_t place_count, place_capacity;
    uint64_t free_place;                       /* UINT64_MAX: none */
    struct dp_sim_event recent[DP_SIM_RECENT]; /* the latest sent, for duplicates; a ring */
    uint64_t recent_count;
};

/* The run's name, for ids, comes from `start_ms` and `seed`. The output stays the caller's. */
void dp_sim_delivery_init(struct dp_sim_delivery *delivery, struct dp_sim_output *output,
                          int64_t start_ms, uint64_t seed, uint32_t late, uint32_t bad);
void dp_sim_delivery_deinit(struct dp_sim_delivery *delivery);

/* Takes an event, times never going back; `context` is the delivery. */
void dp_sim_deliver(void *context, const struct dp_sim_event *event);

/* Sends the delayed events that are due at an event time; INT64_MAX: all. */
void dp_sim_delivery_release(struct dp_sim_delivery *delivery, int64_t now_ms);

/* When the next delayed event is due; INT64_MAX: there is none. */
int64_t dp_sim_delivery_next(const struct dp_sim_delivery *delivery);

#endif
