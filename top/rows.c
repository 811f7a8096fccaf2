#include "top/rows.h"

#include <stdlib.h>
#include <xxhash.h>

#include "app/alert_text.h"
#include "app/report_text.h"
#include "common/memory.h"

static void destroy(struct dp_top_row *row)
{
    for (size_t column = 0; column < DP_TOP_COLUMNS_MAX; column++)
        free(row->values[column].text);
    free(row->id);
    free(row);
}

static void let_go(struct dp_top_row *row)
{
    row->gone = true;
    if (row->asked == 0)
        destroy(row);
}

void dp_top_rows_clear(struct dp_top_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        let_go(rows->items[i]);
    free(rows->items);
    dp_index_deinit(&rows->index);
    *rows = (struct dp_top_rows){.kind = rows->kind};
}

static uint64_t hash_of(struct dp_str id)
{
    return XXH3_64bits(id.p, id.len);
}

static struct dp_top_row *find(const struct dp_top_rows *rows, uint64_t hash, struct dp_str id)
{
    for (void **slot = dp_index_first(&rows->index, hash); slot;
         slot = dp_index_next(&rows->index, hash, slot)) {
        struct dp_top_row *row = *slot;
        if (dp_str_equal(dp_str_from(row->id), id))
            return row;
    }
    return NULL;
}

struct dp_top_row *dp_top_rows_find(const struct dp_top_rows *rows, struct dp_str id)
{
    return find(rows, hash_of(id), id);
}

void dp_top_rows_begin(struct dp_top_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        rows->items[i]->seen = false;
    rows->left_out = 0;
}

struct dp_top_row *dp_top_rows_see(struct dp_top_rows *rows, struct dp_str id, bool *added)
{
    uint64_t hash = hash_of(id);
    struct dp_top_row *row = find(rows, hash, id);
    *added = !row;
    if (!row) {
        if (rows->count >= DP_TOP_ROWS_MAX) {
            rows->left_out++;
            return NULL;
        }
        row = dp_xcalloc(1, sizeof *row);
        row->id = dp_xmalloc(id.len + 1);
        memcpy(row->id, id.p, id.len);
        row->id[id.len] = '\0';
        row->hash = hash;
        row->width = dp_report_width(id.p, id.len);
        rows->items = dp_xgrow(rows->items, rows->count, &rows->capacity, sizeof *rows->items);
        rows->items[rows->count++] = row;
        dp_index_add(&rows->index, hash, row);
    }
    row->seen = true;
    return row;
}

void dp_top_rows_end(struct dp_top_rows *rows)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++) {
        struct dp_top_row *row = rows->items[i];
        if (row->seen) {
            rows->items[kept++] = row;
        } else {
            dp_index_remove(&rows->index, row->hash, row);
            let_go(row);
        }
    }
    rows->count = kept;
}

void dp_top_row_set(struct dp_top_row *row, enum dp_top_list_kind kind, size_t column,
                    struct dp_str text)
{
    struct dp_top_value *value = &row->values[column];
    enum dp_text_unit unit = dp_top_columns_of(kind)->items[column].unit;
    free(value->text);
    *value = (struct dp_top_value){0};
    if (!text.p || text.len == 0)
        return;
    value->known = true;
    if (unit == DP_TEXT_WORDS)
        value->text = dp_alert_printable(text);
    else
        value->known = dp_report_parse(unit, text, &value->number);
}

void dp_top_row_answered(struct dp_top_row *row)
{
    if (--row->asked == 0 && row->gone)
        destroy(row);
}
