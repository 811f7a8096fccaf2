#include "sink_owner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define WAIT_MS 10000

static void close_sink(struct dp_test_owner *owner)
{
    if (owner->sink)
        dp_redis_sink_close(owner->sink);
    owner->sink = NULL;
}

static void on_up(void *ctx)
{
    struct dp_test_owner *owner = ctx;
    owner->ups++;
    if (owner->close_when_told)
        close_sink(owner);
}

static void on_down(void *ctx, const char *reason)
{
    struct dp_test_owner *owner = ctx;
    owner->downs++;
    snprintf(owner->reason, sizeof owner->reason, "%s", reason);
    if (owner->close_when_told)
        close_sink(owner);
}

static void on_flushed(void *ctx, bool ok)
{
    struct dp_test_owner *owner = ctx;
    owner->flushed++;
    owner->failed += !ok;
    if (owner->close_when_told)
        close_sink(owner);
}

static void on_fenced(void *ctx)
{
    ((struct dp_test_owner *)ctx)->fenced++;
}

bool dp_test_next_entry(void *ctx, struct dp_entry *entry)
{
    static const char *const names[] = {"f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9"};
    static char id[32];
    struct dp_test_owner *owner = ctx;
    size_t n = owner->given;
    if (n >= owner->list_count + owner->made_count)
        return false;
    owner->given++;
    if (n < owner->list_count) {
        *entry = owner->list[n];
        return true;
    }
    int len = snprintf(id, sizeof id, "agent-%zu", n - owner->list_count);
    *entry =
        (struct dp_entry){.kind = DP_ENTRY_NOW, .scope = DP_SCOPE_AGENT, .id = {id, (size_t)len}};
    for (size_t i = 0; i < owner->made_fields; i++)
        dp_entry_add(entry, names[i], DP_FIELD_INTEGER, owner->made_value);
    return true;
}

static void on_tick(uv_timer_t *tick)
{
    (void)tick;
}

void dp_test_own(struct dp_test_owner *owner, uint64_t timeout_ms, const char *format, ...)
{
    static const struct dp_redis_sink_events events = {
        .up = on_up, .down = on_down, .flushed = on_flushed, .fenced = on_fenced};
    char url[256], error[256] = "";
    va_list args;
    va_start(args, format);
    vsnprintf(url, sizeof url, format, args);
    va_end(args);
    memset(owner, 0, sizeof *owner);
    uv_loop_init(&owner->loop);
    uv_timer_init(&owner->loop, &owner->tick);
    uv_timer_start(&owner->tick, on_tick, 2, 2);
    struct dp_redis_sink_options options = {.url = url, .prefix = "dp", .timeout_ms = timeout_ms};
    owner->sink = dp_redis_sink_create(&owner->loop, &options, &events, owner, error, sizeof error);
    if (!owner->sink)
        fail_msg("%s", error);
}

void dp_test_disown(struct dp_test_owner *owner)
{
    close_sink(owner);
    uv_close((uv_handle_t *)&owner->tick, NULL);
    uv_run(&owner->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&owner->loop), 0);
}

void dp_test_wait_for(struct dp_test_owner *owner, const unsigned *counter, unsigned count)
{
    uint64_t end = uv_hrtime() + WAIT_MS * UINT64_C(1000000);
    while (*counter < count && uv_hrtime() < end)
        uv_run(&owner->loop, UV_RUN_ONCE);
    assert_int_equal(*counter, count);
}

void dp_test_turn_for(struct dp_test_owner *owner, unsigned ms)
{
    uint64_t end = uv_hrtime() + ms * UINT64_C(1000000);
    while (uv_hrtime() < end)
        uv_run(&owner->loop, UV_RUN_ONCE);
}

void dp_test_start_flush(struct dp_test_owner *owner)
{
    owner->given = 0;
    assert_true(dp_redis_sink_flush(owner->sink, dp_test_next_entry, owner));
}

void dp_test_flush_list(struct dp_test_owner *owner, const struct dp_entry *list, size_t count)
{
    owner->list = list;
    owner->list_count = count;
    dp_test_start_flush(owner);
    dp_test_wait_for(owner, &owner->flushed, owner->flushed + 1);
}

void dp_test_own_up(struct dp_test_owner *owner, const struct dp_test_redis *server)
{
    dp_test_own(owner, 0, "redis://127.0.0.1:%d", server->port);
    dp_test_wait_for(owner, &owner->ups, 1);
}
