#include "board/stream.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "board/view.h"
#include "common/clock.h"
#include "common/memory.h"

#define BEAT_MS    2000
#define BLOCK      16384
#define CHUNKS_MAX 64          /* that one reader may be behind */
#define BEHIND_MAX (512 << 10) /* bytes, the snapshot apart */

/* What was made for one view at one moment, for all who look at it. */
struct chunk {
    unsigned refs;
    size_t len;
    char bytes[];
};

struct stream {
    struct dp_streams *streams;
    struct audience *audience;
    struct stream *next, **link; /* among those of the audience */
    struct MHD_Connection *connection;
    struct chunk *chunks[CHUNKS_MAX];
    size_t first, count, offset; /* of the first one's bytes that are sent */
    size_t behind;               /* bytes, the snapshot apart */
    bool suspended, dead;
    bool snapshot; /* the first chunk is the snapshot */
};

/* Who looks at the same. */
struct audience {
    struct audience *next;
    struct dp_view view;
    struct stream *first;
};

struct dp_streams {
    struct dp_model *model;
    struct dp_reader *reader;
    uv_timer_t beat;
    struct audience *audiences;
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

/* Telling ---------------------------------------------------------------------------------------*/

static void push_all(struct audience *audience, struct chunk *chunk)
{
    for (struct stream *stream = audience->first; stream; stream = stream->next)
        push(stream, chunk);
}

void dp_streams_tell(struct dp_streams *streams)
{
    int64_t now_ms = dp_wall_ms();
    for (struct audience *audience = streams->audiences; audience; audience = audience->next) {
        if (!dp_view_write_delta(&audience->view, streams->model, now_ms, &streams->text))
            continue;
        struct chunk *chunk = make_chunk(&streams->text);
        push_all(audience, chunk);
        drop_chunk(chunk);
    }
}

/* What an audience looks at in detail is to be read for as long as it does. */
static void want_subject(const struct dp_streams *streams, const struct audience *audience)
{
    struct dp_board_scope *subject = dp_view_subject(&audience->view, streams->model);
    if (subject)
        dp_reader_want(streams->reader, subject);
}

static void on_beat(uv_timer_t *timer)
{
    struct dp_streams *streams = timer->data;
    dp_view_write_beat(streams->model, dp_wall_ms(), &streams->text);
    struct chunk *chunk = make_chunk(&streams->text);
    for (struct audience *audience = streams->audiences; audience; audience = audience->next) {
        want_subject(streams, audience);
        push_all(audience, chunk);
    }
    drop_chunk(chunk);
}

/* Opening and closing ---------------------------------------------------------------------------*/

/* NULL: there is no such view. */
static struct audience *find_audience(struct dp_streams *streams, struct dp_str name)
{
    struct dp_view view;
    for (struct audience *audience = streams->audiences; audience; audience = audience->next)
        if (dp_str_equal(dp_str_from(audience->view.name), name))
            return audience;
    if (!dp_view_init(&view, name))
        return NULL;
    struct audience *audience = dp_xcalloc(1, sizeof *audience);
    audience->view = view;
    audience->next = streams->audiences;
    streams->audiences = audience;
    return audience;
}

static void drop_audience(struct dp_streams *streams, struct audience *audience)
{
    struct audience **link = &streams->audiences;
    while (*link != audience)
        link = &(*link)->next;
    *link = audience->next;
    dp_view_deinit(&audience->view);
    free(audience);
}

static void free_stream(void *cls)
{
    struct stream *stream = cls;
    struct dp_streams *streams = stream->streams;
    drop_chunks(stream);
    *stream->link = stream->next;
    if (stream->next)
        stream->next->link = stream->link;
    if (!stream->audience->first)
        drop_audience(streams, stream->audience);
    streams->count--;
    free(stream);
}

struct MHD_Response *dp_streams_open(struct dp_streams *streams, struct MHD_Connection *connection,
                                     struct dp_str name, bool *full)
{
    *full = streams->count >= DP_STREAMS_MAX;
    struct audience *audience = *full ? NULL : find_audience(streams, name);
    if (!audience)
        return NULL;
    struct stream *stream = dp_xcalloc(1, sizeof *stream);
    stream->streams = streams;
    stream->audience = audience;
    stream->connection = connection;
    stream->next = audience->first;
    stream->link = &audience->first;
    if (stream->next)
        stream->next->link = &stream->next;
    audience->first = stream;
    streams->count++;
    want_subject(streams, audience);
    dp_view_write_snapshot(&audience->view, streams->model, dp_wall_ms(), &streams->text);
    struct chunk *snapshot = make_chunk(&streams->text);
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
    for (struct audience *audience = streams->audiences; audience; audience = audience->next)
        for (struct stream *stream = audience->first; stream; stream = stream->next)
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
