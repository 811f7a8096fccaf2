#include "aggregator/award.h"

#include <math.h>

#define MILLION INT64_C(1000000)

/* A number beyond these, in natural units, is as good as these: its millionths fit into 64 bits. */
#define VALUE_MAX 9e12

static bool take_condition(struct dp_phrase *phrase, struct dp_condition *condition)
{
    char names[1280];
    struct dp_str word = dp_phrase_word(phrase);
    condition->quantity = dp_quantity_find(word);
    if (condition->quantity == DP_QUANTITIES) {
        dp_quantity_list(DP_QUANTITIES, names, sizeof names);
        return dp_phrase_fail_at(phrase, word.p, "figure", names);
    }
    if (!dp_phrase_comparison(phrase, &condition->comparison))
        return false;
    enum dp_quantity_form form = dp_quantity_form(condition->quantity);
    struct dp_str number = dp_phrase_number(phrase);
    if (!dp_form_parse(form, number, &condition->limit))
        return dp_phrase_fail_at(phrase, number.p, "number for this figure", dp_form_allowed(form));
    return true;
}

static bool take_conditions(struct dp_phrase *phrase, struct dp_award *award)
{
    for (;;) {
        if (award->condition_count == DP_AWARD_CONDITIONS_MAX) {
            dp_phrase_skip_blanks(phrase);
            return dp_phrase_fail(phrase, phrase->at,
                                  "this is one condition too many; allowed: up to %d",
                                  DP_AWARD_CONDITIONS_MAX);
        }
        if (!take_condition(phrase, &award->conditions[award->condition_count]))
            return false;
        award->condition_count++;
        struct dp_str word = dp_phrase_word(phrase);
        if (word.len == 0 && *phrase->at == '\0')
            return true;
        if (!dp_str_equal(word, DP_STR("and")))
            return dp_phrase_fail(phrase, word.p,
                                  "\"%.*s\" is not expected here; allowed: the end, or and",
                                  dp_phrase_shown(word.p), word.p);
    }
}

static bool take_share(struct dp_phrase *phrase, struct dp_award *award)
{
    struct dp_str number = dp_phrase_number(phrase);
    bool good = number.len && number.p[number.len - 1] == '%' &&
                dp_form_parse(DP_FORM_SHARE, number, &award->share) && award->share > 0;
    if (!good)
        return dp_phrase_fail_at(
            phrase, number.p, "share of the team",
            "a number above 0 and up to 100, and a percent sign, such as 10 %");
    dp_phrase_skip_blanks(phrase);
    if (*phrase->at)
        return dp_phrase_fail(phrase, phrase->at, "\"%.*s\" is not expected here; allowed: the end",
                              dp_phrase_shown(phrase->at), phrase->at);
    return true;
}

bool dp_award_parse(struct dp_award *award, const char *when, char *error, size_t error_size)
{
    struct dp_phrase phrase = {.text = when, .at = when, .error = error, .error_size = error_size};
    struct dp_award parsed = *award;
    parsed.place = DP_PLACE_ANY;
    parsed.share = 0;
    parsed.condition_count = 0;

    struct dp_str word = dp_phrase_word(&phrase);
    if (word.len == 0 && *word.p == '\0')
        return dp_phrase_fail(&phrase, word.p,
                              "there is nothing; allowed: FIGURE OP NUMBER [and ...], top N %%, or "
                              "bottom N %%");
    if (dp_str_equal(word, DP_STR("top")))
        parsed.place = DP_PLACE_TOP;
    else if (dp_str_equal(word, DP_STR("bottom")))
        parsed.place = DP_PLACE_BOTTOM;
    else
        phrase.at = word.p;
    bool good = parsed.place == DP_PLACE_ANY ? take_conditions(&phrase, &parsed)
                                             : take_share(&phrase, &parsed);
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
