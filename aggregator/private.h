/* What the parts of the aggregator share; nobody else includes it.
 *
 *   aggregator.c  admits events, moves T, forgets what is old
 *   look.c        fetches the memory that events will need
 *   apply.c       one event to its contact or agent, and on to facts
 *   judge.c       verdicts about facts by the rules in force
 *   ledger.c      tells the observer of facts what is settled
 *   accrue.c      facts and times in states to calendar periods
 *   history.c     notes in the journal what was found out, or says it from there
 *   carry.c       tells of contacts and agents anew, so that old frames can go
 *   restore.c     reads the journal
 *   gauges.c      who waits, who is served, who is in which state
 *   standing.c    scores of agents, and their ranks in their teams
 *   entries.c     what has changed, for the sink
 *   period_entries.c  likewise, of the calendar periods
 *   watch.c       shows the alerts what is handed out, and contacts */
#ifndef DP_PRIVATE_H
#define DP_PRIVATE_H

#include "aggregator/aggregator.h"
#include "aggregator/ahead.h"
#include "aggregator/alerts.h"
#include "aggregator/callbacks.h"
#include "aggregator/contact.h"
#include "aggregator/dedup.h"
#include "aggregator/journal_reader.h"
#include "aggregator/partitions.h"
#include "aggregator/repeat.h"
#include "aggregator/scope.h"
#include "aggregator/settler.h"

#define DP_SECOND_MS INT64_C(1000)

/* `v` of every hash (redis.md). */
#define DP_FORMAT_VERSION 1

/* The names of a scorecard's fields in a period's hash; owned. */
struct dp_card_names {
    char *dimensions[DP_CARD_DIMENSIONS_MAX]; /* "points:efficiency" */
    char *measures[DP_CARD_MEASURES_MAX];     /* "points:efficiency:volume" */
};

/* Room for comparing the scores of all agents. */
struct dp_ranking {
    struct dp_ranked {
        uint32_t team;
        enum dp_period_kind kind;
        int64_t from_ms;
        struct dp_scope *agent;
        struct dp_period *period;
    } * items;
    size_t count, capacity;
};

/* Names of awards beyond this are left out. */
#define DP_AWARDS_TEXT 1024

#define DP_CURSOR_CLASSES 2 /* metrics whose classes are told */

/* How far entries.c has come with the scope it is handing out. */
struct dp_cursor {
    struct dp_scope *scope; /* NULL: take the next one */
    bool urgent;            /* of this one only that; the rest later */
    enum {
        DP_STAGE_KNOWN,
        DP_STAGE_WINDOWS,
        DP_STAGE_NOW,
        DP_STAGE_PERIODS,
        DP_STAGE_LEAVING, /* silent: its gauges go */
        DP_STAGE_UNKNOWN, /* then its place among the known ids */
        DP_STAGE_LEFT
    } stage;
    enum dp_channel channel;
    uint32_t changed[DP_CHANNELS]; /* windows still to be handed out */
    bool now, periods;
    uint32_t period; /* the next of its periods */
    /* What the period of each kind is called that was handed out last: nearly always the same. */
    struct {
        int64_t from_ms;
        char text[DP_PERIOD_LABEL]; /* "": none so far */
    } labels[DP_PERIOD_KINDS];
    /* Texts of the entry handed out last. */
    char set[DP_PERIOD_LABEL + 8];
    char classes[DP_CURSOR_CLASSES][DP_PERIOD_CLASSES_TEXT];
    char awards[2][DP_AWARDS_TEXT]; /* and warnings */
};

struct dp_agent_list {
    uint32_t *items;
    uint32_t count, capacity;
};

struct dp_aggregator {
    struct dp_aggregator_options options;
    struct dp_aggregator_counters counters;
    struct dp_partitions partitions;
    struct dp_dedup dedup;
    struct dp_ahead ahead;
    struct dp_scopes scopes;
    struct dp_contacts contacts;
    struct dp_repeat repeat;
    struct dp_period_rules period_rules;
    struct dp_settler *settler; /* NULL: there is none */
    struct dp_card_names card_names;
    struct dp_ranking ranking;
    struct dp_alerts *alerts;

    int64_t t_ms;       /* INT64_MIN before the first advance */
    int64_t horizon_ms; /* no partition will bring events much older than this */
    int64_t settled_ms; /* no event before this will be applied any more */
    uint32_t since_forget;

    dp_ledger_fn *ledger; /* the observer of facts; NULL: none */
    void *ledger_ctx;

    struct dp_journal *journal;        /* the owner's; NULL: none is kept */
    struct dp_journal_reader *answers; /* restoring: what was found out for the event at hand */
    uint64_t restored_frame;           /* restoring: the frame at hand */
    int64_t restored_settled_ms;       /* restoring: where settled_ms will come to */
    uint64_t carried_frame;            /* the latest that tells of all periods */
    bool restoring;
    bool watched, contacts_watched; /* the alerts are shown entries, and contacts */
    bool accrues_later; /* restoring: what facts come to in periods is told in a frame to come */

    struct dp_heap alarms; /* scopes that change by themselves */
    struct dp_scope *changed_first, *changed_last;
    struct dp_scope *changed_until; /* what is handed out now ends with it; NULL: at the end */
    struct dp_scope *urgent_next;   /* the next of them to be looked at for what is urgent */
    bool urgent_agents;             /* the agents' turn, after all others */
    struct dp_scope *round_until;   /* the round ends with it; NULL: it is over */
    uint32_t flushes;               /* beginnings of entries */
    bool marked_all;                /* the next flush is to hand out everything */
    bool whole;                     /* this one does */
    bool curtailed;                 /* this one hands out no more than what is urgent */
    bool standings_due;             /* scores and ranks are to be found out when entries begin */
    bool periods_held;              /* changes of periods wait, and so do scores and ranks */
    bool ranks_changed; /* some score or team has changed since the ranks were found out */
    struct dp_cursor cursor;
    struct dp_agent_list active_before, active_after; /* room for comparing */
};

/* ms - span, but INT64_MIN stays what it is. */
static inline int64_t dp_back(int64_t ms, int64_t span)
{
    return ms < INT64_MIN + span ? INT64_MIN : ms - span;
}

static inline int64_t dp_longest_window(const struct dp_aggregator *agg)
{
    const struct dp_window_plan *plan = &agg->options.windows;
    return plan->length_ms[plan->count - 1];
}

static inline struct dp_scope *dp_scope_at(const struct dp_aggregator *agg, uint32_t number)
{
    return dp_scopes_at(&agg->scopes, number);
}

/* The formula of a scope's service level. */
static inline enum dp_formula dp_scope_formula(const struct dp_aggregator *agg,
                                               const struct dp_scope *scope)
{
    return scope->own && scope->own->has_formula ? scope->own->formula
                                                 : agg->options.targets.formula;
}

/* Puts the scope on the list of those that entries.c looks at. */
void dp_scope_touch(struct dp_aggregator *agg, struct dp_scope *scope);

/* The scope of that kind, id and hash, which an event of `time_ms` has named; made when it is new.
 * Number 0, and no scope, for an absent id. */
uint32_t dp_scope_named(struct dp_aggregator *agg, enum dp_scope_kind kind, struct dp_str id,
                        uint64_t hash, int64_t time_ms);

/* Numbers that are kept hold a reference; 0 is allowed. */
void dp_scope_hold(struct dp_aggregator *agg, uint32_t number);
void dp_scope_release(struct dp_aggregator *agg, uint32_t number);

/* The facts on their way to a scope go to its windows and periods: before either is read. */
void dp_scope_settle(struct dp_aggregator *agg, struct dp_scope *scope);

/* The same when its bundle is full; may be done a while later. */
void dp_scope_settle_full(struct dp_aggregator *agg, struct dp_scope *scope);

/* No other thread has to do with the scope's windows and periods, or with anybody's: before they
 * are touched. Facts in bundles stay there. */
static inline void dp_scope_await(struct dp_aggregator *agg, const struct dp_scope *scope)
{
    if (agg->settler)
        dp_settler_await(agg->settler, scope);
}

static inline void dp_await_all(struct dp_aggregator *agg)
{
    if (agg->settler)
        dp_settler_await_all(agg->settler);
}

/* A scope that nobody refers to and that is in no window leaves; it is given back unless it has
 * open periods. */
void dp_scope_retire(struct dp_aggregator *agg, struct dp_scope *scope);

/* An agent's states are forgotten; leaving, what is left of them goes to its periods first. */
void dp_agent_clear(struct dp_aggregator *agg, struct dp_scope *scope);
void dp_agent_leave(struct dp_aggregator *agg, struct dp_scope *scope);

/* Frees a scope that has left, once nothing keeps it any more. */
void dp_scope_give_back(struct dp_aggregator *agg, struct dp_scope *scope);

/* apply.c: takes an event that T has reached. */
void dp_apply_event(struct dp_aggregator *agg, const struct dp_event *event,
                    const struct dp_outlook *outlook);

/* apply.c: an event of a contact as its record, with the references that it holds. `customer` is
 * set for an offer. */
struct dp_record dp_record_of(struct dp_aggregator *agg, const struct dp_event *event,
                              const struct dp_outlook *outlook, struct dp_str *customer);

/* apply.c: a contact's fact in its final form goes to the windows and periods of everybody it
 * concerns, and to the ledger (dp_marked_fn; `ctx` is the aggregator). */
void dp_settle_fact(void *ctx, const struct dp_contact *contact, int sign,
                    const struct dp_made *made);

/* apply.c: the same for windows alone: the fact is in the periods already, and was told. */
void dp_window_fact(void *ctx, const struct dp_contact *contact, int sign,
                    const struct dp_made *made);

/* True: what is settled is told. */
static inline bool dp_ledger_is_kept(const struct dp_aggregator *agg)
{
    return agg->ledger && !agg->restoring;
}

/* ledger.c: tells of a fact. For when dp_ledger_is_kept. */
void dp_ledger_tell(struct dp_aggregator *agg, int sign, const struct dp_made *made,
                    struct dp_str contact, struct dp_str event);

/* ledger.c: the state that an agent's change of that very millisecond begins; and tells that it is
 * another than before the change. */
#define DP_LEDGER_NO_STATE (-1)
int dp_ledger_state_at(const struct dp_agent *agent, int64_t time_ms);
void dp_ledger_tell_state(struct dp_aggregator *agg, const struct dp_scope *scope, int64_t time_ms,
                          int before);

/* judge.c: a fact of the contact is made (sign +1): what is judged of it is found out and kept with
 * the contact. */
void dp_judge(struct dp_aggregator *agg, struct dp_contact *contact, int sign,
              const struct dp_made *made);

/* judge.c: the fact with what is kept with the contact. */
struct dp_made dp_judged_as(const struct dp_contact *contact, const struct dp_made *made);

/* judge.c: an abandon comes to those that its queue may call back, or goes; so when its contact is
 * forgotten. Other facts change nothing. */
void dp_note_abandon(struct dp_aggregator *agg, struct dp_contact *contact, int sign,
                     const struct dp_made *made);
void dp_forget_abandon(struct dp_aggregator *agg, struct dp_contact *contact);

/* accrue.c: no event before `settled_ms` will be applied any more. */
void dp_accrue_settled(struct dp_aggregator *agg, int64_t settled_ms);

/* accrue.c: the time that an agent spent in its states before `until_ms` goes to its periods. */
void dp_accrue_states(struct dp_aggregator *agg, struct dp_scope *scope, int64_t until_ms);

/* accrue.c: takes out (`sign` -1) what has gone to an agent's periods of the time from `from_ms`
 * on, or puts it in again (+1): before and after its states change in what was held to be past. A
 * partition that was idle may bring such. */
void dp_accrue_again(struct dp_aggregator *agg, struct dp_scope *scope, int sign, int64_t from_ms);

/* accrue.c: is there anything in a period as of T? */
bool dp_accrue_any(const struct dp_aggregator *agg, const struct dp_scope *scope,
                   const struct dp_period *period);

/* accrue.c: a period as of T; valid until the next is asked for. */
const struct dp_period_view *dp_accrue_view(struct dp_aggregator *agg, const struct dp_scope *scope,
                                            const struct dp_period *period);

/* accrue.c: brings a scope's periods up to T, to be read. */
void dp_accrue_open(struct dp_aggregator *agg, struct dp_scope *scope);

/* accrue.c: true while an agent's times in its states grow. */
bool dp_accrue_runs(const struct dp_scope *scope);

/* apply.c: looks up the team of an agent anew (dp_fold_rules; `ctx` is the aggregator). */
void dp_look_up_team(void *ctx, uint32_t agent, uint32_t *team);

/* apply.c: a contact is given back; what it holds is released. */
void dp_forget_contact(struct dp_aggregator *agg, struct dp_contact *contact);

/* history.c: what is found out when an event is applied. Live it is so now, and noted in the
 * journal; restoring it is what was noted.
 * - An event of a contact that is not known: does the contact begin with it? If not, its beginning
 *   is not in the journal any more, and all of it will be told later.
 * - The team of an agent's states, a scope's number.
 * - The flags that are judged of an offer, a response or an abandon; `now`: by the rules of now. */
bool dp_history_begins(struct dp_aggregator *agg);
uint32_t dp_history_team(struct dp_aggregator *agg, uint32_t agent);
unsigned dp_history_judged(struct dp_aggregator *agg, enum dp_judged which, unsigned now);

/* history.c: the marks of repeat contacts are noted, or given, likewise from now on. */
void dp_history_init(struct dp_aggregator *agg);

/* history.c: gives the marks that are told next. */
void dp_history_marks(struct dp_aggregator *agg, struct dp_journal_reader *reader);

/* history.c: the frame at hand, its lowest bits; later frames are greater, around the end too. */
uint32_t dp_history_frame(const struct dp_aggregator *agg);
static inline bool dp_frame_before(uint32_t frame, uint32_t other)
{
    return (int32_t)(frame - other) < 0;
}

/* history.c: an event that waited is about to be applied. */
void dp_history_taken(struct dp_aggregator *agg, struct dp_event *event);

/* history.c: a contact is about to be forgotten. */
void dp_history_forgotten(struct dp_aggregator *agg, const struct dp_contact *contact);

/* carry.c: tells of a contact anew. */
void dp_carry_contact(struct dp_aggregator *agg, const struct dp_contact *contact);

/* gauges.c: notes the open legs of a contact before its events change (`list` keeps them). */
void dp_gauges_note(const struct dp_dossier *dossier, struct dp_agent_list *list);

/* gauges.c: brings the gauges in line with the contact; agg->active_before holds what was noted. */
void dp_gauges_follow(struct dp_aggregator *agg, struct dp_dossier *dossier);

/* gauges.c: an agent's state or team has changed from these. */
void dp_gauges_state(struct dp_aggregator *agg, struct dp_scope *agent,
                     const enum dp_agent_state *state_before, uint32_t team_before);

/* gauges.c: an agent is given back: it is in no state any more. */
void dp_gauges_leave(struct dp_aggregator *agg, struct dp_scope *agent);

/* gauges.c: an agent is there again, in its state if it has one. */
void dp_gauges_enter(struct dp_aggregator *agg, struct dp_scope *agent);

/* gauges.c: the fields of a scope's gauges, and whether they change with the clock alone. */
void dp_gauges_fields(const struct dp_aggregator *agg, const struct dp_scope *scope,
                      struct dp_entry *entry);
bool dp_gauges_tick(const struct dp_scope *scope);

/* standing.c: closes the periods that no correction can reach any more, finds out the scores of
 * agents that have changed, and ranks them in their teams. */
void dp_standings_update(struct dp_aggregator *agg);

/* standing.c: what is known of an agent in a period, to be asked for by quantity. */
struct dp_known {
    const struct dp_period_view *view;
    const struct dp_figures *figures;
    int64_t score; /* DP_NO_SCORE: none */
};
bool dp_known_tell(void *ctx, enum dp_quantity quantity, struct dp_robust robust, double *value);

/* standing.c: the figures of a period of any scope's as of T. Returns agg->period_rules.view, which
 * holds the period then. */
const struct dp_period_view *dp_standing_figures(struct dp_aggregator *agg,
                                                 const struct dp_scope *scope,
                                                 const struct dp_period *period,
                                                 struct dp_figures *figures);

/* standing.c: the same of an agent's, and its score. */
void dp_standing_score(struct dp_aggregator *agg, const struct dp_scope *scope,
                       const struct dp_period *period, struct dp_figures *figures,
                       struct dp_score *score);

void dp_card_names_init(struct dp_card_names *names, const struct dp_scorecard *card);
void dp_card_names_deinit(struct dp_card_names *names);

/* entries.c: the beginning of an entry about a scope. */
void dp_entry_begin(const struct dp_scope *scope, enum dp_entry_kind kind, struct dp_entry *entry);

/* entries.c: the figures that are present, and the formula of the service level unless it is the
 * usual one. */
void dp_entry_figures(const struct dp_aggregator *agg, const struct dp_scope *scope,
                      const struct dp_figures *figures, struct dp_entry *entry);

/* entries.c: true when a multiple of `period_ms`, shifted by the scope's number so that not all
 * come at once, lies in (from, to]; and the first such multiple after `ms`. */
bool dp_entries_passed(const struct dp_scope *scope, int64_t period_ms, int64_t from_ms,
                       int64_t to_ms);
int64_t dp_entries_next(const struct dp_scope *scope, int64_t period_ms, int64_t ms);

/* period_entries.c: are the scope's periods to be handed out now; and if not, when: INT64_MAX: when
 * something arrives. */
bool dp_period_entries_due(const struct dp_aggregator *agg, const struct dp_scope *scope);
int64_t dp_period_entries_next(const struct dp_aggregator *agg, const struct dp_scope *scope);

/* period_entries.c: begins with the scope's periods, and gives the next entry of them. */
void dp_period_entries_open(struct dp_aggregator *agg, struct dp_scope *scope);
bool dp_period_entries_take(struct dp_aggregator *agg, struct dp_scope *scope,
                            struct dp_entry *entry);

/* watch.c: whether the alerts have to be shown anything; and, if contacts, all of them now. */
void dp_watch_update(struct dp_aggregator *agg);
void dp_watch_all_contacts(struct dp_aggregator *agg);

/* watch.c: for when agg->watched: an entry that is handed out; there are no more. */
void dp_watch_entry(struct dp_aggregator *agg, const struct dp_entry *entry);
void dp_watch_end(struct dp_aggregator *agg);

/* watch.c: for when agg->contacts_watched: a contact after an event. */
void dp_watch_contact(struct dp_aggregator *agg, const struct dp_contact *contact);

/* The earliest that T can be when figures are next asked for: what only earlier ones need may go.
 */
static inline int64_t dp_earliest_t(const struct dp_aggregator *agg)
{
    int64_t highest = agg->partitions.highest_ms, limit = agg->options.as_of_limit_ms;
    int64_t by_events = highest < limit ? highest : limit;
    return agg->options.wall_clock || agg->t_ms > by_events ? agg->t_ms : by_events;
}

#endif
