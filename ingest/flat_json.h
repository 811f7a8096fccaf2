/* Reads JSON as senders of events write it: objects whose members are strings without escapes,
 * plain numbers, true, false, null, and further such objects. No tree is made and nothing copied,
 * which saves a replay an eighth of its time; whatever else there may be, right or wrong, is ODD
 * and for the reader of trees (json_tree.h). What this one does read, that one reads the same.
 *
 *   dp_flat_json_begin(&json, text)               // at the outer object's first member
 *   dp_flat_json_members(&json, &object, ...)     // NESTED: at the first member of an inner one
 *   dp_flat_json_members(&json, &inner, ...)      // DONE: behind it
 *   dp_flat_json_members(&json, &object, ...)     // goes on; DONE: behind the outer one
 *   dp_flat_json_end(&json)
 *
 * Texts point into what is read. Allocates nothing. Thread: one. */
#ifndef DP_FLAT_JSON_H
#define DP_FLAT_JSON_H

#include "ingest/directory.h"
#include "ingest/json_members.h"

#define DP_FLAT_JSON_MIN 16 /* bytes of text: so many are looked at together */

struct dp_flat_json {
    const char *p, *end;
};

/* An object that is being read; all zero: at its first member. */
struct dp_flat_object {
    unsigned count; /* of members so far */
    const struct dp_directory *names;
    uint8_t *guesses;                /* DP_JSON_GUESSES of them */
    struct dp_json_members *members; /* where they go; `found` is to be 0 at first */
};

enum dp_flat_outcome { DP_FLAT_ODD, DP_FLAT_DONE, DP_FLAT_NESTED };

/* False: no object begins here, or the text is shorter than any event. */
bool dp_flat_json_begin(struct dp_flat_json *json, struct dp_str text);

/* Reads members up to the object's end, or to an inner object, the value of member `*nested` (-1:
 * of a name that the directory has not). */
enum dp_flat_outcome dp_flat_json_members(struct dp_flat_json *json, struct dp_flat_object *object,
                                          int *nested);

/* Nothing but blanks follows. */
bool dp_flat_json_end(struct dp_flat_json *json);

#endif
