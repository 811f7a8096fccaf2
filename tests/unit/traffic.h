/* Made-up traffic of a small centre: contacts as they come, and contacts that no centre would bring
 * about. The same seed gives the same traffic. */
#ifndef DP_TRAFFIC_H
#define DP_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/aggregator.h"
#include "ingest/event.h"
#include "simulate/rng.h"

#define DP_TRAFFIC_AGENTS     5
#define DP_TRAFFIC_TEAMS      3
#define DP_TRAFFIC_PARTITIONS 3
#define DP_TRAFFIC_LATENESS   INT64_C(60000)

/* An event with the moment and the partition it arrives in. */
struct dp_parcel {
    struct dp_event event;
    int64_t arrival_ms; /* at most DP_TRAFFIC_LATENESS / 2 from its time */
    uint32_t partition;
    uint64_t luck; /* breaks ties of arrival */
    char id[16];
};

/* The first DP_TRAFFIC_AGENTS parcels give each agent a state and a team, and must arrive before
 * all others; no later state names another team. So no fact depends on what is known of teams when
 * it is made. */
struct dp_traffic {
    struct dp_parcel *parcels; /* after those in no order */
    size_t count, capacity;
    struct dp_rng rng;
    int64_t begin_ms, end_ms; /* all times are in there */
};

void dp_traffic_make(struct dp_traffic *traffic, uint64_t seed, uint32_t contacts, int64_t span_ms);
void dp_traffic_deinit(struct dp_traffic *traffic);

/* Orders all but the first parcels: by event, by arrival, or by arrival one partition after the
 * other. */
void dp_traffic_sort(struct dp_traffic *traffic);
void dp_traffic_shuffle(struct dp_traffic *traffic);
void dp_traffic_by_partition(struct dp_traffic *traffic);

/* An aggregator for it: windows of 30 s, 1 min, 5 min and 1 h, fcr_window 10 min; nothing is
 * forgotten early. Queues q2 and q3 have rules of their own. */
struct dp_aggregator_options dp_traffic_options(bool wall_clock);
struct dp_aggregator *dp_traffic_aggregator(bool wall_clock, uint32_t partitions);

/* Applies a parcel's event, which must be accepted. */
void dp_traffic_give(struct dp_aggregator *aggregator, const struct dp_parcel *parcel);

static inline bool dp_parcel_of_contact(const struct dp_parcel *parcel)
{
    return parcel->event.type <= DP_CONTACT_REOPENED;
}

/* Order of two events: by time, source, id. */
int dp_event_compare(const struct dp_event *a, const struct dp_event *b);

#endif
