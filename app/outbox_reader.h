/* Reads from Redis what concerns alerts but is not in the saved state: what hooks are still to be
 * told (outbox.h), acknowledgements and silences; and takes out of the outbox what has been told.
 *
 * On a connection of its own, from dp_outbox_reader_begin to dp_outbox_reader_end, as far as Redis
 * is there: what it could not do is done when it is there again. Thread: the loop's. */
#ifndef DP_OUTBOX_READER_H
#define DP_OUTBOX_READER_H

#include <stddef.h>
#include <uv.h>

#include "app/alert_ack.h"
#include "app/alert_silence.h"
#include "sink/notification.h"

struct dp_outbox_reader;

/* None is called after dp_outbox_reader_end. Each may call no function of the reader but
 * dp_outbox_reader_remove. */
struct dp_outbox_reader_events {
    /* What was in the outbox, in the order in which it was put there: the callee's. */
    void (*left)(void *ctx, struct dp_notification *notification);
    /* That was all. */
    void (*loaded)(void *ctx);
    /* Somebody has acknowledged an alert; told again and again. */
    void (*ack)(void *ctx, struct dp_str alert, const struct dp_ack_entry *ack);
    /* All silences that there are, when they were last changed. */
    void (*silences)(void *ctx, const struct dp_silence_entry *silences, size_t count);
};

/* Starts connecting; copies the texts. NULL: the URL is wrong, and `error` says how. */
struct dp_outbox_reader *dp_outbox_reader_create(uv_loop_t *loop, const char *url,
                                                 const char *prefix,
                                                 const struct dp_outbox_reader_events *events,
                                                 void *ctx, char *error, size_t error_size);

/* Cuts the connection; `closed` is called when the memory has been given back. */
void dp_outbox_reader_close(struct dp_outbox_reader *reader, void (*closed)(void *ctx));

/* Reads all, and what changes from now on; also once more. */
void dp_outbox_reader_begin(struct dp_outbox_reader *reader);
void dp_outbox_reader_end(struct dp_outbox_reader *reader);

/* The outbox has changed: what is read of it at the moment is to be read anew. */
void dp_outbox_reader_again(struct dp_outbox_reader *reader);

/* That has been told. */
void dp_outbox_reader_remove(struct dp_outbox_reader *reader, const char *key);

#endif
