#include "app/rule_tally.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/report_format.h"
#include "app/report_text.h"
#include "common/memory.h"
#include "common/timestamp.h"

struct open_alert {
    char id[DP_ALERT_ID];
    struct dp_rule_count *rule;
    int64_t fired_ms;
};

void dp_rule_tally_init(struct dp_rule_tally *tally, const struct dp_rule *rules, size_t count)
{
    *tally =
        (struct dp_rule_tally){.counts = dp_xcalloc(count, sizeof *tally->counts), .count = count};
    for (size_t i = 0; i < count; i++)
        tally->counts[i].name = dp_str_from(rules[i].name);
}

void dp_rule_tally_deinit(struct dp_rule_tally *tally)
{
    for (size_t i = 0; i < tally->open.capacity; i++)
        free(tally->open.slots[i].item);
    dp_index_deinit(&tally->open);
    free(tally->counts);
}

/* Counting --------------------------------------------------------------------------------------*/

static struct dp_rule_count *find_rule(const struct dp_rule_tally *tally, struct dp_str name)
{
    size_t i = 0;
    while (i < tally->count && !dp_str_equal(tally->counts[i].name, name))
        i++;
    return i < tally->count ? &tally->counts[i] : NULL;
}

/* An id is a hash, in hexadecimal digits. */
static uint64_t hash_of(const char *id)
{
    return strtoull(id, NULL, 16);
}

static void begin(struct dp_rule_tally *tally, struct dp_rule_count *rule,
                  const struct dp_notice *notice)
{
    struct open_alert *alert = dp_xcalloc(1, sizeof *alert);
    alert->rule = rule;
    alert->fired_ms = notice->fired_ms;
    memcpy(alert->id, notice->alert, sizeof alert->id);
    dp_index_add(&tally->open, hash_of(alert->id), alert);
    if (!rule->firing++)
        rule->first_ms = notice->fired_ms;
    rule->last_ms = notice->fired_ms;
}

static void note_length(struct dp_rule_count *rule, int64_t ms)
{
    if (ms > rule->longest_ms)
        rule->longest_ms = ms;
}

static void end(struct dp_rule_tally *tally, const struct dp_notice *notice)
{
    uint64_t hash = hash_of(notice->alert);
    void **slot = dp_index_first(&tally->open, hash);
    while (slot && strcmp(((struct open_alert *)*slot)->id, notice->alert) != 0)
        slot = dp_index_next(&tally->open, hash, slot);
    if (!slot)
        return;
    struct open_alert *alert = *slot;
    alert->rule->resolved++;
    note_length(alert->rule, notice->at_ms - alert->fired_ms);
    dp_index_remove(&tally->open, hash, alert);
    free(alert);
}

/* A beginning that was kept back is told later once more: of that this is no count. */
void dp_rule_tally_take(void *ctx, const struct dp_notice *notice)
{
    struct dp_rule_tally *tally = ctx;
    struct dp_rule_count *rule = find_rule(tally, notice->rule);
    if (rule && notice->kind == DP_FIRING && notice->at_ms == notice->fired_ms)
        begin(tally, rule, notice);
    else if (notice->kind == DP_RESOLVED)
        end(tally, notice);
}

void dp_rule_tally_end(struct dp_rule_tally *tally, int64_t t_ms)
{
    for (size_t i = 0; i < tally->open.capacity; i++) {
        struct open_alert *alert = tally->open.slots[i].item;
        if (alert)
            note_length(alert->rule, t_ms - alert->fired_ms);
    }
}

/* Showing ---------------------------------------------------------------------------------------*/

static void add_number(struct dp_grid *grid, enum dp_text_unit unit, int64_t number)
{
    char text[DP_REPORT_TEXT];
    dp_report_number(unit, number, text);
    dp_grid_add(grid, text, DP_MARK_NONE);
}

static void add_time(struct dp_grid *grid, int64_t ms)
{
    char text[32];
    dp_timestamp_format(ms, text);
    dp_grid_add(grid, text, DP_MARK_NONE);
}

static void add_row(struct dp_grid *grid, const struct dp_rule_count *rule)
{
    dp_grid_add(grid, rule->name.p, DP_MARK_NONE);
    add_number(grid, DP_TEXT_COUNT, (int64_t)rule->firing);
    add_number(grid, DP_TEXT_COUNT, (int64_t)rule->resolved);
    add_number(grid, DP_TEXT_COUNT, (int64_t)(rule->firing - rule->resolved));
    if (!rule->firing) {
        for (int column = 0; column < 3; column++)
            dp_grid_add(grid, DP_REPORT_ABSENT, DP_MARK_NONE);
        return;
    }
    add_number(grid, DP_TEXT_MS, rule->longest_ms);
    add_time(grid, rule->first_ms);
    add_time(grid, rule->last_ms);
}

void dp_rule_tally_write(const struct dp_rule_tally *tally, FILE *out)
{
    static const struct {
        const char *heading;
        bool number;
    } columns[] = {{"rule", false},   {"firing", true}, {"resolved", true}, {"still", true},
                   {"longest", true}, {"first", false}, {"last", false}};
    struct dp_report_terminal terminal = dp_report_terminal_of(out);
    struct dp_grid grid;
    dp_grid_init(&grid, "");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        dp_grid_add_column(&grid, columns[i].heading, NULL, columns[i].number);
    for (size_t i = 0; i < tally->count; i++)
        add_row(&grid, &tally->counts[i]);
    dp_report_write_grid(&grid, &terminal, out);
    dp_grid_deinit(&grid);
}
