#include "sink/redis_link.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"
#include "sink/compat.h"
#include "sink/redis_advice.h"
#include "sink/redis_connection.h"
#include "sink/redis_tls.h"
#include "sink/redis_url.h"
#include "sink/resp.h"

#define TIMEOUT_MS       10000
#define TICKS            10 /* parts of the timeout in which replies are looked for */
#define BACKOFF_MIN_MS   100
#define BACKOFF_MAX_MS   5000
#define LOADING_RETRY_MS 500
#define LOG_EVERY_MS     30000

enum state {
    DOWN,        /* the timer runs until the next attempt */
    RESOLVING,   /* the host's name; the resolver has its own timeout */
    CONNECTING,  /* to one of the addresses */
    HANDSHAKING, /* AUTH, SELECT, PING */
    UP,
    CLOSED
};

/* A look-up of the host's name; it outlives a link that is closed meanwhile. */
struct lookup {
    uv_getaddrinfo_t request;
    struct dp_redis_link *link; /* NULL: closed */
};

struct dp_redis_link {
    uv_loop_t *loop;
    struct dp_redis_url url;
    struct dp_redis_tls *tls;
    struct dp_redis_link_events events;
    void (*closed)(void *ctx);
    void *ctx;
    uint64_t timeout_ms;
    const char *purpose;
    char server[300];

    enum state state;
    uv_timer_t timer;
    struct lookup *lookup;
    struct addrinfo *addresses, *address; /* all of the host's, and the one in use */
    struct dp_redis_connection *connection;
    size_t outstanding;
    unsigned silent_ticks; /* since the last reply, while any is outstanding */
    bool loading;          /* the server said so: the timer is for asking again */

    unsigned attempts; /* failed since the link was last up for a while */
    uint64_t up_at_ms;
    uint64_t logged_at_ms; /* the last failure; 0: none since the link was up */
};

static void on_timer(uv_timer_t *timer);

static void start_timer(struct dp_redis_link *link, uint64_t ms, uint64_t repeat_ms)
{
    uv_timer_start(&link->timer, on_timer, ms, repeat_ms);
}

/* Twice as long at each failure, and anywhere in the upper half of that, so that many processes do
 * not all come back at the same moment. */
static uint64_t backoff_ms(unsigned attempts)
{
    uint64_t limit = attempts < 6 ? (uint64_t)BACKOFF_MIN_MS << attempts : BACKOFF_MAX_MS;
    uint16_t random = 0;
    uv_random(NULL, NULL, &random, sizeof random, 0, NULL);
    if (limit > BACKOFF_MAX_MS)
        limit = BACKOFF_MAX_MS;
    return limit / 2 + limit / 2 * random / UINT16_MAX;
}

static void log_failure(struct dp_redis_link *link, const char *reason, uint64_t retry_ms)
{
    uint64_t now = uv_now(link->loop);
    char server[320], why[512], advice[512];
    if (link->logged_at_ms && now - link->logged_at_ms < LOG_EVERY_MS)
        return;
    link->logged_at_ms = now ? now : 1;
    dp_log(DP_LOG_WARN, "Redis cannot be used, trying again",
           "for=%s server=%s reason=%s advice=%s retry_ms=%llu", link->purpose,
           dp_log_quote(server, sizeof server, link->server), dp_log_quote(why, sizeof why, reason),
           dp_log_quote(advice, sizeof advice, dp_redis_advice(reason)),
           (unsigned long long)retry_ms);
}

/* The end of an attempt or of a connection: the next attempt is set, then the owner is told. */
static void fail(struct dp_redis_link *link, const char *reason)
{
    if (link->state == UP && uv_now(link->loop) - link->up_at_ms >= BACKOFF_MAX_MS)
        link->attempts = 0;
    uint64_t retry_ms = backoff_ms(link->attempts);
    if (link->attempts < UINT8_MAX)
        link->attempts++;
    link->state = DOWN;
    link->outstanding = 0;
    if (link->addresses)
        uv_freeaddrinfo(link->addresses);
    link->addresses = link->address = NULL;
    start_timer(link, retry_ms, 0);
    log_failure(link, reason, retry_ms);
    link->events.down(link->ctx, reason);
}

static void cut(struct dp_redis_link *link)
{
    struct dp_redis_connection *connection = link->connection;
    link->connection = NULL;
    link->outstanding = 0;
    if (connection)
        dp_redis_connection_close(connection);
}

/* Handshake: AUTH, SELECT and PING go out together; PING's reply ends it, an error before that
 * breaks it. The tag tells them from the owner's commands only in that the state is HANDSHAKING. */
static char handshake_ping;

static bool send_words(struct dp_redis_link *link, size_t count, const char *const *words,
                       void *tag)
{
    struct dp_resp resp = {0};
    dp_resp_begin(&resp, count);
    for (size_t i = 0; i < count; i++)
        dp_resp_add(&resp, dp_str_from(words[i]));
    bool sent = dp_redis_connection_send(link->connection, resp.buf, resp.len, tag);
    explicit_bzero(resp.buf, resp.len); /* may hold the password */
    dp_resp_deinit(&resp);
    return sent;
}

static bool send_ping(struct dp_redis_link *link)
{
    link->loading = false;
    start_timer(link, link->timeout_ms, 0);
    return send_words(link, 1, (const char *[]){"PING"}, &handshake_ping);
}

static void on_connected(void *ctx)
{
    struct dp_redis_link *link = ctx;
    const struct dp_redis_url *url = &link->url;
    bool sent = true;
    link->state = HANDSHAKING;
    if (url->user)
        sent = send_words(link, 3, (const char *[]){"AUTH", url->user, url->password}, NULL);
    else if (url->password)
        sent = send_words(link, 2, (const char *[]){"AUTH", url->password}, NULL);
    if (url->db) {
        char db[16];
        snprintf(db, sizeof db, "%d", url->db);
        sent = sent && send_words(link, 2, (const char *[]){"SELECT", db}, NULL);
    }
    if (!sent || !send_ping(link))
        dp_redis_link_break(link, "the connection broke while signing in");
}

static void go_up(struct dp_redis_link *link)
{
    char server[320];
    link->state = UP;
    link->up_at_ms = uv_now(link->loop);
    link->logged_at_ms = 0;
    link->silent_ticks = 0;
    uint64_t tick_ms = link->timeout_ms / TICKS + 1;
    start_timer(link, tick_ms, tick_ms);
    dp_log(DP_LOG_INFO, "connected to Redis", "for=%s server=%s", link->purpose,
           dp_log_quote(server, sizeof server, link->server));
    link->events.up(link->ctx);
}

static void take_handshake_reply(struct dp_redis_link *link, void *tag, const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "LOADING", 7) == 0) {
        log_failure(link, reply->str, LOADING_RETRY_MS);
        link->loading = true;
        start_timer(link, LOADING_RETRY_MS, 0);
    } else if (reply->type == REDIS_REPLY_ERROR) {
        dp_redis_link_break(link, reply->str);
    } else if (tag == &handshake_ping) {
        go_up(link);
    }
}

static void on_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct dp_redis_link *link = ctx;
    if (link->state == HANDSHAKING) {
        take_handshake_reply(link, tag, reply);
    } else if (link->state == UP) {
        if (link->outstanding) /* messages of a subscription come unasked */
            link->outstanding--;
        link->silent_ticks = 0;
        link->events.reply(link->ctx, tag, reply);
    }
}

static void on_lost(void *ctx, const char *reason);

static const struct dp_redis_connection_events connection_events = {
    .connected = on_connected, .reply = on_reply, .lost = on_lost};

/* Tries the addresses from link->address on, until one can be started. */
static void try_addresses(struct dp_redis_link *link, const char *reason)
{
    char error[256], host[NI_MAXHOST];
    snprintf(error, sizeof error, "%s", reason);
    link->state = CONNECTING;
    for (; link->address; link->address = link->address->ai_next) {
        if (getnameinfo(link->address->ai_addr, link->address->ai_addrlen, host, sizeof host, NULL,
                        0, NI_NUMERICHOST) != 0)
            continue;
        link->connection = dp_redis_connection_open(link->loop, host, link->url.port, link->tls,
                                                    &connection_events, link, error, sizeof error);
        if (link->connection) {
            start_timer(link, link->timeout_ms, 0);
            return;
        }
    }
    fail(link, error);
}

static void on_lost(void *ctx, const char *reason)
{
    struct dp_redis_link *link = ctx;
    link->connection = NULL;
    if (link->state == CONNECTING && link->address && link->address->ai_next) {
        link->address = link->address->ai_next;
        try_addresses(link, reason);
    } else {
        fail(link, reason);
    }
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
    struct lookup *lookup = request->data;
    struct dp_redis_link *link = lookup->link;
    char reason[256];
    free(lookup);
    if (!link) {
        uv_freeaddrinfo(addresses);
        return;
    }
    link->lookup = NULL;
    if (status < 0) {
        snprintf(reason, sizeof reason, "the host is unknown: %s", uv_strerror(status));
        fail(link, reason);
        return;
    }
    link->addresses = link->address = addresses;
    try_addresses(link, "the host has no address");
}

static void connect_unix(struct dp_redis_link *link)
{
    char error[256];
    link->state = CONNECTING;
    link->connection = dp_redis_connection_open(link->loop, link->url.path, 0, NULL,
                                                &connection_events, link, error, sizeof error);
    if (link->connection)
        start_timer(link, link->timeout_ms, 0);
    else
        fail(link, error);
}

static void start_attempt(struct dp_redis_link *link)
{
    if (link->url.path) {
        connect_unix(link);
        return;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct lookup *lookup = dp_xcalloc(1, sizeof *lookup);
    lookup->link = link;
    lookup->request.data = lookup;
    link->state = RESOLVING;
    int status =
        uv_getaddrinfo(link->loop, &lookup->request, on_resolved, link->url.host, NULL, &hints);
    if (status == 0) {
        link->lookup = lookup;
        return;
    }
    free(lookup);
    fail(link, uv_strerror(status));
}

/* While up: one tick. Ticks are counted rather than the clock read, so that a process that was
 * stopped for a while finds the replies that wait in its socket before it gives up on them. */
static void look_for_silence(struct dp_redis_link *link)
{
    if (link->outstanding == 0)
        link->silent_ticks = 0;
    else if (++link->silent_ticks >= TICKS)
        dp_redis_link_break(link, "no reply in time");
}

static void on_timer(uv_timer_t *timer)
{
    struct dp_redis_link *link = timer->data;
    switch (link->state) {
    case DOWN:
        start_attempt(link);
        break;
    case CONNECTING:
        cut(link);
        on_lost(link, "no connection in time");
        break;
    case HANDSHAKING:
        if (!link->loading || !send_ping(link))
            dp_redis_link_break(link, "no reply in time while signing in");
        break;
    case UP:
        look_for_silence(link);
        break;
    case RESOLVING:
    case CLOSED:
        break;
    }
}

struct dp_redis_link *dp_redis_link_create(uv_loop_t *loop,
                                           const struct dp_redis_link_options *options,
                                           const struct dp_redis_link_events *events, void *ctx,
                                           char *error, size_t error_size)
{
    struct dp_redis_url url;
    struct dp_redis_tls *tls = NULL;
    if (!dp_redis_url_parse(&url, options->url, error, error_size))
        return NULL;
    if (url.tls && !(tls = dp_redis_tls_create(url.host, error, error_size))) {
        dp_redis_url_deinit(&url);
        return NULL;
    }
    struct dp_redis_link *link = dp_xcalloc(1, sizeof *link);
    link->loop = loop;
    link->url = url;
    link->tls = tls;
    link->events = *events;
    link->ctx = ctx;
    link->purpose = options->purpose ? options->purpose : "use";
    link->timeout_ms = options->timeout_ms ? options->timeout_ms : TIMEOUT_MS;
    dp_redis_url_describe(&url, link->server, sizeof link->server);
    uv_timer_init(loop, &link->timer);
    link->timer.data = link;
    start_timer(link, 0, 0);
    return link;
}

static void on_timer_closed(uv_handle_t *timer)
{
    struct dp_redis_link *link = timer->data;
    if (link->closed)
        link->closed(link->ctx);
    dp_redis_tls_destroy(link->tls);
    dp_redis_url_deinit(&link->url);
    free(link);
}

void dp_redis_link_close(struct dp_redis_link *link, void (*closed)(void *ctx))
{
    link->state = CLOSED;
    link->closed = closed;
    cut(link);
    if (link->lookup) {
        link->lookup->link = NULL;
        uv_cancel((uv_req_t *)&link->lookup->request);
    }
    if (link->addresses)
        uv_freeaddrinfo(link->addresses);
    link->addresses = link->address = NULL;
    uv_close((uv_handle_t *)&link->timer, on_timer_closed);
}

bool dp_redis_link_is_up(const struct dp_redis_link *link)
{
    return link->state == UP;
}

bool dp_redis_link_send(struct dp_redis_link *link, const char *command, size_t len, void *tag)
{
    if (link->state != UP || !dp_redis_connection_send(link->connection, command, len, tag))
        return false;
    link->outstanding++;
    return true;
}

void dp_redis_link_write(struct dp_redis_link *link)
{
    if (link->state == UP)
        dp_redis_connection_write(link->connection);
}

size_t dp_redis_link_outstanding(const struct dp_redis_link *link)
{
    return link->outstanding;
}

size_t dp_redis_link_unsent(const struct dp_redis_link *link)
{
    return link->connection ? dp_redis_connection_unsent(link->connection) : 0;
}

void dp_redis_link_break(struct dp_redis_link *link, const char *reason)
{
    if (!link->connection)
        return;
    cut(link);
    fail(link, reason);
}

const char *dp_redis_link_server(const struct dp_redis_link *link)
{
    return link->server;
}
