#include "ingest/identifier.h"

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
    bool is_valid = dp_identifier_valid((struct dp_str){copy, len});
    free(copy);
    return is_valid;
}

static void test_length(void **state)
{
    char text[200];
    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t len = 0; len <= 200; len++)
        assert_int_equal(valid(text, len), len >= 1 && len <= 128);
    assert_false(dp_identifier_valid((struct dp_str){NULL, 0}));
}

/* Every character up to U+00FF, and some beyond, at every place of texts of every short length. */
static void test_characters(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 0x104; c++) {
        static const char *const beyond[] = {"\xc4\x80", "\xe7\xbd\xbf", "\xe3\xa9\xba",
                                             "\xf0\x9f\x98\x80"};
        char letter[8] = {(char)c, '\0'};
        size_t size = 1;
        if (c >= 0x100) {
            strcpy(letter, beyond[c - 0x100]);
            size = strlen(letter);
        } else if (c >= 0x80) {
            letter[0] = (char)(0xc0 | c >> 6);
            letter[1] = (char)(0x80 | (c & 0x3f));
            size = 2;
        }
        bool good = !(c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '{' || c == '}' || c == ':');
        for (size_t before = 0; before < 20; before++)
            for (size_t after = 0; after < 20; after++) {
                char text[64];
                memset(text, 'x', sizeof text);
                memcpy(text + before, letter, size);
                if (valid(text, before + size + after) != good)
                    fail_msg("U+%04X after %zu and before %zu letters", c, before, after);
            }
    }
}

/* Bytes from 80 to 9F are control characters only after C2. */
static void test_continuation(void **state)
{
    (void)state;
    assert_true(valid("\xe2\x82\x85", 3));
    assert_true(valid("\xc3\x82\xc3\x80", 4));
    assert_true(valid("\xc2\xa0\xc3\x80", 4));
    assert_false(valid("\xc3\x82\xc2\x80", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_continuation),
    };
    return cmocka_run_group_tests_name("identifier", tests, NULL, NULL);
}
