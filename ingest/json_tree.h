/* Reads any JSON, by yyjson: makes a tree of it, in memory that is used again and again. Thread:
 * one. */
#ifndef DP_JSON_TREE_H
#define DP_JSON_TREE_H

#include <yyjson.h>

#include "ingest/directory.h"
#include "ingest/json_members.h"
#include "ingest/message.h"

/* All zero: nothing read. Texts that were read are valid until dp_json_trees_begin. */
struct dp_json_trees {
    char *bytes;
    size_t used, size;
};

void dp_json_trees_deinit(struct dp_json_trees *trees);

/* Gives up what was read before, and makes room for so many messages. */
void dp_json_trees_begin(struct dp_json_trees *trees, const struct dp_message *messages,
                         size_t count);

/* The root of one of them, of at most DP_MESSAGE_MAX bytes; NULL: no JSON. */
yyjson_val *dp_json_trees_read(struct dp_json_trees *trees, struct dp_str json);

/* The members of an object, beside those found before. */
void dp_json_tree_members(yyjson_val *object, const struct dp_directory *names, uint8_t *guesses,
                          struct dp_json_members *members);

#endif
