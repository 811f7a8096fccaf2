#include "app/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void assert_text(struct dp_text *text, const char *expected)
{
    assert_string_equal(text->p, expected);
    dp_text_deinit(text);
}

static void test_families(void **state)
{
    static const struct dp_metrics_family seen = {"dp_seen", DP_METRICS_COUNTER, NULL, "Seen."};
    static const struct dp_metrics_family age = {"dp_age_seconds", DP_METRICS_GAUGE, "seconds",
                                                 "How old."};
    static const struct dp_metrics_family build = {"dp_build", DP_METRICS_INFO, NULL, "Version."};
    const struct dp_metrics_label version = {"version", "1.2"};
    struct dp_text text = {0};
    (void)state;
    dp_metrics_begin(&text, &seen);
    dp_metrics_add(&text, &seen, NULL, 0, 9007199254740991.0 / 16384);
    dp_metrics_begin(&text, &age);
    dp_metrics_add(&text, &age, NULL, 0, -0.125);
    dp_metrics_begin(&text, &build);
    dp_metrics_add(&text, &build, &version, 1, 1);
    dp_metrics_end(&text);
    assert_text(&text, "# TYPE dp_seen counter\n"
                       "# HELP dp_seen Seen.\n"
                       "dp_seen_total 549755813888\n"
                       "# TYPE dp_age_seconds gauge\n"
                       "# UNIT dp_age_seconds seconds\n"
                       "# HELP dp_age_seconds How old.\n"
                       "dp_age_seconds -0.125\n"
                       "# TYPE dp_build info\n"
                       "# HELP dp_build Version.\n"
                       "dp_build_info{version=\"1.2\"} 1\n"
                       "# EOF\n");
}

static void test_counts_are_exact(void **state)
{
    static const struct dp_metrics_family seen = {"dp_seen", DP_METRICS_COUNTER, NULL, ""};
    struct dp_text text = {0};
    (void)state;
    dp_metrics_add(&text, &seen, NULL, 0, 999999999999999);
    dp_metrics_add(&text, &seen, NULL, 0, 0.1);
    assert_text(&text, "dp_seen_total 999999999999999\ndp_seen_total 0.1\n");
}

static void test_escaping(void **state)
{
    static const struct dp_metrics_family odd = {"dp_odd", DP_METRICS_GAUGE, NULL,
                                                 "A \"word\",\na back\\slash."};
    const struct dp_metrics_label labels[] = {{"hook", "say \"hi\"\\\n班"}, {"b", ""}};
    struct dp_text text = {0};
    (void)state;
    dp_metrics_begin(&text, &odd);
    dp_metrics_add(&text, &odd, labels, 2, 0);
    assert_text(&text, "# TYPE dp_odd gauge\n"
                       "# HELP dp_odd A \\\"word\\\",\\na back\\\\slash.\n"
                       "dp_odd{hook=\"say \\\"hi\\\"\\\\\\n班\",b=\"\"} 0\n");
}

static void test_durations_are_cumulative(void **state)
{
    static const struct dp_metrics_family took = {"dp_took_seconds", DP_METRICS_HISTOGRAM,
                                                  "seconds", "Took."};
    static const int64_t bounds_ms[] = {50, 1000, 2500};
    struct dp_durations durations;
    struct dp_text text = {0};
    (void)state;
    dp_durations_init(&durations, bounds_ms, 3);
    dp_durations_add(&durations, 50, 2);
    dp_durations_add(&durations, 51, 1);
    dp_durations_add(&durations, -7, 1);
    dp_durations_add(&durations, 2501, 3);
    dp_metrics_add_durations(&text, &took, &durations);
    assert_text(&text, "dp_took_seconds_bucket{le=\"0.05\"} 3\n"
                       "dp_took_seconds_bucket{le=\"1.0\"} 4\n"
                       "dp_took_seconds_bucket{le=\"2.5\"} 4\n"
                       "dp_took_seconds_bucket{le=\"+Inf\"} 7\n"
                       "dp_took_seconds_sum 7.654\n"
                       "dp_took_seconds_count 7\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_counts_are_exact),
        cmocka_unit_test(test_escaping),
        cmocka_unit_test(test_durations_are_cumulative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
