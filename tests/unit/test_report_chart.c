#include "app/report_chart.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void html_takes_text_as_text(void **state)
{
    (void)state;
    char *written;
    size_t size;
    FILE *out = open_memstream(&written, &size);
    dp_html_text("<b>\"O'Brien\" & 王</b>", out);
    fclose(out);
    assert_string_equal(written, "&lt;b&gt;&quot;O&#39;Brien&quot; &amp; 王&lt;/b&gt;");
    free(written);
}

static char *draw(void (*chart)(const struct dp_chart *, FILE *),
                  const struct dp_chart_point *points, size_t count)
{
    struct dp_chart what = {.id = "c1",
                            .title = "<title>",
                            .description = "what & why",
                            .points = points,
                            .count = count,
                            .full = 200,
                            .half_text = "half",
                            .full_text = "full"};
    char *written;
    size_t size;
    FILE *out = open_memstream(&written, &size);
    chart(&what, out);
    fclose(out);
    assert_non_null(strstr(written, "<title id=\"c1-t\">&lt;title&gt;</title>"));
    assert_non_null(strstr(written, "<desc id=\"c1-d\">what &amp; why</desc>"));
    assert_null(strstr(written, "nan"));
    assert_null(strstr(written, "inf"));
    return written;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

static const struct dp_chart_point points[] = {
    {.label = "a", .text = "100", .value = 100},
    {.label = "<b>", .text = "200", .value = 200},
    {.label = "c", .absent = true},
    {.label = "d", .text = "0", .value = 0},
};

static void columns_are_as_high_as_their_numbers(void **state)
{
    (void)state;
    char *svg = draw(dp_chart_columns, points, 4);
    assert_int_equal(count_of(svg, "<rect"), 3);
    assert_non_null(strstr(svg, "height=\"60.0\""));
    assert_non_null(strstr(svg, "height=\"120.0\""));
    assert_non_null(strstr(svg, "height=\"0.0\""));
    assert_non_null(strstr(svg, "<title>&lt;b&gt;: 200</title>"));
    assert_int_equal(count_of(svg, "class=\"value\""), 3);
    assert_null(strstr(svg, ">full<"));
    free(svg);
}

static void a_line_is_broken_at_gaps(void **state)
{
    (void)state;
    char *svg = draw(dp_chart_line, points, 4);
    const char *line = strstr(svg, "class=\"line\" d=\"");
    assert_non_null(line);
    char *path = strndup(line, strcspn(line, ">"));
    assert_int_equal(count_of(path, "M"), 2);
    assert_int_equal(count_of(path, "L"), 1);
    free(path);
    assert_int_equal(count_of(svg, "<circle"), 3);
    free(svg);

    svg = draw(dp_chart_line, points + 2, 1); /* nothing but a gap */
    assert_non_null(strstr(svg, "class=\"line\" d=\"\""));
    free(svg);
}

static void many_points_have_a_scale(void **state)
{
    (void)state;
    struct dp_chart_point many[366];
    for (size_t i = 0; i < 366; i++)
        many[i] = (struct dp_chart_point){.label = "day", .text = "1", .value = (double)i / 2};
    char *svg = draw(dp_chart_line, many, 366);
    assert_non_null(strstr(svg, ">full<"));
    assert_non_null(strstr(svg, ">half<"));
    assert_in_range(count_of(svg, ">day<"), 10, 16);
    assert_int_equal(count_of(svg, "class=\"value\""), 0);
    free(svg);
}

static void bars_have_their_labels_cut_to_fit(void **state)
{
    (void)state;
    const struct dp_chart_point long_ones[] = {
        {.label = "一二三四五六七八九十一二三四五六七八九十", .text = "50", .value = 50},
        {.label = "north", .absent = true},
        {.label = "abcdefghijklmnopqrstuvwxyz", .text = "200", .value = 200}};
    char *svg = draw(dp_chart_bars, long_ones, 3);
    assert_non_null(strstr(svg, ">一二三四五六七八九十一…<"));
    assert_non_null(strstr(svg, ">abcdefghijklmnopqrstuvw…<"));
    assert_non_null(strstr(svg, ">-</text>"));
    assert_int_equal(count_of(svg, "class=\"bar\""), 2);
    free(svg);
    free(draw(dp_chart_bars, NULL, 0));
    free(draw(dp_chart_columns, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html_takes_text_as_text),
        cmocka_unit_test(columns_are_as_high_as_their_numbers),
        cmocka_unit_test(a_line_is_broken_at_gaps),
        cmocka_unit_test(many_points_have_a_scale),
        cmocka_unit_test(bars_have_their_labels_cut_to_fit),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
