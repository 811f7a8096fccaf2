/* A file, or standard input, as a source: NDJSON, one message a line.
 *
 * Reads into one buffer, a piece at a time that stays in the processor's cache; messages are views
 * into it. A line longer than
 * DP_MESSAGE_MAX that the buffer cannot hold passes through an unlinked temporary file (in $TMPDIR,
 * or /tmp) and is handed over as a map of it: whole and unchanged, however long, and memory stays
 * at 2 MiB. Lines end with LF or CRLF (the end is not part of the message), the last one perhaps
 * with neither; blank lines are skipped, but counted in `offset`. Blocks: not for a loop that
 * serves others. */
#ifndef DP_FILE_SOURCE_H
#define DP_FILE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ingest/message.h"

enum dp_file_end {
    DP_FILE_DONE,    /* read to its end */
    DP_FILE_STOPPED, /* not all of a batch was taken */
    DP_FILE_FAILED   /* `error` says why */
};

struct dp_file_source_events {
    dp_take_fn *take; /* with fewer taken than given no more is read */
    /* After each read: bytes so far, and the file's size or 0 where it has none. May be NULL. */
    void (*progress)(void *ctx, uint64_t bytes, uint64_t size);
};

/* Reads `path` ("-" is standard input) to its end. `slot` is set in each message. */
enum dp_file_end dp_file_source_run(const char *path, uint32_t slot,
                                    const struct dp_file_source_events *events, void *ctx,
                                    char *error, size_t size);

#endif
