#include "top/page.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_written(const struct dp_top_page *page, const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    dp_top_page_write(page, out);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void fields_have_their_width_whatever_the_script(void **state)
{
    (void)state;
    struct dp_top_page page = {0};
    dp_top_page_begin(&page, 3, 20);
    dp_top_page_left(&page, DP_TOP_PLAIN, "王小明", 8);
    dp_top_page_right(&page, DP_TOP_PLAIN, "12", 5);
    dp_top_page_text(&page, DP_TOP_PLAIN, "|");
    dp_top_page_end_line(&page);
    dp_top_page_left(&page, DP_TOP_PLAIN, "a1", 8);
    dp_top_page_right(&page, DP_TOP_PLAIN, "7", 5);
    dp_top_page_text(&page, DP_TOP_PLAIN, "|");
    dp_top_page_end_line(&page);
    assert_written(&page, "王小明     12|\na1          7|\n");
    assert_int_equal(page.column, 0);
    dp_top_page_deinit(&page);
}

static void what_is_too_long_is_cut_and_says_so(void **state)
{
    (void)state;
    struct dp_top_page page = {0};
    dp_top_page_begin(&page, 4, 20);
    dp_top_page_left(&page, DP_TOP_PLAIN, "客户服务", 8);
    dp_top_page_text(&page, DP_TOP_PLAIN, "|");
    dp_top_page_end_line(&page);
    dp_top_page_left(&page, DP_TOP_PLAIN, "客户服务", 7);
    dp_top_page_text(&page, DP_TOP_PLAIN, "|");
    dp_top_page_end_line(&page);
    dp_top_page_left(&page, DP_TOP_PLAIN, "客户服务", 6); /* half a character is a blank */
    dp_top_page_text(&page, DP_TOP_PLAIN, "|");
    dp_top_page_end_line(&page);
    dp_top_page_printf(&page, DP_TOP_PLAIN, "%s", "to the right edge, and beyond");
    dp_top_page_text(&page, DP_TOP_PLAIN, "no room");
    dp_top_page_end_line(&page);
    assert_written(&page, "客户服务|\n客户服~|\n客户~ |\nto the right edge, ~\n");
    dp_top_page_deinit(&page);
}

static void rows_end_where_the_screen_ends(void **state)
{
    (void)state;
    struct dp_top_page page = {0};
    dp_top_page_begin(&page, 2, 20);
    for (int line = 0; line < 5; line++) {
        dp_top_page_printf(&page, DP_TOP_PLAIN, "%d", line);
        dp_top_page_end_line(&page);
    }
    assert_written(&page, "0\n1\n");
    assert_int_equal(dp_top_page_room(&page), 0);
    dp_top_page_begin(&page, SIZE_MAX, 0);
    dp_top_page_text(&page, DP_TOP_PLAIN, "no columns");
    dp_top_page_end_line(&page);
    assert_written(&page, "\n");
    dp_top_page_deinit(&page);
}

static void lines_are_scrolled_away(void **state)
{
    (void)state;
    struct dp_top_page page = {0};
    dp_top_page_begin(&page, 3, 20);
    dp_top_page_text(&page, DP_TOP_PLAIN, "title");
    dp_top_page_end_line(&page);
    dp_top_page_scroll(&page, 2);
    for (int line = 0; line < 5; line++) {
        dp_top_page_printf(&page, DP_TOP_PLAIN, "%d", line);
        dp_top_page_end_line(&page);
    }
    assert_written(&page, "title\n2\n3\n");
    assert_int_equal(page.lines, 5);
    dp_top_page_deinit(&page);
}

static void what_is_old_is_shown_as_old(void **state)
{
    (void)state;
    struct dp_top_page page = {0};
    dp_top_page_begin(&page, 2, 20);
    page.old = true;
    dp_top_page_text(&page, DP_TOP_GOOD, "a");
    dp_top_page_text(&page, DP_TOP_CHOSEN, "b");
    page.old = false;
    dp_top_page_text(&page, DP_TOP_GOOD, "c");
    assert_int_equal(page.pieces[0].style, DP_TOP_OLD);
    assert_int_equal(page.pieces[1].style, DP_TOP_CHOSEN);
    assert_int_equal(page.pieces[2].style, DP_TOP_GOOD);
    assert_int_equal(page.pieces[2].column, 2);
    dp_top_page_deinit(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_have_their_width_whatever_the_script),
        cmocka_unit_test(what_is_too_long_is_cut_and_says_so),
        cmocka_unit_test(rows_end_where_the_screen_ends),
        cmocka_unit_test(lines_are_scrolled_away),
        cmocka_unit_test(what_is_old_is_shown_as_old),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
