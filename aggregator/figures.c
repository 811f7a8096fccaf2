#include "aggregator/figures.h"

#define MILLION INT64_C(1000000)

const struct dp_figure_info dp_figure_infos[DP_FIGURES] = {
#define DP_X(symbol, name, unit) {name, DP_UNIT_##unit},
    DP_FIGURE_TABLE(DP_X)
#undef DP_X
};

void dp_figures_set_share(struct dp_figures *figures, enum dp_figure which, int64_t numerator,
                          int64_t denominator)
{
    dp_figures_set_mean(figures, which, numerator * MILLION, denominator);
}

void dp_figures_set_ratio(struct dp_figures *figures, enum dp_figure which, int64_t numerator,
                          int64_t denominator)
{
    if (denominator <= 0)
        return;
    int64_t whole = numerator / denominator, rest = numerator % denominator;
    if (rest > INT64_MAX / MILLION) { /* then so is the denominator */
        rest /= MILLION;
        denominator /= MILLION;
    }
    if (whole > INT64_MAX / MILLION - 1)
        whole = INT64_MAX / MILLION - 1;
    int64_t parts = rest * MILLION;
    dp_figures_set(figures, which,
                   whole * MILLION + parts / denominator +
                       (parts % denominator >= denominator - parts % denominator));
}

void dp_figures_set_mean(struct dp_figures *figures, enum dp_figure which, int64_t sum,
                         int64_t count)
{
    if (count == 0)
        return;
    int64_t quotient = sum / count, rest = sum % count;
    dp_figures_set(figures, which, quotient + (rest >= count - rest));
}
