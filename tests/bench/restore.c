/* restore FILE: what a journal costs, and how soon it is read again. The events of a file, one a
 * line, go to an aggregator without a journal, to one with it, a frame for each second, and then
 * from the frames to a third. The file is read and decoded before the clock starts. Prints the
 * events, the bytes of the journal and the seconds of CPU of each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aggregator/restore.h"
#include "common/memory.h"
#include "ingest/adapter.h"

#define TOGETHER  16
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    INT64_C(86400000)

struct frames {
    struct frame {
        char *bytes;
        size_t len;
    } * items;
    size_t count, capacity, bytes;
};

struct events {
    struct dp_event *items;
    size_t count, capacity;
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct dp_str keep(struct dp_str text)
{
    if (!text.len)
        return text;
    return (struct dp_str){memcpy(dp_xmalloc(text.len), text.p, text.len), text.len};
}

static void read_events(const char *path, struct events *events)
{
    const struct dp_adapter *adapter = dp_adapter_find("cloudevents");
    void *self = adapter->create();
    struct dp_decoded decoded = {0};
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    if (!file) {
        perror(path);
        exit(1);
    }
    while ((len = getline(&line, &room, file)) > 0) {
        struct dp_message message = {.value = {line, (size_t)len - (line[len - 1] == '\n')}};
        adapter->decode(self, &message, 1, &decoded);
        for (size_t i = 0; i < decoded.event_count; i++) {
            struct dp_event event = decoded.events[i];
            struct dp_str *strings[] = {&event.source,   &event.id,       &event.interaction,
                                        &event.agent,    &event.team,     &event.queue,
                                        &event.customer, &event.to_agent, &event.to_queue};
            for (size_t j = 0; j < sizeof strings / sizeof *strings; j++)
                *strings[j] = keep(*strings[j]);
            event.reason = (struct dp_str){0};
            events->items = dp_xgrow(events->items, events->count, &events->capacity, sizeof event);
            events->items[events->count++] = event;
        }
    }
    fclose(file);
    free(line);
    dp_decoded_deinit(&decoded);
    adapter->destroy(self);
}

static struct dp_aggregator *create(void)
{
    const struct dp_aggregator_options options = {
        .windows = {7,
                    {MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 8 * HOUR_MS,
                     DAY_MS}},
        .window_labels = {"1m", "5m", "15m", "30m", "1h", "8h", "24h"},
        .allowed_lateness_ms = MINUTE_MS,
        .dedup_horizon_ms = HOUR_MS,
        .short_abandon_ms = 5000,
        .fcr_window_ms = DAY_MS,
        .contact_ttl_ms = 7 * DAY_MS,
        .scope_ttl_ms = 8 * DAY_MS,
        .max_contacts = 5000000,
        .max_waiting = 100000,
        .as_of_limit_ms = INT64_MAX,
        .targets = {.target_ms = {0, 20000, 60000, DAY_MS}},
    };
    struct dp_aggregator *agg = dp_aggregator_create(&options);
    dp_aggregator_add_partition(agg);
    return agg;
}

static void end_frame(struct frames *frames, struct dp_journal *journal)
{
    frames->items =
        dp_xgrow(frames->items, frames->count, &frames->capacity, sizeof *frames->items);
    struct frame *frame = &frames->items[frames->count++];
    *frame = (struct frame){dp_xmalloc(journal->len + 1), journal->len};
    memcpy(frame->bytes, journal->bytes, journal->len);
    frames->bytes += journal->len;
    dp_journal_clear(journal);
    journal->frame = frames->count;
}

/* T follows the events, second by second. */
static void take(struct dp_aggregator *agg, const struct events *events, struct dp_journal *journal,
                 struct frames *frames)
{
    struct dp_outlook outlooks[TOGETHER];
    int64_t second = INT64_MIN;
    for (size_t i = 0; i < events->count; i++) {
        const struct dp_event *event = &events->items[i];
        if (i % TOGETHER == 0) {
            size_t left = events->count - i;
            dp_aggregator_look(agg, event, left < TOGETHER ? left : TOGETHER, outlooks);
        }
        dp_aggregator_apply(agg, 0, event, &outlooks[i % TOGETHER]);
        if (event->time_ms / 1000 > second) {
            second = event->time_ms / 1000;
            dp_aggregator_advance(agg, dp_aggregator_watermark(agg));
            if (journal)
                end_frame(frames, journal);
        }
    }
    if (journal)
        end_frame(frames, journal);
}

static struct dp_aggregator *restore(const struct frames *frames,
                                     const struct dp_aggregator_saved *saved)
{
    struct dp_aggregator *agg = create();
    char error[128];
    dp_aggregator_restore_begin(agg, saved);
    for (size_t i = 0; i < frames->count; i++)
        if (!dp_aggregator_restore(agg, i, frames->items[i].bytes, frames->items[i].len, error,
                                   sizeof error)) {
            fprintf(stderr, "%s\n", error);
            exit(1);
        }
    dp_aggregator_restored(agg, saved);
    return agg;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: restore FILE\n", stderr);
        return 2;
    }
    struct events events = {0};
    struct frames frames = {0};
    struct dp_journal journal;
    struct dp_aggregator_saved saved;
    read_events(argv[1], &events);
    dp_journal_init(&journal);

    struct dp_aggregator *agg = create();
    double start = seconds();
    take(agg, &events, NULL, NULL);
    double plain = seconds() - start;
    dp_aggregator_destroy(agg);

    agg = create();
    dp_aggregator_set_journal(agg, &journal);
    start = seconds();
    take(agg, &events, &journal, &frames);
    double journaled = seconds() - start;
    dp_aggregator_save(agg, &saved);
    dp_aggregator_destroy(agg);

    start = seconds();
    agg = restore(&frames, &saved);
    double restored = seconds() - start;
    dp_aggregator_destroy(agg);

    printf("{\"events\":%zu,\"frames\":%zu,\"bytes\":%zu,\"plain\":%.6f,\"journaled\":%.6f,"
           "\"restored\":%.6f}\n",
           events.count, frames.count, frames.bytes, plain, journaled, restored);
    dp_aggregator_saved_deinit(&saved);
    dp_journal_deinit(&journal);
    return 0; /* the events and frames go with the process */
}
