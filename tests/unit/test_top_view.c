/* What keys do, and what is drawn: without a terminal and without Redis. */
#include "top/draw.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1795428300000) /* 2026-11-23 10:05:00 UTC */

struct fixture {
    struct dp_top_board board;
    struct dp_top_view view;
    struct dp_top_page page;
    struct dp_top_moment moment;
    char *text;
};

static void begin(struct fixture *fixture, const char *screen)
{
    struct dp_top_topic topic = {0};
    *fixture = (struct fixture){.moment = {.now_ms = NOW_MS + 900, .stale_ms = 5000}};
    assert_true(dp_top_topic_parse(&topic, screen));
    dp_top_board_init(&fixture->board, "UTC");
    dp_top_view_init(&fixture->view, &topic);
    strcpy(fixture->board.server, "there:6379/0");
    fixture->board.meta_known = fixture->board.has_figures = true;
    fixture->board.updated_ms = NOW_MS;
    assert_true(dp_top_board_set_windows(&fixture->board, DP_STR("1m 5m 15m 1h 24h")));
    assert_true(dp_top_view_choose_window(&fixture->view, &fixture->board));
}

static void end(struct fixture *fixture)
{
    dp_top_page_deinit(&fixture->page);
    dp_top_view_deinit(&fixture->view);
    dp_top_board_deinit(&fixture->board);
    free(fixture->text);
}

static const char *draw(struct fixture *fixture, size_t rows, size_t columns)
{
    size_t size;
    free(fixture->text);
    FILE *out = open_memstream(&fixture->text, &size);
    dp_top_draw(&fixture->page, &fixture->view, &fixture->board, &fixture->moment, rows, columns);
    dp_top_page_write(&fixture->page, out);
    fclose(out);
    return fixture->text;
}

static enum dp_top_outcome press(struct fixture *fixture, unsigned key)
{
    return dp_top_view_key(&fixture->view, &fixture->board, key);
}

static void add_rows(struct fixture *fixture, enum dp_top_list_kind kind, const char *const *ids)
{
    bool added;
    dp_top_board_turn(&fixture->board, kind);
    dp_top_rows_begin(&fixture->board.rows);
    for (; *ids; ids++)
        dp_top_rows_see(&fixture->board.rows, dp_str_from(*ids), &added);
    dp_top_rows_end(&fixture->board.rows);
    dp_top_view_make_list(&fixture->view, &fixture->board);
}

static enum dp_top_screen screen_of(struct fixture *fixture)
{
    return dp_top_view_place(&fixture->view)->screen;
}

static void enter_goes_down_and_q_back(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, "overview");
    assert_int_equal(press(&fixture, 'j'), DP_TOP_REDRAW);
    assert_int_equal(press(&fixture, DP_TOP_KEY_ENTER), DP_TOP_TURN);
    assert_int_equal(screen_of(&fixture), DP_TOP_SCREEN_TEAMS);
    assert_int_equal(press(&fixture, DP_TOP_KEY_ENTER), DP_TOP_NOTHING); /* no team is there */
    add_rows(&fixture, DP_TOP_TEAMS, (const char *[]){"north", "south", NULL});
    press(&fixture, DP_TOP_KEY_DOWN);
    assert_int_equal(press(&fixture, DP_TOP_KEY_ENTER), DP_TOP_TURN);
    assert_int_equal(screen_of(&fixture), DP_TOP_SCREEN_AGENTS);
    assert_string_equal(dp_top_view_place(&fixture.view)->id, "south");
    add_rows(&fixture, DP_TOP_AGENTS, (const char *[]){"a1", NULL});
    assert_int_equal(press(&fixture, DP_TOP_KEY_ENTER), DP_TOP_NOTHING); /* not of that team */
    assert_int_equal(press(&fixture, 'q'), DP_TOP_TURN);
    assert_int_equal(press(&fixture, DP_TOP_KEY_BACK), DP_TOP_TURN);
    assert_int_equal(screen_of(&fixture), DP_TOP_SCREEN_ALL);
    assert_int_equal(press(&fixture, DP_TOP_KEY_BACK), DP_TOP_NOTHING);
    assert_int_equal(press(&fixture, 'q'), DP_TOP_QUIT);
    end(&fixture);
}

static void the_longest_way_ends_at_an_agent(void **state)
{
    (void)state;
    struct fixture fixture;
    bool added;
    begin(&fixture, "queues");
    press(&fixture, '5');
    add_rows(&fixture, DP_TOP_ALERTS, (const char *[]){"4be1c3d2a5f60718", NULL});
    assert_int_equal(press(&fixture, DP_TOP_KEY_ENTER), DP_TOP_NOTHING); /* about nobody */
    struct dp_top_row *alert = fixture.board.rows.items[0];
    dp_top_row_set(alert, DP_TOP_ALERTS, DP_TOP_SCOPE, DP_STR("team"));
    dp_top_row_set(alert, DP_TOP_ALERTS, DP_TOP_SUBJECT, DP_STR("north"));
    assert_int_equal(press(&fixture, DP_TOP_KEY_ENTER), DP_TOP_TURN);
    dp_top_board_turn(&fixture.board, DP_TOP_AGENTS);
    struct dp_top_row *agent = dp_top_rows_see(&fixture.board.rows, DP_STR("a1"), &added);
    dp_top_row_set(agent, DP_TOP_AGENTS, DP_TOP_TEAM, DP_STR("north"));
    dp_top_view_make_list(&fixture.view, &fixture.board);
    assert_int_equal(press(&fixture, DP_TOP_KEY_ENTER), DP_TOP_TURN);
    assert_int_equal(screen_of(&fixture), DP_TOP_SCREEN_AGENT);
    assert_int_equal(fixture.view.depth, DP_TOP_DEPTH);
    assert_int_equal(press(&fixture, DP_TOP_KEY_ENTER), DP_TOP_NOTHING);
    press(&fixture, 'q');
    press(&fixture, 'q');
    press(&fixture, 'q');
    assert_int_equal(screen_of(&fixture), DP_TOP_SCREEN_ALL);
    end(&fixture);
}

static void windows_and_channels_go_round(void **state)
{
    (void)state;
    struct fixture fixture;
    struct dp_top_topic topic;
    begin(&fixture, "queues");
    dp_top_view_topic(&fixture.view, &fixture.board, &topic);
    assert_string_equal(topic.window, "15m");
    assert_int_equal(press(&fixture, 'w'), DP_TOP_TURN);
    press(&fixture, 'w');
    press(&fixture, 'w');
    dp_top_view_topic(&fixture.view, &fixture.board, &topic);
    assert_string_equal(topic.window, "1m");
    press(&fixture, 'W');
    press(&fixture, 'c');
    dp_top_view_topic(&fixture.view, &fixture.board, &topic);
    assert_string_equal(topic.window, "24h");
    assert_int_equal(topic.channel, DP_CHANNEL_VOICE);
    strcpy(fixture.view.window, "1d"); /* is as long as 24h */
    assert_true(dp_top_view_choose_window(&fixture.view, &fixture.board));
    assert_string_equal(fixture.view.window, "24h");
    strcpy(fixture.view.window, "7m");
    assert_false(dp_top_view_choose_window(&fixture.view, &fixture.board));
    assert_string_equal(fixture.view.window, "15m");
    assert_false(dp_top_board_set_windows(&fixture.board, DP_STR("1m 5m 15m 1h 24h")));
    assert_false(dp_top_board_set_windows(&fixture.board, DP_STR("soon")));
    assert_true(dp_top_board_set_windows(&fixture.board, DP_STR("30s nonsense 2h")));
    assert_int_equal(fixture.board.window_count, 2);
    assert_true(dp_top_view_choose_window(&fixture.view, &fixture.board) == false);
    assert_string_equal(fixture.view.window, "30s"); /* the first where there is no 15m */
    end(&fixture);
}

static void a_filter_is_typed(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, "queues");
    const struct dp_top_order *order = &fixture.view.orders[DP_TOP_QUEUES];
    press(&fixture, '/');
    press(&fixture, 'q'); /* is a letter now */
    press(&fixture, 0x738b);
    assert_string_equal(order->filter, "q王");
    press(&fixture, DP_TOP_KEY_BACK);
    press(&fixture, DP_TOP_KEY_UP);
    press(&fixture, 0x1f);
    assert_string_equal(order->filter, "q");
    press(&fixture, DP_TOP_KEY_ENTER);
    assert_false(fixture.view.typing);
    press(&fixture, '/');
    for (int i = 0; i < 500; i++)
        press(&fixture, 0x738b);
    assert_true(strlen(order->filter) < DP_TOP_FILTER);
    press(&fixture, DP_TOP_KEY_ESCAPE);
    assert_string_equal(order->filter, "");
    press(&fixture, DP_TOP_KEY_BACK);
    end(&fixture);
}

static void a_list_is_drawn_in_columns(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, "queues");
    add_rows(&fixture, DP_TOP_QUEUES, (const char *[]){"billing", "技术支持", NULL});
    struct dp_top_row *row = dp_top_rows_find(&fixture.board.rows, DP_STR("技术支持"));
    dp_top_row_set(row, DP_TOP_QUEUES, 0, DP_STR("0"));
    dp_top_row_set(row, DP_TOP_QUEUES, 1, DP_STR("20000"));
    dp_top_row_set(row, DP_TOP_QUEUES, 5, DP_STR("0.812500"));
    assert_string_equal(draw(&fixture, SIZE_MAX, 70),
                        "Deskpulse  queues  last 15m              2026-11-23 10:05:00  0.9s ago\n"
                        "2 queues\n"
                        "queue    waiting  oldest serving offered answered in target    left\n"
                        "billing        -       -       -       -        -         -       -\n"
                        "技术支持       0     20s       -       -        -    81.3 %       -\n");
    press(&fixture, 's');
    press(&fixture, 'r');
    strcpy(fixture.view.orders[DP_TOP_QUEUES].filter, "技");
    const char *text = draw(&fixture, SIZE_MAX, 70);
    assert_non_null(strstr(text, "\n1 of 2 queues with '技', by waiting, the other way round\n"));
    end(&fixture);
}

static void what_it_does_not_know_is_said(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, "overview");
    assert_null(strstr(draw(&fixture, 24, 80), "OLD"));
    fixture.moment.now_ms = NOW_MS + 12000;
    assert_non_null(strstr(draw(&fixture, 24, 80), "\nOLD FIGURES, of 12s ago"));
    assert_int_equal(fixture.page.pieces[fixture.page.count / 2].style, DP_TOP_OLD);
    fixture.moment.now_ms = NOW_MS + INT64_C(8640000000);
    assert_non_null(strstr(draw(&fixture, 24, 80), "\nOLD FIGURES, of 100d ago"));
    fixture.board.has_figures = false;
    assert_non_null(strstr(draw(&fixture, 24, 80), "\nNO FIGURES in Redis at there:6379/0"));
    fixture.board.meta_known = false;
    assert_non_null(strstr(draw(&fixture, 24, 80), "\nconnecting to Redis at there:6379/0\n"));
    strcpy(fixture.board.trouble, "Connection refused");
    fixture.moment.loop_ms = 3000;
    assert_non_null(strstr(draw(&fixture, 24, 80), "\nNO CONNECTION to Redis at there:6379/0 for "
                                                   "3.0s: Connection refused\n"));
    assert_non_null(strstr(draw(&fixture, 24, 80), "\nwaiting -  oldest -  in service -\n"));
    strcpy(fixture.board.refused, "NOPERM");
    assert_non_null(strstr(draw(&fixture, 24, 80), "\nRedis refuses: NOPERM\n"));
    end(&fixture);
}

static void states_last_no_longer_than_is_known(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, "agent:a1");
    struct dp_top_focus *focus = &fixture.board.focus;
    dp_top_focus_set_gauge(focus, DP_GAUGE_STATE, DP_STR("busy"));
    dp_top_focus_set_gauge(focus, DP_GAUGE_STATE_SINCE, DP_STR("1795428240000"));
    assert_non_null(strstr(draw(&fixture, 24, 80), "team -  state busy  for 1m 01s"));
    fixture.moment.now_ms = NOW_MS + 3600000;
    assert_non_null(strstr(draw(&fixture, 24, 80), "team -  state busy  for 1m 00s"));
    end(&fixture);
}

static void figures_have_the_chosen_window_and_an_end(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, "agent:a1");
    struct dp_top_focus *focus = &fixture.board.focus;
    dp_report_scope_set(&focus->windows[4], DP_STR("handles"), DP_STR("4711"));
    dp_report_scope_set(&focus->day, DP_STR("handles"), DP_STR("12"));
    focus->day.found = true;
    strcpy(fixture.view.window, "24h");
    const char *text = draw(&fixture, SIZE_MAX, 60);
    assert_non_null(strstr(text, "last (w: 2 more)              15m      1h     24h   today\n"));
    assert_non_null(strstr(text, "\nhandles                         -       -    4711      12\n"));
    fixture.view.channel = DP_CHANNEL_CHAT; /* periods are of all channels */
    text = draw(&fixture, SIZE_MAX, 60);
    assert_non_null(strstr(text, "last (w: 1 more)               5m     15m      1h     24h\n"));
    press(&fixture, DP_TOP_KEY_END);
    assert_non_null(strstr(draw(&fixture, 24, 80), "Today and this month"));
    size_t last = dp_top_view_place(&fixture.view)->scroll;
    press(&fixture, DP_TOP_KEY_PAGE_DOWN);
    draw(&fixture, 24, 80);
    assert_int_equal(dp_top_view_place(&fixture.view)->scroll, last);
    press(&fixture, DP_TOP_KEY_HOME);
    assert_non_null(strstr(draw(&fixture, 24, 80), "\nDemand and response\n"));
    end(&fixture);
}

static void every_screen_fits_every_size(void **state)
{
    (void)state;
    static const char *const screens[] = {"overview", "queues", "agents",  "teams",
                                          "alerts",   "team:t", "agent:a", "queue:q"};
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
        struct fixture fixture;
        begin(&fixture, screens[i]);
        if (dp_top_is_list(screen_of(&fixture)))
            add_rows(&fixture, (enum dp_top_list_kind)screen_of(&fixture),
                     (const char *[]){"客户服务一部热线客户服务一部热线", "b", NULL});
        for (size_t columns = 0; columns < 200; columns += columns < 30 ? 1 : 23)
            for (size_t rows = 0; rows < 60; rows += rows < 12 ? 1 : 7) {
                draw(&fixture, rows, columns);
                for (size_t n = 0; n < fixture.page.count; n++) {
                    const struct dp_top_piece *piece = &fixture.page.pieces[n];
                    assert_true(piece->row < rows);
                    assert_true(piece->column + piece->width <= columns);
                }
            }
        press(&fixture, '?');
        assert_non_null(strstr(draw(&fixture, 24, 80), "Any key goes back."));
        end(&fixture);
    }
}

static void screens_have_names(void **state)
{
    (void)state;
    struct dp_top_topic topic = {.screen = DP_TOP_SCREEN_ALL};
    char scope[DP_TOP_SCOPE_SIZE];
    assert_true(dp_top_topic_parse(&topic, "team:客户"));
    assert_int_equal(topic.screen, DP_TOP_SCREEN_AGENTS);
    assert_string_equal(topic.id, "客户");
    dp_top_topic_scope(&topic, scope);
    assert_string_equal(scope, "");
    assert_true(dp_top_topic_parse(&topic, "agent:a 1"));
    dp_top_topic_scope(&topic, scope);
    assert_string_equal(scope, "agent:a 1");
    static const char *const wrong[] = {
        "", "agen", "agent", "agent:", "agents:a", "queue:a:b", "queue:\xff", "overview "};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(dp_top_topic_parse(&topic, wrong[i]));
    assert_string_equal(topic.id, "a 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enter_goes_down_and_q_back),
        cmocka_unit_test(the_longest_way_ends_at_an_agent),
        cmocka_unit_test(windows_and_channels_go_round),
        cmocka_unit_test(a_filter_is_typed),
        cmocka_unit_test(a_list_is_drawn_in_columns),
        cmocka_unit_test(what_it_does_not_know_is_said),
        cmocka_unit_test(states_last_no_longer_than_is_known),
        cmocka_unit_test(figures_have_the_chosen_window_and_an_end),
        cmocka_unit_test(every_screen_fits_every_size),
        cmocka_unit_test(screens_have_names),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
