#include "centre.h"
#include "apply_one.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct dp_aggregator_options dp_centre_options(void)
{
    return (struct dp_aggregator_options){
        .windows = {2, {MINUTE, 5 * MINUTE}},
        .window_labels = {"1m", "5m"},
        .allowed_lateness_ms = MINUTE,
        .dedup_horizon_ms = HOUR,
        .short_abandon_ms = 5 * SECOND,
        .fcr_window_ms = DAY,
        .contact_ttl_ms = HOUR,
        .scope_ttl_ms = 2 * HOUR,
        .max_contacts = 1000,
        .max_waiting = 1000,
        .as_of_limit_ms = INT64_MAX,
        .timezone = "UTC",
        .period_keep_ms = INT64_C(34560000000),
        .period_interval_ms = 10000,
        .targets = {.target_ms = {0, 20 * SECOND, 60 * SECOND, DAY}},
    };
}

void dp_centre_open(struct dp_centre *centre, const struct dp_aggregator_options *options)
{
    *centre = (struct dp_centre){.agg = dp_aggregator_create(options)};
    assert_int_equal(dp_aggregator_add_partition(centre->agg), 0);
}

void dp_centre_open_usual(struct dp_centre *centre)
{
    struct dp_aggregator_options options = dp_centre_options();
    dp_centre_open(centre, &options);
}

void dp_centre_close(struct dp_centre *centre)
{
    dp_aggregator_destroy(centre->agg);
    dp_board_deinit(&centre->board);
}

void dp_centre_tell_from(struct dp_centre *centre, uint32_t slot, enum dp_verdict verdict,
                         const char *events)
{
    struct dp_story story = {.rest = events, .number = centre->number};
    for (struct dp_event event; dp_story_next(&story, &event);)
        assert_int_equal(dp_apply_one(centre->agg, slot, &event), verdict);
    centre->number = story.number;
}

void dp_centre_tell(struct dp_centre *centre, const char *events)
{
    dp_centre_tell_from(centre, 0, DP_ACCEPTED, events);
}

size_t dp_centre_advance(struct dp_centre *centre, int64_t t_ms)
{
    dp_aggregator_advance(centre->agg, t_ms);
    return dp_board_pull(&centre->board, centre->agg);
}

void dp_centre_expect(const struct dp_centre *centre, const char *key, const char *field,
                      int64_t value)
{
    int64_t number = dp_board_number(&centre->board, key, field);
    if (number != value)
        fail_msg("%s %s is %lld, not %lld", key, field, (long long)number, (long long)value);
}

void dp_centre_expect_text(const struct dp_centre *centre, const char *key, const char *text)
{
    const char *is = dp_board_text(&centre->board, key);
    if (!is != !text || (text && strcmp(is, text) != 0))
        fail_msg("%s is\n%s\nnot\n%s", key, is ? is : "(absent)", text ? text : "(absent)");
}

void dp_centre_expect_none(const struct dp_centre *centre, const char *key)
{
    dp_centre_expect_text(centre, key, NULL);
}
