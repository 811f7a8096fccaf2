#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"

static void *checked(void *p)
{
    if (!p) {
        dp_log(DP_LOG_ERROR, "out of memory", "");
        exit(1);
    }
    return p;
}

void *dp_xmalloc(size_t size)
{
    return checked(malloc(size ? size : 1));
}

void *dp_xcalloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size ? size : 1));
}

void *dp_xrealloc(void *p, size_t size)
{
    return checked(realloc(p, size ? size : 1));
}

char *dp_xstrdup(const char *text)
{
    return checked(strdup(text));
}

void *dp_xgrow(void *array, size_t used, size_t *capacity, size_t element_size)
{
    if (used < *capacity)
        return array;
    *capacity = *capacity ? *capacity + *capacity / 2 + 1 : 4;
    return dp_xrealloc(array, *capacity * element_size);
}
