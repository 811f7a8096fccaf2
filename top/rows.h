/* The rows of a list of `top`, by id, with the values that its columns have in Redis. Memory: the
 * rows' number is bounded. Thread: one. */
#ifndef DP_TOP_ROWS_H
#define DP_TOP_ROWS_H

#include <stdint.h>

#include "common/index.h"
#include "common/str.h"
#include "top/column.h"

#define DP_TOP_ROWS_MAX 50000

struct dp_top_value {
    bool known;     /* false: absent, or not what it must be */
    int64_t number; /* as app/figure_text.h has it; 0 for words */
    char *text;     /* of words, fit for a terminal; NULL otherwise */
};

struct dp_top_row {
    char *id;
    uint64_t hash;
    size_t width; /* of the id on a terminal */
    size_t place; /* among the others, where they have an order of their own (alerts) */
    size_t asked; /* questions under way that will be answered into it */
    bool gone;    /* no longer one of the rows: it lives for these questions alone */
    bool seen;    /* since dp_top_rows_begin */
    unsigned due; /* what is to be read again: DP_TOP_DUE of each enum dp_top_from */
    struct dp_top_value values[DP_TOP_COLUMNS_MAX];
};

#define DP_TOP_DUE(from) (1u << DP_TOP_FROM_##from)
#define DP_TOP_ROW_DUE   (DP_TOP_DUE(NOW) | DP_TOP_DUE(WINDOW) | DP_TOP_DUE(PERIOD))

/* All zero: none, of queues. */
struct dp_top_rows {
    enum dp_top_list_kind kind;
    struct dp_top_row **items;
    size_t count, capacity;
    size_t left_out; /* ids beyond DP_TOP_ROWS_MAX, of the last sweep */
    struct dp_index index;
};

/* None. */
void dp_top_rows_clear(struct dp_top_rows *rows);

/* NULL: there is none of that id. */
struct dp_top_row *dp_top_rows_find(const struct dp_top_rows *rows, struct dp_str id);

/* A sweep tells all ids that there are: those that were not told are gone at its end.
 * dp_top_rows_see gives NULL where there are too many; *added says whether the row is new. */
void dp_top_rows_begin(struct dp_top_rows *rows);
struct dp_top_row *dp_top_rows_see(struct dp_top_rows *rows, struct dp_str id, bool *added);
void dp_top_rows_end(struct dp_top_rows *rows);

/* What Redis has in a column; text without bytes at all (p is NULL): absent. */
void dp_top_row_set(struct dp_top_row *row, enum dp_top_list_kind kind, size_t column,
                    struct dp_str text);

/* One of the questions about the row is answered, or will not be. May free it. */
void dp_top_row_answered(struct dp_top_row *row);

#endif
