#include "sink/state_record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/compat.h"

static const char *field(const redisReply *reply, const char *name)
{
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        if (strcmp(reply->element[i]->str, name) == 0)
            return reply->element[i + 1]->str;
    return NULL;
}

static bool number_field(const redisReply *reply, const char *name, uint64_t *number)
{
    const char *text = field(reply, name);
    char *end;
    if (!text || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

bool dp_state_record_parse(const redisReply *reply, struct dp_state_commit *commit,
                           char why[DP_STATE_WHY])
{
    uint64_t format;
    *commit = (struct dp_state_commit){.positions = "", .aggregator = "", .pipeline = ""};
    if (reply->elements == 0)
        return true;
    if (!number_field(reply, "v", &format)) {
        snprintf(why, DP_STATE_WHY, "the record has no version");
        return false;
    }
    if (format != DP_STATE_FORMAT) {
        snprintf(why, DP_STATE_WHY,
                 "it is of format %" PRIu64 ", and this program knows format %d alone", format,
                 DP_STATE_FORMAT);
        return false;
    }
    const char *t = field(reply, "t_ms");
    commit->positions = field(reply, "positions");
    commit->aggregator = field(reply, "aggregator");
    commit->pipeline = field(reply, "pipeline");
    if (!number_field(reply, "number", &commit->tail.number) ||
        !number_field(reply, "tail", &commit->tail.at) ||
        !number_field(reply, "tail_sum", &commit->tail.sum) ||
        !number_field(reply, "head", &commit->head.at) ||
        !number_field(reply, "head_sum", &commit->head.sum) ||
        !number_field(reply, "head_number", &commit->head.number) || !t || !commit->positions ||
        !commit->aggregator || !commit->pipeline || commit->head.at > commit->tail.at) {
        snprintf(why, DP_STATE_WHY, "the record is not whole");
        return false;
    }
    commit->t_ms = strtoll(t, NULL, 10);
    return true;
}

static void add_text(struct dp_resp *resp, const char *name, const char *text)
{
    dp_resp_add(resp, dp_str_from(name));
    dp_resp_add(resp, dp_str_from(text));
}

static void add_number(struct dp_resp *resp, const char *name, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, number);
    add_text(resp, name, text);
}

void dp_state_record_write(struct dp_resp *resp, const char *key,
                           const struct dp_state_commit *commit)
{
    char t[24];
    snprintf(t, sizeof t, "%" PRId64, commit->t_ms);
    dp_resp_begin(resp, 2 + 2 * 11);
    dp_resp_add(resp, DP_STR("HSET"));
    dp_resp_add(resp, dp_str_from(key));
    add_number(resp, "v", DP_STATE_FORMAT);
    add_number(resp, "number", commit->tail.number);
    add_number(resp, "tail", commit->tail.at);
    add_number(resp, "tail_sum", commit->tail.sum);
    add_number(resp, "head", commit->head.at);
    add_number(resp, "head_sum", commit->head.sum);
    add_number(resp, "head_number", commit->head.number);
    add_text(resp, "t_ms", t);
    add_text(resp, "positions", commit->positions);
    add_text(resp, "aggregator", commit->aggregator);
    add_text(resp, "pipeline", commit->pipeline);
}
