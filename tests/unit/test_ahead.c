#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/ahead.h"
#include "simulate/rng.h"

static void takes_by_time(void **state)
{
    (void)state;
    struct dp_ahead ahead;
    dp_ahead_init(&ahead);
    assert_null(dp_ahead_take(&ahead, INT64_MAX));
    const int64_t times[] = {3000, 1000, 2000, 1000, -5};
    for (size_t i = 0; i < 5; i++)
        dp_ahead_put(&ahead, &(struct dp_event){.time_ms = times[i]});
    assert_int_equal(dp_ahead_count(&ahead), 5);
    assert_null(dp_ahead_take(&ahead, -6));
    const int64_t due[] = {-5, 1000, 1000};
    for (size_t i = 0; i < 3; i++) {
        struct dp_event *event = dp_ahead_take(&ahead, 1000);
        assert_non_null(event);
        assert_int_equal(event->time_ms, due[i]);
        free(event);
    }
    assert_null(dp_ahead_take(&ahead, 1999));
    assert_int_equal(dp_ahead_count(&ahead), 2);
    dp_ahead_deinit(&ahead); /* frees the rest */
}

/* The message that the strings point into is gone by the time the event is taken. */
static void copies_every_string(void **state)
{
    (void)state;
    char message[] = "source id interaction agent team queue customer toagent toqueue reason";
    char *words[10], *rest = message;
    for (size_t i = 0; i < 10; i++)
        words[i] = strsep(&rest, " ");
    struct dp_event event = {
        .time_ms = 7,
        .source = dp_str_from(words[0]),
        .id = dp_str_from(words[1]),
        .interaction = dp_str_from(words[2]),
        .agent = dp_str_from(words[3]),
        .team = dp_str_from(words[4]),
        .queue = dp_str_from(words[5]),
        .customer = dp_str_from(words[6]),
        .to_agent = dp_str_from(words[7]),
        .to_queue = dp_str_from(words[8]),
        .reason = dp_str_from(words[9]),
        .type = DP_FEEDBACK_RATED,
        .channel = DP_CHANNEL_EMAIL,
        .score = 4,
        .scale = 5,
    };
    struct dp_ahead ahead;
    dp_ahead_init(&ahead);
    dp_ahead_put(&ahead, &event);
    memset(message, '?', sizeof message);
    struct dp_event *taken = dp_ahead_take(&ahead, 7);
    assert_true(dp_str_equal(taken->source, DP_STR("source")));
    assert_true(dp_str_equal(taken->id, DP_STR("id")));
    assert_true(dp_str_equal(taken->interaction, DP_STR("interaction")));
    assert_true(dp_str_equal(taken->agent, DP_STR("agent")));
    assert_true(dp_str_equal(taken->team, DP_STR("team")));
    assert_true(dp_str_equal(taken->queue, DP_STR("queue")));
    assert_true(dp_str_equal(taken->customer, DP_STR("customer")));
    assert_true(dp_str_equal(taken->to_agent, DP_STR("toagent")));
    assert_true(dp_str_equal(taken->to_queue, DP_STR("toqueue")));
    assert_true(dp_str_equal(taken->reason, DP_STR("reason")));
    assert_int_equal(taken->type, DP_FEEDBACK_RATED);
    assert_int_equal(taken->channel, DP_CHANNEL_EMAIL);
    assert_true(taken->score == 4 && taken->scale == 5);
    free(taken);
    dp_ahead_deinit(&ahead);
}

static void many(void **state)
{
    (void)state;
    struct dp_ahead ahead;
    struct dp_rng rng;
    dp_ahead_init(&ahead);
    dp_rng_init(&rng, 1, 0);
    for (int i = 0; i < 5000; i++)
        dp_ahead_put(&ahead, &(struct dp_event){.time_ms = dp_rng_between(&rng, 0, 999),
                                                .agent = DP_STR("a1")});
    int64_t before = 0;
    for (struct dp_event *event; (event = dp_ahead_take(&ahead, 500));) {
        assert_true(event->time_ms >= before && event->time_ms <= 500);
        assert_true(dp_str_equal(event->agent, DP_STR("a1")));
        before = event->time_ms;
        free(event);
    }
    assert_true(dp_ahead_count(&ahead) > 2000 && dp_ahead_count(&ahead) < 3000);
    dp_ahead_deinit(&ahead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_by_time),
        cmocka_unit_test(copies_every_string),
        cmocka_unit_test(many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
