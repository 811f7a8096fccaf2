#include "app/health.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/duty.h"
#include "app/http_server.h"
#include "app/metrics.h"
#include "app/run_metrics.h"
#include "app/service_manager.h"
#include "common/log.h"
#include "common/memory.h"

/* Whoever scrapes and probes takes a handful; who leaves one open is not waited for. */
#define CONNECTIONS 32
#define TIMEOUT_S   10

#define SAY_INTERVAL_MS 1000

struct dp_health {
    struct dp_run *run;
    struct dp_http_server *server;      /* NULL: nowhere */
    struct dp_service_manager *manager; /* NULL: there is none */
    uv_timer_t timer;                   /* says to it what it is */
};

/* Ready? -----------------------------------------------------------------------------------------
 */

static bool active_is_ready(const struct dp_run *run, const char **text)
{
    if (!dp_saver_is_up(run->saver) || !dp_flusher_is_up(run->flusher))
        *text = "active, but Redis cannot be reached";
    else if (run->behind)
        *text = "active, but Redis is behind: consumption is paused";
    else if (run->full || run->no_room)
        *text =
            "active, but facts, dead letters or the journal have no room: consumption is paused";
    else if (!dp_kafka_source_is_reading(run->source))
        *text = "active, but Kafka has not said which partitions there are";
    else if (dp_kafka_source_is_away(run->source))
        *text = "active, but Kafka cannot be reached";
    else {
        *text = "active";
        return true;
    }
    return false;
}

bool dp_health_ready(const struct dp_run *run, const char **text)
{
    if (run->stopping) {
        *text = "stopping";
        return false;
    }
    switch (run->duty) {
    case DP_STANDING_BY:
        if (dp_saver_is_following(run->saver)) {
            *text = "standing by, following the state";
            return true;
        }
        *text = dp_saver_is_up(run->saver) ? "standing by, but the state has not been read"
                                           : "standing by, but Redis cannot be reached";
        return false;
    case DP_TAKING_OVER:
    case DP_LOADED:
        *text = dp_saver_is_up(run->saver) ? "taking over: reads the state"
                                           : "taking over, but Redis cannot be reached";
        return false;
    case DP_CATCHING_UP:
        *text = "catching up: reads from Kafka what the figures in Redis stand for";
        return false;
    case DP_ACTIVE:
        break;
    }
    return active_is_ready(run, text);
}

/* HTTP -------------------------------------------------------------------------------------------
 */

static void on_metrics(void *ctx, const struct dp_http_request *request,
                       struct dp_http_response *response)
{
    const struct dp_health *health = ctx;
    (void)request;
    response->content_type = DP_METRICS_CONTENT_TYPE;
    dp_run_metrics(health->run, &response->body);
}

static void on_healthz(void *ctx, const struct dp_http_request *request,
                       struct dp_http_response *response)
{
    (void)ctx;
    (void)request;
    dp_text_put(&response->body, "the loop turns\n");
}

static void on_readyz(void *ctx, const struct dp_http_request *request,
                      struct dp_http_response *response)
{
    const struct dp_health *health = ctx;
    const char *text;
    (void)request;
    response->status = dp_health_ready(health->run, &text) ? 200 : 503;
    dp_text_printf(&response->body, "%s\n", text);
}

static const struct dp_http_route routes[] = {
    {"/metrics", on_metrics}, {"/healthz", on_healthz}, {"/readyz", on_readyz}};

static bool listen_for(struct dp_health *health, const char *at, char *error, size_t size)
{
    struct dp_http_options options = {
        .listen = at,
        .routes = routes,
        .route_count = sizeof routes / sizeof *routes,
        .connections = CONNECTIONS,
        .timeout_s = TIMEOUT_S,
    };
    char text[DP_LISTEN_ADDRESS_TEXT], why[300];
    health->server = dp_http_server_create(&health->run->loop, &options, health, why, sizeof why);
    if (!health->server) {
        snprintf(error, size, "[http] listen: %s", why);
        return false;
    }
    dp_log(DP_LOG_INFO, "listening", "address=%s",
           dp_listen_address_format(dp_http_server_address(health->server), text));
    return true;
}

/* Service manager --------------------------------------------------------------------------------
 */

static void on_timer(uv_timer_t *timer)
{
    struct dp_health *health = timer->data;
    const char *text;
    bool ready = dp_health_ready(health->run, &text);
    dp_service_manager_set(health->manager, ready, text);
}

void dp_health_reloading(struct dp_health *health)
{
    if (health->manager)
        dp_service_manager_reloading(health->manager);
}

void dp_health_reloaded(struct dp_health *health)
{
    if (health->manager)
        dp_service_manager_reloaded(health->manager);
}

void dp_health_stopping(struct dp_health *health)
{
    if (health->manager)
        dp_service_manager_stopping(health->manager);
}

/* Beginning and end ------------------------------------------------------------------------------
 */

struct dp_health *dp_health_create(struct dp_run *run, char *error, size_t size)
{
    struct dp_health *health = dp_xcalloc(1, sizeof *health);
    health->run = run;
    if (*run->config->http_listen && !listen_for(health, run->config->http_listen, error, size)) {
        free(health);
        return NULL;
    }
    health->manager = dp_service_manager_create(&run->loop);
    uv_timer_init(&run->loop, &health->timer);
    health->timer.data = health;
    if (health->manager)
        uv_timer_start(&health->timer, on_timer, 0, SAY_INTERVAL_MS);
    return health;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void dp_health_close(struct dp_health *health)
{
    if (health->server)
        dp_http_server_close(health->server);
    if (health->manager)
        dp_service_manager_close(health->manager);
    uv_close((uv_handle_t *)&health->timer, on_closed);
}
