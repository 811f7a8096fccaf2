#include "sink/state_log.h"

#include <endian.h>
#include <string.h>
#include <xxhash.h>

/* Where the numbers stand in a frame's head. */
enum { AT_MAGIC = 0, AT_FORMAT = 4, AT_LENGTH = 8, AT_NUMBER = 16, AT_T = 24, AT_SUM = 32 };

static const char magic[4] = "DPJ1";

static void put32(char *to, uint32_t number)
{
    number = htole32(number);
    memcpy(to, &number, sizeof number);
}

static void put64(char *to, uint64_t number)
{
    number = htole64(number);
    memcpy(to, &number, sizeof number);
}

static uint32_t get32(const char *from)
{
    uint32_t number;
    memcpy(&number, from, sizeof number);
    return le32toh(number);
}

static uint64_t get64(const char *from)
{
    uint64_t number;
    memcpy(&number, from, sizeof number);
    return le64toh(number);
}

static uint64_t checksum(const char *head, const char *bytes, size_t len, uint64_t before)
{
    return XXH3_64bits_withSeed(bytes, len, XXH3_64bits_withSeed(head, AT_SUM, before));
}

void dp_state_frame_write(char head[DP_STATE_FRAME_HEAD], struct dp_state_frame *frame)
{
    struct dp_state_place *end = &frame->end;
    end->at = frame->begin.at + DP_STATE_FRAME_HEAD + frame->len;
    end->number = frame->begin.number + 1;
    memcpy(head + AT_MAGIC, magic, sizeof magic);
    put32(head + AT_FORMAT, DP_STATE_FORMAT);
    put64(head + AT_LENGTH, frame->len);
    put64(head + AT_NUMBER, end->number);
    put64(head + AT_T, (uint64_t)frame->t_ms);
    end->sum = checksum(head, frame->bytes, frame->len, frame->begin.sum);
    put64(head + AT_SUM, end->sum);
}

enum dp_state_found dp_state_frame_find(const char *bytes, size_t len, struct dp_state_frame *frame)
{
    if (len < DP_STATE_FRAME_HEAD)
        return DP_STATE_PART;
    if (memcmp(bytes + AT_MAGIC, magic, sizeof magic) != 0)
        return DP_STATE_DAMAGED;
    if (get32(bytes + AT_FORMAT) != DP_STATE_FORMAT)
        return DP_STATE_FOREIGN;
    uint64_t length = get64(bytes + AT_LENGTH);
    if (length > DP_STATE_FRAME_MAX || get64(bytes + AT_NUMBER) != frame->begin.number + 1)
        return DP_STATE_DAMAGED;
    if (len - DP_STATE_FRAME_HEAD < length)
        return DP_STATE_PART;
    frame->bytes = bytes + DP_STATE_FRAME_HEAD;
    frame->len = (size_t)length;
    frame->t_ms = (int64_t)get64(bytes + AT_T);
    frame->end = (struct dp_state_place){
        .at = frame->begin.at + DP_STATE_FRAME_HEAD + length,
        .sum = checksum(bytes, frame->bytes, frame->len, frame->begin.sum),
        .number = frame->begin.number + 1,
    };
    return get64(bytes + AT_SUM) == frame->end.sum ? DP_STATE_FRAME : DP_STATE_DAMAGED;
}
