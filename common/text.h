/* Text that grows at its end. Zero-initialised: empty. Always ended by a zero byte once something
 * was added, which `len` does not count. Thread: one. */
#ifndef DP_TEXT_H
#define DP_TEXT_H

#include <stddef.h>

#include "common/str.h"

struct dp_text {
    char *p; /* NULL while nothing was added; free(3) by whoever takes it */
    size_t len, capacity;
};

void dp_text_deinit(struct dp_text *text);

void dp_text_add(struct dp_text *text, struct dp_str more);
void dp_text_put(struct dp_text *text, const char *more);
void dp_text_printf(struct dp_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What is there so far; valid until more is added. */
static inline struct dp_str dp_text_str(const struct dp_text *text)
{
    return (struct dp_str){text->p, text->len};
}

#endif
