/* Values of a JSON object that was read. Texts are the document's. Pure; any thread. */
#ifndef DP_JSON_VALUE_H
#define DP_JSON_VALUE_H

#include <yyjson.h>

#include "common/str.h"

/* Absent where there is none of that name, or it is no text. */
static inline struct dp_str dp_json_text(yyjson_val *object, const char *name)
{
    yyjson_val *value = yyjson_obj_get(object, name);
    if (!yyjson_is_str(value))
        return (struct dp_str){0};
    return (struct dp_str){yyjson_get_str(value), yyjson_get_len(value)};
}

/* Which of `names` it is; -1: none of them. */
static inline int dp_json_index(struct dp_str name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (dp_str_equal(name, dp_str_from(names[i])))
            return (int)i;
    return -1;
}

#endif
