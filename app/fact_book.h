/* Facts as they are read from a file or a topic, until it is known which of them stand.
 *
 * Lines are taken in any order. What a process wrote for a frame of the saved state that it did not
 * commit is left out, as is what was written twice; then equal facts are netted by their signs
 * (docs/reliability.md, "The facts topic"). Thread: one. */
#ifndef DP_FACT_BOOK_H
#define DP_FACT_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/fact_line.h"

struct dp_fact_book_entry {
    struct dp_told told; /* its strings are in `texts` */
    struct dp_fact_place place;
    int64_t written_ms; /* by Kafka's clock; 0: not known */
    char *texts;        /* the book's */
};

struct dp_fact_book {
    /* Which facts are kept. */
    bool (*wants)(void *ctx, const struct dp_told *told);
    void *ctx;

    /* Those kept; once closed, those that count, made or taken back, in the order of telling. */
    struct dp_fact_book_entry *told;
    size_t told_count, told_capacity;

    /* Those that stand, by time, each as often as it stands. */
    struct dp_fact_book_entry *entries;
    size_t count;

    uint64_t lines, bad, unknown; /* read; that are none; of kinds that are not known here */
    uint64_t superseded;          /* kept, but of frames that were not committed */
    uint64_t orphaned;            /* taken back without having been made */
    int64_t latest_ms;            /* of all facts, wanted or not; INT64_MIN: none */

    struct dp_fact_epoch {
        uint64_t epoch, began;
    } * epochs;
    size_t epoch_count, epoch_capacity;
};

void dp_fact_book_init(struct dp_fact_book *book,
                       bool (*wants)(void *ctx, const struct dp_told *told), void *ctx);
void dp_fact_book_deinit(struct dp_fact_book *book);

/* Takes a line, with or without its newline. */
void dp_fact_book_take(struct dp_fact_book *book, struct dp_str line, int64_t written_ms);

/* Leaves out what does not count. Frames after `committed` do not; UINT64_MAX: none is known. */
void dp_fact_book_close(struct dp_fact_book *book, uint64_t committed);

/* Once closed: finds out what stands of the first `told` that count. */
void dp_fact_book_net(struct dp_fact_book *book, size_t told);

#endif
