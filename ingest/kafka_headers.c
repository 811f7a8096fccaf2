#include "ingest/kafka_headers.h"

#include <string.h>
#include <strings.h>

#define STRUCTURED "application/cloudevents+json"

static struct dp_str *attribute(struct dp_ce_headers *ce, const char *name)
{
    if (strcmp(name, "specversion") == 0)
        return &ce->specversion;
    if (strcmp(name, "id") == 0)
        return &ce->id;
    if (strcmp(name, "source") == 0)
        return &ce->source;
    if (strcmp(name, "type") == 0)
        return &ce->type;
    if (strcmp(name, "time") == 0)
        return &ce->time;
    return NULL;
}

/* Nearly all messages begin with this attribute, and no `data` does: the headers, which librdkafka
 * makes a list of for each message, need not be read. */
#define ENVELOPE "{\"specversion\":"

static bool is_envelope(struct dp_str value)
{
    return value.len >= sizeof ENVELOPE && memcmp(value.p, ENVELOPE, sizeof ENVELOPE - 1) == 0;
}

void dp_kafka_headers_read(const rd_kafka_message_t *from, struct dp_message *message)
{
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t length;
    bool structured = false;

    message->binary = false;
    if (is_envelope(message->value) ||
        rd_kafka_message_headers(from, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    message->ce = (struct dp_ce_headers){0};
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR;
         i++) {
        if (strncmp(name, "ce_", 3) == 0) {
            struct dp_str *into = attribute(&message->ce, name + 3);
            if (into)
                *into = (struct dp_str){value, value ? length : 0};
        } else if (value && strcasecmp(name, "content-type") == 0) {
            structured = length >= sizeof STRUCTURED - 1 &&
                         strncasecmp(value, STRUCTURED, sizeof STRUCTURED - 1) == 0;
        }
    }
    message->binary = message->ce.specversion.p && !structured;
}
