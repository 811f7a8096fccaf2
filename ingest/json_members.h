/* The members of one object of JSON, by the numbers that a directory has for their names: what
 * either reader finds (flat_json.h, json_tree.h). Members of other names are left out; of several
 * alike the last counts. Texts belong to the reader. */
#ifndef DP_JSON_MEMBERS_H
#define DP_JSON_MEMBERS_H

#include <stdbool.h>

#include "common/str.h"

#define DP_JSON_MEMBERS 32 /* numbers from 0 on */

/* Senders write the members of an object in the same order each time: which slot of the directory
 * each has is guessed from the object before. Of so many members; further ones share guesses. */
#define DP_JSON_GUESSES 16

enum dp_json_kind {
    DP_JSON_NULL,
    DP_JSON_STRING,
    DP_JSON_NUMBER,
    DP_JSON_BOOLEAN,
    DP_JSON_OBJECT,
    DP_JSON_ARRAY
};

struct dp_json_value {
    enum dp_json_kind kind;
    union {
        bool truth;         /* BOOLEAN */
        double number;      /* NUMBER: infinite where it is beyond a double */
        struct dp_str text; /* STRING: UTF-8, without escapes */
        void *object;       /* OBJECT: of a tree, to find its members by */
    };
};

struct dp_json_members {
    unsigned found; /* bit n: values[n] is there */
    struct dp_json_value values[DP_JSON_MEMBERS];
};

/* NULL: there is none. */
static inline const struct dp_json_value *dp_json_member(const struct dp_json_members *members,
                                                         int number)
{
    return members->found >> number & 1 ? &members->values[number] : NULL;
}

#endif
