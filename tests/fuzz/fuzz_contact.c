/* Any events of three contacts and three agents, in any order: what the aggregator says live, step
 * by step, is what it says when all events come sorted, and it makes sense. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "aggregator/aggregator.h"
#include "tests/unit/apply_one.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECOND     INT64_C(1000)
#define EVENT_MAX  48
#define EVENT_SIZE 4
#define ROW_MAX    1000

static void check(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

/* ---------------------------------------------------------------- events from bytes */

/* Four bytes an event:
 *   type (5 bits), contact or agent's state (3 bits)
 *   time in steps of 500 ms (6 bits), its place among those of one time (2 bits)
 *   agent (2 bits), team (2 bits), queue (2 bits), channel (2 bits)
 *   customer (2 bits), yes or no, author (2 bits), and what happens between (3 bits) */
struct step {
    struct dp_event event;
    char id[8];
    unsigned between; /* seconds that T goes on, live, and whether entries are taken */
};

static struct dp_str pick(const char *const *names, unsigned which)
{
    return dp_str_from(names[which & 3]);
}

static void read_step(const uint8_t *bytes, unsigned number, struct step *step)
{
    static const char *const contacts[] = {"c1", "c2", "c3", "c1"};
    static const char *const agents[] = {"a1", "a2", "a3", "a1"};
    static const char *const teams[] = {NULL, "t1", "t2", NULL};
    static const char *const queues[] = {"q1", "q2", "q3", "q1"};
    static const char *const to_queues[] = {NULL, "q2", "q3", NULL};
    static const char *const customers[] = {NULL, "x", "y", "x"};
    unsigned who = bytes[0] >> 5, agent = bytes[2], team = agent >> 2, queue = agent >> 4;
    snprintf(step->id, sizeof step->id, "%u%03u", bytes[1] >> 6, number);
    struct dp_event *event = &step->event;
    *event = (struct dp_event){
        .time_ms = (bytes[1] & 63) * (SECOND / 2),
        .source = bytes[3] & 0x40 ? DP_STR("s") : DP_STR("t"),
        .id = dp_str_from(step->id),
        .agent = pick(agents, agent),
        .type = (enum dp_event_type)((bytes[0] & 31) % DP_EVENT_TYPES),
        .channel = (enum dp_channel)(1 + (agent >> 6) % 3),
        .from = (enum dp_author)(bytes[3] >> 3 & 3) % 3,
        .resolved = bytes[3] >> 2 & 1,
        .fatal = bytes[3] >> 2 & 1,
        .score = bytes[3] >> 3 & 3,
        .scale = 3,
    };
    step->between = bytes[3] >> 5;
    if (event->type <= DP_CONTACT_REOPENED)
        event->interaction = pick(contacts, who);
    switch (event->type) {
    case DP_CONTACT_OFFERED:
        event->agent = (struct dp_str){0};
        event->queue = pick(queues, queue);
        event->customer = pick(customers, bytes[3]);
        event->team = pick(teams, team);
        event->priority = (enum dp_priority)(agent & 3);
        break;
    case DP_CONTACT_TRANSFERRED:
        event->to_queue = pick(to_queues, queue);
        break;
    case DP_CONTACT_RESOLVED:
        if (bytes[3] & 1)
            event->agent = (struct dp_str){0};
        break;
    case DP_AGENT_STATE: /* names no team: facts would depend on what is known when they are made */
        event->state = (enum dp_agent_state)(who % DP_AGENT_STATES);
        event->reason = pick(to_queues, bytes[3]);
        break;
    default:
        event->team = pick(teams, team);
        break;
    }
}

static int compare_steps(const void *a, const void *b)
{
    const struct dp_event *one = &(*(struct step *const *)a)->event;
    const struct dp_event *other = &(*(struct step *const *)b)->event;
    if (one->time_ms != other->time_ms)
        return one->time_ms < other->time_ms ? -1 : 1;
    int order = dp_str_compare(one->source, other->source);
    return order ? order : dp_str_compare(one->id, other->id);
}

/* ---------------------------------------------------------------- entries by key */

struct board {
    struct row {
        char key[64];
        uint64_t content; /* a hash of the fields */
    } rows[ROW_MAX];
    size_t count;
};

static struct row *row_of(struct board *board, const char *key)
{
    for (size_t i = 0; i < board->count; i++)
        if (strcmp(board->rows[i].key, key) == 0)
            return &board->rows[i];
    return NULL;
}

static void check_field(const struct dp_field *field)
{
    size_t len = strlen(field->name);
    bool mean = len > 5 && strcmp(field->name + len - 5, "_mean") == 0;
    static const char *const ratios[] = {"transfer_rate", "complaint_rate", "contacts_per_hour",
                                         "concurrency"}; /* of more than there are below the line */
    bool ratio = false;
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++)
        ratio = ratio || strcmp(field->name, ratios[i]) == 0;
    for (size_t i = 0; i < DP_MEASURES; i++)
        mean = mean || strcmp(field->name, dp_measure_names[i]) == 0;
    check(field->unit == DP_FIELD_TEXT || field->value >= 0 || strcmp(field->name, "from_ms") == 0,
          "a number is not negative");
    check(field->unit != DP_FIELD_MILLIONTHS || ratio ||
              field->value <= (mean ? 100000000 : 1000000),
          "a share is at most 1, a score at most 100");
}

/* Percentiles follow the maximum in the order of figures. */
static void check_percentiles(const struct dp_entry *entry, size_t at)
{
    size_t len = strlen(entry->fields[at].name);
    if (len < 7 || strcmp(entry->fields[at].name + len - 7, "_max_ms") != 0 ||
        strcmp(entry->fields[at].name, "hold_max_ms") == 0)
        return;
    check(at + 4 < entry->field_count, "a maximum has percentiles");
    for (size_t i = at + 2; i <= at + 4; i++)
        check(entry->fields[i - 1].value <= entry->fields[i].value, "percentiles ascend");
    check(entry->fields[at + 4].value <= entry->fields[at].value, "up to the maximum");
    check(entry->fields[at - 1].value <= entry->fields[at].value, "as does the mean");
}

static uint64_t content_of(const struct dp_entry *entry)
{
    uint64_t content = 0;
    for (size_t i = 0; i < entry->field_count; i++) {
        const struct dp_field *field = &entry->fields[i];
        check_field(field);
        check_percentiles(entry, i);
        bool text = field->unit == DP_FIELD_TEXT;
        content = XXH3_64bits_withSeed(field->name, strlen(field->name), content);
        content = text ? XXH3_64bits_withSeed(field->text.p, field->text.len, content)
                       : XXH3_64bits_withSeed(&field->value, sizeof field->value, content);
    }
    return content;
}

static void take(struct board *board, const struct dp_entry *entry)
{
    char key[sizeof board->rows->key];
    bool ranked = entry->kind == DP_ENTRY_RANKED;
    int len =
        snprintf(key, sizeof key, "%s:%.*s:%s:%d:%s%s:%.*s", dp_scope_kind_names[entry->scope],
                 (int)entry->id.len, entry->id.p, dp_channel_names[entry->channel],
                 (int)entry->kind, entry->label ? entry->label : "", ranked ? entry->set : "",
                 ranked ? (int)entry->member.len : 0, ranked ? entry->member.p : "");
    check(len > 0 && (size_t)len < sizeof key, "the key fits");
    struct row *row = row_of(board, key);
    if (entry->gone) {
        if (row)
            *row = board->rows[--board->count];
        return;
    }
    check(entry->kind == DP_ENTRY_KNOWN || entry->kind == DP_ENTRY_LABEL || ranked ||
              entry->field_count > 0,
          "a hash has fields");
    if (!row) {
        check(board->count < ROW_MAX, "the keys are few");
        row = &board->rows[board->count++];
        memcpy(row->key, key, sizeof key);
    }
    row->content = ranked ? (uint64_t)entry->score : content_of(entry);
}

static void pull(struct board *board, struct dp_aggregator *agg, size_t most)
{
    struct dp_entry entry;
    dp_aggregator_begin_entries(agg);
    while (most-- > 0 && dp_aggregator_next_entry(agg, &entry))
        take(board, &entry);
}

static void check_same(struct board *live, struct board *sorted)
{
    for (size_t i = 0; i < sorted->count; i++) {
        const struct row *row = row_of(live, sorted->rows[i].key);
        if (row && row->content == sorted->rows[i].content)
            continue;
        fprintf(stderr, "%s differs\n", sorted->rows[i].key);
        check(false, "live is as sorted");
    }
    check(live->count == sorted->count, "live has no other keys");
}

/* ---------------------------------------------------------------- the two ways */

static struct dp_aggregator *make(bool wall_clock)
{
    struct dp_aggregator_options options = {
        .windows = {2, {5 * SECOND, 20 * SECOND}},
        .window_labels = {"5s", "20s"},
        .allowed_lateness_ms = 100 * SECOND,
        .dedup_horizon_ms = 100 * SECOND,
        .short_abandon_ms = 2 * SECOND,
        .fcr_window_ms = 4 * SECOND,
        .contact_ttl_ms = 1000 * SECOND,
        .scope_ttl_ms = 1000 * SECOND,
        .max_contacts = 100,
        .max_waiting = 1000,
        .wall_clock = wall_clock,
        .as_of_limit_ms = INT64_MAX,
        .period_kinds = (1u << DP_PERIOD_KINDS) - 1,
        .timezone = "UTC",
        .period_keep_ms = INT64_C(34560000000),
        .period_interval_ms = 0,
        .targets = {.target_ms = {0, SECOND, 2 * SECOND, 3 * SECOND}},
    };
    struct dp_aggregator *agg = dp_aggregator_create(&options);
    dp_aggregator_add_partition(agg);
    dp_aggregator_advance(agg, 0);
    /* Teams of the agents' states are known before all else, and stay. */
    static const char *const agents[] = {"a1", "a2", "a3"}, *const teams[] = {"t1", "t2", "t3"};
    for (size_t i = 0; i < 3; i++) {
        struct dp_event event = {.type = DP_AGENT_STATE,
                                 .source = DP_STR("0"),
                                 .id = dp_str_from(agents[i]),
                                 .agent = dp_str_from(agents[i]),
                                 .team = dp_str_from(teams[i]),
                                 .state = DP_STATE_AVAILABLE};
        check(dp_apply_one(agg, 0, &event) == DP_ACCEPTED, "a first state is taken");
    }
    return agg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct step steps[EVENT_MAX];
    static struct step *order[EVENT_MAX];
    static struct board live_board, sorted_board;
    live_board.count = sorted_board.count = 0;
    size_t count = size / EVENT_SIZE < EVENT_MAX ? size / EVENT_SIZE : EVENT_MAX;
    struct dp_aggregator *live = make(true), *sorted = make(false);

    int64_t t_ms = 0;
    for (size_t i = 0; i < count; i++) {
        read_step(data + i * EVENT_SIZE, (unsigned)i, &steps[i]);
        order[i] = &steps[i];
        check(dp_apply_one(live, 0, &steps[i].event) == DP_ACCEPTED, "none is late");
        check(dp_apply_one(live, 0, &steps[i].event) == DP_DUPLICATE, "a second is known");
        if (steps[i].between & 1)
            pull(&live_board, live, steps[i].between * 5);
        if (steps[i].between & 2)
            dp_aggregator_advance(live, t_ms += steps[i].between * SECOND / 2);
        if (steps[i].between & 4)
            pull(&live_board, live, SIZE_MAX);
    }
    t_ms = (t_ms > 32 * SECOND ? t_ms : 32 * SECOND) + (int64_t)(size % EVENT_SIZE) * 3 * SECOND;
    dp_aggregator_advance(live, t_ms);
    pull(&live_board, live, SIZE_MAX);
    size_t complete = live_board.count;
    dp_aggregator_mark_all(live); /* occupancy is handed out now and then only */
    pull(&live_board, live, SIZE_MAX);
    check(live_board.count == complete, "all keys have been handed out before");

    if (count)
        qsort(order, count, sizeof *order, compare_steps);
    for (size_t i = 0; i < count; i++)
        dp_apply_one(sorted, 0, &order[i]->event);
    dp_aggregator_advance(sorted, t_ms);
    pull(&sorted_board, sorted, SIZE_MAX);
    check_same(&live_board, &sorted_board);

    dp_aggregator_destroy(live);
    dp_aggregator_destroy(sorted);
    return 0;
}
