#include "sink/ndjson_sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "sink/format.h"
#include "sink/keys.h"

/* What an entry came to: a hash's fields, or one member of a set. */
struct item {
    char *text; /* the key, then the member of a set (else nothing), then the JSON of the fields or
                   member, and of a sorted set's member its score */
    size_t key_len, member_len, json_len;
    size_t order; /* of arrival */
    bool set, sorted, gone;
};

struct items {
    struct item *list;
    size_t count, capacity;
};

static struct dp_str key_of(const struct item *item)
{
    return (struct dp_str){item->text, item->key_len};
}

static struct dp_str member_of(const struct item *item)
{
    return (struct dp_str){item->text + item->key_len, item->member_len};
}

static struct dp_str json_of(const struct item *item)
{
    return (struct dp_str){item->text + item->key_len + item->member_len, item->json_len};
}

/* The member of a set that the entry is; absent: it is a hash. */
static struct dp_str member_of_entry(const struct dp_entry *entry)
{
    if (entry->kind == DP_ENTRY_KNOWN)
        return entry->id;
    if (entry->kind == DP_ENTRY_RANKED)
        return entry->member;
    return entry->kind == DP_ENTRY_LABEL ? dp_str_from(entry->label) : (struct dp_str){0};
}

static size_t json_room(const struct dp_entry *entry)
{
    size_t room = DP_FORMAT_JSON_SIZE(member_of_entry(entry).len) + DP_DECIMAL_SIZE + 2;
    for (size_t i = 0; i < entry->field_count; i++)
        room += DP_FORMAT_JSON_SIZE(strlen(entry->fields[i].name)) +
                DP_FORMAT_JSON_SIZE(entry->fields[i].text.len + DP_DECIMAL_SIZE) + 2;
    return room;
}

static size_t format_fields(char *buf, const struct dp_entry *entry)
{
    char number[DP_DECIMAL_SIZE], *out = buf;
    *out++ = '{';
    for (size_t i = 0; i < entry->field_count; i++) {
        if (i)
            *out++ = ',';
        out += dp_format_json(out, dp_str_from(entry->fields[i].name));
        *out++ = ':';
        out += dp_format_json(out, dp_format_field(number, &entry->fields[i]));
    }
    *out++ = '}';
    return (size_t)(out - buf);
}

static size_t format_score(char *buf, const struct dp_entry *entry)
{
    struct dp_field score = {.unit = entry->score_unit, .value = entry->score};
    char number[DP_DECIMAL_SIZE];
    struct dp_str text = dp_format_field(number, &score);
    buf[0] = ':';
    memcpy(buf + 1, text.p, text.len);
    return text.len + 1;
}

static void add(struct items *items, const char *prefix, const struct dp_entry *entry)
{
    struct dp_str member = member_of_entry(entry);
    struct item item = {.order = items->count,
                        .set = member.len > 0,
                        .sorted = entry->kind == DP_ENTRY_RANKED,
                        .gone = entry->gone};
    item.key_len = dp_key_format(NULL, 0, prefix, entry);
    item.member_len = member.len;
    item.text = dp_xmalloc(item.key_len + item.member_len + 1 + json_room(entry));
    dp_key_format(item.text, item.key_len + 1, prefix, entry);
    char *json = item.text + item.key_len + item.member_len;
    if (item.set) {
        memcpy(item.text + item.key_len, member.p, member.len);
        item.json_len = dp_format_json(json, member);
        if (item.sorted)
            item.json_len += format_score(json + item.json_len, entry);
    } else {
        item.json_len = format_fields(json, entry);
    }
    item.text = dp_xrealloc(item.text, item.key_len + item.member_len + item.json_len);
    items->list = dp_xgrow(items->list, items->count, &items->capacity, sizeof item);
    items->list[items->count++] = item;
}

static int compare(const struct item *a, const struct item *b)
{
    int order = dp_str_compare(key_of(a), key_of(b));
    return order ? order : dp_str_compare(member_of(a), member_of(b));
}

static int compare_arrival(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    int order = compare(a, b);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

/* Leaves the last of each key (and member), and those only that are not gone, nor all of their
 * sorted set after them. */
static void keep_last(struct items *items)
{
    size_t kept = 0, cleared_at = 0;
    struct dp_str cleared = {0}; /* the key of a sorted set that is gone, up to `cleared_at` */
    if (items->count == 0)
        return;
    qsort(items->list, items->count, sizeof items->list[0], compare_arrival);
    for (size_t i = 0; i < items->count; i++) {
        struct item *item = &items->list[i];
        bool again = i + 1 < items->count && compare(item, item + 1) == 0;
        bool all = item->sorted && !item->set && !again;
        bool before = item->set && item->order < cleared_at && dp_str_equal(key_of(item), cleared);
        if (all) { /* sorts before its members; its text is freed with the next of its like */
            free((char *)cleared.p);
            cleared = key_of(item);
            cleared_at = item->order;
            continue;
        }
        if (again || item->gone || before)
            free(item->text);
        else
            items->list[kept++] = *item;
    }
    free((char *)cleared.p);
    items->count = kept;
}

static void put(FILE *out, struct dp_str text)
{
    fwrite(text.p, 1, text.len, out);
}

/* Prints the line that starts at item `i`; returns the item after it. */
static size_t print_line(FILE *out, const struct items *items, size_t i)
{
    const struct item *first = &items->list[i];
    char *key = dp_xmalloc(DP_FORMAT_JSON_SIZE(first->key_len));
    size_t key_len = dp_format_json(key, key_of(first));
    put(out, DP_STR("{\"key\":"));
    put(out, (struct dp_str){key, key_len});
    free(key);
    if (!first->set) {
        put(out, DP_STR(",\"type\":\"hash\",\"value\":"));
        put(out, json_of(first));
        put(out, DP_STR("}\n"));
        return i + 1;
    }
    put(out, first->sorted ? DP_STR(",\"type\":\"zset\",\"value\":{")
                           : DP_STR(",\"type\":\"set\",\"value\":["));
    do {
        if (&items->list[i] != first)
            put(out, DP_STR(","));
        put(out, json_of(&items->list[i]));
        i++;
    } while (i < items->count && dp_str_equal(key_of(first), key_of(&items->list[i])));
    put(out, first->sorted ? DP_STR("}}\n") : DP_STR("]}\n"));
    return i;
}

bool dp_ndjson_sink_write(FILE *out, const char *prefix, dp_entry_fn *next, void *next_ctx,
                          char *error, size_t error_size)
{
    struct items items = {0};
    struct dp_entry entry;
    while (next(next_ctx, &entry))
        add(&items, prefix, &entry);
    keep_last(&items);
    errno = 0;
    for (size_t i = 0; i < items.count && !ferror(out);)
        i = print_line(out, &items, i);
    bool ok = !ferror(out) && fflush(out) == 0;
    if (!ok)
        snprintf(error, error_size, "the output cannot be written: %s", strerror(errno));
    for (size_t i = 0; i < items.count; i++)
        free(items.list[i].text);
    free(items.list);
    return ok;
}
