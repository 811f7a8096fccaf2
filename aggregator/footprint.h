/* Estimates of the memory that an aggregator's parts hold, in bytes: counts times sizes. Of many
 * agents every n-th is looked at, so that the cost stays below some hundred microseconds. What
 * malloc adds, and what unusually long contacts need beyond their room, is left out. Thread: one.
 */
#ifndef DP_FOOTPRINT_H
#define DP_FOOTPRINT_H

#include <stddef.h>

#include "aggregator/aggregator.h"

struct dp_footprint {
    size_t contacts;   /* their events */
    size_t windows;    /* agents, teams, queues and all, with their facts */
    size_t periods;    /* the open ones of all of these */
    size_t duplicates; /* the events that are remembered */
    size_t repeat;     /* customers, to know them again */
    size_t ahead;      /* events that wait for T */
    size_t alerts;
};

void dp_aggregator_footprint(struct dp_aggregator *aggregator, struct dp_footprint *footprint);

#endif
