#include "ingest/flat_json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "common/utf8.h"

/* Digits of a number that a double holds exactly; and powers of ten likewise, so that one division
 * of the two is the nearest double. */
#define DIGITS_MAX 15
static const double tens[DIGITS_MAX + 1] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                            1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

static void skip_blanks(struct dp_flat_json *json)
{
    while (json->p < json->end &&
           (*json->p == ' ' || *json->p == '\n' || *json->p == '\r' || *json->p == '\t'))
        json->p++;
}

/* Is that the next character, blanks apart? Then it is behind us. */
static inline bool take(struct dp_flat_json *json, char wanted)
{
    if (json->p < json->end && *json->p != wanted)
        skip_blanks(json);
    if (json->p == json->end || *json->p != wanted)
        return false;
    json->p++;
    return true;
}

/* Of STRIDE bytes at p, bit by bit: which may end a run of plain characters (a quote, a backslash,
 * a control character), and which are none of ASCII. */
#ifdef __SSE2__
#define STRIDE DP_FLAT_JSON_MIN
static inline unsigned ends_at(const char *p, unsigned *above)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)p);
    __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    *above = (unsigned)_mm_movemask_epi8(bytes);
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), controls));
}
#else
#define STRIDE 1
static inline unsigned ends_at(const char *p, unsigned *above)
{
    unsigned char c = (unsigned char)*p;
    *above = c >> 7;
    return c == '"' || c == '\\' || c < 0x20;
}
#endif

/* The first byte from p on that may end a string; the end of the text: there is none. `*above`: not
 * 0 if one of those before it is none of ASCII. */
static inline const char *string_end(const struct dp_flat_json *json, const char *p,
                                     unsigned *above)
{
    unsigned ends = 0, of_stride = 0;
    *above = 0;
    for (; json->end - p >= STRIDE; p += STRIDE) {
        ends = ends_at(p, &of_stride);
        if (ends)
            break;
        *above |= of_stride;
    }
    if (!ends && p < json->end) {
        /* The last stride of all, without those of its bytes that lie before p. */
        size_t before = STRIDE - (size_t)(json->end - p);
        ends = ends_at(json->end - STRIDE, &of_stride) >> before;
        of_stride >>= before;
    }
    if (!ends)
        return json->end;
    *above |= of_stride & ~ends & (ends - 1); /* what follows may be anything */
    return p + __builtin_ctz(ends);
}

/* A string, behind its first quote. False: it has escapes, or is wrong. */
static inline bool take_string(struct dp_flat_json *json, struct dp_str *text)
{
    unsigned above;
    const char *end = string_end(json, json->p, &above);
    if (end == json->end || *end != '"')
        return false;
    *text = (struct dp_str){json->p, (size_t)(end - json->p)};
    json->p = end + 1;
    return !above || dp_utf8_valid(*text);
}

/* Up to a member's value, where it begins as nearly all do: with the name as guessed, and no
 * blanks. Returns its number; -1: it does not, and nothing is read. */
static inline int take_usual_name(struct dp_flat_json *json, const struct dp_flat_object *object)
{
    const struct dp_directory_slot *slot =
        &object->names->slots[object->guesses[object->count % DP_JSON_GUESSES]];
    const char *p = json->p;
    if (json->end - p < 2 + 16 || (object->count && *p++ != ',') || *p != '"' ||
        !dp_directory_opens(slot, p + 1))
        return -1;
    json->p = p + slot->len + 3;
    return slot->number;
}

/* Up to a member's value. `*number` is -1 for a name that the directory has not. */
static bool take_name(struct dp_flat_json *json, const struct dp_flat_object *object, int *number)
{
    struct dp_str name;
    if ((object->count && !take(json, ',')) || !take(json, '"') || !take_string(json, &name))
        return false;
    int found = dp_directory_search(object->names, name);
    *number = found < 0 ? -1 : object->names->slots[found].number;
    if (found >= 0)
        object->guesses[object->count % DP_JSON_GUESSES] = (uint8_t)found;
    return take(json, ':');
}

static bool is_digit(const struct dp_flat_json *json)
{
    return json->p < json->end && *json->p >= '0' && *json->p <= '9';
}

/* Adds the digits that come. */
static int take_digits(struct dp_flat_json *json, uint64_t *value)
{
    int count = 0;
    for (; is_digit(json) && count <= DIGITS_MAX; json->p++, count++)
        *value = *value * 10 + (uint64_t)(*json->p - '0');
    return count;
}

static bool take_number(struct dp_flat_json *json, double *number)
{
    bool minus = *json->p == '-';
    uint64_t value = 0;
    json->p += minus;
    const char *first = json->p;
    int digits = take_digits(json, &value), places = 0;
    if (digits == 0 || (digits > 1 && *first == '0'))
        return false;
    if (json->p < json->end && *json->p == '.') {
        json->p++;
        places = take_digits(json, &value);
        if (places == 0)
            return false;
    }
    if (digits + places > DIGITS_MAX ||
        (json->p < json->end && (*json->p == 'e' || *json->p == 'E')))
        return false;
    *number = (double)value / tens[places];
    if (minus)
        *number = -*number;
    return true;
}

static bool take_word(struct dp_flat_json *json, struct dp_str word)
{
    if ((size_t)(json->end - json->p) < word.len || memcmp(json->p, word.p, word.len) != 0)
        return false;
    json->p += word.len;
    return true;
}

/* A value that is neither a string nor nested, up to its end. */
static bool take_other(struct dp_flat_json *json, struct dp_json_value *value)
{
    switch (*json->p) {
    case 't':
        value->kind = DP_JSON_BOOLEAN;
        value->truth = true;
        return take_word(json, DP_STR("true"));
    case 'f':
        value->kind = DP_JSON_BOOLEAN;
        value->truth = false;
        return take_word(json, DP_STR("false"));
    case 'n':
        value->kind = DP_JSON_NULL;
        return take_word(json, DP_STR("null"));
    default:
        value->kind = DP_JSON_NUMBER;
        return take_number(json, &value->number);
    }
}

/* Behind a member's colon. NESTED: an inner object begins; DONE: the value is behind us. */
static inline enum dp_flat_outcome take_value(struct dp_flat_json *json,
                                              struct dp_json_members *members, int number)
{
    struct dp_json_value nowhere, *value = number < 0 ? &nowhere : &members->values[number];
    if (take(json, '"')) {
        value->kind = DP_JSON_STRING;
        if (!take_string(json, &value->text))
            return DP_FLAT_ODD;
    } else if (json->p == json->end) {
        return DP_FLAT_ODD;
    } else if (*json->p == '{') {
        json->p++;
        value->kind = DP_JSON_OBJECT;
    } else if (!take_other(json, value)) {
        return DP_FLAT_ODD;
    }
    if (number >= 0)
        members->found |= 1u << number;
    return value->kind == DP_JSON_OBJECT ? DP_FLAT_NESTED : DP_FLAT_DONE;
}

bool dp_flat_json_begin(struct dp_flat_json *json, struct dp_str text)
{
    *json = (struct dp_flat_json){text.p, text.p + text.len};
    return text.len >= DP_FLAT_JSON_MIN && take(json, '{');
}

enum dp_flat_outcome dp_flat_json_members(struct dp_flat_json *json, struct dp_flat_object *object,
                                          int *nested)
{
    struct dp_flat_json at = *json; /* in registers */
    enum dp_flat_outcome outcome = DP_FLAT_DONE;
    while (outcome == DP_FLAT_DONE) {
        *nested = take_usual_name(&at, object);
        if (*nested < 0 && take(&at, '}'))
            break;
        if (*nested < 0 && !take_name(&at, object, nested))
            return DP_FLAT_ODD;
        object->count++;
        outcome = take_value(&at, object->members, *nested);
    }
    *json = at;
    return outcome;
}

bool dp_flat_json_end(struct dp_flat_json *json)
{
    skip_blanks(json);
    return json->p == json->end;
}
