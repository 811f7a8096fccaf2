#include "app/config_scorecard.h"

#include <stdlib.h>
#include <string.h>

#include "app/config_value.h"
#include "app/scorecard_draft.h"
#include "common/memory.h"
#include "common/utf8.h"
#include "ingest/identifier.h"

#define DP_BLANKS " \t"

/* Room for the names of all measures, and for an award's error, which lists them. */
#define DP_NAMES_MAX 1536

static struct dp_scorecard_draft *draft_of(struct dp_config_load *load)
{
    if (!load->draft)
        load->draft = dp_xcalloc(1, sizeof *load->draft);
    return load->draft;
}

static bool fail_here(struct dp_config_load *load, const char *key, const char *wrong,
                      const char *allowed)
{
    return dp_config_fail(load, load->section, key, wrong, allowed);
}

static bool fail_value(struct dp_config_load *load, const char *key, const char *value,
                       const char *what, const char *allowed)
{
    char wrong[DP_CONFIG_TEXT], quoted[80];
    snprintf(wrong, sizeof wrong, "%s %s", dp_config_quote(quoted, value), what);
    return fail_here(load, key, wrong, allowed);
}

/* Notes the line that sets a key; fails if one has already. */
static bool mark_line(struct dp_config_load *load, const char *key, int *line)
{
    if (*line)
        return dp_config_fail_twice(load, load->section, key, *line);
    *line = load->line;
    return true;
}

static bool fail_measure(struct dp_config_load *load, const char *key, const char *name)
{
    char names[DP_NAMES_MAX];
    dp_quantity_list(DP_QUANTITY_SCORE, names, sizeof names);
    return fail_value(load, key, name, "is no measure", names);
}

bool dp_config_open_dimension(struct dp_config_load *load, const char *name)
{
    struct dp_scorecard_draft *draft = draft_of(load);
    if (strlen(name) > DP_DIMENSION_NAME_MAX || !dp_utf8_valid(dp_str_from(name)) ||
        !dp_identifier_valid(dp_str_from(name)))
        return fail_here(load, NULL, "this is no name of a dimension",
                         "1 to 64 bytes of UTF-8 without control characters, braces or colons");
    if (dp_draft_find_dimension(draft, name))
        return true;
    if (draft->dimension_count == DP_CARD_DIMENSIONS_MAX)
        return fail_here(load, NULL, "this is one dimension too many", "up to 8");
    struct dp_draft_dimension *dimension = &draft->dimensions[draft->dimension_count++];
    strcpy(dimension->name, name);
    dimension->line = load->line;
    return true;
}

static bool set_measures(struct dp_config_load *load, struct dp_draft_dimension *dimension,
                         const char *key, const char *value)
{
    char *list = dp_xstrdup(value), *rest = list, *name;
    bool good = true;
    while (good && (name = strsep(&rest, ","))) {
        name += strspn(name, DP_BLANKS);
        for (size_t len = strlen(name); len && strchr(DP_BLANKS, name[len - 1]); len--)
            name[len - 1] = '\0';
        enum dp_quantity quantity = dp_quantity_find(dp_str_from(name));
        if (quantity >= DP_QUANTITY_SCORE)
            good = fail_measure(load, key, name);
        else if (dimension->measure_count == DP_CARD_MEASURES_MAX)
            good = fail_value(load, key, name, "is one measure too many", "up to 32");
        else
            dimension->measures[dimension->measure_count++] = quantity;
    }
    free(list);
    return good;
}

bool dp_config_set_dimension(struct dp_config_load *load, const char *name, const char *key,
                             const char *value)
{
    struct dp_draft_dimension *dimension = dp_draft_find_dimension(load->draft, name);
    if (strcmp(key, "measures") == 0)
        return mark_line(load, key, &dimension->measures_line) &&
               set_measures(load, dimension, key, value);
    if (strcmp(key, "weight") != 0)
        return fail_here(load, key, "there is no such key", "weight, measures");
    if (!mark_line(load, key, &dimension->weight_line))
        return false;
    return dp_form_parse(DP_FORM_SHARE, dp_str_from(value), &dimension->weight) ||
           fail_value(load, key, value, "is no weight",
                      "a number from 0 to 1 such as 0.45, or 45 %");
}

bool dp_config_open_measure(struct dp_config_load *load, const char *name)
{
    struct dp_scorecard_draft *draft = draft_of(load);
    enum dp_quantity quantity = dp_quantity_find(dp_str_from(name));
    if (quantity >= DP_QUANTITY_SCORE)
        return fail_measure(load, NULL, name);
    if (dp_draft_find_measure(draft, quantity))
        return true;
    if (draft->measure_count == DP_CARD_MEASURES_MAX)
        return fail_here(load, NULL, "this is one measure too many", "up to 32");
    draft->measures[draft->measure_count++] =
        (struct dp_draft_measure){.quantity = quantity, .line = load->line};
    return true;
}

static bool set_end(struct dp_config_load *load, const struct dp_draft_measure *measure,
                    const char *key, const char *value, int *line, int64_t *end)
{
    enum dp_quantity_form form = dp_quantity_form(measure->quantity);
    return mark_line(load, key, line) &&
           (dp_form_parse(form, dp_str_from(value), end) ||
            fail_value(load, key, value, "is no value of this measure", dp_form_allowed(form)));
}

static bool set_robust(struct dp_config_load *load, struct dp_draft_measure *measure,
                       const char *key, const char *value)
{
    if (!mark_line(load, key, &measure->robust_line))
        return false;
    if (!dp_quantity_can_be_robust(measure->quantity))
        return fail_here(load, key, "this measure has no such key",
                         "with response_mean_ms, reply_mean_ms, handle_mean_ms and "
                         "resolve_mean_ms");
    return dp_robust_parse(dp_str_from(value), &measure->robust) ||
           fail_value(load, key, value, "is no such choice", DP_ROBUST_ALLOWED);
}

bool dp_config_set_measure(struct dp_config_load *load, const char *name, const char *key,
                           const char *value)
{
    struct dp_draft_measure *measure =
        dp_draft_find_measure(load->draft, dp_quantity_find(dp_str_from(name)));
    if (strcmp(key, "floor") == 0)
        return set_end(load, measure, key, value, &measure->floor_line, &measure->floor);
    if (strcmp(key, "target") == 0)
        return set_end(load, measure, key, value, &measure->target_line, &measure->target);
    if (strcmp(key, "robust") == 0)
        return set_robust(load, measure, key, value);
    if (strcmp(key, "weight") != 0)
        return fail_here(load, key, "there is no such key", "weight, floor, target, robust");
    if (!mark_line(load, key, &measure->weight_line))
        return false;
    return (dp_decimal_parse(dp_str_from(value), &measure->weight) &&
            measure->weight <= DP_WEIGHT_MAX) ||
           fail_value(load, key, value, "is no weight", "a number from 0 to 100 such as 1.5");
}

/* Awards are published with commas between them. */
static bool award_name_valid(const char *name)
{
    size_t len = strlen(name);
    bool good = len >= 1 && len <= DP_AWARD_NAME_MAX && dp_utf8_valid(dp_str_from(name));
    for (const char *c = name; *c; c++)
        good = good && (unsigned char)*c >= ' ' && *c != 0x7f && *c != ',';
    return good;
}

bool dp_config_open_award(struct dp_config_load *load, const char *name)
{
    struct dp_scorecard_draft *draft = draft_of(load);
    if (!award_name_valid(name))
        return fail_here(load, NULL, "this is no name of an award",
                         "1 to 64 bytes of UTF-8 without control characters or commas");
    if (dp_draft_find_award(draft, name))
        return true;
    if (draft->award_count == DP_AWARDS_MAX)
        return fail_here(load, NULL, "this is one award too many", "up to 64");
    struct dp_draft_award *award = &draft->awards[draft->award_count++];
    *award = (struct dp_draft_award){.award.period = DP_PERIOD_MONTH, .line = load->line};
    strcpy(award->award.name, name);
    return true;
}

/* The place of a value among the names of an enum; -1: it is none of them. */
static int find_name(const char *const *names, int count, const char *value)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], value) == 0)
            return i;
    return -1;
}

bool dp_config_set_award(struct dp_config_load *load, const char *name, const char *key,
                         const char *value)
{
    static const char *const kinds[] = {"award", "warning"};
    struct dp_draft_award *award = dp_draft_find_award(load->draft, name);
    if (strcmp(key, "when") == 0) {
        char error[DP_NAMES_MAX];
        return mark_line(load, key, &award->when_line) &&
               (dp_award_parse(&award->award, value, error, sizeof error) ||
                dp_config_fail_text(load, load->section, key, error));
    }
    if (strcmp(key, "period") == 0) {
        int period = find_name(dp_period_kind_names, DP_PERIOD_KINDS, value);
        if (!mark_line(load, key, &award->period_line))
            return false;
        if (period < 0)
            return fail_value(load, key, value, "is no period",
                              "day, ten-day, week, month, quarter, year");
        award->award.period = (enum dp_period_kind)period;
        return true;
    }
    if (strcmp(key, "kind") != 0)
        return fail_here(load, key, "there is no such key", "when, period, kind");
    int kind = find_name(kinds, 2, value);
    if (!mark_line(load, key, &award->kind_line))
        return false;
    if (kind < 0)
        return fail_value(load, key, value, "is no kind", "award, warning");
    award->award.kind = (enum dp_award_kind)kind;
    return true;
}
