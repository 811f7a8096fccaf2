/* Pseudonyms by themselves, and that no figure knows them from ids. */
#include "ingest/pseudonyms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/pipeline.h"
#include "board.h"
#include "ingest/cloudevents.h"
#include "ingest/identifier.h"
#include "seeds.h"
#include "simulate/centre.h"
#include "simulate/writer.h"

#define START_MS INT64_C(1767600000000)
#define HOUR_MS  INT64_C(3600000)

static struct dp_customer_key key_of(const void *bytes, size_t len)
{
    struct dp_customer_key key = {.len = len};
    memcpy(key.bytes, bytes, len);
    return key;
}

/* The pseudonym's 128 bits as hex digits; the rest of its last character, four bits, must be 0. */
static void to_hex(struct dp_str pseudonym, char hex[33])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits = 0, held = 0;
    size_t n = 0;
    assert_int_equal(pseudonym.len, DP_PSEUDONYM_LEN);
    for (size_t i = 0; i < pseudonym.len; i++) {
        const char *digit = memchr(digits, pseudonym.p[i], 64);
        assert_non_null(digit);
        bits = bits << 6 | (unsigned)(digit - digits);
        for (held += 6; held >= 4 && n < 32; held -= 4)
            hex[n++] = "0123456789abcdef"[bits >> (held - 4) & 15];
    }
    hex[n] = '\0';
    assert_int_equal(held, 4);
    assert_int_equal(bits & 15, 0);
}

/* RFC 4231, 4.2 to 4.8: the first 128 bits of HMAC-SHA-256. */
static void digests_are_those_of_the_standard(void **state)
{
    static const struct {
        struct {
            const char *text;
            int times;
        } key, data;
        const char *hex;
    } vectors[] = {
        {{"\x0b", 20}, {"Hi There", 1}, "b0344c61d8db38535ca8afceaf0bf12b"},
        {{"Jefe", 1}, {"what do ya want for nothing?", 1}, "5bdcc146bf60754e6a042426089575c7"},
        {{"\xaa", 20}, {"\xdd", 50}, "773ea91e36800e46854db8ebd09181a7"},
        {{"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16"
          "\x17\x18\x19",
          1},
         {"\xcd", 50},
         "82558a389a443c0ea4cc819899f2083a"},
        {{"\x0c", 20}, {"Test With Truncation", 1}, "a3b6167473100ee06e0c796c2955552b"},
        {{"\xaa", 131},
         {"Test Using Larger Than Block-Size Key - Hash Key First", 1},
         "60e431591ee0b67f0d8a26aacbf5b77f"},
        {{"\xaa", 131},
         {"This is a test using a larger than block-size key and a larger than block-size data. "
          "The key needs to be hashed before being used by the HMAC algorithm.",
          1},
         "9b09ffa71b942fcb27635fbcd5b0e944"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct dp_customer_key key = {0};
        char data[256] = "", hex[33];
        for (int n = 0; n < vectors[i].key.times; n++) {
            size_t len = strlen(vectors[i].key.text);
            memcpy(key.bytes + key.len, vectors[i].key.text, len);
            key.len += len;
        }
        for (int n = 0; n < vectors[i].data.times; n++)
            strcat(data, vectors[i].data.text);
        struct dp_pseudonyms *pseudonyms = dp_pseudonyms_create(&key);
        struct dp_event event = {.customer = dp_str_from(data)};
        struct dp_decoded decoded = {.events = &event, .event_count = 1};
        dp_pseudonyms_replace(pseudonyms, &decoded);
        to_hex(event.customer, hex);
        assert_string_equal(hex, vectors[i].hex);
        dp_pseudonyms_destroy(pseudonyms);
    }
}

static void each_customer_of_a_batch_has_its_own(void **state)
{
    enum { EVENTS = 100 };
    struct dp_customer_key key = key_of("0123456789abcdef0123456789abcdef", 32);
    struct dp_pseudonyms *pseudonyms = dp_pseudonyms_create(&key);
    char before[EVENTS][DP_PSEUDONYM_LEN], longest[DP_IDENTIFIER_MAX];
    (void)state;
    memset(longest, 'x', sizeof longest);
    for (int round = 0; round < 2; round++) {
        char ids[EVENTS][8];
        struct dp_event events[EVENTS] = {0};
        struct dp_decoded decoded = {.events = events};
        decoded.event_count = round ? EVENTS : 3; /* grows */
        for (int i = 0; i < EVENTS; i++) {
            snprintf(ids[i], sizeof ids[i], "c%d", i / 2);
            if (i % 5 != 4)
                events[i].customer = dp_str_from(ids[i]);
        }
        events[0].customer = (struct dp_str){longest, sizeof longest};
        dp_pseudonyms_replace(pseudonyms, &decoded);
        for (size_t i = 0; i < decoded.event_count; i++) {
            struct dp_str customer = events[i].customer;
            assert_int_equal(customer.len, i % 5 == 4 ? 0 : DP_PSEUDONYM_LEN);
            if (customer.len == 0)
                continue;
            assert_true(dp_identifier_valid(customer));
            if (round && i < 3)
                assert_memory_equal(customer.p, before[i], DP_PSEUDONYM_LEN);
            memcpy(before[i], customer.p, DP_PSEUDONYM_LEN);
            for (size_t j = 0; j < i; j++)
                if (j % 5 != 4)
                    assert_int_equal(dp_str_equal(events[j].customer, customer),
                                     i / 2 == j / 2 && j > 0);
        }
    }
    dp_pseudonyms_destroy(pseudonyms);
}

static void the_name_of_a_key_is_its_own(void **state)
{
    (void)state;
    struct dp_customer_key key = key_of("0123456789abcdef0123456789abcdef", 32);
    struct dp_customer_key other = key_of("0123456789abcdef0123456789abcdeF", 32);
    struct dp_pseudonyms *a = dp_pseudonyms_create(&key), *b = dp_pseudonyms_create(&key);
    struct dp_pseudonyms *c = dp_pseudonyms_create(&other);
    struct dp_event event = {.customer = DP_STR("c1")};
    struct dp_decoded decoded = {.events = &event, .event_count = 1};
    dp_pseudonyms_replace(a, &decoded);
    assert_string_equal(dp_pseudonyms_key_name(a), dp_pseudonyms_key_name(b));
    assert_string_not_equal(dp_pseudonyms_key_name(a), dp_pseudonyms_key_name(c));
    dp_pseudonyms_destroy(a);
    dp_pseudonyms_destroy(b);
    dp_pseudonyms_destroy(c);
    dp_pseudonyms_destroy(NULL);
}

/* ---------------------------------------------------------------- figures */

/* A day's first hours as messages; kept, since the pipelines take the same. */
struct stream {
    struct dp_sim_writer writer;
    char **lines;
    size_t count, capacity;
};

static void keep(void *context, const struct dp_sim_event *event)
{
    struct stream *stream = context;
    char json[DP_SIM_WRITE_MAX];
    size_t len = dp_sim_write(&stream->writer, event, json);
    if (stream->count == stream->capacity) {
        stream->capacity = 2 * stream->capacity + 1024;
        stream->lines = realloc(stream->lines, stream->capacity * sizeof *stream->lines);
    }
    stream->lines[stream->count++] = strndup(json, len);
}

static struct dp_aggregator_options options(void)
{
    return (struct dp_aggregator_options){
        .windows = {2, {HOUR_MS, 8 * HOUR_MS}},
        .window_labels = {"1h", "8h"},
        .allowed_lateness_ms = 60000,
        .dedup_horizon_ms = HOUR_MS,
        .short_abandon_ms = 5000,
        .fcr_window_ms = 24 * HOUR_MS,
        .contact_ttl_ms = 24 * HOUR_MS,
        .scope_ttl_ms = 24 * HOUR_MS,
        .max_contacts = 1000000,
        .max_waiting = 1000,
        .as_of_limit_ms = INT64_MAX,
        .period_kinds = (1u << DP_PERIOD_KINDS) - 1,
        .timezone = "UTC",
        .period_keep_ms = INT64_C(34560000000),
        .period_interval_ms = 10000,
        .targets = {.target_ms = {0, 20000, 60000, 86400000}},
    };
}

static void figures_of(const struct stream *stream, const struct dp_customer_key *key,
                       struct dp_board *board)
{
    struct dp_aggregator_options aggregator_options = options();
    struct dp_pipeline pipeline;
    dp_pipeline_init(&pipeline, &dp_cloudevents, &aggregator_options, key, NULL);
    uint32_t slot = dp_aggregator_add_partition(pipeline.aggregator);
    for (size_t next = 0; next < stream->count;) {
        struct dp_batch batch = {0};
        for (; next < stream->count && batch.count < DP_BATCH_MESSAGES; next++) {
            struct dp_message message = {.value = dp_str_from(stream->lines[next]), .slot = slot};
            dp_batch_add(&batch, &message);
        }
        assert_int_equal(dp_pipeline_take(&pipeline, batch.messages, batch.count), batch.count);
    }
    assert_int_equal(dp_aggregator_counters(pipeline.aggregator)->accepted, stream->count);
    dp_aggregator_advance(pipeline.aggregator, START_MS + 4 * HOUR_MS);
    dp_board_pull(board, pipeline.aggregator);
    dp_pipeline_deinit(&pipeline);
}

static void expect_same(const struct dp_board *a, const struct dp_board *b)
{
    const char *key = dp_board_difference(a, b);
    if (key)
        fail_msg("%s:\n%s\n%s", key, dp_board_text(a, key), dp_board_text(b, key));
}

static void a_stream_with_and_without_key(void)
{
    struct dp_rng rng = dp_seed_rng(0);
    struct stream stream = {0};
    struct dp_sim_centre centre;
    struct dp_sim_centre_options centre_options = {
        .agents = 30, .seed = dp_seed, .start_ms = START_MS, .load_permille = 1000};
    dp_sim_writer_init(&stream.writer, START_MS, dp_seed);
    dp_sim_centre_init(&centre, &centre_options, keep, &stream);
    while (dp_sim_centre_next(&centre) < START_MS + 4 * HOUR_MS)
        dp_sim_centre_step(&centre);
    dp_sim_centre_deinit(&centre);

    struct dp_customer_key key = {.len = 32 + dp_rng_below(&rng, 100)};
    for (size_t i = 0; i < key.len; i++)
        key.bytes[i] = (uint8_t)dp_rng_below(&rng, 256);
    struct dp_board by_id = {0}, by_pseudonym = {0}, by_nothing = {0};
    figures_of(&stream, NULL, &by_id);
    figures_of(&stream, &key, &by_pseudonym);
    assert_true(by_id.count > 100);
    expect_same(&by_id, &by_pseudonym);

    /* What it would be like if nobody could be known again. */
    for (size_t i = 0; i < stream.count; i++) {
        char *name = strstr(stream.lines[i], "\"customer_id\"");
        if (name)
            memcpy(name, "\"somebody_id\"", strlen("\"somebody_id\""));
    }
    figures_of(&stream, NULL, &by_nothing);
    int64_t fcr = dp_board_number(&by_pseudonym, "all:w:8h", "fcr_rate");
    assert_true(fcr > 0);
    assert_true(fcr < dp_board_number(&by_nothing, "all:w:8h", "fcr_rate"));

    dp_board_deinit(&by_id);
    dp_board_deinit(&by_pseudonym);
    dp_board_deinit(&by_nothing);
    for (size_t i = 0; i < stream.count; i++)
        free(stream.lines[i]);
    free(stream.lines);
}

static void all_figures_are_the_same(void **state)
{
    (void)state;
    dp_for_seeds(6, a_stream_with_and_without_key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_the_standard),
        cmocka_unit_test(each_customer_of_a_batch_has_its_own),
        cmocka_unit_test(the_name_of_a_key_is_its_own),
        cmocka_unit_test_setup_teardown(all_figures_are_the_same, dp_seed_before, dp_seed_after),
    };
    return cmocka_run_group_tests_name("pseudonyms", tests, NULL, NULL);
}
