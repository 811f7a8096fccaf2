/* What alerts begin and end, and who is told when; each second is a flush. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "centre.h"
#include "rules.h"

#define MILLION INT64_C(1000000)

/* A centre with rules, and the notices given: "5 firing low q1!" in second 5, "!" if told. */
static struct {
    struct dp_centre centre;
    char text[4096];
    struct dp_notice last;
    char value[DP_NOTICE_TEXT];
    int64_t t_ms;
} world;

static void note(void *ctx, const struct dp_notice *notice)
{
    (void)ctx;
    size_t used = strlen(world.text);
    snprintf(world.text + used, sizeof world.text - used, "%s%d %s %.*s %.*s%s", used ? "; " : "",
             (int)(notice->at_ms / SECOND), dp_notice_kind_names[notice->kind],
             (int)notice->rule.len, notice->rule.p, (int)notice->id.len,
             notice->id.len ? notice->id.p : "", notice->tell ? "!" : "");
    world.last = *notice;
    strcpy(world.value, notice->value);
}

static void begin_with(const struct dp_rule *rules, size_t count)
{
    struct dp_aggregator_options options = dp_centre_options();
    options.rules = rules;
    options.rule_count = count;
    options.wall_clock = true;
    options.period_kinds = 1u << DP_PERIOD_DAY;
    options.period_interval_ms = 0;
    memset(&world, 0, sizeof world);
    dp_centre_open(&world.centre, &options);
    dp_aggregator_set_notices(world.centre.agg, note, NULL);
    dp_centre_advance(&world.centre, 0);
}

static void until(int seconds)
{
    for (; world.t_ms < seconds * SECOND; world.t_ms += SECOND)
        dp_centre_advance(&world.centre, world.t_ms + SECOND);
}

/* What was given since it was last asked. */
static void given(const char *wanted)
{
    assert_string_equal(world.text, wanted);
    world.text[0] = '\0';
}

static void tell(const char *events)
{
    dp_centre_tell(&world.centre, events);
}

static void done(void)
{
    dp_centre_close(&world.centre);
}

static struct dp_rule waiting_rule(int64_t most)
{
    struct dp_rule rule = dp_test_rule("queue", DP_RULE_QUEUE, NULL);
    dp_test_term(&rule, DP_TERM_NOW, "waiting", DP_GT, most * MILLION);
    return rule;
}

static void a_condition_begins_and_ends(void **state)
{
    (void)state;
    struct dp_rule rule = waiting_rule(1);
    begin_with(&rule, 1);
    tell("100/c1 offered voice q1; 200/c2 offered voice q2");
    until(2);
    given("");
    tell("2500/c3 offered voice q1");
    until(4);
    given("3 firing queue q1!");
    assert_int_equal(world.last.since_ms, 3 * SECOND);
    assert_string_equal(world.value, "waiting 2");
    assert_true(dp_str_equal(world.last.severity, DP_STR("page")));
    assert_int_equal(dp_alerts_counts(dp_aggregator_alerts(world.centre.agg))->firing, 1);
    tell("4500/c1 answered a1");
    until(6);
    given("5 resolved queue q1!");
    assert_int_equal(dp_alerts_counts(dp_aggregator_alerts(world.centre.agg))->firing, 0);
    done();
}

static void it_has_to_hold_for_some_time(void **state)
{
    (void)state;
    struct dp_rule rule = waiting_rule(0);
    rule.for_ms = 10 * SECOND;
    begin_with(&rule, 1);
    tell("500/c1 offered voice q1");
    until(8);
    assert_int_equal(dp_alerts_counts(dp_aggregator_alerts(world.centre.agg))->pending, 1);
    tell("8500/c1 answered a1");
    until(10);
    tell("10500/c2 offered voice q1");
    until(20);
    given("");
    until(30);
    given("21 firing queue q1!");
    assert_int_equal(world.last.since_ms, 11 * SECOND);
    assert_int_equal(world.last.fired_ms, 21 * SECOND);
    done();
}

static void it_ends_by_its_own_condition(void **state)
{
    (void)state;
    struct dp_rule rule = waiting_rule(1);
    dp_test_clear(&rule, DP_TERM_NOW, "waiting", DP_EQ, 0);
    begin_with(&rule, 1);
    tell("100/c1 offered voice q1; 200/c2 offered voice q1");
    until(2);
    given("1 firing queue q1!");
    tell("2500/c1 answered a1");
    until(5);
    given("");
    tell("5500/c2 answered a1");
    until(7);
    given("6 resolved queue q1!");
    done();
}

/* Two answers, both late. */
static const char late_answers[] = "0/c1 offered voice q1; 0/c2 offered voice q1; "
                                   "30000/c1 answered a1; 40000/c2 answered a2";

static struct dp_rule level_rule(enum dp_on_no_data on_no_data)
{
    struct dp_rule rule = dp_test_rule("level", DP_RULE_QUEUE, "1m");
    dp_test_term(&rule, DP_TERM_WINDOW, "service_level", DP_LT, 800000);
    rule.on_no_data = on_no_data;
    return rule;
}

static void too_little_is_no_data(void **state)
{
    (void)state;
    struct dp_rule rule = level_rule(DP_NO_DATA_OK);
    rule.min_name = "responses";
    rule.min = 2;
    begin_with(&rule, 1);
    tell(late_answers);
    until(39);
    given("");
    until(41);
    given("40 firing level q1!");
    assert_string_equal(world.value, "service_level 0.000000, responses 2");
    assert_string_equal(world.last.window, "1m");
    until(120); /* the first answer leaves the window, and one is too few */
    given("90 resolved level q1!");
    done();
}

static void no_data_keeps(void **state)
{
    (void)state;
    struct dp_rule rule = level_rule(DP_NO_DATA_KEEP);
    begin_with(&rule, 1);
    tell(late_answers);
    until(200);
    given("30 firing level q1!");
    tell("200000/c3 offered voice q1; 200100/c3 answered a1");
    until(203);
    given("201 resolved level q1!");
    done();
}

static void no_data_alerts(void **state)
{
    (void)state;
    struct dp_rule rules[] = {level_rule(DP_NO_DATA_ALERT), level_rule(DP_NO_DATA_ALERT),
                              level_rule(DP_NO_DATA_ALERT)};
    rules[1].name = "exact";
    dp_test_match(&rules[1].match.id, "q9");
    rules[2].name = "all";
    rules[2].scope = DP_RULE_ALL;
    begin_with(rules, 3);
    until(3);
    assert_non_null(strstr(world.text, "0 firing exact q9!"));
    assert_non_null(strstr(world.text, "0 firing all !"));
    assert_null(strstr(world.text, "level"));
    world.text[0] = '\0';
    tell("3000/c1 offered voice q9; 3100/c1 answered a1");
    until(5);
    assert_non_null(strstr(world.text, "4 resolved exact q9!"));
    assert_non_null(strstr(world.text, "4 resolved all !"));
    assert_null(strstr(world.text, "firing level"));
    world.text[0] = '\0';
    until(70);
    assert_non_null(strstr(world.text, "64 firing exact q9!"));
    assert_non_null(strstr(world.text, "64 firing level q9!"));
    done();
}

static void a_forgotten_subject_ends(void **state)
{
    (void)state;
    struct dp_rule rule = level_rule(DP_NO_DATA_KEEP);
    begin_with(&rule, 1);
    tell(late_answers);
    tell("41000/c1 ended; 41000/c2 ended");
    until(60);
    given("30 firing level q1!");
    dp_centre_advance(&world.centre, 5 * HOUR);
    dp_centre_tell(&world.centre, "18000000/x offered voice q7");
    for (int64_t t = 5 * HOUR; t < 8 * HOUR; t += MINUTE)
        dp_centre_advance(&world.centre, t);
    assert_non_null(strstr(world.text, "resolved level q1!"));
    done();
}

static void agents_by_team_text_and_time_in_state(void **state)
{
    (void)state;
    struct dp_rule rule = dp_test_rule("break", DP_RULE_AGENT, NULL);
    dp_test_term(&rule, DP_TERM_NOW, "state", DP_EQ, 0)->text = "break";
    dp_test_age(&rule, DP_AGE_STATE, DP_GT, 20 * SECOND);
    dp_test_match(&rule.match.team, "t1");
    begin_with(&rule, 1);
    tell("100 state a1 break t1; 100 state a2 break t2; 100 state a3 busy t1");
    until(20);
    given("");
    until(25);
    given("21 firing break a1!");
    assert_string_equal(world.value, "state break, state_ms 20900");
    assert_true(dp_str_equal(world.last.team, DP_STR("t1")));
    tell("25500 state a1 available t1; 25500 state a3 break t1");
    until(45);
    given("26 resolved break a1!");
    until(50);
    given("46 firing break a3!");
    tell("50500 state a3 break t2"); /* in another team it is none of this rule's */
    until(52);
    given("51 resolved break a3!");
    done();
}

static void silence_of_all_events(void **state)
{
    (void)state;
    struct dp_rule rule = dp_test_rule("stream", DP_RULE_ALL, NULL);
    dp_test_age(&rule, DP_AGE_EVENT, DP_GT, 30 * SECOND);
    begin_with(&rule, 1);
    until(50);
    given(""); /* none yet is no data */
    tell("50500 state a1 break t1");
    until(80);
    given("");
    until(85);
    given("81 firing stream !");
    tell("85100 state a1 busy t1");
    until(87);
    given("86 resolved stream !");
    done();
}

static void channels(void **state)
{
    (void)state;
    struct dp_rule rules[2] = {dp_test_rule("channel", DP_RULE_CHANNEL, "1m"),
                               dp_test_rule("chats", DP_RULE_QUEUE, "1m")};
    for (size_t i = 0; i < 2; i++)
        dp_test_term(&rules[i], DP_TERM_WINDOW, "offered", DP_GE, 2 * MILLION);
    rules[1].match.channels = 1u << DP_CHANNEL_CHAT;
    begin_with(rules, 2);
    tell("100/c1 offered voice q1; 200/c2 offered voice q1; 300/c3 offered chat q1");
    until(3);
    given("1 firing channel voice!");
    assert_int_equal(world.last.channel, DP_CHANNEL_VOICE);
    tell("3100/c4 offered chat q1");
    until(5);
    assert_non_null(strstr(world.text, "4 firing channel chat!"));
    assert_non_null(strstr(world.text, "4 firing chats q1!"));
    done();
}

static void the_current_period(void **state)
{
    (void)state;
    struct dp_rule rule = dp_test_rule("day", DP_RULE_QUEUE, NULL);
    rule.has_period = true;
    rule.period = DP_PERIOD_DAY;
    dp_test_term(&rule, DP_TERM_PERIOD, "offered", DP_GE, 2 * MILLION);
    begin_with(&rule, 1);
    tell("100/c1 offered voice q1; 200/c2 offered voice q1");
    until(2);
    given("1 firing day q1!");
    assert_string_equal(world.last.window, "1970-01-01");
    dp_centre_advance(&world.centre, DAY - SECOND);
    given("");
    dp_centre_advance(&world.centre, DAY); /* nothing is known of the new day */
    given("86400 resolved day q1!");
    done();
}

static void quiet_hours(void **state)
{
    (void)state;
    struct dp_rule rule = waiting_rule(0);
    rule.quiet = (struct dp_hours){1, {{0x7f, 0, 5 * 60000}}};
    begin_with(&rule, 1);
    tell("500/c1 offered voice q1; 500/c2 offered voice q2");
    until(2);
    given("1 firing queue q1; 1 firing queue q2");
    tell("2500/c2 answered a1");
    until(4);
    given("3 resolved queue q2");
    until(302);
    given("300 firing queue q1!");
    assert_int_equal(world.last.fired_ms, SECOND);
    done();
}

static void silence_all(int64_t until_ms, const char *id)
{
    struct dp_alert_silence silence = {.until_ms = until_ms};
    dp_test_match(&silence.id, id);
    dp_alerts_set_silences(dp_aggregator_alerts(world.centre.agg), &silence, 1);
}

static void silences(void **state)
{
    (void)state;
    struct dp_rule rule = waiting_rule(0);
    rule.repeat_ms = 10 * SECOND;
    rule.escalate_ms = 25 * SECOND;
    begin_with(&rule, 1);
    silence_all(30 * SECOND, "q1");
    tell("500/c1 offered voice q1");
    until(29);
    given("1 firing queue q1");
    until(41);
    given("30 firing queue q1!; 40 repeated queue q1!");
    silence_all(65 * SECOND, "q*");
    until(64);
    given("");
    until(66);
    given("65 repeated queue q1!; 65 escalated queue q1!");
    dp_alerts_set_silences(dp_aggregator_alerts(world.centre.agg), NULL, 0);
    until(76);
    given("75 repeated queue q1!");
    done();
}

static void repeats_and_escalation_until_acknowledged(void **state)
{
    (void)state;
    struct dp_rule rule = waiting_rule(0);
    rule.repeat_ms = 10 * SECOND;
    rule.escalate_ms = 15 * SECOND;
    begin_with(&rule, 1);
    tell("500/c1 offered voice q1");
    until(22);
    given("1 firing queue q1!; 11 repeated queue q1!; 16 escalated queue q1!; "
          "21 repeated queue q1!");
    assert_int_equal(world.last.number, 2);
    assert_string_equal(world.last.key + 16, ":repeat-2");
    assert_memory_equal(world.last.key, world.last.alert, 16);
    struct dp_alerts *alerts = dp_aggregator_alerts(world.centre.agg);
    assert_false(dp_alerts_acknowledge(alerts, DP_STR("0123456789abcdef"), DP_STR("li"), 22));
    assert_true(dp_alerts_acknowledge(alerts, dp_str_from(world.last.alert), DP_STR("li"), 22000));
    until(60);
    given("");
    tell("60100/c1 answered a1");
    until(62);
    given("61 resolved queue q1!");
    done();
}

/* ---------------------------------------------------------------- contacts */

static struct dp_rule contact_rule(enum dp_age age, int64_t most_ms)
{
    struct dp_rule rule = dp_test_rule("contact", DP_RULE_CONTACT, NULL);
    dp_test_age(&rule, age, DP_GT, most_ms);
    return rule;
}

static void a_contact_waits(void **state)
{
    (void)state;
    struct dp_rule rule = contact_rule(DP_AGE_WAITING, 30 * SECOND);
    rule.match.priorities = 1u << DP_PRIORITY_URGENT;
    begin_with(&rule, 1);
    tell("500/c1 offered voice q1 t1 x urgent; 500/c2 offered voice q1 t1 x normal");
    until(30);
    given("");
    until(35);
    given("31 firing contact c1!");
    assert_string_equal(world.value, "waiting 30500 ms");
    assert_true(dp_str_equal(world.last.queue, DP_STR("q1")));
    assert_true(dp_str_equal(world.last.team, DP_STR("t1")));
    assert_int_equal(world.last.channel, DP_CHANNEL_VOICE);
    tell("35500/c1 answered a1; 40000/c1 transferred a1 q2");
    until(37);
    given("36 resolved contact c1!");
    until(75); /* it waits again */
    given("71 firing contact c1!");
    tell("75100/c1 abandoned");
    until(77);
    given("76 resolved contact c1!");
    assert_int_equal(dp_alerts_counts(dp_aggregator_alerts(world.centre.agg))->watched, 0);
    done();
}

static void a_contact_is_unresolved(void **state)
{
    (void)state;
    struct dp_rule rule = contact_rule(DP_AGE_UNRESOLVED, 60 * SECOND);
    begin_with(&rule, 1);
    tell("500/c1 offered voice q1; 600/c2 offered voice q1; 700/c1 answered a1; 5000/c2 abandoned; "
         "8000/c1 ended");
    until(65);
    given("61 firing contact c1!");
    tell("65500/c1 resolved no");
    until(68);
    given("");
    tell("68500/c1 resolved yes");
    until(70);
    given("69 resolved contact c1!");
    tell("70500/c1 reopened");
    until(72);
    given("71 firing contact c1!");
    done();
}

static void a_contact_is_silent_held_or_long(void **state)
{
    (void)state;
    struct dp_rule rules[3] = {contact_rule(DP_AGE_SILENT, 10 * SECOND),
                               contact_rule(DP_AGE_HELD, 10 * SECOND),
                               contact_rule(DP_AGE_HANDLING, 50 * SECOND)};
    rules[0].name = "silent";
    rules[1].name = "held";
    rules[2].name = "long";
    begin_with(rules, 3);
    tell("500/c1 offered chat q1; 600/c1 answered a1; 1500/c1 message customer; "
         "2500/c1 message customer");
    until(13);
    given("12 firing silent c1!");
    tell("13500/c1 message a1; 13600/c1 held a1");
    until(25);
    given("14 resolved silent c1!; 24 firing held c1!");
    tell("25500/c1 retrieved a1");
    until(52);
    given("26 resolved held c1!; 51 firing long c1!");
    tell("52500/c1 ended");
    until(54);
    given("53 resolved long c1!");
    done();
}

/* One that is forgotten is over. */
static void a_contact_is_forgotten(void **state)
{
    (void)state;
    struct dp_rule rule = contact_rule(DP_AGE_UNRESOLVED, 60 * SECOND);
    begin_with(&rule, 1);
    tell("500/c1 offered voice q1");
    until(62);
    given("61 firing contact c1!");
    dp_centre_advance(&world.centre, 2 * HOUR);
    tell("7200000 state a1 busy");
    dp_centre_advance(&world.centre, 2 * HOUR + SECOND);
    given("7201 resolved contact c1!");
    done();
}

/* ---------------------------------------------------------------- other rules */

static void rules_read_again(void **state)
{
    (void)state;
    struct dp_rule rules[2] = {waiting_rule(0), waiting_rule(0)};
    rules[1].name = "other";
    begin_with(rules, 2);
    tell("500/c1 offered voice q1; 600/c2 offered voice q2");
    until(2);
    world.text[0] = '\0';
    dp_test_match(&rules[0].match.id, "q1");
    dp_aggregator_set_rules(world.centre.agg, rules, 1);
    given("");
    until(4); /* who is not matched any more, and what has no rule any more, ends */
    assert_non_null(strstr(world.text, "3 resolved queue q2!"));
    assert_non_null(strstr(world.text, "3 resolved other q1!"));
    assert_non_null(strstr(world.text, "3 resolved other q2!"));
    assert_null(strstr(world.text, "firing"));
    world.text[0] = '\0';
    tell("4500/c1 answered a1");
    until(6);
    given("5 resolved queue q1!");
    dp_aggregator_set_rules(world.centre.agg, NULL, 0);
    until(8);
    given("");
    done();
}

static void no_two_alerts_of_one_moment(void **state)
{
    (void)state;
    struct dp_rule rule = waiting_rule(0);
    begin_with(&rule, 1);
    tell("500/c1 offered voice q1");
    until(1);
    given("1 firing queue q1!");
    tell("600/c1 answered a1");
    dp_board_pull(&world.centre.board, world.centre.agg); /* again as of second 1 */
    given("1 resolved queue q1!");
    tell("700/c2 offered voice q1");
    dp_board_pull(&world.centre.board, world.centre.agg);
    given("");
    until(2);
    given("2 firing queue q1!");
    done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_begins_and_ends),
        cmocka_unit_test(it_has_to_hold_for_some_time),
        cmocka_unit_test(it_ends_by_its_own_condition),
        cmocka_unit_test(too_little_is_no_data),
        cmocka_unit_test(no_data_keeps),
        cmocka_unit_test(no_data_alerts),
        cmocka_unit_test(a_forgotten_subject_ends),
        cmocka_unit_test(agents_by_team_text_and_time_in_state),
        cmocka_unit_test(silence_of_all_events),
        cmocka_unit_test(channels),
        cmocka_unit_test(the_current_period),
        cmocka_unit_test(quiet_hours),
        cmocka_unit_test(silences),
        cmocka_unit_test(repeats_and_escalation_until_acknowledged),
        cmocka_unit_test(a_contact_waits),
        cmocka_unit_test(a_contact_is_unresolved),
        cmocka_unit_test(a_contact_is_silent_held_or_long),
        cmocka_unit_test(a_contact_is_forgotten),
        cmocka_unit_test(rules_read_again),
        cmocka_unit_test(no_two_alerts_of_one_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
