/* TLS for a connection to Redis: the server's certificate must be valid for the host's name and
 * signed by an authority that OpenSSL trusts (SSL_CERT_FILE and SSL_CERT_DIR name others).
 *
 * A build without hiredis_ssl has these functions too; there dp_redis_tls_create says so. */
#ifndef DP_REDIS_TLS_H
#define DP_REDIS_TLS_H

#include <stdbool.h>
#include <stddef.h>

struct redisAsyncContext;
struct dp_redis_tls;

/* For connections to `host`. NULL when it cannot be: `error` says why. */
struct dp_redis_tls *dp_redis_tls_create(const char *host, char *error, size_t error_size);
void dp_redis_tls_destroy(struct dp_redis_tls *tls); /* accepts NULL */

/* Makes a connection that has just been started a TLS one. On false it is of no use: free it. */
bool dp_redis_tls_start(struct dp_redis_tls *tls, struct redisAsyncContext *connection);

/* Why TLS refused the connection started last; NULL when it has nothing to say. */
const char *dp_redis_tls_reason(const struct dp_redis_tls *tls);

#endif
