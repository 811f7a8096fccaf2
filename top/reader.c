#include "top/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "sink/compat.h"
#include "sink/redis_link.h"
#include "top/question.h"

#define TIMEOUT_MS    3000
#define TICK_MS       1000
#define ROUND_MS      200 /* between the starts of two rounds: flushes may be ten a second */
#define UNDER_WAY     256
#define MEMBERS_TICKS 5  /* an id that came is told by dp:updates, one that left is not */
#define ALL_TICKS     30 /* everything is read again */
#define ALERTS_MANY   200
#define ALERTS_TICKS  10 /* between readings of alerts that are many; else each tick */

enum { READS, UPDATES, LINKS };

struct side {
    struct dp_top_reader *reader;
    struct dp_redis_link *link; /* NULL: there is none */
    bool up;
};

struct dp_top_reader {
    struct dp_top_reader_events events;
    void *ctx;
    struct side sides[LINKS];
    char *channel; /* of updates */
    uv_timer_t tick, round;
    uint64_t round_ms; /* when the last round began */
    size_t open;       /* handles that are not closed yet */
    bool closed;

    struct dp_top_inquiry inquiry;
    struct dp_top_topic topic;
    unsigned topic_number;

    unsigned due;     /* bit n: enum dp_top_question_kind n, but for windows and rows */
    unsigned windows; /* bit n: window n of the focus is due */
    bool rows_due;    /* some row may have something due */
    bool passing;     /* over the rows, and has come to `cursor` */
    size_t cursor;
    bool members_due; /* with the next tick: an unknown id was told of */
    unsigned ticks;

    struct dp_top_question asked[UNDER_WAY]; /* a ring */
    size_t first, count;
    struct dp_resp resp;
};

#define DUE(kind) (1u << DP_TOP_ASK_##kind)

/* What is due -----------------------------------------------------------------------------------*/

static void alerts_due(struct dp_top_reader *reader)
{
    if (reader->topic.screen == DP_TOP_SCREEN_ALERTS)
        reader->due |= DUE(ACTIVE) | DUE(ACKS);
}

static void focus_due(struct dp_top_reader *reader)
{
    reader->due |= DUE(GAUGES) | DUE(DAY) | DUE(MONTH);
    reader->windows = (1u << reader->inquiry.board->window_count) - 1;
}

static void members_due(struct dp_top_reader *reader)
{
    if (dp_top_is_list(reader->topic.screen) && reader->topic.screen != DP_TOP_SCREEN_ALERTS)
        reader->due |= DUE(MEMBERS);
}

static void counts_due(struct dp_top_reader *reader)
{
    if (reader->topic.screen == DP_TOP_SCREEN_ALL)
        reader->due |= DUE(QUEUES) | DUE(TEAMS) | DUE(AGENTS);
}

static void all_due(struct dp_top_reader *reader)
{
    struct dp_top_rows *rows = &reader->inquiry.board->rows;
    *reader->inquiry.board->refused = '\0';
    reader->due |= DUE(META) | DUE(ALERTS);
    counts_due(reader);
    members_due(reader);
    alerts_due(reader);
    if (!dp_top_is_list(reader->topic.screen))
        focus_due(reader);
    for (size_t i = 0; i < rows->count && rows->kind != DP_TOP_ALERTS; i++)
        rows->items[i]->due =
            rows->kind == DP_TOP_AGENTS ? DP_TOP_ROW_DUE : DP_TOP_DUE(NOW) | DP_TOP_DUE(WINDOW);
    reader->rows_due = rows->count > 0;
}

/* A row's next part; false: it has none due. Of agents who are not in the team that is shown
 * nothing but the team is asked. */
static bool next_part(const struct dp_top_reader *reader, struct dp_top_row *row,
                      struct dp_top_question *question)
{
    const char *team = row->values[DP_TOP_TEAM].text;
    bool of_team = reader->topic.screen == DP_TOP_SCREEN_AGENTS && *reader->topic.id;
    if (of_team && !(row->due & DP_TOP_DUE(PERIOD)) && !(team && !strcmp(team, reader->topic.id)))
        return false;
    if (row->due & DP_TOP_DUE(PERIOD))
        question->from = DP_TOP_FROM_PERIOD;
    else if (row->due & DP_TOP_DUE(NOW))
        question->from = DP_TOP_FROM_NOW;
    else if (row->due & DP_TOP_DUE(WINDOW))
        question->from = DP_TOP_FROM_WINDOW;
    else
        return false;
    row->due &= ~(1u << question->from);
    question->kind = DP_TOP_ASK_ROW;
    question->row = row;
    return true;
}

/* What is marked during a pass, behind its cursor, is for the next pass. */
static bool next_of_rows(struct dp_top_reader *reader, struct dp_top_question *question)
{
    const struct dp_top_rows *rows = &reader->inquiry.board->rows;
    while (reader->passing || reader->rows_due) {
        if (!reader->passing)
            reader->cursor = 0;
        reader->rows_due &= reader->passing;
        for (reader->passing = true; reader->cursor < rows->count; reader->cursor++)
            if (next_part(reader, rows->items[reader->cursor], question))
                return true;
        reader->passing = false;
    }
    return false;
}

static bool next_question(struct dp_top_reader *reader, struct dp_top_question *question)
{
    const struct dp_top_board *board = reader->inquiry.board;
    unsigned due = reader->due;
    *question = (struct dp_top_question){.topic = reader->topic_number};
    if (!board->meta_known || !board->has_figures || !*reader->topic.window)
        due &= DUE(META) | DUE(QUEUES) | DUE(TEAMS) | DUE(AGENTS) | DUE(ALERTS);
    if (due) {
        question->kind = (enum dp_top_question_kind)__builtin_ctz(due);
        reader->due &= ~(1u << question->kind);
        return true;
    }
    if (!board->has_figures || !*reader->topic.window)
        return false;
    if (reader->windows) {
        question->kind = DP_TOP_ASK_WINDOW;
        question->window = (size_t)__builtin_ctz(reader->windows);
        reader->windows &= reader->windows - 1;
        return true;
    }
    return next_of_rows(reader, question);
}

/* Asking ----------------------------------------------------------------------------------------*/

/* False: `down` follows, and with `up` everything is due again. */
static bool ask(struct dp_top_reader *reader, const struct dp_top_question *question)
{
    dp_top_question_write(question, &reader->inquiry, &reader->resp);
    if (!dp_redis_link_send(reader->sides[READS].link, reader->resp.buf, reader->resp.len, NULL))
        return false;
    if (question->row)
        question->row->asked++;
    reader->asked[(reader->first + reader->count++) % UNDER_WAY] = *question;
    return true;
}

static void pump(struct dp_top_reader *reader)
{
    struct dp_top_board *board = reader->inquiry.board;
    struct dp_top_question question;
    if (reader->closed || !reader->sides[READS].up)
        return;
    while (reader->count < UNDER_WAY && next_question(reader, &question))
        if (!ask(reader, &question))
            return;
    if (reader->count > 0)
        return;
    board->complete = board->meta_known && (!board->has_figures || *reader->topic.window);
    reader->events.changed(reader->ctx);
}

static void on_round(uv_timer_t *timer)
{
    struct dp_top_reader *reader = timer->data;
    reader->round_ms = uv_now(timer->loop);
    pump(reader);
}

/* Starts a round now, or when the last one is long enough ago. */
static void start_round(struct dp_top_reader *reader)
{
    uint64_t now = uv_now(reader->round.loop), at = reader->round_ms + ROUND_MS;
    if (!uv_is_active((uv_handle_t *)&reader->round))
        uv_timer_start(&reader->round, on_round, at > now ? at - now : 0, 0);
}

static bool is_due(unsigned ticks, unsigned every)
{
    return ticks % every == 0;
}

static void on_tick(uv_timer_t *timer)
{
    static const char ping[] = "*1\r\n$4\r\nPING\r\n";
    struct dp_top_reader *reader = timer->data;
    const struct dp_top_count *alerts = &reader->inquiry.board->counts[DP_TOP_ALERTS];
    bool many = alerts->known && alerts->count > ALERTS_MANY;
    reader->ticks++;
    reader->due |= DUE(META) | DUE(ALERTS);
    if (is_due(reader->ticks, MEMBERS_TICKS)) {
        counts_due(reader);
        reader->members_due = true;
    }
    if (reader->members_due)
        members_due(reader);
    reader->members_due = false;
    if (is_due(reader->ticks, many ? ALERTS_TICKS : 1))
        alerts_due(reader);
    if (is_due(reader->ticks, ALL_TICKS))
        all_due(reader);
    if (reader->sides[UPDATES].up)
        dp_redis_link_send(reader->sides[UPDATES].link, ping, sizeof ping - 1, NULL);
    pump(reader);
}

/* What comes ------------------------------------------------------------------------------------*/

static void take_answer(struct dp_top_reader *reader, const redisReply *reply)
{
    struct dp_top_question question = reader->asked[reader->first];
    struct dp_top_board *board = reader->inquiry.board;
    bool windows = false;
    reader->first = (reader->first + 1) % UNDER_WAY;
    reader->count--;
    if (question.topic == reader->topic_number) {
        windows = dp_top_question_answer(&question, &reader->inquiry, reply);
        reader->rows_due |= board->rows.count > 0 && (question.kind == DP_TOP_ASK_MEMBERS ||
                                                      question.from == DP_TOP_FROM_PERIOD);
    }
    if (question.row)
        dp_top_row_answered(question.row);
    if (windows) {
        if (!dp_top_is_list(reader->topic.screen))
            focus_due(reader);
        reader->events.windows(reader->ctx);
    }
    pump(reader);
}

/* One scope that a flush has changed. */
static void take_name(struct dp_top_reader *reader, struct dp_str name)
{
    char scope[DP_TOP_SCOPE_SIZE];
    dp_top_topic_scope(&reader->topic, scope);
    if (*scope) {
        if (dp_str_equal(name, dp_str_from(scope)))
            focus_due(reader);
        return;
    }
    struct dp_top_rows *rows = &reader->inquiry.board->rows;
    struct dp_str kind = dp_str_from(dp_top_list_names[rows->kind]);
    if (name.len <= kind.len || name.p[kind.len] != ':' || memcmp(name.p, kind.p, kind.len) != 0)
        return;
    struct dp_str id = {name.p + kind.len + 1, name.len - kind.len - 1};
    struct dp_top_row *row = dp_top_rows_find(rows, id);
    if (row)
        row->due |= DP_TOP_DUE(NOW) | DP_TOP_DUE(WINDOW);
    reader->rows_due |= row != NULL;
    reader->members_due |= !row;
}

static void take_message(struct dp_top_reader *reader, const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ERROR)
        snprintf(reader->inquiry.board->refused, sizeof reader->inquiry.board->refused, "%s",
                 reply->str);
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3 || !reply->element[0]->str ||
        strcmp(reply->element[0]->str, "message") != 0 || !reply->element[2]->str)
        return; /* that it has subscribed, or a pong */
    const char *at = reply->element[2]->str, *end = at + reply->element[2]->len;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        take_name(reader, (struct dp_str){at, (size_t)(stop - at)});
        at = stop + 1;
    }
    start_round(reader);
}

static void on_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct side *side = ctx;
    struct dp_top_reader *reader = side->reader;
    (void)tag;
    if (side == &reader->sides[UPDATES])
        take_message(reader, reply);
    else if (reader->count)
        take_answer(reader, reply);
}

/* Connections -----------------------------------------------------------------------------------*/

static void on_up(void *ctx)
{
    struct side *side = ctx;
    struct dp_top_reader *reader = side->reader;
    side->up = true;
    if (reader->sides[READS].up && (reader->sides[UPDATES].up || !reader->sides[UPDATES].link))
        *reader->inquiry.board->trouble = '\0';
    if (side == &reader->sides[UPDATES]) {
        dp_resp_begin(&reader->resp, 2);
        dp_resp_add(&reader->resp, DP_STR("SUBSCRIBE"));
        dp_resp_add(&reader->resp, dp_str_from(reader->channel));
        dp_redis_link_send(side->link, reader->resp.buf, reader->resp.len, NULL);
    }
    all_due(reader); /* what was told meanwhile nobody has heard */
    start_round(reader);
}

/* The questions under way will not be answered. */
static void drop_asked(struct dp_top_reader *reader)
{
    for (; reader->count; reader->count--) {
        struct dp_top_row *row = reader->asked[reader->first].row;
        reader->first = (reader->first + 1) % UNDER_WAY;
        if (row)
            dp_top_row_answered(row);
    }
}

static void on_down(void *ctx, const char *reason)
{
    struct side *side = ctx;
    struct dp_top_reader *reader = side->reader;
    struct dp_top_board *board = reader->inquiry.board;
    side->up = false;
    if (side == &reader->sides[READS])
        drop_asked(reader);
    if (!*board->trouble)
        board->lost_ms = uv_now(reader->tick.loop);
    snprintf(board->trouble, sizeof board->trouble, "%s", reason);
    reader->events.changed(reader->ctx);
}

static bool connect_all(struct dp_top_reader *reader, uv_loop_t *loop, const char *url, bool follow,
                        char *error, size_t error_size)
{
    static const struct dp_redis_link_events events = {
        .up = on_up, .down = on_down, .reply = on_reply};
    static const char *const purposes[LINKS] = {[READS] = "top", [UPDATES] = "updates"};
    struct dp_redis_link_options options = {.url = url, .timeout_ms = TIMEOUT_MS};
    for (int i = 0; i < (follow ? LINKS : UPDATES); i++) {
        struct side *side = &reader->sides[i];
        options.purpose = purposes[i];
        side->reader = reader;
        side->link = dp_redis_link_create(loop, &options, &events, side, error, error_size);
        if (!side->link)
            return false; /* the first one: both have the same URL */
    }
    return true;
}

static void on_closed(struct dp_top_reader *reader)
{
    if (--reader->open)
        return;
    dp_alert_list_deinit(&reader->inquiry.alerts);
    dp_resp_deinit(&reader->resp);
    free(reader->channel);
    free(reader);
}

static void on_link_closed(void *ctx)
{
    on_closed(((struct side *)ctx)->reader);
}

static void on_timer_closed(uv_handle_t *timer)
{
    on_closed(timer->data);
}

struct dp_top_reader *dp_top_reader_create(uv_loop_t *loop, const char *url, const char *prefix,
                                           bool follow, struct dp_top_board *board,
                                           const struct dp_top_reader_events *events, void *ctx,
                                           char *error, size_t error_size)
{
    struct dp_top_reader *reader = dp_xcalloc(1, sizeof *reader);
    if (!connect_all(reader, loop, url, follow, error, error_size)) {
        free(reader);
        return NULL;
    }
    size_t size = strlen(prefix) + sizeof ":updates";
    reader->channel = dp_xmalloc(size);
    snprintf(reader->channel, size, "%s:updates", prefix);
    reader->events = *events;
    reader->ctx = ctx;
    reader->inquiry = (struct dp_top_inquiry){prefix, &reader->topic, board, {0}};
    reader->topic.screen = DP_TOP_SCREEN_ALL;
    snprintf(board->server, sizeof board->server, "%s",
             dp_redis_link_server(reader->sides[READS].link));
    uv_timer_init(loop, &reader->tick);
    uv_timer_init(loop, &reader->round);
    reader->tick.data = reader->round.data = reader;
    if (follow)
        uv_timer_start(&reader->tick, on_tick, TICK_MS, TICK_MS);
    reader->open = 2 + (follow ? LINKS : 1);
    return reader;
}

void dp_top_reader_look(struct dp_top_reader *reader, const struct dp_top_topic *topic)
{
    reader->topic = *topic;
    reader->topic_number++;
    reader->due = reader->windows = 0;
    reader->passing = false;
    dp_top_board_turn(reader->inquiry.board, dp_top_is_list(topic->screen)
                                                 ? (enum dp_top_list_kind)topic->screen
                                                 : DP_TOP_QUEUES);
    all_due(reader);
    start_round(reader);
}

void dp_top_reader_close(struct dp_top_reader *reader)
{
    reader->closed = true;
    drop_asked(reader);
    for (int i = 0; i < LINKS; i++)
        if (reader->sides[i].link)
            dp_redis_link_close(reader->sides[i].link, on_link_closed);
    uv_close((uv_handle_t *)&reader->tick, on_timer_closed);
    uv_close((uv_handle_t *)&reader->round, on_timer_closed);
}
