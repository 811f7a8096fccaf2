/* Redis commands that are to be carried out together, kept until they are sent. Thread: one. */
#ifndef DP_COMMANDS_H
#define DP_COMMANDS_H

#include <stddef.h>

#include "common/str.h"
#include "sink/resp.h"

/* All zero: none. */
struct dp_commands {
    char *bytes;
    size_t len, capacity;
    size_t *ends; /* of each command in `bytes`; a zero byte follows each */
    size_t count, end_capacity;
};

void dp_commands_deinit(struct dp_commands *commands);

/* None, once more; the memory is kept. */
void dp_commands_clear(struct dp_commands *commands);

/* Adds the command that `resp` holds. */
void dp_commands_add(struct dp_commands *commands, const struct dp_resp *resp);

/* The command at that place; a byte that can be read follows it. */
struct dp_str dp_commands_at(const struct dp_commands *commands, size_t at);

#endif
