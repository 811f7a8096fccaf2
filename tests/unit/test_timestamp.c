#include "common/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static int64_t parsed(const char *text)
{
    int64_t ms = INT64_MIN;
    if (!dp_timestamp_parse(dp_str_from(text), &ms))
        fail_msg("%s is refused", text);
    return ms;
}

static void test_parse(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-22T10:00:00Z", 1795341600000},
        {"2026-11-22T10:00:00.000Z", 1795341600000},
        {"2026-11-22t10:00:00z", 1795341600000},
        {"2026-11-22T18:00:00+08:00", 1795341600000},
        {"2026-11-22T05:30:00-04:30", 1795341600000},
        {"2026-11-22T10:00:00+00:00", 1795341600000},
        {"2026-11-22T10:00:00-00:00", 1795341600000},
        {"2026-11-23T09:59:00+23:59", 1795341600000},
        {"2026-11-22T10:00:00.5Z", 1795341600500},
        {"2026-11-22T10:00:00.05Z", 1795341600050},
        {"2026-11-22T10:00:00.1239999999999999999999999999+00:00", 1795341600123},
        {"1969-12-31T23:59:59.999Z", -1},
        {"1969-12-31T23:59:59.9999Z", -1},
        {"2016-12-31T23:59:60Z", 1483228800000},
        {"2016-12-31T23:59:60.250Z", 1483228800250},
        {"2026-03-01T12:34:60Z", 1772368500000},
        {"2024-02-29T00:00:00Z", 1709164800000},
        {"2000-02-29T00:00:00Z", 951782400000},
        {"0000-01-01T00:00:00Z", -62167219200000},
        {"0000-02-29T00:00:00Z", -62162121600000},
        {"9999-12-31T23:59:59.999Z", 253402300799999},
        {"0000-01-01T00:00:00+23:59", -62167305540000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(parsed(good[i].text), good[i].ms);
}

static void test_refuse(void **state)
{
    static const char *const bad[] = {
        "",
        "2026",
        "2026-11-22",
        "2026-11-22T10:00:00",
        "2026-11-22T10:00:00.",
        "2026-11-22T10:00:00.Z",
        "2026-11-22T10:00:00.123",
        "2026-11-22T10:00:00,5Z",
        "2026-11-22 10:00:00Z",
        "2026-11-22T10:00Z",
        "2026-11-22T10:00:00ZZ",
        "2026-11-22T10:00:00Z ",
        " 2026-11-22T10:00:00Z",
        "2026-11-22T10:00:00+08",
        "2026-11-22T10:00:00+0800",
        "2026-11-22T10:00:00+08:0",
        "2026-11-22T10:00:00+08:000",
        "2026-11-22T10:00:00+24:00",
        "2026-11-22T10:00:00+08:60",
        "2026-11-22T10:00:00 08:00",
        "2026-11-22T10:00:00+08-00",
        "2026-11-22T24:00:00Z",
        "2026-11-22T10:60:00Z",
        "2026-11-22T10:00:61Z",
        "2026-00-22T10:00:00Z",
        "2026-13-22T10:00:00Z",
        "2026-11-00T10:00:00Z",
        "2026-11-31T10:00:00Z",
        "2026-02-29T10:00:00Z",
        "2100-02-29T10:00:00Z",
        "1900-02-29T10:00:00Z",
        "2024-02-30T10:00:00Z",
        "2026-1-22T10:00:00.0Z",
        "+2026-11-22T10:00:00Z",
        "-026-11-22T10:00:00Z",
        "2026/11/22T10:00:00Z",
        "2026-11-22T10-00-00Z",
        "2o26-11-22T10:00:00Z",
        "2026-11-22T1 :00:00Z",
        "2026-11-22T10:00:00\xc3\x9a",
        "1795341600000",
        "1795341600000.00000000000",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms = 42;
        if (dp_timestamp_parse(dp_str_from(bad[i]), &ms))
            fail_msg("%s is taken", bad[i]);
        assert_int_equal(ms, 42);
    }
    int64_t ms;
    assert_false(dp_timestamp_parse((struct dp_str){NULL, 0}, &ms));
    assert_false(dp_timestamp_parse((struct dp_str){"2026-11-22T10:00:00\0Z", 21}, &ms));
    /* Every length short of the whole. */
    struct dp_str text = DP_STR("2026-11-22T10:00:00.123+08:00");
    for (text.len--; text.len > 0; text.len--)
        assert_false(dp_timestamp_parse(text, &ms));
}

static void test_format(void **state)
{
    char buf[32];
    (void)state;
    dp_timestamp_format(1795341600000, buf);
    assert_string_equal(buf, "2026-11-22T10:00:00.000Z");
    dp_timestamp_format(0, buf);
    assert_string_equal(buf, "1970-01-01T00:00:00.000Z");
    dp_timestamp_format(-1, buf);
    assert_string_equal(buf, "1969-12-31T23:59:59.999Z");
    dp_timestamp_format(-62167219200001, buf);
    assert_string_equal(buf, "-0001-12-31T23:59:59.999Z");
    dp_timestamp_format(253402300800000, buf);
    assert_string_equal(buf, "10000-01-01T00:00:00.000Z");
    dp_timestamp_format(INT64_MIN, buf);
    assert_string_equal(buf, "-292275055-05-16T16:47:04.192Z");
    dp_timestamp_format(INT64_MAX, buf);
    assert_string_equal(buf, "292278994-08-17T07:12:55.807Z");
}

/* Nearly every day from the year 0 to the year 9999, each at another time of day. */
static void test_round(void **state)
{
    char buf[32];
    int64_t last = 253402300799999;
    int64_t step = 86400000 + 12345678;
    (void)state;
    for (int64_t ms = -62167219200000; ms <= last; ms += step) {
        dp_timestamp_format(ms, buf);
        assert_int_equal(parsed(buf), ms);
    }
}

/* What was read before changes nothing: times that differ in little, good and bad, one after the
 * other in all pairs. */
static void test_next(void **state)
{
    static const char *const texts[] = {
        "2026-11-22T10:00:00Z",          "2026-11-22T10:00:59.999Z",
        "2026-11-22T10:00:60Z",          "2026-11-22T10:00:61Z",
        "2026-11-22T10:00:0xZ",          "2026-11-22T10:00:00.Z",
        "2026-11-22T10:00:00.25",        "2026-11-22T10:00:00",
        "2026-11-22T10:00-00Z",          "2026-11-22t10:00:07z",
        "2026-11-22T10:00:07+08:00",     "2026-11-22T10:00:07-08:00",
        "2026-11-22T10:00:07.5+08:00",   "2026-11-22T10:00:07.123456789Z",
        "2026-11-22T10:01:07.123Z",      "2026-11-22T11:00:07.123Z",
        "2026-11-22T10:00:07.123+08:0",  "2026-11-22T10:00:07.123ZZ",
        "2026-11-22T10:00:07.123Zulu00", "2026-11-31T10:00:07.123Z",
    };
    const size_t count = sizeof texts / sizeof *texts;
    (void)state;
    for (size_t i = 0; i < count * count; i++) {
        struct dp_timestamp_memo memo = {.zone_len = 0};
        const char *pair[] = {texts[i / count], texts[i % count]};
        for (size_t j = 0; j < 2; j++) {
            int64_t ms = 42, expected = 42;
            bool good = dp_timestamp_parse(dp_str_from(pair[j]), &expected);
            if (dp_timestamp_parse_next(&memo, dp_str_from(pair[j]), &ms) != good || ms != expected)
                fail_msg("%s after %s", pair[j], j ? pair[0] : "nothing");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse), cmocka_unit_test(test_refuse), cmocka_unit_test(test_format),
        cmocka_unit_test(test_round), cmocka_unit_test(test_next),
    };
    return cmocka_run_group_tests_name("timestamp", tests, NULL, NULL);
}
