#include "ingest/position.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* A topic has 249 bytes at most; then "/", two numbers and a mark. */
#define DP_POSITION_TEXT 320

void dp_positions_deinit(struct dp_positions *positions)
{
    for (size_t i = 0; i < positions->count; i++)
        free(positions->items[i].topic);
    free(positions->items);
    *positions = (struct dp_positions){0};
}

void dp_positions_add(struct dp_positions *positions, const char *topic, int32_t partition,
                      int64_t next, uint64_t mark)
{
    positions->items = dp_xgrow(positions->items, positions->count, &positions->capacity,
                                sizeof *positions->items);
    positions->items[positions->count++] =
        (struct dp_position){dp_xstrdup(topic), partition, next, mark};
}

void dp_positions_copy(struct dp_positions *into, const struct dp_positions *from)
{
    dp_positions_deinit(into);
    for (size_t i = 0; i < from->count; i++) {
        const struct dp_position *item = &from->items[i];
        dp_positions_add(into, item->topic, item->partition, item->next, item->mark);
    }
}

struct dp_position *dp_positions_find(const struct dp_positions *positions, const char *topic,
                                      int32_t partition)
{
    for (size_t i = 0; i < positions->count; i++)
        if (positions->items[i].partition == partition &&
            strcmp(positions->items[i].topic, topic) == 0)
            return &positions->items[i];
    return NULL;
}

char *dp_positions_format(const struct dp_positions *positions)
{
    char *text = dp_xmalloc(positions->count * DP_POSITION_TEXT + 1), *end = text;
    *text = '\0';
    for (size_t i = 0; i < positions->count; i++) {
        const struct dp_position *item = &positions->items[i];
        end += snprintf(end, DP_POSITION_TEXT, "%s%.249s/%" PRId32 "=", i ? " " : "", item->topic,
                        item->partition);
        if (item->next == DP_POSITION_UNKNOWN)
            end += sprintf(end, "-:0");
        else
            end += sprintf(end, "%" PRId64 ":%" PRIu64, item->next, item->mark);
    }
    return text;
}

/* A whole number at `*at`, which is moved behind it and `end`. */
static bool take_number(char **at, char end, uint64_t max, uint64_t *number)
{
    char *stop;
    if (**at < '0' || **at > '9')
        return false;
    errno = 0;
    *number = strtoull(*at, &stop, 10);
    if (errno || *number > max || *stop != end)
        return false;
    *at = end ? stop + 1 : stop;
    return true;
}

static bool parse_item(struct dp_positions *positions, char *item)
{
    char *slash = strchr(item, '/');
    uint64_t partition, next = 0, mark;
    if (!slash || slash == item)
        return false;
    *slash = '\0';
    char *at = slash + 1;
    if (!take_number(&at, '=', INT32_MAX, &partition))
        return false;
    bool unknown = strncmp(at, "-:", 2) == 0;
    if (unknown)
        at += 2;
    else if (!take_number(&at, ':', INT64_MAX, &next))
        return false;
    if (!take_number(&at, '\0', UINT64_MAX, &mark))
        return false;
    dp_positions_add(positions, item, (int32_t)partition,
                     unknown ? DP_POSITION_UNKNOWN : (int64_t)next, mark);
    return true;
}

bool dp_positions_parse(struct dp_positions *positions, struct dp_str text)
{
    char *copy = dp_xmalloc(text.len + 1), *rest = copy, *item;
    if (text.len)
        memcpy(copy, text.p, text.len);
    copy[text.len] = '\0';
    dp_positions_deinit(positions);
    bool good = strlen(copy) == text.len;
    while (good && text.len && (item = strsep(&rest, " ")))
        good = parse_item(positions, item);
    free(copy);
    if (!good)
        dp_positions_deinit(positions);
    return good;
}
