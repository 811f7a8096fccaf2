#include "aggregator/rule_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "aggregator/rule_match.h"

static char texts[1024], error[4096];

static struct dp_rule rule_of(enum dp_rule_scope scope, char span)
{
    return (struct dp_rule){.scope = scope, .has_window = span == 'w', .has_period = span == 'p'};
}

static void parse(struct dp_rule *rule, const char *when)
{
    if (!dp_rule_parse_when(rule, when, texts, error, sizeof error))
        fail_msg("%s: %s", when, error);
}

/* The code as people read postfix: "0 1 & 2 |". */
static void assert_code(const struct dp_rule_code *code, const char *expected)
{
    char text[256] = "", *end = text;
    for (size_t i = 0; i < code->count; i++)
        if (code->steps[i] == DP_RULE_AND || code->steps[i] == DP_RULE_OR)
            end += sprintf(end, "%s%c", i ? " " : "", code->steps[i] == DP_RULE_AND ? '&' : '|');
        else
            end += sprintf(end, "%s%d", i ? " " : "", code->steps[i]);
    assert_string_equal(text, expected);
}

static void test_terms(void **state)
{
    (void)state;
    struct dp_rule rule = rule_of(DP_RULE_QUEUE, 'w');
    parse(&rule, " service_level<80 % and\twaiting >= 5 and oldest_waiting_ms != 2m and "
                 "response_p95_ms <= 20000 and abandon_rate=0.05 and satisfaction_mean > 82.5");
    static const struct dp_rule_term terms[] = {
        {DP_TERM_WINDOW, 0, "service_level", DP_LT, DP_FORM_SHARE, 800000, NULL},
        {DP_TERM_NOW, 0, "waiting", DP_GE, DP_FORM_NUMBER, 5000000, NULL},
        {DP_TERM_NOW, 0, "oldest_waiting_ms", DP_NE, DP_FORM_MS, 120000000000, NULL},
        {DP_TERM_WINDOW, 0, "response_p95_ms", DP_LE, DP_FORM_MS, 20000000000, NULL},
        {DP_TERM_WINDOW, 0, "abandon_rate", DP_EQ, DP_FORM_SHARE, 50000, NULL},
        {DP_TERM_WINDOW, 0, "satisfaction_mean", DP_GT, DP_FORM_POINTS, 82500000, NULL},
    };
    assert_int_equal(rule.term_count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(rule.terms[i].source, terms[i].source);
        assert_string_equal(rule.terms[i].name, terms[i].name);
        assert_int_equal(rule.terms[i].comparison, terms[i].comparison);
        assert_int_equal(rule.terms[i].form, terms[i].form);
        assert_int_equal(rule.terms[i].limit, terms[i].limit);
        assert_null(rule.terms[i].text);
    }
    assert_int_equal(rule.clear.count, 0);
}

static void test_text(void **state)
{
    (void)state;
    struct dp_rule rule = rule_of(DP_RULE_AGENT, ' ');
    parse(&rule, "(state=break or state != \"busy\") and state_reason = \"long lunch\" and "
                 "(state_reason!=team-talk) and state_ms > 20m and active_contacts = 0");
    assert_string_equal(rule.terms[0].text, "break");
    assert_string_equal(rule.terms[1].text, "busy");
    assert_int_equal(rule.terms[1].comparison, DP_NE);
    assert_string_equal(rule.terms[2].name, "state_reason");
    assert_string_equal(rule.terms[2].text, "long lunch");
    assert_string_equal(rule.terms[3].text, "team-talk");
    assert_int_equal(rule.terms[4].source, DP_TERM_AGE);
    assert_int_equal(rule.terms[4].age, DP_AGE_STATE);
    assert_string_equal(rule.terms[4].name, "state_ms");
    assert_int_equal(rule.terms[5].source, DP_TERM_NOW);
    assert_code(&rule.when, "0 1 | 2 & 3 & 4 & 5 &");
}

static void test_scopes(void **state)
{
    (void)state;
    struct dp_rule rule = rule_of(DP_RULE_CONTACT, ' ');
    parse(&rule, "waiting > 30s or unresolved > 24h or handling >= 20m or silent > 3m or "
                 "held > 500ms");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(rule.terms[i].source, DP_TERM_AGE);
        assert_int_equal(rule.terms[i].age, DP_AGE_WAITING + i);
    }
    rule = rule_of(DP_RULE_ALL, 'p');
    parse(&rule, "event_age_ms > 1m or break > 3 or waiting > 4 or fcr_rate < 80%");
    assert_int_equal(rule.terms[0].age, DP_AGE_EVENT);
    assert_string_equal(rule.terms[1].name, "break");
    assert_int_equal(rule.terms[1].source, DP_TERM_NOW);
    assert_int_equal(rule.terms[2].source, DP_TERM_NOW);
    assert_int_equal(rule.terms[3].source, DP_TERM_PERIOD);
    rule = rule_of(DP_RULE_TEAM, ' ');
    parse(&rule, "available = 0 and offline < 3");
    rule = rule_of(DP_RULE_CHANNEL, 'w');
    parse(&rule, "answered_30s_rate < 0.9");
    rule = rule_of(DP_RULE_AGENT, 'w');
    parse(&rule, "occupancy > 95 % and offered = 0 and contacts_per_hour < 2.5");
    rule = rule_of(DP_RULE_AGENT, 'p');
    parse(&rule, "score < 60 or volume < 20 or online_ms < 5h");
    assert_int_equal(rule.terms[0].source, DP_TERM_PERIOD);
    assert_string_equal(rule.terms[0].name, "score");
}

static void test_joined(void **state)
{
    static const struct {
        const char *when, *code;
    } cases[] = {
        {"waiting > 1", "0"},
        {"waiting > 1 and waiting > 2", "0 1 &"},
        {"waiting > 1 or waiting > 2 and waiting > 3", "0 1 2 & |"},
        {"waiting > 1 and waiting > 2 or waiting > 3", "0 1 & 2 |"},
        {"(waiting > 1 or waiting > 2) and waiting > 3", "0 1 | 2 &"},
        {"waiting>1 and(waiting>2 or(waiting>3))and waiting>4", "0 1 2 | & 3 &"},
        {"((((((((((((((((waiting > 1))))))))))))))))", "0"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dp_rule rule = rule_of(DP_RULE_QUEUE, ' ');
        parse(&rule, cases[i].when);
        assert_code(&rule.when, cases[i].code);
    }
}

static void test_clear(void **state)
{
    char more[64];
    (void)state;
    struct dp_rule rule = rule_of(DP_RULE_AGENT, ' ');
    parse(&rule, "state = break");
    assert_true(dp_rule_parse_clear(&rule, "state != break or state_reason = walk", more, error,
                                    sizeof error));
    assert_int_equal(rule.term_count, 3);
    assert_code(&rule.when, "0");
    assert_code(&rule.clear, "1 2 |");
    assert_ptr_equal(rule.terms[2].text, more);
    struct dp_rule before = rule;
    assert_false(dp_rule_parse_clear(&rule, "state", more, error, sizeof error));
    assert_memory_equal(&rule, &before, sizeof rule);
}

static void test_most_terms(void **state)
{
    char text[1024] = "waiting>1";
    (void)state;
    for (int i = 1; i < DP_RULE_TERMS_MAX; i++)
        strcat(text, " or waiting>1");
    struct dp_rule rule = rule_of(DP_RULE_QUEUE, ' ');
    parse(&rule, text);
    assert_int_equal(rule.when.count, 2 * DP_RULE_TERMS_MAX - 1);
    assert_false(dp_rule_parse_clear(&rule, "waiting<1", texts, error, sizeof error));
    assert_string_equal(error, "column 1: this is one comparison too many; allowed: up to 16 in "
                               "when and clear together");
}

#define QUEUE DP_RULE_QUEUE, ' '

static void test_errors(void **state)
{
    static const struct {
        enum dp_rule_scope scope;
        char span;
        const char *when, *error; /* how it begins */
    } cases[] = {
        {QUEUE, "", "column 1: there is nothing; allowed: QUANTITY OP VALUE, joined by and, or"},
        {QUEUE, "  ", "column 3: there is nothing"},
        {QUEUE, "happiness > 1",
         "column 1: \"happiness\" is no quantity of scope queue; allowed: waiting, "
         "oldest_waiting_ms, in_service, offered, responses, "},
        {QUEUE, "state = break", "column 1: \"state\" is no quantity of scope queue"},
        {QUEUE, "volume > 1", "column 1: \"volume\" is no quantity of scope queue"},
        {QUEUE, "> 1", "column 1: \">\" is no quantity"},
        {QUEUE, "waiting > 1 and", "column 16: quantity of scope queue is missing; allowed: wait"},
        {QUEUE, "not waiting > 1", "column 1: \"not\" is no quantity"},
        {QUEUE, "waiting", "column 8: comparison is missing; allowed: < <= > >= = !="},
        {QUEUE, "waiting => 1", "column 9: \"=>\" is no comparison; allowed: < <= > >= = !="},
        {QUEUE, "waiting >", "column 10: value of this quantity is missing; allowed: a number"},
        {QUEUE, "waiting > many", "column 11: \"many\" is no value of this quantity; allowed: a n"},
        {QUEUE, "waiting > -1", "column 11: \"-1\" is no value of this quantity"},
        {QUEUE, "waiting > 1 xor waiting > 2",
         "column 13: \"xor\" is not expected here; allowed: the end, and, or"},
        {QUEUE, "waiting > 1)", "column 12: \")\" is not expected here; allowed: the end, and, or"},
        {QUEUE, "(waiting > 1", "column 13: ) is missing; allowed: ), and, or"},
        {QUEUE, "(waiting > 1 xor", "column 14: \"xor\" is not expected here; allowed: ), and, or"},
        {QUEUE, "()", "column 2: \")\" is no quantity"},
        {QUEUE, "(((((((((((((((((waiting > 1",
         "column 17: this is one parenthesis too many; allowed: up to 16 within one another"},
        {QUEUE, "service_level < 1",
         "column 1: service_level is of a window or a period; allowed: with the key window or "
         "period, or waiting, oldest_waiting_ms, in_service"},
        {DP_RULE_CHANNEL, ' ', "service_level < 1",
         "column 1: service_level is of a window or a period; allowed: with the key window or "
         "period"},
        {DP_RULE_CHANNEL, 'w', "waiting > 1", "column 1: \"waiting\" is no quantity of scope chan"},
        {DP_RULE_QUEUE, 'w', "occupancy > 1", "column 1: \"occupancy\" is no quantity of scope q"},
        {DP_RULE_QUEUE, 'w', "oldest_waiting_ms > soon",
         "column 21: \"soon\" is no value of this quantity; allowed: a duration such as 500ms 20s "
         "5m 24h 7d, or milliseconds such as 20000"},
        {DP_RULE_QUEUE, 'w', "service_level < 80",
         "column 17: \"80\" is no value of this quantity; allowed: a share from 0 to 1"},
        {DP_RULE_AGENT, 'w', "score < 60",
         "column 1: score is of a period alone; allowed: with the key period"},
        {DP_RULE_AGENT, ' ', "state > break",
         "column 7: \">\" is no comparison for this quantity; allowed: = !="},
        {DP_RULE_AGENT, ' ', "state = asleep",
         "column 9: \"asleep\" is no state; allowed: offline, available, busy, wrapup, break, "
         "training, meeting"},
        {DP_RULE_AGENT, ' ', "state =", "column 8: state is missing; allowed: offline, "},
        {DP_RULE_AGENT, ' ', "state_reason =",
         "column 15: text to compare with is missing; allowed: a word, or a text in quotes"},
        {DP_RULE_AGENT, ' ', "state_reason = \"\"", "column 16: \"\"\"\" is no text to compare"},
        {DP_RULE_AGENT, ' ', "state_reason = \"a",
         "column 16: the quotes do not end; allowed: a text between two quotes"},
        {DP_RULE_AGENT, ' ', "state_ms = 5m",
         "column 10: \"=\" is no comparison for this quantity; allowed: < <= > >="},
        {DP_RULE_CONTACT, ' ', "service_level < 1",
         "column 1: \"service_level\" is no quantity of scope contact; allowed: waiting, "
         "unresolved, handling, silent, held"},
        {DP_RULE_CONTACT, ' ', "waiting < 30s",
         "column 9: \"<\" is no comparison for this quantity; allowed: > >="},
        {DP_RULE_CONTACT, ' ', "waiting != 30s", "column 9: \"!=\" is no comparison for this qu"},
        {DP_RULE_CONTACT, ' ', "waiting > 30",
         "column 11: \"30\" is no value of this quantity; allowed: a duration such as 500ms 20s "
         "5m 24h 7d"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dp_rule rule = rule_of(cases[i].scope, cases[i].span), before = rule;
        if (dp_rule_parse_when(&rule, cases[i].when, texts, error, sizeof error))
            fail_msg("taken: %s", cases[i].when);
        if (strncmp(error, cases[i].error, strlen(cases[i].error)) != 0)
            fail_msg("%s: %s", cases[i].when, error);
        assert_non_null(strstr(error, "; allowed: "));
        assert_memory_equal(&rule, &before, sizeof rule);
    }
}

static void test_min(void **state)
{
    static const struct {
        char span;
        const char *min, *error;
    } cases[] = {
        {'w', "", "column 1: count is missing; allowed: offered, responses, abandons, "},
        {'w', "waiting 5", "column 1: \"waiting\" is no count; allowed: offered, "},
        {'w', "response_mean_ms 5", "column 1: \"response_mean_ms\" is no count"},
        {' ', "responses 5", "column 1: responses is of a window or a period; allowed: with the"},
        {'w', "responses", "column 10: least number is missing; allowed: a whole number from 1 to"},
        {'w', "responses 2.5", "column 11: \"2.5\" is no least number"},
        {'w', "responses 0", "column 11: \"0\" is no least number"},
        {'w', "responses 5 x", "column 13: \"x\" is not expected here; allowed: the end"},
    };
    (void)state;
    struct dp_rule rule = rule_of(DP_RULE_QUEUE, 'w');
    assert_true(dp_rule_parse_min(&rule, " responses 5 ", error, sizeof error));
    assert_string_equal(rule.min_name, "responses");
    assert_int_equal(rule.min, 5);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rule = rule_of(DP_RULE_QUEUE, cases[i].span);
        assert_false(dp_rule_parse_min(&rule, cases[i].min, error, sizeof error));
        if (strncmp(error, cases[i].error, strlen(cases[i].error)) != 0)
            fail_msg("%s: %s", cases[i].min, error);
        assert_null(rule.min_name);
    }
}

static struct dp_rule_match match(enum dp_rule_scope scope, const char *text)
{
    struct dp_rule_match match = {.channels = 0};
    if (!dp_rule_match_parse(&match, scope, text, texts, error, sizeof error))
        fail_msg("%s: %s", text, error);
    return match;
}

static void test_match(void **state)
{
    (void)state;
    struct dp_rule_match got = match(DP_RULE_QUEUE, "billing, tech-*,,id=web \"second line\"");
    assert_int_equal(got.id.count, 4);
    assert_string_equal(got.id.items[0], "billing");
    assert_string_equal(got.id.items[1], "tech-*");
    assert_string_equal(got.id.items[2], "web");
    assert_string_equal(got.id.items[3], "second line");
    got =
        match(DP_RULE_CONTACT, "priority=urgent,priority=high channel=voice queue=\"a=b\" team=n?");
    assert_int_equal(got.priorities, 1u << DP_PRIORITY_URGENT | 1u << DP_PRIORITY_HIGH);
    assert_int_equal(got.channels, 1u << DP_CHANNEL_VOICE);
    assert_string_equal(got.queue.items[0], "a=b");
    assert_string_equal(got.team.items[0], "n?");
    assert_int_equal(got.id.count, 0);
    got = match(DP_RULE_CHANNEL, "voice channel=email");
    assert_int_equal(got.channels, 1u << DP_CHANNEL_VOICE | 1u << DP_CHANNEL_EMAIL);
    got = match(DP_RULE_AGENT, "team=\xe5\x8c\x97 a1");
    assert_string_equal(got.team.items[0], "\xe5\x8c\x97");
    got = match(DP_RULE_TEAM, "1 2 3 4 5 6 7 8");
    assert_int_equal(got.id.count, DP_RULE_PATTERNS_MAX);
}

static void test_match_errors(void **state)
{
    static const struct {
        enum dp_rule_scope scope;
        const char *text, *error;
    } cases[] = {
        {DP_RULE_QUEUE, " , ", "column 4: there is nothing; allowed: names, or KIND=NAME"},
        {DP_RULE_QUEUE, "colour=red", "column 1: \"colour=red\" is no kind of match; allowed: id"},
        {DP_RULE_AGENT, "a priority=low",
         "column 3: \"priority=low\" is no kind of match for this scope; allowed: id, team"},
        {DP_RULE_CONTACT, "channel=fax",
         "column 9: \"fax\" is no channel; allowed: voice, chat, email"},
        {DP_RULE_CHANNEL, "fax", "column 1: \"fax\" is no channel; allowed: voice, chat, email"},
        {DP_RULE_CONTACT,
         "priority=", "column 10: priority is missing; allowed: urgent, high, normal, low"},
        {DP_RULE_CONTACT, "queue=\"a", "column 7: the quotes do not end"},
        {DP_RULE_CONTACT, "\"a\"b", "column 4: \"b\" is not expected here; allowed: the end, a bl"},
        {DP_RULE_CONTACT, "id=", "column 4: name or pattern is missing; allowed: 1 to 128 bytes"},
        {DP_RULE_QUEUE, "a:b", "column 1: \"a:b\" is no name or pattern; allowed: 1 to 128 bytes"},
        {DP_RULE_TEAM, "1 2 3 4 5 6 7 8 9",
         "column 17: this is one of its kind too many; allowed: up to 8"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dp_rule_match got = {.channels = 6}, before = got;
        if (dp_rule_match_parse(&got, cases[i].scope, cases[i].text, texts, error, sizeof error))
            fail_msg("taken: %s", cases[i].text);
        if (strncmp(error, cases[i].error, strlen(cases[i].error)) != 0)
            fail_msg("%s: %s", cases[i].text, error);
        assert_memory_equal(&got, &before, sizeof got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms),  cmocka_unit_test(test_text),
        cmocka_unit_test(test_scopes), cmocka_unit_test(test_joined),
        cmocka_unit_test(test_clear),  cmocka_unit_test(test_most_terms),
        cmocka_unit_test(test_errors), cmocka_unit_test(test_min),
        cmocka_unit_test(test_match),  cmocka_unit_test(test_match_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
