#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/memory.h"
#include "simulate/output.h"

#define BUFFER_SIZE ((size_t)256 * 1024)

struct ndjson {
    struct dp_sim_output output;
    int fd;
    size_t used;
    char buffer[BUFFER_SIZE];
};

static enum dp_sim_result flush(struct dp_sim_output *output)
{
    struct ndjson *n = (struct ndjson *)output;
    size_t done = 0;
    while (done < n->used) {
        ssize_t written = write(n->fd, n->buffer + done, n->used - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            n->used = 0;
            if (errno == EPIPE)
                return DP_SIM_GONE;
            dp_log(DP_LOG_ERROR, "cannot write the events", "reason=\"%s\"", strerror(errno));
            return DP_SIM_FAILED;
        }
        done += (size_t)written;
    }
    n->used = 0;
    return DP_SIM_OK;
}

static enum dp_sim_result send_line(struct dp_sim_output *output,
                                    const struct dp_sim_message *message)
{
    struct ndjson *n = (struct ndjson *)output;
    if (n->used + message->value_len + 1 > BUFFER_SIZE) {
        enum dp_sim_result result = flush(output);
        if (result != DP_SIM_OK)
            return result;
    }
    memcpy(n->buffer + n->used, message->value, message->value_len);
    n->used += message->value_len;
    n->buffer[n->used++] = '\n';
    return DP_SIM_OK;
}

static enum dp_sim_result close_output(struct dp_sim_output *output)
{
    enum dp_sim_result result = flush(output);
    free(output);
    return result;
}

struct dp_sim_output *dp_sim_ndjson_create(int fd)
{
    struct ndjson *n = dp_xmalloc(sizeof(*n));
    n->output = (struct dp_sim_output){.send = send_line, .flush = flush, .close = close_output};
    n->fd = fd;
    n->used = 0;
    return &n->output;
}
