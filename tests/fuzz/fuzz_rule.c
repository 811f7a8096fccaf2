/* Conditions of rules and what rules are about: what is taken can be evaluated, and is taken the
 * same way again; what is refused is explained in one line. The first byte chooses the scope, and
 * whether there is a window or a period; the second, what is read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/rule_match.h"
#include "aggregator/rule_parse.h"

#define TEXT_MAX 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

static void check_error(const char *error, size_t len)
{
    unsigned column;
    check(sscanf(error, "column %u: ", &column) == 1 && column >= 1 && column <= len + 1,
          "an error has a column of the text");
    check(strstr(error, "; allowed: ") != NULL, "it says what is allowed");
}

/* Every step has what it needs, and one truth is left. */
static void check_code(const struct dp_rule *rule, const struct dp_rule_code *code)
{
    size_t depth = 0;
    check(code->count >= 1 && code->count <= DP_RULE_CODE_MAX, "there is code");
    for (size_t i = 0; i < code->count; i++) {
        if (code->steps[i] == DP_RULE_AND || code->steps[i] == DP_RULE_OR) {
            check(depth >= 2, "two truths to join");
            depth--;
        } else {
            check(code->steps[i] < rule->term_count, "a term");
            depth++;
        }
    }
    check(depth == 1, "one truth is left");
}

static void check_terms(const struct dp_rule *rule)
{
    for (size_t i = 0; i < rule->term_count; i++) {
        const struct dp_rule_term *term = &rule->terms[i];
        check(term->name && *term->name && term->limit >= 0, "a term");
        check(!term->text || term->comparison == DP_EQ || term->comparison == DP_NE, "a text");
        check(term->source != DP_TERM_WINDOW || rule->has_window, "a window");
        check(term->source != DP_TERM_PERIOD || rule->has_period, "a period");
        check((rule->scope == DP_RULE_CONTACT) ==
                  (term->source == DP_TERM_AGE && term->age >= DP_AGE_WAITING),
              "contacts are asked about ages of contacts");
    }
}

/* Room for what the rule needs, exactly, so that one byte too many is found. */
static bool parse_when(struct dp_rule *rule, const char *text, char **texts, char *error)
{
    *texts = malloc(strlen(text) + 1);
    check(*texts != NULL, "memory");
    return dp_rule_parse_when(rule, text, *texts, error, DP_RULE_ERROR);
}

static void fuzz_when(const struct dp_rule *empty, const char *text)
{
    struct dp_rule rules[2] = {*empty, *empty};
    char errors[2][DP_RULE_ERROR] = {"", ""}, *texts[2], *more = malloc(strlen(text) + 1);
    bool good[2];
    for (int i = 0; i < 2; i++)
        good[i] = parse_when(&rules[i], text, &texts[i], errors[i]);
    check(good[0] == good[1] && strcmp(errors[0], errors[1]) == 0, "read the same way again");
    if (good[0]) {
        check_code(&rules[0], &rules[0].when);
        check_terms(&rules[0]);
        if (dp_rule_parse_clear(&rules[0], text, more, errors[0], sizeof errors[0]))
            check_code(&rules[0], &rules[0].clear);
        else
            check(rules[0].term_count + rules[1].term_count > DP_RULE_TERMS_MAX,
                  "what is good once is good twice, if there is room");
    } else {
        check_error(errors[0], strlen(text));
        check(memcmp(&rules[0], empty, sizeof rules[0]) == 0, "the rule is as it was");
    }
    for (int i = 0; i < 2; i++)
        free(texts[i]);
    free(more);
}

static void fuzz_match(const struct dp_rule *empty, const char *text)
{
    struct dp_rule_match match = {.channels = 0};
    char error[DP_RULE_ERROR], *texts = malloc(strlen(text) + 1);
    check(texts != NULL, "memory");
    if (dp_rule_match_parse(&match, empty->scope, text, texts, error, sizeof error))
        check(match.channels || match.priorities || match.id.count || match.queue.count ||
                  match.team.count,
              "there is something to match");
    else
        check_error(error, strlen(text));
    free(texts);
}

static void fuzz_min(const struct dp_rule *empty, const char *text)
{
    struct dp_rule rule = *empty;
    char error[DP_RULE_ERROR];
    if (dp_rule_parse_min(&rule, text, error, sizeof error))
        check(rule.min_name && rule.min >= 1, "a least number");
    else
        check_error(error, strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TEXT_MAX];
    if (size < 2 || size - 2 >= sizeof text)
        return 0;
    memcpy(text, data + 2, size - 2);
    text[size - 2] = '\0';
    unsigned span = data[0] / DP_RULE_SCOPES % 3;
    const struct dp_rule empty = {.scope = (enum dp_rule_scope)(data[0] % DP_RULE_SCOPES),
                                  .has_window = span == 1,
                                  .has_period = span == 2};
    switch (data[1] % 3) {
    case 0:
        fuzz_when(&empty, text);
        break;
    case 1:
        fuzz_match(&empty, text);
        break;
    default:
        fuzz_min(&empty, text);
    }
    return 0;
}
