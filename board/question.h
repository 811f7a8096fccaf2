/* What the board asks Redis, and what becomes of the answers: one command each, and the answer goes
 * into the model. Thread: the loop's. */
#ifndef DP_BOARD_QUESTION_H
#define DP_BOARD_QUESTION_H

#include "aggregator/calendar.h"
#include "board/alerts.h"
#include "board/detail.h"
#include "board/model.h"
#include "sink/resp.h"

struct redisReply;

enum dp_question_kind {
    DP_ASK_META,
    DP_ASK_ACTIVE, /* the alerts that fire, and so the next two: dp_alerts_draft_begin comes before
                    */
    DP_ASK_ACKS,
    DP_ASK_SILENCES,
    DP_ASK_SET,    /* which agents, teams or queues there are */
    DP_ASK_PART,   /* what is read of each scope all the time */
    DP_ASK_WINDOW, /* of a detail, and so the next */
    DP_ASK_PERIOD
};

struct dp_question {
    enum dp_question_kind kind;
    int which;                    /* kind of the set; part; number of the window or label */
    bool last;                    /* of a detail's windows or periods, which are asked in order */
    struct dp_board_scope *scope; /* is in the model until the answer is taken; NULL: none */
};

/* Whom is asked about what. */
struct dp_inquiry {
    const char *prefix;                /* live as long as this, and so the next */
    const char *window, *agent_window; /* what is read of all, "15m" */
    const char *const *windows;        /* of a detail; NULL-terminated */
    size_t window_count;
    struct dp_model *model;
    struct dp_calendar calendar;
    char labels[DP_DETAIL_LABELS][DP_PERIOD_LABEL]; /* the periods of a detail */
    size_t label_count;
    char day[DP_PERIOD_LABEL], month[DP_PERIOD_LABEL];
    struct dp_alerts_draft alerts; /* between ACTIVE and the end of the reading */
};

/* Finds out which periods are today, this month and so on. No question about a period may be
 * without an answer: each is asked by the labels' numbers. */
void dp_inquiry_date(struct dp_inquiry *inquiry, int64_t now_ms);

/* Writes the command into `resp`. */
void dp_question_write(const struct dp_question *question, const struct dp_inquiry *inquiry,
                       struct dp_resp *resp);

/* Takes the answer, which is no error. After a set's, its scopes are in the model with `found` set;
 * those that are gone, and that nobody wants to read, are removed. */
void dp_question_answer(const struct dp_question *question, struct dp_inquiry *inquiry,
                        const struct redisReply *reply, int64_t now_ms);

/* A text or a status; absent: the reply is something else. */
struct dp_str dp_reply_text(const struct redisReply *reply);

#endif
