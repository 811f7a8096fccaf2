/* What a list shows of its rows: filtered, sorted, with one of them chosen. What was chosen stays
 * chosen while the others move around it. Pure but for memory. Thread: one. */
#ifndef DP_TOP_LIST_H
#define DP_TOP_LIST_H

#include "top/rows.h"

#define DP_TOP_FILTER 129 /* bytes with the end */

/* By their id; alerts by weight, as app/alert_list.h says. */
#define DP_TOP_BY_ID (-1)

struct dp_top_order {
    int column; /* DP_TOP_BY_ID or one of the kind's */
    bool reverse;
    char filter[DP_TOP_FILTER]; /* part of an id or of words; upper and lower case are one */
};

struct dp_top_list {
    enum dp_top_list_kind kind;
    struct dp_top_row **shown; /* the rows' own */
    size_t count, capacity;
    size_t chosen; /* < count, or 0 */
    char *id;      /* of the chosen one; NULL: nobody has chosen, it is the first */
    size_t first;  /* the first one that is on the screen */
};

void dp_top_list_deinit(struct dp_top_list *list);

/* Chooses no row and goes to the first. */
void dp_top_list_reset(struct dp_top_list *list);

/* Numbers go from the largest to the smallest, and what has lasted longest comes first; ids and
 * words go by their bytes. Absent values come last both ways. With `team` (NULL: any) only the
 * agents of that team. */
void dp_top_list_make(struct dp_top_list *list, const struct dp_top_rows *rows,
                      const struct dp_top_order *order, const char *team);

/* Moves by so many rows; as far as there are some. */
void dp_top_list_move(struct dp_top_list *list, long rows);
void dp_top_list_move_to_end(struct dp_top_list *list);

/* Has the chosen row among `room` that are on the screen. */
void dp_top_list_scroll(struct dp_top_list *list, size_t room);

/* The next column to sort by: the id, then the columns; `step` is 1 or -1. */
void dp_top_order_step(struct dp_top_order *order, enum dp_top_list_kind kind, int step);

#endif
