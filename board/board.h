/* The board as a whole: a model of what is in Redis, read once for all who look, and a server that
 * shows it. Runs until SIGTERM or SIGINT. Thread: one. */
#ifndef DP_BOARD_H
#define DP_BOARD_H

#include "app/config.h"

/* What the configuration only says the place of; NULL: none. */
struct dp_board_options {
    const struct dp_config *config;
    const char *token, *ack_token;
};

/* Returns an exit code. */
int dp_board_run(const struct dp_board_options *options);

#endif
