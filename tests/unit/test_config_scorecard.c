#include "app/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "config_fixture.h"

#define PERCENT(n) ((n)*DP_WEIGHT_UNIT / 100)

static const struct dp_card_dimension *dimension(const char *name)
{
    for (size_t i = 0; i < config.scorecard.dimension_count; i++)
        if (strcmp(config.scorecard.dimensions[i].name, name) == 0)
            return &config.scorecard.dimensions[i];
    fail_msg("there is no dimension %s", name);
    return NULL;
}

static const struct dp_card_measure *measure(const char *name)
{
    enum dp_quantity quantity = dp_quantity_find(dp_str_from(name));
    for (size_t i = 0; i < config.scorecard.measure_count; i++)
        if (config.scorecard.measures[i].quantity == quantity)
            return &config.scorecard.measures[i];
    return NULL;
}

static void test_default(void **state)
{
    struct dp_scorecard card;
    (void)state;
    assert_loads("");
    dp_scorecard_preset(DP_PRESET_PERFORMANCE, (struct dp_robust){DP_ROBUST_PERCENTILES, 5, 95},
                        &card);
    assert_memory_equal(&config.scorecard, &card, sizeof card);
    assert_int_equal(config.award_count, 0);
    assert_loads("[scorecard]\npreset = training\nrobust = median\n");
    dp_scorecard_preset(DP_PRESET_TRAINING, (struct dp_robust){DP_ROBUST_MEDIAN, 0, 0}, &card);
    assert_memory_equal(&config.scorecard, &card, sizeof card);
    assert_loads("[scorecard]\npreset = none\n");
    assert_int_equal(config.scorecard.dimension_count, 0);
}

static void test_changes_of_a_preset(void **state)
{
    (void)state;
    assert_loads("[dimension \"service_quality\"]\nweight = 50 %\n"
                 "[measure \"satisfaction_mean\"]\nfloor = 50\nweight = 2.5\n"
                 "[dimension \"efficiency\"]\nweight = 0.30\n"
                 "measures = handle_mean_ms ,volume,  transfers\n"
                 "[measure \"handle_mean_ms\"]\nfloor = 20m\ntarget = 90s\nrobust = p10-p90\n"
                 "[measure \"transfers\"]\nfloor = 30\ntarget = 2\n"
                 "[measure \"complaint_rate\"]\nfloor = 12.5 %\n"
                 "[measure \"knowledge\"]\nweight = 0\n");
    assert_int_equal(config.scorecard.dimension_count, 4);
    assert_int_equal(dimension("service_quality")->weight, PERCENT(50));
    assert_int_equal(dimension("service_quality")->count, 4);
    assert_int_equal(dimension("efficiency")->weight, PERCENT(30));
    assert_int_equal(dimension("efficiency")->count, 3);
    assert_int_equal(dimension("teamwork")->weight, PERCENT(15));
    assert_int_equal(dimension("development")->count, 1);
    assert_int_equal(measure("satisfaction_mean")->weight, 2500000);
    assert_true(measure("satisfaction_mean")->floor == 50);
    assert_true(measure("satisfaction_mean")->target == 95);
    assert_true(measure("handle_mean_ms")->floor == 1200e3);
    assert_true(measure("handle_mean_ms")->target == 90e3);
    assert_int_equal(measure("handle_mean_ms")->robust.kind, DP_ROBUST_PERCENTILES);
    assert_int_equal(measure("handle_mean_ms")->robust.low, 10);
    assert_int_equal(measure("volume")->weight, DP_WEIGHT_UNIT);
    assert_true(measure("transfers")->floor == 30);
    assert_true(measure("transfers")->target == 2);
    assert_true(measure("complaint_rate")->floor == 0.125);
    assert_null(measure("response_mean_ms"));
    assert_null(measure("knowledge"));
}

static void test_a_dimension_taken_out(void **state)
{
    (void)state;
    assert_loads("[dimension \"teamwork\"]\nweight = 0\n[dimension \"service_quality\"]\n"
                 "weight = 0.6\n");
    assert_int_equal(config.scorecard.dimension_count, 3);
    assert_null(measure("internal_satisfaction"));
}

static void test_a_card_of_its_own(void **state)
{
    (void)state;
    assert_loads("[scorecard]\npreset = none\n"
                 "[dimension \"\xe6\x9c\x8d\xe5\x8a\xa1\"]\nweight = 0.333333\n"
                 "measures = fcr_rate, service_level\n"
                 "[dimension \"b\"]\nweight = 0.333333\nmeasures = online_ms\n"
                 "[dimension \"c\"]\nmeasures = contacts_per_hour\n"
                 "[measure \"online_ms\"]\nfloor = 1h\ntarget = 150h\n"
                 "[dimension \"c\"]\nweight = 0.333333\n");
    assert_int_equal(config.scorecard.dimension_count, 3);
    assert_int_equal(config.scorecard.measure_count, 4);
    assert_string_equal(config.scorecard.dimensions[0].name, "\xe6\x9c\x8d\xe5\x8a\xa1");
    assert_int_equal(dimension("c")->first, 3);
    assert_true(measure("online_ms")->target == 540000e3);
}

/* The preset may come from elsewhere than the file. */
static void test_preset_from_elsewhere(void **state)
{
    static const char *const overrides[] = {"scorecard.preset=none"};
    static const char file[] = "[dimension \"a\"]\nweight = 1\nmeasures = fcr_rate\n";
    (void)state;
    write_file(file, sizeof file - 1);
    assert_true(dp_config_load(&config, path, overrides, 1, error, sizeof error));
    assert_int_equal(config.scorecard.dimension_count, 1);
    dp_config_deinit(&config);
    setenv("DESKPULSE_SCORECARD_PRESET", "training", 1);
    setenv("DESKPULSE_QUALITY_PER_MONTH", "5", 1);
    bool good = dp_config_load(&config, NULL, NULL, 0, error, sizeof error);
    unsetenv("DESKPULSE_SCORECARD_PRESET");
    unsetenv("DESKPULSE_QUALITY_PER_MONTH");
    assert_true(good);
    assert_int_equal(config.scorecard_preset, DP_PRESET_TRAINING);
    assert_int_equal(config.quality_per_month, 5);
}

static void test_awards(void **state)
{
    (void)state;
    assert_loads("[award \"\xe4\xba\x94\xe6\x98\x9f\"]\n"
                 "when = satisfaction_mean >= 90 and ratings >= 10\n"
                 "[award \"slow \"again\"\"]\nwhen = top 10 % ; the best\nkind = warning\n"
                 "period = ten-day\n"
                 "[award \"c\"]\nkind = award\nperiod = year\nwhen = fcr_rate < 95%\n");
    assert_int_equal(config.award_count, 3);
    assert_string_equal(config.awards[0].name, "\xe4\xba\x94\xe6\x98\x9f");
    assert_int_equal(config.awards[0].period, DP_PERIOD_MONTH);
    assert_int_equal(config.awards[0].kind, DP_AWARD);
    assert_int_equal(config.awards[0].condition_count, 2);
    assert_string_equal(config.awards[1].name, "slow \"again\"");
    assert_int_equal(config.awards[1].kind, DP_AWARD_WARNING);
    assert_int_equal(config.awards[1].period, DP_PERIOD_TEN_DAY);
    assert_int_equal(config.awards[1].place, DP_PLACE_TOP);
    assert_int_equal(config.awards[2].period, DP_PERIOD_YEAR);
    assert_int_equal(config.awards[2].conditions[0].limit, 950000);
}

static void test_errors(void **state)
{
#define NONE "[scorecard]\npreset = none\n"
    static const struct {
        const char *text, *parts;
        int line;
    } cases[] = {
        {"[scorecard]\npreset = sales\n",
         "[scorecard] preset: \"sales\" is no preset|performance, training or none", 2},
        {"[scorecard]\nrobust = p95\n", "[scorecard] robust: \"p95\"|median|p5-p95", 2},
        {"[dimension \"a:b\"]\n", "no name of a dimension|1 to 64 bytes", 1},
        {"[dimension \"\"]\n", "no name of a dimension", 1},
        {"[dimension \"\xff\"]\n", "no name of a dimension|UTF-8", 1},
        {"[dimension a]\n", "there is no such section|[dimension \"NAME\"]", 1},
        {"[dimension \"a\"]\nweights = 1\n",
         "[dimension \"a\"] weights: there is no such key|"
         "weight, measures",
         2},
        {"[dimension \"a\"]\nweight = 1.5\n", "[dimension \"a\"] weight: \"1.5\"|from 0 to 1", 2},
        {"[dimension \"a\"]\nweight = .5\n", "\".5\" is no weight", 2},
        {"[dimension \"a\"]\nweight = 0.5\nweight = 0.5\n", "set twice, first in line 2", 3},
        {"[dimension \"a\"]\nmeasures = happiness\n",
         "measures: \"happiness\" is no measure|offered, |handle_mean_ms|contacts_per_hour", 2},
        {"[dimension \"a\"]\nmeasures = score\n", "\"score\" is no measure", 2},
        {"[dimension \"a\"]\nmeasures =\n", "\"\" is no measure", 2},
        {"[dimension \"a\"]\nmeasures = fcr_rate,\n", "\"\" is no measure", 2},
        {"[dimension \"a\"]\nmeasures = fcr_rate\n[dimension \"a\"]\nmeasures = volume\n",
         "set twice, first in line 2", 4},
        {"\n[dimension \"a\"]\n", "[dimension \"a\"] weight: this is missing|performance", 2},
        {NONE "[dimension \"a\"]\nweight = 1\n", "[dimension \"a\"] measures: this is missing", 3},
        {NONE "[dimension \"a\"]\nweight = 1\nmeasures = handles\n",
         "[dimension \"a\"] measures: handles has no floor of its own|[measure \"handles\"]", 5},
        {NONE "[dimension \"a\"]\nweight = 1\nmeasures = handles\n[measure \"handles\"]\n"
              "floor = 3\n",
         "[measure \"handles\"] target: handles has no target of its own", 6},
        {NONE "[dimension \"a\"]\nweight = 1\nmeasures = fcr_rate, volume, fcr_rate\n",
         "measures: fcr_rate is there twice|each measure in one", 5},
        {"[dimension \"teamwork\"]\nmeasures = quality_mean\n",
         "[dimension \"teamwork\"] measures: quality_mean is in dimension service_quality too", 2},
        {"[dimension \"service_quality\"]\nmeasures = knowledge\n",
         "[dimension \"service_quality\"] measures: knowledge is in dimension development too", 2},
        {"[dimension \"efficiency\"]\nweight = 0.4\n[dimension \"teamwork\"]\nweight = 0.15\n",
         "[dimension \"teamwork\"] weight: service_quality 0.45, efficiency 0.4, teamwork 0.15, "
         "development 0.05 add up to 1.05|add up to 1",
         4},
        {NONE "[dimension \"a\"]\nweight = 0.999998\nmeasures = fcr_rate\n",
         "weight: a 0.999998 add up to 0.999998", 4},
        {NONE "[dimension \"a\"]\nweight = 0\nmeasures = fcr_rate\n",
         "weight: the weights add up to 0", 4},
        {"[measure \"happiness\"]\n", "[measure \"happiness\"] \"happiness\" is no measure|volume",
         1},
        {"[measure \"score\"]\n", "\"score\" is no measure", 1},
        {"[measure \"transfers\"]\nfloor = 1\ntarget = 2\n",
         "[measure \"transfers\"] no dimension has this measure", 1},
        {"[measure \"volume\"]\nroof = 1\n", "roof: there is no such key|weight, floor, target", 2},
        {"[measure \"volume\"]\nfloor = -1\n", "floor: \"-1\" is no value|a number", 2},
        {"[measure \"volume\"]\nfloor = 1\nfloor = 1\n", "set twice, first in line 2", 3},
        {"[measure \"handle_mean_ms\"]\ntarget = 300\n", "target: \"300\"|a duration such as", 2},
        {"[measure \"fcr_rate\"]\ntarget = 85\n", "target: \"85\"|0.95, or 95 %", 2},
        {"[measure \"knowledge\"]\ntarget = 101\n", "target: \"101\"|from 0 to 100", 2},
        {"[measure \"volume\"]\nweight = 101\n", "weight: \"101\" is no weight|from 0 to 100", 2},
        {"[measure \"knowledge\"]\nfloor = 95\n", "floor: floor and target are the same|below", 2},
        {"[measure \"knowledge\"]\nfloor = 9\n\ntarget = 9\n", "target: floor and target are the",
         4},
        {"[measure \"volume\"]\nrobust = median\n", "robust: this measure has no|handle_mean_ms",
         2},
        {"[measure \"handle_mean_ms\"]\nrobust = mean\n", "robust: \"mean\"|none, median", 2},
        {"[measure \"knowledge\"]\nweight = 0\n[measure \"training_attendance\"]\nweight = 0\n",
         "[measure \"knowledge\"] weight: no measure of dimension development is left", 2},
        {"[award \"a, b\"]\n", "no name of an award|or commas", 1},
        {"[award \"\"]\n", "no name of an award", 1},
        {"[award \"\xff\"]\n", "no name of an award|UTF-8", 1},
        {"[award \"a\"]\nwhy = x\n", "[award \"a\"] why: there is no such key|when, period, kind",
         2},
        {"[award \"a\"]\nkind = award\n", "[award \"a\"] when: this is missing|top N %", 1},
        {"[award \"a\"]\nwhen = ratings > x\n",
         "[award \"a\"] when: column 11: \"x\" is no number|a number", 2},
        {"[award \"a\"]\nwhen = happiness > 1\n", "column 1: \"happiness\"|offered, |score", 2},
        {"[award \"a\"]\nwhen =\n", "when: column 1: there is nothing|FIGURE OP NUMBER", 2},
        {"[award \"a\"]\nwhen = top 5 %\nwhen = top 5 %\n", "set twice, first in line 2", 3},
        {"[award \"a\"]\nperiod = hour\n", "period: \"hour\" is no period|day, ten-day, week", 2},
        {"[award \"a\"]\nkind = prize\n", "kind: \"prize\" is no kind|award, warning", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_fails(cases[i].text, cases[i].line, cases[i].parts);
}

/* Appends `count` times `format`, which has one %zu. */
static void __attribute__((format(printf, 2, 0)))
repeat(char *text, const char *format, size_t count)
{
    char *end = text + strlen(text);
    for (size_t i = 0; i < count; i++)
        end += sprintf(end, format, i);
}

static void test_bounds(void **state)
{
    static char text[64 * 1024];
    (void)state;
    strcpy(text, NONE);
    repeat(text, "[dimension \"%zu\"]\nweight = 0\nmeasures = fcr_rate\n", 9);
    assert_fails(text, 3 + 8 * 3, "[dimension \"8\"] this is one dimension too many|8");
    *text = '\0';
    repeat(text, "[dimension \"%zu\"]\nweight = 0.1\nmeasures = fcr_rate\n", 4);
    assert_fails(text, 6, "[dimension \"1\"] measures: fcr_rate is in dimension 0 too");
    strcpy(text, "[dimension \"x\"]\nweight = 0.5\nmeasures = fcr_rate\n"
                 "[dimension \"y\"]\nweight = 0.5\nmeasures = occupancy\n"
                 "[dimension \"z\"]\nweight = 0.5\nmeasures = transfer_rate\n"
                 "[dimension \"u\"]\nweight = 0.5\nmeasures = service_level\n"
                 "[dimension \"v\"]\nweight = 0.5\nmeasures = fatal_rate\n");
    assert_fails(text, 13, "[dimension \"v\"] this is one dimension too many|preset's included");

    *text = '\0';
    repeat(text, "[award \"%zu\"]\nwhen = top 1 %%\n", 64);
    assert_loads(text);
    assert_int_equal(config.award_count, 64);
    strcat(text, "[award \"0\"]\nkind = warning\n[award \"more\"]\n");
    assert_fails(text, 131, "[award \"more\"] this is one award too many|64");
}

/* 35 measures in dimensions of five. */
static void test_too_many_measures(void **state)
{
    static char text[8192];
    char *end = text + sprintf(text, NONE);
    int lines = 2;
    (void)state;
    for (enum dp_quantity i = 20; i < 52; i++) {
        bool ms = dp_quantity_form(i) == DP_FORM_MS;
        end += sprintf(end, "[measure \"%s\"]\nfloor = %s\ntarget = %s\n", dp_quantity_name(i),
                       ms ? "2s" : "0", ms ? "1s" : "1");
        lines += 3;
    }
    for (enum dp_quantity i = 20; i < 55; i++) {
        if (i % 5 == 0)
            end += sprintf(end, "[dimension \"%d\"]\nweight = 0.1\nmeasures = ", (int)i);
        end += sprintf(end, "%s%s", dp_quantity_name(i), i % 5 == 4 ? "\n" : ",");
    }
    assert_fails(text, lines + 7 * 3,
                 "[dimension \"50\"] measures: these are too many measures|up to 32");
    strcpy(end, "[measure \"occupancy\"]\nfloor = 1\n");
    assert_fails(text, lines + 7 * 3 + 1, "this is one measure too many|up to 32");
}

static char warnings[4][200];
static size_t warning_count;

static void keep_warning(void *ctx, const char *text)
{
    assert_ptr_equal(ctx, warnings);
    assert_true(warning_count < 4);
    strcpy(warnings[warning_count++], text);
}

static size_t count_warnings(const char *text)
{
    assert_loads(text);
    warning_count = 0;
    dp_config_warnings(&config, keep_warning, warnings);
    return warning_count;
}

static void test_warnings(void **state)
{
    (void)state;
    assert_int_equal(count_warnings(""), 0);
    assert_int_equal(count_warnings("[scorecard]\npreset = training\n"), 0);
    assert_int_equal(count_warnings(NONE), 0);
    assert_int_equal(count_warnings("[dimension \"service_quality\"]\nweight = 0.5\n"
                                    "[dimension \"efficiency\"]\nweight = 0.3\n"),
                     0);
    assert_int_equal(count_warnings("[dimension \"service_quality\"]\nweight = 0.500001\n"
                                    "[dimension \"efficiency\"]\nweight = 0.299999\n"),
                     2);
    assert_string_equal(
        warnings[0],
        "[dimension \"service_quality\"] weight: 0.500001 is outside of what is recommended, "
        "0.4 to 0.5");
    assert_non_null(strstr(warnings[1], "[dimension \"efficiency\"] weight: 0.299999"));
    /* Other dimensions have no recommended weights. */
    assert_int_equal(count_warnings("[dimension \"teamwork\"]\nweight = 0\n"
                                    "[dimension \"service_quality\"]\nweight = 0.6\n"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_default, clean),
        cmocka_unit_test_teardown(test_changes_of_a_preset, clean),
        cmocka_unit_test_teardown(test_a_dimension_taken_out, clean),
        cmocka_unit_test_teardown(test_a_card_of_its_own, clean),
        cmocka_unit_test_teardown(test_preset_from_elsewhere, clean),
        cmocka_unit_test_teardown(test_awards, clean),
        cmocka_unit_test_teardown(test_errors, clean),
        cmocka_unit_test_teardown(test_bounds, clean),
        cmocka_unit_test_teardown(test_too_many_measures, clean),
        cmocka_unit_test_teardown(test_warnings, clean),
    };
    return cmocka_run_group_tests_name("config_scorecard", tests, set_up, tear_down);
}
