#include "ingest/file_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_LINES 64

struct seen {
    char *value[MAX_LINES];
    size_t length[MAX_LINES];
    int64_t offset[MAX_LINES];
    size_t count, most; /* taken; at the most, 0: all */
    uint64_t bytes, size;
};

static void take_line(struct seen *seen, const struct dp_message *message)
{
    assert_true(seen->count < MAX_LINES);
    assert_int_equal(message->slot, 7);
    assert_int_equal(message->partition, 0);
    assert_null(message->origin);
    assert_false(message->binary);
    seen->value[seen->count] = malloc(message->value.len + 1);
    memcpy(seen->value[seen->count], message->value.p, message->value.len);
    seen->value[seen->count][message->value.len] = '\0';
    seen->length[seen->count] = message->value.len;
    seen->offset[seen->count] = message->offset;
    seen->count++;
}

static size_t take(void *ctx, const struct dp_message *messages, size_t count)
{
    struct seen *seen = ctx;
    size_t bytes = 0, taken = 0;
    assert_in_range(count, 1, DP_BATCH_MESSAGES);
    for (size_t i = 0; i < count; i++)
        bytes += messages[i].value.len;
    assert_true(count == 1 || bytes <= DP_BATCH_BYTES);
    while (taken < count && (seen->most == 0 || seen->count < seen->most))
        take_line(seen, &messages[taken++]);
    return taken;
}

static void progress(void *ctx, uint64_t bytes, uint64_t size)
{
    struct seen *seen = ctx;
    assert_true(bytes > seen->bytes);
    seen->bytes = bytes;
    seen->size = size;
}

static void forget(struct seen *seen)
{
    for (size_t i = 0; i < seen->count; i++)
        free(seen->value[i]);
}

static const struct dp_file_source_events events = {take, progress};

static void make_path(char *path, size_t size)
{
    const char *directory = getenv("TMPDIR");
    snprintf(path, size, "%s/dp-file-source-XXXXXX", directory ? directory : "/tmp");
}

/* Writes the bytes to a new file and reads it back through the source. */
static enum dp_file_end run(struct seen *seen, const char *bytes, size_t length)
{
    char path[512], error[256] = "";
    make_path(path, sizeof path);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    for (size_t done = 0; done < length;) {
        ssize_t written = write(fd, bytes + done, length - done);
        assert_true(written > 0);
        done += (size_t)written;
    }
    close(fd);
    enum dp_file_end end = dp_file_source_run(path, 7, &events, seen, error, sizeof error);
    unlink(path);
    assert_string_equal(error, "");
    return end;
}

static void assert_line(const struct seen *seen, size_t i, int64_t offset, const char *value)
{
    assert_true(i < seen->count);
    assert_int_equal(seen->offset[i], offset);
    assert_string_equal(seen->value[i], value);
    assert_int_equal(seen->length[i], strlen(value));
}

static void test_lines_and_blanks(void **state)
{
    (void)state;
    static const char text[] = "one\n\n \t \ntwo\r\n\r\nthree";
    struct seen seen = {0};
    assert_int_equal(run(&seen, text, sizeof text - 1), DP_FILE_DONE);
    assert_int_equal(seen.count, 3);
    assert_line(&seen, 0, 1, "one");
    assert_line(&seen, 1, 4, "two");
    assert_line(&seen, 2, 6, "three");
    assert_int_equal(seen.bytes, sizeof text - 1);
    assert_int_equal(seen.size, sizeof text - 1);
    forget(&seen);
}

static void test_empty_file(void **state)
{
    (void)state;
    struct seen seen = {0};
    assert_int_equal(run(&seen, "", 0), DP_FILE_DONE);
    assert_int_equal(seen.count, 0);
}

static void test_stops_when_told(void **state)
{
    (void)state;
    struct seen seen = {.most = 2};
    assert_int_equal(run(&seen, "a\nb\nc\n", 6), DP_FILE_STOPPED);
    assert_int_equal(seen.count, 2);
    forget(&seen);
}

/* Lines of many lengths around the size of a read, each filled with a letter of its own. */
static void test_lines_cut_by_the_buffer(void **state)
{
    (void)state;
    static const size_t lengths[] = {1048575, 3,       1048576, 1048577, 5, 2097151,
                                     2097152, 2097153, 1,       3000000, 7, 20000000,
                                     9,       1048576, 1,       4194304, 2};
    const size_t count = sizeof lengths / sizeof *lengths;
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += lengths[i] + 1;
    char *text = malloc(total), *p = text;
    for (size_t i = 0; i < count; i++) {
        memset(p, 'a' + (int)i, lengths[i]);
        p += lengths[i];
        *p++ = '\n';
    }
    /* With and without a last newline. */
    for (size_t cut = 0; cut < 2; cut++) {
        struct seen seen = {0};
        assert_int_equal(run(&seen, text, total - cut), DP_FILE_DONE);
        assert_int_equal(seen.count, count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(seen.length[i], lengths[i]);
            assert_int_equal(seen.offset[i], i + 1);
            assert_int_equal(strspn(seen.value[i], (char[]){(char)('a' + (int)i), 0}), lengths[i]);
        }
        forget(&seen);
    }
    free(text);
}

static void test_long_line_ends_with_the_file(void **state)
{
    (void)state;
    size_t length = 5000000;
    char *text = malloc(length);
    memset(text, 'x', length);
    struct seen seen = {0};
    assert_int_equal(run(&seen, text, length), DP_FILE_DONE);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.length[0], length);
    forget(&seen);
    free(text);
}

static void test_pipe_as_standard_input(void **state)
{
    (void)state;
    int ends[2], saved = dup(STDIN_FILENO);
    char error[256] = "";
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "from\npipe", 9), 9);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    struct seen seen = {0};
    assert_int_equal(dp_file_source_run("-", 7, &events, &seen, error, sizeof error), DP_FILE_DONE);
    dup2(saved, STDIN_FILENO);
    close(saved);
    assert_int_equal(seen.count, 2);
    assert_line(&seen, 1, 2, "pipe");
    assert_int_equal(seen.size, 0);
    forget(&seen);
}

static void assert_fails(const char *path, const char *says)
{
    char error[256] = "";
    struct seen seen = {0};
    assert_int_equal(dp_file_source_run(path, 7, &events, &seen, error, sizeof error),
                     DP_FILE_FAILED);
    assert_non_null(strstr(error, path));
    assert_non_null(strstr(error, says));
}

static void test_errors_say_what_is_wrong(void **state)
{
    (void)state;
    char path[512];
    assert_fails("/nonexistent/events.ndjson", "No such file or directory");
    assert_fails("/", "is a directory");
    if (geteuid() == 0)
        return; /* root may read everything */
    make_path(path, sizeof path);
    close(mkstemp(path));
    chmod(path, 0);
    assert_fails(path, "Permission denied");
    unlink(path);
}

static void test_no_room_for_a_long_line(void **state)
{
    (void)state;
    char path[512], error[256] = "", *line = malloc(3000000);
    make_path(path, sizeof path);
    int fd = mkstemp(path);
    memset(line, 'x', 3000000);
    assert_int_equal(write(fd, line, 3000000), 3000000);
    close(fd);
    free(line);
    struct seen seen = {0};
    char *saved = getenv("TMPDIR") ? strdup(getenv("TMPDIR")) : NULL;
    setenv("TMPDIR", "/nonexistent", 1);
    assert_int_equal(dp_file_source_run(path, 7, &events, &seen, error, sizeof error),
                     DP_FILE_FAILED);
    assert_non_null(strstr(error, "TMPDIR"));
    assert_int_equal(seen.count, 0);
    if (saved)
        setenv("TMPDIR", saved, 1);
    else
        unsetenv("TMPDIR");
    free(saved);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_and_blanks),
        cmocka_unit_test(test_empty_file),
        cmocka_unit_test(test_stops_when_told),
        cmocka_unit_test(test_lines_cut_by_the_buffer),
        cmocka_unit_test(test_long_line_ends_with_the_file),
        cmocka_unit_test(test_pipe_as_standard_input),
        cmocka_unit_test(test_errors_say_what_is_wrong),
        cmocka_unit_test(test_no_room_for_a_long_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
