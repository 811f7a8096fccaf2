#include "ingest/json_tree.h"

#include <stdlib.h>

#include "common/memory.h"

/* JSON sets numbers no bound: one that is too large for a double is still JSON. */
#define READ_FLAGS YYJSON_READ_BIGNUM_AS_RAW

/* Memory for yyjson: given out from the front, given back by the next batch all at once. Only the
 * last piece grows or shrinks in its place, which is the one that yyjson lets grow. */
static size_t padded(size_t size)
{
    return (size + 15) / 16 * 16;
}

static void *give(void *ctx, size_t size)
{
    struct dp_json_trees *trees = ctx;
    if (padded(size) > trees->size - trees->used)
        return NULL;
    void *piece = trees->bytes + trees->used;
    trees->used += padded(size);
    return piece;
}

static void *give_again(void *ctx, void *piece, size_t old_size, size_t size)
{
    struct dp_json_trees *trees = ctx;
    size_t at = (size_t)((char *)piece - trees->bytes);
    if (at + padded(old_size) == trees->used) {
        trees->used = at;
        return give(trees, size);
    }
    void *moved = give(trees, size);
    return moved ? memcpy(moved, piece, old_size < size ? old_size : size) : NULL;
}

static void take_back(void *ctx, void *piece)
{
    (void)ctx;
    (void)piece;
}

void dp_json_trees_deinit(struct dp_json_trees *trees)
{
    free(trees->bytes);
    *trees = (struct dp_json_trees){0};
}

void dp_json_trees_begin(struct dp_json_trees *trees, const struct dp_message *messages,
                         size_t count)
{
    size_t need = 16; /* so that 8 bytes can be read from anywhere in a text */
    for (size_t i = 0; i < count; i++)
        if (messages[i].value.len <= DP_MESSAGE_MAX)
            need += padded(yyjson_read_max_memory_usage(messages[i].value.len, READ_FLAGS));
    trees->used = 0;
    if (need <= trees->size)
        return;
    free(trees->bytes);
    trees->bytes = dp_xmalloc(need);
    trees->size = need;
}

/* What a text that is no JSON took is given back at once: one that is broken, such as thousands of
 * open brackets, may take more than any that is right, and those after it in the batch need theirs.
 */
yyjson_val *dp_json_trees_read(struct dp_json_trees *trees, struct dp_str json)
{
    yyjson_alc alc = {give, give_again, take_back, trees};
    size_t used = trees->used;
    /* The text is not written to without YYJSON_READ_INSITU. */
    yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)json.p, json.len, READ_FLAGS, &alc, NULL);
    if (!doc)
        trees->used = used;
    return yyjson_doc_get_root(doc);
}

static void put(struct dp_json_value *value, yyjson_val *val)
{
    if (yyjson_is_str(val)) {
        value->kind = DP_JSON_STRING;
        value->text = (struct dp_str){unsafe_yyjson_get_str(val), unsafe_yyjson_get_len(val)};
    } else if (yyjson_is_num(val)) {
        value->kind = DP_JSON_NUMBER;
        value->number = yyjson_get_num(val);
    } else if (yyjson_is_raw(val)) { /* beyond 64 bits, or beyond a double */
        value->kind = DP_JSON_NUMBER;
        value->number = strtod(yyjson_get_raw(val), NULL);
    } else if (yyjson_is_bool(val)) {
        value->kind = DP_JSON_BOOLEAN;
        value->truth = yyjson_get_bool(val);
    } else if (yyjson_is_obj(val)) {
        value->kind = DP_JSON_OBJECT;
        value->object = val;
    } else {
        value->kind = yyjson_is_arr(val) ? DP_JSON_ARRAY : DP_JSON_NULL;
    }
}

void dp_json_tree_members(yyjson_val *object, const struct dp_directory *names, uint8_t *guesses,
                          struct dp_json_members *members)
{
    size_t count = unsafe_yyjson_get_len(object);
    yyjson_val *key = unsafe_yyjson_get_first(object);
    for (size_t i = 0; i < count; i++) {
        struct dp_str name = {unsafe_yyjson_get_str(key), unsafe_yyjson_get_len(key)};
        int number = dp_directory_find(names, name, &guesses[i % DP_JSON_GUESSES]);
        if (number >= 0) {
            put(&members->values[number], key + 1);
            members->found |= 1u << number;
        }
        key = unsafe_yyjson_get_next(key + 1);
    }
}
