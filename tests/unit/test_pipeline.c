/* What becomes of messages, in batches of any size, while the dead letters now and then have no
 * room. */
#include "app/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/cloudevents.h"
#include "seeds.h"

#define MESSAGES 400

/* Keeps the offsets and reasons of letters; refuses one put in three, by chance. */
struct letters {
    struct dp_dead_letters base;
    struct dp_rng *rng;
    int64_t offsets[MESSAGES];
    enum dp_reject reasons[MESSAGES];
};

static bool put(struct dp_dead_letters *base, const struct dp_message *message,
                enum dp_reject reason)
{
    struct letters *letters = (struct letters *)base;
    if (dp_rng_below(letters->rng, 3) == 0)
        return false;
    assert_true(base->count < MESSAGES);
    letters->offsets[base->count] = message->offset;
    letters->reasons[base->count++] = reason;
    return true;
}

/* Every seventh message comes twice, every fifth is broken, every eleventh an hour late. */
static enum dp_reject make(int i, char *bytes, size_t size)
{
    bool late = i % 11 == 10, again = i % 7 == 6;
    int64_t minute = late ? 0 : 30;
    snprintf(
        bytes, size,
        "{\"specversion\":\"1.0\",\"id\":\"e%d\",\"source\":\"s\",\"type\":\"contact.offered\","
        "\"time\":\"2026-11-22T10:%02d:00Z\",\"data\":{\"interaction_id\":\"i%d\","
        "\"channel\":\"voice\",\"queue\":\"q\"}}%s",
        again ? i - 1 : i, (int)minute, i, i % 5 == 4 ? "!" : "");
    return i % 5 == 4 ? DP_REJECT_BAD_JSON : late ? DP_REJECT_LATE : DP_REJECT_NONE;
}

static struct dp_aggregator_options options(void)
{
    return (struct dp_aggregator_options){
        .windows = {1, {3600000}},
        .window_labels = {"1h"},
        .allowed_lateness_ms = 60000,
        .dedup_horizon_ms = 3600000,
        .fcr_window_ms = 3600000,
        .contact_ttl_ms = 3600000,
        .scope_ttl_ms = 3600000,
        .max_contacts = 1000,
        .max_waiting = 1000,
        .as_of_limit_ms = INT64_MAX,
        .timezone = "UTC",
        .period_keep_ms = INT64_C(34560000000),
        .period_interval_ms = 10000,
    };
}

static void each_message_once_in_order(void)
{
    struct dp_rng rng = dp_seed_rng(0);
    struct letters letters = {.base = {.put = put}, .rng = &rng};
    struct dp_aggregator_options aggregator_options = options();
    struct dp_pipeline pipeline;
    dp_pipeline_init(&pipeline, &dp_cloudevents, &aggregator_options, NULL, &letters.base);
    uint32_t slot = dp_aggregator_add_partition(pipeline.aggregator);

    static char bytes[MESSAGES][300];
    enum dp_reject expected[MESSAGES];
    for (int i = 0; i < MESSAGES; i++)
        expected[i] = make(i, bytes[i], sizeof bytes[i]);
    for (int next = 0; next < MESSAGES;) {
        struct dp_batch batch = {0};
        size_t count = 1 + dp_rng_below(&rng, DP_BATCH_MESSAGES);
        for (int i = next; i < MESSAGES && batch.count < count; i++) {
            struct dp_message message = {.value = dp_str_from(bytes[i]), .offset = i, .slot = slot};
            dp_batch_add(&batch, &message);
        }
        size_t taken = dp_pipeline_take(&pipeline, batch.messages, batch.count);
        assert_true(taken <= batch.count);
        next += (int)taken;
        assert_int_equal(pipeline.consumed, next);
    }

    uint64_t letter = 0, duplicates = 0;
    for (int i = 0; i < MESSAGES; i++) {
        /* The first of a pair may have been refused: then the second is the first. */
        bool twice = i % 7 == 6 && expected[i - 1] == DP_REJECT_NONE;
        if (expected[i] == DP_REJECT_BAD_JSON || (expected[i] == DP_REJECT_LATE && !twice)) {
            assert_int_equal(letters.offsets[letter], i);
            assert_int_equal(letters.reasons[letter], expected[i]);
            letter++;
        } else {
            duplicates += twice;
        }
    }
    const struct dp_aggregator_counters *counters = dp_aggregator_counters(pipeline.aggregator);
    assert_int_equal(letters.base.count, letter);
    assert_int_equal(dp_pipeline_dead(&pipeline), letter);
    assert_int_equal(counters->duplicate, duplicates);
    assert_int_equal(counters->accepted + duplicates + letter, MESSAGES);
    dp_pipeline_deinit(&pipeline);
}

static void test_each_message_once_in_order(void **state)
{
    (void)state;
    dp_for_seeds(200, each_message_once_in_order);
}

static void counters_come_back_from_their_line(void **state)
{
    (void)state;
    struct dp_aggregator_options aggregator_options = options();
    struct dp_pipeline pipeline, again;
    dp_pipeline_init(&pipeline, &dp_cloudevents, &aggregator_options, NULL, NULL);
    dp_pipeline_init(&again, &dp_cloudevents, &aggregator_options, NULL, NULL);
    pipeline.consumed = 12345678901;
    pipeline.skipped = 3;
    for (int reason = DP_REJECT_NONE + 1; reason < DP_REJECTS; reason++)
        pipeline.dead[reason] = 100 + (uint64_t)reason;
    char *line = dp_pipeline_format(&pipeline);
    assert_true(dp_pipeline_parse(&again, line));
    assert_int_equal(again.consumed, pipeline.consumed);
    assert_int_equal(again.skipped, pipeline.skipped);
    assert_memory_equal(again.dead, pipeline.dead, sizeof pipeline.dead);
    free(line);
    static const char *const wrong[] = {
        "", "consumed", "consumed=", "consumed=-1", "consumed=1 ", "consumed=1x", "eaten=1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(dp_pipeline_parse(&again, wrong[i]));
    dp_pipeline_reset(&again);
    assert_int_equal(again.consumed + again.skipped + dp_pipeline_dead(&again), 0);
    dp_pipeline_deinit(&pipeline);
    dp_pipeline_deinit(&again);
}

/* What of a saved state's customers is known by its line. */
static void customers_of_another_key_are_noticed(void **state)
{
    (void)state;
    struct dp_aggregator_options aggregator_options = options();
    struct dp_customer_key keys[2] = {{.len = 32, .bytes = "a"}, {.len = 32, .bytes = "b"}};
    struct dp_pipeline pipelines[3];
    const struct dp_customer_key *of[3] = {NULL, &keys[0], &keys[1]};
    static const enum dp_saved_customers expected[3][3] = {
        {DP_CUSTOMERS_ALIKE, DP_CUSTOMERS_REKEYED, DP_CUSTOMERS_REKEYED},
        {DP_CUSTOMERS_CLEAR, DP_CUSTOMERS_ALIKE, DP_CUSTOMERS_REKEYED},
        {DP_CUSTOMERS_CLEAR, DP_CUSTOMERS_REKEYED, DP_CUSTOMERS_ALIKE},
    };
    for (int i = 0; i < 3; i++) {
        dp_pipeline_init(&pipelines[i], &dp_cloudevents, &aggregator_options, of[i], NULL);
        pipelines[i].dead[DP_REJECTS - 1] = 100 + (uint64_t)i;
    }
    for (int saved = 0; saved < 3; saved++) {
        char *line = dp_pipeline_format(&pipelines[saved]);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(dp_pipeline_saved_customers(&pipelines[i], line), expected[i][saved]);
            assert_true(dp_pipeline_parse(&pipelines[i], line));
            assert_int_equal(pipelines[i].dead[DP_REJECTS - 1], 100 + saved);
        }
        for (int i = 0; i < 3; i++)
            pipelines[i].dead[DP_REJECTS - 1] = 100 + (uint64_t)i;
        free(line);
    }
    for (int i = 0; i < 3; i++)
        dp_pipeline_deinit(&pipelines[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_message_once_in_order, dp_seed_before,
                                        dp_seed_after),
        cmocka_unit_test(counters_come_back_from_their_line),
        cmocka_unit_test(customers_of_another_key_are_noticed),
    };
    return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
