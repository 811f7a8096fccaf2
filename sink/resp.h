/* Writes Redis commands in RESP, the protocol's own form, into one buffer that is used again and
 * again. Per-entry cost matters here: nothing is parsed, printed or allocated once the buffer has
 * its size. */
#ifndef DP_RESP_H
#define DP_RESP_H

#include <stddef.h>

#include "common/str.h"

/* Zero-initialised: empty. */
struct dp_resp {
    char *buf;
    size_t len, capacity;
};

void dp_resp_deinit(struct dp_resp *resp);

/* Starts a command of `count` arguments; what the buffer held is gone. */
void dp_resp_begin(struct dp_resp *resp, size_t count);

/* Adds one argument. A zero byte follows what is in the buffer: hiredis looks at it. */
void dp_resp_add(struct dp_resp *resp, struct dp_str argument);

#endif
