/* What rules would have said of events in files. */
#include "app/replay_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/notice_line.h"
#include "centre.h"
#include "ingest/cloudevents.h"
#include "rules.h"

#define MILLION INT64_C(1000000)

static struct dp_replay_rules trace;
static struct dp_pipeline pipeline;
static FILE *out;
static char *text;
static size_t text_size;

static void open_trace(const struct dp_rule *rule, uint32_t partitions)
{
    struct dp_aggregator_options options = dp_centre_options();
    options.rules = rule;
    options.rule_count = 1;
    dp_replay_rules_set_options(&options);
    dp_pipeline_init(&pipeline, &dp_cloudevents, &options, NULL, NULL);
    for (uint32_t i = 0; i < partitions; i++)
        dp_aggregator_add_partition(pipeline.aggregator);
    out = open_memstream(&text, &text_size);
    dp_replay_rules_init(&trace, &pipeline, 300, dp_notice_line_print, out);
}

static void close_trace(void)
{
    fclose(out);
    dp_pipeline_deinit(&pipeline);
}

static void give(uint32_t slot, int at_s, const char *type, int contact, const char *more)
{
    static int number;
    char bytes[512];
    int len = snprintf(bytes, sizeof bytes,
                       "{\"specversion\":\"1.0\",\"id\":\"e%d\",\"source\":\"s\","
                       "\"type\":\"contact.%s\",\"time\":\"2026-11-22T10:%02d:%02d.250Z\","
                       "\"data\":{\"interaction_id\":\"c%d\"%s}}",
                       number++, type, at_s / 60, at_s % 60, contact, more);
    struct dp_message message = {.value = {bytes, (size_t)len}, .slot = slot};
    assert_int_equal(dp_pipeline_take(&pipeline, &message, 1), 1);
    dp_replay_rules_follow(&trace);
}

#define OFFER  ",\"channel\":\"voice\",\"queue\":\"billing\""
#define ANSWER ",\"agent_id\":\"a1\""

static struct dp_rule waits(void)
{
    struct dp_rule rule = dp_test_rule("waits", DP_RULE_QUEUE, NULL);
    dp_test_term(&rule, DP_TERM_NOW, "waiting", DP_GT, MILLION);
    rule.for_ms = 3 * SECOND;
    return rule;
}

/* Each file by itself is in order; the second begins before the first ends. */
static void in_the_time_of_events(void **state)
{
    (void)state;
    struct dp_rule rule = waits();
    open_trace(&rule, 2);
    give(0, 10, "offered", 1, OFFER);
    give(0, 20, "answered", 1, ANSWER);
    dp_aggregator_set_idle(pipeline.aggregator, 0, true);
    give(1, 12, "offered", 2, OFFER);
    give(1, 200, "answered", 2, ANSWER);
    int64_t t_ms = INT64_C(1795341810000); /* 10:03:30 */
    dp_replay_rules_finish(&trace, t_ms);
    close_trace();
    for (char *id = text; (id = strstr(id, "\"alert\":\"")); id++)
        memset(id + strlen("\"alert\":\""), '.', DP_ALERT_ID - 1);
    assert_string_equal(
        text,
        "{\"at\":\"2026-11-22T10:00:16.000Z\",\"alert\":\"................\",\"state\":\"firing\","
        "\"rule\":\"waits\",\"severity\":\"page\",\"scope\":\"queue\",\"id\":\"billing\","
        "\"when\":\"as written\",\"value\":\"waiting 2\",\"since\":\"2026-11-22T10:00:13.000Z\","
        "\"fired\":\"2026-11-22T10:00:16.000Z\",\"tell\":true}\n"
        "{\"at\":\"2026-11-22T10:00:21.000Z\",\"alert\":\"................\",\"state\":"
        "\"resolved\","
        "\"rule\":\"waits\",\"severity\":\"page\",\"scope\":\"queue\",\"id\":\"billing\","
        "\"when\":\"as written\",\"value\":\"waiting 1\",\"since\":\"2026-11-22T10:00:13.000Z\","
        "\"fired\":\"2026-11-22T10:00:16.000Z\",\"tell\":true}\n");
    free(text);
}

static void no_events(void **state)
{
    (void)state;
    struct dp_rule rule = waits();
    open_trace(&rule, 1);
    dp_replay_rules_follow(&trace);
    dp_replay_rules_finish(&trace, INT64_MIN);
    close_trace();
    assert_int_equal(text_size, 0);
    free(text);
}

static void texts_as_json(void **state)
{
    (void)state;
    struct dp_notice notice = {.kind = DP_REPEATED,
                               .alert = "4be1c3d2a5f60718",
                               .rule = DP_STR("\"\n\""),
                               .severity = DP_STR("page"),
                               .scope = DP_RULE_CONTACT,
                               .id = DP_STR("c1"),
                               .queue = DP_STR("q1"),
                               .team = DP_STR("t1"),
                               .channel = DP_CHANNEL_CHAT,
                               .window = "15m",
                               .number = 3};
    char *line = malloc(dp_notice_line_size(&notice));
    size_t len = dp_notice_line_write(line, &notice);
    line[len] = '\0';
    assert_string_equal(
        line,
        "{\"at\":\"1970-01-01T00:00:00.000Z\",\"alert\":\"4be1c3d2a5f60718\","
        "\"state\":\"repeated\",\"number\":3,\"rule\":\"\\\"\\u000a\\\"\",\"severity\":\"page\","
        "\"scope\":\"contact\",\"id\":\"c1\",\"queue\":\"q1\",\"team\":\"t1\","
        "\"channel\":\"chat\",\"window\":\"15m\",\"since\":\"1970-01-01T00:00:00.000Z\","
        "\"fired\":\"1970-01-01T00:00:00.000Z\",\"tell\":false}\n");
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_the_time_of_events),
        cmocka_unit_test(no_events),
        cmocka_unit_test(texts_as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
