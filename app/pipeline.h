/* The way of a message, the same for Kafka and files: decode, admit and apply, or dead-letter.
 *
 *   source -> dp_pipeline_take -> adapter -> aggregator ... dp_pipeline_next_entry -> sink
 *
 * Nothing is lost silently: accepted + duplicate + dead-lettered = consumed. Thread: one. */
#ifndef DP_PIPELINE_H
#define DP_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/aggregator.h"
#include "ingest/adapter.h"
#include "ingest/dead_letters.h"

struct dp_pipeline {
    struct dp_aggregator *aggregator;     /* owned */
    struct dp_dead_letters *dead_letters; /* the caller's; NULL: bad messages are only counted */
    uint64_t consumed;                    /* messages */
    uint64_t dead[DP_REJECTS];            /* of them dead-lettered, by reason */

    const struct dp_adapter *adapter;
    void *adapter_self;
    char windows[DP_WINDOWS_MAX * 16]; /* the window lengths as dp:meta names them */
    enum dp_reject refused;            /* why the message at hand could not yet be dead-lettered */
    uint32_t slot;                     /* its partition */
    enum dp_verdict verdict;
    bool meta_given;
};

void dp_pipeline_init(struct dp_pipeline *pipeline, const struct dp_adapter *adapter,
                      const struct dp_aggregator_options *options,
                      struct dp_dead_letters *dead_letters);
void dp_pipeline_deinit(struct dp_pipeline *pipeline);

/* Takes one message. False: the dead letters have no room; the same message has to come again. */
bool dp_pipeline_take(struct dp_pipeline *pipeline, const struct dp_message *message);

/* A dp_entry_fn: what has changed, and dp:meta at the end of each flush. `ctx` is the pipeline. */
bool dp_pipeline_next_entry(void *ctx, struct dp_entry *entry);

uint64_t dp_pipeline_dead(const struct dp_pipeline *pipeline);

/* The counters as logfmt pairs: consumed, accepted, duplicate, dead_lettered, each reason. Returns
 * buf. */
const char *dp_pipeline_summary(const struct dp_pipeline *pipeline, char *buf, size_t size);

#endif
