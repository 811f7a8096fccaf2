#include "app/shown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void comes_back_from_its_text(void **state)
{
    (void)state;
    struct dp_positions positions = {0};
    struct dp_shown shown = {0};
    for (int round = 0; round < 2; round++) { /* without positions, and with some */
        char *text = dp_shown_format(1764000000000, &positions);
        dp_shown_parse(&shown, dp_str_from(text));
        assert_int_equal(shown.t_ms, 1764000000000);
        assert_int_equal(shown.positions.count, positions.count);
        free(text);
        dp_positions_add(&positions, "cc.calls", 2, 17, 5);
    }
    dp_positions_deinit(&positions);
    dp_positions_deinit(&shown.positions);
}

static void any_other_text_stands_for_no_figures(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "1764000000000", "1764000000000 a/0",
                                        "11111111111111111111111111111111 a/0=1:2"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct dp_shown shown = {.t_ms = 5};
        dp_positions_add(&shown.positions, "a", 0, 1, 1);
        dp_shown_parse(&shown, dp_str_from(wrong[i]));
        assert_true(shown.t_ms == INT64_MIN);
        assert_int_equal(shown.positions.count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_from_its_text),
        cmocka_unit_test(any_other_text_stands_for_no_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
