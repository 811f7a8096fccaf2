#include "aggregator/service_level.h"

const char *const dp_formula_names[DP_FORMULAS] = {
    [DP_ANSWERED_AND_ABANDONED] = "answered-and-abandoned",
    [DP_ANSWERED] = "answered",
    [DP_OFFERED] = "offered",
    [DP_OFFERED_LESS_SHORT] = "offered-less-short",
    [DP_TARGET_ABANDONS] = "target-abandons",
    [DP_CREDIT_ABANDONS] = "credit-abandons",
};

void dp_service_level_set(enum dp_formula formula, const struct dp_totals *totals,
                          struct dp_figures *figures)
{
    const uint32_t *counts = totals->counts;
    int64_t responses = counts[DP_FACT_RESPONSE], good = counts[DP_COUNT_IN_TARGET];
    int64_t abandons = counts[DP_FACT_ABANDON], brief = counts[DP_COUNT_SHORT];
    int64_t early = counts[DP_COUNT_ABANDONS_IN_TARGET], of = responses;
    switch (formula) {
    case DP_ANSWERED:
        break;
    case DP_OFFERED:
        of += abandons;
        break;
    case DP_OFFERED_LESS_SHORT:
        of = (int64_t)counts[DP_FACT_OFFERED] - counts[DP_COUNT_OUTSIDE] - brief;
        break;
    case DP_TARGET_ABANDONS:
        of += abandons - early;
        break;
    case DP_CREDIT_ABANDONS:
        of += abandons;
        good += early;
        break;
    default:
        of += abandons - brief;
        break;
    }
    figures->present &= ~(UINT64_C(1) << DP_FIGURE_SERVICE_LEVEL);
    /* An offer may be older than the window that holds its answer. */
    if (of > 0)
        dp_figures_set_share(figures, DP_FIGURE_SERVICE_LEVEL, good < of ? good : of, of);
}
