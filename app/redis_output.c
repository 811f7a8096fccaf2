#include "app/redis_output.h"

#include <stdio.h>
#include <uv.h>

#include "sink/redis_sink.h"

struct output {
    uv_loop_t loop;
    struct dp_redis_sink *sink;
    dp_entry_fn *next;
    void *next_ctx;
    bool ok;
};

static void up(void *ctx)
{
    struct output *output = ctx;
    dp_redis_sink_flush(output->sink, output->next, output->next_ctx);
}

/* One connection is all: whoever replays can run it again. */
static void down(void *ctx, const char *reason)
{
    struct output *output = ctx;
    fprintf(stderr, "deskpulse: nothing or not all was written to Redis: %s\n", reason);
    uv_stop(&output->loop);
}

static void flushed(void *ctx, bool ok)
{
    struct output *output = ctx;
    output->ok = ok;
    uv_stop(&output->loop);
}

bool dp_redis_output(const struct dp_config *config, dp_entry_fn *next, void *next_ctx)
{
    static const struct dp_redis_sink_events events = {.up = up, .down = down, .flushed = flushed};
    struct output output = {.next = next, .next_ctx = next_ctx};
    struct dp_redis_sink_options options = {.url = config->redis_url,
                                            .prefix = config->redis_prefix};
    char error[512];
    uv_loop_init(&output.loop);
    output.sink =
        dp_redis_sink_create(&output.loop, &options, &events, &output, error, sizeof error);
    if (output.sink) {
        uv_run(&output.loop, UV_RUN_DEFAULT);
        dp_redis_sink_close(output.sink);
        uv_run(&output.loop, UV_RUN_DEFAULT);
    } else {
        fprintf(stderr, "deskpulse: %s\n", error);
    }
    uv_loop_close(&output.loop);
    return output.ok;
}
