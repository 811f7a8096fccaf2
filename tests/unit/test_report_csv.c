#include "app/report_format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_cell(const char *text, bool guard, const char *expected)
{
    char *written;
    size_t size;
    FILE *out = open_memstream(&written, &size);
    dp_report_write_cell(text, guard, out);
    fclose(out);
    assert_string_equal(written, expected);
    free(written);
}

static void cells_are_quoted_and_guarded(void **state)
{
    (void)state;
    assert_cell("north", true, "north");
    assert_cell("", true, "");
    assert_cell("a,b", true, "\"a,b\"");
    assert_cell("the \"best\"", true, "\"the \"\"best\"\"\"");
    assert_cell("two\nlines", true, "\"two\nlines\"");
    assert_cell("=1+1", true, "'=1+1");
    assert_cell("+1", true, "'+1");
    assert_cell("-1", true, "'-1");
    assert_cell("@SUM(A1)", true, "'@SUM(A1)");
    assert_cell("=a,\"b\"", true, "\"'=a,\"\"b\"\"\"");
    assert_cell("=1+1", false, "=1+1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_quoted_and_guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
