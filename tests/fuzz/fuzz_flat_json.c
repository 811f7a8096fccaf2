/* Whatever the flat reader reads, the tree's reader reads, and finds the same in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/flat_json.h"
#include "ingest/json_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DATA 4 /* the number of the member whose inner object is looked into */

static const char *const names[] = {"id",   "type",     "specversion", "a_name_of_more_than_16",
                                    "data", "agent_id", "score",       "x"};

static struct dp_directory directory;
static uint8_t guesses[2][DP_JSON_GUESSES];

static void check(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

static bool read_flat(struct dp_str text, struct dp_json_members *outer,
                      struct dp_json_members *inner)
{
    struct dp_flat_json json;
    struct dp_flat_object object = {.names = &directory, .guesses = guesses[0], .members = outer};
    int nested, deeper;
    if (!dp_flat_json_begin(&json, text))
        return false;
    for (;;) {
        enum dp_flat_outcome outcome = dp_flat_json_members(&json, &object, &nested);
        if (outcome != DP_FLAT_NESTED)
            return outcome == DP_FLAT_DONE && dp_flat_json_end(&json);
        struct dp_json_members unseen = {0}, *members = nested == DATA ? inner : &unseen;
        struct dp_flat_object within = {
            .names = &directory, .guesses = guesses[1], .members = members};
        members->found = 0;
        if (dp_flat_json_members(&json, &within, &deeper) != DP_FLAT_DONE)
            return false;
    }
}

static void compare(const struct dp_json_members *flat, const struct dp_json_members *tree)
{
    check(flat->found == tree->found, "the same members");
    for (int i = 0; i < DP_JSON_MEMBERS; i++) {
        const struct dp_json_value *a = dp_json_member(flat, i), *b = dp_json_member(tree, i);
        if (!a)
            continue;
        check(a->kind == b->kind, "the same kind");
        if (a->kind == DP_JSON_STRING)
            check(dp_str_equal(a->text, b->text), "the same text");
        else if (a->kind == DP_JSON_NUMBER)
            check(a->number == b->number, "the same number");
        else if (a->kind == DP_JSON_BOOLEAN)
            check(a->truth == b->truth, "the same truth");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dp_json_trees trees;
    struct dp_json_members outer = {0}, inner = {0}, outer_of_tree = {0}, inner_of_tree = {0};
    if (!directory.slots[0].name && dp_directory_number(&directory, dp_str_from(names[0])) < 0)
        for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
            dp_directory_add(&directory, names[i], i);
    char *bytes = malloc(size ? size : 1); /* so that a look behind it is found out */
    if (size)
        memcpy(bytes, data, size);
    struct dp_message message = {.value = {bytes, size}};
    if (size <= DP_MESSAGE_MAX && read_flat(message.value, &outer, &inner)) {
        dp_json_trees_begin(&trees, &message, 1);
        yyjson_val *root = dp_json_trees_read(&trees, message.value);
        check(yyjson_is_obj(root), "it is an object");
        dp_json_tree_members(root, &directory, guesses[0], &outer_of_tree);
        compare(&outer, &outer_of_tree);
        const struct dp_json_value *value = dp_json_member(&outer_of_tree, DATA);
        if (value && value->kind == DP_JSON_OBJECT) {
            dp_json_tree_members(value->object, &directory, guesses[1], &inner_of_tree);
            compare(&inner, &inner_of_tree);
        }
    }
    free(bytes);
    return 0;
}
