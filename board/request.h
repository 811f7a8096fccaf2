/* One request: what was asked, who asks, and the answer. Each answer has the headers by which a
 * browser takes nothing from elsewhere and shows the page nowhere else. Thread: the loop's. */
#ifndef DP_BOARD_REQUEST_H
#define DP_BOARD_REQUEST_H

#include <microhttpd.h>

#include "board/access.h"
#include "board/action.h"
#include "common/text.h"

struct dp_server;

#define DP_REQUEST_BODY 4096 /* bytes, at most */

struct dp_request {
    struct dp_server *server;
    struct MHD_Connection *connection;
    struct dp_request *next, **link; /* among those that wait for details */
    const char *method;
    char *path;
    struct dp_visitor visitor;
    struct dp_text body;
    bool too_large;

    bool suspended;      /* until something is known */
    int64_t deadline_ms; /* of waiting for details; 0: it does not wait */
    bool acted;          /* the action is done: `result` */
    enum dp_action_result result;
    char error[256];
    char silence[DP_SILENCE_ID]; /* the new one's id */
};

/* Answers with `json`, which is taken over. */
enum MHD_Result dp_request_answer(struct dp_request *request, unsigned status,
                                  struct dp_text *json);

/* Answers {"error":TEXT}. */
enum MHD_Result dp_request_refuse(struct dp_request *request, unsigned status, const char *error);

/* Answers with `response`, which is given back. */
enum MHD_Result dp_request_respond(struct dp_request *request, unsigned status,
                                   struct MHD_Response *response);

void dp_request_suspend(struct dp_request *request);
void dp_request_resume(struct dp_request *request);

/* The header's value; NULL: there is none. */
const char *dp_request_header(const struct dp_request *request, const char *name);

#endif
