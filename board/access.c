#include "board/access.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/utf8.h"

#define COOKIE        "deskpulse_board"
#define COOKIE_LIFE_S (30 * INT64_C(86400))
#define SIGNED        64

static void digest_of(const char *purpose, struct dp_str text, uint8_t digest[DP_ACCESS_DIGEST])
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, strlen(purpose) + 1, (const uint8_t *)purpose);
    sha256_update(&sha, text.len, (const uint8_t *)text.p);
    sha256_digest(&sha, DP_ACCESS_DIGEST, digest);
}

void dp_access_set(struct dp_access_token *kept, const char *token)
{
    kept->there = token != NULL;
    if (!token)
        return;
    digest_of("token", dp_str_from(token), kept->digest);
    digest_of("cookie", dp_str_from(token), kept->cookie_key);
}

bool dp_access_is_open(const struct dp_access *access)
{
    return !access->read.there && !*access->user_header;
}

enum dp_right dp_access_try(const struct dp_access *access, struct dp_str token)
{
    uint8_t digest[DP_ACCESS_DIGEST];
    digest_of("token", token, digest);
    /* Both are looked at whatever the first one says. */
    bool ack = memeql_sec(digest, access->ack.digest, sizeof digest) && access->ack.there;
    bool read = memeql_sec(digest, access->read.digest, sizeof digest) && access->read.there;
    return ack ? DP_RIGHT_ACK : read ? DP_RIGHT_READ : DP_RIGHT_NONE;
}

/* Cookies: RIGHT.EXPIRY.MAC ---------------------------------------------------------------------*/

static void sign(const struct dp_access_token *token, const char *text, char hex[2 * 32 + 1])
{
    struct hmac_sha256_ctx hmac;
    uint8_t mac[SHA256_DIGEST_SIZE];
    hmac_sha256_set_key(&hmac, sizeof token->cookie_key, token->cookie_key);
    hmac_sha256_update(&hmac, strlen(text), (const uint8_t *)text);
    hmac_sha256_digest(&hmac, sizeof mac, mac);
    for (size_t i = 0; i < sizeof mac; i++)
        snprintf(hex + 2 * i, 3, "%02x", mac[i]);
}

static enum dp_right right_of_cookie(const struct dp_access *access, const char *cookie,
                                     int64_t now_ms)
{
    char head[SIGNED], expected[65];
    const char *mac = strrchr(cookie, '.');
    size_t len = mac ? (size_t)(mac - cookie) : 0;
    if (len < 3 || len >= sizeof head || strlen(mac + 1) != 64)
        return DP_RIGHT_NONE;
    memcpy(head, cookie, len);
    head[len] = '\0';
    enum dp_right right = strncmp(head, "ack.", 4) == 0    ? DP_RIGHT_ACK
                          : strncmp(head, "read.", 5) == 0 ? DP_RIGHT_READ
                                                           : DP_RIGHT_NONE;
    const struct dp_access_token *token = right == DP_RIGHT_ACK ? &access->ack : &access->read;
    if (right == DP_RIGHT_NONE || !token->there)
        return DP_RIGHT_NONE;
    sign(token, head, expected);
    if (!memeql_sec(expected, mac + 1, 64) ||
        strtoll(strchr(head, '.') + 1, NULL, 10) < now_ms / 1000)
        return DP_RIGHT_NONE;
    return right;
}

void dp_access_cookie(const struct dp_access *access, enum dp_right right, bool secure,
                      int64_t now_ms, struct dp_text *cookie)
{
    char head[SIGNED], mac[65];
    if (right == DP_RIGHT_NONE) {
        dp_text_put(cookie, COOKIE "=; Max-Age=0");
    } else {
        snprintf(head, sizeof head, "%s.%" PRId64, right == DP_RIGHT_ACK ? "ack" : "read",
                 now_ms / 1000 + COOKIE_LIFE_S);
        sign(right == DP_RIGHT_ACK ? &access->ack : &access->read, head, mac);
        dp_text_printf(cookie, COOKIE "=%s.%s; Max-Age=%" PRId64, head, mac, COOKIE_LIFE_S);
    }
    dp_text_printf(cookie, "; Path=/; HttpOnly; SameSite=Strict%s", secure ? "; Secure" : "");
}

/* Visitors --------------------------------------------------------------------------------------*/

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

void dp_access_find(const struct dp_access *access, struct MHD_Connection *connection,
                    int64_t now_ms, struct dp_visitor *visitor)
{
    const char *authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION);
    const char *cookie = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, COOKIE);
    const char *user = *access->user_header ? header(connection, access->user_header) : NULL;
    *visitor = (struct dp_visitor){.right = DP_RIGHT_NONE};
    if (user && *user && strlen(user) < sizeof visitor->user && dp_utf8_valid(dp_str_from(user))) {
        strcpy(visitor->user, user);
        visitor->right = DP_RIGHT_READ;
    }
    if (authorization) {
        enum dp_right right = DP_RIGHT_NONE;
        if (strncasecmp(authorization, "Bearer ", 7) == 0)
            right = dp_access_try(access, dp_str_from(authorization + 7));
        visitor->right = right; /* a wrong token is not made good by anything else */
        return;
    }
    enum dp_right by_cookie = cookie ? right_of_cookie(access, cookie, now_ms) : DP_RIGHT_NONE;
    if (by_cookie > visitor->right)
        visitor->right = by_cookie;
    if (visitor->right == DP_RIGHT_NONE && dp_access_is_open(access))
        visitor->right = DP_RIGHT_READ;
}

bool dp_access_is_same_origin(struct MHD_Connection *connection)
{
    const char *site = header(connection, "Sec-Fetch-Site"), *origin = header(connection, "Origin");
    const char *host = header(connection, MHD_HTTP_HEADER_HOST);
    if (site && strcmp(site, "same-origin") != 0)
        return false;
    if (!origin)
        return true;
    const char *name = strstr(origin, "://");
    return name && host && strcasecmp(name + 3, host) == 0;
}

bool dp_access_is_host(const struct dp_access *access, struct MHD_Connection *connection)
{
    const char *host = header(connection, MHD_HTTP_HEADER_HOST);
    char name[256], *end;
    unsigned char address[16];
    if (!dp_access_is_open(access) || !host)
        return true;
    snprintf(name, sizeof name, "%s", host + (*host == '['));
    if (*host == '[') {
        end = strchr(name, ']');
    } else {
        end = strrchr(name, ':');
    }
    if (end)
        *end = '\0';
    return strcasecmp(name, "localhost") == 0 || strcasecmp(name, access->host) == 0 ||
           inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}
