/* What is posted: a token to sign in with, acknowledgements, silences. Thread: the loop's. */
#ifndef DP_BOARD_CHANGE_H
#define DP_BOARD_CHANGE_H

#include "board/model.h"
#include "board/request.h"

struct dp_change_options {
    const struct dp_access *access;
    const struct dp_model *model;
    struct dp_actions *actions; /* NULL: nobody may */
};

/* Answers POST and DELETE once their body is there; again after an action is done. */
enum MHD_Result dp_change_handle(const struct dp_change_options *options,
                                 struct dp_request *request);

#endif
