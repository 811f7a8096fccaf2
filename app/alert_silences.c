#include "app/alert_silences.h"

#include <stdlib.h>

#include "app/report_format.h"
#include "app/report_text.h"
#include "common/memory.h"

void dp_silence_list_deinit(struct dp_silence_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].id);
    free(list->items);
    *list = (struct dp_silence_list){0};
}

void dp_silence_list_add(struct dp_silence_list *list, struct dp_str id, struct dp_str text)
{
    list->items = dp_xgrow(list->items, list->count, &list->capacity, sizeof *list->items);
    struct dp_silence_item *item = &list->items[list->count++];
    item->id = dp_xmalloc(id.len);
    memcpy(item->id, id.p, id.len);
    item->id_len = id.len;
    item->readable = dp_silence_entry_parse(&item->silence, text);
}

static int by_end(const void *left, const void *right)
{
    const struct dp_silence_item *a = left, *b = right;
    if (a->readable != b->readable)
        return b->readable - a->readable;
    if (a->readable && a->silence.until_ms != b->silence.until_ms)
        return a->silence.until_ms < b->silence.until_ms ? -1 : 1;
    return dp_str_compare((struct dp_str){a->id, a->id_len}, (struct dp_str){b->id, b->id_len});
}

size_t dp_silence_list_sort(struct dp_silence_list *list, int64_t now_ms)
{
    size_t ended = 0;
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, by_end);
    while (ended < list->count && list->items[ended].readable &&
           list->items[ended].silence.until_ms <= now_ms)
        ended++;
    return ended;
}

static void add_cell(struct dp_grid *grid, const char *text)
{
    char *shown = dp_alert_printable(dp_str_from(text));
    dp_grid_add(grid, *shown ? shown : DP_REPORT_ABSENT, DP_MARK_NONE);
    free(shown);
}

/* "1h 59m", and of days "29d 23h". */
static void add_left(struct dp_grid *grid, int64_t left_ms)
{
    char text[DP_REPORT_TEXT];
    int64_t hours = left_ms / 3600000;
    if (hours >= 48)
        snprintf(text, sizeof text, "%lldd %02lldh", (long long)hours / 24, (long long)hours % 24);
    else
        dp_report_number(DP_TEXT_MS, left_ms, text);
    dp_grid_add(grid, text, DP_MARK_NONE);
}

static void add_row(struct dp_grid *grid, const struct dp_silence_item *item, int64_t now_ms)
{
    const struct dp_silence_entry *silence = &item->silence;
    char *id = dp_alert_printable((struct dp_str){item->id, item->id_len});
    dp_grid_add(grid, id, DP_MARK_NONE);
    free(id);
    if (!item->readable) {
        for (int column = 0; column < 5; column++)
            add_cell(grid, "");
        add_cell(grid, "cannot be read; `deskpulse alert unsilence` removes it");
        return;
    }
    add_left(grid, silence->until_ms - now_ms);
    add_cell(grid, silence->rule);
    add_cell(grid, silence->has_scope ? dp_rule_scope_names[silence->scope] : "");
    add_cell(grid, silence->match);
    add_cell(grid, silence->by);
    add_cell(grid, silence->note);
}

void dp_silence_list_write_table(const struct dp_silence_list *list, size_t first, int64_t now_ms,
                                 FILE *out)
{
    static const char *const headings[] = {"silence", "left", "rule", "scope", "id", "by", "note"};
    struct dp_report_terminal terminal = dp_report_terminal_of(out);
    struct dp_grid grid;
    if (first == list->count) {
        fputs("no silence is in force\n", out);
        return;
    }
    dp_grid_init(&grid, "");
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        dp_grid_add_column(&grid, headings[i], NULL, strcmp(headings[i], "left") == 0);
    for (size_t i = first; i < list->count; i++)
        add_row(&grid, &list->items[i], now_ms);
    dp_report_write_grid(&grid, &terminal, out);
    dp_grid_deinit(&grid);
}
