/* What `top` asks Redis, and what becomes of the answers: one command each, the answer goes into
 * the board. Thread: one. */
#ifndef DP_TOP_QUESTION_H
#define DP_TOP_QUESTION_H

#include "app/alert_list.h"
#include "sink/resp.h"
#include "top/board.h"
#include "top/topic.h"

struct redisReply;

enum dp_top_question_kind {
    DP_TOP_ASK_META,
    DP_TOP_ASK_QUEUES, /* how many there are */
    DP_TOP_ASK_TEAMS,
    DP_TOP_ASK_AGENTS,
    DP_TOP_ASK_ALERTS,
    DP_TOP_ASK_MEMBERS, /* of the list on the screen */
    DP_TOP_ASK_ACTIVE,  /* the alerts themselves, */
    DP_TOP_ASK_ACKS,    /* then who sees to them: the rows are made of both */
    DP_TOP_ASK_GAUGES,  /* of the focus, and so the next */
    DP_TOP_ASK_DAY,
    DP_TOP_ASK_MONTH,
    DP_TOP_ASK_WINDOW, /* number `window` */
    DP_TOP_ASK_ROW     /* the columns of `row` that are from `from` */
};

struct dp_top_question {
    enum dp_top_question_kind kind;
    size_t window;
    struct dp_top_row *row; /* held by row->asked */
    enum dp_top_from from;
    unsigned topic; /* the number of the topic that it was asked for; the asker's */
};

/* Whom is asked about what. */
struct dp_top_inquiry {
    const char *prefix;
    const struct dp_top_topic *topic;
    struct dp_top_board *board;
    struct dp_alert_list alerts; /* between ACTIVE and ACKS */
};

/* Writes the command into `resp`. */
void dp_top_question_write(const struct dp_top_question *question,
                           const struct dp_top_inquiry *inquiry, struct dp_resp *resp);

/* Takes the answer; what is refused is noted in the board and taken for absent. New rows have all
 * of DP_TOP_ROW_DUE due. True: the windows that there are have changed. */
bool dp_top_question_answer(const struct dp_top_question *question, struct dp_top_inquiry *inquiry,
                            const struct redisReply *reply);

#endif
