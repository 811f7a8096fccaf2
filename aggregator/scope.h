/* Scopes: whatever has figures of its own - each agent, team and queue, and all together.
 *
 * A scope is found by kind and id, and numbered: contacts keep the number (4 bytes; 0 is none) and
 * hold a reference, so that a silent scope can be given back once nobody names it any more. Thread:
 * one. */
#ifndef DP_SCOPE_H
#define DP_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/agent.h"
#include "aggregator/bundle.h"
#include "aggregator/entry.h"
#include "aggregator/periods.h"
#include "aggregator/windows.h"
#include "common/heap.h"
#include "common/index.h"
#include "common/str.h"

struct dp_callbacks;
struct dp_queue_targets;

#define DP_SCOPE_NONE   0u
#define DP_SCOPE_OF_ALL 1u

struct dp_scope {
    /* What every event touches comes first, up to `in_service`. */
    struct dp_str id;      /* NUL-terminated; absent for all */
    char short_id[24];     /* where it is, unless it is longer */
    int64_t last_event_ms; /* when something was last heard of it */
    uint32_t number;
    uint32_t references;
    enum dp_scope_kind kind;
    bool listed;              /* in the list of changed scopes */
    bool known_changed;       /* became known */
    bool now_changed;         /* its gauges changed */
    bool states_changed;      /* agent: they did; so its periods are not as they were handed out */
    bool past_changed;        /* agent: they did before what was handed out last */
    bool left;                /* silent, and kept for its periods alone */
    uint32_t active_contacts; /* agent: contacts in which it has an open leg */
    uint32_t rank_team;       /* agent: the team that its latest event names, kept; 0: none */
    int64_t rank_team_ms;     /* the time of that event */
    struct dp_bundle bundle;  /* what is not in the windows and periods yet: dp_scope_settle */
    int64_t stale_from_ms; /* periods that end later are to be handed out again, when it is settled;
                            * INT64_MAX: none */
    uint64_t handed_over;  /* the number of the last bundle of its that went to the settler */
    struct dp_windows *windows;
    struct dp_scope *next_changed;
    struct dp_periods periods;
    int64_t accrued_ms;    /* agent: until when the time in its states is in the periods */
    struct dp_agent agent; /* agent: its states */

    /* Gauges, each used by the kinds it concerns. */
    uint32_t in_service;                /* queue, all: contacts with an open leg */
    uint32_t waiting_count;             /* all: over the queues */
    uint32_t states[DP_AGENT_STATES];   /* team, all: agents in each state */
    struct dp_heap waiting;             /* queue: contacts that wait, the oldest first */
    const struct dp_queue_targets *own; /* queue: what it has of its own; NULL: nothing */
    struct dp_callbacks *callbacks;     /* queue: the abandoned contacts; NULL: none yet */

    uint32_t told_team; /* agent: the team whose ranks it has been told in, kept; 0: none */
    uint32_t told_due;  /* agent: quality checks missing this month, as told there; 0: none */
    bool sets_unknown;  /* team: its sorted sets may hold what nobody knows of */
    uint32_t sets_gone; /* of those so many have been told to be gone */

    /* What the sink has been told. */
    uint32_t named_in;               /* the latest flush that had entries about it */
    uint32_t occupancy_changed;      /* agent, bit w: window w is to be written for that */
    uint32_t published[DP_CHANNELS]; /* bit w: there is a key for window w */
    uint32_t removed[DP_CHANNELS];   /* bit w: there was one, and its removal has been told */
    int64_t entries_ms;              /* T when it was last handed out; INT64_MIN: never */
    int64_t periods_ms;              /* T when its periods were; INT64_MIN: never, or all again */
    struct dp_heap_node alarm;       /* when it changes though nothing arrives */
    uint64_t hash;
};

struct dp_scopes {
    struct dp_index index;
    struct dp_scope **items; /* by number; NULL: free */
    uint32_t count;          /* numbers given out, 0 included */
    size_t capacity;
    uint32_t *free_numbers;
    size_t free_count, free_capacity;
    const struct dp_window_plan *plan;
    int64_t now_ms; /* T of new windows, to begin with; INT64_MIN: none yet */
    bool written;   /* new ones count as written already */
};

/* `plan` must outlive it. Makes the scope of all. */
void dp_scopes_init(struct dp_scopes *scopes, const struct dp_window_plan *plan);
void dp_scopes_deinit(struct dp_scopes *scopes);

uint64_t dp_scope_hash(enum dp_scope_kind kind, struct dp_str id);

/* The scope of that kind, id and hash, made when it is not there (`*made` tells). */
struct dp_scope *dp_scopes_get(struct dp_scopes *scopes, enum dp_scope_kind kind, struct dp_str id,
                               uint64_t hash, bool *made);

/* The scope with that number, which is not DP_SCOPE_NONE. */
static inline struct dp_scope *dp_scopes_at(const struct dp_scopes *scopes, uint32_t number)
{
    return scopes->items[number];
}

/* Counts as if the sink had been told all windows of all channels, so that it is told which of them
 * are empty: somebody else may have written them. */
void dp_scope_assume_written(const struct dp_scopes *scopes, struct dp_scope *scope);

/* Frees a scope that nobody refers to. */
void dp_scopes_remove(struct dp_scopes *scopes, struct dp_scope *scope);

#endif
