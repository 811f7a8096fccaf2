#include "aggregator/settler.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/memory.h"

/* So many bundles wait at most. */
#define WAITING_MAX 512

/* The threads tell each other of so many at once: to wake one costs as much as settling a few. */
#define AT_ONCE 16

void dp_bundle_settle(const struct dp_bundle *bundle, struct dp_windows *windows,
                      struct dp_periods *periods, struct dp_period_rules *rules,
                      int64_t earliest_ms)
{
    for (uint64_t left = bundle->to_windows; left; left &= left - 1) {
        unsigned at = (unsigned)__builtin_ctzll(left);
        if (dp_bundle_sign(bundle, at) > 0)
            dp_windows_put(windows, &bundle->facts[at]);
        else
            dp_windows_take(windows, &bundle->facts[at]);
    }
    if (earliest_ms != INT64_MIN)
        dp_windows_trim(windows, earliest_ms);
    dp_periods_put(periods, rules, bundle);
}

struct job {
    struct dp_bundle bundle; /* settled: empty, and its memory goes to the next scope */
    struct dp_windows *windows;
    struct dp_periods *periods;
    int64_t earliest_ms, closed_ms;
};

struct dp_settler {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t more;  /* for the second thread: there are jobs, or it is to end */
    pthread_cond_t fewer; /* for the first: some are done */
    /* Job n, counted from 1, is at n % WAITING_MAX. What is not done is the second thread's. */
    struct job jobs[WAITING_MAX];
    uint64_t told, done; /* how many; both under the mutex */
    bool ending;

    uint64_t given, seen_done;    /* the first thread's: handed over; `done` when it last looked */
    struct dp_period_rules rules; /* the second thread's */
};

static void settle(struct dp_settler *settler, struct job *job)
{
    settler->rules.closed_ms = job->closed_ms;
    dp_bundle_settle(&job->bundle, job->windows, job->periods, &settler->rules, job->earliest_ms);
    dp_bundle_clear(&job->bundle);
}

/* To the second thread, of all that was handed over. Who is woken finds the mutex free. */
static void tell_of_all(struct dp_settler *settler, bool ending)
{
    pthread_mutex_lock(&settler->mutex);
    settler->told = settler->given;
    settler->ending = ending;
    pthread_mutex_unlock(&settler->mutex);
    pthread_cond_signal(&settler->more);
}

static void *work(void *arg)
{
    struct dp_settler *settler = arg;
    pthread_mutex_lock(&settler->mutex);
    for (;;) {
        while (settler->told == settler->done && !settler->ending)
            pthread_cond_wait(&settler->more, &settler->mutex);
        if (settler->told == settler->done)
            break;
        uint64_t from = settler->done + 1, to = settler->told;
        if (to - from >= AT_ONCE)
            to = from + AT_ONCE - 1;
        pthread_mutex_unlock(&settler->mutex);
        for (uint64_t number = from; number <= to; number++)
            settle(settler, &settler->jobs[number % WAITING_MAX]);
        pthread_mutex_lock(&settler->mutex);
        settler->done = to;
        pthread_mutex_unlock(&settler->mutex);
        pthread_cond_signal(&settler->fewer);
        pthread_mutex_lock(&settler->mutex);
    }
    pthread_mutex_unlock(&settler->mutex);
    return NULL;
}

struct dp_settler *dp_settler_create(const struct dp_period_rules *rules)
{
    struct dp_settler *settler = dp_xcalloc(1, sizeof *settler);
    settler->rules = *rules;
    pthread_mutex_init(&settler->mutex, NULL);
    pthread_cond_init(&settler->more, NULL);
    pthread_cond_init(&settler->fewer, NULL);
    if (pthread_create(&settler->thread, NULL, work, settler) == 0)
        return settler;
    free(settler);
    return NULL;
}

void dp_settler_destroy(struct dp_settler *settler)
{
    if (!settler)
        return;
    tell_of_all(settler, true);
    pthread_join(settler->thread, NULL);
    for (size_t i = 0; i < WAITING_MAX; i++)
        dp_bundle_deinit(&settler->jobs[i].bundle);
    pthread_cond_destroy(&settler->fewer);
    pthread_cond_destroy(&settler->more);
    pthread_mutex_destroy(&settler->mutex);
    free(settler);
}

/* Waits until job `number` is done. */
static void await(struct dp_settler *settler, uint64_t number)
{
    if (number <= settler->seen_done)
        return;
    if (settler->told < number) /* nobody else writes it */
        tell_of_all(settler, false);
    pthread_mutex_lock(&settler->mutex);
    while (settler->done < number)
        pthread_cond_wait(&settler->fewer, &settler->mutex);
    settler->seen_done = settler->done;
    pthread_mutex_unlock(&settler->mutex);
}

void dp_settler_hand_over(struct dp_settler *settler, struct dp_scope *scope, int64_t earliest_ms,
                          int64_t closed_ms)
{
    uint64_t number = settler->given + 1;
    if (number > WAITING_MAX)
        await(settler, number - WAITING_MAX);
    struct job *job = &settler->jobs[number % WAITING_MAX];
    struct dp_bundle empty = job->bundle;
    *job = (struct job){scope->bundle, scope->windows, &scope->periods, earliest_ms, closed_ms};
    scope->bundle = empty;
    settler->given = scope->handed_over = number;
    if (number % AT_ONCE == 0)
        tell_of_all(settler, false);
}

void dp_settler_await(struct dp_settler *settler, const struct dp_scope *scope)
{
    await(settler, scope->handed_over);
}

void dp_settler_await_all(struct dp_settler *settler)
{
    await(settler, settler->given);
}
