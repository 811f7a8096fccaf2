/* What explains a figure comes to the figure: over made-up traffic, every figure of every window
 * and period that the aggregator hands out is that of the facts which it told; and which facts
 * stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/explain.h"
#include "board.h"
#include "common/duration.h"
#include "common/memory.h"
#include "seeds.h"
#include "traffic.h"
#include "apply_one.h"

#define MINUTE INT64_C(60000)

/* The lines of all facts, one after the other. */
struct lines {
    char *bytes;
    size_t len, capacity;
};

static void write_line(void *ctx, const struct dp_told *told)
{
    struct lines *lines = ctx;
    if (lines->len + DP_FACT_LINE_SIZE > lines->capacity) {
        lines->capacity = (lines->capacity + DP_FACT_LINE_SIZE) * 2;
        lines->bytes = dp_xrealloc(lines->bytes, lines->capacity);
    }
    lines->len += dp_fact_line_write(lines->bytes + lines->len, told, NULL);
}

static void read_lines(const struct lines *lines, struct dp_fact_book *book)
{
    for (size_t at = 0, next; at < lines->len; at = next) {
        next =
            (size_t)((char *)memchr(lines->bytes + at, '\n', lines->len - at) - lines->bytes) + 1;
        dp_fact_book_take(book, (struct dp_str){lines->bytes + at, next - at}, 0);
    }
}

/* "agent:a1:voice:w:5m", "all:p:2026-11" as a request; false: it is no window and no period. */
static bool request_of(char *key, struct dp_explain_request *request)
{
    char *words[5] = {0};
    size_t count = 0;
    *request = (struct dp_explain_request){.as_of_ms = INT64_MAX};
    while (count < 5 && (words[count] = strsep(&key, ":")))
        count++;
    while (strcmp(dp_explain_scope_names[request->scope], words[0]) != 0)
        request->scope++;
    size_t at = 1;
    if (request->scope != DP_EXPLAIN_ALL)
        snprintf(request->id, sizeof request->id, "%s", words[at++]);
    for (int channel = 1; channel < DP_CHANNELS && words[at]; channel++)
        if (strcmp(words[at], dp_channel_names[channel]) == 0) {
            request->channel = (enum dp_channel)channel;
            at++;
        }
    if (at + 1 >= count || (strcmp(words[at], "w") != 0 && strcmp(words[at], "p") != 0))
        return false;
    request->label = words[at + 1];
    return *words[at] == 'p' ? dp_report_period_parse(request->label, &request->period)
                             : dp_duration_parse(dp_str_from(request->label), &request->window_ms);
}

struct centre {
    struct dp_board board;
    struct lines lines;
    struct dp_config config;
    int64_t t_ms;
};

/* What is measured elsewhere, of which the traffic has none. */
static void give_measured(struct dp_aggregator *agg, const struct dp_traffic *traffic)
{
    static const char *const ids[] = {"m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"};
    struct dp_rng rng = dp_seed_rng(7);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const struct dp_event event = {
            .type = DP_SCORECARD_MEASURED,
            .time_ms = traffic->end_ms - (int64_t)i,
            .source = DP_STR("lms"),
            .id = dp_str_from(ids[i]),
            .agent = dp_str_from(i % 2 ? "a1" : "a2"),
            .measure = (enum dp_measure)(i / 2 % DP_MEASURES),
            .score = (double)dp_rng_below(&rng, 1000) / 10,
            .scale = 100,
        };
        assert_int_equal(dp_apply_one(agg, 0, &event), DP_ACCEPTED);
    }
}

static void open_centre(struct centre *centre, struct dp_traffic *traffic, int64_t t_ms)
{
    struct dp_aggregator_options options = dp_traffic_options(false);
    struct dp_aggregator *agg = dp_traffic_aggregator(false, DP_TRAFFIC_PARTITIONS);
    *centre = (struct centre){.t_ms = t_ms};
    dp_aggregator_set_ledger(agg, write_line, &centre->lines);
    for (size_t i = 0; i < traffic->count; i++)
        dp_traffic_give(agg, &traffic->parcels[i]);
    give_measured(agg, traffic);
    dp_aggregator_advance(agg, t_ms);
    dp_board_pull(&centre->board, agg);
    centre->config.timezone = (char *)(uintptr_t)options.timezone;
    centre->config.scope_ttl_ms = options.scope_ttl_ms;
    centre->config.scorecard = options.scorecard;
    centre->config.formula = options.targets.formula;
    centre->config.queues = (struct dp_queue_targets *)(uintptr_t)options.targets.queues;
    centre->config.queue_count = options.targets.queue_count;
    dp_aggregator_destroy(agg);
}

static void close_centre(struct centre *centre)
{
    dp_board_deinit(&centre->board);
    free(centre->lines.bytes);
}

static void expect_explained(const struct centre *centre, const char *key, enum dp_explained which)
{
    char copy[256];
    struct dp_explain_request request;
    struct dp_explain explain;
    const struct dp_published unknown = {.committed = UINT64_MAX};
    snprintf(copy, sizeof copy, "%s", key);
    if (!request_of(copy, &request) ||
        (dp_explained_of_agent(which) && request.scope != DP_EXPLAIN_AGENT) ||
        (dp_explained_of_period(which) && request.window_ms) ||
        (dp_explained_by_states(which) && request.channel))
        return;
    request.which = which;
    dp_explain_open(&explain, &request, &centre->config, centre->t_ms);
    read_lines(&centre->lines, &explain.book);
    dp_explain_finish(&explain, &unknown);
    bool score = which == DP_EXPLAINED_SCORE;
    bool present = score ? explain.score.present : explain.explanation.present;
    int64_t value = score ? explain.score.score : explain.explanation.value;
    int64_t wanted = dp_board_number(&centre->board, key, dp_explained_name(which));
    if ((present ? value : DP_BOARD_NONE) != wanted)
        fail_msg("%s of %s is %lld, explained as %lld", dp_explained_name(which), key,
                 (long long)wanted, present ? (long long)value : (long long)DP_BOARD_NONE);
    assert_int_equal(explain.note_count, 0);
    dp_explain_close(&explain);
}

static void any_figure(void)
{
    struct dp_rng rng = dp_seed_rng(1);
    struct dp_traffic traffic;
    struct centre centre;
    dp_traffic_make(&traffic, dp_seed, 20 + dp_rng_below(&rng, 40),
                    dp_rng_between(&rng, 1, 50) * MINUTE);
    dp_traffic_shuffle(&traffic);
    open_centre(&centre, &traffic, traffic.end_ms + dp_rng_between(&rng, 1, 90) * 1000);
    for (int i = 0; i < 120; i++) {
        const char *key = centre.board.rows[dp_rng_below(&rng, (uint32_t)centre.board.count)].key;
        expect_explained(&centre, key, (enum dp_explained)dp_rng_below(&rng, DP_EXPLAINED));
    }
    for (enum dp_explained which = 0; which < DP_EXPLAINED; which++) {
        expect_explained(&centre, "agent:a1:p:2027", which);
        expect_explained(&centre, "all:w:1h", which);
    }
    dp_traffic_deinit(&traffic);
    close_centre(&centre);
}

static void every_figure_is_explained(void **state)
{
    (void)state;
    dp_for_seeds(30, any_figure);
}

/* So many values that percentiles of windows are told from buckets. */
static void many_values(void)
{
    struct dp_traffic traffic;
    struct centre centre;
    dp_traffic_make(&traffic, dp_seed, 900, 30 * MINUTE);
    dp_traffic_shuffle(&traffic);
    open_centre(&centre, &traffic, traffic.end_ms + 1000);
    assert_true(dp_board_number(&centre.board, "all:w:1h", "handles") > DP_WINDOWS_EXACT);
    for (enum dp_figure which = 0; which < DP_FIGURES; which++)
        expect_explained(&centre, "all:w:1h", (enum dp_explained)which);
    dp_traffic_deinit(&traffic);
    close_centre(&centre);
}

static void percentiles_of_many_are_explained(void **state)
{
    (void)state;
    dp_for_seeds(2, many_values);
}

/* ---------------------------------------------------------------- which facts stand */

static bool wants_all(void *ctx, const struct dp_told *told)
{
    (void)ctx;
    (void)told;
    return true;
}

/* Lines of declines, "SIGN TIME EPOCH BEGAN FRAME SEQ", or "epoch EPOCH BEGAN"; separated by ";".
 */
static void fill_book(struct dp_fact_book *book, const char *text)
{
    char copy[1024], *rest = copy, line[DP_FACT_LINE_SIZE];
    snprintf(copy, sizeof copy, "%s", text);
    dp_fact_book_init(book, wants_all, NULL);
    for (char *item; (item = strsep(&rest, ";"));) {
        struct dp_fact_place place = {0};
        struct dp_told told = {.agent = DP_STR("a1"), .contact = DP_STR("c1")};
        long long sign, time;
        unsigned long long epoch = 0, began = 0, frame = 0, seq = 0;
        size_t len;
        if (sscanf(item, " epoch %llu %llu", &epoch, &began) == 2) {
            place = (struct dp_fact_place){epoch, began, began, 0};
            len = dp_fact_line_write_epoch(line, &place);
        } else {
            int read = sscanf(item, "%lld %lld %llu %llu %llu %llu", &sign, &time, &epoch, &began,
                              &frame, &seq);
            assert_true(read == 2 || read == 6);
            told.sign = (int)sign;
            told.fact.kind = DP_FACT_DECLINE;
            told.fact.time_ms = time;
            place = (struct dp_fact_place){epoch, began, frame, seq};
            len = dp_fact_line_write(line, &told, read == 6 ? &place : NULL);
        }
        dp_fact_book_take(book, (struct dp_str){line, len}, 0);
    }
}

static void expect_standing(const char *lines, uint64_t committed, const char *times)
{
    struct dp_fact_book book;
    char standing[256] = "";
    fill_book(&book, lines);
    dp_fact_book_close(&book, committed);
    dp_fact_book_net(&book, book.told_count);
    for (size_t i = 0, at = 0; i < book.count; i++)
        at += (size_t)snprintf(standing + at, sizeof standing - at, "%s%lld", i ? " " : "",
                               (long long)book.entries[i].told.fact.time_ms);
    assert_string_equal(standing, times);
    dp_fact_book_deinit(&book);
}

static void facts_are_netted(void **state)
{
    (void)state;
    expect_standing("1 5; 1 7; -1 5; 1 3", UINT64_MAX, "3 7");
    expect_standing("-1 5; 1 5; 1 5; 1 5", UINT64_MAX, "5 5");
    expect_standing("1 5; -1 5; -1 5", UINT64_MAX, "");
}

static void what_was_written_twice_counts_once(void **state)
{
    (void)state;
    expect_standing("1 5 9 1 1 0; 1 5 9 1 1 0; 1 5 9 1 1 1", UINT64_MAX, "5 5");
}

static void the_next_owner_makes_frames_anew(void **state)
{
    (void)state;
    /* Owner 1 has written frames 1 to 3, 2 was the last that it committed; owner 2 goes on. */
    expect_standing("1 1 1 1 1 0; 1 2 1 1 2 0; 1 3 1 1 3 0; epoch 2 3; 1 3 2 3 3 0; 1 4 2 3 4 0",
                    UINT64_MAX, "1 2 3 4");
    /* Frame 3 of owner 2 has no fact, and owner 1 is not done yet. */
    expect_standing("1 1 1 1 1 0; epoch 2 3; 1 3 2 3 4 0; 1 9 1 1 3 0; 1 8 1 1 7 0", UINT64_MAX,
                    "1 3");
    /* Redis went back: owner 3 begins before owner 2 did. */
    expect_standing("1 1 1 1 1 0; 1 2 2 2 2 0; 1 3 3 1 1 0", UINT64_MAX, "3");
}

static void frames_that_were_not_committed_do_not_count(void **state)
{
    (void)state;
    expect_standing("1 1 1 1 1 0; 1 2 1 1 2 0; 1 3 1 1 3 0", 2, "1 2");
    expect_standing("1 1; 1 2 1 1 1 0", 0, "1"); /* lines of files have no frames */
}

/* What is published as of T is compared with all facts; those that came from two seconds before T
 * on, the latest first, may be left out. */
static void expect_left_out(int64_t written_ms, const char *published_text, bool differs,
                            size_t left_out)
{
    const struct dp_config config = {.timezone = (char *)(uintptr_t) "UTC"};
    const struct dp_explain_request request = {
        .which = (enum dp_explained)DP_FIGURE_DECLINES, .label = "1m", .window_ms = 60000};
    struct dp_published published = {
        .reached = true, .there = true, .has = true, .as_of_ms = 100000, .committed = UINT64_MAX};
    struct dp_explain explain;
    char line[DP_FACT_LINE_SIZE];
    strcpy(published.text, published_text);
    dp_explain_open(&explain, &request, &config, published.as_of_ms);
    for (int i = 0; i < 3; i++) {
        struct dp_told told = {.sign = 1, .agent = DP_STR("a1")};
        const struct dp_fact_place place = {1, 1, 1, (uint64_t)i};
        told.fact.kind = DP_FACT_DECLINE;
        told.fact.time_ms = 90000 + i;
        dp_fact_book_take(&explain.book,
                          (struct dp_str){line, dp_fact_line_write(line, &told, &place)},
                          i ? written_ms : 90000);
    }
    dp_explain_finish(&explain, &published);
    assert_true(explain.compared);
    assert_int_equal(explain.differs, differs);
    assert_int_equal(explain.left_out, left_out);
    assert_int_equal(explain.explanation.value, differs ? 3 : 3 - (int)left_out);
    dp_explain_close(&explain);
}

static void what_came_later_may_be_left_out(void **state)
{
    (void)state;
    expect_left_out(99500, "3", false, 0);
    expect_left_out(99500, "2", false, 1);
    expect_left_out(101000, "1", false, 2);
    expect_left_out(101000, "0", true, 0); /* the first came long before */
    expect_left_out(101000, "4", true, 0);
    expect_left_out(97000, "2", true, 0);
    expect_left_out(200000, "2", true, 0); /* it should have been published since */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_figure_is_explained, dp_seed_before, dp_seed_after),
        cmocka_unit_test_setup_teardown(percentiles_of_many_are_explained, dp_seed_before,
                                        dp_seed_after),
        cmocka_unit_test(facts_are_netted),
        cmocka_unit_test(what_was_written_twice_counts_once),
        cmocka_unit_test(the_next_owner_makes_frames_anew),
        cmocka_unit_test(frames_that_were_not_committed_do_not_count),
        cmocka_unit_test(what_came_later_may_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
