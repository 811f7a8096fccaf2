/* From events to facts: walks over a contact's events in their order and says which facts they
 * make.
 *
 * The facts are a function of the sorted events alone (kpis.md, "Facts"). A step that changes an
 * earlier fact - a wrap-up after the end, a new outcome - takes it back and makes the new one. */
#ifndef DP_FOLD_H
#define DP_FOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/fact.h"
#include "ingest/event.h"

/* The team of an agent that its events in the contact don't name is looked up when a fact is first
 * made and kept with the event, so that making the fact again gives the same one. */
#define DP_TEAM_OPEN UINT32_MAX

/* One event of a contact, as long as the contact is remembered: 40 bytes. Agents, teams and queues
 * are scope numbers, 0 for none; *_at are places in the contact's bytes. */
struct dp_record {
    int64_t time_ms;
    uint32_t agent;
    uint32_t team;      /* as the event names it */
    uint32_t queue;     /* offered: its queue; transferred: to_queue */
    uint32_t made_team; /* the agent's team looked up for this event's facts, or DP_TEAM_OPEN */
    union {
        uint32_t end_team; /* answered: likewise, for a leg that the end of the contact ends */
        uint32_t made_for; /* resolved: the agent that made_team was looked up for */
        uint32_t customer; /* offered: place of the customer's id and its length, 0 for none */
    };
    uint32_t source_at, id_at;
    uint8_t source_len, id_len; /* less one */
    uint8_t type;               /* enum dp_event_type */
    uint8_t what;               /* offered: dp_record_offer; message: author; resolved: 1 or 0 */
};
_Static_assert(sizeof(struct dp_record) == 40, "records are most of a contact's memory");

/* An offer's channel and priority in one byte, and back. */
static inline uint8_t dp_record_offer(enum dp_channel channel, enum dp_priority priority)
{
    return (uint8_t)((unsigned)channel | (unsigned)priority << 2);
}

static inline enum dp_channel dp_record_channel(const struct dp_record *offer)
{
    return (enum dp_channel)(offer->what & 3);
}

static inline enum dp_priority dp_record_priority(const struct dp_record *offer)
{
    return (enum dp_priority)(offer->what >> 2);
}

/* A fact with whom it concerns. No padding: compared and sorted as bytes. */
struct dp_made {
    struct dp_fact fact;
    uint32_t agent, team, queue;
    uint32_t customer; /* offered, outcome: as in the record of the offer */
};
_Static_assert(sizeof(struct dp_made) == 48, "compared as bytes");

/* What the walk asks and tells. */
struct dp_fold_rules {
    /* Sets *team to the team of the agent's states as known now, 0 for none; what it was is given
     * back. */
    void (*look_up_team)(void *ctx, uint32_t agent, uint32_t *team);
    void *team_ctx;
    /* sign +1: the fact is made, -1: it is taken back. */
    void (*emit)(void *ctx, int sign, const struct dp_made *made);
    void *emit_ctx;
};

/* An agent's leg of a contact. */
struct dp_leg {
    int64_t start_ms;
    int64_t end_ms;        /* end of talk; when not open */
    int64_t handled_ms;    /* time of its handle fact; when not open */
    int64_t hold_ms;       /* finished holds */
    int64_t held_since_ms; /* INT64_MIN: not on hold */
    uint32_t agent;
    uint32_t answered;                  /* its record */
    uint32_t handle_team, handle_queue; /* whom the handle fact concerns */
    bool open;
};

/* How far the walk has come. It points into itself: not to be copied. */
struct dp_fold {
    struct dp_leg *legs; /* of one leg: first_leg */
    uint32_t leg_count, leg_capacity;
    uint32_t open_legs;
    int64_t waiting_ms;      /* since when the customer waits; INT64_MIN: does not */
    struct dp_leg first_leg; /* most contacts have no more */
    int64_t offered_ms;
    int64_t unanswered_ms; /* earliest customer message without an answer; INT64_MIN: none */
    uint32_t offered;      /* record of the offer that counts, DP_NOT_OFFERED when there is none */
    uint32_t offered_team;
    uint32_t customer;
    uint32_t queue;       /* at this point of the walk */
    uint32_t said, asked; /* messages of agents and of the customer, in a chat or e-mail */
    enum dp_channel channel;
    enum dp_priority priority;                    /* of the offer */
    bool responded, abandoned, over, has_outcome; /* over: it has ended or been abandoned */
    bool replied;                                 /* an agent has written after the customer */
    bool conversed;                               /* it has made its conversation fact */
    struct dp_made outcome;
};

#define DP_NOT_OFFERED UINT32_MAX

/* All zero before the first rewind. */
void dp_fold_deinit(struct dp_fold *fold);

/* Goes back to before the first of `count` records; the memory of the legs is kept for use. */
void dp_fold_rewind(struct dp_fold *fold, const struct dp_record *records, uint32_t count);

/* Takes record `at`; those before it were taken. May set the record's looked-up teams. */
void dp_fold_step(struct dp_fold *fold, struct dp_record *records, uint32_t at,
                  const struct dp_fold_rules *rules);

/* The agents with an open leg, each once, into `agents`, which has room for fold->open_legs.
 * Returns how many. */
uint32_t dp_fold_active(const struct dp_fold *fold, uint32_t *agents);

#endif
