#include "app/metrics.h"

#include <inttypes.h>

static const char *const type_names[] = {
    [DP_METRICS_GAUGE] = "gauge",
    [DP_METRICS_COUNTER] = "counter",
    [DP_METRICS_HISTOGRAM] = "histogram",
    [DP_METRICS_INFO] = "info",
};

static const char *const suffixes[] = {
    [DP_METRICS_GAUGE] = "",
    [DP_METRICS_COUNTER] = "_total",
    [DP_METRICS_HISTOGRAM] = "",
    [DP_METRICS_INFO] = "_info",
};

/* In a help text and in a label's value the same three stand behind a backslash. */
static void put_escaped(struct dp_text *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\n')
            dp_text_put(out, "\\n");
        else if (*c == '\\' || *c == '"')
            dp_text_printf(out, "\\%c", *c);
        else
            dp_text_add(out, (struct dp_str){c, 1});
    }
}

void dp_metrics_begin(struct dp_text *out, const struct dp_metrics_family *family)
{
    dp_text_printf(out, "# TYPE %s %s\n", family->name, type_names[family->type]);
    if (family->unit)
        dp_text_printf(out, "# UNIT %s %s\n", family->name, family->unit);
    dp_text_printf(out, "# HELP %s ", family->name);
    put_escaped(out, family->help);
    dp_text_put(out, "\n");
}

void dp_metrics_add(struct dp_text *out, const struct dp_metrics_family *family,
                    const struct dp_metrics_label *labels, size_t count, double value)
{
    dp_text_printf(out, "%s%s", family->name, suffixes[family->type]);
    for (size_t i = 0; i < count; i++) {
        dp_text_printf(out, "%c%s=\"", i ? ',' : '{', labels[i].name);
        put_escaped(out, labels[i].value);
        dp_text_put(out, "\"");
    }
    /* So many digits that counts and milliseconds are exact, and so few that 0.1 is not
     * 0.1000...01.
     */
    dp_text_printf(out, "%s %.15g\n", count ? "}" : "", value);
}

void dp_metrics_add_durations(struct dp_text *out, const struct dp_metrics_family *family,
                              const struct dp_durations *durations)
{
    uint64_t so_far = 0;
    for (size_t bucket = 0; bucket < durations->bound_count; bucket++) {
        so_far += durations->counts[bucket];
        /* OpenMetrics wants floating-point bounds to look like that: "1.0". */
        double bound = (double)durations->bounds_ms[bucket] / 1000;
        dp_text_printf(out, "%s_bucket{le=\"%.15g%s\"} %" PRIu64 "\n", family->name, bound,
                       durations->bounds_ms[bucket] % 1000 ? "" : ".0", so_far);
    }
    so_far += durations->counts[durations->bound_count];
    dp_text_printf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %.15g\n%s_count %" PRIu64 "\n",
                   family->name, so_far, family->name, durations->sum_ms / 1000, family->name,
                   so_far);
}

void dp_metrics_end(struct dp_text *out)
{
    dp_text_put(out, "# EOF\n");
}
