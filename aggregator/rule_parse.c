#include "aggregator/rule_parse.h"

#include <stdio.h>
#include <string.h>

#include "aggregator/phrase.h"
#include "aggregator/rule_quantity.h"

#define MILLION INT64_C(1000000)

/* Parentheses within one another. */
#define DEPTH_MAX 16

#define NAMES_MAX 1536

/* As long as a published state_reason. */
#define REASON_MAX 128

_Static_assert(DP_RULE_CODE_MAX >= 2 * DP_RULE_TERMS_MAX - 1,
               "the code of all terms has room for what joins them");

/* One reading of a text. */
struct reader {
    struct dp_phrase phrase;
    struct dp_rule rule; /* as it will be */
    struct dp_rule_code code;
    char *texts; /* where the next text is put */
    unsigned depth;
};

static void begin(struct reader *reader, const struct dp_rule *rule, const char *text, char *texts,
                  char *error, size_t error_size)
{
    memset(reader, 0, sizeof *reader);
    reader->phrase = (struct dp_phrase){text, text, error, error_size};
    reader->rule = *rule;
    reader->texts = texts;
}

static bool fail_quantity(struct reader *reader, struct dp_str word)
{
    char names[NAMES_MAX], what[64];
    dp_rule_quantity_list(reader->rule.scope, true, names, sizeof names);
    snprintf(what, sizeof what, "quantity of scope %s", dp_rule_scope_names[reader->rule.scope]);
    return dp_phrase_fail_at(&reader->phrase, word.p, what, names);
}

/* Whether the rule has a span that the quantity can be of; then that is the source. */
static bool settle_span(struct reader *reader, struct dp_str word,
                        struct dp_rule_quantity *quantity)
{
    const struct dp_rule *rule = &reader->rule;
    char names[NAMES_MAX];
    bool figure = quantity->source == DP_TERM_WINDOW || quantity->source == DP_TERM_PERIOD;
    if (!figure || rule->has_period || (quantity->any_span && rule->has_window)) {
        if (figure)
            quantity->source = rule->has_period ? DP_TERM_PERIOD : DP_TERM_WINDOW;
        return true;
    }
    if (!quantity->any_span)
        return dp_phrase_fail(&reader->phrase, word.p,
                              "%s is of a period alone; allowed: with the key period",
                              quantity->name);
    dp_rule_quantity_list(rule->scope, false, names, sizeof names);
    return dp_phrase_fail(&reader->phrase, word.p,
                          "%s is of a window or a period; allowed: with the key window or "
                          "period%s%s",
                          quantity->name, *names ? ", or " : "", names);
}

/* Ages grow: what is asked is when they have grown so far. Of contacts only that they have. */
static bool check_comparison(struct reader *reader, const char *at,
                             const struct dp_rule_quantity *quantity, enum dp_comparison comparison)
{
    bool equal = comparison == DP_EQ || comparison == DP_NE;
    bool less = comparison == DP_LT || comparison == DP_LE;
    if (quantity->text)
        return equal ||
               dp_phrase_fail_at(&reader->phrase, at, "comparison for this quantity", "= !=");
    if (quantity->source != DP_TERM_AGE)
        return true;
    if (reader->rule.scope == DP_RULE_CONTACT)
        return (!equal && !less) ||
               dp_phrase_fail_at(&reader->phrase, at, "comparison for this quantity", "> >=");
    return !equal ||
           dp_phrase_fail_at(&reader->phrase, at, "comparison for this quantity", "< <= > >=");
}

static bool take_word_of(struct reader *reader, const struct dp_rule_quantity *quantity,
                         struct dp_rule_term *term)
{
    struct dp_phrase *phrase = &reader->phrase;
    struct dp_str text;
    char names[128];
    dp_phrase_skip_blanks(phrase);
    const char *at = phrase->at;
    if (!dp_phrase_text(phrase, " \t()", &text))
        return false;
    if (quantity->text == DP_TEXT_STATE) {
        int state = dp_phrase_find(dp_agent_state_names, DP_AGENT_STATES, text);
        if (state < 0)
            return dp_phrase_fail_at(
                phrase, at, "state",
                dp_phrase_list(dp_agent_state_names, DP_AGENT_STATES, names, sizeof names));
        term->text = dp_agent_state_names[state];
        return true;
    }
    if (text.len == 0 || text.len > REASON_MAX)
        return dp_phrase_fail_at(phrase, at, "text to compare with",
                                 "a word, or a text in quotes, of 1 to 128 bytes");
    term->text = dp_phrase_keep(text, &reader->texts);
    return true;
}

/* A contact's ages have no unit in their names, so there has to be one with the number. */
static bool take_number_of(struct reader *reader, struct dp_rule_term *term)
{
    char allowed[128];
    struct dp_str number = dp_phrase_number(&reader->phrase);
    bool plain = term->form == DP_FORM_MS && reader->rule.scope != DP_RULE_CONTACT;
    if (dp_form_parse(term->form, number, &term->limit) ||
        (plain && dp_form_parse(DP_FORM_NUMBER, number, &term->limit)))
        return true;
    snprintf(allowed, sizeof allowed, "%s%s", dp_form_allowed(term->form),
             plain ? ", or milliseconds such as 20000" : "");
    return dp_phrase_fail_at(&reader->phrase, number.p, "value of this quantity", allowed);
}

static bool take_term(struct reader *reader)
{
    struct dp_phrase *phrase = &reader->phrase;
    struct dp_rule *rule = &reader->rule;
    struct dp_rule_quantity quantity;
    struct dp_str word = dp_phrase_word(phrase);
    if (rule->term_count == DP_RULE_TERMS_MAX)
        return dp_phrase_fail(phrase, word.p,
                              "this is one comparison too many; allowed: up to %d in when and "
                              "clear together",
                              DP_RULE_TERMS_MAX);
    if (!dp_rule_quantity_find(rule->scope, word, &quantity))
        return fail_quantity(reader, word);
    if (!settle_span(reader, word, &quantity))
        return false;
    struct dp_rule_term *term = &rule->terms[rule->term_count];
    *term = (struct dp_rule_term){.source = quantity.source,
                                  .age = quantity.age,
                                  .name = quantity.name,
                                  .form = quantity.form};
    dp_phrase_skip_blanks(phrase);
    const char *at = phrase->at;
    if (!dp_phrase_comparison(phrase, &term->comparison) ||
        !check_comparison(reader, at, &quantity, term->comparison) ||
        !(quantity.text ? take_word_of(reader, &quantity, term) : take_number_of(reader, term)))
        return false;
    reader->code.steps[reader->code.count++] = (uint8_t)rule->term_count++;
    return true;
}

static bool take_or(struct reader *reader);

static bool take_one(struct reader *reader)
{
    struct dp_phrase *phrase = &reader->phrase;
    dp_phrase_skip_blanks(phrase);
    if (*phrase->at != '(')
        return take_term(reader);
    if (reader->depth == DEPTH_MAX)
        return dp_phrase_fail(phrase, phrase->at,
                              "this is one parenthesis too many; allowed: up to %d within one "
                              "another",
                              DEPTH_MAX);
    phrase->at++;
    reader->depth++;
    if (!take_or(reader))
        return false;
    reader->depth--;
    dp_phrase_skip_blanks(phrase);
    if (*phrase->at == '\0')
        return dp_phrase_fail(phrase, phrase->at, ") is missing; allowed: ), and, or");
    if (*phrase->at != ')')
        return dp_phrase_fail(phrase, phrase->at,
                              "\"%.*s\" is not expected here; allowed: ), and, or",
                              dp_phrase_shown(phrase->at), phrase->at);
    phrase->at++;
    return true;
}

/* True: that word comes next, and is taken. */
static bool take_keyword(struct reader *reader, const char *keyword)
{
    struct dp_str word = dp_phrase_word(&reader->phrase);
    if (dp_str_equal(word, dp_str_from(keyword)))
        return true;
    reader->phrase.at = word.p;
    return false;
}

static bool take_and(struct reader *reader)
{
    if (!take_one(reader))
        return false;
    while (take_keyword(reader, "and")) {
        if (!take_one(reader))
            return false;
        reader->code.steps[reader->code.count++] = DP_RULE_AND;
    }
    return true;
}

static bool take_or(struct reader *reader)
{
    if (!take_and(reader))
        return false;
    while (take_keyword(reader, "or")) {
        if (!take_and(reader))
            return false;
        reader->code.steps[reader->code.count++] = DP_RULE_OR;
    }
    return true;
}

static bool take_all(struct reader *reader)
{
    struct dp_phrase *phrase = &reader->phrase;
    dp_phrase_skip_blanks(phrase);
    if (*phrase->at == '\0')
        return dp_phrase_fail(phrase, phrase->at,
                              "there is nothing; allowed: QUANTITY OP VALUE, joined by and, or and "
                              "parentheses");
    if (!take_or(reader))
        return false;
    dp_phrase_skip_blanks(phrase);
    return *phrase->at == '\0' || dp_phrase_fail(phrase, phrase->at,
                                                 "\"%.*s\" is not expected here; allowed: the end, "
                                                 "and, or",
                                                 dp_phrase_shown(phrase->at), phrase->at);
}

bool dp_rule_parse_when(struct dp_rule *rule, const char *text, char *texts, char *error,
                        size_t error_size)
{
    struct reader reader;
    begin(&reader, rule, text, texts, error, error_size);
    if (!take_all(&reader))
        return false;
    *rule = reader.rule;
    rule->when = reader.code;
    return true;
}

bool dp_rule_parse_clear(struct dp_rule *rule, const char *text, char *texts, char *error,
                         size_t error_size)
{
    struct reader reader;
    begin(&reader, rule, text, texts, error, error_size);
    if (!take_all(&reader))
        return false;
    *rule = reader.rule;
    rule->clear = reader.code;
    return true;
}

bool dp_rule_parse_min(struct dp_rule *rule, const char *text, char *error, size_t error_size)
{
    struct reader reader;
    struct dp_rule_quantity quantity;
    char names[NAMES_MAX];
    size_t used = 0;
    int64_t least;
    begin(&reader, rule, text, NULL, error, error_size);
    struct dp_phrase *phrase = &reader.phrase;
    struct dp_str word = dp_phrase_word(phrase);
    enum dp_quantity figure = dp_quantity_find(word);
    if (figure >= DP_QUANTITY_FIGURES || dp_figure_infos[figure].unit != DP_UNIT_COUNT) {
        for (int i = 0; i < DP_FIGURES; i++)
            if (dp_figure_infos[i].unit == DP_UNIT_COUNT)
                used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
                                         used ? ", " : "", dp_figure_infos[i].name);
        return dp_phrase_fail_at(phrase, word.p, "count", names);
    }
    if (!dp_rule_quantity_find(rule->scope, word, &quantity))
        return fail_quantity(&reader, word);
    if (!settle_span(&reader, word, &quantity))
        return false;
    struct dp_str number = dp_phrase_number(phrase);
    if (!dp_form_parse(DP_FORM_NUMBER, number, &least) || least % MILLION || least == 0)
        return dp_phrase_fail_at(phrase, number.p, "least number",
                                 "a whole number from 1 to 1000000000");
    dp_phrase_skip_blanks(phrase);
    if (*phrase->at)
        return dp_phrase_fail(phrase, phrase->at, "\"%.*s\" is not expected here; allowed: the end",
                              dp_phrase_shown(phrase->at), phrase->at);
    rule->min_name = quantity.name;
    rule->min = least / MILLION;
    return true;
}
