#include "app/replay_files.h"

#include <stdio.h>
#include <unistd.h>

#include "ingest/file_source.h"

#define SHOW_EVERY_S 0.2

static size_t take(void *ctx, const struct dp_message *messages, size_t count)
{
    struct dp_replay_files *files = ctx;
    size_t taken = dp_pipeline_take(files->pipeline, messages, count);
    if (files->rules)
        dp_replay_rules_follow(files->rules);
    return taken;
}

static bool is_to_be_shown(struct dp_replay_files *files)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)(now.tv_sec - files->shown.tv_sec) +
                     (double)(now.tv_nsec - files->shown.tv_nsec) / 1e9;
    if (!files->terminal || seconds < SHOW_EVERY_S)
        return false;
    files->shown = now;
    return true;
}

/* Long work shows how far it is, where somebody can see it. */
static void show_progress(void *ctx, uint64_t bytes, uint64_t size)
{
    struct dp_replay_files *files = ctx;
    unsigned long long consumed = files->pipeline->consumed;
    if (!is_to_be_shown(files))
        return;
    if (size)
        fprintf(stderr, "\r%s: %3.0f %%  %llu events\033[K", files->path,
                100.0 * (double)bytes / (double)size, consumed);
    else
        fprintf(stderr, "\r%s: %llu events\033[K", files->path, consumed);
}

static bool read_all(struct dp_replay_files *files, char **paths, size_t count)
{
    static const struct dp_file_source_events events = {.take = take, .progress = show_progress};
    struct dp_aggregator *agg = files->pipeline->aggregator;
    /* All are known from the start: what a later file may need is kept while the earlier ones are
     * read. */
    uint32_t first = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = dp_aggregator_add_partition(agg);
        if (i == 0)
            first = slot;
    }
    for (size_t i = 0; i < count; i++) {
        char error[512];
        files->path = paths[i];
        enum dp_file_end end =
            dp_file_source_run(paths[i], first + (uint32_t)i, &events, files, error, sizeof error);
        if (files->terminal)
            fputs("\r\033[K", stderr);
        if (end == DP_FILE_STOPPED) /* the dead letters have said why */
            return false;
        if (end == DP_FILE_FAILED) {
            fprintf(stderr, "deskpulse %s: %s\n", files->command, error);
            return false;
        }
        dp_aggregator_set_idle(agg, first + (uint32_t)i, true);
    }
    return true;
}

/* T: the given moment, else the highest event time rounded up to a whole second. INT64_MIN: none is
 * known. */
static int64_t final_time(const struct dp_aggregator *agg, int64_t as_of_ms)
{
    int64_t t = as_of_ms;
    if (t == INT64_MAX)
        t = dp_aggregator_watermark(agg);
    if (as_of_ms == INT64_MAX && t != INT64_MIN && t % 1000)
        t += t > 0 ? 1000 - t % 1000 : -(t % 1000);
    return t;
}

bool dp_replay_files_read(struct dp_replay_files *files, char **paths, size_t count)
{
    struct dp_aggregator *agg = files->pipeline->aggregator;
    files->terminal = isatty(STDERR_FILENO);
    clock_gettime(CLOCK_MONOTONIC, &files->shown);
    if (!read_all(files, paths, count))
        return false;
    int64_t t = final_time(agg, files->as_of_ms);
    if (files->rules)
        dp_replay_rules_finish(files->rules, t);
    else if (t != INT64_MIN)
        dp_aggregator_advance(agg, t);
    return true;
}
