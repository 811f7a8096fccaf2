/* What RESTORE makes of an image is what HSET makes of the same fields, to the byte, whatever the
 * fields are. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/memory.h"
#include "redis_server.h"
#include "sink/hash_image.h"

#define FIELDS 128 /* so many does a server keep together at the most, as it comes */

/* A hash in both ways: as an image, and as the arguments of HSET. */
struct both {
    struct dp_hash_image image;
    const char *arguments[2 + 2 * FIELDS];
    size_t lengths[2 + 2 * FIELDS];
    int count;
};

static void argue(struct both *both, const char *text, size_t len)
{
    char *copy = dp_xmalloc(len + 1);
    memcpy(copy, text, len);
    both->arguments[both->count] = copy;
    both->lengths[both->count++] = len;
}

static void begin(struct both *both)
{
    *both = (struct both){0};
    argue(both, "HSET", 4);
    argue(both, "set", 3);
    dp_hash_image_begin(&both->image);
}

static void name_next(struct both *both)
{
    char name[16];
    int len = snprintf(name, sizeof name, "f%d", both->count / 2);
    argue(both, name, (size_t)len);
    dp_hash_image_add(&both->image, (struct dp_str){name, (size_t)len});
}

static void add_integer(struct both *both, int64_t value)
{
    char text[32];
    name_next(both);
    argue(both, text, (size_t)snprintf(text, sizeof text, "%" PRId64, value));
    dp_hash_image_add_integer(&both->image, value);
}

static void add_text(struct both *both, size_t len)
{
    char *text = dp_xmalloc(len + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)(i % 253);
    name_next(both);
    argue(both, text, len);
    dp_hash_image_add(&both->image, (struct dp_str){text, len});
    free(text);
}

/* What the server says of one key must be what it says of the other. */
static void assert_same(redisContext *context, const char *command, const char *field)
{
    const char *format = field ? "%s %s %s" : "%s %s";
    redisReply *set = redisCommand(context, format, command, "set", field);
    redisReply *restored = redisCommand(context, format, command, "restored", field);
    assert_int_equal(set->type, restored->type);
    assert_int_equal(set->integer, restored->integer);
    if (set->type == REDIS_REPLY_STRING) {
        assert_int_equal(set->len, restored->len);
        assert_memory_equal(set->str, restored->str, set->len);
    }
    freeReplyObject(set);
    freeReplyObject(restored);
}

static void end(struct both *both, bool to_the_byte)
{
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    struct dp_str image = dp_hash_image_end(&both->image);
    freeReplyObject(redisCommand(context, "DEL set"));
    freeReplyObject(redisCommandArgv(context, both->count, both->arguments, both->lengths));
    redisReply *reply = redisCommand(context, "RESTORE restored 0 %b REPLACE", image.p, image.len);
    assert_string_equal(reply->str, "OK");
    freeReplyObject(reply);
    assert_same(context, "HLEN", NULL);
    for (int i = 1; i < both->count / 2; i++) {
        char field[16];
        snprintf(field, sizeof field, "f%d", i);
        assert_same(context, "HGET", field);
    }
    if (to_the_byte)
        assert_same(context, "DUMP", NULL);
    redisFree(context);
    for (int i = 0; i < both->count; i++)
        free((char *)both->arguments[i]);
    dp_hash_image_deinit(&both->image);
}

static void integers_at_the_edges(void **state)
{
    (void)state;
    static const int bits[] = {0, 6, 7, 12, 13, 15, 16, 23, 24, 31, 32, 62};
    struct both both;
    begin(&both);
    add_integer(&both, INT64_MAX);
    add_integer(&both, INT64_MIN);
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        for (int64_t by = -1; by <= 1; by++) {
            add_integer(&both, (INT64_C(1) << bits[i]) + by);
            add_integer(&both, -(INT64_C(1) << bits[i]) + by);
        }
    end(&both, true);
}

static void short_texts_of_every_length(void **state)
{
    (void)state;
    struct both both;
    begin(&both);
    for (size_t len = 0; len <= 64; len++) /* the longest that a server keeps so when it is HSET */
        add_text(&both, len);
    end(&both, true);
}

static void long_texts(void **state)
{
    (void)state;
    static const size_t lengths[] = {65,    120,   127,   128,     4095,    4096,
                                     16377, 16378, 16383, 2097145, 2097146, 2097151};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct both both;
        begin(&both);
        add_text(&both, lengths[i]);
        add_integer(&both, 7); /* found from behind by the length before it */
        end(&both, false);
    }
}

static void hashes_at_random(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < 300; round++) {
        struct both both;
        begin(&both);
        int fields = 1 + rand_r(&seed) % FIELDS;
        for (int i = 0; i < fields; i++) {
            int64_t wide = (int64_t)((uint64_t)rand_r(&seed) << 32 ^ (uint64_t)rand_r(&seed));
            if (rand_r(&seed) % 3)
                add_integer(&both, wide >> rand_r(&seed) % 48 >> rand_r(&seed) % 16);
            else
                add_text(&both, (size_t)(rand_r(&seed) % 65));
        }
        end(&both, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(integers_at_the_edges, dp_test_server_empty),
        cmocka_unit_test_setup(short_texts_of_every_length, dp_test_server_empty),
        cmocka_unit_test_setup(long_texts, dp_test_server_empty),
        cmocka_unit_test_setup(hashes_at_random, dp_test_server_empty),
    };
    return cmocka_run_group_tests(tests, dp_test_server_start, dp_test_server_stop);
}
