/* Carries requests over HTTP and messages over SMTP, on a libuv loop, several at a time (libcurl).
 *
 * A transfer takes `timeout_ms` at the most, from the look-up of the name to the answer's end.
 * Every address is looked at when a socket is made for it (hook_address.h), TLS is verified,
 * redirects are not followed, proxies of the environment are not used, and each transfer has a
 * connection of its own. SIGPIPE must be ignored. Names are looked up by libuv, so that a resolver
 * that hangs holds up nobody. Thread: the loop's. */
#ifndef DP_COURIER_H
#define DP_COURIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "common/str.h"

#define DP_COURIER_ANSWER 4096 /* bytes of an answer that are kept */

struct dp_courier;

/* Copied. */
struct dp_courier_request {
    const char *url;            /* http and https: POSTed to; smtp and smtps: the server */
    const char *const *headers; /* "Name: value"; HTTP alone */
    size_t header_count;
    struct dp_str body;
    const char *from, *to;       /* SMTP: the envelope's; `to` may name several, with commas */
    const char *user, *password; /* SMTP; NULL: not logged in. A password goes through TLS alone */
    const char *ca_file;         /* NULL: the system's */
    bool allow_private;
    uint64_t timeout_ms; /* above 0 */
};

struct dp_courier_answer {
    const char *error; /* none came, or not all of it: why, without the URL; NULL: it is here */
    long status;       /* of HTTP, or the last of SMTP; 0: none */
    int64_t retry_after_ms; /* it asks for so long; 0: it does not */
    struct dp_str body;     /* its beginning */
};

/* Valid during the call, which may call any function of the courier. */
typedef void dp_courier_done(void *ctx, const struct dp_courier_answer *answer);

/* `limit`: so many transfers at a time. */
struct dp_courier *dp_courier_create(uv_loop_t *loop, size_t limit);

/* Cancels every transfer at once: none is answered. The memory is given back in the loop's next
 * turns, and `closed` (may be NULL) is called then. A look-up that is under way keeps the loop
 * alive for as long as the resolver takes. */
void dp_courier_close(struct dp_courier *courier, void (*closed)(void *ctx), void *ctx);

/* True: another transfer may be started. */
bool dp_courier_has_room(const struct dp_courier *courier);

/* Starts; `done` is called once, later. False: as many as may be are under way. */
bool dp_courier_send(struct dp_courier *courier, const struct dp_courier_request *request,
                     dp_courier_done *done, void *ctx);

#endif
