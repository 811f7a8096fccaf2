/* The rows of a list, and how they are sorted, filtered and chosen. */
#include "top/list.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Columns of agents. */
enum { STATE = 1, SINCE = 2, ACTIVE = 3, HANDLES = 4, IN_TARGET = 5 };

static void set(struct dp_top_row *row, size_t column, const char *text)
{
    dp_top_row_set(row, DP_TOP_AGENTS, column, dp_str_from(text));
}

/* Agents by id, with handles, target, state, since when, and team; NULL: absent. */
static void fill(struct dp_top_rows *rows)
{
    static const char *const agents[][6] = {
        {"a1", "7", "0.500000", "busy", "1000", "north"},
        {"a2", "0", NULL, "break", "3000", "south"},
        {"王小明", "12", "1.000000", "Busy", "2000", "north"},
        {"bob", NULL, NULL, NULL, NULL, NULL},
    };
    bool added;
    rows->kind = DP_TOP_AGENTS;
    dp_top_rows_begin(rows);
    for (size_t i = 0; i < sizeof agents / sizeof *agents; i++) {
        struct dp_top_row *row = dp_top_rows_see(rows, dp_str_from(agents[i][0]), &added);
        assert_true(added);
        set(row, HANDLES, agents[i][1]);
        set(row, IN_TARGET, agents[i][2]);
        set(row, STATE, agents[i][3]);
        set(row, SINCE, agents[i][4]);
        set(row, DP_TOP_TEAM, agents[i][5]);
    }
    dp_top_rows_end(rows);
}

static void assert_shown(struct dp_top_list *list, const struct dp_top_rows *rows,
                         const struct dp_top_order *order, const char *team, const char *expected)
{
    char text[256] = "";
    dp_top_list_make(list, rows, order, team);
    for (size_t i = 0; i < list->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                 list->shown[i]->id);
    assert_string_equal(text, expected);
}

static void what_is_absent_comes_last_both_ways(void **state)
{
    (void)state;
    struct dp_top_rows rows = {0};
    struct dp_top_list list = {0};
    struct dp_top_order order = {.column = DP_TOP_BY_ID};
    fill(&rows);
    assert_shown(&list, &rows, &order, NULL, "a1 a2 bob 王小明");
    order.reverse = true;
    assert_shown(&list, &rows, &order, NULL, "王小明 bob a2 a1");
    order = (struct dp_top_order){.column = HANDLES};
    assert_shown(&list, &rows, &order, NULL, "王小明 a1 a2 bob"); /* 0 is a number */
    order.reverse = true;
    assert_shown(&list, &rows, &order, NULL, "a2 a1 王小明 bob");
    order = (struct dp_top_order){.column = IN_TARGET};
    assert_shown(&list, &rows, &order, NULL, "王小明 a1 a2 bob");
    order = (struct dp_top_order){.column = STATE};
    assert_shown(&list, &rows, &order, NULL, "王小明 a2 a1 bob");
    order = (struct dp_top_order){.column = SINCE};
    assert_shown(&list, &rows, &order, NULL, "a1 王小明 a2 bob"); /* the longest first */
    order = (struct dp_top_order){.column = ACTIVE};
    assert_shown(&list, &rows, &order, NULL, "a1 a2 bob 王小明");
    dp_top_list_deinit(&list);
    dp_top_rows_clear(&rows);
}

static void a_filter_and_a_team_leave_rows_out(void **state)
{
    (void)state;
    struct dp_top_rows rows = {0};
    struct dp_top_list list = {0};
    struct dp_top_order order = {.column = DP_TOP_BY_ID, .filter = "B"};
    fill(&rows);
    assert_shown(&list, &rows, &order, NULL, "a1 a2 bob 王小明"); /* states: busy, break */
    strcpy(order.filter, "小");
    assert_shown(&list, &rows, &order, NULL, "王小明");
    strcpy(order.filter, "SOUTH");
    assert_shown(&list, &rows, &order, NULL, "a2");
    assert_shown(&list, &rows, &order, "north", "");
    *order.filter = '\0';
    assert_shown(&list, &rows, &order, "north", "a1 王小明");
    dp_top_list_deinit(&list);
    dp_top_rows_clear(&rows);
}

static void the_chosen_row_is_followed(void **state)
{
    (void)state;
    struct dp_top_rows rows = {0};
    struct dp_top_list list = {0};
    struct dp_top_order order = {.column = HANDLES};
    fill(&rows);
    dp_top_list_make(&list, &rows, &order, NULL);
    assert_int_equal(list.chosen, 0);
    dp_top_list_move(&list, 1);
    assert_string_equal(list.shown[list.chosen]->id, "a1");
    set(dp_top_rows_find(&rows, DP_STR("a1")), HANDLES, "99");
    dp_top_list_make(&list, &rows, &order, NULL);
    assert_int_equal(list.chosen, 0);
    assert_string_equal(list.shown[0]->id, "a1");
    dp_top_list_move(&list, 99);
    assert_int_equal(list.chosen, 3);
    dp_top_list_move(&list, -99);
    assert_int_equal(list.chosen, 0);
    dp_top_list_move_to_end(&list);
    assert_string_equal(list.shown[list.chosen]->id, "bob");
    strcpy(order.filter, "a");
    dp_top_list_make(&list, &rows, &order, NULL); /* bob is not shown: his place is the last */
    assert_int_equal(list.chosen, list.count - 1);
    strcpy(order.filter, "nobody");
    dp_top_list_make(&list, &rows, &order, NULL);
    assert_int_equal(list.count, 0);
    dp_top_list_move(&list, 1);
    dp_top_list_reset(&list);
    *order.filter = '\0';
    dp_top_list_make(&list, &rows, &order, NULL);
    assert_int_equal(list.chosen, 0);
    dp_top_list_deinit(&list);
    dp_top_rows_clear(&rows);
}

static void the_chosen_row_is_on_the_screen(void **state)
{
    (void)state;
    struct dp_top_list list = {.count = 100, .chosen = 50};
    dp_top_list_scroll(&list, 10);
    assert_int_equal(list.first, 41);
    list.chosen = 45;
    dp_top_list_scroll(&list, 10);
    assert_int_equal(list.first, 41);
    list.chosen = 3;
    dp_top_list_scroll(&list, 10);
    assert_int_equal(list.first, 3);
    list.chosen = 99;
    dp_top_list_scroll(&list, 10);
    assert_int_equal(list.first, 90);
    dp_top_list_scroll(&list, SIZE_MAX);
    assert_int_equal(list.first, 0);
    dp_top_list_scroll(&list, 0);
    assert_int_equal(list.first, 0);
}

static void ids_that_are_gone_leave_with_their_rows(void **state)
{
    (void)state;
    struct dp_top_rows rows = {0};
    bool added;
    fill(&rows);
    struct dp_top_row *asked = dp_top_rows_find(&rows, DP_STR("a1"));
    asked->asked = 1; /* it is waited for */
    dp_top_rows_begin(&rows);
    assert_non_null(dp_top_rows_see(&rows, DP_STR("bob"), &added));
    assert_false(added);
    dp_top_rows_end(&rows);
    assert_int_equal(rows.count, 1);
    assert_null(dp_top_rows_find(&rows, DP_STR("a1")));
    set(asked, HANDLES, "8");
    dp_top_row_answered(asked); /* frees it: the sanitizer would tell */
    dp_top_rows_clear(&rows);
    assert_int_equal(rows.kind, DP_TOP_AGENTS);
}

static void rows_are_bounded(void **state)
{
    (void)state;
    struct dp_top_rows rows = {0};
    char id[16];
    bool added;
    dp_top_rows_begin(&rows);
    for (size_t i = 0; i < DP_TOP_ROWS_MAX + 7; i++) {
        snprintf(id, sizeof id, "a%zu", i);
        dp_top_rows_see(&rows, dp_str_from(id), &added);
    }
    dp_top_rows_end(&rows);
    assert_int_equal(rows.count, DP_TOP_ROWS_MAX);
    assert_int_equal(rows.left_out, 7);
    dp_top_rows_clear(&rows);
}

static void what_is_no_number_is_absent(void **state)
{
    (void)state;
    struct dp_top_rows rows = {0};
    fill(&rows);
    struct dp_top_row *row = dp_top_rows_find(&rows, DP_STR("a1"));
    assert_int_equal(row->values[IN_TARGET].number, 500000);
    set(row, IN_TARGET, "half");
    assert_false(row->values[IN_TARGET].known);
    set(row, HANDLES, "");
    assert_false(row->values[HANDLES].known);
    set(row, STATE, "\033[2J");
    assert_string_equal(row->values[STATE].text, "\\x1b[2J");
    dp_top_rows_clear(&rows);
}

static void columns_follow_each_other(void **state)
{
    (void)state;
    struct dp_top_order order = {.column = DP_TOP_BY_ID, .reverse = true};
    dp_top_order_step(&order, DP_TOP_QUEUES, 1);
    assert_int_equal(order.column, 0);
    assert_false(order.reverse);
    dp_top_order_step(&order, DP_TOP_QUEUES, -1);
    assert_int_equal(order.column, DP_TOP_BY_ID);
    dp_top_order_step(&order, DP_TOP_QUEUES, -1);
    assert_int_equal(order.column, dp_top_columns_of(DP_TOP_QUEUES)->count - 1);
    dp_top_order_step(&order, DP_TOP_QUEUES, 1);
    assert_int_equal(order.column, DP_TOP_BY_ID);
}

static void columns_have_room_for_their_headings(void **state)
{
    (void)state;
    for (int kind = 0; kind < DP_TOP_LISTS; kind++) {
        const struct dp_top_columns *columns = dp_top_columns_of((enum dp_top_list_kind)kind);
        assert_true(columns->count <= DP_TOP_COLUMNS_MAX);
        for (size_t i = 0; i < columns->count; i++) {
            const struct dp_top_column *column = &columns->items[i];
            assert_true(strlen(column->heading) <= column->width);
            if (column->from == DP_TOP_FROM_WINDOW) {
                int field = dp_figure_text_find(dp_str_from(column->field));
                assert_true(field >= 0 && field < DP_FIGURES);
                assert_int_equal(dp_figure_text(field)->unit, column->unit);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_absent_comes_last_both_ways),
        cmocka_unit_test(a_filter_and_a_team_leave_rows_out),
        cmocka_unit_test(the_chosen_row_is_followed),
        cmocka_unit_test(the_chosen_row_is_on_the_screen),
        cmocka_unit_test(ids_that_are_gone_leave_with_their_rows),
        cmocka_unit_test(rows_are_bounded),
        cmocka_unit_test(what_is_no_number_is_absent),
        cmocka_unit_test(columns_follow_each_other),
        cmocka_unit_test(columns_have_room_for_their_headings),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
