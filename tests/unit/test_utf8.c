#include "common/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Of a copy without room to spare, so that a sanitizer sees a read beyond it. */
static bool valid(const char *text, size_t len)
{
    char *copy = malloc(len ? len : 1);
    memcpy(copy, text, len);
    bool is_valid = dp_utf8_valid((struct dp_str){copy, len});
    free(copy);
    return is_valid;
}

/* Every number that fits, in the form of every length, against the definition. */
static void test_every_form(void **state)
{
    static const uint32_t first[5] = {0, 0, 0x80, 0x800, 0x10000};
    static const unsigned char lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
    (void)state;
    for (unsigned size = 2; size <= 4; size++) {
        uint32_t end = size == 2 ? 0x800 : size == 3 ? 0x10000 : 0x200000;
        for (uint32_t point = 0; point < end; point++) {
            char text[4];
            text[0] = (char)(lead[size] | point >> (6 * (size - 1)));
            for (unsigned i = 1; i < size; i++)
                text[i] = (char)(0x80 | (point >> (6 * (size - 1 - i)) & 0x3f));
            bool good =
                point >= first[size] && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
            if (dp_utf8_valid((struct dp_str){text, size}) != good)
                fail_msg("U+%X in %u bytes", point, size);
        }
    }
}

static void test_broken(void **state)
{
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc3",
                                      "\xe5\xae",
                                      "\xc3x",
                                      "\xe5\xaex",
                                      "\xf0\x9f\x98",
                                      "\xf0\x9f\x98x",
                                      "\xfe",
                                      "\xff",
                                      "\xf8\x88\x80\x80\x80",
                                      "a\xc3(b",
                                      "\xc3\xa9\xa9"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (valid(bad[i], strlen(bad[i])))
            fail_msg("number %zu is taken", i);
    assert_true(valid("", 0));
    assert_true(dp_utf8_valid((struct dp_str){NULL, 0}));
    assert_true(valid("a\0b\x7f", 4));
    assert_true(valid("\xe5\xae\xa2 \xc3\xa9 \xf0\x9f\x98\x80", 11));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form),
        cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
