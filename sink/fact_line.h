/* A fact of the ledger as one line of JSON (docs/reference.md, "Facts"):
 *
 *   {"sign":1,"kind":"handle","time_ms":1800000060000,"value_ms":60000,"talk_ms":50000,...}
 *
 * A fact that is taken back has a line that is the same but for its sign. In Kafka a line has a
 * place as well. Pure; any thread. */
#ifndef DP_FACT_LINE_H
#define DP_FACT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/ledger.h"
#include "sink/format.h"

/* Where a line belongs among all that processes have written (docs/reliability.md, "The facts
 * topic"). */
struct dp_fact_place {
    uint64_t epoch; /* of the owner that wrote it; 0: no place */
    uint64_t began; /* the first frame of that owner */
    uint64_t frame; /* of the saved state, that the fact belongs to */
    uint64_t seq;   /* within the frame, from 0 */
};

/* Room for any line: six names and numbers, flags and keys. */
#define DP_FACT_LINE_SIZE (DP_FORMAT_JSON_SIZE(1152) + 1024)

/* Writes a line with its newline; `place` may be NULL. Returns its length. */
size_t dp_fact_line_write(char buf[DP_FACT_LINE_SIZE], const struct dp_told *told,
                          const struct dp_fact_place *place);

/* The line with which an owner begins: what others wrote of its frames does not count. */
size_t dp_fact_line_write_epoch(char buf[DP_FACT_LINE_SIZE], const struct dp_fact_place *place);

enum dp_fact_line_kind {
    DP_LINE_FACT,
    DP_LINE_EPOCH, /* an owner begins: `place` alone */
    DP_LINE_OTHER, /* of a kind that is not known here; `place` if there is one */
    DP_LINE_BAD    /* no such line */
};

struct dp_fact_line {
    enum dp_fact_line_kind kind;
    struct dp_told told; /* its strings point into `doc` */
    struct dp_fact_place place;
    void *doc;
};

/* Reads a line, to be given back with dp_fact_line_deinit whatever it is. */
void dp_fact_line_read(struct dp_fact_line *line, struct dp_str text);
void dp_fact_line_deinit(struct dp_fact_line *line);

#endif
