/* slide STEP_S: what a fact costs windows that move in steps of so many seconds. Two days of facts
 * go into the windows of a hundred scopes, all seven lengths; at each step those that change are
 * moved on. No figures are made. Prints the seconds of CPU and of wall time, and the facts. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "aggregator/windows.h"

#define SCOPES  100
#define FACTS   2000000
#define DAY_MS  INT64_C(86400000)
#define SECOND  INT64_C(1000)
#define MINUTE  (60 * SECOND)
#define HOUR_MS (60 * MINUTE)

static const struct dp_window_plan plan = {
    7, {MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR_MS, 8 * HOUR_MS, 24 * HOUR_MS}};

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void move_on(struct dp_windows *const *scopes, int64_t *next_ms, int64_t t_ms)
{
    for (size_t i = 0; i < SCOPES; i++)
        if (next_ms[i] <= t_ms) {
            dp_windows_advance(scopes[i], t_ms);
            next_ms[i] = dp_windows_next_change(scopes[i]);
        }
}

int main(int argc, char **argv)
{
    int64_t step_ms = argc == 2 ? atoi(argv[1]) * SECOND : 0;
    if (step_ms <= 0) {
        fputs("usage: slide STEP_S\n", stderr);
        return 2;
    }
    struct dp_windows *scopes[SCOPES];
    int64_t next_ms[SCOPES], t_ms = 0;
    for (size_t i = 0; i < SCOPES; i++) {
        scopes[i] = dp_windows_create(&plan);
        dp_windows_advance(scopes[i], t_ms);
        next_ms[i] = INT64_MAX;
    }
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
    for (int64_t i = 0; i < FACTS; i++) {
        struct dp_fact fact = {.time_ms = i * 2 * DAY_MS / FACTS + 1,
                               .value = 1000 + i * 7919 % 600000,
                               .kind = DP_FACT_RESPONSE,
                               .channel = DP_CHANNEL_VOICE};
        for (; t_ms + step_ms < fact.time_ms; t_ms += step_ms)
            move_on(scopes, next_ms, t_ms + step_ms);
        size_t scope = (size_t)(i * 31 % SCOPES);
        dp_windows_put(scopes[scope], &fact);
        /* It counts from the whole second on that it is in. */
        int64_t from_ms = (fact.time_ms + SECOND - 1) / SECOND * SECOND;
        next_ms[scope] = from_ms < next_ms[scope] ? from_ms : next_ms[scope];
    }
    printf("{\"facts\":%d,\"cpu\":%.6f,\"wall\":%.6f}\n", FACTS,
           seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, seconds(CLOCK_MONOTONIC) - wall);
    for (size_t i = 0; i < SCOPES; i++)
        dp_windows_destroy(scopes[i]);
    return 0;
}
