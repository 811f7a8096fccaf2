#define _GNU_SOURCE /* qsort_r, strcasestr */

#include "top/list.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_top_list_deinit(struct dp_top_list *list)
{
    free(list->shown);
    free(list->id);
    *list = (struct dp_top_list){.kind = list->kind};
}

void dp_top_list_reset(struct dp_top_list *list)
{
    free(list->id);
    list->id = NULL;
    list->chosen = list->first = 0;
}

static bool is_wanted(const struct dp_top_row *row, enum dp_top_list_kind kind, const char *filter,
                      const char *team)
{
    const struct dp_top_columns *columns = dp_top_columns_of(kind);
    if (team &&
        (!row->values[DP_TOP_TEAM].text || strcmp(row->values[DP_TOP_TEAM].text, team) != 0))
        return false;
    if (!*filter || strcasestr(row->id, filter))
        return true;
    for (size_t column = 0; column < columns->count; column++)
        if (row->values[column].text && strcasestr(row->values[column].text, filter))
            return true;
    return false;
}

struct sorting {
    enum dp_top_list_kind kind;
    const struct dp_top_order *order;
};

static int by_own_order(const struct sorting *sorting, const struct dp_top_row *a,
                        const struct dp_top_row *b)
{
    if (sorting->kind == DP_TOP_ALERTS)
        return (a->place > b->place) - (a->place < b->place);
    return strcmp(a->id, b->id);
}

static int by_value(const struct sorting *sorting, const struct dp_top_value *a,
                    const struct dp_top_value *b)
{
    const struct dp_top_column *column =
        &dp_top_columns_of(sorting->kind)->items[sorting->order->column];
    int order = a->text && b->text ? strcmp(a->text, b->text)
                                   : (a->number < b->number) - (a->number > b->number);
    return column->since ? -order : order; /* what began first has lasted longest */
}

static int compare(const void *left, const void *right, void *ctx)
{
    const struct dp_top_row *a = *(struct dp_top_row *const *)left;
    const struct dp_top_row *b = *(struct dp_top_row *const *)right;
    const struct sorting *sorting = ctx;
    const struct dp_top_order *order = sorting->order;
    int sign = order->reverse ? -1 : 1;
    if (order->column == DP_TOP_BY_ID)
        return sign * by_own_order(sorting, a, b);
    const struct dp_top_value *of_a = &a->values[order->column];
    const struct dp_top_value *of_b = &b->values[order->column];
    if (!of_a->known || !of_b->known) {
        int absent = of_b->known - of_a->known;
        return absent ? absent : by_own_order(sorting, a, b);
    }
    int result = sign * by_value(sorting, of_a, of_b);
    return result ? result : by_own_order(sorting, a, b);
}

static void choose(struct dp_top_list *list, size_t row)
{
    list->chosen = row;
    free(list->id);
    list->id = dp_xstrdup(list->shown[row]->id);
}

/* Finds the chosen row again; where it is no longer shown, the one that has its place is it. */
static void keep_chosen(struct dp_top_list *list)
{
    if (!list->id || list->count == 0) {
        list->chosen = 0;
        return;
    }
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->shown[i]->id, list->id) == 0) {
            list->chosen = i;
            return;
        }
    choose(list, list->chosen < list->count ? list->chosen : list->count - 1);
}

void dp_top_list_make(struct dp_top_list *list, const struct dp_top_rows *rows,
                      const struct dp_top_order *order, const char *team)
{
    struct sorting sorting = {rows->kind, order};
    list->kind = rows->kind;
    list->count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (!is_wanted(rows->items[i], rows->kind, order->filter, team))
            continue;
        list->shown = dp_xgrow(list->shown, list->count, &list->capacity, sizeof *list->shown);
        list->shown[list->count++] = rows->items[i];
    }
    if (list->count)
        qsort_r(list->shown, list->count, sizeof *list->shown, compare, &sorting);
    keep_chosen(list);
}

void dp_top_list_move(struct dp_top_list *list, long rows)
{
    long at = (long)list->chosen + rows, last = (long)list->count - 1;
    if (list->count)
        choose(list, (size_t)(at < 0 ? 0 : at > last ? last : at));
}

void dp_top_list_move_to_end(struct dp_top_list *list)
{
    if (list->count)
        choose(list, list->count - 1);
}

void dp_top_list_scroll(struct dp_top_list *list, size_t room)
{
    size_t most = list->count > room ? list->count - room : 0;
    if (list->chosen < list->first)
        list->first = list->chosen;
    if (room && list->chosen >= list->first && list->chosen - list->first >= room)
        list->first = list->chosen - room + 1;
    if (list->first > most)
        list->first = most;
}

void dp_top_order_step(struct dp_top_order *order, enum dp_top_list_kind kind, int step)
{
    int count = (int)dp_top_columns_of(kind)->count + 1; /* with the id, which is -1 */
    order->column = (order->column + 1 + step + count) % count - 1;
    order->reverse = false;
}
