/* Shared by the tests of what the adapter "cloudevents" makes of a message. */
#ifndef DP_CLOUDEVENTS_FIXTURE_H
#define DP_CLOUDEVENTS_FIXTURE_H

#include "ingest/cloudevents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TEXT_MAX 2048
#define TIME     "2026-11-22T10:00:00.123Z"
#define TIME_MS  1795341600123

static void *adapter;
static struct dp_decoded decoded;
static struct dp_event last;

/* Decodes; the message must come out as it went in, with one event if it is good and none if not.
 */
static inline enum dp_reject decode_message(const struct dp_message *message)
{
    char *before = malloc(message->value.len + 1);
    memcpy(before, message->value.p, message->value.len);
    dp_cloudevents.decode(adapter, message, 1, &decoded);
    enum dp_reject reject = decoded.messages[0].reject;
    assert_int_equal(decoded.event_count, reject == DP_REJECT_NONE);
    assert_int_equal(decoded.messages[0].end, decoded.event_count);
    if (decoded.event_count)
        last = decoded.events[0];
    assert_memory_equal(before, message->value.p, message->value.len);
    free(before);
    return reject;
}

/* The bytes are copied, so that a sanitizer sees a read beyond them; the event may point into them
 * until the next call. */
static inline enum dp_reject decode_bytes(const char *json, size_t len)
{
    static char *copy;
    free(copy);
    copy = malloc(len ? len : 1);
    memcpy(copy, json, len);
    struct dp_message message = {.value = {copy, len}};
    return decode_message(&message);
}

static inline enum dp_reject decode(const char *json)
{
    return decode_bytes(json, strlen(json));
}

static inline enum dp_reject decode_data(const char *type, const char *data)
{
    char json[TEXT_MAX + 200];
    snprintf(json, sizeof json,
             "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"/acd\",\"type\":\"%s\","
             "\"time\":\"" TIME "\",\"data\":%s}",
             type, data);
    return decode(json);
}

#define assert_reject(reject, expected, text)                                                      \
    do {                                                                                           \
        enum dp_reject r_ = (reject);                                                              \
        if (r_ != (expected))                                                                      \
            fail_msg("\"%s\" for %.300s", dp_reject_names[r_], text);                              \
    } while (0)

static inline void assert_text(struct dp_str actual, const char *expected)
{
    if (!dp_str_equal(actual, dp_str_from(expected)))
        fail_msg("\"%.*s\" is not \"%s\"", (int)actual.len, actual.p, expected);
}

static inline int set_up(void **state)
{
    (void)state;
    adapter = dp_cloudevents.create();
    return adapter == NULL;
}

static inline int tear_down(void **state)
{
    (void)state;
    dp_cloudevents.destroy(adapter);
    dp_decoded_deinit(&decoded);
    decoded = (struct dp_decoded){0};
    dp_cloudevents.destroy(NULL);
    return 0;
}

#endif
