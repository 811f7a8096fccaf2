#include "sink/resp.h"

#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"
#include "common/memory.h"

/* "$", a length, two line ends and a zero byte. */
#define HEADER_MAX (DP_DECIMAL_SIZE + 6)

static char *reserve(struct dp_resp *resp, size_t size)
{
    if (resp->capacity - resp->len < size) {
        resp->capacity = (resp->len + size) * 2;
        resp->buf = dp_xrealloc(resp->buf, resp->capacity);
    }
    return resp->buf + resp->len;
}

static char *put_header(char *out, char type, size_t number)
{
    *out++ = type;
    if (number < 10)
        *out++ = (char)('0' + number);
    else
        out += dp_decimal_integer(out, (int64_t)number);
    *out++ = '\r';
    *out++ = '\n';
    return out;
}

void dp_resp_deinit(struct dp_resp *resp)
{
    free(resp->buf);
    *resp = (struct dp_resp){0};
}

void dp_resp_begin(struct dp_resp *resp, size_t count)
{
    resp->len = 0;
    char *out = put_header(reserve(resp, HEADER_MAX), '*', count);
    resp->len = (size_t)(out - resp->buf);
}

void dp_resp_add(struct dp_resp *resp, struct dp_str argument)
{
    char *out = put_header(reserve(resp, argument.len + HEADER_MAX), '$', argument.len);
    if (argument.len)
        memcpy(out, argument.p, argument.len);
    out += argument.len;
    *out++ = '\r';
    *out++ = '\n';
    *out = '\0';
    resp->len = (size_t)(out - resp->buf);
}
