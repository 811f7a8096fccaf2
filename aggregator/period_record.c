#include "aggregator/period_record.h"

#include <stdlib.h>

#include "common/memory.h"
#include "common/varint.h"

/* In place of a number of values. */
#define MANY (DP_SPREAD_FEW + 1)

/* Bounds far above what can be, that keep sums of a few from overflowing. */
#define AMOUNT_MAX (INT64_MAX / 1024)
#define TIME_MAX   INT64_C(253402387200000) /* the year 9999 */
#define LENGTH_MAX UINT32_C(40000000)       /* seconds: more than a year */

void dp_period_bytes_deinit(struct dp_period_bytes *bytes)
{
    free(bytes->bytes);
}

/* ---------------------------------------------------------------- writing */

static void put(struct dp_period_bytes *out, uint64_t number)
{
    if (out->capacity - out->len < DP_VARINT_MAX) {
        out->capacity += out->capacity / 2 + 256;
        out->bytes = dp_xrealloc(out->bytes, out->capacity);
    }
    out->len = (size_t)(dp_varint_put(out->bytes + out->len, number) - out->bytes);
}

static void put_signed(struct dp_period_bytes *out, int64_t number)
{
    put(out, dp_varint_fold(number));
}

static void put_many(struct dp_period_bytes *out, const struct dp_spread *spread)
{
    size_t used = 0;
    for (size_t i = 0; i < spread->used; i++)
        used += spread->counts[i] > 0;
    put(out, used);
    unsigned before = 0;
    for (size_t i = 0; i < spread->used; i++) {
        if (!spread->counts[i])
            continue;
        put(out, spread->first + i - before);
        put(out, spread->counts[i]);
        before = spread->first + (unsigned)i;
    }
    put(out, (uint64_t)spread->below);
    put(out, spread->top_count);
    for (size_t i = 0; i < spread->top_count; i++) {
        put(out, (uint64_t)spread->tops[i].value);
        put(out, spread->tops[i].count);
    }
}

/* The number of values, if they are few, and those; or MANY. */
static void put_spread(struct dp_period_bytes *out, const struct dp_spread *spread)
{
    bool many = spread && spread->count && spread->counts;
    put(out, many ? MANY : spread ? spread->count : 0);
    if (many)
        put_many(out, spread);
    for (size_t i = 0; spread && !many && i < spread->count; i++)
        put(out, (uint64_t)spread->values[i]);
}

static void put_agent(struct dp_period_bytes *out, const struct dp_period_agent *agent)
{
    put(out, agent != NULL);
    if (!agent)
        return;
    for (size_t i = 0; i < DP_AGENT_STATES; i++)
        put_signed(out, agent->state_ms[i]);
    for (size_t i = 0; i < DP_MEASURES; i++) {
        put(out, agent->measured[i]);
        put_signed(out, (int64_t)agent->measured_sums[i]);
    }
    put(out, agent->days_worked);
}

void dp_period_record_write(struct dp_period_bytes *out, const struct dp_periods *periods)
{
    out->len = 0;
    put(out, periods->count);
    for (uint32_t i = 0; i < periods->count; i++) {
        const struct dp_period *item = &periods->items[i];
        put(out, item->kind);
        put_signed(out, item->span.from_ms);
        put(out, (uint64_t)(item->span.to_ms - item->span.from_ms) / 1000);
        for (size_t n = 0; n < DP_COUNTS; n++)
            put(out, item->totals.counts[n]);
        for (size_t n = 0; n < DP_SUMS; n++)
            put_signed(out, (int64_t)item->totals.sums[n]);
        for (size_t n = 0; n < DP_SPREADS; n++)
            put_spread(out, item->spreads[n]);
        put_agent(out, item->agent);
    }
}

/* ---------------------------------------------------------------- reading */

struct reader {
    const char *at, *end;
    bool malformed;
};

static uint64_t get(struct reader *reader)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
        unsigned byte = (unsigned char)*reader->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
    reader->malformed = true;
    reader->at = reader->end;
    return 0;
}

/* One that is at most `most`. */
static uint32_t get_upto(struct reader *reader, uint32_t most)
{
    uint64_t number = get(reader);
    if (number <= most)
        return (uint32_t)number;
    reader->malformed = true;
    return 0;
}

/* One of that size at most, either side of 0. */
static int64_t get_signed(struct reader *reader, int64_t most)
{
    uint64_t number = get(reader);
    int64_t value = dp_varint_unfold(number);
    if (value >= -most && value <= most)
        return value;
    reader->malformed = true;
    return 0;
}

/* A value of a spread. */
static int64_t get_value(struct reader *reader)
{
    uint64_t number = get(reader);
    if (number <= (uint64_t)AMOUNT_MAX)
        return (int64_t)number;
    reader->malformed = true;
    return 0;
}

static void get_tops(struct reader *reader, struct dp_spread *spread)
{
    spread->below = get_value(reader);
    uint32_t count = get_upto(reader, DP_SPREAD_TOPS);
    if (!count)
        return;
    spread->tops = dp_xmalloc(DP_SPREAD_TOPS * sizeof *spread->tops);
    spread->top_count = (uint8_t)count;
    spread->top_capacity = DP_SPREAD_TOPS;
    for (uint32_t i = 0; i < count; i++) {
        spread->tops[i] = (struct dp_spread_top){get_value(reader), 0};
        spread->tops[i].count = get_upto(reader, UINT32_MAX);
        if (i && spread->tops[i].value >= spread->tops[i - 1].value)
            reader->malformed = true;
    }
}

static void get_many(struct reader *reader, struct dp_spread *spread)
{
    uint32_t used = get_upto(reader, DP_SPREAD_BUCKETS);
    unsigned bucket = 0;
    reader->malformed |= !used;
    for (uint32_t i = 0; i < used && !reader->malformed; i++) {
        uint32_t step = get_upto(reader, DP_SPREAD_BUCKETS - 1);
        bucket += step;
        if ((i && !step) || bucket >= DP_SPREAD_BUCKETS)
            reader->malformed = true;
        else
            dp_spread_add(spread, bucket, get_upto(reader, UINT32_MAX));
    }
    get_tops(reader, spread);
}

static struct dp_spread *get_spread(struct reader *reader)
{
    uint32_t count = get_upto(reader, MANY);
    if (!count)
        return NULL;
    struct dp_spread *spread = dp_xcalloc(1, sizeof *spread);
    if (count == MANY)
        get_many(reader, spread);
    for (uint32_t i = 0; count != MANY && i < count && !reader->malformed; i++)
        dp_spread_put(spread, get_value(reader));
    return spread;
}

static void get_agent(struct reader *reader, struct dp_period *period)
{
    if (!get_upto(reader, 1))
        return;
    struct dp_period_agent *agent = dp_period_agent(period);
    for (size_t i = 0; i < DP_AGENT_STATES; i++)
        agent->state_ms[i] = get_signed(reader, AMOUNT_MAX);
    for (size_t i = 0; i < DP_MEASURES; i++) {
        agent->measured[i] = get_upto(reader, UINT32_MAX);
        agent->measured_sums[i] = (uint64_t)get_signed(reader, AMOUNT_MAX);
    }
    agent->days_worked = get_upto(reader, UINT32_MAX);
}

static void get_period(struct reader *reader, struct dp_period *period)
{
    enum dp_period_kind kind = get_upto(reader, DP_PERIOD_KINDS - 1);
    struct dp_span span = {.from_ms = get_signed(reader, TIME_MAX)};
    span.to_ms = span.from_ms + 1000 * (int64_t)get_upto(reader, LENGTH_MAX);
    if (span.to_ms == span.from_ms)
        reader->malformed = true;
    dp_period_init(period, kind, span);
    for (size_t i = 0; i < DP_COUNTS; i++)
        period->totals.counts[i] = get_upto(reader, UINT32_MAX);
    for (size_t i = 0; i < DP_SUMS; i++)
        period->totals.sums[i] = (uint64_t)get_signed(reader, AMOUNT_MAX);
    for (size_t i = 0; i < DP_SPREADS; i++)
        period->spreads[i] = get_spread(reader);
    get_agent(reader, period);
}

bool dp_period_record_read(struct dp_str bytes, struct dp_periods *periods)
{
    struct reader reader = {bytes.p, bytes.p + bytes.len, false};
    uint64_t count = get(&reader);
    while (count-- > 0 && !reader.malformed) {
        struct dp_period *item = dp_periods_add(periods);
        get_period(&reader, item);
    }
    if (reader.malformed || reader.at != reader.end) {
        dp_periods_clear(periods);
        return false;
    }
    periods->changed = periods->count > 0;
    return true;
}
