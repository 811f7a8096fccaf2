/* The way of a message, the same for Kafka and files: decode, put pseudonyms in the place of
 * customers, admit and apply, or dead-letter.
 *
 *   source -> dp_pipeline_take -> adapter -> pseudonyms -> aggregator ... dp_pipeline_next_entry ->
 * sink
 *
 * Nothing is lost silently: accepted + duplicate + dead-lettered = consumed. The options' texts
 * must outlive the pipeline. Thread: one. */
#ifndef DP_PIPELINE_H
#define DP_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/aggregator.h"
#include "app/freshness.h"
#include "ingest/adapter.h"
#include "ingest/dead_letters.h"
#include "ingest/pseudonyms.h"

struct dp_pipeline {
    struct dp_aggregator *aggregator;     /* owned */
    struct dp_dead_letters *dead_letters; /* the caller's; NULL: bad messages are only counted */
    uint64_t consumed;                    /* messages */
    int64_t read_ms;           /* when the latest of them came to Kafka; 0 or less: nobody knows */
    uint64_t dead[DP_REJECTS]; /* of them dead-lettered, by reason */
    uint64_t skipped; /* lost to Kafka's retention, and knowingly left out; not in `consumed` */

    struct dp_aggregator_options options;
    dp_ledger_fn *ledger; /* the observer of facts; NULL: none */
    void *ledger_ctx;
    uint64_t facts;        /* told to it */
    dp_notice_fn *notices; /* who is given the notices of alerts; NULL: nobody */
    void *notices_ctx;
    struct dp_freshness
        *freshness; /* the caller's: is told of accepted events; NULL: nobody asks */

    const struct dp_adapter *adapter;
    void *adapter_self;
    struct dp_pseudonyms *pseudonyms;  /* NULL: customers keep their ids */
    char windows[DP_WINDOWS_MAX * 16]; /* the window lengths as dp:meta names them */
    struct dp_decoded decoded;         /* the batch at hand */
    struct dp_outlook *outlooks;       /* one for each of its events */
    size_t outlook_capacity;
    enum dp_reject refused; /* why the message that comes next could not yet be dead-lettered */
    struct dp_entry meta;   /* of the flush that has begun */
    bool meta_due;
};

/* Without a customer key (NULL) customers keep their ids. */
void dp_pipeline_init(struct dp_pipeline *pipeline, const struct dp_adapter *adapter,
                      const struct dp_aggregator_options *options,
                      const struct dp_customer_key *customer_key,
                      struct dp_dead_letters *dead_letters);
void dp_pipeline_deinit(struct dp_pipeline *pipeline);

/* Tells `tell` of every fact that is settled, and counts them (aggregator/ledger.h). Before the
 * first message. */
void dp_pipeline_set_ledger(struct dp_pipeline *pipeline, dp_ledger_fn *tell, void *ctx);

/* Gives `give` every notice of an alert, while the last entry of a flush is asked for
 * (aggregator/alerts.h); NULL: nobody. */
void dp_pipeline_set_notices(struct dp_pipeline *pipeline, dp_notice_fn *give, void *ctx);

/* Forgets all that was taken. */
void dp_pipeline_reset(struct dp_pipeline *pipeline);

/* Takes a batch of messages (dp_take_fn). Fewer taken than given: the dead letters have no room;
 * the next call has to begin with the first message that was not taken. */
size_t dp_pipeline_take(struct dp_pipeline *pipeline, const struct dp_message *messages,
                        size_t count);

/* A flush begins: dp_pipeline_next_entry hands out what has changed until now, and at the end of a
 * round (dp_aggregator_begin_entries; true: one begins) dp:meta, which says what that stands for.
 */
bool dp_pipeline_begin_entries(struct dp_pipeline *pipeline);

/* A dp_entry_fn; `ctx` is the pipeline. */
bool dp_pipeline_next_entry(void *ctx, struct dp_entry *entry);

uint64_t dp_pipeline_dead(const struct dp_pipeline *pipeline);

/* The pipeline's own counters as one line for the saved state, to be freed with free(); and back.
 * False: it is no such line. */
char *dp_pipeline_format(const struct dp_pipeline *pipeline);
bool dp_pipeline_parse(struct dp_pipeline *pipeline, const char *text);

/* How customers are named in the saved state that such a line belongs to. */
enum dp_saved_customers {
    DP_CUSTOMERS_ALIKE,   /* as here */
    DP_CUSTOMERS_REKEYED, /* by pseudonyms of another key, or pseudonyms there and ids here */
    DP_CUSTOMERS_CLEAR    /* by their ids, which are not to be in it */
};
enum dp_saved_customers dp_pipeline_saved_customers(const struct dp_pipeline *pipeline,
                                                    const char *text);

/* The counters as logfmt pairs: consumed, accepted, duplicate, dead_lettered, each reason. Returns
 * buf. */
const char *dp_pipeline_summary(const struct dp_pipeline *pipeline, char *buf, size_t size);

#endif
