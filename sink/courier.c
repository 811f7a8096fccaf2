#include "sink/courier.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/text.h"
#include "sink/courier_easy.h"
#include "sink/hook_url.h"

#define ADDRESSES_MAX 8 /* of a host, that are tried */

/* A look-up of a host's name; it outlives a transfer that is given up meanwhile. */
struct lookup {
    uv_getaddrinfo_t request;
    struct dp_courier *courier;
    struct transfer *transfer; /* NULL: given up */
};

/* A socket of curl's. */
struct watch {
    uv_poll_t poll;
    struct dp_courier *courier;
    curl_socket_t fd;
};

struct transfer {
    struct dp_courier *courier;
    struct transfer *next, **link;
    uv_timer_t timer; /* the end of its time */
    struct lookup *lookup;
    struct dp_hook_url url;
    const char *wrong; /* why it fails soon; NULL: it does not */
    struct dp_easy easy;
    bool added; /* curl has it */
    dp_courier_done *done;
    void *ctx;
};

struct dp_courier {
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t timer; /* curl's */
    struct transfer *first;
    size_t limit, busy;
    size_t open; /* handles and look-ups that the loop still has */
    bool closing;
    void (*closed)(void *ctx);
    void *ctx;
};

/* Something that the loop had is gone. */
static void on_gone(struct dp_courier *courier)
{
    if (--courier->open || !courier->closing)
        return;
    if (courier->closed)
        courier->closed(courier->ctx);
    curl_global_cleanup();
    free(courier);
}

/* Transfers --------------------------------------------------------------------------------------
 */

static void on_transfer_closed(uv_handle_t *timer)
{
    struct transfer *transfer = timer->data;
    struct dp_courier *courier = transfer->courier;
    free(transfer);
    on_gone(courier);
}

/* Nothing happens to it any more. */
static void detach(struct transfer *transfer)
{
    *transfer->link = transfer->next;
    if (transfer->next)
        transfer->next->link = transfer->link;
    transfer->courier->busy--;
    if (transfer->added)
        curl_multi_remove_handle(transfer->courier->multi, transfer->easy.curl);
    if (transfer->lookup) {
        transfer->lookup->transfer = NULL;
        uv_cancel((uv_req_t *)&transfer->lookup->request);
    }
}

static void release(struct transfer *transfer)
{
    dp_easy_deinit(&transfer->easy);
    uv_close((uv_handle_t *)&transfer->timer, on_transfer_closed);
}

static void finish(struct transfer *transfer, const struct dp_courier_answer *answer)
{
    detach(transfer);
    transfer->done(transfer->ctx, answer);
    release(transfer);
}

static void fail(struct transfer *transfer, const char *error)
{
    finish(transfer, &(struct dp_courier_answer){.error = error});
}

static void on_timeout(uv_timer_t *timer)
{
    struct transfer *transfer = timer->data;
    fail(transfer, transfer->wrong    ? transfer->wrong
                   : transfer->lookup ? "the host's name was not looked up in time"
                                      : "no answer in time");
}

/* In the loop's next turn. `error` is static. */
static void fail_soon(struct transfer *transfer, const char *error)
{
    transfer->wrong = error;
    uv_timer_start(&transfer->timer, on_timeout, 0, 0);
}

/* curl and the loop ------------------------------------------------------------------------------
 */

/* What has ended since curl was last given something to do. Whoever is told may close all. */
static void tell_ended(struct dp_courier *courier)
{
    int left;
    CURLMsg *message;
    while (!courier->closing && (message = curl_multi_info_read(courier->multi, &left))) {
        struct transfer *transfer;
        struct dp_courier_answer answer;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        dp_easy_answer(&transfer->easy, code, &answer);
        finish(transfer, &answer);
    }
}

static void act(struct dp_courier *courier, curl_socket_t fd, int events)
{
    int running;
    curl_multi_socket_action(courier->multi, fd, events, &running);
    tell_ended(courier);
}

static void on_curl_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *multi, long ms, void *ctx)
{
    struct dp_courier *courier = ctx;
    (void)multi;
    if (courier->closing)
        return 0;
    if (ms < 0)
        uv_timer_stop(&courier->timer);
    else
        uv_timer_start(&courier->timer, on_curl_timer, (uint64_t)ms, 0);
    return 0;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    int happened = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
                   (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
    act(watch->courier, watch->fd, status < 0 ? CURL_CSELECT_ERR : happened);
}

static void on_watch_closed(uv_handle_t *poll)
{
    struct watch *watch = poll->data;
    struct dp_courier *courier = watch->courier;
    free(watch);
    on_gone(courier);
}

static struct watch *new_watch(struct dp_courier *courier, curl_socket_t fd)
{
    struct watch *watch = dp_xcalloc(1, sizeof *watch);
    watch->courier = courier;
    watch->fd = fd;
    watch->poll.data = watch;
    if (uv_poll_init_socket(courier->loop, &watch->poll, fd)) {
        free(watch); /* the transfer ends when its time does */
        return NULL;
    }
    courier->open++;
    curl_multi_assign(courier->multi, fd, watch);
    return watch;
}

static int watch_socket(CURL *curl, curl_socket_t fd, int what, void *ctx, void *of_socket)
{
    struct dp_courier *courier = ctx;
    struct watch *watch = of_socket;
    (void)curl;
    if (what == CURL_POLL_REMOVE) {
        if (watch)
            uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
        curl_multi_assign(courier->multi, fd, NULL);
        return 0;
    }
    if (!watch)
        watch = new_watch(courier, fd);
    if (watch)
        uv_poll_start(&watch->poll,
                      (what & CURL_POLL_IN ? UV_READABLE : 0) |
                          (what & CURL_POLL_OUT ? UV_WRITABLE : 0),
                      on_ready);
    return 0;
}

/* Starting ---------------------------------------------------------------------------------------
 */

static void add(struct transfer *transfer)
{
    transfer->added =
        curl_multi_add_handle(transfer->courier->multi, transfer->easy.curl) == CURLM_OK;
    if (!transfer->added)
        fail_soon(transfer, "out of resources");
}

/* "+host:port:address,[address]": curl then looks up nothing itself. */
static void set_addresses(struct transfer *transfer, const struct addrinfo *addresses)
{
    struct dp_text entry = {0};
    char name[INET6_ADDRSTRLEN];
    int count = 0;
    dp_text_printf(&entry, "+%s:%d:", transfer->url.host, transfer->url.port);
    for (const struct addrinfo *at = addresses; at && count < ADDRESSES_MAX; at = at->ai_next) {
        bool six = at->ai_family == AF_INET6;
        if (uv_ip_name(at->ai_addr, name, sizeof name) == 0)
            dp_text_printf(&entry, six ? "%s[%s]" : "%s%s", count++ ? "," : "", name);
    }
    dp_easy_set_addresses(&transfer->easy, entry.p);
    dp_text_deinit(&entry);
}

static void on_looked_up(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
    struct lookup *lookup = request->data;
    struct transfer *transfer = lookup->transfer;
    struct dp_courier *courier = lookup->courier;
    free(lookup);
    if (transfer) {
        transfer->lookup = NULL;
        if (status == 0) {
            set_addresses(transfer, addresses);
            add(transfer);
        } else {
            char error[128];
            snprintf(error, sizeof error, "the host's name is not known: %s", uv_strerror(status));
            fail(transfer, error);
        }
    }
    uv_freeaddrinfo(addresses);
    on_gone(courier);
}

static bool is_address(const char *host)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    return uv_ip4_addr(host, 0, &in) == 0 || uv_ip6_addr(host, 0, &in6) == 0;
}

static void look_up(struct transfer *transfer)
{
    struct dp_courier *courier = transfer->courier;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct lookup *lookup = dp_xcalloc(1, sizeof *lookup);
    lookup->courier = courier;
    lookup->transfer = transfer;
    lookup->request.data = lookup;
    if (uv_getaddrinfo(courier->loop, &lookup->request, on_looked_up, transfer->url.host, NULL,
                       &hints)) {
        free(lookup);
        fail_soon(transfer, "the host's name cannot be looked up");
        return;
    }
    courier->open++;
    transfer->lookup = lookup;
}

bool dp_courier_has_room(const struct dp_courier *courier)
{
    return !courier->closing && courier->busy < courier->limit;
}

bool dp_courier_send(struct dp_courier *courier, const struct dp_courier_request *request,
                     dp_courier_done *done, void *ctx)
{
    if (!dp_courier_has_room(courier))
        return false;
    struct transfer *transfer = dp_xcalloc(1, sizeof *transfer);
    transfer->courier = courier;
    transfer->done = done;
    transfer->ctx = ctx;
    transfer->link = &courier->first;
    transfer->next = courier->first;
    if (transfer->next)
        transfer->next->link = &transfer->next;
    courier->first = transfer;
    courier->busy++;
    courier->open++;
    uv_timer_init(courier->loop, &transfer->timer);
    transfer->timer.data = transfer;
    dp_easy_init(&transfer->easy, request);
    curl_easy_setopt(transfer->easy.curl, CURLOPT_PRIVATE, transfer);
    const char *error;
    uv_timer_start(&transfer->timer, on_timeout, request->timeout_ms, 0);
    if (!dp_hook_url_parse(&transfer->url, request->url, &error))
        fail_soon(transfer, error);
    else if (is_address(transfer->url.host))
        add(transfer);
    else
        look_up(transfer);
    return true;
}

/* Beginning and end ------------------------------------------------------------------------------
 */

struct dp_courier *dp_courier_create(uv_loop_t *loop, size_t limit)
{
    struct dp_courier *courier = dp_xcalloc(1, sizeof *courier);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    courier->loop = loop;
    courier->limit = limit;
    courier->open = 1;
    courier->multi = curl_multi_init();
    curl_multi_setopt(courier->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(courier->multi, CURLMOPT_SOCKETDATA, courier);
    curl_multi_setopt(courier->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(courier->multi, CURLMOPT_TIMERDATA, courier);
    uv_timer_init(loop, &courier->timer);
    courier->timer.data = courier;
    return courier;
}

static void on_timer_closed(uv_handle_t *timer)
{
    on_gone(timer->data);
}

void dp_courier_close(struct dp_courier *courier, void (*closed)(void *ctx), void *ctx)
{
    courier->closing = true;
    courier->closed = closed;
    courier->ctx = ctx;
    while (courier->first) {
        struct transfer *transfer = courier->first;
        detach(transfer);
        release(transfer);
    }
    curl_multi_cleanup(courier->multi);
    uv_close((uv_handle_t *)&courier->timer, on_timer_closed);
}
