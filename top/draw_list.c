/* The screens that are lists. */
#include <inttypes.h>
#include <string.h>

#include "top/draw.h"

#define GAP          1
#define ID_WIDTH_MIN 8

/* The columns that the screen has room for. */
struct layout {
    size_t id_width;
    size_t first, end;
    size_t widths[DP_TOP_COLUMNS_MAX];
};

static const char *text_of(const struct dp_top_column *column, const struct dp_top_value *value,
                           int64_t as_of_ms, char buf[DP_REPORT_TEXT])
{
    if (!value->known)
        return DP_REPORT_ABSENT;
    if (value->text)
        return value->text;
    if (column->since)
        dp_top_age(as_of_ms - value->number, buf);
    else
        dp_report_number(column->unit, value->number, buf);
    return buf;
}

/* Of those on the screen. */
static size_t widest_id(const struct dp_top_list *list, size_t room)
{
    size_t widest = ID_WIDTH_MIN;
    for (size_t i = list->first; i < list->count && i - list->first < room; i++)
        if (list->shown[i]->width > widest)
            widest = list->shown[i]->width;
    return widest;
}

static size_t widest_words(const struct dp_top_list *list, size_t column, size_t room)
{
    size_t widest = 0;
    for (size_t i = list->first; i < list->count && i - list->first < room; i++) {
        const char *text = list->shown[i]->values[column].text;
        size_t width = text ? dp_report_width(text, strlen(text)) : 0;
        widest = width > widest ? width : widest;
    }
    return widest;
}

static size_t width_between(const struct dp_top_columns *columns, size_t first, size_t end)
{
    size_t width = 0;
    for (; first < end; first++)
        width += GAP + columns->items[first].width;
    return width;
}

/* As many columns as there is room for, among them the one that the list is sorted by; then words
 * get what is left. */
static void lay_out(struct layout *layout, const struct dp_top_page *page,
                    const struct dp_top_list *list, const struct dp_top_order *order, size_t room)
{
    const struct dp_top_columns *columns = dp_top_columns_of(list->kind);
    size_t widest = widest_id(list, room), most = page->columns / 4;
    layout->id_width = widest > most && most > ID_WIDTH_MIN ? most : widest;
    size_t left = page->columns > layout->id_width ? page->columns - layout->id_width : 0;
    layout->first = 0;
    while (order->column > (int)layout->first &&
           width_between(columns, layout->first, (size_t)order->column + 1) > left)
        layout->first++;
    layout->end = layout->first;
    while (layout->end < columns->count &&
           width_between(columns, layout->first, layout->end + 1) <= left)
        layout->end++;
    left -= width_between(columns, layout->first, layout->end);
    size_t more = widest - layout->id_width < left ? widest - layout->id_width : left;
    layout->id_width += more;
    left -= more;
    for (size_t i = layout->first; i < layout->end; i++) {
        layout->widths[i] = columns->items[i].width;
        size_t words = columns->items[i].unit == DP_TEXT_WORDS ? widest_words(list, i, room) : 0;
        more = words > layout->widths[i] ? words - layout->widths[i] : 0;
        more = more < left ? more : left;
        layout->widths[i] += more;
        left -= more;
    }
}

static void put(struct dp_top_page *page, enum dp_top_style style,
                const struct dp_top_column *column, const char *text, size_t width)
{
    if (column->unit == DP_TEXT_WORDS)
        dp_top_page_left(page, style, text, width);
    else
        dp_top_page_right(page, style, text, width);
}

static void draw_headings(struct dp_top_page *page, const struct layout *layout,
                          enum dp_top_list_kind kind, const struct dp_top_order *order)
{
    const struct dp_top_columns *columns = dp_top_columns_of(kind);
    bool by_id = order->column == DP_TOP_BY_ID;
    dp_top_page_left(page, by_id ? DP_TOP_CHOSEN : DP_TOP_HEADING, dp_top_list_names[kind],
                     layout->id_width);
    for (size_t i = layout->first; i < layout->end; i++) {
        const struct dp_top_column *column = &columns->items[i];
        bool sorted = order->column == (int)i;
        dp_top_page_blank(page, DP_TOP_HEADING, GAP);
        put(page, sorted ? DP_TOP_CHOSEN : DP_TOP_HEADING, column, column->heading,
            layout->widths[i]);
    }
    dp_top_page_blank_to(page, DP_TOP_HEADING, page->columns);
    dp_top_page_end_line(page);
}

static enum dp_top_style style_of(enum dp_top_list_kind kind, size_t column, const char *text)
{
    bool urgent = kind == DP_TOP_ALERTS && column == DP_TOP_SEVERITY &&
                  (strcmp(text, "page") == 0 || strcmp(text, "critical") == 0);
    bool seen = kind == DP_TOP_ALERTS && column == DP_TOP_ACKED;
    return urgent ? DP_TOP_BAD : seen ? DP_TOP_GOOD : DP_TOP_PLAIN;
}

static void draw_row(struct dp_top_page *page, const struct layout *layout,
                     const struct dp_top_list *list, size_t at, bool chosen, int64_t as_of_ms)
{
    const struct dp_top_columns *columns = dp_top_columns_of(list->kind);
    const struct dp_top_row *row = list->shown[at];
    enum dp_top_style plain = chosen ? DP_TOP_CHOSEN : DP_TOP_PLAIN;
    char buf[DP_REPORT_TEXT];
    dp_top_page_left(page, plain, row->id, layout->id_width);
    for (size_t i = layout->first; i < layout->end; i++) {
        const char *text = text_of(&columns->items[i], &row->values[i], as_of_ms, buf);
        dp_top_page_blank(page, plain, GAP);
        put(page, chosen ? plain : style_of(list->kind, i, text), &columns->items[i], text,
            layout->widths[i]);
    }
    if (chosen)
        dp_top_page_blank_to(page, plain, page->columns);
    dp_top_page_end_line(page);
}

/* "12 of 200 agents with 'north', by handles, the other way round" */
static void draw_summary(struct dp_top_page *page, const struct dp_top_list *list,
                         const struct dp_top_rows *rows, const struct dp_top_order *order,
                         bool of_team)
{
    dp_top_page_printf(page, DP_TOP_PLAIN, "%zu", list->count);
    if (*order->filter && !of_team)
        dp_top_page_printf(page, DP_TOP_PLAIN, " of %zu", rows->count);
    dp_top_page_printf(page, DP_TOP_PLAIN, " %s%s", dp_top_list_names[list->kind],
                       list->count == 1 && !*order->filter ? "" : "s");
    if (*order->filter)
        dp_top_page_printf(page, DP_TOP_TITLE, " with '%s'", order->filter);
    if (order->column != DP_TOP_BY_ID)
        dp_top_page_printf(
            page, DP_TOP_PLAIN, ", by %s",
            dp_top_column_label(&dp_top_columns_of(list->kind)->items[order->column]));
    if (order->reverse)
        dp_top_page_text(page, DP_TOP_PLAIN, ", the other way round");
    if (rows->left_out)
        dp_top_page_printf(page, DP_TOP_BAD, ", %zu more are left out", rows->left_out);
    dp_top_page_end_line(page);
}

void dp_top_draw_list(struct dp_top_page *page, struct dp_top_view *view,
                      const struct dp_top_board *board, int64_t as_of_ms)
{
    struct dp_top_place *place = dp_top_view_place(view);
    struct dp_top_list *list = &place->list;
    const struct dp_top_order *order = &view->orders[list->kind];
    bool endless = page->rows == SIZE_MAX;
    struct layout layout;
    dp_top_view_make_list(view, board);
    draw_summary(page, list, &board->rows, order, *place->id != '\0');
    size_t room = dp_top_page_room(page);
    view->page = room > 1 ? room - 1 : 0; /* below the headings */
    dp_top_list_scroll(list, view->page);
    lay_out(&layout, page, list, order, view->page);
    draw_headings(page, &layout, list->kind, order);
    for (size_t i = list->first; i < list->count && dp_top_page_room(page); i++)
        draw_row(page, &layout, list, i, i == list->chosen && !endless, as_of_ms);
}
