/* The facts topic of `deskpulse run`: each fact that the pipeline makes, as a line in Kafka, with
 * the place it has among all that processes of the group have ever written (fact_line.h).
 *
 * A frame of the saved state is committed only when Kafka has the facts that it made
 * (dp_facts_settled); so each committed frame has its facts in the topic, once, and what a process
 * wrote for a frame that was never committed is told apart by the epoch of the one after it.
 * Thread: the loop's. */
#ifndef DP_FACTS_H
#define DP_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "app/saver.h"
#include "ingest/kafka_ledger.h"
#include "sink/fact_line.h"

/* All zero: there is no such topic, and every call does nothing. */
struct dp_facts {
    struct dp_kafka_ledger *ledger;
    const struct dp_saver *saver;
    struct dp_fact_place place; /* of the next fact */
    uint64_t sealed;            /* facts put before the seal */
};

/* Tells of the pipeline's facts from now on. Both outlive it. */
void dp_facts_open(struct dp_facts *facts, struct dp_kafka_ledger *ledger,
                   const struct dp_saver *saver, struct dp_pipeline *pipeline);
void dp_facts_close(struct dp_facts *facts, int64_t timeout_ms);

/* This process is the owner of the state from the saver's frame at hand on. */
void dp_facts_begin(struct dp_facts *facts);

/* A frame is sealed; and whether Kafka has all its facts. */
void dp_facts_seal(struct dp_facts *facts);
bool dp_facts_settled(const struct dp_facts *facts);

/* So many facts wait for Kafka that no more should be made. */
bool dp_facts_are_full(struct dp_facts *facts);

#endif
