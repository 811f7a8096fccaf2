#include "sink/state_blocks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void dp_state_blocks_init(struct dp_state_blocks *blocks, struct dp_redis_link *link, char *prefix)
{
    *blocks = (struct dp_state_blocks){.link = link, .prefix = prefix};
}

void dp_state_blocks_deinit(struct dp_state_blocks *blocks)
{
    free(blocks->prefix);
    dp_resp_deinit(&blocks->resp);
}

static uint64_t block_of(uint64_t at)
{
    return at / DP_STATE_BLOCK_BYTES;
}

static void add_number(struct dp_resp *resp, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, number);
    dp_resp_add(resp, dp_str_from(text));
}

static void begin(struct dp_state_blocks *blocks, size_t count, struct dp_str command,
                  uint64_t block)
{
    char key[128];
    snprintf(key, sizeof key, "%s%" PRIu64, blocks->prefix, block);
    dp_resp_begin(&blocks->resp, count);
    dp_resp_add(&blocks->resp, command);
    dp_resp_add(&blocks->resp, dp_str_from(key));
}

static void send_built(struct dp_state_blocks *blocks, void *tag)
{
    dp_redis_link_send(blocks->link, blocks->resp.buf, blocks->resp.len, tag);
}

static void set_range(struct dp_state_blocks *blocks, uint64_t block, uint64_t from,
                      struct dp_str bytes, void *tag)
{
    begin(blocks, 4, DP_STR("SETRANGE"), block);
    add_number(&blocks->resp, from);
    dp_resp_add(&blocks->resp, bytes);
    send_built(blocks, tag);
}

void dp_state_blocks_write(struct dp_state_blocks *blocks, uint64_t at, const char *bytes,
                           size_t len, void *tag)
{
    while (len) {
        uint64_t from = at % DP_STATE_BLOCK_BYTES, room = DP_STATE_BLOCK_BYTES - from;
        size_t part = len < room ? len : (size_t)room;
        if (from == 0)
            set_range(blocks, block_of(at), DP_STATE_BLOCK_BYTES - 1, DP_STR("\0"), tag);
        set_range(blocks, block_of(at), from, (struct dp_str){bytes, part}, tag);
        at += part;
        bytes += part;
        len -= part;
    }
}

uint64_t dp_state_blocks_read(struct dp_state_blocks *blocks, uint64_t at, uint64_t len, void *tag)
{
    uint64_t from = at % DP_STATE_BLOCK_BYTES, room = DP_STATE_BLOCK_BYTES - from;
    if (len > room)
        len = room;
    begin(blocks, 4, DP_STR("GETRANGE"), block_of(at));
    add_number(&blocks->resp, from);
    add_number(&blocks->resp, from + len - 1);
    send_built(blocks, tag);
    return len;
}

void dp_state_blocks_remove(struct dp_state_blocks *blocks, uint64_t from, uint64_t until,
                            void *tag)
{
    for (uint64_t block = block_of(from); block < block_of(until); block++) {
        begin(blocks, 2, DP_STR("DEL"), block);
        send_built(blocks, tag);
    }
}
