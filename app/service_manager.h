/* What systemd, or whoever else has set NOTIFY_SOCKET, is told of this service (sd_notify(3)):
 *
 *   READY=1       it does its duty, for the first time
 *   STATUS=...    what it does, in words
 *   WATCHDOG=1    its loop turns; every half of WATCHDOG_USEC
 *   RELOADING=1   it reads its configuration again
 *   STOPPING=1    it ends
 *
 * Until it is ready it asks for more time (EXTEND_TIMEOUT_USEC): to wait for Redis or to read a
 * long way is no failure. The protocol is one datagram a message, documented and stable, so it is
 * spoken here: libsystemd would bring libraries of compression and cryptography along for it.
 * Thread: the loop's. */
#ifndef DP_SERVICE_MANAGER_H
#define DP_SERVICE_MANAGER_H

#include <stdbool.h>
#include <uv.h>

struct dp_service_manager;

/* NULL: there is no service manager, or none that can be reached, which the log says. */
struct dp_service_manager *dp_service_manager_create(uv_loop_t *loop);

/* The memory is given back in the loop's next turn. */
void dp_service_manager_close(struct dp_service_manager *manager);

/* What the service does now, in a text that stays; to be said every second or so. What is the same
 * as before is not sent again. */
void dp_service_manager_set(struct dp_service_manager *manager, bool ready, const char *status);

/* Reads its configuration again: before and after. */
void dp_service_manager_reloading(struct dp_service_manager *manager);
void dp_service_manager_reloaded(struct dp_service_manager *manager);

void dp_service_manager_stopping(struct dp_service_manager *manager);

#endif
