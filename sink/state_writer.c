#include "sink/state_writer.h"

#include <stdlib.h>

#include "common/memory.h"

static void free_texts(struct dp_state_commit *record)
{
    free((char *)record->positions);
    free((char *)record->aggregator);
    free((char *)record->pipeline);
}

void dp_state_writer_deinit(struct dp_state_writer *writer)
{
    free_texts(&writer->record);
}

void dp_state_writer_begin(struct dp_state_writer *writer, const struct dp_state_place *place,
                           const struct dp_state_commit *commit, const char *bytes, size_t len)
{
    writer->frame =
        (struct dp_state_frame){.begin = *place, .t_ms = commit->t_ms, .bytes = bytes, .len = len};
    dp_state_frame_write(writer->frame_head, &writer->frame);
    free_texts(&writer->record);
    writer->record = (struct dp_state_commit){
        .head = commit->head,
        .tail = writer->frame.end,
        .t_ms = commit->t_ms,
        .positions = dp_xstrdup(commit->positions),
        .aggregator = dp_xstrdup(commit->aggregator),
        .pipeline = dp_xstrdup(commit->pipeline),
    };
    writer->written = 0;
}

void dp_state_writer_anew(struct dp_state_writer *writer)
{
    writer->written = 0;
}

static size_t left(const struct dp_state_writer *writer)
{
    return DP_STATE_FRAME_HEAD + writer->frame.len - writer->written;
}

void dp_state_writer_send(struct dp_state_writer *writer, struct dp_state_blocks *blocks, void *tag)
{
    size_t from = writer->written, len = left(writer);
    if (len > DP_STATE_PIECE_BYTES)
        len = DP_STATE_PIECE_BYTES;
    writer->writing = len;
    uint64_t at = writer->frame.begin.at + from;
    if (from < DP_STATE_FRAME_HEAD) {
        size_t part = DP_STATE_FRAME_HEAD - from < len ? DP_STATE_FRAME_HEAD - from : len;
        dp_state_blocks_write(blocks, at, writer->frame_head + from, part, tag);
        from += part;
        at += part;
        len -= part;
    }
    if (len)
        dp_state_blocks_write(blocks, at, writer->frame.bytes + (from - DP_STATE_FRAME_HEAD), len,
                              tag);
}

void dp_state_writer_taken(struct dp_state_writer *writer)
{
    writer->written += writer->writing;
}

bool dp_state_writer_done(const struct dp_state_writer *writer)
{
    return left(writer) == 0;
}
