/* Who may see the board, and who may acknowledge and silence: by a token, by a cookie that a token
 * was given for, or by what a reverse proxy says. Tokens are kept as digests alone, and compared in
 * a time that does not depend on them. Thread: one. */
#ifndef DP_BOARD_ACCESS_H
#define DP_BOARD_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"
#include "common/text.h"

struct MHD_Connection;

enum dp_right { DP_RIGHT_NONE, DP_RIGHT_READ, DP_RIGHT_ACK };

#define DP_ACCESS_DIGEST 32
#define DP_ACCESS_USER   129 /* with the end */

struct dp_access_token {
    bool there;
    uint8_t digest[DP_ACCESS_DIGEST];
    uint8_t cookie_key[DP_ACCESS_DIGEST];
};

struct dp_access {
    struct dp_access_token read, ack;
    const char *user_header; /* of the proxy, lives as long; "": none */
    const char *host;        /* that is listened on, likewise */
};

struct dp_visitor {
    enum dp_right right;
    char user[DP_ACCESS_USER]; /* as the proxy says; "": not known */
};

/* `token` may be NULL: there is none. */
void dp_access_set(struct dp_access_token *kept, const char *token);

/* Neither a token nor a proxy is asked for: whoever reaches the port may read. */
bool dp_access_is_open(const struct dp_access *access);

void dp_access_find(const struct dp_access *access, struct MHD_Connection *connection,
                    int64_t now_ms, struct dp_visitor *visitor);

/* What a token is good for. */
enum dp_right dp_access_try(const struct dp_access *access, struct dp_str token);

/* The cookie by which that right is known again: a value for Set-Cookie. With DP_RIGHT_NONE: one
 * that takes it away. */
void dp_access_cookie(const struct dp_access *access, enum dp_right right, bool secure,
                      int64_t now_ms, struct dp_text *cookie);

/* Whether the request is from a page of this board, or from no page at all. */
bool dp_access_is_same_origin(struct MHD_Connection *connection);

/* Whether the host that is asked for can be this one: where all may read, a page elsewhere could
 * have its own name lead here. */
bool dp_access_is_host(const struct dp_access *access, struct MHD_Connection *connection);

#endif
