#include "aggregator/explained.h"

#define MILLION INT64_C(1000000)

#define SUM(top)                                                                                   \
    {                                                                                              \
        .shape = DP_SHAPE_SUM, .above = { DP_TERM_##top }                                          \
    }
#define MEAN(top, bottom)                                                                          \
    {                                                                                              \
        .shape = DP_SHAPE_QUOTIENT, .above = {DP_TERM_##top}, .below = { DP_TERM_##bottom }        \
    }
#define SHARE(top, bottom)                                                                         \
    {                                                                                              \
        .shape = DP_SHAPE_QUOTIENT, .above = {DP_TERM_##top}, .below = {DP_TERM_##bottom},         \
        .scale = MILLION                                                                           \
    }
#define SHARE_OF_BOTH(top, one, other)                                                             \
    {                                                                                              \
        .shape = DP_SHAPE_QUOTIENT, .above = {DP_TERM_##top},                                      \
        .below = {DP_TERM_##one, DP_TERM_##other}, .scale = MILLION                                \
    }
#define POINTS(top, bottom)                                                                        \
    {                                                                                              \
        .shape = DP_SHAPE_QUOTIENT, .above = {DP_TERM_##top}, .below = {DP_TERM_##bottom},         \
        .unit = DP_SCORE_UNIT / MILLION                                                            \
    }
#define MAX(top)                                                                                   \
    {                                                                                              \
        .shape = DP_SHAPE_MAX, .above = { DP_TERM_##top }                                          \
    }
#define RANKED(top, which)                                                                         \
    {                                                                                              \
        .shape = DP_SHAPE_PERCENTILE, .above = {DP_TERM_##top}, .percent = which                   \
    }
#define DURATIONS(symbol, values, number)                                                          \
    [DP_FIGURE_##symbol##_MEAN] = MEAN(values, number), [DP_FIGURE_##symbol##_MAX] = MAX(values),  \
    [DP_FIGURE_##symbol##_P50] = RANKED(values, 50),                                               \
    [DP_FIGURE_##symbol##_P90] = RANKED(values, 90),                                               \
    [DP_FIGURE_##symbol##_P95] = RANKED(values, 95),                                               \
    [DP_FIGURE_##symbol##_P99] = RANKED(values, 99)
#define STATE(name) (1u << DP_STATE_##name)
#define STAFFED     (STATE(AVAILABLE) | STATE(BUSY) | STATE(WRAPUP))
#define IN_STATES(states)                                                                          \
    {                                                                                              \
        .shape = DP_SHAPE_SUM, .states_above = (states)                                            \
    }

/* clang-format off */
static const struct dp_recipe recipes[DP_EXPLAINED] = {
    [DP_FIGURE_OFFERED] = SUM(OFFERS),
    [DP_FIGURE_RESPONSES] = SUM(RESPONSES),
    [DP_FIGURE_ABANDONS] = SUM(ABANDONS),
    [DP_FIGURE_SHORT_ABANDONS] = SUM(SHORT_ABANDONS),
    [DP_FIGURE_HANDLES] = SUM(HANDLES),
    [DP_FIGURE_TRANSFERS] = SUM(TRANSFERS),
    [DP_FIGURE_DECLINES] = SUM(DECLINES),
    [DP_FIGURE_REPLIES] = SUM(REPLIES),
    [DP_FIGURE_OUTCOMES] = SUM(OUTCOMES),
    [DP_FIGURE_RESOLVED] = SUM(RESOLVED),
    [DP_FIGURE_RATINGS] = SUM(RATINGS),
    [DP_FIGURE_COMPLAINTS] = SUM(COMPLAINTS),
    [DP_FIGURE_QUALITY_CHECKS] = SUM(CHECKS),
    [DP_FIGURE_QUALITY_FATALS] = SUM(FATALS),
    DURATIONS(RESPONSE, RESPONSE_MS, RESPONSES),
    DURATIONS(REPLY, REPLY_MS, REPLIES),
    DURATIONS(HANDLE, HANDLE_MS, HANDLES),
    DURATIONS(RESOLVE, RESOLVE_MS, TIMED),
    [DP_FIGURE_TALK_MEAN] = MEAN(TALK_MS, HANDLES),
    [DP_FIGURE_HOLD_MEAN] = MEAN(HOLD_MS, HANDLES),
    [DP_FIGURE_HOLD_MAX] = MAX(HOLD_MS),
    [DP_FIGURE_WRAP_MEAN] = MEAN(WRAP_MS, HANDLES),
    [DP_FIGURE_ANSWERED_30S_RATE] = SHARE(RESPONSES_30S, RESPONSES),
    [DP_FIGURE_REPEAT_CONTACT_RATE] = SHARE(REPEATED, RESOLVED),
    [DP_FIGURE_URGENT_5M_RATE] = SHARE(URGENT_5M, URGENT),
    [DP_FIGURE_HIGH_24H_RATE] = SHARE(HIGH_24H, HIGH),
    [DP_FIGURE_MESSAGE_REPLY_RATE] = SHARE(REPLIED, ASKED),
    [DP_FIGURE_AGENT_TALK_SHARE] = SHARE(AGENT_MESSAGES, ALL_MESSAGES),
    [DP_FIGURE_CONTACTS_PER_HOUR] = {
        .shape = DP_SHAPE_QUOTIENT,
        .above = {DP_TERM_HANDLES},
        .states_below = STAFFED,
        .scale = MILLION * 3600000},
    [DP_FIGURE_CONCURRENCY] = {
        .shape = DP_SHAPE_QUOTIENT,
        .above = {DP_TERM_TALK_AND_HOLD_MS},
        .states_below = STAFFED,
        .scale = MILLION},
    [DP_FIGURE_ANSWER_RATE] = SHARE_OF_BOTH(RESPONSES, RESPONSES, LONG_ABANDONS),
    [DP_FIGURE_ABANDON_RATE] = SHARE_OF_BOTH(LONG_ABANDONS, RESPONSES, LONG_ABANDONS),
    [DP_FIGURE_RESOLUTION_RATE] = SHARE(RESOLVED, OUTCOMES),
    [DP_FIGURE_RESOLVED_24H_RATE] = SHARE(RESOLVED_24H, OUTCOMES),
    [DP_FIGURE_FCR_RATE] = SHARE(FIRST_CONTACT, OUTCOMES),
    [DP_FIGURE_TRANSFER_RATE] = SHARE(TRANSFERS, HANDLES),
    [DP_FIGURE_REPLY_3M_RATE] = SHARE(REPLIES_3M, REPLIES),
    [DP_FIGURE_SATISFACTION_MEAN] = POINTS(RATING_POINTS, RATINGS),
    [DP_FIGURE_SATISFIED_RATE] = SHARE(SATISFIED, RATINGS),
    [DP_FIGURE_COMPLAINT_RATE] = SHARE(COMPLAINTS, HANDLES),
    [DP_FIGURE_QUALITY_MEAN] = POINTS(CHECK_POINTS, CHECKS),
    [DP_FIGURE_OCCUPANCY] = {
        .shape = DP_SHAPE_QUOTIENT,
        .states_above = STATE(BUSY) | STATE(WRAPUP),
        .states_below = STAFFED,
        .scale = MILLION},
    [DP_EXPLAINED_VOLUME] = SUM(HANDLES),
    [DP_EXPLAINED_DAYS_WORKED] = {.shape = DP_SHAPE_DAYS, .above = {DP_TERM_HANDLES}},
    [DP_EXPLAINED_ONLINE] = IN_STATES(((1u << DP_AGENT_STATES) - 1) & ~STATE(OFFLINE)),
    [DP_EXPLAINED_AVAILABLE] = IN_STATES(STATE(AVAILABLE)),
    [DP_EXPLAINED_BUSY] = IN_STATES(STATE(BUSY)),
    [DP_EXPLAINED_WRAPUP] = IN_STATES(STATE(WRAPUP)),
    [DP_EXPLAINED_BREAK] = IN_STATES(STATE(BREAK)),
    [DP_EXPLAINED_TRAINING] = IN_STATES(STATE(TRAINING)),
    [DP_EXPLAINED_MEETING] = IN_STATES(STATE(MEETING)),
    [DP_EXPLAINED_INTERNAL_SATISFACTION] =
        POINTS(INTERNAL_SATISFACTION_POINTS, INTERNAL_SATISFACTIONS),
    [DP_EXPLAINED_CROSS_TEAM_COMPLETION] =
        POINTS(CROSS_TEAM_COMPLETION_POINTS, CROSS_TEAM_COMPLETIONS),
    [DP_EXPLAINED_TRAINING_ATTENDANCE] =
        POINTS(TRAINING_ATTENDANCE_POINTS, TRAINING_ATTENDANCES),
    [DP_EXPLAINED_KNOWLEDGE] = POINTS(KNOWLEDGE_POINTS, KNOWLEDGES),
};

/* The service level, by the formula of the scope. */
static const struct dp_recipe service_levels[DP_FORMULAS] = {
    [DP_ANSWERED_AND_ABANDONED] = SHARE_OF_BOTH(RESPONSES_IN_TARGET, RESPONSES, LONG_ABANDONS),
    [DP_ANSWERED] = SHARE(RESPONSES_IN_TARGET, RESPONSES),
    [DP_OFFERED] = SHARE_OF_BOTH(RESPONSES_IN_TARGET, RESPONSES, ABANDONS),
    [DP_OFFERED_LESS_SHORT] = SHARE_OF_BOTH(RESPONSES_IN_TARGET, OFFERS_IN_HOURS, LESS_SHORT_ABANDONS),
    [DP_TARGET_ABANDONS] = SHARE_OF_BOTH(RESPONSES_IN_TARGET, RESPONSES, LATE_ABANDONS),
    [DP_CREDIT_ABANDONS] = {
        .shape = DP_SHAPE_QUOTIENT,
        .above = {DP_TERM_RESPONSES_IN_TARGET, DP_TERM_EARLY_ABANDONS},
        .below = {DP_TERM_RESPONSES, DP_TERM_ABANDONS},
        .scale = MILLION},
};
/* clang-format on */

const struct dp_recipe *dp_explained_recipe(enum dp_explained which, enum dp_formula formula)
{
    return which == (enum dp_explained)DP_FIGURE_SERVICE_LEVEL ? &service_levels[formula]
                                                               : &recipes[which];
}

static const struct dp_figure_info more[] = {
#define DP_X(symbol, name, unit) {name, DP_UNIT_##unit},
    DP_EXPLAINED_TABLE(DP_X)
#undef DP_X
};

const char *dp_explained_name(enum dp_explained which)
{
    return which <= DP_EXPLAINED_LAST_FIGURE ? dp_figure_infos[which].name
                                             : more[which - DP_EXPLAINED_FIGURES].name;
}

enum dp_figure_unit dp_explained_unit(enum dp_explained which)
{
    return which <= DP_EXPLAINED_LAST_FIGURE ? dp_figure_infos[which].unit
                                             : more[which - DP_EXPLAINED_FIGURES].unit;
}

enum dp_explained dp_explained_find(struct dp_str name)
{
    enum dp_explained which = 0;
    while (which < DP_EXPLAINED && !dp_str_equal(name, dp_str_from(dp_explained_name(which))))
        which++;
    return which;
}

bool dp_explained_by_states(enum dp_explained which)
{
    return recipes[which].states_above || recipes[which].states_below;
}

bool dp_explained_of_agent(enum dp_explained which)
{
    return which > DP_EXPLAINED_LAST_FIGURE || dp_explained_by_states(which);
}

/* Windows leave out the greatest hold: they keep no maximum of it. */
bool dp_explained_of_period(enum dp_explained which)
{
    return which > DP_EXPLAINED_LAST_FIGURE || which == (enum dp_explained)DP_FIGURE_HOLD_MAX;
}

enum dp_shape dp_explained_shape(enum dp_explained which)
{
    return dp_explained_recipe(which, DP_ANSWERED_AND_ABANDONED)->shape;
}

unsigned dp_explained_role(enum dp_explained which, enum dp_formula formula,
                           const struct dp_fact *fact)
{
    const struct dp_recipe *recipe = dp_explained_recipe(which, formula);
    return (dp_term_of(recipe->above, fact) ? DP_COUNTS_ABOVE : 0) |
           (dp_term_of(recipe->below, fact) ? DP_COUNTS_BELOW : 0);
}
