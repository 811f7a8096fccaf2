#include "board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"

void dp_board_deinit(struct dp_board *board)
{
    for (size_t i = 0; i < board->count; i++) {
        free(board->rows[i].key);
        free(board->rows[i].text);
    }
    free(board->rows);
    *board = (struct dp_board){0};
}

/* Where a key is, or belongs; *found tells which. */
static size_t place_of(const struct dp_board *board, const char *key, bool *found)
{
    size_t low = 0, high = board->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(board->rows[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < board->count && strcmp(board->rows[low].key, key) == 0;
    return low;
}

static void print_key(const struct dp_entry *entry, char *key, size_t room)
{
    static const char *const kinds[] = {"w", "p", "now", "known", "label", "ranked", "meta"};
    int at = snprintf(key, room, "%s", dp_scope_kind_names[entry->scope]);
    if (entry->id.len)
        at += snprintf(key + at, room - (size_t)at, ":%.*s", (int)entry->id.len, entry->id.p);
    if (entry->channel)
        at += snprintf(key + at, room - (size_t)at, ":%s", dp_channel_names[entry->channel]);
    at += snprintf(key + at, room - (size_t)at, ":%s", kinds[entry->kind]);
    if (entry->label)
        at += snprintf(key + at, room - (size_t)at, ":%s", entry->label);
    if (entry->kind == DP_ENTRY_RANKED)
        at += snprintf(key + at, room - (size_t)at, ":%s:%.*s", entry->set, (int)entry->member.len,
                       entry->member.len ? entry->member.p : "");
    assert_true((size_t)at < room);
}

static char *text_of(const struct dp_entry *entry)
{
    char text[4096] = "";
    size_t at = 0;
    if (entry->kind == DP_ENTRY_RANKED)
        snprintf(text, sizeof text, "score=%lld", (long long)entry->score);
    for (size_t i = 0; i < entry->field_count; i++) {
        const struct dp_field *field = &entry->fields[i];
        const char *space = i ? " " : "";
        int len = field->unit == DP_FIELD_TEXT
                      ? snprintf(text + at, sizeof text - at, "%s%s=%.*s", space, field->name,
                                 (int)field->text.len, field->text.p)
                      : snprintf(text + at, sizeof text - at, "%s%s=%lld", space, field->name,
                                 (long long)field->value);
        at += (size_t)len;
        assert_true(at < sizeof text);
    }
    return dp_xstrdup(text);
}

int64_t dp_board_number(const struct dp_board *board, const char *key, const char *field)
{
    const char *text = dp_board_text(board, key);
    size_t len = strlen(field);
    for (; text; text = strchr(text, ' ')) {
        text += *text == ' ';
        if (strncmp(text, field, len) == 0 && text[len] == '=')
            return strtoll(text + len + 1, NULL, 10);
    }
    return DP_BOARD_NONE;
}

static int64_t number_in(const struct dp_entry *entry, const char *name, const char *rest)
{
    for (size_t i = 0; i < entry->field_count; i++) {
        size_t len = strlen(name);
        if (strncmp(entry->fields[i].name, name, len) == 0 &&
            strcmp(entry->fields[i].name + len, rest) == 0)
            return entry->fields[i].value;
    }
    return DP_BOARD_NONE;
}

static void check_order(const struct dp_entry *entry, const char *metric)
{
    static const char *const ascending[] = {"_p50_ms", "_p90_ms", "_p95_ms", "_p99_ms", "_max_ms"};
    int64_t before = 0;
    if (number_in(entry, metric, "_max_ms") == DP_BOARD_NONE)
        return;
    for (size_t i = 0; i < sizeof ascending / sizeof *ascending; i++) {
        int64_t value = number_in(entry, metric, ascending[i]);
        assert_true(value >= before);
        before = value;
    }
    int64_t mean = number_in(entry, metric, "_mean_ms");
    assert_true(mean >= 0 && mean <= before);
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool is_of_100(const char *name)
{
    for (size_t i = 0; i < DP_MEASURES; i++)
        if (strcmp(name, dp_measure_names[i]) == 0)
            return true;
    return ends_with(name, "_mean") || strcmp(name, "score") == 0 ||
           strncmp(name, "points:", 7) == 0;
}

static void check_sane(const struct dp_entry *entry, const char *key)
{
    for (size_t i = 0; i < entry->field_count; i++) {
        const struct dp_field *field = &entry->fields[i];
        bool moment = ends_with(field->name, "as_of_ms") || ends_with(field->name, "from_ms") ||
                      ends_with(field->name, "to_ms") || ends_with(field->name, "since_ms");
        /* Transfers and complaints may be more than there are handles. */
        bool open_end =
            field->unit != DP_FIELD_MILLIONTHS || strcmp(field->name, "transfer_rate") == 0 ||
            strcmp(field->name, "contacts_per_hour") == 0 ||
            strcmp(field->name, "concurrency") == 0 || strcmp(field->name, "complaint_rate") == 0;
        int64_t limit = open_end ? INT64_MAX : is_of_100(field->name) ? 100000000 : 1000000;
        if (field->unit != DP_FIELD_TEXT && !moment &&
            (field->value < 0 || field->value > limit ||
             (field->unit == DP_FIELD_INTEGER && !ends_with(field->name, "_ms") &&
              field->value > UINT32_MAX)))
            fail_msg("%s: %s is %lld", key, field->name, (long long)field->value);
    }
    check_order(entry, "response");
    check_order(entry, "reply");
    check_order(entry, "handle");
    check_order(entry, "resolve");
}

static void remove_row(struct dp_board *board, size_t at)
{
    free(board->rows[at].key);
    free(board->rows[at].text);
    board->count--;
    memmove(&board->rows[at], &board->rows[at + 1], (board->count - at) * sizeof *board->rows);
}

void dp_board_take(struct dp_board *board, const struct dp_entry *entry)
{
    char key[256];
    bool found;
    print_key(entry, key, sizeof key);
    check_sane(entry, key);
    size_t at = place_of(board, key, &found);
    board->pulled++;
    if (entry->gone) {
        if (found)
            remove_row(board, at);
        bool all = entry->kind == DP_ENTRY_RANKED && !entry->member.len;
        while (all && at < board->count && strncmp(board->rows[at].key, key, strlen(key)) == 0)
            remove_row(board, at);
        return;
    }
    if (!found) {
        board->rows = dp_xgrow(board->rows, board->count, &board->capacity, sizeof *board->rows);
        memmove(&board->rows[at + 1], &board->rows[at], (board->count - at) * sizeof *board->rows);
        board->rows[at] = (struct dp_board_row){.key = dp_xstrdup(key)};
        board->count++;
    }
    free(board->rows[at].text);
    board->rows[at].text = text_of(entry);
}

size_t dp_board_pull(struct dp_board *board, struct dp_aggregator *aggregator)
{
    size_t before = board->pulled;
    dp_aggregator_begin_entries(aggregator);
    for (struct dp_entry entry; dp_aggregator_next_entry(aggregator, &entry);)
        dp_board_take(board, &entry);
    return board->pulled - before;
}

const char *dp_board_text(const struct dp_board *board, const char *key)
{
    bool found;
    size_t at = place_of(board, key, &found);
    return found ? board->rows[at].text : NULL;
}

const char *dp_board_difference(const struct dp_board *a, const struct dp_board *b)
{
    for (size_t i = 0; i < a->count || i < b->count; i++) {
        if (i == a->count)
            return b->rows[i].key;
        if (i == b->count)
            return a->rows[i].key;
        int order = strcmp(a->rows[i].key, b->rows[i].key);
        if (order != 0)
            return order < 0 ? a->rows[i].key : b->rows[i].key;
        if (strcmp(a->rows[i].text, b->rows[i].text) != 0)
            return a->rows[i].key;
    }
    return NULL;
}
