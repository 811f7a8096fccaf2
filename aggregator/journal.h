/* The journal: what the aggregator has taken in, as bytes, so that another one can be brought to
 * the same state (restore.h).
 *
 * It holds the accepted events in the order in which they came, and after each what was found out
 * when it was applied (whether its contact began, an agent's team, a verdict about a target), so
 * that the beginning of the journal can be given up without a change to what follows. Times in ms.
 * Numbers are little-endian, or varints of 7 bits a byte; lengths are bytes.
 *
 * The bytes since the last dp_journal_clear are a frame; a frame is read by itself
 * (journal_reader.h). Thread: one. Out of memory ends the process. */
#ifndef DP_JOURNAL_H
#define DP_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/alert_life.h"
#include "aggregator/entry.h"
#include "aggregator/fact.h"
#include "aggregator/rule.h"
#include "common/str.h"
#include "ingest/event.h"

/* The first byte of each record, in its lower 5 bits. Those below DP_EVENT_TYPES are an event of
 * that type. A new kind goes to the end; a change of any is a new version of the saved state. */
enum dp_journal_kind {
    DP_JOURNAL_TIME = DP_EVENT_TYPES, /* T moves */
    DP_JOURNAL_TAKE,                  /* the earliest event that waits for T is applied */
    DP_JOURNAL_BEGINS,                /* the event before is the first of its contact */
    DP_JOURNAL_TEAM,                  /* looked up for the event before: a team, or none */
    DP_JOURNAL_JUDGED,                /* likewise: flags of its offer, response or abandon */
    DP_JOURNAL_FCR,                   /* likewise: its outcome is a first-contact resolution */
    DP_JOURNAL_MARK,                  /* the mark of another contact's outcome has changed */
    DP_JOURNAL_SETTLED,               /* how far the partitions have come */
    DP_JOURNAL_FORGOTTEN,             /* a contact */
    DP_JOURNAL_RETIRED,               /* a scope */
    DP_JOURNAL_SCOPE,                 /* a scope is known */
    DP_JOURNAL_CONTACT,               /* all that is known of a contact: its events follow */
    DP_JOURNAL_CONTACT_EVENT,
    DP_JOURNAL_AGENT, /* all that is known of an agent: its states follow */
    DP_JOURNAL_AGENT_STATE,
    DP_JOURNAL_KINDS,
    DP_JOURNAL_PERIODS = DP_JOURNAL_KINDS, /* a scope's open periods: SCOPE with MORE */
    DP_JOURNAL_ALERT                       /* the life of an alert: RETIRED with MORE */
};
_Static_assert(DP_JOURNAL_KINDS <= 32, "five bits");

/* Flags of the first byte of an event. */
#define DP_JOURNAL_KIND_BITS   0x1f
#define DP_JOURNAL_SAME_SOURCE 0x20 /* as the event before */
#define DP_JOURNAL_WAITS       0x40 /* it is ahead of T; else it is applied, if it has waited too */
#define DP_JOURNAL_ATTRIBUTES  0x80 /* two bytes of them follow */

/* Of the first byte of a JUDGED: a response is within the target, and nothing else; else the flags
 * follow. */
#define DP_JOURNAL_USUAL 0x20

/* Of the first byte of another record: it is of the next kind beyond those of five bits. */
#define DP_JOURNAL_MORE 0x40

/* The second byte of an event: which strings follow, and whether scores do. */
enum dp_journal_string {
    DP_JOURNAL_INTERACTION,
    DP_JOURNAL_AGENT_ID,
    DP_JOURNAL_TEAM_ID,
    DP_JOURNAL_QUEUE,
    DP_JOURNAL_CUSTOMER,
    DP_JOURNAL_TO_AGENT, /* of a transfer; of an agent's state its reason */
    DP_JOURNAL_TO_QUEUE,
    DP_JOURNAL_STRINGS
};
#define DP_JOURNAL_SCORES (1 << DP_JOURNAL_STRINGS)

/* Identifiers are 1 to 128 bytes, source and id of an event 1 to 256. */
#define DP_JOURNAL_IDENTIFIER_MAX 128
#define DP_JOURNAL_NAME_MAX       256

/* A team that a contact's event keeps: not looked up yet, none, or a name. */
enum dp_journal_kept { DP_JOURNAL_KEPT_OPEN, DP_JOURNAL_KEPT_NONE, DP_JOURNAL_KEPT_NAME };
struct dp_journal_kept_name {
    enum dp_journal_kept kept;
    struct dp_str name;
};

struct dp_journal_contact {
    struct dp_str id;
    int64_t last_ms;
    uint32_t events;
    bool fcr;
    uint16_t judged[DP_JUDGED]; /* DP_FACT_JUDGED of its facts */
};

struct dp_journal_contact_event {
    struct dp_event event; /* without the interaction */
    struct dp_journal_kept_name made_team;
    struct dp_journal_kept_name end_team; /* answered: as made_team; resolved: made_for */
};

struct dp_journal_agent {
    struct dp_str id;
    struct dp_str reason; /* of the latest state; absent: none */
    struct dp_str team;   /* absent: none, and the next three are absent too */
    int64_t team_ms;
    struct dp_str team_source, team_event;
    uint32_t states, settled;
};

struct dp_journal_agent_state {
    int64_t time_ms;
    enum dp_agent_state state;
    struct dp_str source, id; /* absent: the tie is not told apart any more */
};

struct dp_journal_periods {
    enum dp_scope_kind scope;
    struct dp_str id; /* absent for all */
    bool left;
    int64_t accrued_ms, team_ms; /* INT64_MIN: not yet */
    struct dp_str team;          /* absent: none */
    struct dp_str bytes;         /* period_record.h */
};

struct dp_journal_alert {
    struct dp_str rule; /* its name, at most DP_RULE_NAME_MAX bytes */
    enum dp_rule_scope scope;
    struct dp_str id;          /* absent for all */
    struct dp_str who;         /* acknowledged it; absent: nobody, or nameless */
    struct dp_str queue, team; /* that it concerns; absent: none known. These, who and channel
                                * are of one that fires */
    enum dp_channel channel;
    struct dp_alert_life life;
};

struct dp_journal {
    char *bytes; /* owned; the frame so far */
    size_t len, capacity;
    uint64_t frame; /* the number of this frame: the owner counts it up */

    /* Of the event before, in this frame. */
    int64_t time_ms;
    uint16_t source_len; /* 0: none */
    char source[DP_JOURNAL_NAME_MAX];
};

void dp_journal_init(struct dp_journal *journal);
void dp_journal_deinit(struct dp_journal *journal);

/* Begins a frame; the memory is kept, but for that of an unusually large one. */
void dp_journal_clear(struct dp_journal *journal);

/* All of the event but the reason of a declined offer, which is free text that no figure knows. */
void dp_journal_event(struct dp_journal *journal, const struct dp_event *event, bool waits);

void dp_journal_time(struct dp_journal *journal, int64_t t_ms);
void dp_journal_word(struct dp_journal *journal, enum dp_journal_kind kind); /* a kind alone */
void dp_journal_team(struct dp_journal *journal, struct dp_str team);
void dp_journal_judged(struct dp_journal *journal, enum dp_judged which, unsigned flags);
void dp_journal_mark_of(struct dp_journal *journal, struct dp_str contact, bool fcr);
void dp_journal_settled(struct dp_journal *journal, int64_t horizon_ms, int64_t settled_ms);
void dp_journal_forgotten(struct dp_journal *journal, struct dp_str contact);
void dp_journal_retired(struct dp_journal *journal, enum dp_scope_kind kind, struct dp_str id);
void dp_journal_scope(struct dp_journal *journal, enum dp_scope_kind kind, struct dp_str id,
                      int64_t last_event_ms);

/* In place of all that was told before of the scope's periods. */
void dp_journal_periods(struct dp_journal *journal, const struct dp_journal_periods *periods);

/* In place of what was told before of the alert. */
void dp_journal_alert(struct dp_journal *journal, const struct dp_journal_alert *alert);

/* Followed by contact->events times dp_journal_contact_event. */
void dp_journal_contact(struct dp_journal *journal, const struct dp_journal_contact *contact);
void dp_journal_contact_event(struct dp_journal *journal,
                              const struct dp_journal_contact_event *event);

/* Followed by agent->states times dp_journal_agent_state. */
void dp_journal_agent(struct dp_journal *journal, const struct dp_journal_agent *agent);
void dp_journal_agent_state(struct dp_journal *journal, const struct dp_journal_agent_state *state);

#endif
