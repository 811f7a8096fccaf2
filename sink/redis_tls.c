#include "sink/redis_tls.h"

#include <stdio.h>

#include "sink/compat.h"

#ifdef DP_HAVE_REDIS_TLS

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "common/memory.h"

struct dp_redis_tls {
    SSL_CTX *context;
    char *host;
    char reason[128]; /* why the server's certificate was refused; "": it was not */
    bool numeric; /* an address: compared with the certificate's addresses, not sent as a name */
};

/* hiredis tells of a refused certificate only as an input/output error, so the cause is kept here.
 */
static int on_verify(int accepted, X509_STORE_CTX *store)
{
    if (!accepted) {
        SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
        struct dp_redis_tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
        snprintf(tls->reason, sizeof tls->reason, "the server's certificate is refused: %s",
                 X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
    }
    return accepted;
}

struct dp_redis_tls *dp_redis_tls_create(const char *host, char *error, size_t error_size)
{
    unsigned char address[sizeof(struct in6_addr)];
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_default_verify_paths(context) != 1) {
        const char *reason = ERR_reason_error_string(ERR_get_error());
        snprintf(error, error_size, "TLS for Redis cannot be set up: %s", reason ? reason : "?");
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_verify);

    struct dp_redis_tls *tls = dp_xcalloc(1, sizeof *tls);
    SSL_CTX_set_app_data(context, tls);
    tls->context = context;
    tls->host = dp_xstrdup(host);
    tls->numeric =
        inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
    return tls;
}

void dp_redis_tls_destroy(struct dp_redis_tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    free(tls->host);
    free(tls);
}

/* hiredis' own set-up checks the chain but not whom the certificate is for; that is done here. */
static bool expect_host(const struct dp_redis_tls *tls, SSL *ssl)
{
    if (tls->numeric)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), tls->host) == 1;
    return SSL_set_tlsext_host_name(ssl, tls->host) == 1 && SSL_set1_host(ssl, tls->host) == 1;
}

bool dp_redis_tls_start(struct dp_redis_tls *tls, struct redisAsyncContext *connection)
{
    SSL *ssl = SSL_new(tls->context);
    tls->reason[0] = '\0';
    ERR_clear_error();
    if (ssl && expect_host(tls, ssl) && redisInitiateSSL(&connection->c, ssl) == REDIS_OK)
        return true;
    SSL_free(ssl);
    return false;
}

const char *dp_redis_tls_reason(const struct dp_redis_tls *tls)
{
    return tls->reason[0] ? tls->reason : ERR_reason_error_string(ERR_peek_last_error());
}

#else

struct dp_redis_tls *dp_redis_tls_create(const char *host, char *error, size_t error_size)
{
    (void)host;
    snprintf(error, error_size, "this build has no TLS for Redis: build it with hiredis_ssl");
    return NULL;
}

void dp_redis_tls_destroy(struct dp_redis_tls *tls)
{
    (void)tls;
}

bool dp_redis_tls_start(struct dp_redis_tls *tls, struct redisAsyncContext *connection)
{
    (void)tls, (void)connection;
    return false;
}

const char *dp_redis_tls_reason(const struct dp_redis_tls *tls)
{
    (void)tls;
    return NULL;
}

#endif
