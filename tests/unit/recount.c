#include "recount.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_fact_list_emit(void *ctx, int sign, const struct dp_made *made)
{
    struct dp_fact_list *list = ctx;
    if (sign > 0) {
        list->items = dp_xgrow(list->items, list->count, &list->capacity, sizeof *list->items);
        list->items[list->count++] = *made;
        return;
    }
    size_t at = list->count;
    do
        assert(at > 0);
    while (memcmp(&list->items[--at], made, sizeof *made) != 0);
    list->items[at] = list->items[--list->count];
}

static bool concerns(const struct dp_made *made, const struct dp_recount *of)
{
    return made->fact.time_ms > of->from_ms && made->fact.time_ms <= of->to_ms &&
           (!of->agent || made->agent == of->agent) && (!of->team || made->team == of->team) &&
           (!of->queue || made->queue == of->queue) &&
           (!of->channel || made->fact.channel == of->channel) &&
           !(of->queue && made->fact.flags & DP_FACT_OUTSIDE && made->fact.kind != DP_FACT_OFFERED);
}

/* What to count: facts of a kind with all of `flags` and, if `below` is not 0, a value up to it. */
struct asked {
    enum dp_fact_kind kind;
    uint64_t flags;
    int64_t up_to;
};

static int64_t count(const struct dp_fact_list *list, const struct dp_recount *of,
                     struct asked asked)
{
    int64_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct dp_fact *fact = &list->items[i].fact;
        count += concerns(&list->items[i], of) && fact->kind == asked.kind &&
                 (fact->flags & asked.flags) == asked.flags &&
                 (!asked.up_to || fact->value <= asked.up_to);
    }
    return count;
}

static void share(struct dp_figures *figures, enum dp_figure which, int64_t part, int64_t whole)
{
    if (whole)
        dp_figures_set(figures, which, (2 * part * 1000000 + whole) / (2 * whole));
}

enum part { VALUE, HOLD, WRAP, TALK };

static int64_t part_of(const struct dp_fact *fact, enum part part)
{
    return part == HOLD   ? fact->hold_ms
           : part == WRAP ? fact->wrap_ms
           : part == TALK ? fact->value - fact->hold_ms - fact->wrap_ms
                          : fact->value;
}

static int64_t sum(const struct dp_fact_list *list, const struct dp_recount *of,
                   enum dp_fact_kind kind, enum part part)
{
    int64_t sum = 0;
    for (size_t i = 0; i < list->count; i++)
        if (concerns(&list->items[i], of) && list->items[i].fact.kind == kind)
            sum += part_of(&list->items[i].fact, part);
    return sum;
}

void dp_recount_staffed(const struct dp_fact_list *list, const struct dp_recount *of,
                        int64_t staffed_ms, struct dp_figures *figures)
{
    int64_t served = sum(list, of, DP_FACT_HANDLE, TALK) + sum(list, of, DP_FACT_HANDLE, HOLD);
    share(figures, DP_FIGURE_CONTACTS_PER_HOUR,
          count(list, of, (struct asked){DP_FACT_HANDLE, 0, 0}) * 3600000, staffed_ms);
    share(figures, DP_FIGURE_CONCURRENCY, served, staffed_ms);
}

/* The mean of a part of the values in units of `unit`, half up. */
static void mean(const struct dp_fact_list *list, const struct dp_recount *of, struct asked asked,
                 enum part part, int64_t unit, struct dp_figures *figures, enum dp_figure which)
{
    int64_t sum = 0, values = count(list, of, asked) * unit;
    for (size_t i = 0; i < list->count; i++)
        if (concerns(&list->items[i], of) && list->items[i].fact.kind == asked.kind &&
            (list->items[i].fact.flags & asked.flags) == asked.flags)
            sum += part_of(&list->items[i].fact, part);
    if (values)
        dp_figures_set(figures, which, (2 * sum + values) / (2 * values));
}

static int compare_values(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return one < other ? -1 : one > other;
}

/* Mean, maximum and percentiles: six figures from `first` on. */
static void distribution(const struct dp_fact_list *list, const struct dp_recount *of,
                         struct asked asked, struct dp_figures *figures, enum dp_figure first)
{
    static const int64_t percents[] = {50, 90, 95, 99};
    size_t values = (size_t)count(list, of, asked), at = 0;
    if (!values)
        return;
    int64_t *sorted = dp_xcalloc(values, sizeof *sorted);
    for (size_t i = 0; i < list->count; i++)
        if (concerns(&list->items[i], of) && list->items[i].fact.kind == asked.kind &&
            (list->items[i].fact.flags & asked.flags) == asked.flags)
            sorted[at++] = list->items[i].fact.value;
    qsort(sorted, values, sizeof *sorted, compare_values);
    mean(list, of, asked, VALUE, 1, figures, first);
    dp_figures_set(figures, first + 1, sorted[values - 1]);
    for (int i = 0; i < 4; i++) {
        int64_t rank = (percents[i] * (int64_t)values + 99) / 100;
        dp_figures_set(figures, first + 2 + (enum dp_figure)i, sorted[rank - 1]);
    }
    free(sorted);
}

size_t dp_recount(const struct dp_fact_list *list, const struct dp_recount *of,
                  struct dp_figures *figures)
{
    static const enum dp_figure counts[DP_FACT_KINDS] = {
        DP_FIGURE_OFFERED, DP_FIGURE_RESPONSES,  DP_FIGURE_REPLIES,        DP_FIGURE_ABANDONS,
        DP_FIGURE_HANDLES, DP_FIGURE_TRANSFERS,  DP_FIGURE_DECLINES,       DP_FIGURE_OUTCOMES,
        DP_FIGURE_RATINGS, DP_FIGURE_COMPLAINTS, DP_FIGURE_QUALITY_CHECKS, DP_FIGURES};
    const struct asked resolved = {DP_FACT_OUTCOME, DP_FACT_RESOLVED, 0},
                       timed = {DP_FACT_OUTCOME, DP_FACT_TIMED, 0},
                       handles = {DP_FACT_HANDLE, 0, 0};
    int64_t n[DP_FACT_KINDS], facts = 0;
    figures->present = 0;
    for (enum dp_fact_kind kind = 0; kind < DP_FACT_MEASURED; kind++) {
        n[kind] = count(list, of, (struct asked){kind, 0, 0});
        if (counts[kind] < DP_FIGURES)
            dp_figures_set(figures, counts[kind], n[kind]);
        facts += n[kind];
    }
    int64_t brief = count(list, of, (struct asked){DP_FACT_ABANDON, DP_FACT_SHORT, 0});
    int64_t solved = count(list, of, resolved);
    dp_figures_set(figures, DP_FIGURE_SHORT_ABANDONS, brief);
    dp_figures_set(figures, DP_FIGURE_RESOLVED, solved);
    dp_figures_set(figures, DP_FIGURE_QUALITY_FATALS,
                   count(list, of, (struct asked){DP_FACT_QUALITY, DP_FACT_FATAL, 0}));

    distribution(list, of, (struct asked){DP_FACT_RESPONSE, 0, 0}, figures,
                 DP_FIGURE_RESPONSE_MEAN);
    distribution(list, of, (struct asked){DP_FACT_REPLY, 0, 0}, figures, DP_FIGURE_REPLY_MEAN);
    distribution(list, of, handles, figures, DP_FIGURE_HANDLE_MEAN);
    distribution(list, of, timed, figures, DP_FIGURE_RESOLVE_MEAN);
    mean(list, of, handles, TALK, 1, figures, DP_FIGURE_TALK_MEAN);
    mean(list, of, handles, HOLD, 1, figures, DP_FIGURE_HOLD_MEAN);
    mean(list, of, handles, WRAP, 1, figures, DP_FIGURE_WRAP_MEAN);

    int64_t lost = n[DP_FACT_ABANDON] - brief, asked = n[DP_FACT_RESPONSE] + lost;
    share(figures, DP_FIGURE_SERVICE_LEVEL,
          count(list, of, (struct asked){DP_FACT_RESPONSE, DP_FACT_IN_TARGET, 0}), asked);
    share(figures, DP_FIGURE_ANSWER_RATE, n[DP_FACT_RESPONSE], asked);
    share(figures, DP_FIGURE_ABANDON_RATE, lost, asked);
    share(figures, DP_FIGURE_ANSWERED_30S_RATE,
          count(list, of, (struct asked){DP_FACT_RESPONSE, 0, 30000}), n[DP_FACT_RESPONSE]);
    share(figures, DP_FIGURE_RESOLUTION_RATE, solved, n[DP_FACT_OUTCOME]);
    share(figures, DP_FIGURE_RESOLVED_24H_RATE,
          count(list, of, (struct asked){DP_FACT_OUTCOME, DP_FACT_TIMED, DP_DAY_MS}),
          n[DP_FACT_OUTCOME]);
    share(figures, DP_FIGURE_FCR_RATE,
          count(list, of, (struct asked){DP_FACT_OUTCOME, DP_FACT_FCR, 0}), n[DP_FACT_OUTCOME]);
    share(figures, DP_FIGURE_REPEAT_CONTACT_RATE,
          solved - count(list, of, (struct asked){DP_FACT_OUTCOME, DP_FACT_FCR, 0}), solved);
    share(figures, DP_FIGURE_URGENT_5M_RATE,
          count(list, of, (struct asked){DP_FACT_OUTCOME, DP_FACT_URGENT | DP_FACT_TIMED, 300000}),
          count(list, of, (struct asked){DP_FACT_OUTCOME, DP_FACT_URGENT, 0}));
    share(figures, DP_FIGURE_HIGH_24H_RATE,
          count(list, of, (struct asked){DP_FACT_OUTCOME, DP_FACT_HIGH | DP_FACT_TIMED, DP_DAY_MS}),
          count(list, of, (struct asked){DP_FACT_OUTCOME, DP_FACT_HIGH, 0}));
    share(figures, DP_FIGURE_TRANSFER_RATE, n[DP_FACT_TRANSFER], n[DP_FACT_HANDLE]);
    share(figures, DP_FIGURE_REPLY_3M_RATE,
          count(list, of, (struct asked){DP_FACT_REPLY, 0, 180000}), n[DP_FACT_REPLY]);
    share(figures, DP_FIGURE_MESSAGE_REPLY_RATE,
          count(list, of, (struct asked){DP_FACT_CONVERSATION, DP_FACT_REPLIED, 0}),
          count(list, of, (struct asked){DP_FACT_CONVERSATION, DP_FACT_ASKED, 0}));
    int64_t said = sum(list, of, DP_FACT_CONVERSATION, VALUE);
    share(figures, DP_FIGURE_AGENT_TALK_SHARE, said,
          said + sum(list, of, DP_FACT_CONVERSATION, HOLD));
    mean(list, of, (struct asked){DP_FACT_RATING, 0, 0}, VALUE, DP_SCORE_UNIT / 1000000, figures,
         DP_FIGURE_SATISFACTION_MEAN);
    share(figures, DP_FIGURE_SATISFIED_RATE,
          count(list, of, (struct asked){DP_FACT_RATING, DP_FACT_SATISFIED, 0}), n[DP_FACT_RATING]);
    share(figures, DP_FIGURE_COMPLAINT_RATE, n[DP_FACT_COMPLAINT], n[DP_FACT_HANDLE]);
    mean(list, of, (struct asked){DP_FACT_QUALITY, 0, 0}, VALUE, DP_SCORE_UNIT / 1000000, figures,
         DP_FIGURE_QUALITY_MEAN);
    return (size_t)facts;
}

void dp_recount_service_level(const struct dp_fact_list *list, const struct dp_recount *of,
                              enum dp_formula formula, struct dp_figures *figures)
{
    int64_t good = count(list, of, (struct asked){DP_FACT_RESPONSE, DP_FACT_IN_TARGET, 0});
    int64_t early = count(list, of, (struct asked){DP_FACT_ABANDON, DP_FACT_IN_TARGET, 0});
    int64_t brief = count(list, of, (struct asked){DP_FACT_ABANDON, DP_FACT_SHORT, 0});
    int64_t answers = count(list, of, (struct asked){DP_FACT_RESPONSE, 0, 0});
    int64_t all = answers + count(list, of, (struct asked){DP_FACT_ABANDON, 0, 0});
    int64_t offers = count(list, of, (struct asked){DP_FACT_OFFERED, 0, 0});
    if (of->queue)
        offers -= count(list, of, (struct asked){DP_FACT_OFFERED, DP_FACT_OUTSIDE, 0});
    int64_t wholes[DP_FORMULAS] = {all - brief, answers, all, offers - brief, all - early, all};
    int64_t part = good + (formula == DP_CREDIT_ABANDONS ? early : 0), whole = wholes[formula];
    figures->present &= ~(UINT64_C(1) << DP_FIGURE_SERVICE_LEVEL);
    if (whole > 0)
        share(figures, DP_FIGURE_SERVICE_LEVEL, part < whole ? part : whole, whole);
}

void dp_recount_fcr(struct dp_fact_list *all, const size_t *contacts, const uint32_t *customers,
                    int64_t window_ms)
{
    for (size_t i = 0; i < all->count; i++) {
        struct dp_fact *fact = &all->items[i].fact;
        if (fact->kind != DP_FACT_OUTCOME || !(fact->flags & DP_FACT_RESOLVED))
            continue;
        bool back = false;
        for (size_t j = 0; j < all->count; j++) {
            const struct dp_fact *offer = &all->items[j].fact;
            back |= offer->kind == DP_FACT_OFFERED && customers[i] &&
                    customers[j] == customers[i] && contacts[j] != contacts[i] &&
                    offer->time_ms > fact->time_ms && offer->time_ms <= fact->time_ms + window_ms;
        }
        if (!back)
            fact->flags |= DP_FACT_FCR;
    }
}
