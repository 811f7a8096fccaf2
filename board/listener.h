/* The socket the board listens on. Thread: any. */
#ifndef DP_BOARD_LISTENER_H
#define DP_BOARD_LISTENER_H

#include <stdbool.h>

#include "app/listen_address.h"

/* Whether none but this machine reaches it. */
bool dp_listener_is_loopback(const struct dp_listen_address *address);

/* A socket that listens there and does not block; a port that was 0 is then known. Below 0: it
 * cannot, and `error` says why. */
int dp_listener_open(struct dp_listen_address *address, char *error, size_t error_size);

#endif
