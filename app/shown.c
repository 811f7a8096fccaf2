#include "app/shown.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

char *dp_shown_format(int64_t t_ms, const struct dp_positions *positions)
{
    char *list = dp_positions_format(positions);
    size_t size = strlen(list) + 24;
    char *text = dp_xmalloc(size);
    snprintf(text, size, "%" PRId64 " %s", t_ms, list);
    free(list);
    return text;
}

void dp_shown_parse(struct dp_shown *shown, struct dp_str text)
{
    char number[24] = "";
    const char *blank = text.len ? memchr(text.p, ' ', text.len) : NULL;
    shown->t_ms = INT64_MIN;
    dp_positions_deinit(&shown->positions);
    if (!blank || (size_t)(blank - text.p) >= sizeof number)
        return;
    memcpy(number, text.p, (size_t)(blank - text.p));
    struct dp_str list = {blank + 1, text.len - (size_t)(blank + 1 - text.p)};
    if (dp_positions_parse(&shown->positions, list))
        shown->t_ms = strtoll(number, NULL, 10);
}
