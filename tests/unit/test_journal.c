#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/journal_reader.h"
#include "aggregator/saved.h"
#include "simulate/rng.h"

static char letters[DP_JOURNAL_NAME_MAX];

static struct dp_str some_string(struct dp_rng *rng, uint32_t most)
{
    uint32_t len = dp_rng_chance(rng, 100) ? most : 1 + dp_rng_below(rng, 30);
    return (struct dp_str){letters + dp_rng_below(rng, sizeof letters - len + 1), len};
}

static struct dp_str maybe_string(struct dp_rng *rng)
{
    return dp_rng_chance(rng, 500) ? some_string(rng, DP_JOURNAL_IDENTIFIER_MAX)
                                   : (struct dp_str){0};
}

static bool has_scores(enum dp_event_type type)
{
    return type == DP_FEEDBACK_RATED || type == DP_QUALITY_SCORED || type == DP_SCORECARD_MEASURED;
}

/* Every field at once, of any type: more than the contract lets through. */
static struct dp_event some_event(struct dp_rng *rng, enum dp_event_type type)
{
    struct dp_event event = {
        .time_ms = dp_rng_chance(rng, 50) ? dp_rng_between(rng, -62167219200000, 253402300799999)
                                          : INT64_C(1800000000000) + dp_rng_below(rng, 100000),
        .source = dp_rng_chance(rng, 500) ? (struct dp_str){letters, 9} : some_string(rng, 256),
        .id = some_string(rng, 256),
        .interaction = some_string(rng, 128),
        .agent = some_string(rng, 128),
        .team = maybe_string(rng),
        .queue = some_string(rng, 128),
        .customer = maybe_string(rng),
        .to_agent = maybe_string(rng),
        .to_queue = maybe_string(rng),
        .type = type,
        .channel = (enum dp_channel)dp_rng_below(rng, DP_CHANNELS),
        .priority = (enum dp_priority)dp_rng_below(rng, 4),
        .from = (enum dp_author)dp_rng_below(rng, 3),
        .state = (enum dp_agent_state)dp_rng_below(rng, DP_AGENT_STATES),
        .measure = (enum dp_measure)dp_rng_below(rng, DP_MEASURES),
        .resolved = dp_rng_chance(rng, 500),
        .fatal = dp_rng_chance(rng, 500),
    };
    if (type == DP_AGENT_STATE) {
        event.reason = event.to_agent;
        event.to_agent = (struct dp_str){0};
    }
    if (has_scores(type)) {
        event.score = (double)dp_rng_below(rng, 1000) / 10.0;
        event.scale = 100;
    }
    return event;
}

static void expect_text(struct dp_str is, struct dp_str wanted)
{
    assert_true(dp_str_equal(is, wanted));
}

static void expect_event(const struct dp_event *is, const struct dp_event *wanted)
{
    assert_int_equal(is->time_ms, wanted->time_ms);
    expect_text(is->source, wanted->source);
    expect_text(is->id, wanted->id);
    expect_text(is->interaction, wanted->interaction);
    expect_text(is->agent, wanted->agent);
    expect_text(is->team, wanted->team);
    expect_text(is->queue, wanted->queue);
    expect_text(is->customer, wanted->customer);
    expect_text(is->to_agent, wanted->to_agent);
    expect_text(is->reason, wanted->reason);
    expect_text(is->to_queue, wanted->to_queue);
    assert_int_equal(is->type, wanted->type);
    assert_int_equal(is->channel, wanted->channel);
    assert_int_equal(is->priority, wanted->priority);
    assert_int_equal(is->from, wanted->from);
    assert_int_equal(is->state, wanted->state);
    assert_int_equal(is->measure, wanted->measure);
    assert_int_equal(is->resolved, wanted->resolved);
    assert_int_equal(is->fatal, wanted->fatal);
    assert_true(is->score == wanted->score && is->scale == wanted->scale);
}

static void events_come_back(void **state)
{
    (void)state;
    enum { EVENTS = 2000 };
    static struct dp_event events[EVENTS];
    struct dp_journal journal;
    struct dp_rng rng;
    dp_journal_init(&journal);
    dp_rng_init(&rng, 1, 0);
    for (int i = 0; i < EVENTS; i++) {
        events[i] = some_event(&rng, (enum dp_event_type)(i % DP_EVENT_TYPES));
        dp_journal_event(&journal, &events[i], i % 3 == 0);
    }
    struct dp_journal_reader reader;
    struct dp_journal_record record;
    dp_journal_reader_init(&reader, journal.bytes, journal.len);
    for (int i = 0; i < EVENTS; i++) {
        assert_int_equal(dp_journal_peek(&reader), events[i].type);
        assert_true(dp_journal_read(&reader, &record));
        expect_event(&record.event, &events[i]);
        assert_int_equal(record.waits, i % 3 == 0);
    }
    assert_false(dp_journal_read(&reader, &record));
    assert_false(reader.malformed);
    dp_journal_deinit(&journal);
}

static void write_all_kinds(struct dp_journal *journal)
{
    struct dp_rng rng;
    dp_rng_init(&rng, 2, 0);
    struct dp_event event = some_event(&rng, DP_CONTACT_OFFERED);
    dp_journal_event(journal, &event, true);
    dp_journal_time(journal, INT64_C(1800000001000));
    dp_journal_word(journal, DP_JOURNAL_TAKE);
    dp_journal_word(journal, DP_JOURNAL_BEGINS);
    dp_journal_team(journal, DP_STR("t1"));
    dp_journal_team(journal, (struct dp_str){0});
    dp_journal_judged(journal, DP_JUDGED_RESPONSE, DP_FACT_IN_TARGET);
    dp_journal_judged(journal, DP_JUDGED_RESPONSE, DP_FACT_OUTSIDE);
    dp_journal_judged(journal, DP_JUDGED_ABANDON, DP_FACT_JUDGED);
    dp_journal_word(journal, DP_JOURNAL_FCR);
    dp_journal_mark_of(journal, DP_STR("c9"), true);
    dp_journal_settled(journal, INT64_MIN, INT64_MIN);
    dp_journal_settled(journal, INT64_C(1800000000000), INT64_C(1799999940000));
    dp_journal_forgotten(journal, DP_STR("c1"));
    dp_journal_retired(journal, DP_SCOPE_AGENT, DP_STR("a1"));
    dp_journal_scope(journal, DP_SCOPE_QUEUE, DP_STR("q1"), INT64_C(1799999999999));
    dp_journal_contact(journal,
                       &(struct dp_journal_contact){.id = DP_STR("c2"),
                                                    .last_ms = 7,
                                                    .events = 1,
                                                    .fcr = true,
                                                    .judged = {DP_FACT_OUTSIDE, DP_FACT_IN_TARGET,
                                                               DP_FACT_IN_TARGET | DP_FACT_SHORT}});
    dp_journal_contact_event(journal, &(struct dp_journal_contact_event){
                                          .event = {.time_ms = 7,
                                                    .source = DP_STR("s"),
                                                    .id = DP_STR("e"),
                                                    .agent = DP_STR("a2"),
                                                    .priority = DP_PRIORITY_NORMAL,
                                                    .type = DP_CONTACT_ANSWERED},
                                          .made_team = {DP_JOURNAL_KEPT_NAME, DP_STR("t2")},
                                          .end_team = {.kept = DP_JOURNAL_KEPT_NONE}});
    dp_journal_agent(journal, &(struct dp_journal_agent){.id = DP_STR("a3"),
                                                         .reason = DP_STR("lunch"),
                                                         .team = DP_STR("t3"),
                                                         .team_ms = -5,
                                                         .team_source = DP_STR("s"),
                                                         .team_event = DP_STR("e2"),
                                                         .states = 2,
                                                         .settled = 1});
    dp_journal_agent_state(
        journal, &(struct dp_journal_agent_state){.time_ms = -9, .state = DP_STATE_BREAK});
    dp_journal_agent_state(
        journal, &(struct dp_journal_agent_state){-5, DP_STATE_BUSY, DP_STR("s"), DP_STR("e2")});
    dp_journal_alert(
        journal, &(struct dp_journal_alert){.rule = DP_STR("urgent"),
                                            .scope = DP_RULE_CONTACT,
                                            .id = DP_STR("c4"),
                                            .who = DP_STR("li"),
                                            .queue = DP_STR("q1"),
                                            .channel = DP_CHANNEL_EMAIL,
                                            .life = {.state = DP_ALERT_FIRING,
                                                     .since_ms = INT64_C(1800000000000),
                                                     .fired_ms = INT64_C(1800000005000),
                                                     .told_ms = INT64_MIN,
                                                     .repeated_ms = INT64_C(1800000007000),
                                                     .repeats = 300,
                                                     .escalated = true,
                                                     .acknowledged_ms = INT64_C(1800000008123)}});
    dp_journal_alert(
        journal, &(struct dp_journal_alert){
                     .rule = DP_STR("all"),
                     .scope = DP_RULE_ALL,
                     .life = {.state = DP_ALERT_PENDING, .since_ms = 5, .fired_ms = INT64_MIN}});
}

static struct dp_journal_record next(struct dp_journal_reader *reader, enum dp_journal_kind kind)
{
    struct dp_journal_record record;
    assert_true(dp_journal_read(reader, &record));
    assert_int_equal(record.kind, kind);
    return record;
}

static void every_kind_comes_back(void **state)
{
    (void)state;
    struct dp_journal journal;
    struct dp_journal_reader reader;
    dp_journal_init(&journal);
    for (int frames = 0; frames < 2; frames++) { /* a frame is read by itself */
        dp_journal_clear(&journal);
        write_all_kinds(&journal);
    }
    dp_journal_reader_init(&reader, journal.bytes, journal.len);
    assert_true(next(&reader, (enum dp_journal_kind)DP_CONTACT_OFFERED).waits);
    assert_int_equal(next(&reader, DP_JOURNAL_TIME).t_ms, INT64_C(1800000001000));
    next(&reader, DP_JOURNAL_TAKE);
    next(&reader, DP_JOURNAL_BEGINS);
    expect_text(next(&reader, DP_JOURNAL_TEAM).name, DP_STR("t1"));
    assert_int_equal(next(&reader, DP_JOURNAL_TEAM).name.len, 0);
    struct dp_journal_record record = next(&reader, DP_JOURNAL_JUDGED);
    assert_int_equal(record.judged, DP_JUDGED_RESPONSE);
    assert_int_equal(record.judged_flags, DP_FACT_IN_TARGET);
    record = next(&reader, DP_JOURNAL_JUDGED);
    assert_int_equal(record.judged, DP_JUDGED_RESPONSE);
    assert_int_equal(record.judged_flags, DP_FACT_OUTSIDE);
    record = next(&reader, DP_JOURNAL_JUDGED);
    assert_int_equal(record.judged, DP_JUDGED_ABANDON);
    assert_int_equal(record.judged_flags, DP_FACT_JUDGED);
    next(&reader, DP_JOURNAL_FCR);
    record = next(&reader, DP_JOURNAL_MARK);
    expect_text(record.marked, DP_STR("c9"));
    assert_true(record.fcr);
    record = next(&reader, DP_JOURNAL_SETTLED);
    assert_true(record.horizon_ms == INT64_MIN && record.settled_ms == INT64_MIN);
    record = next(&reader, DP_JOURNAL_SETTLED);
    assert_int_equal(record.horizon_ms, INT64_C(1800000000000));
    assert_int_equal(record.settled_ms, INT64_C(1799999940000));
    expect_text(next(&reader, DP_JOURNAL_FORGOTTEN).name, DP_STR("c1"));
    record = next(&reader, DP_JOURNAL_RETIRED);
    assert_int_equal(record.scope, DP_SCOPE_AGENT);
    expect_text(record.scope_id, DP_STR("a1"));
    record = next(&reader, DP_JOURNAL_SCOPE);
    assert_int_equal(record.scope, DP_SCOPE_QUEUE);
    assert_int_equal(record.last_event_ms, INT64_C(1799999999999));
    record = next(&reader, DP_JOURNAL_CONTACT);
    expect_text(record.contact.id, DP_STR("c2"));
    assert_true(record.contact.last_ms == 7 && record.contact.events == 1);
    assert_true(record.contact.fcr);
    assert_int_equal(record.contact.judged[DP_JUDGED_OFFERED], DP_FACT_OUTSIDE);
    assert_int_equal(record.contact.judged[DP_JUDGED_RESPONSE], DP_FACT_IN_TARGET);
    assert_int_equal(record.contact.judged[DP_JUDGED_ABANDON], DP_FACT_IN_TARGET | DP_FACT_SHORT);
    record = next(&reader, DP_JOURNAL_CONTACT_EVENT);
    expect_text(record.contact_event.event.agent, DP_STR("a2"));
    expect_text(record.contact_event.made_team.name, DP_STR("t2"));
    assert_int_equal(record.contact_event.end_team.kept, DP_JOURNAL_KEPT_NONE);
    record = next(&reader, DP_JOURNAL_AGENT);
    expect_text(record.agent.reason, DP_STR("lunch"));
    expect_text(record.agent.team, DP_STR("t3"));
    expect_text(record.agent.team_event, DP_STR("e2"));
    assert_true(record.agent.team_ms == -5);
    assert_true(record.agent.states == 2 && record.agent.settled == 1);
    record = next(&reader, DP_JOURNAL_AGENT_STATE);
    assert_true(record.agent_state.time_ms == -9 && record.agent_state.id.len == 0);
    record = next(&reader, DP_JOURNAL_AGENT_STATE);
    assert_int_equal(record.agent_state.state, DP_STATE_BUSY);
    expect_text(record.agent_state.id, DP_STR("e2"));
    record = next(&reader, DP_JOURNAL_ALERT);
    expect_text(record.alert.rule, DP_STR("urgent"));
    expect_text(record.alert.id, DP_STR("c4"));
    expect_text(record.alert.who, DP_STR("li"));
    expect_text(record.alert.queue, DP_STR("q1"));
    assert_int_equal(record.alert.team.len, 0);
    assert_int_equal(record.alert.scope, DP_RULE_CONTACT);
    assert_int_equal(record.alert.channel, DP_CHANNEL_EMAIL);
    assert_int_equal(record.alert.life.state, DP_ALERT_FIRING);
    assert_int_equal(record.alert.life.since_ms, INT64_C(1800000000000));
    assert_int_equal(record.alert.life.fired_ms, INT64_C(1800000005000));
    assert_true(record.alert.life.told_ms == INT64_MIN);
    assert_int_equal(record.alert.life.repeated_ms, INT64_C(1800000007000));
    assert_true(record.alert.life.repeats == 300 && record.alert.life.escalated);
    assert_int_equal(record.alert.life.acknowledged_ms, INT64_C(1800000008123));
    record = next(&reader, DP_JOURNAL_ALERT);
    assert_int_equal(record.alert.life.state, DP_ALERT_PENDING);
    assert_true(record.alert.life.since_ms == 5 && record.alert.life.fired_ms == INT64_MIN);
    assert_int_equal(record.alert.id.len, 0);
    assert_true(reader.at == reader.end);
    dp_journal_deinit(&journal);
}

/* Reads all; true when that came to the end. The bytes are in a block of their own size. */
static bool read_all(const char *bytes, size_t len)
{
    char *copy = malloc(len ? len : 1);
    struct dp_journal_reader reader;
    struct dp_journal_record record;
    memcpy(copy, bytes, len);
    dp_journal_reader_init(&reader, copy, len);
    while (dp_journal_read(&reader, &record))
        assert_true(record.kind <= DP_JOURNAL_ALERT);
    assert_true(reader.malformed == (reader.at != reader.end));
    free(copy);
    return !reader.malformed;
}

/* A cut is told from the end unless it is between two records; other bytes do no harm. */
static void bytes_from_anywhere(void **state)
{
    (void)state;
    struct dp_journal journal;
    struct dp_rng rng;
    dp_journal_init(&journal);
    dp_rng_init(&rng, 3, 0);
    write_all_kinds(&journal);
    size_t whole = 0;
    for (size_t len = 0; len <= journal.len; len++)
        whole += read_all(journal.bytes, len);
    assert_int_equal(whole, 23 + 1); /* after each record, and none at all */
    for (int i = 0; i < 20000; i++) {
        char bytes[512];
        size_t len = journal.len < sizeof bytes ? journal.len : sizeof bytes;
        memcpy(bytes, journal.bytes, len);
        for (uint32_t left = 1 + dp_rng_below(&rng, 3); left > 0; left--)
            bytes[dp_rng_below(&rng, (uint32_t)len)] = (char)dp_rng_next(&rng);
        read_all(bytes, len);
    }
    dp_journal_deinit(&journal);
}

static void saved_comes_back(void **state)
{
    (void)state;
    struct dp_partition partitions[] = {
        {INT64_C(1800000000000), false}, {INT64_MIN, true}, {-7, true}};
    struct dp_aggregator_saved saved = {.t_ms = INT64_C(1800000001000),
                                        .highest_ms = INT64_MAX,
                                        .horizon_ms = INT64_MIN,
                                        .settled_ms = INT64_MIN,
                                        .since_forget = 255,
                                        .carried = 17,
                                        .counters = {.accepted = UINT64_MAX,
                                                     .duplicate = 1,
                                                     .late = 2,
                                                     .clock_skew = 3,
                                                     .ahead = 4,
                                                     .contacts_forgotten = 5},
                                        .partitions = partitions,
                                        .partition_count = 3};
    char *text = dp_aggregator_saved_format(&saved);
    assert_string_equal(
        text, "v=2 t=1800000001000 highest=9223372036854775807 horizon=- settled=- "
              "since_forget=255 carried=17 accepted=18446744073709551615 duplicate=1 late=2 "
              "clock_skew=3 ahead=4 contacts_forgotten=5 "
              "watermarks=1800000000000,-i,-7i");
    struct dp_aggregator_saved again;
    assert_true(dp_aggregator_saved_parse(&again, dp_str_from(text)));
    char *twice = dp_aggregator_saved_format(&again);
    assert_string_equal(twice, text);
    free(twice);
    dp_aggregator_saved_deinit(&again);
    struct dp_str part = dp_str_from(text);
    for (part.len = 0; part.len < strlen(text); part.len++) {
        dp_aggregator_saved_parse(&again, part); /* some parts are whole by themselves */
        dp_aggregator_saved_deinit(&again);
    }
    static const char *const others[] = {"", "v=1",
                                         "v=2 t=", "v=2 t=1 highest=99999999999999999999"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(dp_aggregator_saved_parse(&again, dp_str_from(others[i])));
    free(text);
}

int main(void)
{
    memset(letters, 'x', sizeof letters);
    for (size_t i = 0; i < sizeof letters; i++)
        letters[i] = (char)('a' + i % 26);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_back),
        cmocka_unit_test(every_kind_comes_back),
        cmocka_unit_test(bytes_from_anywhere),
        cmocka_unit_test(saved_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
