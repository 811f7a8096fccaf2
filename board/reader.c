#include "board/reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "board/question.h"
#include "common/clock.h"
#include "common/memory.h"
#include "sink/compat.h"
#include "sink/redis_link.h"

#define ROUND_MS   100  /* from the begin of one reading to that of the next */
#define POLL_MS    1000 /* meta and alerts */
#define SETS_MS    30000
#define EACH_MS    120000 /* every scope, named or not */
#define DAY_MS     10000  /* figures of periods are written no more often */
#define WANT_MS    10000
#define SILENCE_MS 3000 /* a server that says nothing for so long is away */
#define UNDER_WAY  400  /* questions without an answer */

struct dp_reader {
    struct dp_inquiry inquiry;
    struct dp_model *model;
    dp_reader_fn *told;
    void *ctx;
    struct dp_redis_link *data, *updates;
    uv_timer_t timer;
    bool subscribed, reading, closing;
    int closed; /* of timer and links */

    struct dp_question *asks; /* of the reading under way */
    size_t count, capacity, asked, answered;
    struct dp_resp resp;
    struct dp_board_scope **wanted;
    size_t wanted_count, wanted_capacity;
    int64_t began_ms, polled_ms, sets_ms, pinged_ms;
};

static void on_timer(uv_timer_t *timer);

/* The next reading, when it may begin. */
static void schedule(struct dp_reader *reader, int64_t after_ms)
{
    int64_t soonest = reader->began_ms + ROUND_MS - dp_wall_ms();
    if (reader->reading || reader->closing)
        return;
    if (after_ms < soonest)
        after_ms = soonest;
    if (after_ms > POLL_MS)
        after_ms = POLL_MS;
    uv_timer_start(&reader->timer, on_timer, after_ms > 0 ? (uint64_t)after_ms : 0, 0);
}

static void want(struct dp_reader *reader, struct dp_board_scope *scope)
{
    if (scope->wanted || scope->gone)
        return;
    scope->wanted = true;
    reader->wanted = dp_xgrow(reader->wanted, reader->wanted_count, &reader->wanted_capacity,
                              sizeof(struct dp_board_scope *));
    reader->wanted[reader->wanted_count++] = scope;
}

/* Asking ----------------------------------------------------------------------------------------*/

static void add_ask(struct dp_reader *reader, struct dp_question ask)
{
    reader->asks = dp_xgrow(reader->asks, reader->count, &reader->capacity, sizeof *reader->asks);
    reader->asks[reader->count++] = ask;
}

static void add_scope(struct dp_reader *reader, struct dp_board_scope *scope, int64_t now)
{
    bool periods = now - scope->day_read_ms >= DAY_MS;
    scope->wanted = false;
    scope->read_ms = now;
    if (periods)
        scope->day_read_ms = now;
    for (int part = 0; part < DP_PARTS; part++)
        if (dp_fields_of(scope->kind, (enum dp_part)part) &&
            (periods || part == DP_PART_NOW || part == DP_PART_WINDOW))
            add_ask(reader,
                    (struct dp_question){.kind = DP_ASK_PART, .which = part, .scope = scope});
}

/* Those of a set that were not read for long, or never. */
static void add_due(struct dp_reader *reader, enum dp_scope_kind kind, int64_t now)
{
    const struct dp_model *model = reader->model;
    for (size_t i = 0; i < model->count; i++) {
        struct dp_board_scope *scope = model->scopes[i];
        if (scope->kind == kind && scope->found && now - scope->read_ms >= EACH_MS)
            add_scope(reader, scope, now);
    }
}

static void add_detail(struct dp_reader *reader, struct dp_board_scope *scope, int64_t now)
{
    struct dp_detail *detail = scope->detail;
    size_t windows = reader->inquiry.window_count, labels = reader->inquiry.label_count;
    if (now - detail->windows_read_ms >= DP_DETAIL_WINDOWS_MS) {
        detail->windows_read_ms = now;
        for (size_t i = 0; i < windows; i++)
            add_ask(reader, (struct dp_question){DP_ASK_WINDOW, (int)i, i + 1 == windows, scope});
    }
    if (now - detail->periods_read_ms >= DP_DETAIL_PERIODS_MS) {
        detail->periods_read_ms = now;
        for (size_t i = 0; i < labels; i++)
            add_ask(reader, (struct dp_question){DP_ASK_PERIOD, (int)i, i + 1 == labels, scope});
    }
}

static void end_reading(struct dp_reader *reader);

static void ask_more(struct dp_reader *reader)
{
    while (reader->asked < reader->count && reader->asked - reader->answered < UNDER_WAY) {
        dp_question_write(&reader->asks[reader->asked], &reader->inquiry, &reader->resp);
        if (!dp_redis_link_send(reader->data, reader->resp.buf, reader->resp.len, NULL))
            return; /* `down` follows */
        reader->asked++;
    }
    if (reader->answered == reader->count)
        end_reading(reader);
}

/* Readings --------------------------------------------------------------------------------------*/

/* All is to be read, whenever it was read last. */
static void want_all(struct dp_reader *reader)
{
    const struct dp_model *model = reader->model;
    reader->sets_ms = reader->polled_ms = reader->pinged_ms = 0;
    for (size_t i = 0; i < model->count; i++) {
        struct dp_board_scope *scope = model->scopes[i];
        scope->day_read_ms = 0;
        if (scope->detail)
            scope->detail->windows_read_ms = scope->detail->periods_read_ms = 0;
        want(reader, scope);
    }
}

static void begin_reading(struct dp_reader *reader)
{
    struct dp_model *model = reader->model;
    int64_t now = dp_wall_ms();
    if (now < reader->began_ms)
        want_all(reader); /* the clock was put back: nothing is to wait until it has caught up */
    reader->reading = true;
    reader->began_ms = now;
    reader->count = reader->asked = reader->answered = 0;
    dp_inquiry_date(&reader->inquiry, now);
    if (now - reader->sets_ms >= SETS_MS) {
        reader->sets_ms = now;
        for (int kind = DP_SCOPE_AGENT; kind < DP_SCOPE_KINDS; kind++)
            add_ask(reader, (struct dp_question){.kind = DP_ASK_SET, .which = kind});
        want(reader, model->all);
    }
    for (size_t i = 0; i < reader->wanted_count; i++)
        add_scope(reader, reader->wanted[i], now);
    reader->wanted_count = 0;
    for (size_t i = 0; i < model->count; i++)
        if (dp_detail_is_wanted(model->scopes[i]->detail, now))
            add_detail(reader, model->scopes[i], now);
    if (now - reader->polled_ms >= POLL_MS) {
        reader->polled_ms = now;
        for (int kind = DP_ASK_ACTIVE; kind <= DP_ASK_SILENCES; kind++)
            add_ask(reader, (struct dp_question){.kind = (enum dp_question_kind)kind});
        dp_alerts_draft_begin(&reader->inquiry.alerts);
    }
    add_ask(reader, (struct dp_question){.kind = DP_ASK_META});
    ask_more(reader);
}

static void tell(struct dp_reader *reader)
{
    struct dp_model *model = reader->model;
    reader->told(reader->ctx);
    int64_t now = dp_wall_ms();
    for (size_t i = 0; i < model->changed_count; i++) {
        struct dp_board_scope *scope = model->changed[i];
        if (!scope->detail)
            continue;
        scope->detail->windows_changed = scope->detail->periods_changed = false;
        if (!dp_detail_is_wanted(scope->detail, now)) {
            dp_detail_destroy(scope->detail);
            scope->detail = NULL;
        }
    }
    /* One that is gone may still be wanted; nobody but `wanted` knows it afterwards. */
    size_t kept = 0;
    for (size_t i = 0; i < reader->wanted_count; i++)
        if (!reader->wanted[i]->gone)
            reader->wanted[kept++] = reader->wanted[i];
    reader->wanted_count = kept;
    dp_model_settle(model);
}

static void end_reading(struct dp_reader *reader)
{
    struct dp_model *model = reader->model;
    int64_t now = dp_wall_ms();
    reader->reading = false;
    model->complete = true;
    if (reader->inquiry.alerts.open)
        dp_alerts_draft_end(&reader->inquiry.alerts, model);
    dp_model_note_trends(model, now);
    tell(reader);
    schedule(reader, reader->wanted_count ? 0 : POLL_MS);
}

static void ping_updates(struct dp_reader *reader)
{
    char channel[256];
    int len = snprintf(channel, sizeof channel, "%s:updates", reader->inquiry.prefix);
    reader->pinged_ms = dp_wall_ms();
    dp_resp_begin(&reader->resp, 2);
    dp_resp_add(&reader->resp, DP_STR("SUBSCRIBE"));
    dp_resp_add(&reader->resp, (struct dp_str){channel, (size_t)len});
    dp_redis_link_send(reader->updates, reader->resp.buf, reader->resp.len, NULL);
}

static void on_timer(uv_timer_t *timer)
{
    struct dp_reader *reader = timer->data;
    if (dp_redis_link_is_up(reader->updates) && dp_wall_ms() - reader->pinged_ms >= POLL_MS)
        ping_updates(reader);
    if (dp_redis_link_is_up(reader->data) && !reader->reading)
        begin_reading(reader);
}

/* Connections -----------------------------------------------------------------------------------*/

static void read_all(struct dp_reader *reader)
{
    want_all(reader);
    schedule(reader, 0);
}

static void look_whether_connected(struct dp_reader *reader)
{
    bool connected = reader->subscribed && dp_redis_link_is_up(reader->data);
    if (connected == reader->model->connected)
        return;
    reader->model->connected = connected;
    reader->model->link_changed = true;
    if (!reader->reading)
        tell(reader);
}

static void on_data_up(void *ctx)
{
    read_all(ctx);
    look_whether_connected(ctx);
}

static void on_data_down(void *ctx, const char *reason)
{
    struct dp_reader *reader = ctx;
    (void)reason;
    uv_timer_stop(&reader->timer);
    reader->reading = false;
    reader->inquiry.alerts.open = false;
    look_whether_connected(reader);
}

static void on_data_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct dp_reader *reader = ctx;
    (void)tag;
    if (!reader->reading)
        return;
    if (reply->type == REDIS_REPLY_ERROR) {
        dp_redis_link_break(reader->data, reply->str);
        return;
    }
    const struct dp_question *ask = &reader->asks[reader->answered++];
    int64_t now = dp_wall_ms();
    dp_question_answer(ask, &reader->inquiry, reply, now);
    if (ask->kind == DP_ASK_SET)
        add_due(reader, (enum dp_scope_kind)ask->which, now);
    ask_more(reader);
}

static void on_updates_up(void *ctx)
{
    ping_updates(ctx);
}

static void on_updates_down(void *ctx, const char *reason)
{
    struct dp_reader *reader = ctx;
    (void)reason;
    reader->subscribed = false;
    look_whether_connected(reader);
}

static void take_names(struct dp_reader *reader, struct dp_str names)
{
    while (names.len) {
        const char *end = memchr(names.p, '\n', names.len);
        struct dp_str name = {names.p, end ? (size_t)(end - names.p) : names.len};
        struct dp_board_scope *scope = dp_model_find(reader->model, name);
        if (!scope && name.len)
            scope = dp_model_add(reader->model, name);
        if (scope)
            want(reader, scope);
        size_t used = name.len + (end != NULL);
        names = (struct dp_str){names.p + used, names.len - used};
    }
}

static void on_updates_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct dp_reader *reader = ctx;
    (void)tag;
    if (reply->type == REDIS_REPLY_ERROR) {
        dp_redis_link_break(reader->updates, reply->str);
    } else if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
               dp_str_equal(dp_reply_text(reply->element[0]), DP_STR("message"))) {
        take_names(reader, dp_reply_text(reply->element[2]));
        schedule(reader, 0);
    } else if (!reader->subscribed) {
        reader->subscribed = true;
        if (dp_redis_link_is_up(reader->data))
            read_all(reader); /* what was named before was not heard */
        look_whether_connected(reader);
    }
}

/* Life ------------------------------------------------------------------------------------------*/

static void end(struct dp_reader *reader)
{
    if (++reader->closed < 3)
        return;
    dp_alerts_draft_deinit(&reader->inquiry.alerts);
    dp_resp_deinit(&reader->resp);
    free(reader->wanted);
    free(reader->asks);
    free(reader);
}

static void on_link_closed(void *ctx)
{
    end(ctx);
}

static void on_timer_closed(uv_handle_t *timer)
{
    end(timer->data);
}

struct dp_reader *dp_reader_create(uv_loop_t *loop, const struct dp_reader_options *options,
                                   struct dp_model *model, dp_reader_fn *told, void *ctx,
                                   char *error, size_t error_size)
{
    static const struct dp_redis_link_events data_events = {
        .up = on_data_up, .down = on_data_down, .reply = on_data_reply};
    static const struct dp_redis_link_events updates_events = {
        .up = on_updates_up, .down = on_updates_down, .reply = on_updates_reply};
    struct dp_redis_link_options link = {
        .url = options->url, .timeout_ms = SILENCE_MS, .purpose = "figures"};
    struct dp_reader *reader = dp_xcalloc(1, sizeof *reader);
    reader->inquiry = (struct dp_inquiry){.prefix = options->prefix,
                                          .window = options->window,
                                          .agent_window = options->agent_window,
                                          .windows = options->windows,
                                          .model = model};
    while (options->windows[reader->inquiry.window_count])
        reader->inquiry.window_count++;
    reader->model = model;
    reader->told = told;
    reader->ctx = ctx;
    reader->data = dp_redis_link_create(loop, &link, &data_events, reader, error, error_size);
    if (!reader->data) {
        free(reader);
        return NULL;
    }
    link.purpose = "updates";
    reader->updates = dp_redis_link_create(loop, &link, &updates_events, reader, error, error_size);
    uv_timer_init(loop, &reader->timer);
    reader->timer.data = reader;
    dp_calendar_init(&reader->inquiry.calendar, options->timezone);
    return reader;
}

void dp_reader_close(struct dp_reader *reader)
{
    reader->closing = true;
    dp_redis_link_close(reader->data, on_link_closed);
    dp_redis_link_close(reader->updates, on_link_closed);
    uv_close((uv_handle_t *)&reader->timer, on_timer_closed);
}

void dp_reader_want(struct dp_reader *reader, struct dp_board_scope *scope)
{
    if (!scope->detail)
        scope->detail = dp_detail_create();
    scope->detail->wanted_until_ms = dp_wall_ms() + WANT_MS;
    schedule(reader, 0);
}

void dp_reader_hurry(struct dp_reader *reader)
{
    reader->polled_ms = 0;
    schedule(reader, 0);
}
