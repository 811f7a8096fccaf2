#include "aggregator/journal.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/agent.h"
#include "common/memory.h"
#include "common/varint.h"

/* The most that a record of any kind takes. */
#define RECORD_MAX 2048

/* What frames seldom take more than. */
#define KEPT_BYTES ((size_t)8 << 20)

void dp_journal_init(struct dp_journal *journal)
{
    *journal = (struct dp_journal){0};
}

void dp_journal_deinit(struct dp_journal *journal)
{
    free(journal->bytes);
}

void dp_journal_clear(struct dp_journal *journal)
{
    if (journal->capacity > KEPT_BYTES) {
        free(journal->bytes);
        journal->bytes = NULL;
        journal->capacity = 0;
    }
    journal->len = 0;
    journal->time_ms = 0;
    journal->source_len = 0;
}

/* Where the next record goes: there is room for one that takes `more` than others do. */
static char *begin_long(struct dp_journal *journal, size_t more)
{
    if (journal->capacity - journal->len < RECORD_MAX + more) {
        journal->capacity += journal->capacity / 2 + 2 * RECORD_MAX + more;
        journal->bytes = dp_xrealloc(journal->bytes, journal->capacity);
    }
    return journal->bytes + journal->len;
}

static char *begin(struct dp_journal *journal)
{
    return begin_long(journal, 0);
}

static void end(struct dp_journal *journal, const char *at)
{
    journal->len = (size_t)(at - journal->bytes);
}

/* A time as its distance from another, either way; any two times have one. */
static char *put_time(char *at, int64_t time_ms, int64_t from_ms)
{
    uint64_t distance = (uint64_t)time_ms - (uint64_t)from_ms;
    return dp_varint_put(at, dp_varint_fold((int64_t)distance));
}

static char *put_string(char *at, struct dp_str string)
{
    *at++ = (char)(string.len - 1);
    memcpy(at, string.p, string.len);
    return at + string.len;
}

/* One that may be absent; identifiers are short enough for the difference. */
static char *put_optional(char *at, struct dp_str id)
{
    *at++ = (char)id.len;
    if (id.len)
        memcpy(at, id.p, id.len);
    return at + id.len;
}

static char *put_double(char *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = htole64(bits);
    memcpy(at, &bits, sizeof bits);
    return at + sizeof bits;
}

static unsigned attributes_of(const struct dp_event *event)
{
    return (unsigned)event->channel | (unsigned)(event->priority ^ DP_PRIORITY_NORMAL) << 2 |
           (unsigned)event->from << 4 | (unsigned)event->measure << 6 |
           (unsigned)event->state << 8 | (unsigned)event->resolved << 11 |
           (unsigned)event->fatal << 12;
}

static char *put_event(struct dp_journal *journal, char *at, const struct dp_event *event,
                       bool waits)
{
    char *kind = at;
    unsigned first = event->type | (waits ? DP_JOURNAL_WAITS : 0u), present = 0;
    at += 2;
    at = put_time(at, event->time_ms, journal->time_ms);
    journal->time_ms = event->time_ms;
    if (event->source.len == journal->source_len &&
        memcmp(event->source.p, journal->source, journal->source_len) == 0) {
        first |= DP_JOURNAL_SAME_SOURCE;
    } else {
        at = put_string(at, event->source);
        memcpy(journal->source, event->source.p, event->source.len);
        journal->source_len = (uint16_t)event->source.len;
    }
    at = put_string(at, event->id);
    const struct dp_str strings[DP_JOURNAL_STRINGS] = {
        [DP_JOURNAL_INTERACTION] = event->interaction,
        [DP_JOURNAL_AGENT_ID] = event->agent,
        [DP_JOURNAL_TEAM_ID] = event->team,
        [DP_JOURNAL_QUEUE] = event->queue,
        [DP_JOURNAL_CUSTOMER] = event->customer,
        [DP_JOURNAL_TO_AGENT] =
            event->type == DP_AGENT_STATE ? dp_agent_reason(event->reason) : event->to_agent,
        [DP_JOURNAL_TO_QUEUE] = event->to_queue,
    };
    for (unsigned i = 0; i < DP_JOURNAL_STRINGS; i++)
        if (strings[i].len) {
            present |= 1u << i;
            at = put_string(at, strings[i]);
        }
    unsigned attributes = attributes_of(event);
    if (attributes) {
        first |= DP_JOURNAL_ATTRIBUTES;
        *at++ = (char)attributes;
        *at++ = (char)(attributes >> 8);
    }
    if (event->type == DP_FEEDBACK_RATED || event->type == DP_QUALITY_SCORED ||
        event->type == DP_SCORECARD_MEASURED) {
        present |= DP_JOURNAL_SCORES;
        at = put_double(put_double(at, event->score), event->scale);
    }
    kind[0] = (char)first;
    kind[1] = (char)present;
    return at;
}

void dp_journal_event(struct dp_journal *journal, const struct dp_event *event, bool waits)
{
    end(journal, put_event(journal, begin(journal), event, waits));
}

void dp_journal_time(struct dp_journal *journal, int64_t t_ms)
{
    char *at = begin(journal);
    *at++ = DP_JOURNAL_TIME;
    end(journal, put_time(at, t_ms, journal->time_ms));
}

void dp_journal_word(struct dp_journal *journal, enum dp_journal_kind kind)
{
    char *at = begin(journal);
    *at++ = (char)kind;
    end(journal, at);
}

void dp_journal_team(struct dp_journal *journal, struct dp_str team)
{
    char *at = begin(journal);
    *at++ = DP_JOURNAL_TEAM;
    end(journal, put_optional(at, team));
}

/* Three flags as neighbours. */
static unsigned pack(unsigned flags)
{
    return (flags & (DP_FACT_SHORT | DP_FACT_IN_TARGET)) | (flags & DP_FACT_OUTSIDE ? 4u : 0u);
}

void dp_journal_judged(struct dp_journal *journal, enum dp_judged which, unsigned flags)
{
    char *at = begin(journal);
    bool usual = which == DP_JUDGED_RESPONSE && flags == DP_FACT_IN_TARGET;
    *at++ = (char)(DP_JOURNAL_JUDGED | (usual ? DP_JOURNAL_USUAL : 0));
    if (!usual)
        *at++ = (char)(pack(flags) | (unsigned)which << 3);
    end(journal, at);
}

void dp_journal_settled(struct dp_journal *journal, int64_t horizon_ms, int64_t settled_ms)
{
    char *at = begin(journal);
    *at++ = DP_JOURNAL_SETTLED;
    at = put_time(at, horizon_ms, journal->time_ms);
    end(journal, put_time(at, settled_ms, journal->time_ms));
}

void dp_journal_forgotten(struct dp_journal *journal, struct dp_str contact)
{
    char *at = begin(journal);
    *at++ = DP_JOURNAL_FORGOTTEN;
    end(journal, put_string(at, contact));
}

void dp_journal_mark_of(struct dp_journal *journal, struct dp_str contact, bool fcr)
{
    char *at = begin(journal);
    *at++ = DP_JOURNAL_MARK;
    *at++ = (char)fcr;
    end(journal, put_string(at, contact));
}

void dp_journal_retired(struct dp_journal *journal, enum dp_scope_kind kind, struct dp_str id)
{
    char *at = begin(journal);
    *at++ = DP_JOURNAL_RETIRED;
    *at++ = (char)kind;
    end(journal, put_string(at, id));
}

void dp_journal_scope(struct dp_journal *journal, enum dp_scope_kind kind, struct dp_str id,
                      int64_t last_event_ms)
{
    char *at = begin(journal);
    *at++ = DP_JOURNAL_SCOPE;
    *at++ = (char)kind;
    end(journal, put_time(put_string(at, id), last_event_ms, journal->time_ms));
}

void dp_journal_periods(struct dp_journal *journal, const struct dp_journal_periods *periods)
{
    char *at = begin_long(journal, periods->bytes.len);
    *at++ = DP_JOURNAL_SCOPE | DP_JOURNAL_MORE;
    *at++ = (char)periods->scope;
    at = put_optional(at, periods->id);
    *at++ = (char)periods->left;
    at = put_time(at, periods->accrued_ms, journal->time_ms);
    at = put_time(put_optional(at, periods->team), periods->team_ms, journal->time_ms);
    at = dp_varint_put(at, periods->bytes.len);
    if (periods->bytes.len)
        memcpy(at, periods->bytes.p, periods->bytes.len);
    end(journal, at + periods->bytes.len);
}

void dp_journal_alert(struct dp_journal *journal, const struct dp_journal_alert *alert)
{
    const struct dp_alert_life *life = &alert->life;
    char *at = begin(journal);
    *at++ = (char)(DP_JOURNAL_RETIRED | DP_JOURNAL_MORE);
    *at++ = (char)((unsigned)life->state | (unsigned)life->escalated << 2 |
                   (unsigned)alert->scope << 3);
    at = put_optional(put_string(at, alert->rule), alert->id);
    at = put_time(at, life->since_ms, journal->time_ms);
    if (life->state == DP_ALERT_FIRING) {
        at = put_time(at, life->fired_ms, journal->time_ms);
        at = put_time(at, life->told_ms, journal->time_ms);
        at = put_time(at, life->repeated_ms, journal->time_ms);
        at = put_time(at, life->acknowledged_ms, journal->time_ms);
        at = put_optional(dp_varint_put(at, life->repeats), alert->who);
        at = put_optional(put_optional(at, alert->queue), alert->team);
        *at++ = (char)alert->channel;
    }
    end(journal, at);
}

void dp_journal_contact(struct dp_journal *journal, const struct dp_journal_contact *contact)
{
    char *at = begin(journal);
    *at++ = DP_JOURNAL_CONTACT;
    unsigned flags = contact->fcr;
    for (unsigned i = 0; i < DP_JUDGED; i++)
        flags |= pack(contact->judged[i]) << (1 + 3 * i);
    at = put_string(dp_varint_put(at, flags), contact->id);
    at = put_time(at, contact->last_ms, journal->time_ms);
    end(journal, dp_varint_put(at, contact->events));
}

static char *put_kept(char *at, const struct dp_journal_kept_name *kept)
{
    return kept->kept == DP_JOURNAL_KEPT_NAME ? put_string(at, kept->name) : at;
}

void dp_journal_contact_event(struct dp_journal *journal,
                              const struct dp_journal_contact_event *event)
{
    char *at = begin(journal);
    *at++ = DP_JOURNAL_CONTACT_EVENT;
    *at++ = (char)(event->made_team.kept | event->end_team.kept << 2);
    at = put_kept(put_kept(at, &event->made_team), &event->end_team);
    end(journal, put_event(journal, at, &event->event, false));
}

void dp_journal_agent(struct dp_journal *journal, const struct dp_journal_agent *agent)
{
    char *at = begin(journal);
    *at++ = DP_JOURNAL_AGENT;
    at = put_optional(put_optional(put_string(at, agent->id), agent->reason), agent->team);
    if (agent->team.len) {
        at = put_time(at, agent->team_ms, journal->time_ms);
        at = put_string(put_string(at, agent->team_source), agent->team_event);
    }
    end(journal, dp_varint_put(dp_varint_put(at, agent->states), agent->settled));
}

void dp_journal_agent_state(struct dp_journal *journal, const struct dp_journal_agent_state *state)
{
    char *at = begin(journal);
    *at++ = (char)(DP_JOURNAL_AGENT_STATE | (state->id.len ? 0 : DP_JOURNAL_SAME_SOURCE));
    *at++ = (char)state->state;
    at = put_time(at, state->time_ms, journal->time_ms);
    if (state->id.len)
        at = put_string(put_string(at, state->source), state->id);
    end(journal, at);
    journal->time_ms = state->time_ms;
}
