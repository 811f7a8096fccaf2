#include "app/notice_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/timestamp.h"
#include "sink/format.h"

/* Of everything but the texts. */
#define REST_MAX 512

static char *put_text(char *at, const char *key, struct dp_str value)
{
    if (!value.len)
        return at;
    at += sprintf(at, ",\"%s\":", key);
    return at + dp_format_json(at, value);
}

static char *put_time(char *at, const char *key, int64_t ms)
{
    char text[32];
    dp_timestamp_format(ms, text);
    return at + sprintf(at, "\"%s\":\"%s\"", key, text);
}

size_t dp_notice_line_size(const struct dp_notice *notice)
{
    return REST_MAX + DP_FORMAT_JSON_SIZE(notice->rule.len + notice->severity.len + notice->id.len +
                                          notice->queue.len + notice->team.len +
                                          strlen(notice->value) + notice->when.len);
}

size_t dp_notice_line_write(char *line, const struct dp_notice *notice)
{
    char *at = put_time(line + sprintf(line, "{"), "at", notice->at_ms);
    at = put_text(at, "alert", dp_str_from(notice->alert));
    at = put_text(at, "state", dp_str_from(dp_notice_kind_names[notice->kind]));
    if (notice->kind == DP_REPEATED)
        at += sprintf(at, ",\"number\":%" PRIu32, notice->number);
    at = put_text(at, "rule", notice->rule);
    at = put_text(at, "severity", notice->severity);
    at = put_text(at, "scope", dp_str_from(dp_rule_scope_names[notice->scope]));
    at = put_text(at, "id", notice->id);
    at = put_text(at, "queue", notice->queue);
    at = put_text(at, "team", notice->team);
    at = put_text(at, "channel", dp_str_from(dp_channel_names[notice->channel]));
    at = put_text(at, "window", dp_str_from(notice->window));
    at = put_text(at, "when", notice->when);
    at = put_text(at, "value", dp_str_from(notice->value));
    *at++ = ',';
    at = put_time(at, "since", notice->since_ms);
    *at++ = ',';
    at = put_time(at, "fired", notice->fired_ms);
    at += sprintf(at, ",\"tell\":%s}\n", notice->tell ? "true" : "false");
    return (size_t)(at - line);
}

void dp_notice_line_print(void *ctx, const struct dp_notice *notice)
{
    char *line = dp_xmalloc(dp_notice_line_size(notice));
    fwrite(line, 1, dp_notice_line_write(line, notice), ctx);
    free(line);
}
