#include "ingest/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Of every length around 8 and 16, alike in front, behind or both. */
static const char *const names[] = {
    "a",        "b",         "ab",        "abc",        "abcdefg",           "abcdefgh",
    "abcdefgi", "abcdefghi", "abcdefghj", "xbcdefghij", "abcdefgh01234567",  "abcdefgh11234567",
    "zbcdefgh", "bcdefgh",   "0123456",   "01234567",   "abcdefgh0xx234567", "abcdefgh0yy234567",
};
#define NAMES (sizeof names / sizeof *names)

static const char *const others[] = {
    "c",
    "A",
    "abcdef",
    "abcdefgk",
    "abcdefghk",
    "abcdefgh01234568",
    "abcdefgh0zz234567",
    "abcdefgh0xx2345678",
};

/* Wherever the guess is, and whatever follows the name. */
static void finds_by_any_guess(void **state)
{
    (void)state;
    struct dp_directory directory = {0};
    char text[64];
    for (size_t i = 0; i < NAMES; i++)
        dp_directory_add(&directory, names[i], (int)i);
    for (size_t slot = 0; slot < 1 << DP_DIRECTORY_BITS; slot++)
        for (size_t i = 0; i < NAMES; i++) {
            uint8_t guess = (uint8_t)slot;
            struct dp_str name = {text, strlen(names[i])};
            memset(text, (int)('a' + slot % 26), sizeof text);
            memcpy(text, names[i], name.len);
            assert_int_equal(dp_directory_find(&directory, name, &guess), i);
            assert_int_equal(directory.slots[guess].number, i);
            assert_int_equal(dp_directory_number(&directory, dp_str_from(names[i])), i);
        }
}

static void knows_no_others(void **state)
{
    (void)state;
    struct dp_directory directory = {0}, empty = {0};
    char text[64] = {0};
    for (size_t i = 0; i < NAMES; i++)
        dp_directory_add(&directory, names[i], (int)i);
    for (size_t slot = 0; slot < 1 << DP_DIRECTORY_BITS; slot++) {
        uint8_t guess = (uint8_t)slot;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            strcpy(text, others[i]);
            assert_int_equal(dp_directory_find(&directory, dp_str_from(text), &guess), -1);
        }
        assert_int_equal(dp_directory_find(&directory, (struct dp_str){text, 0}, &guess), -1);
        assert_int_equal(dp_directory_find(&empty, (struct dp_str){text, 0}, &guess), -1);
        assert_int_equal(guess, slot);
    }
    assert_int_equal(dp_directory_number(&directory, (struct dp_str){NULL, 0}), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_any_guess),
        cmocka_unit_test(knows_no_others),
    };
    return cmocka_run_group_tests_name("directory", tests, NULL, NULL);
}
