#include "board/stream.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "board/detail.h"
#include "board/json.h"
#include "common/clock.h"
#include "common/memory.h"

#define BEAT_MS       2000
#define BLOCK         16384
#define CHUNKS_MAX    64          /* that one reader may be behind */
#define BEHIND_MAX    (512 << 10) /* bytes, the snapshot apart */
#define WALL_POINTS   60          /* of trends: the last hour */
#define VIEW_NAME_MAX 256

enum view_kind { VIEW_WALL, VIEW_ALERTS, VIEW_TEAM, VIEW_AGENT, VIEW_QUEUE };

/* What was made for one view at one moment, for all who look at it. */
struct chunk {
    unsigned refs;
    size_t len;
    char bytes[];
};

struct stream {
    struct dp_streams *streams;
    struct view *view;
    struct stream *next, **link; /* among those of the view */
    struct MHD_Connection *connection;
    struct chunk *chunks[CHUNKS_MAX];
    size_t first, count, offset; /* of the first one's bytes that are sent */
    size_t behind;               /* bytes, the snapshot apart */
    bool suspended, dead;
    bool snapshot; /* the first chunk is the snapshot */
};

struct view {
    struct view *next;
    enum view_kind kind;
    char *name;
    struct dp_str id;
    struct stream *first;
};

struct dp_streams {
    struct dp_model *model;
    struct dp_reader *reader;
    uv_timer_t beat;
    struct view *views;
    size_t count;
    struct dp_text text; /* used again and again */
};

/* Chunks ----------------------------------------------------------------------------------------*/

static struct chunk *make_chunk(const struct dp_text *text)
{
    struct chunk *chunk = dp_xmalloc(sizeof *chunk + text->len);
    chunk->refs = 1;
    chunk->len = text->len;
    memcpy(chunk->bytes, text->p, text->len);
    return chunk;
}

static void drop_chunk(struct chunk *chunk)
{
    if (--chunk->refs == 0)
        free(chunk);
}

static void drop_chunks(struct stream *stream)
{
    for (; stream->count; stream->count--) {
        drop_chunk(stream->chunks[stream->first]);
        stream->first = (stream->first + 1) % CHUNKS_MAX;
    }
    stream->behind = 0;
}

static void resume(struct stream *stream)
{
    if (!stream->suspended)
        return;
    stream->suspended = false;
    MHD_resume_connection(stream->connection);
}

/* The socket is shut down, so that a reader who takes nothing is found out at once. */
static void cut(struct stream *stream)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(stream->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    stream->dead = true;
    drop_chunks(stream);
    if (info)
        shutdown(info->connect_fd, SHUT_RDWR);
    resume(stream);
}

static void push(struct stream *stream, struct chunk *chunk)
{
    if (stream->dead)
        return;
    if (stream->count == CHUNKS_MAX || stream->behind > BEHIND_MAX) {
        cut(stream);
        return;
    }
    chunk->refs++;
    stream->chunks[(stream->first + stream->count++) % CHUNKS_MAX] = chunk;
    stream->behind += chunk->len;
    resume(stream);
}

static ssize_t read_stream(void *cls, uint64_t position, char *buf, size_t size)
{
    struct stream *stream = cls;
    (void)position;
    if (stream->dead)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (!stream->count) {
        stream->suspended = true;
        MHD_suspend_connection(stream->connection);
        return 0;
    }
    size_t used = 0;
    while (used < size && stream->count) {
        struct chunk *chunk = stream->chunks[stream->first];
        size_t part = chunk->len - stream->offset;
        if (part > size - used)
            part = size - used;
        memcpy(buf + used, chunk->bytes + stream->offset, part);
        used += part;
        stream->offset += part;
        if (stream->offset < chunk->len)
            break;
        stream->behind -= stream->snapshot ? 0 : chunk->len;
        stream->snapshot = false;
        stream->offset = 0;
        stream->first = (stream->first + 1) % CHUNKS_MAX;
        stream->count--;
        drop_chunk(chunk);
    }
    return (ssize_t)used;
}

/* What is told ----------------------------------------------------------------------------------*/

static bool concerns(const struct view *view, const struct dp_board_scope *scope)
{
    switch (view->kind) {
    case VIEW_WALL:
        return scope->kind != DP_SCOPE_AGENT;
    case VIEW_TEAM:
        return scope->kind == DP_SCOPE_AGENT
                   ? dp_model_is_of_team(scope, view->id)
                   : scope->kind == DP_SCOPE_TEAM && dp_str_equal(scope->id, view->id);
    case VIEW_AGENT:
        return scope->kind == DP_SCOPE_AGENT && dp_str_equal(scope->id, view->id);
    case VIEW_QUEUE:
        return scope->kind == DP_SCOPE_QUEUE && dp_str_equal(scope->id, view->id);
    case VIEW_ALERTS:
        break;
    }
    return false;
}

static void begin_event(struct dp_streams *streams, const char *name)
{
    streams->text.len = 0;
    dp_text_printf(&streams->text, "event: %s\ndata: {", name);
    dp_model_write_times(streams->model, dp_wall_ms(), &streams->text);
}

static struct chunk *end_event(struct dp_streams *streams)
{
    dp_text_put(&streams->text, "}\n\n");
    return make_chunk(&streams->text);
}

/* Members of an object by the scopes' names; those alone that have changed, if so wanted. */
static void write_scopes(struct dp_text *json, const struct view *view,
                         struct dp_board_scope *const *scopes, size_t count)
{
    dp_json_add_name(json, DP_STR("scopes"));
    dp_text_put(json, "{");
    for (size_t i = 0; i < count; i++)
        if (!scopes[i]->gone && concerns(view, scopes[i])) {
            dp_json_add_name(json, dp_str_from(scopes[i]->name));
            dp_model_write(scopes[i], json);
        }
    dp_text_put(json, "}");
}

/* `last`: the last point alone, of those that have got one now. */
static void write_trends(struct dp_text *json, const struct view *view,
                         const struct dp_model *model, bool last)
{
    size_t points = last ? 1 : view->kind == VIEW_WALL ? WALL_POINTS : DP_TREND_POINTS;
    dp_json_add_name(json, DP_STR("trends"));
    dp_text_put(json, "{");
    for (size_t i = 0; i < model->count; i++) {
        const struct dp_board_scope *scope = model->scopes[i];
        if (!scope->trend || !concerns(view, scope) ||
            (last && scope->latest.at_ms != model->noted_ms))
            continue;
        dp_json_add_name(json, dp_str_from(scope->name));
        dp_trend_write(scope->trend, points, json);
    }
    dp_text_put(json, "}");
}

/* Who has a detail, of those that the view is about. */
static struct dp_board_scope *find_subject(const struct dp_streams *streams,
                                           const struct view *view)
{
    return view->kind == VIEW_AGENT || view->kind == VIEW_QUEUE
               ? dp_model_find(streams->model, dp_str_from(view->name))
               : NULL;
}

static struct chunk *make_snapshot(struct dp_streams *streams, const struct view *view)
{
    const struct dp_model *model = streams->model;
    struct dp_text *json = &streams->text;
    const struct dp_board_scope *subject = find_subject(streams, view);
    begin_event(streams, "snapshot");
    dp_json_add_text(json, "view", dp_str_from(view->name));
    dp_json_add_raw(json, "pipeline", dp_text_str(&model->meta));
    write_scopes(json, view, model->scopes, model->count);
    write_trends(json, view, model, false);
    dp_json_add_raw(json, "alerts", dp_text_str(&model->alerts.json));
    if (subject && subject->detail) {
        dp_json_add_name(json, DP_STR("detail"));
        dp_detail_write(subject->detail, false, json);
    }
    return end_event(streams);
}

/* NULL: nothing that the view is about has changed. */
static struct chunk *make_delta(struct dp_streams *streams, const struct view *view)
{
    const struct dp_model *model = streams->model;
    struct dp_text *json = &streams->text;
    const struct dp_board_scope *subject = find_subject(streams, view);
    bool any = model->alerts_changed || model->trends_changed || model->link_changed;
    for (size_t i = 0; !any && i < model->changed_count; i++)
        any = concerns(view, model->changed[i]);
    if (!any)
        return NULL;
    begin_event(streams, "delta");
    write_scopes(json, view, model->changed, model->changed_count);
    dp_json_add_name(json, DP_STR("gone"));
    dp_text_put(json, "[");
    for (size_t i = 0; i < model->changed_count; i++)
        if (model->changed[i]->gone && concerns(view, model->changed[i])) {
            if (json->p[json->len - 1] != '[')
                dp_text_put(json, ",");
            dp_json_add_string(json, dp_str_from(model->changed[i]->name));
        }
    dp_text_put(json, "]");
    if (model->trends_changed)
        write_trends(json, view, model, true);
    if (model->alerts_changed)
        dp_json_add_raw(json, "alerts", dp_text_str(&model->alerts.json));
    if (subject && subject->detail &&
        (subject->detail->windows_changed || subject->detail->periods_changed)) {
        dp_json_add_name(json, DP_STR("detail"));
        dp_detail_write(subject->detail, true, json);
    }
    return end_event(streams);
}

void dp_streams_tell(struct dp_streams *streams)
{
    for (struct view *view = streams->views; view; view = view->next) {
        struct chunk *chunk = make_delta(streams, view);
        if (!chunk)
            continue;
        for (struct stream *stream = view->first; stream; stream = stream->next)
            push(stream, chunk);
        drop_chunk(chunk);
    }
}

static void on_beat(uv_timer_t *timer)
{
    struct dp_streams *streams = timer->data;
    begin_event(streams, "beat");
    struct chunk *chunk = end_event(streams);
    for (struct view *view = streams->views; view; view = view->next) {
        struct dp_board_scope *subject = find_subject(streams, view);
        if (subject)
            dp_reader_want(streams->reader, subject);
        for (struct stream *stream = view->first; stream; stream = stream->next)
            push(stream, chunk);
    }
    drop_chunk(chunk);
}

/* Opening and closing ---------------------------------------------------------------------------*/

static bool parse_view(struct dp_str name, enum view_kind *kind, struct dp_str *id)
{
    static const struct {
        const char *prefix;
        enum view_kind kind;
    } kinds[] = {{"team:", VIEW_TEAM}, {"agent:", VIEW_AGENT}, {"queue:", VIEW_QUEUE}};
    *id = (struct dp_str){0};
    if (dp_str_equal(name, DP_STR("wall")) || dp_str_equal(name, DP_STR("alerts"))) {
        *kind = *name.p == 'w' ? VIEW_WALL : VIEW_ALERTS;
        return true;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t len = strlen(kinds[i].prefix);
        if (name.len > len && name.len < VIEW_NAME_MAX &&
            memcmp(name.p, kinds[i].prefix, len) == 0) {
            *kind = kinds[i].kind;
            *id = (struct dp_str){name.p + len, name.len - len};
            return true;
        }
    }
    return false;
}

static struct view *find_view(struct dp_streams *streams, struct dp_str name)
{
    enum view_kind kind;
    struct dp_str id;
    for (struct view *view = streams->views; view; view = view->next)
        if (dp_str_equal(dp_str_from(view->name), name))
            return view;
    if (!parse_view(name, &kind, &id))
        return NULL;
    struct view *view = dp_xcalloc(1, sizeof *view);
    view->kind = kind;
    view->name = dp_xmalloc(name.len + 1);
    memcpy(view->name, name.p, name.len);
    view->name[name.len] = '\0';
    view->id = (struct dp_str){view->name + (name.len - id.len), id.len};
    view->next = streams->views;
    streams->views = view;
    return view;
}

static void drop_view(struct dp_streams *streams, struct view *view)
{
    struct view **link = &streams->views;
    while (*link != view)
        link = &(*link)->next;
    *link = view->next;
    free(view->name);
    free(view);
}

static void free_stream(void *cls)
{
    struct stream *stream = cls;
    struct dp_streams *streams = stream->streams;
    drop_chunks(stream);
    *stream->link = stream->next;
    if (stream->next)
        stream->next->link = stream->link;
    if (!stream->view->first)
        drop_view(streams, stream->view);
    streams->count--;
    free(stream);
}

struct MHD_Response *dp_streams_open(struct dp_streams *streams, struct MHD_Connection *connection,
                                     struct dp_str name, bool *full)
{
    *full = streams->count >= DP_STREAMS_MAX;
    struct view *view = *full ? NULL : find_view(streams, name);
    if (!view)
        return NULL;
    struct stream *stream = dp_xcalloc(1, sizeof *stream);
    stream->streams = streams;
    stream->view = view;
    stream->connection = connection;
    stream->next = view->first;
    stream->link = &view->first;
    if (stream->next)
        stream->next->link = &stream->next;
    view->first = stream;
    streams->count++;
    struct dp_board_scope *subject = find_subject(streams, view);
    if (subject)
        dp_reader_want(streams->reader, subject);
    struct chunk *snapshot = make_snapshot(streams, view);
    stream->snapshot = true;
    push(stream, snapshot);
    stream->behind = 0;
    drop_chunk(snapshot);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, stream,
                                             free_stream);
}

struct dp_streams *dp_streams_create(uv_loop_t *loop, struct dp_model *model)
{
    struct dp_streams *streams = dp_xcalloc(1, sizeof *streams);
    streams->model = model;
    uv_timer_init(loop, &streams->beat);
    streams->beat.data = streams;
    uv_timer_start(&streams->beat, on_beat, BEAT_MS, BEAT_MS);
    return streams;
}

void dp_streams_set_reader(struct dp_streams *streams, struct dp_reader *reader)
{
    streams->reader = reader;
}

void dp_streams_stop(struct dp_streams *streams)
{
    uv_timer_stop(&streams->beat);
    for (struct view *view = streams->views; view; view = view->next)
        for (struct stream *stream = view->first; stream; stream = stream->next)
            cut(stream);
}

static void on_beat_closed(uv_handle_t *handle)
{
    struct dp_streams *streams = handle->data;
    dp_text_deinit(&streams->text);
    free(streams);
}

void dp_streams_close(struct dp_streams *streams)
{
    uv_close((uv_handle_t *)&streams->beat, on_beat_closed);
}
