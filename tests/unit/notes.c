#include "notes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/memory.h"

static void look_up_team(void *ctx, uint32_t agent, uint32_t *team)
{
    struct dp_notes *notes = ctx;
    notes->look_ups++;
    *team = notes->teams[agent];
}

void dp_notes_init(struct dp_notes *notes)
{
    *notes = (struct dp_notes){.name_count = 1};
    notes->rules = (struct dp_fold_rules){
        .look_up_team = look_up_team, .team_ctx = notes, .emit = dp_notes_emit, .emit_ctx = notes};
}

void dp_notes_deinit(struct dp_notes *notes)
{
    free(notes->facts);
}

void dp_notes_clear(struct dp_notes *notes)
{
    notes->fact_count = 0;
}

uint32_t dp_notes_number(struct dp_notes *notes, struct dp_str name)
{
    if (!name.len)
        return 0;
    for (uint32_t i = 1; i < notes->name_count; i++)
        if (dp_str_equal(dp_str_from(notes->names[i]), name))
            return i;
    assert_true(notes->name_count < DP_NOTES_NAMES && name.len < sizeof *notes->names);
    memcpy(notes->names[notes->name_count], name.p, name.len);
    return notes->name_count++;
}

struct dp_record dp_notes_record(struct dp_notes *notes, const struct dp_event *event)
{
    struct dp_record record = {
        .time_ms = event->time_ms,
        .agent = dp_notes_number(notes, event->agent),
        .team = dp_notes_number(notes, event->team),
        .queue = dp_notes_number(notes, event->queue.len ? event->queue : event->to_queue),
        .made_team = DP_TEAM_OPEN,
        .type = event->type & 0xff,
    };
    if (event->type == DP_CONTACT_ANSWERED)
        record.end_team = DP_TEAM_OPEN;
    if (event->type == DP_CONTACT_OFFERED)
        record.what = dp_record_offer(event->channel, event->priority);
    if (event->type == DP_CONTACT_MESSAGE)
        record.what = event->from & 0xff;
    if (event->type == DP_CONTACT_RESOLVED)
        record.what = event->resolved;
    return record;
}

static const char *const kinds[DP_FACT_KINDS] = {"offered", "response",  "reply",   "abandon",
                                                 "handle",  "transfer",  "decline", "outcome",
                                                 "rating",  "complaint", "quality", "conversation"};
static const char *const flags[] = {"short",     "in_target", "resolved", "timed",   "fcr",
                                    "satisfied", "fatal",     "skewed",   "outside", "asked",
                                    "replied",   "urgent",    "high"};

static bool has_value(const struct dp_fact *fact)
{
    return fact->kind == DP_FACT_RESPONSE || fact->kind == DP_FACT_REPLY ||
           fact->kind == DP_FACT_ABANDON || fact->kind == DP_FACT_HANDLE ||
           fact->kind == DP_FACT_CONVERSATION || fact->flags & DP_FACT_TIMED;
}

static void print_fact(const struct dp_notes *notes, const struct dp_made *made, char *line,
                       size_t room)
{
    const struct dp_fact *fact = &made->fact;
    int at = snprintf(line, room, "%s@%lld", kinds[fact->kind], (long long)fact->time_ms);
    if (has_value(fact))
        at += snprintf(line + at, room - (size_t)at, "=%lld", (long long)fact->value);
    else
        assert_int_equal(fact->value, 0);
    if (fact->kind == DP_FACT_HANDLE)
        at += snprintf(line + at, room - (size_t)at, "/%lld/%lld", (long long)fact->hold_ms,
                       (long long)fact->wrap_ms);
    else if (fact->kind == DP_FACT_CONVERSATION)
        at += snprintf(line + at, room - (size_t)at, ":%lld", (long long)fact->hold_ms);
    else
        assert_true(fact->hold_ms == 0 && fact->wrap_ms == 0);
    uint32_t concerned[] = {made->agent, made->team, made->queue};
    for (size_t i = 0; i < sizeof concerned / sizeof *concerned; i++)
        if (concerned[i])
            at += snprintf(line + at, room - (size_t)at, " %s", notes->names[concerned[i]]);
    if (fact->channel)
        at += snprintf(line + at, room - (size_t)at, " %s", dp_channel_names[fact->channel]);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (fact->flags >> i & 1)
            at += snprintf(line + at, room - (size_t)at, " %s", flags[i]);
    assert_true((size_t)at < room);
}

void dp_notes_emit(void *ctx, int sign, const struct dp_made *made)
{
    struct dp_notes *notes = ctx;
    char line[sizeof *notes->facts];
    print_fact(notes, made, line, sizeof line);
    notes->told++;
    if (sign > 0) {
        notes->facts =
            dp_xgrow(notes->facts, notes->fact_count, &notes->fact_capacity, sizeof line);
        memcpy(notes->facts[notes->fact_count++], line, sizeof line);
        return;
    }
    for (size_t i = notes->fact_count; i-- > 0;)
        if (strcmp(notes->facts[i], line) == 0) {
            notes->fact_count--;
            memmove(notes->facts[i], notes->facts[notes->fact_count], sizeof line);
            return;
        }
    fail_msg("taken back but never made: %s", line);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void sort(struct dp_notes *notes)
{
    if (notes->fact_count)
        qsort(notes->facts, notes->fact_count, sizeof *notes->facts, compare_lines);
}

static void print_all(const char *title, const struct dp_notes *notes)
{
    print_error("%s:\n", title);
    for (size_t i = 0; i < notes->fact_count; i++)
        print_error("    %s;\n", notes->facts[i]);
}

bool dp_notes_same(struct dp_notes *notes, struct dp_notes *others)
{
    sort(notes);
    sort(others);
    bool same = notes->fact_count == others->fact_count;
    for (size_t i = 0; same && i < notes->fact_count; i++)
        same = strcmp(notes->facts[i], others->facts[i]) == 0;
    if (!same) {
        print_all("expected", others);
        print_all("got", notes);
    }
    return same;
}

void dp_notes_marked(void *ctx, const struct dp_contact *contact, int sign,
                     const struct dp_made *made)
{
    (void)contact;
    dp_notes_emit(ctx, sign, made);
}

bool dp_notes_are(struct dp_notes *notes, const char *expected)
{
    struct dp_notes wanted = {0};
    for (const char *rest = expected; *(rest += strspn(rest, " \n;"));) {
        size_t len = strcspn(rest, ";");
        assert_true(len < sizeof *wanted.facts);
        wanted.facts =
            dp_xgrow(wanted.facts, wanted.fact_count, &wanted.fact_capacity, sizeof *wanted.facts);
        char *line = wanted.facts[wanted.fact_count++];
        memcpy(line, rest, len);
        line[len] = '\0';
        rest += len;
    }
    bool same = dp_notes_same(notes, &wanted);
    free(wanted.facts);
    return same;
}
