/* Allocation that cannot fail: out of memory is said in one line and ends the process (exit code
 * 1). The state is rebuilt from Kafka; going on with half of it would give wrong figures. */
#ifndef DP_MEMORY_H
#define DP_MEMORY_H

#include <stddef.h>

void *dp_xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *dp_xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *dp_xrealloc(void *p, size_t size) __attribute__((returns_nonnull));
char *dp_xstrdup(const char *text) __attribute__((malloc, returns_nonnull));

/* Room for one more in an array that grows by half: returns `array`, moved if need be. */
void *dp_xgrow(void *array, size_t used, size_t *capacity, size_t element_size)
    __attribute__((returns_nonnull));

/* Begins to fetch memory into the caches. */
static inline void dp_prefetch(const void *from, size_t size)
{
    for (size_t at = 0; at < size; at += 64)
        __builtin_prefetch((const char *)from + at);
}

#endif
