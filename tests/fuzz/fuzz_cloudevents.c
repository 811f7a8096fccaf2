/* Messages into the adapter "cloudevents": whatever comes out keeps the contract's limits, and
 * comes out again the second time. An input that begins with '!' is a message in binary mode: '!',
 * five lines with the headers (an empty one is an absent header), and the data. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/timestamp.h"
#include "common/utf8.h"
#include "ingest/cloudevents.h"
#include "ingest/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An event with copies of its strings, which a further decode would overwrite. */
struct outcome {
    enum dp_reject reject;
    size_t events;
    struct dp_event event;
    char strings[1 << 16];
    size_t used;
};

static void check(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

static void check_identifier(struct dp_str text, bool required)
{
    check(text.len > 0 || !required, "a required identifier is there");
    check(text.len <= 128, "an identifier has up to 128 bytes");
    check(dp_utf8_valid(text), "an identifier is UTF-8");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        check(c >= 0x20 && c != 0x7f && !strchr("{}:", c), "an identifier has no such character");
        check(c != 0xc2 || (unsigned char)text.p[i + 1] >= 0xa0, "nor a control character above");
    }
}

static void check_event(const struct dp_event *e)
{
    check(e->type < DP_EVENT_TYPES, "the type is known");
    check(e->id.len >= 1 && e->id.len <= 256 && dp_utf8_valid(e->id), "id");
    check(e->source.len >= 1 && e->source.len <= 256 && dp_utf8_valid(e->source), "source");
    unsigned required = dp_field_rules[e->type].required;
    unsigned listed = required | dp_field_rules[e->type].optional;
    check_identifier(e->interaction, required & DP_F_INTERACTION);
    check_identifier(e->agent, required & DP_F_AGENT);
    check_identifier(e->team, required & DP_F_TEAM);
    check_identifier(e->queue, required & DP_F_QUEUE);
    check_identifier(e->customer, required & DP_F_CUSTOMER);
    check_identifier(e->to_agent, required & DP_F_TO_AGENT);
    check_identifier(e->to_queue, required & DP_F_TO_QUEUE);
    check(listed & DP_F_INTERACTION || e->interaction.len == 0, "an unlisted field is left out");
    check(listed & DP_F_AGENT || e->agent.len == 0, "an unlisted field is left out");
    check(listed & DP_F_TEAM || e->team.len == 0, "an unlisted field is left out");
    check(listed & DP_F_REASON || e->reason.len == 0, "an unlisted field is left out");
    check(e->channel < DP_CHANNELS, "channel");
    check(!(required & DP_F_CHANNEL) || e->channel != DP_CHANNEL_NONE,
          "a required channel is there");
    check(e->priority <= DP_PRIORITY_LOW && e->from <= DP_FROM_BOT, "priority and author");
    check(e->state < DP_AGENT_STATES && e->measure < DP_MEASURES, "state and measure");
    check(e->type != DP_CONTACT_MESSAGE || e->from != DP_FROM_AGENT || e->agent.len > 0,
          "an agent's message names the agent");
    check(isfinite(e->score) && isfinite(e->scale), "numbers are finite");
    check(e->scale > 0 && e->score >= 0 && e->score <= e->scale, "the score is within the scale");
    check(e->type == DP_FEEDBACK_RATED || e->scale == 100, "other scores are of 100");
    check(e->time_ms >= -62167305540000 && e->time_ms <= 253402387140000, "years 0 to 9999");
}

static void keep(struct outcome *outcome, struct dp_str *text)
{
    check(text->len <= sizeof outcome->strings - outcome->used, "there is room for the strings");
    if (text->len)
        memcpy(outcome->strings + outcome->used, text->p, text->len);
    text->p = NULL; /* the copies are compared, not where the strings were */
    outcome->used += text->len;
}

static void take(struct outcome *outcome, const struct dp_event *event)
{
    check_event(event);
    memcpy(&outcome->event, event, sizeof *event); /* with its padding, for a comparison as bytes */
    struct dp_event *e = &outcome->event;
    struct dp_str *texts[] = {&e->source, &e->id,       &e->interaction, &e->agent,    &e->team,
                              &e->queue,  &e->customer, &e->to_agent,    &e->to_queue, &e->reason};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        keep(outcome, texts[i]);
}

static void decode(struct outcome *outcome, void *adapter, const struct dp_message *message)
{
    memset(outcome, 0, sizeof *outcome);
    static struct dp_decoded decoded;
    dp_cloudevents.decode(adapter, message, 1, &decoded);
    outcome->reject = decoded.messages[0].reject;
    outcome->events = decoded.event_count;
    if (outcome->events)
        take(outcome, &decoded.events[0]);
    check(outcome->events == (outcome->reject == DP_REJECT_NONE), "one event, or a reason");
    check(outcome->reject < DP_REJECTS && outcome->reject != DP_REJECT_LATE, "a reason of its own");
}

static struct dp_str take_line(const char **at, const char *end)
{
    const char *stop = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;
    if (!stop)
        stop = end;
    struct dp_str line = {*at, (size_t)(stop - *at)};
    *at = stop < end ? stop + 1 : end;
    return line.len ? line : (struct dp_str){NULL, 0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct outcome first, second;
    static void *kept; /* has met all messages so far */
    if (!kept)
        kept = dp_cloudevents.create();
    if (size > 30000)
        return 0;
    char *bytes = malloc(size ? size : 1);
    if (size)
        memcpy(bytes, data, size);
    struct dp_message message = {.value = {bytes, size}};
    if (size && *bytes == '!') {
        const char *at = bytes + 1, *end = bytes + size;
        message.binary = true;
        message.ce.specversion = take_line(&at, end);
        message.ce.id = take_line(&at, end);
        message.ce.source = take_line(&at, end);
        message.ce.type = take_line(&at, end);
        message.ce.time = take_line(&at, end);
        message.value = (struct dp_str){at, (size_t)(end - at)};
    }
    void *fresh = dp_cloudevents.create();
    decode(&first, kept, &message);
    decode(&second, fresh, &message);
    check(memcmp(&first, &second, sizeof first) == 0, "a message is decoded the same way again");
    check(size == 0 || memcmp(bytes, data, size) == 0, "the message is left as it was");
    dp_cloudevents.destroy(fresh);
    free(bytes);
    return 0;
}
