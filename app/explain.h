/* deskpulse explain: a figure, the facts that it is made of, and the number that Redis shows.
 *
 *   explain_command.c  reads the arguments, and goes round until the numbers agree or do not
 *   explain.c          from facts to the number
 *   explain_redis.c    what is published
 *   explain_table.c, explain_json.c  show it
 *
 * Times in ms. Thread: one. */
#ifndef DP_EXPLAIN_H
#define DP_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "aggregator/explanation.h"
#include "app/config.h"
#include "app/fact_book.h"
#include "app/report_period.h"

enum dp_explain_scope { DP_EXPLAIN_ALL, DP_EXPLAIN_AGENT, DP_EXPLAIN_TEAM, DP_EXPLAIN_QUEUE };
extern const char *const dp_explain_scope_names[]; /* as keys name them: "agent" */

struct dp_explain_request {
    enum dp_explain_scope scope;
    char id[129];
    enum dp_channel channel; /* DP_CHANNEL_NONE: all together */
    enum dp_explained which;
    const char *label;              /* of the window or the period, as given */
    int64_t window_ms;              /* 0: it is a period: */
    struct dp_report_period period; /* then */
    int64_t as_of_ms;               /* INT64_MAX: not given */
};

/* What Redis says. */
struct dp_published {
    bool reached;  /* Redis answers */
    bool there;    /* the key is there */
    bool has;      /* and has the field: */
    char text[64]; /* its text */
    int64_t as_of_ms;
    uint64_t committed; /* the last frame of the saved state; UINT64_MAX: not known */
    char error[300];    /* why it is not reached */
};

#define DP_EXPLAIN_NOTES 8

struct dp_explain {
    const struct dp_explain_request *request;
    const struct dp_config *config;
    struct dp_calendar calendar;
    int64_t as_of_ms;
    int64_t from_ms, to_ms;    /* [from, to) of a period, (from, to] of a window */
    enum dp_formula formula;   /* of the scope's service level */
    int64_t first_ms, last_ms; /* both inclusive: of the facts that count */

    struct dp_fact_book book;
    struct dp_stay *stays; /* of the states that count */
    size_t stay_count;
    struct dp_explanation explanation;
    struct dp_score score; /* where the score is asked for */
    double values[DP_CARD_MEASURES_MAX];
    char text[64]; /* the number as it is published; "": absent */

    bool compared, differs;
    size_t left_out; /* facts that came after what is published */
    struct dp_published published;
    const char *notes[DP_EXPLAIN_NOTES];
    size_t note_count;
};

/* Finds out which times count, as of `as_of_ms`; then lines may be taken into `book`. */
void dp_explain_open(struct dp_explain *explain, const struct dp_explain_request *request,
                     const struct dp_config *config, int64_t as_of_ms);
void dp_explain_close(struct dp_explain *explain);

/* The earliest fact that matters: of states, the one that holds at the beginning. */
int64_t dp_explain_earliest_ms(const struct dp_explain *explain);

/* From the facts in the book to the number, and whether it is the published one. */
void dp_explain_finish(struct dp_explain *explain, const struct dp_published *published);

/* One line for people about what may be amiss; the text must outlive it. */
void dp_explain_note(struct dp_explain *explain, const char *text);

/* True for the score: what it is made of are measures, not facts. */
static inline bool dp_explain_is_score(const struct dp_explain *explain)
{
    return explain->request->which == DP_EXPLAINED_SCORE;
}

/* The key in Redis, and what is in it. */
void dp_explain_key(const struct dp_explain_request *request, const char *prefix, char *key,
                    size_t size);
void dp_explain_ask(const struct dp_explain_request *request, const struct dp_config *config,
                    struct dp_published *published);

/* "2026-11-22 10:00:00.000", local. */
void dp_explain_time(int64_t ms, char text[40]);

/* The scope as it was asked for: "queue:billing:voice". */
void dp_explain_scope_text(const struct dp_explain_request *request, char text[160]);

void dp_explain_write_table(const struct dp_explain *explain, FILE *out);
void dp_explain_write_json(const struct dp_explain *explain, FILE *out);

#endif
