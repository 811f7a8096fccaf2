#include "aggregator/journal_reader.h"

#include <endian.h>
#include <float.h>
#include <string.h>

#include "common/varint.h"

void dp_journal_reader_init(struct dp_journal_reader *reader, const char *bytes, size_t len)
{
    *reader = (struct dp_journal_reader){.at = bytes, .end = bytes + len};
}

/* Each of these takes from the front, and gives 0 once something was malformed. */

static unsigned fail(struct dp_journal_reader *reader)
{
    reader->malformed = true;
    return 0;
}

static unsigned get_byte(struct dp_journal_reader *reader)
{
    if (reader->malformed || reader->at == reader->end)
        return fail(reader);
    return (unsigned char)*reader->at++;
}

/* One that must be below `limit`. */
static unsigned get_below(struct dp_journal_reader *reader, unsigned limit)
{
    unsigned byte = get_byte(reader);
    return byte < limit ? byte : fail(reader);
}

static uint64_t get_number(struct dp_journal_reader *reader)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned byte = get_byte(reader);
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
    return fail(reader);
}

static uint32_t get_count(struct dp_journal_reader *reader)
{
    uint64_t count = get_number(reader);
    return count <= UINT32_MAX ? (uint32_t)count : fail(reader);
}

static int64_t get_time(struct dp_journal_reader *reader, int64_t from_ms)
{
    uint64_t distance = (uint64_t)dp_varint_unfold(get_number(reader));
    return (int64_t)((uint64_t)from_ms + distance);
}

/* One that is known: a day around the years 0 to 9999, so that no difference overflows. */
static int64_t get_moment(struct dp_journal_reader *reader)
{
    int64_t time_ms = get_time(reader, reader->time_ms);
    if (time_ms >= INT64_C(-62167305600000) && time_ms <= INT64_C(253402387200000))
        return time_ms;
    return fail(reader);
}

/* One that may be INT64_MIN. */
static int64_t get_moment_or_none(struct dp_journal_reader *reader)
{
    struct dp_journal_reader again = *reader;
    if (get_time(&again, reader->time_ms) != INT64_MIN || again.malformed)
        return get_moment(reader);
    *reader = again;
    return INT64_MIN;
}

static struct dp_str get_bytes(struct dp_journal_reader *reader, size_t len)
{
    if (reader->malformed || (size_t)(reader->end - reader->at) < len) {
        fail(reader);
        return (struct dp_str){0};
    }
    struct dp_str string = {reader->at, len};
    reader->at += len;
    return string;
}

static struct dp_str get_name(struct dp_journal_reader *reader)
{
    return get_bytes(reader, get_byte(reader) + 1u);
}

static struct dp_str get_identifier(struct dp_journal_reader *reader)
{
    return get_bytes(reader, get_below(reader, DP_JOURNAL_IDENTIFIER_MAX) + 1u);
}

static struct dp_str get_optional(struct dp_journal_reader *reader)
{
    size_t len = get_below(reader, DP_JOURNAL_IDENTIFIER_MAX + 1);
    return len ? get_bytes(reader, len) : (struct dp_str){0};
}

static double get_double(struct dp_journal_reader *reader)
{
    double value = 0;
    uint64_t bits;
    struct dp_str raw = get_bytes(reader, sizeof bits);
    if (raw.len) {
        memcpy(&bits, raw.p, sizeof bits);
        bits = le64toh(bits);
        memcpy(&value, &bits, sizeof value);
    }
    return value;
}

#define BIT(string) (1u << DP_JOURNAL_##string)
#define OF_AGENT    (BIT(INTERACTION) | BIT(AGENT_ID))

/* Strings that an event of each type cannot do without. */
static const uint8_t required[DP_EVENT_TYPES] = {
    [DP_CONTACT_OFFERED] = BIT(INTERACTION) | BIT(QUEUE),
    [DP_CONTACT_ANSWERED] = OF_AGENT,
    [DP_CONTACT_DECLINED] = OF_AGENT,
    [DP_CONTACT_MESSAGE] = BIT(INTERACTION),
    [DP_CONTACT_HELD] = OF_AGENT,
    [DP_CONTACT_RETRIEVED] = OF_AGENT,
    [DP_CONTACT_TRANSFERRED] = OF_AGENT,
    [DP_CONTACT_ENDED] = BIT(INTERACTION),
    [DP_CONTACT_WRAPPED] = OF_AGENT,
    [DP_CONTACT_ABANDONED] = BIT(INTERACTION),
    [DP_CONTACT_RESOLVED] = BIT(INTERACTION),
    [DP_CONTACT_REOPENED] = BIT(INTERACTION),
    [DP_FEEDBACK_RATED] = BIT(AGENT_ID),
    [DP_FEEDBACK_COMPLAINED] = BIT(AGENT_ID),
    [DP_QUALITY_SCORED] = BIT(AGENT_ID),
    [DP_AGENT_STATE] = BIT(AGENT_ID),
    [DP_SCORECARD_MEASURED] = BIT(AGENT_ID),
};

static void get_attributes(struct dp_journal_reader *reader, struct dp_event *event)
{
    unsigned low = get_byte(reader), high = get_below(reader, 0x20);
    if ((low >> 4 & 3) > DP_FROM_BOT || (high & 7) >= DP_AGENT_STATES)
        fail(reader);
    event->channel = (enum dp_channel)(low & 3);
    event->priority = (enum dp_priority)((low >> 2 & 3) ^ DP_PRIORITY_NORMAL);
    event->from = (enum dp_author)(low >> 4 & 3);
    event->measure = (enum dp_measure)(low >> 6);
    event->state = (enum dp_agent_state)(high & 7);
    event->resolved = high >> 3 & 1;
    event->fatal = high >> 4 & 1;
}

/* Scores become integers: they must be numbers, in the range that they have. */
static bool score_fits(const struct dp_event *event)
{
    if (event->type == DP_FEEDBACK_RATED)
        return event->scale > 0 && event->scale <= DBL_MAX && event->score >= 0 &&
               event->score <= event->scale;
    if (event->type != DP_QUALITY_SCORED && event->type != DP_SCORECARD_MEASURED)
        return true;
    return event->score >= 0 && event->score <= 100;
}

/* An event whose first byte was read. */
static void get_event(struct dp_journal_reader *reader, unsigned first, unsigned needs,
                      struct dp_event *event)
{
    unsigned present = get_byte(reader);
    *event = (struct dp_event){.type = (enum dp_event_type)(first & DP_JOURNAL_KIND_BITS),
                               .priority = DP_PRIORITY_NORMAL};
    if ((present & needs) != needs)
        fail(reader);
    reader->time_ms = event->time_ms = get_moment(reader);
    if (!(first & DP_JOURNAL_SAME_SOURCE))
        reader->source = get_name(reader);
    else if (!reader->source.len)
        fail(reader);
    event->source = reader->source;
    event->id = get_name(reader);
    struct dp_str *const strings[DP_JOURNAL_STRINGS] = {
        [DP_JOURNAL_INTERACTION] = &event->interaction,
        [DP_JOURNAL_AGENT_ID] = &event->agent,
        [DP_JOURNAL_TEAM_ID] = &event->team,
        [DP_JOURNAL_QUEUE] = &event->queue,
        [DP_JOURNAL_CUSTOMER] = &event->customer,
        [DP_JOURNAL_TO_AGENT] = event->type == DP_AGENT_STATE ? &event->reason : &event->to_agent,
        [DP_JOURNAL_TO_QUEUE] = &event->to_queue,
    };
    for (unsigned i = 0; i < DP_JOURNAL_STRINGS; i++)
        if (present >> i & 1)
            *strings[i] = get_identifier(reader);
    if (first & DP_JOURNAL_ATTRIBUTES)
        get_attributes(reader, event);
    if (present & DP_JOURNAL_SCORES) {
        event->score = get_double(reader);
        event->scale = get_double(reader);
    }
    if (!score_fits(event))
        fail(reader);
}

static void get_kept(struct dp_journal_reader *reader, unsigned kept,
                     struct dp_journal_kept_name *name)
{
    *name = (struct dp_journal_kept_name){.kept = (enum dp_journal_kept)kept};
    if (kept > DP_JOURNAL_KEPT_NAME)
        fail(reader);
    if (kept == DP_JOURNAL_KEPT_NAME)
        name->name = get_identifier(reader);
}

static void get_contact_event(struct dp_journal_reader *reader,
                              struct dp_journal_contact_event *event)
{
    unsigned kept = get_below(reader, 16);
    get_kept(reader, kept & 3, &event->made_team);
    get_kept(reader, kept >> 2, &event->end_team);
    unsigned first = get_byte(reader), type = first & DP_JOURNAL_KIND_BITS;
    if (type > DP_CONTACT_REOPENED)
        type = fail(reader);
    get_event(reader, first, required[type] & ~BIT(INTERACTION), &event->event);
}

static unsigned unpack(uint64_t flags)
{
    return (flags & (DP_FACT_SHORT | DP_FACT_IN_TARGET)) | (flags & 4 ? DP_FACT_OUTSIDE : 0u);
}

static void get_judged(struct dp_journal_reader *reader, unsigned first,
                       struct dp_journal_record *record)
{
    unsigned packed = DP_FACT_IN_TARGET | (unsigned)DP_JUDGED_RESPONSE << 3;
    if (!(first & DP_JOURNAL_USUAL))
        packed = get_below(reader, DP_JUDGED << 3);
    record->judged = (enum dp_judged)(packed >> 3);
    record->judged_flags = unpack(packed & 7);
}

static void get_contact(struct dp_journal_reader *reader, struct dp_journal_contact *contact)
{
    uint64_t flags = get_number(reader);
    if (flags >> (1 + 3 * DP_JUDGED))
        fail(reader);
    contact->fcr = flags & 1;
    for (unsigned i = 0; i < DP_JUDGED; i++)
        contact->judged[i] = unpack(flags >> (1 + 3 * i) & 7) & DP_FACT_JUDGED;
    contact->id = get_identifier(reader);
    contact->last_ms = get_moment(reader);
    contact->events = get_count(reader);
}

static void get_agent(struct dp_journal_reader *reader, struct dp_journal_agent *agent)
{
    *agent = (struct dp_journal_agent){0};
    agent->id = get_identifier(reader);
    agent->reason = get_optional(reader);
    agent->team = get_optional(reader);
    if (agent->team.len) {
        agent->team_ms = get_moment(reader);
        agent->team_source = get_name(reader);
        agent->team_event = get_name(reader);
    }
    agent->states = get_count(reader);
    agent->settled = get_count(reader);
    if (agent->settled > agent->states)
        fail(reader);
}

static void get_agent_state(struct dp_journal_reader *reader, unsigned first,
                            struct dp_journal_agent_state *state)
{
    *state = (struct dp_journal_agent_state){0};
    state->state = (enum dp_agent_state)get_below(reader, DP_AGENT_STATES);
    reader->time_ms = state->time_ms = get_moment(reader);
    if (!(first & DP_JOURNAL_SAME_SOURCE)) {
        state->source = get_name(reader);
        state->id = get_name(reader);
    }
}

static void get_scope(struct dp_journal_reader *reader, struct dp_journal_record *record)
{
    record->scope = (enum dp_scope_kind)get_below(reader, DP_SCOPE_KINDS);
    if (record->scope == DP_SCOPE_ALL)
        fail(reader);
    record->scope_id = get_identifier(reader);
    if (record->kind == DP_JOURNAL_SCOPE)
        record->last_event_ms = get_moment_or_none(reader);
}

static void get_periods(struct dp_journal_reader *reader, struct dp_journal_periods *periods)
{
    *periods = (struct dp_journal_periods){0};
    periods->scope = (enum dp_scope_kind)get_below(reader, DP_SCOPE_KINDS);
    periods->id = get_optional(reader);
    if ((periods->scope == DP_SCOPE_ALL) != !periods->id.len)
        fail(reader);
    periods->left = get_below(reader, 2);
    periods->accrued_ms = get_moment_or_none(reader);
    periods->team = get_optional(reader);
    periods->team_ms = get_moment_or_none(reader);
    periods->bytes = get_bytes(reader, get_count(reader));
}

static void get_alert(struct dp_journal_reader *reader, struct dp_journal_alert *alert)
{
    struct dp_alert_life *life = &alert->life;
    unsigned flags = get_below(reader, DP_RULE_SCOPES << 3);
    *alert = (struct dp_journal_alert){.scope = (enum dp_rule_scope)(flags >> 3)};
    life->state = (enum dp_alert_state)(flags & 3);
    life->escalated = flags >> 2 & 1;
    alert->rule = get_name(reader);
    alert->id = get_optional(reader);
    life->since_ms = get_moment(reader);
    life->fired_ms = life->told_ms = life->repeated_ms = life->acknowledged_ms = INT64_MIN;
    if (life->state == DP_ALERT_FIRING) {
        life->fired_ms = get_moment(reader);
        life->told_ms = get_moment_or_none(reader);
        life->repeated_ms = get_moment_or_none(reader);
        life->acknowledged_ms = get_moment_or_none(reader);
        life->repeats = get_count(reader);
        alert->who = get_optional(reader);
        alert->queue = get_optional(reader);
        alert->team = get_optional(reader);
        alert->channel = (enum dp_channel)get_below(reader, DP_CHANNELS);
    }
    if (life->state >= DP_ALERT_STATES || alert->rule.len > DP_RULE_NAME_MAX ||
        (alert->scope == DP_RULE_ALL) != !alert->id.len)
        fail(reader);
}

bool dp_journal_read(struct dp_journal_reader *reader, struct dp_journal_record *record)
{
    if (reader->malformed || reader->at == reader->end)
        return false;
    const char *begin = reader->at;
    unsigned first = get_byte(reader);
    record->kind = (enum dp_journal_kind)(first & DP_JOURNAL_KIND_BITS);
    if (dp_journal_is_event(record->kind)) {
        get_event(reader, first, required[record->kind], &record->event);
        record->waits = first & DP_JOURNAL_WAITS;
    } else if (first == (DP_JOURNAL_SCOPE | DP_JOURNAL_MORE)) {
        record->kind = DP_JOURNAL_PERIODS;
        get_periods(reader, &record->periods);
    } else if (first == (DP_JOURNAL_RETIRED | DP_JOURNAL_MORE)) {
        record->kind = DP_JOURNAL_ALERT;
        get_alert(reader, &record->alert);
    } else if (first & ~(unsigned)(DP_JOURNAL_KIND_BITS | DP_JOURNAL_SAME_SOURCE)) {
        fail(reader);
    } else {
        switch (record->kind) {
        case DP_JOURNAL_TIME:
            record->t_ms = get_moment(reader);
            break;
        case DP_JOURNAL_TEAM:
            record->name = get_optional(reader);
            break;
        case DP_JOURNAL_JUDGED:
            get_judged(reader, first, record);
            break;
        case DP_JOURNAL_SETTLED:
            record->horizon_ms = get_moment_or_none(reader);
            record->settled_ms = get_moment_or_none(reader);
            break;
        case DP_JOURNAL_MARK:
            record->fcr = get_below(reader, 2);
            record->marked = get_identifier(reader);
            break;
        case DP_JOURNAL_FORGOTTEN:
            record->name = get_identifier(reader);
            break;
        case DP_JOURNAL_RETIRED:
        case DP_JOURNAL_SCOPE:
            get_scope(reader, record);
            break;
        case DP_JOURNAL_CONTACT:
            get_contact(reader, &record->contact);
            break;
        case DP_JOURNAL_CONTACT_EVENT:
            get_contact_event(reader, &record->contact_event);
            break;
        case DP_JOURNAL_AGENT:
            get_agent(reader, &record->agent);
            break;
        case DP_JOURNAL_AGENT_STATE:
            get_agent_state(reader, first, &record->agent_state);
            break;
        case DP_JOURNAL_TAKE:
        case DP_JOURNAL_BEGINS:
        case DP_JOURNAL_FCR:
            break;
        default:
            fail(reader);
        }
    }
    if (reader->malformed)
        reader->at = begin;
    return !reader->malformed;
}
