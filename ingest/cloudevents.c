#include "ingest/cloudevents.h"

#include <math.h>
#include <stdlib.h>
#include <yyjson.h>

#include "common/memory.h"
#include "common/timestamp.h"
#include "common/utf8.h"
#include "ingest/directory.h"
#include "ingest/fields.h"
#include "ingest/identifier.h"

/* JSON sets numbers no bound: one that is too large for a double is still JSON. */
#define READ_FLAGS YYJSON_READ_BIGNUM_AS_RAW

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

/* Senders write the members of an object in the same order each time: the place of each is guessed
 * from the message before. Of so many members; further ones share guesses. */
#define DP_GUESSES 16

struct dp_cloudevents {
    struct dp_directory attributes, types, fields;
    uint8_t attribute_guesses[DP_GUESSES], field_guesses[DP_EVENT_TYPES][DP_GUESSES];
    struct dp_timestamp_memo minute;
    struct dp_str words[DP_DATA_FIELDS][DP_WORDS_MAX];
    struct arena {
        char *bytes;
        size_t used, size;
    } arena; /* the parsed messages of a batch */
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

/* Puts the members of an object where the numbers of their names say; of several alike the last
 * counts. */
static inline void find_members(const struct dp_directory *directory, uint8_t *guesses,
                                yyjson_val *object, yyjson_val **found)
{
    size_t count = unsafe_yyjson_get_len(object);
    yyjson_val *key = unsafe_yyjson_get_first(object);
    for (size_t i = 0; i < count; i++) {
        int number = dp_directory_find(directory, string_of(key), &guesses[i % DP_GUESSES]);
        if (number >= 0)
            found[number] = key + 1;
        key = unsafe_yyjson_get_next(key + 1);
    }
}

/* Reads the structured mode's object; gives back its `data`, which may be NULL. */
static yyjson_val *read_envelope(struct dp_cloudevents *self, yyjson_val *object,
                                 struct dp_ce_headers *envelope)
{
    yyjson_val *found[DP_CE_ATTRIBUTES] = {NULL};
    find_members(&self->attributes, self->attribute_guesses, object, found);
    envelope->specversion = string_or_absent(found[DP_CE_SPECVERSION]);
    envelope->id = string_or_absent(found[DP_CE_ID]);
    envelope->source = string_or_absent(found[DP_CE_SOURCE]);
    envelope->type = string_or_absent(found[DP_CE_TYPE]);
    envelope->time = string_or_absent(found[DP_CE_TIME]);
    return found[DP_CE_DATA];
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

/* Numbers beyond 64 bits come as text; those beyond a double are out of range. */
static bool take_number(yyjson_val *val, double *to)
{
    *to = yyjson_is_raw(val) ? strtod(yyjson_get_raw(val), NULL) : yyjson_get_num(val);
    return (yyjson_is_num(val) || yyjson_is_raw(val)) && isfinite(*to);
}

/* Checks one value by itself and puts it where it belongs. */
static inline bool take(const struct dp_cloudevents *self, int field, yyjson_val *val,
                        struct dp_event *event)
{
    struct dp_str nowhere;
    enum dp_field_kind kind = dp_data_fields[field].kind;
    size_t offset = dp_data_fields[field].offset;
    void *to = offset == DP_CHECKED_ONLY ? &nowhere : (void *)((char *)event + offset);
    if (kind == DP_KIND_IDENTIFIER || kind == DP_KIND_TEXT) { /* nearly all */
        if (!yyjson_is_str(val))
            return false;
        *(struct dp_str *)to = string_of(val);
        return kind == DP_KIND_TEXT || dp_identifier_valid(string_of(val));
    }
    switch (kind) {
    case DP_KIND_WORD:
        return yyjson_is_str(val) && take_word(self, field, string_of(val), (unsigned *)to);
    case DP_KIND_BOOLEAN:
        *(bool *)to = yyjson_get_bool(val);
        return yyjson_is_bool(val);
    case DP_KIND_NUMBER:
        return take_number(val, to);
    default:
        return false;
    }
}

static enum dp_reject decode_data(struct dp_cloudevents *self, yyjson_val *object,
                                  struct dp_event *event)
{
    unsigned known = dp_field_rules[event->type].required | dp_field_rules[event->type].optional,
             present = 0;
    yyjson_val *values[DP_DATA_FIELDS] = {NULL};
    find_members(&self->fields, self->field_guesses[event->type], object, values);
    for (unsigned left = known; left; left &= left - 1)
        if (values[__builtin_ctz(left)] && !yyjson_is_null(values[__builtin_ctz(left)]))
            present |= left & -left;
    if (missing(event->type, present, values))
        return DP_REJECT_MISSING_FIELD;

    event->priority = DP_PRIORITY_NORMAL;
    event->scale = 100; /* of the scores that are not a feedback's */
    for (unsigned left = present; left; left &= left - 1)
        if (!take(self, __builtin_ctz(left), values[__builtin_ctz(left)], event))
            return DP_REJECT_BAD_VALUE;
    if (!(event->scale > 0 && event->score >= 0 && event->score <= event->scale))
        return DP_REJECT_BAD_VALUE;
    return DP_REJECT_NONE;
}

/* Memory for yyjson: given out from the front, given back by the next batch all at once. Only the
 * last piece grows or shrinks in its place, which is the one that yyjson lets grow. */
static size_t padded(size_t size)
{
    return (size + 15) / 16 * 16;
}

static void *arena_malloc(void *ctx, size_t size)
{
    struct arena *arena = ctx;
    if (padded(size) > arena->size - arena->used)
        return NULL;
    void *piece = arena->bytes + arena->used;
    arena->used += padded(size);
    return piece;
}

static void *arena_realloc(void *ctx, void *piece, size_t old_size, size_t size)
{
    struct arena *arena = ctx;
    size_t at = (size_t)((char *)piece - arena->bytes);
    if (at + padded(old_size) == arena->used) {
        arena->used = at;
        return arena_malloc(arena, size);
    }
    void *moved = arena_malloc(arena, size);
    return moved ? memcpy(moved, piece, old_size < size ? old_size : size) : NULL;
}

static void arena_free(void *ctx, void *piece)
{
    (void)ctx;
    (void)piece;
}

static bool parsable(const struct dp_message *message)
{
    return message->value.len <= DP_MESSAGE_MAX;
}

/* Gives up what was parsed before and makes room for a batch. */
static void make_room(struct arena *arena, const struct dp_message *messages, size_t count)
{
    size_t need = 16; /* so that 8 bytes can be read from anywhere in a text */
    for (size_t i = 0; i < count; i++)
        if (parsable(&messages[i]))
            need += padded(yyjson_read_max_memory_usage(messages[i].value.len, READ_FLAGS));
    arena->used = 0;
    if (need <= arena->size)
        return;
    free(arena->bytes);
    arena->bytes = dp_xmalloc(need);
    arena->size = need;
}

/* NULL: no JSON. What that took is given back at once: a text that is broken, such as thousands of
 * open brackets, may take more than any that is right, and those after it in the batch need theirs.
 */
static yyjson_val *parse(struct dp_cloudevents *self, struct dp_str json)
{
    yyjson_alc alc = {arena_malloc, arena_realloc, arena_free, &self->arena};
    size_t used = self->arena.used;
    /* The text is not written to without YYJSON_READ_INSITU. */
    yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)json.p, json.len, READ_FLAGS, &alc, NULL);
    if (!doc)
        self->arena.used = used;
    return yyjson_doc_get_root(doc);
}

static enum dp_reject decode_message(struct dp_cloudevents *self, const struct dp_message *message,
                                     struct dp_event *event)
{
    if (!parsable(message))
        return DP_REJECT_TOO_LARGE;
    yyjson_val *data = parse(self, message->value);
    if (!data)
        return DP_REJECT_BAD_JSON;

    struct dp_ce_headers envelope;
    if (message->binary) {
        envelope = message->ce;
        if (!headers_valid(&envelope))
            return DP_REJECT_BAD_ENVELOPE;
    } else {
        if (!yyjson_is_obj(data))
            return DP_REJECT_BAD_ENVELOPE;
        data = read_envelope(self, data, &envelope);
    }
    if (!yyjson_is_obj(data) || !envelope_valid(self, &envelope, event))
        return DP_REJECT_BAD_ENVELOPE;
    int type = dp_directory_number(&self->types, envelope.type);
    if (type < 0)
        return DP_REJECT_UNKNOWN_TYPE;
    event->type = (enum dp_event_type)type;
    return decode_data(self, data, event);
}

static void decode(void *opaque, const struct dp_message *messages, size_t count,
                   struct dp_decoded *decoded)
{
    struct dp_cloudevents *self = opaque;
    make_room(&self->arena, messages, count);
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
    free(self->arena.bytes);
    free(self);
}

const struct dp_adapter dp_cloudevents = {"cloudevents", create, destroy, decode};
