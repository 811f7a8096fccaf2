#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/timestamp.h"
#include "ingest/cloudevents.h"
#include "simulate/agenda.h"
#include "simulate/agents.h"
#include "simulate/contacts.h"
#include "simulate/options.h"
#include "simulate/plan.h"
#include "simulate/rng.h"
#include "simulate/spoil.h"
#include "simulate/writer.h"

#define START_MS INT64_C(1767600000000) /* 2026-01-05T08:00:00Z */

static void rng_is_the_same_everywhere(void **state)
{
    (void)state;
    struct dp_rng rng, other;
    dp_rng_init(&rng, 1, 0);
    dp_rng_init(&other, 1, 1);
    assert_int_not_equal(dp_rng_next(&rng), dp_rng_next(&other));
    /* The generator's published step, from a state of 1, 2, 3, 4. */
    struct dp_rng plain = {{1, 2, 3, 4}};
    assert_int_equal(dp_rng_next(&plain), 11520);
    assert_int_equal(dp_rng_next(&plain), 0);
    assert_int_equal(dp_rng_next(&plain), UINT64_C(1509978240));
    assert_int_equal(dp_rng_next(&plain), UINT64_C(1215971899390074240));
}

static void rng_distributions(void **state)
{
    (void)state;
    struct dp_rng rng;
    dp_rng_init(&rng, 7, 0);
    enum { N = 200000 };
    double sum[4] = {0}, squares = 0, over = 0, hits = 0;
    for (int i = 0; i < N; i++) {
        int64_t e = dp_rng_exp(&rng, 10000), g = dp_rng_gamma(&rng, 10000);
        int64_t b = dp_rng_between(&rng, -5, 5);
        assert_true(e >= 0 && g >= 0 && b >= -5 && b <= 5);
        sum[0] += (double)e;
        sum[1] += (double)g;
        sum[2] += (double)b;
        squares += (double)g * (double)g;
        over += e > 20000;
        hits += dp_rng_chance(&rng, 250);
    }
    assert_in_range((uint64_t)(sum[0] / N), 9900, 10100);
    assert_in_range((uint64_t)(sum[1] / N), 9900, 10100);
    assert_true(sum[2] / N > -0.05 && sum[2] / N < 0.05);
    assert_in_range((uint64_t)(over / N * 10000), 1320, 1390); /* e^-2 = 0.1353 */
    assert_in_range((uint64_t)(hits / N * 1000), 245, 255);
    double mean = sum[1] / N, variance = squares / N - mean * mean;
    assert_in_range((uint64_t)(variance / (mean * mean) * 1000), 480, 520); /* shape 2: 1/2 */
    assert_true(dp_rng_exp(&rng, (INT64_C(1) << 40) - 1) >= 0);
    assert_int_equal(dp_rng_exp(&rng, 0), 0);
    assert_int_equal(dp_rng_below(&rng, 1), 0);
}

static void agenda_is_in_order(void **state)
{
    (void)state;
    struct dp_agenda agenda;
    struct dp_rng rng;
    dp_rng_init(&rng, 3, 0);
    dp_agenda_init(&agenda, 1);
    assert_null(dp_agenda_peek(&agenda));
    int64_t before = INT64_MIN;
    for (int round = 0; round < 3000; round++) {
        for (uint32_t i = 0; i < 3; i++) {
            int64_t at = (before == INT64_MIN ? 0 : before) + dp_rng_between(&rng, 0, 500);
            dp_agenda_push(&agenda, (struct dp_agenda_item){.at_ms = at, .who = i, .kind = 63});
        }
        for (int i = 0; i < 2; i++) {
            int64_t next = dp_agenda_peek(&agenda)->at_ms;
            struct dp_agenda_item item = dp_agenda_pop(&agenda);
            assert_int_equal(item.at_ms, next);
            assert_int_equal(item.kind, 63);
            assert_true(item.at_ms >= before);
            before = item.at_ms;
        }
    }
    for (int i = 0; i < 3000; i++) {
        int64_t at = dp_agenda_pop(&agenda).at_ms;
        assert_true(at >= before);
        before = at;
    }
    assert_null(dp_agenda_peek(&agenda));
    dp_agenda_deinit(&agenda);
}

static uint32_t add_contact(struct dp_sim_contacts *contacts, uint8_t line, uint8_t priority)
{
    uint32_t place = dp_sim_contacts_add(contacts);
    contacts->all[place].line = line;
    contacts->all[place].priority = priority;
    return place;
}

static void contacts_wait_in_order(void **state)
{
    (void)state;
    struct dp_sim_contacts contacts;
    dp_sim_contacts_init(&contacts);
    assert_int_equal(dp_sim_contacts_first(&contacts, 1), DP_SIM_NONE);
    uint32_t a = add_contact(&contacts, 1, DP_PRIORITY_NORMAL);
    uint32_t b = add_contact(&contacts, 1, DP_PRIORITY_NORMAL);
    uint32_t c = add_contact(&contacts, 1, DP_PRIORITY_NORMAL);
    uint32_t urgent = add_contact(&contacts, 1, DP_PRIORITY_URGENT);
    uint32_t again = add_contact(&contacts, 1, DP_PRIORITY_NORMAL);
    dp_sim_contacts_wait(&contacts, a, false);
    dp_sim_contacts_wait(&contacts, b, false);
    dp_sim_contacts_wait(&contacts, c, false);
    dp_sim_contacts_wait(&contacts, urgent, false);
    dp_sim_contacts_wait(&contacts, again, true);
    dp_sim_contacts_leave(&contacts, b);
    const uint32_t order[] = {urgent, again, a, c};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(dp_sim_contacts_first(&contacts, 1), order[i]);
        dp_sim_contacts_leave(&contacts, order[i]);
    }
    assert_int_equal(dp_sim_contacts_first(&contacts, 1), DP_SIM_NONE);
    uint32_t round = contacts.all[c].round;
    dp_sim_contacts_remove(&contacts, c);
    assert_int_equal(dp_sim_contacts_add(&contacts), c); /* the place is used again */
    assert_int_not_equal(contacts.all[c].round, round);  /* and its old agenda is stale */
    dp_sim_contacts_deinit(&contacts);
}

static void longest_idle_agent_is_picked(void **state)
{
    (void)state;
    struct dp_sim_agents agents;
    struct dp_rng rng;
    dp_rng_init(&rng, 1, 0);
    dp_sim_agents_init(&agents, 4, &rng);
    agents.posts[0].group = agents.posts[1].group = 0; /* sales */
    agents.posts[2].group = 1;                         /* support */
    agents.posts[3].group = 4;                         /* digital */
    assert_int_equal(dp_sim_agents_pick(&agents, 0), DP_SIM_NOBODY);
    dp_sim_agents_list(&agents, 2, 10);
    assert_int_equal(dp_sim_agents_pick(&agents, 0), 2); /* helps out */
    dp_sim_agents_list(&agents, 1, 20);
    dp_sim_agents_list(&agents, 0, 30);
    assert_int_equal(dp_sim_agents_pick(&agents, 0), 1); /* own group, longest idle */
    assert_int_equal(dp_sim_agents_pick(&agents, 2), 2); /* another line: longest idle of all */
    dp_sim_agents_unlist(&agents, 1);
    assert_int_equal(dp_sim_agents_pick(&agents, 0), 0);
    assert_int_equal(dp_sim_agents_pick(&agents, 4), DP_SIM_NOBODY); /* chats are not for callers */
    agents.all[3].active = 2;
    assert_true(dp_sim_agent_open(&agents, 3));
    dp_sim_agents_list(&agents, 3, 40);
    assert_int_equal(dp_sim_agents_pick(&agents, 4), 3);
    dp_sim_agents_unlist(&agents, 3);
    agents.all[3].active = 3;
    assert_false(dp_sim_agent_open(&agents, 3));
    dp_sim_agents_deinit(&agents);
}

static void plan_follows_the_staff(void **state)
{
    (void)state;
    static struct dp_sim_post posts[5000];
    struct dp_sim_plan plan, flat;
    struct dp_rng rng;
    unsigned shares = 0, members[DP_SIM_GROUPS] = {0};
    for (int g = 0; g < DP_SIM_GROUPS; g++)
        shares += dp_sim_groups[g].permille;
    assert_int_equal(shares, 1000);
    dp_rng_init(&rng, 1, 0);
    dp_sim_plan_init(&plan, posts, 5000, false, 1000, &rng);
    for (int i = 0; i < 5000; i++) {
        members[posts[i].group]++;
        assert_in_range(posts[i].team, 1, 5000 / DP_SIM_TEAM_SIZE + 1);
    }
    for (int g = 0; g < DP_SIM_GROUPS; g++)
        assert_in_range(members[g], 5 * dp_sim_groups[g].permille - 1,
                        5 * dp_sim_groups[g].permille + 1);
    for (unsigned l = 0; l < DP_SIM_LINES; l++) {
        for (int64_t at = 0; at < DP_SIM_DAY_MS; at += 600000)
            assert_in_range(dp_sim_plan_rate(&plan, l, START_MS + at), 0, plan.peak[l]);
        assert_true(dp_sim_plan_rate(&plan, l, START_MS + 3 * 3600000) >
                    2 * dp_sim_plan_rate(&plan, l, START_MS - 5 * 3600000)); /* 11 h, 3 h */
    }
    dp_sim_plan_init(&flat, posts, 5000, true, 1000, &rng);
    for (unsigned l = 0; l < DP_SIM_LINES; l++)
        assert_true(2 * dp_sim_plan_rate(&flat, l, START_MS - 5 * 3600000) > flat.peak[l]);
    dp_sim_plan_init(&flat, posts, 1, true, 1000, &rng); /* one agent: support calls only */
    assert_true(flat.peak[1] > 0);
    assert_int_equal(flat.peak[4], 0);
}

static struct dp_sim_event event_of(enum dp_event_type type)
{
    return (struct dp_sim_event){.time_ms = START_MS + 123,
                                 .id = 255,
                                 .contact = 42,
                                 .customer = 7,
                                 .agent = 5,
                                 .to_agent = DP_SIM_NOBODY,
                                 .team = 3,
                                 .group = 1,
                                 .type = (uint8_t)type,
                                 .line = 1,
                                 .to_line = 2,
                                 .priority = DP_PRIORITY_URGENT,
                                 .what = DP_SIM_AGENT,
                                 .score = 4,
                                 .scale = 5};
}

static void assert_written(struct dp_sim_writer *writer, struct dp_sim_event event,
                           const char *expected)
{
    char json[DP_SIM_WRITE_MAX + 1];
    size_t len = dp_sim_write(writer, &event, json);
    assert_in_range(len, 1, DP_SIM_WRITE_MAX / 2);
    json[len] = '\0';
    assert_string_equal(json, expected);
}

#define HEAD(source, type)                                                                         \
    "{\"specversion\":\"1.0\",\"id\":\"00000000ff\",\"source\":\"" source                          \
    "695b6f80-9\",\"type\":\"" type "\",\"time\":\"2026-01-05T08:00:00.123Z\",\"data\":{"

static void writer_writes_the_contract(void **state)
{
    (void)state;
    struct dp_sim_writer writer;
    dp_sim_writer_init(&writer, START_MS, 9);
    assert_written(
        &writer, event_of(DP_CONTACT_OFFERED),
        HEAD("/pbx/", "contact.offered") "\"interaction_id\":\"695b6f80-9-42\",\"channel\":"
                                         "\"voice\",\"queue\":\"support\","
                                         "\"customer_id\":\"c7\",\"priority\":\"urgent\"}}");
    assert_written(
        &writer, event_of(DP_CONTACT_TRANSFERRED),
        HEAD("/pbx/",
             "contact.transferred") "\"interaction_id\":\"695b6f80-9-42\",\"agent_id\":\"a1006\","
                                    "\"to_queue\":\"billing\"}}");
    assert_written(
        &writer, event_of(DP_FEEDBACK_RATED),
        HEAD("/desk/",
             "feedback.rated") "\"interaction_id\":\"695b6f80-9-42\",\"agent_id\":\"a1006\","
                               "\"team\":\"support-3\",\"channel\":\"voice\",\"queue\":\"support\","
                               "\"score\":4,\"scale\":5}}");
    struct dp_sim_event event = event_of(DP_AGENT_STATE);
    event.what = DP_SIM_LUNCH;
    assert_written(
        &writer, event,
        HEAD("/desk/",
             "agent.state") "\"agent_id\":\"a1006\",\"team\":\"support-3\",\"state\":\"break\","
                            "\"reason\":\"lunch\"}}");
    char key[DP_SIM_WRITE_MAX];
    assert_int_equal(dp_sim_write_key(&writer, &event, key), 5);
    assert_memory_equal(key, "a1006", 5);
    event = event_of(DP_CONTACT_OFFERED);
    assert_int_equal(dp_sim_write_key(&writer, &event, key), 13);
    assert_memory_equal(key, "695b6f80-9-42", 13);
}

static void writer_writes_times(void **state)
{
    (void)state;
    struct dp_sim_writer writer;
    struct dp_rng rng;
    dp_rng_init(&rng, 5, 0);
    dp_sim_writer_init(&writer, START_MS, 1);
    for (int i = 0; i < 20000; i++) {
        char json[DP_SIM_WRITE_MAX], expected[32];
        struct dp_sim_event event = event_of(DP_CONTACT_REOPENED);
        event.time_ms = (int64_t)(dp_rng_next(&rng) % UINT64_C(250000000000000));
        if (i % 2) /* some in the same second and day */
            event.time_ms = START_MS + dp_rng_between(&rng, 0, 90000000) / (i % 3 ? 1 : 50000);
        size_t len = dp_sim_write(&writer, &event, json);
        dp_timestamp_format(event.time_ms, expected);
        json[len] = '\0';
        if (!strstr(json, expected))
            fail_msg("%s is not in %s", expected, json);
    }
}

static void spoiled_messages_have_their_reason(void **state)
{
    (void)state;
    struct dp_sim_writer writer;
    struct dp_decoded decoded = {0};
    void *adapter = dp_cloudevents.create();
    dp_sim_writer_init(&writer, START_MS, 1);
    for (int type = 0; type < DP_EVENT_TYPES; type++) {
        struct dp_sim_event event = event_of((enum dp_event_type)type);
        if (type == DP_AGENT_STATE || type == DP_SCORECARD_MEASURED)
            event.contact = 0;
        for (enum dp_reject r = DP_REJECT_NONE; r <= DP_REJECT_BAD_VALUE; r++) {
            for (uint32_t luck = 0; luck < 60; luck++) {
                char json[DP_SIM_WRITE_MAX];
                event.what = (uint8_t)(luck % (type == DP_CONTACT_MESSAGE ? 3 : 2));
                event.agent =
                    type == DP_CONTACT_MESSAGE && event.what != DP_SIM_AGENT ? DP_SIM_NOBODY : 5;
                size_t len = dp_sim_write(&writer, &event, json);
                if (r != DP_REJECT_NONE)
                    len = dp_sim_spoil(json, len, r, luck);
                struct dp_message message = {.value = {json, len}};
                dp_cloudevents.decode(adapter, &message, 1, &decoded);
                enum dp_reject is = decoded.messages[0].reject;
                if (is != r)
                    fail_msg("'%s', not '%s': %.*s", dp_reject_names[is], dp_reject_names[r],
                             (int)len, json);
            }
        }
    }
    dp_cloudevents.destroy(adapter);
    dp_decoded_deinit(&decoded);
}

static enum dp_sim_parsed parse(struct dp_sim_options *options, const char *a, const char *b)
{
    char name[] = "simulate", one[64], two[64];
    snprintf(one, sizeof(one), "%s", a ? a : "");
    snprintf(two, sizeof(two), "%s", b ? b : "");
    char *argv[] = {name, a ? one : NULL, b ? two : NULL, NULL};
    return dp_sim_options_parse(options, 1 + !!a + !!b, argv);
}

static void options_are_read(void **state)
{
    (void)state;
    struct dp_sim_options o;
    assert_int_equal(parse(&o, NULL, NULL), DP_SIM_PARSED);
    assert_int_equal(o.agents, 200);
    assert_int_equal(o.seconds, 3600);
    assert_int_equal(o.start_ms, START_MS);
    assert_false(o.to_kafka);
    assert_string_equal(o.topics[DP_SIM_CALLS], "cc.calls");
    assert_int_equal(parse(&o, "--to", "kafka"), DP_SIM_PARSED);
    assert_true(o.to_kafka);
    assert_int_equal(o.start_ms, DP_SIM_NOW);
    assert_int_equal(parse(&o, "--rate", "1000"), DP_SIM_PARSED);
    assert_in_range(o.agents, 15000, 40000);
    assert_int_equal(parse(&o, "--late", "2.5"), DP_SIM_PARSED);
    assert_int_equal(o.late, 250);
    assert_int_equal(parse(&o, "--bad", "0.07"), DP_SIM_PARSED);
    assert_int_equal(o.bad, 7);
    assert_int_equal(parse(&o, "--start=2026-01-05T09:00:00.5+01:00", NULL), DP_SIM_PARSED);
    assert_int_equal(o.start_ms, START_MS + 500);
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"--agents", "0"},
        {"--agents", "1000001"},
        {"--agents", "-3"},
        {"--agents", "12x"},
        {"--agents", ""},
        {"--rate", "0"},
        {"--late", "100.1"},
        {"--late", "1.234"},
        {"--late", "1."},
        {"--late", "0x1"},
        {"--bad", "-1"},
        {"--bad", "five"},
        {"--to", "redis"},
        {"--broker", ""},
        {"--start", "now"},
        {"--seconds", "31622401"},
        {"--calls-topic", ""},
        {"--chats-topic", "a b"},
        {"--agents", NULL},
        {"--colour", "red"},
        {"left", NULL},
        {"--start", "1970-06-01T00:00:00Z"},
        {"--seed", "18446744073709551616"},
    };
    struct dp_sim_options o;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (parse(&o, wrong[i][0], wrong[i][1]) != DP_SIM_WRONG)
            fail_msg("%s %s is taken", wrong[i][0], wrong[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rng_is_the_same_everywhere),
        cmocka_unit_test(rng_distributions),
        cmocka_unit_test(agenda_is_in_order),
        cmocka_unit_test(contacts_wait_in_order),
        cmocka_unit_test(longest_idle_agent_is_picked),
        cmocka_unit_test(plan_follows_the_staff),
        cmocka_unit_test(writer_writes_the_contract),
        cmocka_unit_test(writer_writes_times),
        cmocka_unit_test(spoiled_messages_have_their_reason),
        cmocka_unit_test(options_are_read),
        cmocka_unit_test(wrong_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
