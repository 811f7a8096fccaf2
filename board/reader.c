#include "board/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "aggregator/calendar.h"
#include "board/alerts.h"
#include "board/detail.h"
#include "board/json.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "sink/compat.h"
#include "sink/redis_link.h"
#include "sink/resp.h"

#define ROUND_MS   100  /* from the begin of one reading to that of the next */
#define POLL_MS    1000 /* meta and alerts */
#define SETS_MS    30000
#define EACH_MS    120000 /* every scope, named or not */
#define DAY_MS     10000  /* figures of periods are written no more often */
#define WANT_MS    10000
#define SILENCE_MS 3000 /* a server that says nothing for so long is away */
#define UNDER_WAY  400  /* questions without an answer */
#define KEY        512

enum what {
    ASK_META,
    ASK_ACTIVE,
    ASK_ACKS,
    ASK_SILENCES,
    ASK_SET,
    ASK_PART,
    ASK_WINDOW,
    ASK_PERIOD
};

struct ask {
    enum what what;
    int which; /* kind of the set; part; number of the window or label */
    bool last; /* of a detail's windows or periods */
    struct dp_board_scope *scope;
};

struct dp_reader {
    struct dp_reader_options options;
    struct dp_model *model;
    dp_reader_fn *told;
    void *ctx;
    struct dp_redis_link *data, *updates;
    uv_timer_t timer;
    bool subscribed, reading, closing;
    int closed; /* of timer and links */

    struct ask *asks; /* of the reading under way */
    size_t count, capacity, asked, answered;
    struct dp_resp resp;
    struct dp_board_scope **wanted;
    size_t wanted_count, wanted_capacity;
    int64_t began_ms, polled_ms, sets_ms, pinged_ms;

    struct dp_calendar calendar;
    char labels[DP_DETAIL_LABELS][DP_PERIOD_LABEL];
    size_t label_count;
    char day[DP_PERIOD_LABEL], month[DP_PERIOD_LABEL];
    struct dp_alerts_draft alerts;
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

static void add_ask(struct dp_reader *reader, struct ask ask)
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
            add_ask(reader, (struct ask){.what = ASK_PART, .which = part, .scope = scope});
}

static void add_detail(struct dp_reader *reader, struct dp_board_scope *scope, int64_t now)
{
    struct dp_detail *detail = scope->detail;
    size_t windows = 0;
    while (reader->options.windows[windows])
        windows++;
    if (now - detail->windows_read_ms >= DP_DETAIL_WINDOWS_MS) {
        detail->windows_read_ms = now;
        for (size_t i = 0; i < windows; i++)
            add_ask(reader, (struct ask){ASK_WINDOW, (int)i, i + 1 == windows, scope});
    }
    if (now - detail->periods_read_ms >= DP_DETAIL_PERIODS_MS) {
        detail->periods_read_ms = now;
        for (size_t i = 0; i < reader->label_count; i++)
            add_ask(reader, (struct ask){ASK_PERIOD, (int)i, i + 1 == reader->label_count, scope});
    }
}

static void key_of(const struct dp_reader *reader, const struct ask *ask, char key[KEY])
{
    const char *prefix = reader->options.prefix;
    const char *name = ask->scope ? ask->scope->name : "";
    const char *window = ask->scope && ask->scope->kind == DP_SCOPE_AGENT
                             ? reader->options.agent_window
                             : reader->options.window;
    static const char *const sets[] = {"", "agents", "teams", "queues"};
    switch (ask->what) {
    case ASK_META:
        snprintf(key, KEY, "%s:meta", prefix);
        break;
    case ASK_ACTIVE:
        snprintf(key, KEY, "%s:alerts:active", prefix);
        break;
    case ASK_ACKS:
        snprintf(key, KEY, "%s:alerts:acks", prefix);
        break;
    case ASK_SILENCES:
        snprintf(key, KEY, "%s:alerts:silences", prefix);
        break;
    case ASK_SET:
        snprintf(key, KEY, "%s:%s", prefix, sets[ask->which]);
        break;
    case ASK_PART:
        if (ask->which == DP_PART_NOW)
            snprintf(key, KEY, "%s:{%s}:now", prefix, name);
        else if (ask->which == DP_PART_WINDOW)
            snprintf(key, KEY, "%s:{%s}:w:%s", prefix, name, window);
        else
            snprintf(key, KEY, "%s:{%s}:p:%s", prefix, name,
                     ask->which == DP_PART_DAY ? reader->day : reader->month);
        break;
    case ASK_WINDOW:
        snprintf(key, KEY, "%s:{%s}:w:%s", prefix, name, reader->options.windows[ask->which]);
        break;
    case ASK_PERIOD:
        snprintf(key, KEY, "%s:{%s}:p:%s", prefix, name, reader->labels[ask->which]);
        break;
    }
}

static void write_ask(struct dp_reader *reader, const struct ask *ask)
{
    char key[KEY];
    struct dp_resp *resp = &reader->resp;
    const char *const *fields =
        ask->what == ASK_PART ? dp_fields_of(ask->scope->kind, (enum dp_part)ask->which) : NULL;
    size_t count = 0;
    while (fields && fields[count])
        count++;
    key_of(reader, ask, key);
    dp_resp_begin(resp, 2 + count);
    dp_resp_add(resp, fields                 ? DP_STR("HMGET")
                      : ask->what == ASK_SET ? DP_STR("SMEMBERS")
                                             : DP_STR("HGETALL"));
    dp_resp_add(resp, dp_str_from(key));
    for (size_t i = 0; i < count; i++)
        dp_resp_add(resp, dp_str_from(fields[i]));
}

static void end_reading(struct dp_reader *reader);

static void ask_more(struct dp_reader *reader)
{
    while (reader->asked < reader->count && reader->asked - reader->answered < UNDER_WAY) {
        write_ask(reader, &reader->asks[reader->asked]);
        if (!dp_redis_link_send(reader->data, reader->resp.buf, reader->resp.len, NULL))
            return; /* `down` follows */
        reader->asked++;
    }
    if (reader->answered == reader->count)
        end_reading(reader);
}

/* Taking answers --------------------------------------------------------------------------------*/

static struct dp_str text_of(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS
               ? (struct dp_str){reply->str, reply->len}
               : (struct dp_str){0};
}

static int64_t integer_of(struct dp_str text)
{
    char buf[32];
    size_t len = text.len < sizeof buf - 1 ? text.len : sizeof buf - 1;
    if (len)
        memcpy(buf, text.p, len);
    buf[len] = '\0';
    return strtoll(buf, NULL, 10);
}

/* What trends are made of. */
static void note_field(struct dp_board_scope *scope, const char *name, struct dp_str value)
{
    char text[16];
    const char *counted = scope->kind == DP_SCOPE_AGENT ? "handles" : "waiting";
    if (strcmp(name, counted) == 0) {
        scope->latest.count = value.p ? (int32_t)integer_of(value) : DP_TREND_ABSENT;
    } else if (strcmp(name, "service_level") == 0) {
        snprintf(text, sizeof text, "%.*s", value.p ? (int)value.len : 0, value.p ? value.p : "");
        scope->latest.level =
            value.p ? (int32_t)(strtod(text, NULL) * 10000 + 0.5) : DP_TREND_ABSENT;
    }
}

static void take_part(struct dp_reader *reader, const struct ask *ask, const redisReply *reply)
{
    struct dp_board_scope *scope = ask->scope;
    const char *const *fields = dp_fields_of(scope->kind, (enum dp_part)ask->which);
    bool live = ask->which == DP_PART_NOW || ask->which == DP_PART_WINDOW;
    struct dp_text json = {0};
    for (size_t i = 0; fields[i] && i < reply->elements; i++) {
        struct dp_str value = text_of(reply->element[i]);
        if (live)
            note_field(scope, fields[i], value);
        if (!value.p)
            continue;
        if (!json.len)
            dp_text_put(&json, "{");
        dp_json_add_field(&json, dp_str_from(fields[i]), value);
        if (strcmp(fields[i], "team") == 0)
            dp_model_set_team(reader->model, scope, value);
    }
    if (json.len)
        dp_text_put(&json, "}");
    dp_model_set_part(reader->model, scope, (enum dp_part)ask->which, &json);
}

static void write_hash(const redisReply *reply, struct dp_text *json)
{
    dp_text_put(json, "{");
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        dp_json_add_field(json, text_of(reply->element[i]), text_of(reply->element[i + 1]));
    dp_text_put(json, "}");
}

static void take_meta(struct dp_reader *reader, const redisReply *reply)
{
    struct dp_model *model = reader->model;
    model->updated_ms = 0;
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        if (dp_str_equal(text_of(reply->element[i]), DP_STR("updated_ms")))
            model->updated_ms = integer_of(text_of(reply->element[i + 1]));
    model->meta.len = 0;
    write_hash(reply, &model->meta);
}

static void take_detail(struct dp_reader *reader, const struct ask *ask, const redisReply *reply)
{
    struct dp_detail *detail = ask->scope->detail;
    const char *label =
        ask->what == ASK_WINDOW ? reader->options.windows[ask->which] : reader->labels[ask->which];
    if (ask->which == 0) {
        detail->coming.len = 0;
        dp_text_put(&detail->coming, "{");
    }
    if (reply->elements) {
        dp_json_add_name(&detail->coming, dp_str_from(label));
        write_hash(reply, &detail->coming);
    }
    if (!ask->last)
        return;
    struct dp_text *into = ask->what == ASK_WINDOW ? &detail->windows : &detail->periods;
    dp_text_put(&detail->coming, "}");
    into->len = 0;
    dp_text_add(into, dp_text_str(&detail->coming));
    *(ask->what == ASK_WINDOW ? &detail->windows_changed : &detail->periods_changed) = true;
    detail->complete = detail->windows.len && detail->periods.len;
    dp_model_touch(reader->model, ask->scope);
}

static void take_set(struct dp_reader *reader, const struct ask *ask, const redisReply *reply)
{
    struct dp_model *model = reader->model;
    struct dp_text name = {0};
    int64_t now = dp_wall_ms();
    for (size_t i = 0; i < model->count; i++)
        model->scopes[i]->found = model->scopes[i]->kind != (enum dp_scope_kind)ask->which;
    for (size_t i = 0; i < reply->elements; i++) {
        name.len = 0;
        dp_text_printf(&name, "%s:", dp_scope_kind_names[ask->which]);
        dp_text_add(&name, text_of(reply->element[i]));
        struct dp_board_scope *scope = dp_model_find(model, dp_text_str(&name));
        if (!scope)
            scope = dp_model_add(model, dp_text_str(&name));
        if (scope) {
            scope->found = true;
            if (now - scope->read_ms >= EACH_MS)
                add_scope(reader, scope, now);
        }
    }
    for (size_t i = 0; i < model->count; i++)
        if (!model->scopes[i]->found && !model->scopes[i]->wanted)
            dp_model_remove(model, model->scopes[i]);
    dp_text_deinit(&name);
}

static void take(struct dp_reader *reader, const struct ask *ask, const redisReply *reply)
{
    switch (ask->what) {
    case ASK_META:
        take_meta(reader, reply);
        break;
    case ASK_ACTIVE:
    case ASK_ACKS:
    case ASK_SILENCES:
        for (size_t i = 0; i + 1 < reply->elements; i += 2) {
            struct dp_str id = text_of(reply->element[i]), text = text_of(reply->element[i + 1]);
            if (ask->what == ASK_ACTIVE)
                dp_alerts_draft_add(&reader->alerts, id, text);
            else if (ask->what == ASK_ACKS)
                dp_alerts_draft_acknowledge(&reader->alerts, id, text);
            else
                dp_alerts_draft_silence(&reader->alerts, id, text, dp_wall_ms());
        }
        break;
    case ASK_SET:
        take_set(reader, ask, reply);
        break;
    case ASK_PART:
        take_part(reader, ask, reply);
        break;
    case ASK_WINDOW:
    case ASK_PERIOD:
        take_detail(reader, ask, reply);
    }
}

/* Readings --------------------------------------------------------------------------------------*/

static void find_labels(struct dp_reader *reader, int64_t now)
{
    struct dp_calendar *calendar = &reader->calendar;
    struct dp_span day = dp_calendar_span(calendar, DP_PERIOD_DAY, now);
    struct dp_span month = dp_calendar_span(calendar, DP_PERIOD_MONTH, now);
    dp_calendar_label(DP_PERIOD_DAY, day.from_ms, reader->day);
    dp_calendar_label(DP_PERIOD_MONTH, month.from_ms, reader->month);
    reader->label_count = dp_detail_labels(calendar, now, reader->labels);
}

static void begin_reading(struct dp_reader *reader)
{
    struct dp_model *model = reader->model;
    int64_t now = dp_wall_ms();
    reader->reading = true;
    reader->began_ms = now;
    reader->count = reader->asked = reader->answered = 0;
    find_labels(reader, now);
    if (now - reader->sets_ms >= SETS_MS) {
        reader->sets_ms = now;
        for (int kind = DP_SCOPE_AGENT; kind < DP_SCOPE_KINDS; kind++)
            add_ask(reader, (struct ask){.what = ASK_SET, .which = kind});
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
        for (int what = ASK_ACTIVE; what <= ASK_SILENCES; what++)
            add_ask(reader, (struct ask){.what = (enum what)what});
        dp_alerts_draft_begin(&reader->alerts);
    }
    add_ask(reader, (struct ask){.what = ASK_META});
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
    if (reader->alerts.open)
        dp_alerts_draft_end(&reader->alerts, model);
    if (now - model->noted_ms >= DP_TREND_STEP_MS)
        dp_model_note_trends(model, now);
    tell(reader);
    schedule(reader, reader->wanted_count ? 0 : POLL_MS);
}

static void ping_updates(struct dp_reader *reader)
{
    char channel[KEY];
    int len = snprintf(channel, sizeof channel, "%s:updates", reader->options.prefix);
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
    reader->sets_ms = reader->polled_ms = 0;
    for (size_t i = 0; i < reader->model->count; i++) {
        reader->model->scopes[i]->day_read_ms = 0;
        want(reader, reader->model->scopes[i]);
    }
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
    reader->alerts.open = false;
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
    struct ask ask = reader->asks[reader->answered++]; /* taking may add others */
    take(reader, &ask, reply);
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
               dp_str_equal(text_of(reply->element[0]), DP_STR("message"))) {
        take_names(reader, text_of(reply->element[2]));
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
    dp_alerts_draft_deinit(&reader->alerts);
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
    reader->options = *options;
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
    dp_calendar_init(&reader->calendar, options->timezone);
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
