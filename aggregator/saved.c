#include "aggregator/saved.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* The most that a number takes, with its key and what separates it from others. */
#define NUMBER_MAX 40

void dp_aggregator_saved_deinit(struct dp_aggregator_saved *saved)
{
    free(saved->partitions);
    *saved = (struct dp_aggregator_saved){0};
}

/* The numbers in the order of the text. */
#define DP_SAVED_TIMES(X)                                                                          \
    X("t", t_ms) X("highest", highest_ms) X("horizon", horizon_ms) X("settled", settled_ms)
#define DP_SAVED_COUNTS(X)                                                                         \
    X("accepted", accepted)                                                                        \
    X("duplicate", duplicate)                                                                      \
    X("late", late)                                                                                \
    X("clock_skew", clock_skew)                                                                    \
    X("ahead", ahead)                                                                              \
    X("contacts_forgotten", contacts_forgotten)

static char *put_time(char *at, int64_t ms)
{
    if (ms == INT64_MIN)
        return stpcpy(at, "-");
    return at + sprintf(at, "%" PRId64, ms);
}

char *dp_aggregator_saved_format(const struct dp_aggregator_saved *saved)
{
    char *text = dp_xmalloc((16 + saved->partition_count) * NUMBER_MAX), *at = text;
    at = stpcpy(at, "v=2");
#define X(key, member) at = put_time(stpcpy(at, " " key "="), saved->member);
    DP_SAVED_TIMES(X)
#undef X
    at += sprintf(at, " since_forget=%" PRIu32 " carried=%" PRIu64, saved->since_forget,
                  saved->carried);
#define X(key, member) at += sprintf(at, " " key "=%" PRIu64, saved->counters.member);
    DP_SAVED_COUNTS(X)
#undef X
    at = stpcpy(at, " watermarks=");
    for (size_t i = 0; i < saved->partition_count; i++) {
        if (i)
            *at++ = ',';
        at = put_time(at, saved->partitions[i].watermark_ms);
        if (saved->partitions[i].idle)
            *at++ = 'i';
    }
    *at = '\0';
    return text;
}

static bool skip(struct dp_str *rest, const char *word)
{
    size_t len = strlen(word);
    if (rest->len < len || memcmp(rest->p, word, len) != 0)
        return false;
    rest->p += len;
    rest->len -= len;
    return true;
}

static bool get_digits(struct dp_str *rest, uint64_t limit, uint64_t *number)
{
    size_t digits = 0;
    *number = 0;
    for (; digits < rest->len && rest->p[digits] >= '0' && rest->p[digits] <= '9'; digits++) {
        uint64_t digit = (uint64_t)(rest->p[digits] - '0');
        if (*number > (limit - digit) / 10)
            return false;
        *number = *number * 10 + digit;
    }
    rest->p += digits;
    rest->len -= digits;
    return digits > 0;
}

static bool get_time(struct dp_str *rest, int64_t *ms)
{
    uint64_t number;
    bool negative = skip(rest, "-");
    *ms = INT64_MIN;
    if (negative && (!rest->len || rest->p[0] < '0' || rest->p[0] > '9'))
        return true;
    if (!get_digits(rest, INT64_MAX, &number))
        return false;
    *ms = negative ? -(int64_t)number : (int64_t)number;
    return true;
}

static bool get_partitions(struct dp_str *rest, struct dp_aggregator_saved *saved)
{
    size_t capacity = 0;
    while (rest->len) {
        struct dp_partition partition = {0};
        if (saved->partition_count && !skip(rest, ","))
            return false;
        if (!get_time(rest, &partition.watermark_ms))
            return false;
        partition.idle = skip(rest, "i");
        saved->partitions = dp_xgrow(saved->partitions, saved->partition_count, &capacity,
                                     sizeof *saved->partitions);
        saved->partitions[saved->partition_count++] = partition;
    }
    return true;
}

static bool get_all(struct dp_str *rest, struct dp_aggregator_saved *saved)
{
    uint64_t since_forget;
    if (!skip(rest, "v=2"))
        return false;
#define X(key, member)                                                                             \
    if (!skip(rest, " " key "=") || !get_time(rest, &saved->member))                               \
        return false;
    DP_SAVED_TIMES(X)
#undef X
    if (!skip(rest, " since_forget=") || !get_digits(rest, UINT32_MAX, &since_forget))
        return false;
    saved->since_forget = (uint32_t)since_forget;
    if (!skip(rest, " carried=") || !get_digits(rest, UINT64_MAX, &saved->carried))
        return false;
#define X(key, member)                                                                             \
    if (!skip(rest, " " key "=") || !get_digits(rest, UINT64_MAX, &saved->counters.member))        \
        return false;
    DP_SAVED_COUNTS(X)
#undef X
    return skip(rest, " watermarks=") && get_partitions(rest, saved);
}

bool dp_aggregator_saved_parse(struct dp_aggregator_saved *saved, struct dp_str text)
{
    *saved = (struct dp_aggregator_saved){0};
    if (get_all(&text, saved))
        return true;
    dp_aggregator_saved_deinit(saved);
    return false;
}
