/* The windows of one scope as plainly as can be: a list of facts, counted anew each time. For
 * test_windows.c, which includes cmocka.h before. A difference prints the seed that found it. */
#ifndef DP_WINDOWS_MODEL_H
#define DP_WINDOWS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/windows.h"
#include "common/memory.h"

#define HOUR INT64_C(3600000)
#define FEW  256 /* up to so many values percentiles are exact */

/* ---------------------------------------------------------------- chance */

static uint64_t random_state, seed;
static int step; /* within the seed */

static void start_seed(uint64_t number)
{
    seed = number;
    step = 0;
    random_state = number * UINT64_C(0x9E3779B97F4A7C15) + 1;
}

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * UINT64_C(0x2545F4914F6CDD1D) >> 16;
}

/* From 0 to below - 1. */
static int64_t chance(int64_t below)
{
    return (int64_t)(random_bits() % (uint64_t)below);
}

/* Spread over the powers of ten: as likely below 10 as from 10 to 100. */
static int64_t spread(int64_t limit)
{
    int64_t top = 10;
    while (top < limit && chance(4) > 0)
        top *= 10;
    return chance(top < limit ? top : limit);
}

static void check(bool holds, const char *what, int64_t got, int64_t want)
{
    if (holds)
        return;
    print_error("seed %lu step %d: %s: got %ld, want %ld\n", (unsigned long)seed, step, what,
                (long)got, (long)want);
    fail();
}

static void check_equal(const char *what, int64_t got, int64_t want)
{
    check(got == want, what, got, want);
}

/* ---------------------------------------------------------------- the plain model */

struct model {
    struct dp_window_plan plan;
    struct dp_fact *facts;
    size_t count, capacity;
    int64_t now_ms;
    bool started;
    uint32_t changed[DP_CHANNELS];
    bool seen[DP_CHANNELS];
};

static int64_t longest(const struct model *model)
{
    return model->plan.length_ms[model->plan.count - 1];
}

static bool holds(const struct model *model, size_t window, int64_t time_ms)
{
    return model->started && time_ms <= model->now_ms &&
           time_ms > model->now_ms - model->plan.length_ms[window];
}

static uint32_t windows_of(const struct model *model, int64_t time_ms)
{
    uint32_t bits = 0;
    for (size_t window = 0; window < model->plan.count; window++)
        bits |= (uint32_t)holds(model, window, time_ms) << window;
    return bits;
}

static void note_change(struct model *model, const struct dp_fact *fact, uint32_t bits)
{
    model->changed[fact->channel] |= bits;
    if (bits)
        model->seen[fact->channel] = true;
}

static void model_put(struct model *model, const struct dp_fact *fact)
{
    if (model->started && fact->time_ms <= model->now_ms - longest(model))
        return;
    model->facts = dp_xgrow(model->facts, model->count, &model->capacity, sizeof *model->facts);
    model->facts[model->count++] = *fact;
    note_change(model, fact, windows_of(model, fact->time_ms));
}

static void model_remove(struct model *model, size_t at)
{
    note_change(model, &model->facts[at], windows_of(model, model->facts[at].time_ms));
    model->facts[at] = model->facts[--model->count];
}

static void model_trim(struct model *model, int64_t t_ms)
{
    for (size_t i = model->count; i-- > 0;)
        if (model->facts[i].time_ms <= t_ms - longest(model))
            model_remove(model, i);
}

static void model_advance(struct model *model, int64_t t_ms)
{
    if (model->started && t_ms <= model->now_ms)
        return;
    struct model before = *model;
    model->now_ms = t_ms;
    model->started = true;
    for (size_t i = model->count; i-- > 0;) {
        const struct dp_fact *fact = &model->facts[i];
        note_change(model, fact,
                    windows_of(&before, fact->time_ms) ^ windows_of(model, fact->time_ms));
        if (fact->time_ms <= t_ms - longest(model))
            model->facts[i] = model->facts[--model->count];
    }
}

static int64_t model_next_change(const struct model *model)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < model->count; i++)
        for (size_t k = 0; k <= model->plan.count; k++) {
            int64_t at = model->facts[i].time_ms + (k ? model->plan.length_ms[k - 1] : 0);
            int64_t whole = at / 1000 * 1000;
            whole += whole < at ? 1000 : 0;
            if ((!model->started || at > model->now_ms) && whole < next)
                next = whole;
        }
    return next;
}

static int compare_values(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* A mean or share of nothing is absent. */
static void expect_ratio(const struct dp_figures *figures, enum dp_figure which, __int128 sum,
                         __int128 count)
{
    const char *name = dp_figure_infos[which].name;
    check_equal(name, dp_figures_has(figures, which), count != 0);
    if (count != 0)
        check_equal(name, figures->value[which], (int64_t)((2 * sum + count) / (2 * count)));
}

static void expect_count(const struct dp_figures *figures, enum dp_figure which, int64_t count)
{
    check_equal(dp_figure_infos[which].name, dp_figures_has(figures, which), true);
    check_equal(dp_figure_infos[which].name, figures->value[which], count);
}

/* The six figures that start at `mean`; sorts `values`. */
static void expect_metric(const struct dp_figures *figures, enum dp_figure mean, int64_t *values,
                          size_t count)
{
    static const size_t percents[] = {50, 90, 95, 99};
    __int128 sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    expect_ratio(figures, mean, sum, (__int128)count);
    if (count == 0) {
        for (enum dp_figure i = 1; i < 6; i++)
            check_equal("absent", dp_figures_has(figures, mean + i), false);
        return;
    }
    qsort(values, count, sizeof *values, compare_values);
    expect_count(figures, mean + 1, values[count - 1]);
    for (enum dp_figure i = 0; i < 4; i++) {
        int64_t want = values[(percents[i] * count + 99) / 100 - 1];
        int64_t got = figures->value[mean + 2 + i];
        const char *name = dp_figure_infos[mean + 2 + i].name;
        check_equal(name, dp_figures_has(figures, mean + 2 + i), true);
        check(got <= values[count - 1], name, got, values[count - 1]);
        check(count <= FEW ? got == want : llabs(got - want) * 100 <= want, name, got, want);
    }
}

/* Recounts one window and compares. */
static void expect_window(struct model *model, struct dp_windows *windows, enum dp_channel channel,
                          size_t window)
{
    struct dp_figures figures;
    struct dp_totals totals;
    dp_windows_figures(windows, channel, window, &totals, &figures);

    int64_t *values[4], kinds[DP_FACT_KINDS] = {0}, flags[16] = {0};
    size_t counts[4] = {0};
    for (int i = 0; i < 4; i++)
        values[i] = dp_xmalloc(model->count * sizeof **values);
    __int128 hold = 0, wrap = 0, talk = 0, ratings = 0, qualities = 0;
    __int128 said = 0, asked = 0;
    int64_t count = 0, quick_replies = 0, quick_outcomes = 0, quick_responses = 0, in_target = 0;
    int64_t urgent = 0, high = 0;
    for (size_t i = 0; i < model->count; i++) {
        const struct dp_fact *fact = &model->facts[i];
        if (!holds(model, window, fact->time_ms) ||
            (channel != DP_CHANNEL_NONE && fact->channel != channel))
            continue;
        count++;
        kinds[fact->kind]++;
        for (int bit = 0; bit < 16; bit++)
            flags[bit] += fact->flags >> bit & 1;
        bool timed = fact->flags & DP_FACT_TIMED;
        urgent += timed && fact->flags & DP_FACT_URGENT && fact->value <= 300000;
        high += timed && fact->flags & DP_FACT_HIGH && fact->value <= 24 * HOUR;
        switch (fact->kind) {
        case DP_FACT_RESPONSE:
            values[0][counts[0]++] = fact->value;
            quick_responses += fact->value <= 30000;
            in_target += (fact->flags & DP_FACT_IN_TARGET) != 0;
            break;
        case DP_FACT_REPLY:
            values[1][counts[1]++] = fact->value;
            quick_replies += fact->value <= 180000;
            break;
        case DP_FACT_HANDLE:
            values[2][counts[2]++] = fact->value;
            hold += fact->hold_ms;
            wrap += fact->wrap_ms;
            talk += fact->value - fact->hold_ms - fact->wrap_ms;
            break;
        case DP_FACT_OUTCOME:
            if (fact->flags & DP_FACT_TIMED) {
                values[3][counts[3]++] = fact->value;
                quick_outcomes += fact->value <= 24 * HOUR;
            }
            break;
        case DP_FACT_RATING:
            ratings += fact->value;
            break;
        case DP_FACT_QUALITY:
            qualities += fact->value;
            break;
        case DP_FACT_CONVERSATION:
            said += fact->value;
            asked += fact->hold_ms;
            break;
        default:
            break;
        }
    }
    check_equal("count", dp_windows_count(windows, channel, window), count);

    int64_t handles = kinds[DP_FACT_HANDLE], outcomes = kinds[DP_FACT_OUTCOME];
    int64_t responses = kinds[DP_FACT_RESPONSE], lost = kinds[DP_FACT_ABANDON] - flags[0];
    expect_count(&figures, DP_FIGURE_OFFERED, kinds[DP_FACT_OFFERED]);
    expect_count(&figures, DP_FIGURE_RESPONSES, responses);
    expect_count(&figures, DP_FIGURE_ABANDONS, kinds[DP_FACT_ABANDON]);
    expect_count(&figures, DP_FIGURE_SHORT_ABANDONS, flags[0]);
    expect_count(&figures, DP_FIGURE_HANDLES, handles);
    expect_count(&figures, DP_FIGURE_TRANSFERS, kinds[DP_FACT_TRANSFER]);
    expect_count(&figures, DP_FIGURE_DECLINES, kinds[DP_FACT_DECLINE]);
    expect_count(&figures, DP_FIGURE_REPLIES, kinds[DP_FACT_REPLY]);
    expect_count(&figures, DP_FIGURE_OUTCOMES, outcomes);
    expect_count(&figures, DP_FIGURE_RESOLVED, flags[2]);
    expect_count(&figures, DP_FIGURE_RATINGS, kinds[DP_FACT_RATING]);
    expect_count(&figures, DP_FIGURE_COMPLAINTS, kinds[DP_FACT_COMPLAINT]);
    expect_count(&figures, DP_FIGURE_QUALITY_CHECKS, kinds[DP_FACT_QUALITY]);
    expect_count(&figures, DP_FIGURE_QUALITY_FATALS, flags[6]);
    expect_metric(&figures, DP_FIGURE_RESPONSE_MEAN, values[0], counts[0]);
    expect_metric(&figures, DP_FIGURE_REPLY_MEAN, values[1], counts[1]);
    expect_metric(&figures, DP_FIGURE_HANDLE_MEAN, values[2], counts[2]);
    expect_metric(&figures, DP_FIGURE_RESOLVE_MEAN, values[3], counts[3]);
    expect_ratio(&figures, DP_FIGURE_TALK_MEAN, talk, handles);
    expect_ratio(&figures, DP_FIGURE_HOLD_MEAN, hold, handles);
    expect_ratio(&figures, DP_FIGURE_WRAP_MEAN, wrap, handles);
    const __int128 million = 1000000;
    expect_ratio(&figures, DP_FIGURE_SERVICE_LEVEL, in_target * million, responses + lost);
    expect_ratio(&figures, DP_FIGURE_ANSWER_RATE, responses * million, responses + lost);
    expect_ratio(&figures, DP_FIGURE_ABANDON_RATE, lost * million, responses + lost);
    expect_ratio(&figures, DP_FIGURE_ANSWERED_30S_RATE, quick_responses * million, responses);
    expect_ratio(&figures, DP_FIGURE_REPEAT_CONTACT_RATE, (flags[2] - flags[4]) * million,
                 flags[2]);
    expect_ratio(&figures, DP_FIGURE_MESSAGE_REPLY_RATE, flags[10] * million, flags[9]);
    expect_ratio(&figures, DP_FIGURE_AGENT_TALK_SHARE, said * million, said + asked);
    expect_ratio(&figures, DP_FIGURE_URGENT_5M_RATE, urgent * million, flags[11]);
    expect_ratio(&figures, DP_FIGURE_HIGH_24H_RATE, high * million, flags[12]);
    expect_ratio(&figures, DP_FIGURE_RESOLUTION_RATE, flags[2] * million, outcomes);
    expect_ratio(&figures, DP_FIGURE_RESOLVED_24H_RATE, quick_outcomes * million, outcomes);
    expect_ratio(&figures, DP_FIGURE_FCR_RATE, flags[4] * million, outcomes);
    expect_ratio(&figures, DP_FIGURE_TRANSFER_RATE, kinds[DP_FACT_TRANSFER] * million, handles);
    expect_ratio(&figures, DP_FIGURE_REPLY_3M_RATE, quick_replies * million, kinds[DP_FACT_REPLY]);
    expect_ratio(&figures, DP_FIGURE_SATISFACTION_MEAN, ratings,
                 kinds[DP_FACT_RATING] * (__int128)1000);
    expect_ratio(&figures, DP_FIGURE_SATISFIED_RATE, flags[5] * million, kinds[DP_FACT_RATING]);
    expect_ratio(&figures, DP_FIGURE_COMPLAINT_RATE, kinds[DP_FACT_COMPLAINT] * million, handles);
    expect_ratio(&figures, DP_FIGURE_QUALITY_MEAN, qualities,
                 kinds[DP_FACT_QUALITY] * (__int128)1000);
    check_equal("occupancy", dp_figures_has(&figures, DP_FIGURE_OCCUPANCY), false);
    for (int i = 0; i < 4; i++)
        free(values[i]);
}

static void expect_all(struct model *model, struct dp_windows *windows)
{
    for (enum dp_channel channel = 0; channel < DP_CHANNELS; channel++)
        for (size_t window = 0; window < model->plan.count; window++)
            expect_window(model, windows, channel, window);
}

static void expect_marks(const struct model *model, const struct dp_windows *windows)
{
    uint32_t any = 0;
    for (enum dp_channel channel = 1; channel < DP_CHANNELS; channel++) {
        any |= model->changed[channel];
        check_equal("changed", dp_windows_changed(windows, channel), model->changed[channel]);
    }
    check_equal("changed", dp_windows_changed(windows, DP_CHANNEL_NONE),
                any | model->changed[DP_CHANNEL_NONE]);
    check_equal("next change", dp_windows_next_change(windows), model_next_change(model));
    check_equal("empty", dp_windows_empty(windows), model->count == 0);
}

static void clear_marks(struct model *model, struct dp_windows *windows)
{
    dp_windows_clear_changed(windows, UINT32_MAX);
    memset(model->changed, 0, sizeof model->changed);
}

#endif
