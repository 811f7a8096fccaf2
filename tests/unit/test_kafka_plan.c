#include "ingest/kafka_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Two topics, "a" and "b", as a survey may have found them, and positions to begin at. */
struct fixture {
    struct dp_kafka_partitions partitions;
    struct dp_kafka_survey survey;
    struct dp_kafka_topic_survey found[2];
    struct dp_kafka_ends ends[2][3];
    struct dp_kafka_plan plan;
    rd_kafka_topic_partition_list_t *list;
    uint32_t assigned;
};

static uint32_t on_assigned(void *ctx, const char *topic, int32_t partition)
{
    struct fixture *fixture = ctx;
    (void)topic;
    (void)partition;
    fixture->assigned++;
    return (uint32_t)fixture->partitions.slot_count - 1;
}

static void set_up(struct fixture *fixture, size_t of_a, size_t of_b)
{
    static const char *const topics[] = {"a", "b"};
    *fixture = (struct fixture){.found = {{.name = "a", .count = of_a, .missing = !of_a},
                                          {.name = "b", .count = of_b, .missing = !of_b}}};
    for (int t = 0; t < 2; t++) {
        fixture->found[t].ends = fixture->ends[t];
        for (int p = 0; p < 3; p++)
            fixture->ends[t][p] = (struct dp_kafka_ends){100, 200};
    }
    fixture->survey.topics = fixture->found;
    fixture->survey.count = 2;
    dp_kafka_partitions_init(&fixture->partitions, topics, 2);
    fixture->plan.partitions = &fixture->partitions;
    fixture->plan.survey = &fixture->survey;
    fixture->plan.brokers = "localhost:9092";
    fixture->plan.assigned = on_assigned;
    fixture->plan.ctx = fixture;
    fixture->list = rd_kafka_topic_partition_list_new(1);
}

static void tear_down(struct fixture *fixture)
{
    rd_kafka_topic_partition_list_destroy(fixture->list);
    dp_positions_deinit(&fixture->plan.shown);
    dp_kafka_partitions_deinit(&fixture->partitions);
}

static void put(struct fixture *fixture, const char *topic, int32_t number, int64_t next,
                uint64_t mark)
{
    struct dp_kafka_partition *partition =
        dp_kafka_partitions_add(&fixture->partitions, topic, number);
    partition->next = next;
    partition->mark = mark;
}

static enum dp_kafka_plan_outcome make(struct fixture *fixture, bool starting)
{
    return dp_kafka_plan_make(&fixture->plan, starting, fixture->list);
}

static void assert_begins(const struct fixture *fixture, const char *topic, int32_t partition,
                          int64_t offset)
{
    const rd_kafka_topic_partition_t *at =
        rd_kafka_topic_partition_list_find(fixture->list, topic, partition);
    assert_non_null(at);
    assert_int_equal(at->offset, offset);
}

static void test_where_partitions_begin(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 3, 1);
    fixture.plan.begin_latest = true;
    put(&fixture, "a", 1, 150, 7); /* with the message before it, */
    put(&fixture, "a", 0, 150, 0); /* which has to be known, */
    put(&fixture, "c", 0, 5, 1);   /* no topic any more */
    assert_int_equal(make(&fixture, true), DP_KAFKA_PLAN_MADE);
    assert_int_equal(fixture.list->cnt, 4);
    assert_begins(&fixture, "a", 1, 149);
    assert_begins(&fixture, "a", 0, 150);
    assert_begins(&fixture, "a", 2, 100); /* new in its topic */
    assert_begins(&fixture, "b", 0, 200); /* a topic without positions: auto.offset.reset */
    assert_int_equal(fixture.assigned, 2);

    struct dp_positions positions = {0};
    dp_kafka_partitions_positions(&fixture.partitions, &positions);
    char *text = dp_positions_format(&positions);
    assert_string_equal(text, "a/1=150:7 a/0=150:0 c/0=5:1 a/2=100:0 b/0=200:0");
    free(text);
    dp_positions_deinit(&positions);
    tear_down(&fixture);
}

static void test_kept_messages_alone_can_be_compared(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 2, 1);
    put(&fixture, "a", 0, 100, 7); /* the message before it is gone, it itself is there */
    put(&fixture, "a", 1, 200, 7); /* all has been read */
    assert_int_equal(make(&fixture, true), DP_KAFKA_PLAN_MADE);
    assert_begins(&fixture, "a", 0, 100);
    assert_begins(&fixture, "a", 1, 199);
    tear_down(&fixture);
}

static void test_lost_positions(void **state)
{
    (void)state;
    static const struct {
        int64_t next;
        const char *says;
        int64_t earliest_skips, latest_skips;
    } cases[] = {
        {99, "position 99: Kafka holds offsets 100 up to 200; 1 messages are missing", 1, 101},
        {201, "position 201: Kafka holds offsets 100 up to 200; the topic was made anew", 0, 100},
    };
    for (size_t i = 0; i < 2; i++)
        for (int on_lost = DP_KAFKA_LOST_STOP; on_lost <= DP_KAFKA_LOST_LATEST; on_lost++) {
            struct fixture fixture;
            bool latest = on_lost == DP_KAFKA_LOST_LATEST;
            set_up(&fixture, 1, 1);
            fixture.plan.on_lost = (enum dp_kafka_on_lost)on_lost;
            put(&fixture, "a", 0, cases[i].next, 7);
            enum dp_kafka_plan_outcome outcome = make(&fixture, true);
            if (on_lost == DP_KAFKA_LOST_STOP) {
                assert_int_equal(outcome, DP_KAFKA_PLAN_FAILED);
                assert_non_null(strstr(fixture.plan.failure, cases[i].says));
            } else {
                assert_int_equal(outcome, DP_KAFKA_PLAN_MADE);
                assert_begins(&fixture, "a", 0, latest ? 200 : 100);
                assert_int_equal(fixture.plan.lost, 1);
                assert_int_equal(fixture.plan.skipped,
                                 latest ? cases[i].latest_skips : cases[i].earliest_skips);
            }
            tear_down(&fixture);
        }
}

static void test_topics_and_partitions_that_are_gone(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 1, 0); /* b is not there, but nobody has read it */
    assert_int_equal(make(&fixture, true), DP_KAFKA_PLAN_MADE);
    assert_int_equal(fixture.list->cnt, 1);
    /* While running: a has been read, and is looked for three times. */
    fixture.found[0].missing = true;
    fixture.found[0].count = 0;
    assert_int_equal(make(&fixture, false), DP_KAFKA_PLAN_WAITS);
    assert_int_equal(make(&fixture, false), DP_KAFKA_PLAN_WAITS);
    assert_int_equal(make(&fixture, false), DP_KAFKA_PLAN_FAILED);
    assert_non_null(strstr(fixture.plan.failure, "topic a, which has been read before"));
    tear_down(&fixture);

    set_up(&fixture, 1, 0);
    fixture.plan.on_lost = DP_KAFKA_LOST_EARLIEST;
    put(&fixture, "a", 1, 150, 7);
    assert_int_equal(make(&fixture, true), DP_KAFKA_PLAN_WAITS);
    assert_int_equal(make(&fixture, true), DP_KAFKA_PLAN_WAITS);
    assert_int_equal(make(&fixture, true), DP_KAFKA_PLAN_MADE);
    assert_begins(&fixture, "a", 0, 100);
    assert_int_equal(fixture.plan.lost, 1);
    assert_int_equal(dp_kafka_partitions_slot(&fixture.partitions, 0)->next, DP_POSITION_UNKNOWN);
    tear_down(&fixture);
}

static void test_a_partition_without_promise_begins_anew(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 1, 0);
    assert_int_equal(make(&fixture, true), DP_KAFKA_PLAN_MADE);
    struct dp_kafka_partition *partition = dp_kafka_partitions_slot(&fixture.partitions, 0);
    partition->reading = false; /* retention was faster than the first message */
    partition->doubt = DP_KAFKA_OUT_OF_RANGE;
    fixture.ends[0][0].low = 180;
    rd_kafka_topic_partition_list_del(fixture.list, "a", 0);
    assert_int_equal(make(&fixture, false), DP_KAFKA_PLAN_MADE);
    assert_begins(&fixture, "a", 0, 180);
    assert_int_equal(fixture.plan.lost, 0);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_partitions_begin),
        cmocka_unit_test(test_kept_messages_alone_can_be_compared),
        cmocka_unit_test(test_lost_positions),
        cmocka_unit_test(test_topics_and_partitions_that_are_gone),
        cmocka_unit_test(test_a_partition_without_promise_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
