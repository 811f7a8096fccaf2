#include "ingest/cloudevents.h"

#include <math.h>
#include <stdlib.h>

#include "common/memory.h"
#include "common/timestamp.h"
#include "common/utf8.h"
#include "ingest/fields.h"
#include "ingest/flat_json.h"
#include "ingest/identifier.h"
#include "ingest/json_tree.h"

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

_Static_assert(DP_DATA_FIELDS <= DP_JSON_MEMBERS, "a place for each field");

struct dp_cloudevents {
    struct dp_directory attributes, types, fields;
    uint8_t attribute_guesses[DP_JSON_GUESSES], field_guesses[DP_EVENT_TYPES][DP_JSON_GUESSES];
    struct dp_timestamp_memo minute;
    struct dp_str words[DP_DATA_FIELDS][DP_WORDS_MAX];
    struct dp_json_trees trees; /* of the messages of a batch that needed one */

    /* Of the message that is being read. */
    struct dp_json_members envelope, data;
    struct dp_str type_name; /* the event type that was last looked up; absent: none */
    int type;
};

/* The number of an event type, or -1. */
static int type_of(struct dp_cloudevents *self, struct dp_str name)
{
    if (self->type_name.p != name.p || self->type_name.len != name.len) {
        self->type_name = name;
        self->type = dp_directory_number(&self->types, name);
    }
    return self->type;
}

/* Absent (p is NULL) unless it is a string. */
static inline struct dp_str string_or_absent(const struct dp_json_members *members, int number)
{
    const struct dp_json_value *value = dp_json_member(members, number);
    return value && value->kind == DP_JSON_STRING ? value->text : (struct dp_str){NULL, 0};
}

/* `data`'s members come in an order that is the type's. */
static uint8_t *guesses_of_data(struct dp_cloudevents *self, struct dp_str type_name)
{
    int type = type_of(self, type_name);
    return self->field_guesses[type < 0 ? 0 : type];
}

/* The usual way. False: the message is for the tree. */
static bool read_flat(struct dp_cloudevents *self, const struct dp_message *message)
{
    struct dp_flat_json json;
    struct dp_flat_object envelope = {
        .names = &self->attributes, .guesses = self->attribute_guesses, .members = &self->envelope};
    int nested = DP_CE_DATA;
    if (!dp_flat_json_begin(&json, message->value))
        return false;
    for (;;) {
        enum dp_flat_outcome outcome =
            message->binary ? DP_FLAT_NESTED : dp_flat_json_members(&json, &envelope, &nested);
        if (outcome == DP_FLAT_DONE)
            return dp_flat_json_end(&json);
        if (outcome == DP_FLAT_ODD || nested != DP_CE_DATA)
            return false;
        struct dp_str type =
            message->binary ? message->ce.type : string_or_absent(&self->envelope, DP_CE_TYPE);
        struct dp_flat_object data = {
            .names = &self->fields, .guesses = guesses_of_data(self, type), .members = &self->data};
        self->data.found = 0;
        if (dp_flat_json_members(&json, &data, &nested) != DP_FLAT_DONE)
            return false;
        if (message->binary)
            return dp_flat_json_end(&json);
    }
}

static enum dp_reject read_tree(struct dp_cloudevents *self, const struct dp_message *message)
{
    yyjson_val *root = dp_json_trees_read(&self->trees, message->value), *data = root;
    struct dp_str type = message->ce.type;
    self->envelope.found = self->data.found = 0;
    if (!root)
        return DP_REJECT_BAD_JSON;
    if (!message->binary && yyjson_is_obj(root)) {
        dp_json_tree_members(root, &self->attributes, self->attribute_guesses, &self->envelope);
        const struct dp_json_value *value = dp_json_member(&self->envelope, DP_CE_DATA);
        data = value && value->kind == DP_JSON_OBJECT ? value->object : NULL;
        type = string_or_absent(&self->envelope, DP_CE_TYPE);
    }
    if (!yyjson_is_obj(data))
        return DP_REJECT_BAD_ENVELOPE;
    dp_json_tree_members(data, &self->fields, guesses_of_data(self, type), &self->data);
    return DP_REJECT_NONE;
}

/* Puts the members of envelope and data where they are looked for. */
static enum dp_reject read_message(struct dp_cloudevents *self, const struct dp_message *message)
{
    self->envelope.found = self->data.found = 0;
    self->type_name = (struct dp_str){0};
    self->type = -1;
    if (!read_flat(self, message))
        return read_tree(self, message);
    const struct dp_json_value *data = dp_json_member(&self->envelope, DP_CE_DATA);
    return message->binary || (data && data->kind == DP_JSON_OBJECT) ? DP_REJECT_NONE
                                                                     : DP_REJECT_BAD_ENVELOPE;
}

static bool envelope_valid(struct dp_cloudevents *self, const struct dp_ce_headers *envelope,
                           struct dp_event *event)
{
    event->id = envelope->id;
    event->source = envelope->source;
    return dp_str_equal(envelope->specversion, DP_STR("1.0")) && envelope->id.len >= 1 &&
           envelope->id.len <= DP_NAME_MAX && envelope->source.len >= 1 &&
           envelope->source.len <= DP_NAME_MAX && envelope->type.len >= 1 &&
           dp_timestamp_parse_next(&self->minute, envelope->time, &event->time_ms);
}

/* JSON text is UTF-8 by its grammar; headers may be anything. */
static bool headers_valid(const struct dp_ce_headers *headers)
{
    return dp_utf8_valid(headers->id) && dp_utf8_valid(headers->source) &&
           dp_utf8_valid(headers->type);
}

static bool missing(enum dp_event_type type, unsigned present, const struct dp_json_members *data)
{
    if (dp_field_rules[type].required & ~present)
        return true;
    return type == DP_CONTACT_MESSAGE && !(present & DP_F_AGENT) &&
           dp_str_equal(string_or_absent(data, DP_FIELD_AT(DP_F_FROM)),
                        dp_str_from(dp_author_names[DP_FROM_AGENT]));
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
static inline bool take(const struct dp_cloudevents *self, int field,
                        const struct dp_json_value *value, struct dp_event *event)
{
    struct dp_str nowhere;
    enum dp_field_kind kind = dp_data_fields[field].kind;
    size_t offset = dp_data_fields[field].offset;
    void *to = offset == DP_CHECKED_ONLY ? &nowhere : (void *)((char *)event + offset);
    if (kind == DP_KIND_IDENTIFIER || kind == DP_KIND_TEXT) { /* nearly all */
        if (value->kind != DP_JSON_STRING)
            return false;
        *(struct dp_str *)to = value->text;
        return kind == DP_KIND_TEXT || dp_identifier_valid(value->text);
    }
    switch (kind) {
    case DP_KIND_WORD:
        return value->kind == DP_JSON_STRING && take_word(self, field, value->text, to);
    case DP_KIND_BOOLEAN:
        *(bool *)to = value->kind == DP_JSON_BOOLEAN && value->truth;
        return value->kind == DP_JSON_BOOLEAN;
    case DP_KIND_NUMBER:
        *(double *)to = value->kind == DP_JSON_NUMBER ? value->number : 0;
        return value->kind == DP_JSON_NUMBER && isfinite(value->number);
    default:
        return false;
    }
}

static enum dp_reject decode_data(const struct dp_cloudevents *self, struct dp_event *event)
{
    const struct dp_json_members *data = &self->data;
    unsigned known = dp_field_rules[event->type].required | dp_field_rules[event->type].optional,
             present = data->found & known;
    for (unsigned left = present; left; left &= left - 1)
        if (data->values[__builtin_ctz(left)].kind == DP_JSON_NULL)
            present &= ~(left & -left);
    if (missing(event->type, present, data))
        return DP_REJECT_MISSING_FIELD;

    event->priority = DP_PRIORITY_NORMAL;
    event->scale = 100; /* of the scores that are not a feedback's */
    for (unsigned left = present; left; left &= left - 1)
        if (!take(self, __builtin_ctz(left), &data->values[__builtin_ctz(left)], event))
            return DP_REJECT_BAD_VALUE;
    if (!(event->scale > 0 && event->score >= 0 && event->score <= event->scale))
        return DP_REJECT_BAD_VALUE;
    return DP_REJECT_NONE;
}

/* What is of no message in binary mode. */
static void take_envelope(const struct dp_cloudevents *self, struct dp_ce_headers *envelope)
{
    envelope->specversion = string_or_absent(&self->envelope, DP_CE_SPECVERSION);
    envelope->id = string_or_absent(&self->envelope, DP_CE_ID);
    envelope->source = string_or_absent(&self->envelope, DP_CE_SOURCE);
    envelope->type = string_or_absent(&self->envelope, DP_CE_TYPE);
    envelope->time = string_or_absent(&self->envelope, DP_CE_TIME);
}

static enum dp_reject decode_message(struct dp_cloudevents *self, const struct dp_message *message,
                                     struct dp_event *event)
{
    struct dp_ce_headers envelope = message->ce;
    if (message->value.len > DP_MESSAGE_MAX)
        return DP_REJECT_TOO_LARGE;
    enum dp_reject reject = read_message(self, message);
    if (reject != DP_REJECT_NONE)
        return reject;
    if (message->binary && !headers_valid(&envelope))
        return DP_REJECT_BAD_ENVELOPE;
    if (!message->binary)
        take_envelope(self, &envelope);
    if (!envelope_valid(self, &envelope, event))
        return DP_REJECT_BAD_ENVELOPE;
    int type = type_of(self, envelope.type);
    if (type < 0)
        return DP_REJECT_UNKNOWN_TYPE;
    event->type = (enum dp_event_type)type;
    return decode_data(self, event);
}

static void decode(void *opaque, const struct dp_message *messages, size_t count,
                   struct dp_decoded *decoded)
{
    struct dp_cloudevents *self = opaque;
    dp_json_trees_begin(&self->trees, messages, count);
    dp_decoded_begin(decoded, count);
    for (size_t i = 0; i < count; i++) {
        struct dp_event *event = dp_decoded_next(decoded);
        enum dp_reject reject = decode_message(self, &messages[i], event);
        if (reject == DP_REJECT_NONE)
            dp_decoded_add(decoded);
        else
            memset(event, 0, sizeof *event);
        decoded->messages[i].reject = reject;
        decoded->messages[i].end = decoded->event_count;
    }
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
    dp_json_trees_deinit(&self->trees);
    free(self);
}

const struct dp_adapter dp_cloudevents = {"cloudevents", create, destroy, decode};
