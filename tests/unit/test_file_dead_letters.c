#include "ingest/file_dead_letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void make_path(char *path, size_t size)
{
    const char *directory = getenv("TMPDIR");
    snprintf(path, size, "%s/dp-dead-letters-XXXXXX", directory ? directory : "/tmp");
    close(mkstemp(path));
}

/* The whole file; the caller frees it. */
static char *content(const char *path, size_t *length)
{
    FILE *file = fopen(path, "r");
    struct stat info;
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &info), 0);
    char *text = malloc((size_t)info.st_size + 1);
    *length = fread(text, 1, (size_t)info.st_size, file);
    assert_int_equal(*length, info.st_size);
    text[*length] = '\0';
    fclose(file);
    return text;
}

/* Writes one letter and compares the file with `line`. */
static void assert_letter(struct dp_str value, const char *line)
{
    char path[512], error[256];
    size_t length;
    make_path(path, sizeof path);
    struct dp_dead_letters *letters = dp_file_dead_letters_create(path, error, sizeof error);
    struct dp_message message = {.topic = DP_STR("in.ndjson"), .offset = 17, .value = value};
    assert_non_null(letters);
    assert_true(letters->put(letters, &message, DP_REJECT_BAD_JSON));
    assert_true(letters->settled(letters, letters->count));
    char *text = content(path, &length);
    assert_string_equal(text, line);
    assert_int_equal(length, strlen(line));
    free(text);
    assert_true(letters->close(letters, 0));
    unlink(path);
}

#define HEAD "{\"topic\":\"in.ndjson\",\"partition\":0,\"offset\":17,\"reason\":\"bad_json\","

static void test_text(void **state)
{
    (void)state;
    assert_letter(DP_STR("{\"a\": 1"), HEAD "\"value\":\"{\\\"a\\\": 1\"}\n");
    assert_letter(DP_STR(""), HEAD "\"value\":\"\"}\n");
    assert_letter(DP_STR("a\tb\\c\x01\x7f"), HEAD "\"value\":\"a\\u0009b\\\\c\\u0001\x7f\"}\n");
    assert_letter((struct dp_str){"a\0b", 3}, HEAD "\"value\":\"a\\u0000b\"}\n");
    assert_letter(DP_STR("\xe4\xbd\xa0\xe5\xa5\xbd"),
                  HEAD "\"value\":\"\xe4\xbd\xa0\xe5\xa5\xbd\"}\n");
}

static void test_other_bytes_as_base64(void **state)
{
    (void)state;
    assert_letter(DP_STR("\xff"), HEAD "\"value_base64\":\"/w==\"}\n");
    assert_letter(DP_STR("\xff\xfe"), HEAD "\"value_base64\":\"//4=\"}\n");
    assert_letter(DP_STR("abc\xc3"), HEAD "\"value_base64\":\"YWJjww==\"}\n");
    assert_letter(DP_STR("\xff\x00\x01"), HEAD "\"value_base64\":\"/wAB\"}\n");
}

static void test_long_value_and_many_letters(void **state)
{
    (void)state;
    char path[512], error[256];
    size_t length, size = 3 << 20, head;
    char *value = malloc(size);
    memset(value, '"', size);
    make_path(path, sizeof path);
    struct dp_dead_letters *letters = dp_file_dead_letters_create(path, error, sizeof error);
    assert_non_null(letters);
    struct dp_message message = {.topic = DP_STR("t"), .partition = 2, .value = {value, size}};
    assert_true(letters->put(letters, &message, DP_REJECT_TOO_LARGE));
    message.value.len = 1;
    for (message.offset = 1; message.offset <= 5000; message.offset++)
        assert_true(letters->put(letters, &message, DP_REJECT_LATE));
    assert_true(letters->close(letters, 0));

    char *text = content(path, &length), *line = text;
    head = strlen(
        "{\"topic\":\"t\",\"partition\":2,\"offset\":0,\"reason\":\"too_large\",\"value\":\"");
    assert_memory_equal(
        text, "{\"topic\":\"t\",\"partition\":2,\"offset\":0,\"reason\":\"too_large\"", 54);
    line += head + 2 * size;
    assert_memory_equal(line, "\"}\n", 3);
    line += 3;
    for (int i = 1; i <= 5000; i++) {
        char expected[128];
        snprintf(expected, sizeof expected,
                 "{\"topic\":\"t\",\"partition\":2,\"offset\":%d,\"reason\":\"late\",\"value\":"
                 "\"\\\"\"}\n",
                 i);
        assert_memory_equal(line, expected, strlen(expected));
        line += strlen(expected);
    }
    assert_ptr_equal(line, text + length);
    free(text);
    free(value);
    unlink(path);
}

static void test_made_anew_with_its_mode(void **state)
{
    (void)state;
    char path[512], error[256];
    struct stat info;
    make_path(path, sizeof path);
    FILE *file = fopen(path, "w");
    fputs("old\n", file);
    fclose(file);
    struct dp_dead_letters *letters = dp_file_dead_letters_create(path, error, sizeof error);
    assert_true(letters->close(letters, 0));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 0);

    unlink(path);
    mode_t mask = umask(0);
    letters = dp_file_dead_letters_create(path, error, sizeof error);
    umask(mask);
    assert_true(letters->close(letters, 0));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    unlink(path);
}

static void test_errors(void **state)
{
    (void)state;
    char error[256] = "";
    assert_null(dp_file_dead_letters_create("/nonexistent/dead", error, sizeof error));
    assert_non_null(strstr(error, "/nonexistent/dead"));

    /* A full disk. */
    struct dp_dead_letters *letters = dp_file_dead_letters_create("/dev/full", error, sizeof error);
    struct dp_message message = {.topic = DP_STR("t"), .value = DP_STR("v")};
    assert_non_null(letters);
    assert_true(letters->put(letters, &message, DP_REJECT_LATE));
    assert_false(letters->settled(letters, letters->count));
    assert_false(letters->put(letters, &message, DP_REJECT_LATE));
    assert_false(letters->close(letters, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_other_bytes_as_base64),
        cmocka_unit_test(test_long_value_and_many_letters),
        cmocka_unit_test(test_made_anew_with_its_mode),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
