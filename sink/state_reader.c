#include "sink/state_reader.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* Blocks asked for at once. */
#define READ_AHEAD 4

void dp_state_reader_deinit(struct dp_state_reader *reader)
{
    free(reader->bytes);
    *reader = (struct dp_state_reader){0};
}

void dp_state_reader_begin(struct dp_state_reader *reader, const struct dp_state_place *from,
                           const struct dp_state_place *to)
{
    reader->at = *from;
    reader->end = to->at;
    reader->asked = from->at;
    reader->under_way = 0;
    reader->first = reader->len = 0;
}

void dp_state_reader_ask(struct dp_state_reader *reader, struct dp_state_blocks *blocks, void *tag,
                         bool anew)
{
    if (anew) {
        reader->asked = reader->at.at + reader->len;
        reader->under_way = 0;
    }
    while (reader->asked < reader->end && reader->under_way < READ_AHEAD) {
        reader->asked +=
            dp_state_blocks_read(blocks, reader->asked, reader->end - reader->asked, tag);
        reader->under_way++;
    }
}

void dp_state_reader_add(struct dp_state_reader *reader, const char *bytes, size_t len)
{
    reader->under_way--;
    if (reader->len)
        memmove(reader->bytes, reader->bytes + reader->first, reader->len);
    reader->first = 0;
    if (reader->len + len > reader->capacity) {
        reader->capacity = (reader->len + len) * 2;
        reader->bytes = dp_xrealloc(reader->bytes, reader->capacity);
    }
    memcpy(reader->bytes + reader->len, bytes, len);
    reader->len += len;
}

enum dp_state_found dp_state_reader_next(struct dp_state_reader *reader,
                                         struct dp_state_frame *frame)
{
    *frame = (struct dp_state_frame){.begin = reader->at};
    if (reader->len == 0)
        return DP_STATE_PART;
    enum dp_state_found found =
        dp_state_frame_find(reader->bytes + reader->first, reader->len, frame);
    if (found != DP_STATE_FRAME)
        return found;
    size_t size = DP_STATE_FRAME_HEAD + frame->len;
    reader->first += size;
    reader->len -= size;
    reader->at = frame->end;
    return found;
}

bool dp_state_reader_answered(const struct dp_state_reader *reader)
{
    return reader->under_way == 0;
}

bool dp_state_reader_done(const struct dp_state_reader *reader)
{
    return reader->under_way == 0 && reader->len == 0 && reader->at.at == reader->end;
}
