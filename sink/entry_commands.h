/* What an entry is in Redis: the commands that make its key what the entry says. Buffers are used
 * again and again. Thread: one. */
#ifndef DP_ENTRY_COMMANDS_H
#define DP_ENTRY_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "aggregator/entry.h"
#include "sink/hash_image.h"
#include "sink/resp.h"

/* The most commands of one entry. */
#define DP_ENTRY_COMMANDS 3

/* Zero-initialised: none. */
struct dp_entry_commands {
    struct dp_resp commands[DP_ENTRY_COMMANDS];
    size_t count;
    struct dp_hash_image image;
};

void dp_entry_commands_deinit(struct dp_entry_commands *commands);

/* Of the entry whose key that is (keys.h). `by_fields`: hashes as every server takes them; else by
 * an image (hash_image.h). */
void dp_entry_commands_make(struct dp_entry_commands *commands, const struct dp_entry *entry,
                            struct dp_str key, bool by_fields);

#endif
