/* Files of events, read through a pipeline one after the other, each as a partition of its own: in
 * the time of the events instead of the clock's. Times in ms. Thread: one. */
#ifndef DP_REPLAY_FILES_H
#define DP_REPLAY_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "app/pipeline.h"
#include "app/replay_rules.h"

/* The first four are the caller's to set; all else is zero. */
struct dp_replay_files {
    const char *command; /* that reads, for messages */
    struct dp_pipeline *pipeline;
    struct dp_replay_rules *rules; /* looked at on the way; NULL: none are */
    int64_t as_of_ms;              /* INT64_MAX: the highest event time, rounded up to a second */

    const char *path; /* at hand */
    bool terminal;    /* standard error is one: progress is shown */
    struct timespec shown;
};

/* Reads all, up to their end, and moves T to as_of_ms. False: one cannot be read, or the dead
 * letters have failed; standard error has one line that says why. */
bool dp_replay_files_read(struct dp_replay_files *files, char **paths, size_t count);

#endif
