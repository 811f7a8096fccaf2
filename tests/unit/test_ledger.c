/* What the ledger is told: what stands is the same whatever the order of arrival, what was restored
 * is not told again, and a line says all there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/private.h"
#include "aggregator/restore.h"
#include "apply_one.h"
#include "centre.h"
#include "common/memory.h"
#include "seeds.h"
#include "sink/fact_line.h"
#include "traffic.h"

/* Lines without their signs, each with the sum of its signs. */
struct book {
    struct page {
        char *line;
        int sum;
    } * pages;
    size_t count, capacity, told;
};

static void write_down(void *ctx, const struct dp_told *told)
{
    struct book *book = ctx;
    char line[DP_FACT_LINE_SIZE];
    struct dp_told unsigned_one = *told;
    unsigned_one.sign = 1;
    line[dp_fact_line_write(line, &unsigned_one, NULL)] = '\0';
    book->told++;
    size_t at = 0;
    while (at < book->count && strcmp(book->pages[at].line, line) != 0)
        at++;
    if (at == book->count) {
        book->pages = dp_xgrow(book->pages, book->count, &book->capacity, sizeof *book->pages);
        book->pages[book->count++] = (struct page){dp_xstrdup(line), 0};
    }
    book->pages[at].sum += told->sign;
    assert_true(book->pages[at].sum >= 0); /* nothing is taken back that was not made */
}

static void close_book(struct book *book)
{
    for (size_t i = 0; i < book->count; i++)
        free(book->pages[i].line);
    free(book->pages);
}

static int sum_of(const struct book *book, const char *line)
{
    for (size_t i = 0; i < book->count; i++)
        if (strcmp(book->pages[i].line, line) == 0)
            return book->pages[i].sum;
    return 0;
}

static void expect_same(const struct book *a, const struct book *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->pages[i].sum != sum_of(b, a->pages[i].line))
            fail_msg("%d and not %d times: %s", sum_of(b, a->pages[i].line), a->pages[i].sum,
                     a->pages[i].line);
    for (size_t i = 0; i < b->count; i++)
        if (b->pages[i].sum && !sum_of(a, b->pages[i].line))
            fail_msg("should not be: %s", b->pages[i].line);
}

/* ---------------------------------------------------------------- order of arrival */

static struct book keep_book(const struct dp_traffic *traffic, uint32_t partitions)
{
    struct book book = {0};
    struct dp_aggregator *agg = dp_traffic_aggregator(false, DP_TRAFFIC_PARTITIONS);
    dp_aggregator_set_ledger(agg, write_down, &book);
    for (size_t i = 0; i < traffic->count; i++)
        assert_int_equal(dp_apply_one(agg, partitions > 1 ? traffic->parcels[i].partition : 0,
                                      &traffic->parcels[i].event),
                         DP_ACCEPTED);
    dp_aggregator_destroy(agg);
    return book;
}

static void any_arrival(void)
{
    struct dp_rng rng = dp_seed_rng(1);
    struct dp_traffic traffic;
    dp_traffic_make(&traffic, dp_seed, 20 + dp_rng_below(&rng, 30),
                    dp_rng_between(&rng, 1, 30) * MINUTE);
    dp_traffic_sort(&traffic);
    struct book sorted = keep_book(&traffic, 1);
    dp_traffic_shuffle(&traffic);
    struct book shuffled = keep_book(&traffic, DP_TRAFFIC_PARTITIONS);
    dp_traffic_by_partition(&traffic);
    struct book apart = keep_book(&traffic, DP_TRAFFIC_PARTITIONS);
    assert_true(sorted.count > 50);
    expect_same(&sorted, &shuffled);
    expect_same(&sorted, &apart);
    close_book(&sorted);
    close_book(&shuffled);
    close_book(&apart);
    dp_traffic_deinit(&traffic);
}

static void what_stands_is_the_same_in_any_order(void **state)
{
    (void)state;
    dp_for_seeds(60, any_arrival);
}

/* ---------------------------------------------------------------- restoring */

/* Tells the first part of the traffic to one aggregator and the rest to one that is restored from
 * the journal of the first: together they tell what one alone does. */
static void any_restart(void)
{
    struct dp_rng rng = dp_seed_rng(2);
    struct dp_traffic traffic;
    struct book whole, parts = {0};
    struct dp_journal journal;
    struct dp_aggregator_saved saved;
    char error[256];
    dp_traffic_make(&traffic, dp_seed, 30, 10 * MINUTE);
    dp_traffic_shuffle(&traffic);
    whole = keep_book(&traffic, DP_TRAFFIC_PARTITIONS);
    size_t cut = dp_rng_below(&rng, (uint32_t)traffic.count);

    struct dp_aggregator *first = dp_traffic_aggregator(false, DP_TRAFFIC_PARTITIONS);
    dp_journal_init(&journal);
    dp_aggregator_set_journal(first, &journal);
    dp_aggregator_set_ledger(first, write_down, &parts);
    dp_aggregator_advance(first, traffic.begin_ms);
    for (size_t i = 0; i < cut; i++)
        dp_traffic_give(first, &traffic.parcels[i]);
    if (dp_rng_chance(&rng, 500)) { /* all that was is told of as a whole */
        dp_journal_clear(&journal);
        journal.frame = 2;
        dp_aggregator_advance(first, traffic.begin_ms + 1000);
        dp_aggregator_carry(first, 2);
    }
    dp_aggregator_save(first, &saved);

    size_t told = parts.told;
    struct dp_aggregator *second = dp_traffic_aggregator(false, DP_TRAFFIC_PARTITIONS);
    dp_aggregator_set_ledger(second, write_down, &parts);
    dp_aggregator_restore_begin(second, &saved);
    if (!dp_aggregator_restore(second, journal.frame, journal.bytes, journal.len, error,
                               sizeof error))
        fail_msg("%s", error);
    dp_aggregator_restored(second, &saved);
    assert_int_equal(parts.told, told);
    for (size_t i = cut; i < traffic.count; i++)
        dp_traffic_give(second, &traffic.parcels[i]);
    expect_same(&whole, &parts);

    dp_aggregator_destroy(first);
    dp_aggregator_destroy(second);
    dp_aggregator_saved_deinit(&saved);
    dp_journal_deinit(&journal);
    dp_traffic_deinit(&traffic);
    close_book(&whole);
    close_book(&parts);
}

static void what_is_restored_is_not_told_again(void **state)
{
    (void)state;
    dp_for_seeds(60, any_restart);
}

/* ---------------------------------------------------------------- lines */

static void expect_book(const char *events, const char *const *lines)
{
    struct book book = {0};
    struct dp_centre centre;
    size_t standing = 0, wanted = 0;
    dp_centre_open_usual(&centre);
    dp_aggregator_set_ledger(centre.agg, write_down, &book);
    dp_centre_tell(&centre, events);
    for (; lines[wanted]; wanted++) {
        char line[1024];
        strcpy(line, lines[wanted]);
        strcat(line, "\n");
        if (sum_of(&book, line) != 1)
            fail_msg("does not stand once: %s", line);
    }
    for (size_t i = 0; i < book.count; i++)
        standing += (size_t)book.pages[i].sum;
    assert_int_equal(standing, wanted);
    dp_centre_close(&centre);
    close_book(&book);
}

static void a_wrap_up_takes_the_handle_back(void **state)
{
    (void)state;
    expect_book(
        "1000/c1 offered voice q1; 3000/c1 answered a1 t1; 9000/c1 ended; 11000/c1 wrapped a1",
        (const char *const[]){
            "{\"sign\":1,\"kind\":\"offered\",\"time_ms\":1000,\"contact\":\"c1\",\"queue\":\"q1\","
            "\"channel\":\"voice\"}",
            "{\"sign\":1,\"kind\":\"response\",\"time_ms\":3000,\"value_ms\":2000,"
            "\"contact\":\"c1\",\"agent\":\"a1\",\"team\":\"t1\",\"queue\":\"q1\","
            "\"channel\":\"voice\",\"flags\":[\"in_target\"]}",
            "{\"sign\":1,\"kind\":\"handle\",\"time_ms\":11000,\"value_ms\":8000,\"talk_ms\":6000,"
            "\"hold_ms\":0,\"wrap_ms\":2000,\"contact\":\"c1\",\"agent\":\"a1\",\"team\":\"t1\","
            "\"queue\":\"q1\",\"channel\":\"voice\"}",
            NULL});
}

static void a_line_is_read_as_it_was_written(void **state)
{
    (void)state;
    const struct dp_told told = {
        .sign = -1,
        .fact = {.time_ms = 1800000000001,
                 .value = INT64_C(83333333333),
                 .kind = DP_FACT_RATING,
                 .channel = DP_CHANNEL_CHAT,
                 .flags = DP_FACT_SATISFIED},
        .contact = DP_STR("c\"1\n"),
        .event = DP_STR("e1"),
        .agent = DP_STR("\xe4\xbd\xa0"),
        .team = DP_STR("t1"),
        .queue = DP_STR("q1"),
    };
    const struct dp_fact_place place = {7, 3, 9, 2};
    char text[DP_FACT_LINE_SIZE], again[DP_FACT_LINE_SIZE];
    struct dp_fact_line line;
    size_t len = dp_fact_line_write(text, &told, &place);
    dp_fact_line_read(&line, (struct dp_str){text, len});
    assert_int_equal(line.kind, DP_LINE_FACT);
    assert_true(dp_fact_equal(&line.told.fact, &told.fact));
    assert_int_equal(line.place.began, 3);
    assert_int_equal(dp_fact_line_write(again, &line.told, &line.place), len);
    assert_memory_equal(again, text, len);
    dp_fact_line_deinit(&line);

    len = dp_fact_line_write_epoch(text, &place);
    dp_fact_line_read(&line, (struct dp_str){text, len});
    assert_int_equal(line.kind, DP_LINE_EPOCH);
    assert_int_equal(line.place.epoch, 7);
    dp_fact_line_deinit(&line);
}

static void every_flag_is_read_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DP_FACT_FLAGS; i++) {
        const struct dp_told told = {
            .sign = 1,
            .fact = {.time_ms = 5,
                     .value = 3,
                     .hold_ms = 2,
                     .kind = DP_FACT_CONVERSATION,
                     .flags = 1u << i & 0xffff},
        };
        char text[DP_FACT_LINE_SIZE];
        struct dp_fact_line line;
        size_t len = dp_fact_line_write(text, &told, NULL);
        dp_fact_line_read(&line, (struct dp_str){text, len});
        assert_int_equal(line.kind, DP_LINE_FACT);
        assert_true(dp_fact_equal(&line.told.fact, &told.fact));
        dp_fact_line_deinit(&line);
    }
}

static void what_is_no_line_is_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum dp_fact_line_kind kind;
    } lines[] = {
        {"", DP_LINE_BAD},
        {"{", DP_LINE_BAD},
        {"[]", DP_LINE_BAD},
        {"{\"kind\":\"handle\",\"sign\":2,\"time_ms\":1}", DP_LINE_BAD},
        {"{\"kind\":\"handle\",\"sign\":1}", DP_LINE_BAD},
        {"{\"kind\":\"handle\",\"sign\":1,\"time_ms\":1,\"flags\":[\"odd\"]}", DP_LINE_BAD},
        {"{\"kind\":\"measured\",\"sign\":1,\"time_ms\":1}", DP_LINE_BAD},
        {"{\"kind\":\"epoch\"}", DP_LINE_BAD},
        {"{\"kind\":\"offered\",\"sign\":1,\"time_ms\":1,\"epoch\":1,\"began\":2,\"frame\":1}",
         DP_LINE_BAD},
        {"{\"kind\":\"later\",\"sign\":1,\"time_ms\":1}", DP_LINE_OTHER},
        {"{\"kind\":\"state\",\"sign\":1,\"time_ms\":1,\"agent\":\"a\",\"state\":\"busy\"}",
         DP_LINE_FACT},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct dp_fact_line line;
        dp_fact_line_read(&line, dp_str_from(lines[i].text));
        assert_int_equal(line.kind, lines[i].kind);
        dp_fact_line_deinit(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_stands_is_the_same_in_any_order, dp_seed_before,
                                        dp_seed_after),
        cmocka_unit_test_setup_teardown(what_is_restored_is_not_told_again, dp_seed_before,
                                        dp_seed_after),
        cmocka_unit_test(a_wrap_up_takes_the_handle_back),
        cmocka_unit_test(a_line_is_read_as_it_was_written),
        cmocka_unit_test(every_flag_is_read_again),
        cmocka_unit_test(what_is_no_line_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
