#include "aggregator/award.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MILLION INT64_C(1000000)

/* A number beyond these, in natural units, is as good as these: its millionths fit into 64 bits. */
#define VALUE_MAX 9e12

static const char *const comparisons[] = {
    [DP_LT] = "<", [DP_LE] = "<=", [DP_GT] = ">", [DP_GE] = ">=", [DP_EQ] = "=", [DP_NE] = "!=",
};
#define COMPARISONS (sizeof comparisons / sizeof *comparisons)

/* One reading of a text. */
struct reader {
    const char *text, *at;
    char *error;
    size_t error_size;
};

static bool fail(const struct reader *reader, const char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(const struct reader *reader, const char *at, const char *fmt, ...)
{
    va_list args;
    int used =
        snprintf(reader->error, reader->error_size, "column %d: ", (int)(at - reader->text) + 1);
    va_start(args, fmt);
    if ((size_t)used < reader->error_size)
        vsnprintf(reader->error + used, reader->error_size - (size_t)used, fmt, args);
    va_end(args);
    return false;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct reader *reader)
{
    while (blank(*reader->at))
        reader->at++;
}

/* The word that comes next, of letters, digits and '_'; maybe none. */
static struct dp_str take_word(struct reader *reader)
{
    skip_blanks(reader);
    const char *begin = reader->at;
    while (isalnum((unsigned char)*reader->at) || *reader->at == '_')
        reader->at++;
    return (struct dp_str){begin, (size_t)(reader->at - begin)};
}

/* What stands there instead, for a message. */
static int shown(const char *at)
{
    size_t len = strcspn(at, " \t");
    return len > 40 ? 40 : (int)len;
}

static bool fail_at(const struct reader *reader, const char *at, const char *what,
                    const char *allowed)
{
    if (*at == '\0')
        return fail(reader, at, "%s is missing; allowed: %s", what, allowed);
    return fail(reader, at, "\"%.*s\" is no %s; allowed: %s", shown(at), at, what, allowed);
}

static bool take_comparison(struct reader *reader, enum dp_comparison *comparison)
{
    skip_blanks(reader);
    size_t len = strspn(reader->at, "<>=!");
    for (size_t i = 0; i < COMPARISONS; i++) {
        if (strlen(comparisons[i]) != len || strncmp(comparisons[i], reader->at, len) != 0)
            continue;
        *comparison = (enum dp_comparison)i;
        reader->at += len;
        return true;
    }
    return fail_at(reader, reader->at, "comparison", "< <= > >= = !=");
}

/* The number that comes next with its unit; a percent sign may stand apart. */
static struct dp_str take_number(struct reader *reader)
{
    skip_blanks(reader);
    const char *begin = reader->at;
    while (*reader->at && !blank(*reader->at))
        reader->at++;
    const char *end = reader->at;
    skip_blanks(reader);
    if (*reader->at == '%')
        end = ++reader->at;
    return (struct dp_str){begin, (size_t)(end - begin)};
}

static bool take_condition(struct reader *reader, struct dp_condition *condition)
{
    char names[1280];
    struct dp_str word = take_word(reader);
    condition->quantity = dp_quantity_find(word);
    if (condition->quantity == DP_QUANTITIES) {
        dp_quantity_list(DP_QUANTITIES, names, sizeof names);
        return fail_at(reader, word.p, "figure", names);
    }
    if (!take_comparison(reader, &condition->comparison))
        return false;
    enum dp_quantity_form form = dp_quantity_form(condition->quantity);
    struct dp_str number = take_number(reader);
    if (!dp_form_parse(form, number, &condition->limit))
        return fail_at(reader, number.p, "number for this figure", dp_form_allowed(form));
    return true;
}

static bool take_conditions(struct reader *reader, struct dp_award *award)
{
    for (;;) {
        if (award->condition_count == DP_AWARD_CONDITIONS_MAX) {
            skip_blanks(reader);
            return fail(reader, reader->at, "this is one condition too many; allowed: up to %d",
                        DP_AWARD_CONDITIONS_MAX);
        }
        if (!take_condition(reader, &award->conditions[award->condition_count]))
            return false;
        award->condition_count++;
        struct dp_str word = take_word(reader);
        if (word.len == 0 && *reader->at == '\0')
            return true;
        if (!dp_str_equal(word, DP_STR("and")))
            return fail(reader, word.p, "\"%.*s\" is not expected here; allowed: the end, or and",
                        shown(word.p), word.p);
    }
}

static bool take_share(struct reader *reader, struct dp_award *award)
{
    struct dp_str number = take_number(reader);
    bool good = number.len && number.p[number.len - 1] == '%' &&
                dp_form_parse(DP_FORM_SHARE, number, &award->share) && award->share > 0;
    if (!good)
        return fail_at(reader, number.p, "share of the team",
                       "a number above 0 and up to 100, and a percent sign, such as 10 %");
    skip_blanks(reader);
    if (*reader->at)
        return fail(reader, reader->at, "\"%.*s\" is not expected here; allowed: the end",
                    shown(reader->at), reader->at);
    return true;
}

bool dp_award_parse(struct dp_award *award, const char *when, char *error, size_t error_size)
{
    struct reader reader = {.text = when, .at = when, .error = error, .error_size = error_size};
    struct dp_award parsed = *award;
    parsed.place = DP_PLACE_ANY;
    parsed.share = 0;
    parsed.condition_count = 0;

    struct dp_str word = take_word(&reader);
    if (word.len == 0 && *word.p == '\0')
        return fail(&reader, word.p,
                    "there is nothing; allowed: FIGURE OP NUMBER [and ...], top N %%, or "
                    "bottom N %%");
    if (dp_str_equal(word, DP_STR("top")))
        parsed.place = DP_PLACE_TOP;
    else if (dp_str_equal(word, DP_STR("bottom")))
        parsed.place = DP_PLACE_BOTTOM;
    else
        reader.at = word.p;
    bool good = parsed.place == DP_PLACE_ANY ? take_conditions(&reader, &parsed)
                                             : take_share(&reader, &parsed);
    if (good)
        *award = parsed;
    return good;
}

static bool holds(const struct dp_condition *condition, double value)
{
    if (!isfinite(value))
        return false;
    double near = fmin(fmax(value, -VALUE_MAX), VALUE_MAX);
    int64_t millionths = (int64_t)floor(near * (double)MILLION + 0.5);
    switch (condition->comparison) {
    case DP_LT:
        return millionths < condition->limit;
    case DP_LE:
        return millionths <= condition->limit;
    case DP_GT:
        return millionths > condition->limit;
    case DP_GE:
        return millionths >= condition->limit;
    case DP_EQ:
        return millionths == condition->limit;
    case DP_NE:
        return millionths != condition->limit;
    }
    return false;
}

bool dp_award_earned(const struct dp_award *award, dp_quantity_fn *tell, void *ctx,
                     const struct dp_standing *standing)
{
    if (award->place != DP_PLACE_ANY)
        return dp_standing_is_in(standing, award->place, award->share);
    for (size_t i = 0; i < award->condition_count; i++) {
        double value;
        if (!tell(ctx, award->conditions[i].quantity, (struct dp_robust){DP_ROBUST_NONE, 0, 0},
                  &value) ||
            !holds(&award->conditions[i], value))
            return false;
    }
    return award->condition_count > 0;
}

bool dp_standing_is_in(const struct dp_standing *standing, enum dp_award_place place, int64_t share)
{
    uint32_t rank = place == DP_PLACE_TOP ? standing->rank : standing->rank_from_end;
    bool all_same = standing->rank == 1 && standing->rank_from_end == 1;
    return rank > 0 && !all_same && rank <= (standing->ranked * share + MILLION - 1) / MILLION;
}

enum dp_band dp_band_of(const struct dp_standing *standing)
{
    bool best = dp_standing_is_in(standing, DP_PLACE_TOP, MILLION / 10);
    bool worst = dp_standing_is_in(standing, DP_PLACE_BOTTOM, MILLION / 10);
    if (best == worst)
        return DP_BAND_NONE;
    return best ? DP_BAND_EXCELLENT : DP_BAND_NEEDS_SUPPORT;
}

const char *dp_band_name(enum dp_band band)
{
    static const char *const names[] = {NULL, "excellent", "needs_support"};
    return names[band];
}
