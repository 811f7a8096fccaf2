#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aggregator/service_level.h"

static struct dp_totals totals_of(const struct dp_fact *facts, size_t count)
{
    struct dp_totals totals = {0};
    for (size_t i = 0; i < count; i++)
        dp_totals_put(&totals, &facts[i]);
    return totals;
}

#define ABSENT (-1)

static void expect(const struct dp_totals *totals, const int64_t expected[DP_FORMULAS])
{
    for (enum dp_formula formula = 0; formula < DP_FORMULAS; formula++) {
        struct dp_figures figures = {0};
        dp_figures_set(&figures, DP_FIGURE_SERVICE_LEVEL, 77);
        dp_service_level_set(formula, totals, &figures);
        bool has = dp_figures_has(&figures, DP_FIGURE_SERVICE_LEVEL);
        assert_int_equal(has, expected[formula] != ABSENT);
        if (has)
            assert_int_equal(figures.value[DP_FIGURE_SERVICE_LEVEL], expected[formula]);
    }
}

/* Two of four responses in target; of four abandons one is short, and two are within the target. */
static void every_formula(void **state)
{
    (void)state;
    static const struct dp_fact facts[] = {
        {.kind = DP_FACT_RESPONSE, .flags = DP_FACT_IN_TARGET},
        {.kind = DP_FACT_RESPONSE, .flags = DP_FACT_IN_TARGET},
        {.kind = DP_FACT_RESPONSE},
        {.kind = DP_FACT_RESPONSE},
        {.kind = DP_FACT_ABANDON, .flags = DP_FACT_IN_TARGET | DP_FACT_SHORT},
        {.kind = DP_FACT_ABANDON, .flags = DP_FACT_IN_TARGET},
        {.kind = DP_FACT_ABANDON},
        {.kind = DP_FACT_ABANDON},
        {.kind = DP_FACT_OFFERED},
        {.kind = DP_FACT_OFFERED},
        {.kind = DP_FACT_OFFERED},
        {.kind = DP_FACT_OFFERED},
        {.kind = DP_FACT_OFFERED},
        {.kind = DP_FACT_OFFERED},
        {.kind = DP_FACT_OFFERED, .flags = DP_FACT_OUTSIDE},
    };
    struct dp_totals totals = totals_of(facts, sizeof facts / sizeof *facts);
    expect(&totals, (const int64_t[DP_FORMULAS]){
                        [DP_ANSWERED_AND_ABANDONED] = 285714, /* 2 / 7 */
                        [DP_ANSWERED] = 500000,               /* 2 / 4 */
                        [DP_OFFERED] = 250000,                /* 2 / 8 */
                        [DP_OFFERED_LESS_SHORT] = 400000,     /* 2 / (7 - 1 - 1) */
                        [DP_TARGET_ABANDONS] = 333333,        /* 2 / 6 */
                        [DP_CREDIT_ABANDONS] = 500000,        /* 4 / 8 */
                    });
}

static void nothing_to_divide_by(void **state)
{
    (void)state;
    struct dp_totals none = {0};
    expect(&none, (const int64_t[DP_FORMULAS]){ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT});
    struct dp_fact brief = {.kind = DP_FACT_ABANDON, .flags = DP_FACT_IN_TARGET | DP_FACT_SHORT};
    struct dp_totals one = totals_of(&brief, 1);
    expect(&one, (const int64_t[DP_FORMULAS]){ABSENT, ABSENT, 0, ABSENT, ABSENT, 1000000});
}

static void an_answer_without_its_offer(void **state)
{
    (void)state;
    const struct dp_fact facts[] = {{.kind = DP_FACT_RESPONSE, .flags = DP_FACT_IN_TARGET},
                                    {.kind = DP_FACT_RESPONSE, .flags = DP_FACT_IN_TARGET},
                                    {.kind = DP_FACT_OFFERED}};
    struct dp_totals totals = totals_of(facts, 3);
    expect(&totals,
           (const int64_t[DP_FORMULAS]){1000000, 1000000, 1000000, 1000000, 1000000, 1000000});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_formula),
        cmocka_unit_test(nothing_to_divide_by),
        cmocka_unit_test(an_answer_without_its_offer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
