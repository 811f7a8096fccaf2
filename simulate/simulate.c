#include "simulate/simulate.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "simulate/centre.h"
#include "simulate/delivery.h"
#include "simulate/options.h"

#define STEPS_A_ROUND   4096 /* between looks at the clock and at signals */
#define NAP_MAX_MS      20
#define PROGRESS_MS     1000
#define HUNDRED_PERCENT UINT64_C(10000)
#define LAST_MS         INT64_C(253370764800000) /* 9999: where times would need a fifth digit */

/* Events a second and agent that the plan makes; the rest is done by the centre's pace. */
#define EVENTS_AN_AGENT_HOUR 125

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

struct run {
    const struct dp_sim_options *options;
    struct dp_sim_centre centre;
    struct dp_sim_delivery delivery;
    int64_t end_ms;      /* event time of the last event, at most */
    int64_t began_ms;    /* monotonic clock */
    int64_t told_ms;     /* monotonic clock: when progress was shown */
    bool shows_progress; /* standard error is a terminal */
};

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void handle_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    stopped = 0;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

static void show_progress(struct run *run, int64_t now_ms)
{
    if (!run->shows_progress || now_ms - run->told_ms < PROGRESS_MS)
        return;
    run->told_ms = now_ms;
    fprintf(stderr, "\rsimulate: %" PRIu64 " sent, %" PRId64 " s of event time ",
            run->delivery.sent, (run->centre.now_ms - run->centre.start_ms) / 1000);
}

/* So many arrivals that, with these agents, the rate comes out; never more than they can bear. */
static uint32_t load_for(const struct dp_sim_options *options)
{
    if (options->rate == 0)
        return 1000;
    uint64_t load =
        (uint64_t)options->rate * 3600 * 1000 / ((uint64_t)options->agents * EVENTS_AN_AGENT_HOUR);
    return load < 1 ? 1 : load > 1000 ? 1000 : (uint32_t)load;
}

/* Lets things happen up to an event time. False: there is more to do by then. */
static bool catch_up(struct run *run, int64_t until_ms)
{
    for (int i = 0; i < STEPS_A_ROUND; i++) {
        if (dp_sim_centre_next(&run->centre) > until_ms)
            return true;
        dp_sim_centre_step(&run->centre);
    }
    return false;
}

/* Until the next thing is due by the clock, but not for long: signals and the output want
 * attention. */
static void nap(const struct run *run, int64_t now_ms)
{
    int64_t next = dp_sim_centre_next(&run->centre);
    int64_t held = dp_sim_delivery_next(&run->delivery);
    int64_t ms = (next < held ? next : held) - now_ms;
    ms = ms < 1 ? 1 : ms > NAP_MAX_MS ? NAP_MAX_MS : ms;
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static void go(struct run *run)
{
    struct dp_sim_delivery *delivery = &run->delivery;
    while (!stopped && delivery->result == DP_SIM_OK) {
        int64_t now_ms = clock_ms(CLOCK_MONOTONIC);
        int64_t event_ms = run->end_ms;
        if (run->options->rate && run->centre.start_ms + now_ms - run->began_ms < event_ms)
            event_ms = run->centre.start_ms + now_ms - run->began_ms;
        show_progress(run, now_ms);
        if (!catch_up(run, event_ms))
            continue;
        if (event_ms == run->end_ms)
            break;
        dp_sim_delivery_release(delivery, event_ms);
        if (delivery->result == DP_SIM_OK)
            delivery->result = delivery->output->flush(delivery->output);
        nap(run, event_ms);
    }
    dp_sim_delivery_release(delivery, INT64_MAX);
}

static void open_centre(struct run *run)
{
    const struct dp_sim_options *options = run->options;
    /* Broken messages and duplicates count as well, so there is room for fewer good events. */
    uint64_t rate = options->rate * HUNDRED_PERCENT / (HUNDRED_PERCENT + options->bad);
    const struct dp_sim_centre_options centre = {
        .agents = options->agents,
        .seed = options->seed,
        .start_ms = options->start_ms,
        .around_the_clock = options->rate > 0,
        .load_permille = load_for(options),
        .rate = rate || !options->rate ? (uint32_t)rate : 1,
    };
    dp_sim_centre_init(&run->centre, &centre, dp_sim_deliver, &run->delivery);
}

static int simulate(const struct dp_sim_options *options, struct dp_sim_output *output)
{
    struct run run = {.options = options, .began_ms = clock_ms(CLOCK_MONOTONIC)};
    run.told_ms = run.began_ms;
    run.shows_progress = isatty(STDERR_FILENO);
    run.end_ms = options->seconds ? options->start_ms + (int64_t)options->seconds * 1000 : LAST_MS;
    dp_sim_delivery_init(&run.delivery, output, options->start_ms, options->seed, options->late,
                         options->bad);
    open_centre(&run);
    go(&run);
    enum dp_sim_result result = run.delivery.result;
    enum dp_sim_result closed = output->close(output);
    if (result == DP_SIM_OK)
        result = closed;
    int64_t ms = clock_ms(CLOCK_MONOTONIC) - run.began_ms;
    double seconds = (double)(ms > 0 ? ms : 1) / 1000;
    if (run.shows_progress)
        fputs("\r\033[K", stderr);
    dp_log(DP_LOG_INFO, result == DP_SIM_FAILED ? "simulation failed" : "simulation done",
           "sent=%" PRIu64 " seconds=%.3f rate=%.0f", run.delivery.sent, seconds,
           (double)run.delivery.sent / seconds);
    dp_sim_centre_deinit(&run.centre);
    dp_sim_delivery_deinit(&run.delivery);
    return result == DP_SIM_FAILED ? 1 : 0;
}

int dp_simulate_main(int argc, char **argv)
{
    struct dp_sim_options options;
    switch (dp_sim_options_parse(&options, argc, argv)) {
    case DP_SIM_HELP:
        return 0;
    case DP_SIM_WRONG:
        return 2;
    default:
        break;
    }
    handle_signals();
    struct dp_sim_output *output = options.to_kafka
                                       ? dp_sim_kafka_create(options.broker, options.topics)
                                       : dp_sim_ndjson_create(STDOUT_FILENO);
    if (!output)
        return 1;
    if (options.start_ms == DP_SIM_NOW)
        options.start_ms = clock_ms(CLOCK_REALTIME);
    return simulate(&options, output);
}
