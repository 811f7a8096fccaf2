#include "app/flusher.h"

#include <stdlib.h>

#include "app/shown.h"
#include "common/clock.h"
#include "common/memory.h"

/* Half of what a key lives at the least (a window of 1 s and 60 s). */
#define RENEW_INTERVAL_MS 30000

/* So long a flush may take: a part of the interval, so that it is over when the next one is due;
 * or of what the round has taken so far, so that this comes to its end though what is urgent alone
 * takes long. */
#define PART_OF_INTERVAL(ms) ((ms)*3 / 4)
#define PART_OF_ROUND(ms)    ((ms) / 10)

/* Where what is read came to Kafka longer ago than this, figures are old whenever they are written,
 * and reading is what makes them new: a flush is followed by so much rest. */
#define OLD_MS   10000
#define REST(ms) ((ms)*9)

/* Meanwhile it looks so often whether it has caught up: then figures are awaited. */
#define REST_TICK_MS 100

struct dp_flusher {
    uv_loop_t *loop;
    uv_timer_t timer;
    struct dp_flusher_options options;
    struct dp_pipeline *pipeline;
    struct dp_redis_sink *sink;
    struct dp_flusher_events events;
    void *ctx;
    char *shown;

    bool active;               /* between begin and end */
    bool under_way;            /* a flush is */
    bool due;                  /* and the next one, as soon as it is over */
    bool current;              /* and it was begun after the last dp_flusher_begin */
    bool finishing;            /* nothing comes after the next one that is well */
    bool last;                 /* it has begun */
    uint64_t began_at_ms;      /* loop time when the last flush was begun */
    uint64_t over_at_ms;       /* and when it was over */
    uint64_t round_at_ms;      /* and the last round */
    uint64_t periods_at_ms;    /* and the last that had periods in it, */
    int64_t periods_t_ms;      /* and T then */
    uint64_t whole_at_ms;      /* loop time of which Redis has everything */
    uint64_t tick_consumed;    /* messages at the last tick of the timer */
    uint64_t seen_consumed;    /* and at the last flush */
    uint64_t settled_consumed; /* event clock: messages when all was last written as of one T */
    uint64_t settled_at_ms;    /* and loop time then */
};

int64_t dp_flusher_clock(const struct dp_flusher *flusher)
{
    int64_t t = flusher->options.event_clock
                    ? dp_aggregator_watermark(flusher->pipeline->aggregator)
                    : dp_wall_ms();
    if (t == INT64_MIN)
        return t;
    int64_t rest = t % 1000;
    t += rest > 0 ? 1000 - rest : -rest;
    return t < flusher->options.as_of_ms ? t : flusher->options.as_of_ms;
}

void dp_flusher_move_time(struct dp_flusher *flusher)
{
    int64_t t = dp_flusher_clock(flusher);
    if (t != INT64_MIN)
        dp_aggregator_advance(flusher->pipeline->aggregator, t);
}

static bool renewal_is_due(const struct dp_flusher *flusher)
{
    return uv_now(flusher->loop) - flusher->settled_at_ms >= RENEW_INTERVAL_MS;
}

/* With the event clock T stands still when no events come: then all is written as of one and the
 * same T, and again before the first key expires, for time goes on in Redis. */
static void settle(struct dp_flusher *flusher)
{
    bool settled = flusher->settled_consumed == flusher->pipeline->consumed;
    if (!flusher->options.event_clock || (settled && !renewal_is_due(flusher)))
        return;
    flusher->settled_consumed = flusher->pipeline->consumed;
    flusher->settled_at_ms = uv_now(flusher->loop);
    dp_aggregator_mark_all(flusher->pipeline->aggregator);
}

static bool has_taken_long(const struct dp_flusher *flusher)
{
    uint64_t now = uv_now(flusher->loop), taken = now - flusher->began_at_ms;
    uint64_t interval = (uint64_t)flusher->options.config->flush_interval_ms;
    return taken > PART_OF_INTERVAL(interval) && taken > PART_OF_ROUND(now - flusher->round_at_ms);
}

/* What was begun for a pipeline that is gone ends. */
static bool next_entry(void *ctx, struct dp_entry *entry)
{
    struct dp_flusher *flusher = ctx;
    if (flusher->current && !flusher->last && has_taken_long(flusher))
        dp_aggregator_curtail(flusher->pipeline->aggregator);
    return flusher->current && dp_pipeline_next_entry(flusher->pipeline, entry);
}

/* Periods are due by T. Where that outruns the clock, as in event time while a backlog is read,
 * each flush would find all of them due: then the clock paces them. */
static void pace_periods(struct dp_flusher *flusher)
{
    int64_t interval = flusher->options.config->period_interval_ms;
    int64_t t = dp_aggregator_t(flusher->pipeline->aggregator);
    int64_t passed = (int64_t)(flusher->began_at_ms - flusher->periods_at_ms);
    if (t == INT64_MIN)
        return;
    bool hold = passed < interval && t - flusher->periods_t_ms >= interval;
    if (!hold) {
        flusher->periods_at_ms = flusher->began_at_ms;
        flusher->periods_t_ms = t;
    }
    dp_aggregator_hold_periods(flusher->pipeline->aggregator, hold);
}

static void flush(struct dp_flusher *flusher)
{
    if (!flusher->active || flusher->under_way || !dp_redis_sink_is_up(flusher->sink))
        return;
    flusher->last = flusher->finishing;
    flusher->due = false;
    flusher->began_at_ms = flusher->over_at_ms = uv_now(flusher->loop);
    dp_flusher_move_time(flusher);
    if (dp_aggregator_round_over(flusher->pipeline->aggregator))
        pace_periods(flusher);
    if (dp_pipeline_begin_entries(flusher->pipeline)) {
        flusher->round_at_ms = flusher->began_at_ms;
        if (flusher->pipeline->freshness)
            dp_freshness_begin(flusher->pipeline->freshness, dp_wall_ms());
    }
    flusher->under_way = flusher->current = true;
    if (!dp_redis_sink_flush(flusher->sink, next_entry, flusher))
        flusher->under_way = false;
}

/* While it catches up; but not for so long that reading would have to wait (duty.c). */
static bool rests(const struct dp_flusher *flusher)
{
    const struct dp_pipeline *pipeline = flusher->pipeline;
    uint64_t took = flusher->over_at_ms - flusher->began_at_ms;
    bool catches_up = pipeline->read_ms > 0 && dp_wall_ms() - pipeline->read_ms > OLD_MS &&
                      pipeline->consumed != flusher->tick_consumed && !flusher->finishing;
    return catches_up && uv_now(flusher->loop) - flusher->over_at_ms < REST(took) &&
           dp_flusher_behind_ms(flusher) < (uint64_t)flusher->options.config->max_behind_ms / 2;
}

static void on_timer(uv_timer_t *timer)
{
    struct dp_flusher *flusher = timer->data;
    uint64_t consumed = flusher->pipeline->consumed;
    bool resting = !flusher->under_way && rests(flusher);
    flusher->tick_consumed = consumed;
    flusher->due = flusher->under_way;
    if (resting)
        uv_timer_start(timer, on_timer, REST_TICK_MS, uv_timer_get_repeat(timer));
    if (resting || flusher->under_way)
        return;
    bool nothing_came = consumed == flusher->seen_consumed &&
                        dp_aggregator_round_over(flusher->pipeline->aggregator);
    if (flusher->finishing || nothing_came || renewal_is_due(flusher))
        settle(flusher);
    flusher->seen_consumed = consumed;
    flush(flusher);
}

/* And once more by settle: in the midst of a scope standings are those of a flush before. */
static void write_all_again(struct dp_flusher *flusher)
{
    flusher->settled_consumed = UINT64_MAX;
    dp_aggregator_mark_all(flusher->pipeline->aggregator);
}

static void on_flushed(void *ctx, bool ok)
{
    struct dp_flusher *flusher = ctx;
    bool current = flusher->current;
    flusher->under_way = flusher->current = false;
    flusher->over_at_ms = uv_now(flusher->loop);
    if (!flusher->active || !current)
        return;
    bool whole = ok && dp_aggregator_round_over(flusher->pipeline->aggregator);
    if (whole && flusher->pipeline->freshness)
        dp_freshness_shown(flusher->pipeline->freshness, dp_wall_ms());
    if (whole)
        flusher->whole_at_ms = flusher->round_at_ms;
    if (!ok) /* what was handed out is lost */
        write_all_again(flusher);
    bool over = flusher->last && ok;
    if (flusher->finishing && !over)
        uv_timer_start(&flusher->timer, on_timer, flusher->last ? 100 : 0, 0);
    if (flusher->finishing && !over)
        return;
    /* Where nothing is read meanwhile, what was left out is next. */
    if (ok && !whole && flusher->pipeline->consumed == flusher->seen_consumed)
        flusher->due = true;
    flusher->events.flushed(flusher->ctx, ok);
    if (flusher->due && flusher->active)
        uv_timer_start(&flusher->timer, on_timer, 0, uv_timer_get_repeat(&flusher->timer));
}

static void on_fenced(void *ctx)
{
    struct dp_flusher *flusher = ctx;
    if (flusher->active)
        flusher->events.fenced(flusher->ctx);
}

static void on_up(void *ctx)
{
    struct dp_flusher *flusher = ctx;
    if (flusher->active)
        write_all_again(flusher);
    flush(flusher);
}

/* The sink has said why, and tries again. */
static void on_down(void *ctx, const char *reason)
{
    (void)ctx;
    (void)reason;
}

static struct dp_str shown(void *ctx)
{
    struct dp_flusher *flusher = ctx;
    free(flusher->shown);
    flusher->shown = dp_shown_format(dp_aggregator_t(flusher->pipeline->aggregator),
                                     flusher->events.positions(flusher->ctx));
    return dp_str_from(flusher->shown);
}

struct dp_flusher *dp_flusher_create(uv_loop_t *loop, const struct dp_flusher_options *options,
                                     struct dp_pipeline *pipeline,
                                     const struct dp_flusher_events *events, void *ctx, char *error,
                                     size_t error_size)
{
    static const struct dp_redis_sink_events sink_events = {
        .up = on_up, .down = on_down, .flushed = on_flushed, .fenced = on_fenced};
    struct dp_redis_sink_options sink_options = {.url = options->config->redis_url,
                                                 .prefix = options->config->redis_prefix};
    struct dp_flusher *flusher = dp_xcalloc(1, sizeof *flusher);
    flusher->sink =
        dp_redis_sink_create(loop, &sink_options, &sink_events, flusher, error, error_size);
    if (!flusher->sink) {
        free(flusher);
        return NULL;
    }
    flusher->loop = loop;
    flusher->options = *options;
    flusher->pipeline = pipeline;
    flusher->events = *events;
    flusher->ctx = ctx;
    uv_timer_init(loop, &flusher->timer);
    flusher->timer.data = flusher;
    return flusher;
}

static void on_closed(uv_handle_t *handle)
{
    struct dp_flusher *flusher = handle->data;
    free(flusher->shown);
    free(flusher);
}

void dp_flusher_close(struct dp_flusher *flusher)
{
    dp_redis_sink_close(flusher->sink);
    uv_close((uv_handle_t *)&flusher->timer, on_closed);
}

void dp_flusher_begin(struct dp_flusher *flusher, const char *owner_key, const char *token,
                      const char *shown_key)
{
    uint64_t interval = (uint64_t)flusher->options.config->flush_interval_ms;
    struct dp_redis_fence fence = {
        .owner_key = owner_key,
        .token = token,
        .shown_key = shown_key,
        .shown = shown,
        .ctx = flusher,
    };
    dp_redis_sink_set_fence(flusher->sink, &fence);
    flusher->active = true;
    flusher->finishing = flusher->last = false;
    flusher->whole_at_ms = uv_now(flusher->loop);
    flusher->settled_consumed = UINT64_MAX; /* of another life */
    /* What was read to catch up, others have shown. */
    if (flusher->pipeline->freshness)
        dp_freshness_clear(flusher->pipeline->freshness, dp_wall_ms());
    dp_aggregator_mark_all(flusher->pipeline->aggregator);
    uv_timer_start(&flusher->timer, on_timer, 0, interval);
}

void dp_flusher_end(struct dp_flusher *flusher)
{
    flusher->active = flusher->current = false;
    uv_timer_stop(&flusher->timer);
}

bool dp_flusher_is_up(const struct dp_flusher *flusher)
{
    return dp_redis_sink_is_up(flusher->sink);
}

bool dp_flusher_is_busy(const struct dp_flusher *flusher)
{
    return flusher->under_way;
}

void dp_flusher_finish(struct dp_flusher *flusher)
{
    flusher->finishing = true;
    uv_timer_stop(&flusher->timer);
    if (!flusher->under_way)
        uv_timer_start(&flusher->timer, on_timer, 0, 0);
}

uint64_t dp_flusher_behind_ms(const struct dp_flusher *flusher)
{
    return flusher->active ? uv_now(flusher->loop) - flusher->whole_at_ms : 0;
}

const struct dp_redis_sink_stats *dp_flusher_stats(const struct dp_flusher *flusher)
{
    return dp_redis_sink_stats(flusher->sink);
}
