#include "app/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "sink/keys.h"

void dp_outbox_init(struct dp_outbox *outbox, const char *prefix, int64_t keep_ms)
{
    *outbox = (struct dp_outbox){
        .stream = dp_key_named(prefix, "alerts"),
        .active = dp_key_named(prefix, "alerts:active"),
        .acks = dp_key_named(prefix, "alerts:acks"),
        .outbox = dp_key_named(prefix, "state:outbox"),
        .keep_ms = keep_ms,
    };
    outbox->keys[0] = (struct dp_state_key){outbox->stream, "stream"};
    outbox->keys[1] = (struct dp_state_key){outbox->active, "hash"};
    outbox->keys[2] = (struct dp_state_key){outbox->outbox, "hash"};
    outbox->keys[3] = (struct dp_state_key){outbox->acks, "hash"};
    outbox->also = (struct dp_state_also){&outbox->sealed.commands, outbox->keys, 4};
}

static void clear_batch(struct dp_outbox_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        dp_notification_destroy(batch->items[i]);
    batch->count = 0;
    dp_commands_clear(&batch->commands);
}

void dp_outbox_clear(struct dp_outbox *outbox)
{
    clear_batch(&outbox->at_hand);
    clear_batch(&outbox->sealed);
}

static void deinit_batch(struct dp_outbox_batch *batch)
{
    clear_batch(batch);
    dp_commands_deinit(&batch->commands);
    free(batch->items);
}

void dp_outbox_deinit(struct dp_outbox *outbox)
{
    deinit_batch(&outbox->at_hand);
    deinit_batch(&outbox->sealed);
    dp_resp_deinit(&outbox->resp);
    free(outbox->stream);
    free(outbox->active);
    free(outbox->acks);
    free(outbox->outbox);
}

/* Adds the command of `count` words. */
static void add_command(struct dp_outbox *outbox, const struct dp_str *words, size_t count)
{
    dp_resp_begin(&outbox->resp, count);
    for (size_t i = 0; i < count; i++)
        dp_resp_add(&outbox->resp, words[i]);
    dp_commands_add(&outbox->at_hand.commands, &outbox->resp);
}

/* One entry of the stream: what readers filter by as fields of their own, and all of it as JSON. */
static void add_entry(struct dp_outbox *outbox, const struct dp_notice *notice, struct dp_str line)
{
    char oldest[24], at[24];
    snprintf(oldest, sizeof oldest, "%" PRId64,
             notice->at_ms > outbox->keep_ms ? notice->at_ms - outbox->keep_ms : 0);
    snprintf(at, sizeof at, "%" PRId64, notice->at_ms);
    const struct dp_str words[] = {
        DP_STR("XADD"),      dp_str_from(outbox->stream),
        DP_STR("MINID"),     DP_STR("~"),
        dp_str_from(oldest), DP_STR("*"),
        DP_STR("v"),         DP_STR("1"),
        DP_STR("alert"),     dp_str_from(notice->alert),
        DP_STR("state"),     dp_str_from(dp_notice_kind_names[notice->kind]),
        DP_STR("rule"),      notice->rule,
        DP_STR("severity"),  notice->severity,
        DP_STR("scope"),     dp_str_from(dp_rule_scope_names[notice->scope]),
        DP_STR("id"),        notice->id.len ? notice->id : DP_STR(""),
        DP_STR("at_ms"),     dp_str_from(at),
        DP_STR("json"),      line,
    };
    add_command(outbox, words, sizeof words / sizeof *words);
}

void dp_outbox_note(struct dp_outbox *outbox, const struct dp_notice *notice,
                    const struct dp_rule_label *labels, size_t label_count, int64_t now_ms)
{
    struct dp_str line, alert = dp_str_from(notice->alert);
    struct dp_notification *note =
        dp_notification_create(notice, NULL, labels, label_count, now_ms);
    char *text = dp_notification_write(note, &line.len);
    line.p = text;
    add_entry(outbox, notice, line);
    if (notice->kind == DP_FIRING) {
        const struct dp_str words[] = {DP_STR("HSET"), dp_str_from(outbox->active), alert, line};
        add_command(outbox, words, 4);
    } else {
        const struct dp_str ended[] = {DP_STR("HDEL"), dp_str_from(outbox->active), alert};
        const struct dp_str seen_to[] = {DP_STR("HDEL"), dp_str_from(outbox->acks), alert};
        add_command(outbox, ended, 3);
        add_command(outbox, seen_to, 3);
    }
    free(text);
    dp_notification_destroy(note);
}

void dp_outbox_add(struct dp_outbox *outbox, struct dp_notification *notification)
{
    struct dp_outbox_batch *batch = &outbox->at_hand;
    struct dp_str line;
    char *text = dp_notification_write(notification, &line.len);
    line.p = text;
    const struct dp_str words[] = {DP_STR("HSET"), dp_str_from(outbox->outbox),
                                   dp_str_from(notification->key), line};
    add_command(outbox, words, 4);
    free(text);
    batch->items = dp_xgrow(batch->items, batch->count, &batch->capacity, sizeof *batch->items);
    batch->items[batch->count++] = notification;
}

bool dp_outbox_is_waiting(const struct dp_outbox *outbox)
{
    return outbox->at_hand.commands.count > 0;
}

const struct dp_state_also *dp_outbox_seal(struct dp_outbox *outbox)
{
    struct dp_outbox_batch sealed = outbox->at_hand;
    outbox->at_hand = outbox->sealed;
    outbox->sealed = sealed;
    return &outbox->also;
}

void dp_outbox_committed(struct dp_outbox *outbox,
                         void (*put)(void *ctx, struct dp_notification *notification), void *ctx)
{
    struct dp_outbox_batch *batch = &outbox->sealed;
    for (size_t i = 0; i < batch->count; i++)
        put(ctx, batch->items[i]);
    batch->count = 0;
    dp_commands_clear(&batch->commands);
}
