#include "app/alert_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void add(struct dp_alert_list *list, const struct dp_alert_filter *filter, const char *id,
                const char *text)
{
    dp_alert_list_add(list, filter, dp_str_from(id), dp_str_from(text));
}

static void severity_goes_before_age(void **state)
{
    (void)state;
    static const struct dp_alert_filter any = {0};
    struct dp_alert_list list = {0};
    char order[16] = "";
    add(&list, &any, "i", "no JSON");
    add(&list, &any, "h", "{\"severity\":\"sev-2\",\"fired_ms\":1}");
    add(&list, &any, "g", "{\"severity\":\"sev-1\",\"fired_ms\":9}");
    add(&list, &any, "f", "{\"severity\":\"info\",\"fired_ms\":1}");
    add(&list, &any, "e", "{\"severity\":\"warning\",\"fired_ms\":1}");
    add(&list, &any, "d", "{\"severity\":\"page\"}");
    add(&list, &any, "c", "{\"severity\":\"page\",\"fired_ms\":7}");
    add(&list, &any, "b", "{\"severity\":\"page\",\"fired_ms\":7}");
    add(&list, &any, "a", "{\"severity\":\"page\",\"fired_ms\":6}");
    dp_alert_list_sort(&list);
    for (size_t i = 0; i < list.count; i++)
        order[i] = list.items[i].id[0];
    assert_string_equal(order, "abcdefigh"); /* no severity is the first by name */
    dp_alert_list_deinit(&list);
}

static void those_not_wanted_are_left_out(void **state)
{
    (void)state;
    static const struct dp_alert_filter filter = {"b*", "page", true, DP_RULE_QUEUE};
    struct dp_alert_list list = {0};
    add(&list, &filter, "a", "{\"rule\":\"b\",\"severity\":\"page\",\"scope\":\"queue\"}");
    add(&list, &filter, "b", "{\"rule\":\"c\",\"severity\":\"page\",\"scope\":\"queue\"}");
    add(&list, &filter, "c", "{\"rule\":\"b\",\"severity\":\"info\",\"scope\":\"queue\"}");
    add(&list, &filter, "d", "{\"rule\":\"b\",\"severity\":\"page\",\"scope\":\"all\"}");
    add(&list, &filter, "e", "{}");
    add(&list, &filter, "f", "{");
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].id, "a");
    dp_alert_list_deinit(&list);
}

static void who_acknowledges_first_sees_to_it(void **state)
{
    (void)state;
    static const struct dp_alert_filter any = {0};
    struct dp_alert_list list = {0};
    add(&list, &any, "a", "{}");
    add(&list, &any, "b", "{}");
    add(&list, &any, "c", "{}");
    static const char *const ids[] = {"a", "b", "gone"};
    dp_alert_list_acknowledge(&list, DP_STR("a"), DP_STR("{\"by\":\"wang\",\"at_ms\":1}"));
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        dp_alert_list_acknowledge(&list, dp_str_from(ids[i]),
                                  DP_STR("{\"by\":\"li\",\"at_ms\":1}"));
    dp_alert_list_acknowledge(&list, DP_STR("c"), DP_STR("{}"));
    assert_string_equal(list.items[0].ack->by, "wang");
    assert_string_equal(list.items[1].ack->by, "li");
    assert_null(list.items[2].ack);
    dp_alert_list_deinit(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(severity_goes_before_age),
        cmocka_unit_test(those_not_wanted_are_left_out),
        cmocka_unit_test(who_acknowledges_first_sees_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
