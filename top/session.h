/* `deskpulse top` at work: a loop with Redis on one side and a terminal on the other, until
 * somebody quits. Thread: one. */
#ifndef DP_TOP_SESSION_H
#define DP_TOP_SESSION_H

#include "top/topic.h"

struct dp_top_request {
    const char *url, *prefix;  /* of Redis */
    const char *timezone;      /* of local times and of calendar periods; TZ is its */
    int64_t stale_ms;          /* figures that are older than this are shown as old */
    struct dp_top_topic topic; /* where to begin; its window is the one wanted, or "" */
};

/* Until somebody quits, or SIGINT, SIGTERM or SIGHUP comes; SIGTSTP stops it, SIGCONT lets it go
 * on. False: it could not begin, `error` says why in one line. */
bool dp_top_run(const struct dp_top_request *request, char *error, size_t error_size);

/* Writes one plain screen to standard output, whole, `columns` wide. False: Redis cannot be
 * reached, has no figures or not that window; `error` likewise. */
bool dp_top_print(const struct dp_top_request *request, size_t columns, char *error,
                  size_t error_size);

#endif
