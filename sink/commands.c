#include "sink/commands.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_commands_deinit(struct dp_commands *commands)
{
    free(commands->bytes);
    free(commands->ends);
    *commands = (struct dp_commands){0};
}

void dp_commands_clear(struct dp_commands *commands)
{
    commands->len = commands->count = 0;
}

void dp_commands_add(struct dp_commands *commands, const struct dp_resp *resp)
{
    size_t needed = commands->len + resp->len + 1;
    if (needed > commands->capacity) {
        commands->capacity = needed * 2;
        commands->bytes = dp_xrealloc(commands->bytes, commands->capacity);
    }
    memcpy(commands->bytes + commands->len, resp->buf, resp->len);
    commands->len += resp->len;
    commands->ends =
        dp_xgrow(commands->ends, commands->count, &commands->end_capacity, sizeof *commands->ends);
    commands->ends[commands->count++] = commands->len;
    commands->bytes[commands->len++] = '\0';
}

struct dp_str dp_commands_at(const struct dp_commands *commands, size_t at)
{
    size_t begin = at ? commands->ends[at - 1] + 1 : 0;
    return (struct dp_str){commands->bytes + begin, commands->ends[at] - begin};
}
