#include "ingest/cloudevents.h"

#include <stdlib.h>
#include <yyjson.h>

#include "common/memory.h"
#include "common/timestamp.h"
#include "common/utf8.h"
#include "ingest/directory.h"
#include "ingest/fields.h"
#include "ingest/identifier.h"

/* Longest `source` and `id`, in bytes. */
#define DP_NAME_MAX 256

enum dp_ce_attribute {
    DP_CE_SPECVERSION,
    DP_CE_ID,
    DP_CE_SOURCE,
    DP_CE_TYPE,
    DP_CE_TIME,
    DP_CE_DATA,
    DP_CE_ATTRIBUTES
};

static const char *const attribute_names[DP_CE_ATTRIBUTES] = {"specversion", "id",   "source",
                                                              "type",        "time", "data"};

_Static_assert(DP_AGENT_STATES <= DP_WORDS_MAX && DP_MEASURES <= DP_WORDS_MAX &&
                   DP_CHANNELS <= DP_WORDS_MAX,
               "the longest list of words");

struct dp_cloudevents {
    struct dp_directory attributes, types, fields;
    struct dp_str words[DP_DATA_FIELDS][DP_WORDS_MAX];
    void *pool; /* the parsed message lives here */
    size_t pool_size;
};

static inline struct dp_str string_of(yyjson_val *val)
{
    return (struct dp_str){unsafe_yyjson_get_str(val), unsafe_yyjson_get_len(val)};
}

/* Absent (p is NULL) unless it is a string. */
static inline struct dp_str string_or_absent(yyjson_val *val)
{
    return yyjson_is_str(val) ? string_of(val) : (struct dp_str){NULL, 0};
}

/* Reads the structured mode's object; gives back its `data`, which may be NULL. */
static yyjson_val *read_envelope(const struct dp_cloudevents *self, yyjson_val *object,
                                 struct dp_ce_headers *envelope)
{
    yyjson_val *found[DP_CE_ATTRIBUTES] = {NULL};
    size_t index, count;
    yyjson_val *key, *val;
    yyjson_obj_foreach(object, index, count, key, val)
    {
        int attribute = dp_directory_find(&self->attributes, string_of(key));
        if (attribute >= 0)
            found[attribute] = val;
    }
    envelope->specversion = string_or_absent(found[DP_CE_SPECVERSION]);
    envelope->id = string_or_absent(found[DP_CE_ID]);
    envelope->source = string_or_absent(found[DP_CE_SOURCE]);
    envelope->type = string_or_absent(found[DP_CE_TYPE]);
    envelope->time = string_or_absent(found[DP_CE_TIME]);
    return found[DP_CE_DATA];
}

static bool envelope_valid(const struct dp_ce_headers *envelope, struct dp_event *event)
{
    event->id = envelope->id;
    event->source = envelope->source;
    return dp_str_equal(envelope->specversion, DP_STR("1.0")) && envelope->id.len >= 1 &&
           envelope->id.len <= DP_NAME_MAX && envelope->source.len >= 1 &&
           envelope->source.len <= DP_NAME_MAX && envelope->type.len >= 1 &&
           dp_timestamp_parse(envelope->time, &event->time_ms);
}

/* JSON text is UTF-8 by its grammar; headers may be anything. */
static bool headers_valid(const struct dp_ce_headers *headers)
{
    return dp_utf8_valid(headers->id) && dp_utf8_valid(headers->source) &&
           dp_utf8_valid(headers->type);
}

static bool missing(enum dp_event_type type, unsigned present, yyjson_val *const *values)
{
    if (dp_field_rules[type].required & ~present)
        return true;
    return type == DP_CONTACT_MESSAGE && !(present & DP_F_AGENT) &&
           yyjson_equals_str(values[DP_FIELD_AT(DP_F_FROM)], dp_author_names[DP_FROM_AGENT]);
}

static bool take_word(const struct dp_cloudevents *self, int field, struct dp_str text,
                      unsigned *to)
{
    for (unsigned i = 0; i < dp_data_fields[field].word_count; i++)
        if (dp_str_equal(self->words[field][i], text)) {
            *to = i;
            return text.len > 0; /* the channel that is none has no name */
        }
    return false;
}

/* Checks one value by itself and puts it where it belongs. */
static bool take(const struct dp_cloudevents *self, int field, yyjson_val *val,
                 struct dp_decoded *decoded)
{
    char *to = (char *)decoded + dp_data_fields[field].offset;
    switch (dp_data_fields[field].kind) {
    case DP_KIND_IDENTIFIER:
        if (!yyjson_is_str(val) || !dp_identifier_valid(string_of(val)))
            return false;
        *(struct dp_str *)to = string_of(val);
        return true;
    case DP_KIND_TEXT:
        if (!yyjson_is_str(val))
            return false;
        *(struct dp_str *)to = string_of(val);
        return true;
    case DP_KIND_WORD:
        return yyjson_is_str(val) && take_word(self, field, string_of(val), (unsigned *)to);
    case DP_KIND_BOOLEAN:
        *(bool *)to = yyjson_get_bool(val);
        return yyjson_is_bool(val);
    case DP_KIND_NUMBER:
        *(double *)to = yyjson_get_num(val);
        return yyjson_is_num(val);
    }
    return false;
}

static enum dp_reject decode_data(const struct dp_cloudevents *self, yyjson_val *object,
                                  struct dp_decoded *decoded)
{
    struct dp_event *event = &decoded->event;
    unsigned known = dp_field_rules[event->type].required | dp_field_rules[event->type].optional,
             present = 0;
    yyjson_val *values[DP_DATA_FIELDS]; /* of those present */
    size_t index, count;
    yyjson_val *key, *val;
    yyjson_obj_foreach(object, index, count, key, val)
    {
        int field = dp_directory_find(&self->fields, string_of(key));
        if (field < 0 || !(known & 1u << field))
            continue;
        values[field] = val; /* the last of several counts */
        present = yyjson_is_null(val) ? present & ~(1u << field) : present | 1u << field;
    }
    if (missing(event->type, present, values))
        return DP_REJECT_MISSING_FIELD;

    event->priority = DP_PRIORITY_NORMAL;
    event->scale = 100; /* of the scores that are not a feedback's */
    for (unsigned left = present; left; left &= left - 1)
        if (!take(self, __builtin_ctz(left), values[__builtin_ctz(left)], decoded))
            return DP_REJECT_BAD_VALUE;
    if (!(event->scale > 0 && event->score >= 0 && event->score <= event->scale))
        return DP_REJECT_BAD_VALUE;
    return DP_REJECT_NONE;
}

/* Parses into the pool, which holds this message until the next. NULL: no JSON. */
static yyjson_doc *parse(struct dp_cloudevents *self, struct dp_str json)
{
    size_t need = yyjson_read_max_memory_usage(json.len, YYJSON_READ_NOFLAG);
    if (need > self->pool_size) {
        size_t most = yyjson_read_max_memory_usage(DP_MESSAGE_MAX, YYJSON_READ_NOFLAG);
        self->pool_size = need * 2 < most ? need * 2 : most;
        free(self->pool);
        self->pool = dp_xmalloc(self->pool_size);
    }
    yyjson_alc pool;
    yyjson_alc_pool_init(&pool, self->pool, self->pool_size);
    /* The text is not written to without YYJSON_READ_INSITU. */
    return yyjson_read_opts((char *)(uintptr_t)json.p, json.len, YYJSON_READ_NOFLAG, &pool, NULL);
}

static enum dp_reject decode(void *opaque, const struct dp_message *message, dp_event_fn *emit,
                             void *ctx)
{
    struct dp_cloudevents *self = opaque;
    if (message->value.len > DP_MESSAGE_MAX)
        return DP_REJECT_TOO_LARGE;
    yyjson_doc *doc = parse(self, message->value);
    if (!doc)
        return DP_REJECT_BAD_JSON;

    yyjson_val *data = yyjson_doc_get_root(doc);
    struct dp_ce_headers envelope = message->ce;
    if (message->binary) {
        if (!headers_valid(&envelope))
            return DP_REJECT_BAD_ENVELOPE;
    } else {
        if (!yyjson_is_obj(data))
            return DP_REJECT_BAD_ENVELOPE;
        data = read_envelope(self, data, &envelope);
    }
    struct dp_decoded decoded = {0};
    if (!yyjson_is_obj(data) || !envelope_valid(&envelope, &decoded.event))
        return DP_REJECT_BAD_ENVELOPE;
    int type = dp_directory_find(&self->types, envelope.type);
    if (type < 0)
        return DP_REJECT_UNKNOWN_TYPE;
    decoded.event.type = (enum dp_event_type)type;
    enum dp_reject reject = decode_data(self, data, &decoded);
    if (reject == DP_REJECT_NONE)
        emit(ctx, &decoded.event);
    return reject;
}

static void *create(void)
{
    struct dp_cloudevents *self = dp_xcalloc(1, sizeof *self);
    for (int i = 0; i < DP_CE_ATTRIBUTES; i++)
        dp_directory_add(&self->attributes, attribute_names[i], i);
    for (int i = 0; i < DP_EVENT_TYPES; i++)
        dp_directory_add(&self->types, dp_event_type_names[i], i);
    for (int i = 0; i < DP_DATA_FIELDS; i++) {
        dp_directory_add(&self->fields, dp_data_fields[i].name, i);
        for (unsigned word = 0; word < dp_data_fields[i].word_count; word++)
            self->words[i][word] = dp_str_from(dp_data_fields[i].words[word]);
    }
    return self;
}

static void destroy(void *opaque)
{
    struct dp_cloudevents *self = opaque;
    if (!self)
        return;
    free(self->pool);
    free(self);
}

const struct dp_adapter dp_cloudevents = {"cloudevents", create, destroy, decode};
