#include "simulate/delivery.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "simulate/plan.h"
#include "simulate/spoil.h"

#define DELAY_MAX_MS     120000
#define DUPLICATE_AGE_MS 30000 /* an older duplicate could count as late */
#define NO_PLACE         UINT64_MAX
#define SPOILED_IDS      (UINT64_C(1) << 39) /* ids of broken messages begin after it */
#define HUNDRED_PERCENT  10000
#define STREAM           1 /* random numbers apart from the day's: --late and --bad don't change it */

void dp_sim_delivery_init(struct dp_sim_delivery *delivery, struct dp_sim_output *output,
                          int64_t start_ms, uint64_t seed, uint32_t late, uint32_t bad)
{
    memset(delivery, 0, sizeof(*delivery));
    delivery->late = late;
    delivery->bad = bad;
    delivery->output = output;
    delivery->free_place = NO_PLACE;
    dp_sim_writer_init(&delivery->writer, start_ms, seed);
    dp_rng_init(&delivery->rng, seed, STREAM);
    dp_agenda_init(&delivery->held, 1);
}

void dp_sim_delivery_deinit(struct dp_sim_delivery *delivery)
{
    dp_agenda_deinit(&delivery->held);
    free(delivery->places);
}

static void send(struct dp_sim_delivery *delivery, const struct dp_sim_event *event,
                 const char *value, size_t value_len)
{
    char key[DP_SIM_WRITE_MAX];
    struct dp_sim_message message = {
        .value = value,
        .value_len = value_len,
        .key = key,
        .key_len = dp_sim_write_key(&delivery->writer, event, key),
        .topic = event->type <= DP_CONTACT_REOPENED &&
                         dp_sim_lines[event->line].channel != DP_CHANNEL_VOICE
                     ? DP_SIM_CHATS
                     : DP_SIM_CALLS,
    };
    if (delivery->result != DP_SIM_OK)
        return;
    delivery->result = delivery->output->send(delivery->output, &message);
    delivery->sent += delivery->result == DP_SIM_OK;
}

static void send_event(struct dp_sim_delivery *delivery, const struct dp_sim_event *event)
{
    char value[DP_SIM_WRITE_MAX];
    send(delivery, event, value, dp_sim_write(&delivery->writer, event, value));
}

static void send_duplicate(struct dp_sim_delivery *delivery, int64_t now_ms)
{
    uint64_t count = delivery->recent_count;
    uint32_t back = count < DP_SIM_RECENT ? (uint32_t)count : DP_SIM_RECENT;
    back = dp_rng_below(&delivery->rng, back);
    while (back > 0 &&
           delivery->recent[(count - 1 - back) % DP_SIM_RECENT].time_ms < now_ms - DUPLICATE_AGE_MS)
        back /= 2;
    send_event(delivery, &delivery->recent[(count - 1 - back) % DP_SIM_RECENT]);
}

static void send_spoiled(struct dp_sim_delivery *delivery, const struct dp_sim_event *event)
{
    char value[DP_SIM_WRITE_MAX];
    struct dp_sim_event spoiled = *event;
    spoiled.id = SPOILED_IDS + ++delivery->spoiled;
    size_t len = dp_sim_write(&delivery->writer, &spoiled, value);
    uint32_t reason = DP_REJECT_BAD_JSON +
                      dp_rng_below(&delivery->rng, DP_REJECT_BAD_VALUE - DP_REJECT_BAD_JSON + 1);
    len = dp_sim_spoil(value, len, reason, dp_rng_below(&delivery->rng, 1000));
    send(delivery, &spoiled, value, len);
}

static void send_all(struct dp_sim_delivery *delivery, const struct dp_sim_event *event)
{
    send_event(delivery, event);
    if (delivery->bad == 0)
        return;
    delivery->recent[delivery->recent_count++ % DP_SIM_RECENT] = *event;
    if (dp_rng_below(&delivery->rng, HUNDRED_PERCENT) >= delivery->bad)
        return;
    if (dp_rng_below(&delivery->rng, 3) == 0)
        send_duplicate(delivery, event->time_ms);
    else
        send_spoiled(delivery, event);
}

static void hold(struct dp_sim_delivery *delivery, const struct dp_sim_event *event)
{
    uint64_t place = delivery->free_place;
    if (place == NO_PLACE) {
        delivery->places = dp_xgrow(delivery->places, delivery->place_count,
                                    &delivery->place_capacity, sizeof(delivery->places[0]));
        place = delivery->place_count++;
    } else {
        delivery->free_place = delivery->places[place].contact;
    }
    delivery->places[place] = *event;
    int64_t at_ms = event->time_ms + dp_rng_between(&delivery->rng, 0, DELAY_MAX_MS);
    dp_agenda_push(&delivery->held,
                   (struct dp_agenda_item){.at_ms = at_ms, .who = (uint32_t)place});
}

int64_t dp_sim_delivery_next(const struct dp_sim_delivery *delivery)
{
    const struct dp_agenda_item *item = dp_agenda_peek(&delivery->held);
    return item ? item->at_ms : INT64_MAX;
}

void dp_sim_delivery_release(struct dp_sim_delivery *delivery, int64_t now_ms)
{
    while (delivery->held.count && dp_sim_delivery_next(delivery) <= now_ms) {
        uint64_t place = dp_agenda_pop(&delivery->held).who;
        send_all(delivery, &delivery->places[place]);
        delivery->places[place].contact = delivery->free_place;
        delivery->free_place = place;
    }
}

void dp_sim_deliver(void *context, const struct dp_sim_event *event)
{
    struct dp_sim_delivery *delivery = context;
    dp_sim_delivery_release(delivery, event->time_ms);
    if (delivery->late && dp_rng_below(&delivery->rng, HUNDRED_PERCENT) < delivery->late)
        hold(delivery, event);
    else
        send_all(delivery, event);
}
