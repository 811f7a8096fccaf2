#include "common/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static void reserve(struct dp_text *text, size_t more)
{
    size_t needed = text->len + more + 1;
    if (needed <= text->capacity)
        return;
    text->capacity = needed + needed / 2 + 32;
    text->p = dp_xrealloc(text->p, text->capacity);
}

void dp_text_deinit(struct dp_text *text)
{
    free(text->p);
    *text = (struct dp_text){0};
}

void dp_text_add(struct dp_text *text, struct dp_str more)
{
    reserve(text, more.len);
    if (more.len)
        memcpy(text->p + text->len, more.p, more.len);
    text->len += more.len;
    text->p[text->len] = '\0';
}

void dp_text_put(struct dp_text *text, const char *more)
{
    dp_text_add(text, dp_str_from(more));
}

void dp_text_printf(struct dp_text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    reserve(text, (size_t)len);
    vsnprintf(text->p + text->len, (size_t)len + 1, format, again);
    text->len += (size_t)len;
    va_end(again);
    va_end(args);
}
