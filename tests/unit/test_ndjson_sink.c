#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "sink/ndjson_sink.h"

/* Hands out a list of entries. */
struct source {
    const struct dp_entry *entries;
    size_t count, at;
};

static bool next(void *ctx, struct dp_entry *entry)
{
    struct source *source = ctx;
    if (source->at == source->count)
        return false;
    *entry = source->entries[source->at++];
    return true;
}

static struct dp_entry hash(enum dp_scope_kind scope, const char *id, const char *window,
                            int64_t value)
{
    struct dp_entry entry = {
        .kind = DP_ENTRY_WINDOW, .scope = scope, .id = dp_str_from(id), .label = window};
    dp_entry_add(&entry, "as_of_ms", DP_FIELD_INTEGER, value);
    dp_entry_add(&entry, "service_level", DP_FIELD_MILLIONTHS, 800000);
    return entry;
}

static struct dp_entry known(const char *id, bool gone)
{
    return (struct dp_entry){
        .kind = DP_ENTRY_KNOWN, .scope = DP_SCOPE_AGENT, .id = dp_str_from(id), .gone = gone};
}

static void assert_output(const char *expected, const struct dp_entry *entries, size_t count)
{
    char *text = NULL, error[128] = "";
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct source source = {entries, count, 0};
    assert_true(dp_ndjson_sink_write(out, "dp", next, &source, error, sizeof error));
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void lines_are_sorted_by_key(void **state)
{
    (void)state;
    struct dp_entry entries[] = {
        known("b", false),
        hash(DP_SCOPE_QUEUE, "q\"1", "5m", 3),
        hash(DP_SCOPE_AGENT, "b", "5m", 2),
        hash(DP_SCOPE_AGENT, "b", "1m", 1),
        known("a", false),
        {.kind = DP_ENTRY_META},
    };
    dp_entry_add_text(&entries[5], "windows", DP_STR("1m 5m"));
    assert_output("{\"key\":\"dp:agents\",\"type\":\"set\",\"value\":[\"a\",\"b\"]}\n"
                  "{\"key\":\"dp:meta\",\"type\":\"hash\",\"value\":{\"windows\":\"1m 5m\"}}\n"
                  "{\"key\":\"dp:{agent:b}:w:1m\",\"type\":\"hash\",\"value\":"
                  "{\"as_of_ms\":\"1\",\"service_level\":\"0.800000\"}}\n"
                  "{\"key\":\"dp:{agent:b}:w:5m\",\"type\":\"hash\",\"value\":"
                  "{\"as_of_ms\":\"2\",\"service_level\":\"0.800000\"}}\n"
                  "{\"key\":\"dp:{queue:q\\\"1}:w:5m\",\"type\":\"hash\",\"value\":"
                  "{\"as_of_ms\":\"3\",\"service_level\":\"0.800000\"}}\n",
                  entries, 6);
}

static void the_last_of_a_key_counts(void **state)
{
    (void)state;
    struct dp_entry entries[] = {
        hash(DP_SCOPE_ALL, NULL, "1m", 1),
        hash(DP_SCOPE_ALL, NULL, "1m", 2),
        hash(DP_SCOPE_ALL, NULL, "5m", 3),
        hash(DP_SCOPE_ALL, NULL, "5m", 4),
        known("a", false),
        known("a", true),
        known("b", true),
        known("b", false),
    };
    entries[3].gone = true;
    assert_output("{\"key\":\"dp:agents\",\"type\":\"set\",\"value\":[\"b\"]}\n"
                  "{\"key\":\"dp:{all}:w:1m\",\"type\":\"hash\",\"value\":"
                  "{\"as_of_ms\":\"2\",\"service_level\":\"0.800000\"}}\n",
                  entries, 8);
}

static struct dp_entry ranked(const char *member, int64_t score)
{
    return (struct dp_entry){.kind = DP_ENTRY_RANKED,
                             .scope = DP_SCOPE_QUEUE,
                             .id = DP_STR("q"),
                             .set = "abandoned",
                             .member = dp_str_from(member),
                             .score = score,
                             .gone = score < 0};
}

static void sorted_sets_are_objects(void **state)
{
    (void)state;
    struct dp_entry entries[] = {
        ranked("c", 3),
        ranked("b\"", 2),
        ranked("a", 1),
        ranked("c", 4),
        ranked("d", 5),
        ranked("d", -1),
        hash(DP_SCOPE_QUEUE, "q", "1m", 1),
    };
    assert_output("{\"key\":\"dp:{queue:q}:abandoned\",\"type\":\"zset\",\"value\":"
                  "{\"a\":1,\"b\\\"\":2,\"c\":4}}\n"
                  "{\"key\":\"dp:{queue:q}:w:1m\",\"type\":\"hash\",\"value\":"
                  "{\"as_of_ms\":\"1\",\"service_level\":\"0.800000\"}}\n",
                  entries, 7);
    entries[0].score_unit = DP_FIELD_MILLIONTHS;
    assert_output("{\"key\":\"dp:{queue:q}:abandoned\",\"type\":\"zset\",\"value\":"
                  "{\"c\":0.000003}}\n",
                  entries, 1);
}

static void a_sorted_set_may_begin_anew(void **state)
{
    (void)state;
    struct dp_entry entries[] = {ranked("a", 1),   ranked("b", 2), ranked(NULL, -1),
                                 ranked(NULL, -1), ranked("b", 3), ranked("c", 4)};
    entries[3].id = DP_STR("other");
    assert_output("{\"key\":\"dp:{queue:q}:abandoned\",\"type\":\"zset\",\"value\":"
                  "{\"b\":3,\"c\":4}}\n",
                  entries, 6);
    assert_output("", entries, 4);
}

static void nothing_prints_nothing(void **state)
{
    (void)state;
    assert_output("", NULL, 0);
    struct dp_entry entry = known("a", true);
    assert_output("", &entry, 1);
}

static void order_is_of_unsigned_bytes(void **state)
{
    (void)state;
    struct dp_entry entries[] = {known("\xc3\xa9", false), known("z", false), known("zz", false),
                                 known("Z", false)};
    assert_output(
        "{\"key\":\"dp:agents\",\"type\":\"set\",\"value\":[\"Z\",\"z\",\"zz\",\"\xc3\xa9\"]}\n",
        entries, 4);
}

static void assert_fails(FILE *out, const char *expected)
{
    char error[128] = "";
    struct dp_entry entry = known("a", false);
    struct source source = {&entry, 1, 0};
    assert_non_null(out);
    assert_false(dp_ndjson_sink_write(out, "dp", next, &source, error, sizeof error));
    assert_string_equal(error, expected);
    fclose(out);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    assert_fails(fopen("/dev/full", "w"), "the output cannot be written: No space left on device");
}

static void a_reader_that_left_is_told(void **state)
{
    (void)state;
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_fails(fdopen(ends[1], "w"), "the output cannot be written: Broken pipe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_sorted_by_key), cmocka_unit_test(the_last_of_a_key_counts),
        cmocka_unit_test(sorted_sets_are_objects), cmocka_unit_test(a_sorted_set_may_begin_anew),
        cmocka_unit_test(nothing_prints_nothing),  cmocka_unit_test(order_is_of_unsigned_bytes),
        cmocka_unit_test(a_full_disk_is_told),     cmocka_unit_test(a_reader_that_left_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
