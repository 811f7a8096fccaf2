/* How often rules fire. */
#include "app/rule_tally.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY_MS INT64_C(1795341600000) /* 2026-11-22T10:00:00Z */

static struct dp_rule_tally tally;

static void tell(const char *rule, const char *alert, enum dp_notice_kind kind, int fired_s,
                 int at_s)
{
    struct dp_notice notice = {.kind = kind,
                               .rule = dp_str_from(rule),
                               .fired_ms = DAY_MS + 1000 * fired_s,
                               .at_ms = DAY_MS + 1000 * at_s};
    strcpy(notice.alert, alert);
    dp_rule_tally_take(&tally, &notice);
}

static void counts_beginnings_and_ends(void **state)
{
    (void)state;
    const struct dp_rule rules[] = {{.name = "long"}, {.name = "夜间"}};
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    setlocale(LC_CTYPE, "C.UTF-8");
    dp_rule_tally_init(&tally, rules, 2);
    tell("long", "00000000000000aa", DP_FIRING, 0, 0);
    tell("long", "00000000000000ab", DP_FIRING, 5, 5);
    tell("long", "00000000000000aa", DP_REPEATED, 0, 20);
    tell("long", "00000000000000ab", DP_FIRING, 5, 25); /* what was kept back is told */
    tell("long", "00000000000000aa", DP_ESCALATED, 0, 30);
    tell("long", "00000000000000aa", DP_RESOLVED, 0, 90);
    tell("gone", "00000000000000ac", DP_FIRING, 0, 0);
    tell("gone", "00000000000000ac", DP_RESOLVED, 0, 1000);
    dp_rule_tally_end(&tally, DAY_MS + 125000);
    dp_rule_tally_write(&tally, out);
    fclose(out);
    assert_string_equal(text, "rule  firing  resolved  still  longest  first                     "
                              "last\n"
                              "long       2         1      1   2m 00s  2026-11-22T10:00:00.000Z  "
                              "2026-11-22T10:00:05.000Z\n"
                              "夜间       0         0      0        -  -                         "
                              "-\n");
    free(text);
    dp_rule_tally_deinit(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_beginnings_and_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
