#include "ingest/customer_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY "0123456789abcdef0123456789abcdef" /* 32 bytes, as short as may be */

static char directory[64], path[80], wrong[200];

static void write_file(const void *bytes, size_t len, mode_t mode)
{
    unlink(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void assert_key(const char *text, size_t len, size_t expected)
{
    write_file(text, len, 0600);
    struct dp_customer_key *key = dp_customer_key_read(path, wrong, sizeof wrong);
    if (!key)
        fail_msg("%s", wrong);
    assert_int_equal(key->len, expected);
    assert_memory_equal(key->bytes, text, expected);
    dp_customer_key_destroy(key);
}

static void assert_refused(const char *says)
{
    struct dp_customer_key *key = dp_customer_key_read(path, wrong, sizeof wrong);
    assert_null(key);
    if (!strstr(wrong, says))
        fail_msg("no \"%s\" in: %s", says, wrong);
    assert_null(strstr(wrong, "0123"));
}

static void one_end_of_line_is_left_out(void **state)
{
    (void)state;
    assert_key(KEY, 32, 32);
    assert_key(KEY "\n", 33, 32);
    assert_key(KEY "\r\n", 34, 32);
    assert_key(KEY "\n\n", 34, 33);
    assert_key(KEY "\r", 33, 33);
    assert_key(KEY " \t", 34, 34);
    assert_key("\0" KEY "\0", 34, 34);
}

static void the_key_is_long_enough_and_the_file_not_too_large(void **state)
{
    static char bytes[DP_CUSTOMER_KEY_FILE + 1];
    (void)state;
    memset(bytes, 'k', sizeof bytes);
    assert_key(bytes, DP_CUSTOMER_KEY_FILE, DP_CUSTOMER_KEY_FILE);
    write_file(bytes, DP_CUSTOMER_KEY_FILE + 1, 0600);
    assert_refused("is too large (4097 bytes)");
    write_file(KEY, 31, 0600);
    assert_refused("too short (31 bytes)");
    write_file("0123456789abcdef0123456789abcde\n", 32, 0600);
    assert_refused("too short (31 bytes)");
    write_file("\n", 1, 0600);
    assert_refused("too short (0 bytes)");
    write_file("", 0, 0600);
    assert_refused("too short (0 bytes)");
}

static void only_owner_and_group_may_read(void **state)
{
    (void)state;
    static const mode_t closed[] = {0600, 0400, 0640, 0440, 0700};
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        write_file(KEY, 32, closed[i]);
        struct dp_customer_key *key = dp_customer_key_read(path, wrong, sizeof wrong);
        assert_non_null(key);
        dp_customer_key_destroy(key);
    }
    static const mode_t open[] = {0644, 0604, 0602, 0601, 0660, 0620, 0610, 0444};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        char mode[32];
        snprintf(mode, sizeof mode, "is open to others (mode %04o)", (unsigned)open[i]);
        write_file(KEY, 32, open[i]);
        assert_refused(mode);
    }
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    (void)state;
    unlink(path);
    assert_refused("cannot be opened: No such file");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused("is no regular file");
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused("is no regular file");
    rmdir(path);
    assert_int_equal(symlink("/dev/zero", path), 0);
    assert_refused("is no regular file");
}

static int set_up(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/deskpulse-key-XXXXXX");
    bool made = mkdtemp(directory) != NULL;
    snprintf(path, sizeof path, "%s/key", directory);
    return !made;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_end_of_line_is_left_out),
        cmocka_unit_test(the_key_is_long_enough_and_the_file_not_too_large),
        cmocka_unit_test(only_owner_and_group_may_read),
        cmocka_unit_test(what_is_no_file_is_refused_at_once),
    };
    return cmocka_run_group_tests_name("customer_key", tests, set_up, tear_down);
}
