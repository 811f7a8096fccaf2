#include "sink/keys.h"

#include <stdio.h>
#include <string.h>

#include "common/memory.h"

/* A key as it grows in the caller's buffer; `len` counts on when the room is used up. */
struct text {
    char *buf;
    size_t size, len;
};

static void put(struct text *text, struct dp_str piece)
{
    if (text->len < text->size) {
        size_t room = text->size - text->len;
        memcpy(text->buf + text->len, piece.p, piece.len < room ? piece.len : room);
    }
    text->len += piece.len;
}

static size_t finish(struct text *text)
{
    if (text->size)
        text->buf[text->len < text->size ? text->len : text->size - 1] = '\0';
    return text->len;
}

static void put_scope(struct text *text, const struct dp_entry *entry)
{
    put(text, dp_str_from(dp_scope_kind_names[entry->scope]));
    if (entry->scope == DP_SCOPE_ALL)
        return;
    put(text, DP_STR(":"));
    if (entry->id.len)
        put(text, entry->id);
}

size_t dp_key_format(char *buf, size_t size, const char *prefix, const struct dp_entry *entry)
{
    struct text text = {buf, size, 0};
    put(&text, dp_str_from(prefix));
    switch (entry->kind) {
    case DP_ENTRY_META:
        put(&text, DP_STR(":meta"));
        break;
    case DP_ENTRY_KNOWN:
        put(&text, DP_STR(":"));
        put(&text, dp_str_from(dp_scope_kind_names[entry->scope]));
        put(&text, DP_STR("s"));
        break;
    case DP_ENTRY_LABEL:
        put(&text, DP_STR(":periods"));
        break;
    case DP_ENTRY_WINDOW:
    case DP_ENTRY_PERIOD:
    case DP_ENTRY_NOW:
    case DP_ENTRY_RANKED:
        put(&text, DP_STR(":{"));
        put_scope(&text, entry);
        put(&text, DP_STR("}"));
        if (entry->channel != DP_CHANNEL_NONE) {
            put(&text, DP_STR(":"));
            put(&text, dp_str_from(dp_channel_names[entry->channel]));
        }
        if (entry->kind == DP_ENTRY_NOW) {
            put(&text, DP_STR(":now"));
        } else if (entry->kind == DP_ENTRY_RANKED) {
            put(&text, DP_STR(":"));
            put(&text, dp_str_from(entry->set));
        } else {
            put(&text, entry->kind == DP_ENTRY_WINDOW ? DP_STR(":w:") : DP_STR(":p:"));
            put(&text, dp_str_from(entry->label));
        }
        break;
    }
    return finish(&text);
}

size_t dp_key_scope(char *buf, size_t size, const struct dp_entry *entry)
{
    struct text text = {buf, size, 0};
    put_scope(&text, entry);
    return finish(&text);
}

char *dp_key_named(const char *prefix, const char *name)
{
    size_t size = strlen(prefix) + strlen(name) + 2;
    char *key = dp_xmalloc(size);
    snprintf(key, size, "%s:%s", prefix, name);
    return key;
}
