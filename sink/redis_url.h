/* Where Redis is and how to sign in:
 *
 *   redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]
 *   rediss://...                                 the same over TLS
 *   unix://[[USER]:PASSWORD@]/PATH[?db=DB]
 *
 * User, password, host and path may be percent-encoded; an IPv6 address stands in brackets. Pure.
 */
#ifndef DP_REDIS_URL_H
#define DP_REDIS_URL_H

#include <stdbool.h>
#include <stddef.h>

struct dp_redis_url {
    bool tls;
    char *host; /* NULL for a Unix socket; without brackets */
    int port;
    char *path;     /* the Unix socket; NULL otherwise */
    char *user;     /* NULL: the default user */
    char *password; /* NULL: none */
    int db;
};

/* Fills `url`, to be given back with dp_redis_url_deinit. On false `url` needs no deinit and
 * `error` says what is wrong; it never repeats the text, which may hold a password. */
bool dp_redis_url_parse(struct dp_redis_url *url, const char *text, char *error, size_t error_size);

/* Wipes the password and frees. */
void dp_redis_url_deinit(struct dp_redis_url *url);

/* "host:6379/0", "[::1]:6379/0" or "/path/0" for logs: no user, no password. */
void dp_redis_url_describe(const struct dp_redis_url *url, char *buf, size_t size);

#endif
