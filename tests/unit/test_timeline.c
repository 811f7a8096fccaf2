#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/timeline.h"

static uint64_t random_state, seed;

static int64_t chance(int64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (int64_t)((random_state * UINT64_C(0x2545F4914F6CDD1D) >> 16) % (uint64_t)below);
}

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    print_error("seed %lu: %s\n", (unsigned long)seed, what);
    fail();
}

static struct dp_fact fact_at(int64_t time_ms, int64_t value, enum dp_fact_kind kind)
{
    return (struct dp_fact){.time_ms = time_ms,
                            .value = value,
                            .kind = (uint64_t)kind & 0xff,
                            .channel = (uint64_t)(value & 3)};
}

/* Now and then one with spans, or one that needs a chunk of whole facts. */
static void make_odd(struct dp_fact *fact)
{
    switch (chance(40)) {
    case 0:
        fact->hold_ms = 5;
        fact->wrap_ms = (1 << 22) - 1;
        break;
    case 1:
        fact->value += INT64_C(1) << 48;
        break;
    case 2:
        fact->hold_ms = chance(9) & 0xf;
        fact->wrap_ms = 1 << 22;
        break;
    case 3:
        fact->hold_ms = 1;
        fact->value += INT64_C(1) << 32;
        break;
    case 4:
        fact->flags = 0xf000;
        break;
    default:
        fact->flags = (uint64_t)chance(1 << 13) & 0x1fff;
        break;
    }
}

/* The time of the latest fact on a shelf; facts on it are not earlier than `before`. */
static int64_t expect_sound_shelf(const struct dp_shelf *shelf, int64_t before)
{
    check(shelf->head < shelf->tail && shelf->tail <= shelf->capacity, "bounds of a shelf");
    for (size_t i = shelf->head; i < shelf->tail; i++) {
        const struct dp_chunk *chunk = &shelf->chunks[i];
        int64_t first = INT64_MAX, last = INT64_MIN, latest = before;
        check(chunk->begin < chunk->end && chunk->end <= chunk->capacity, "bounds of a chunk");
        for (size_t at = chunk->begin; at < chunk->end; at++) {
            struct dp_fact one = dp_chunk_fact(chunk, at), *fact = &one;
            check(fact->time_ms >= (chunk->mixed ? before : last), "order");
            first = fact->time_ms < first ? fact->time_ms : first;
            latest = fact->time_ms > latest ? fact->time_ms : latest;
            check(chunk->holds & dp_metric_bit(dp_metric_of(fact), (enum dp_channel)fact->channel),
                  "what it holds");
            last = fact->time_ms;
        }
        check(first >= before, "order of chunks");
        check(chunk->first_ms == first && chunk->last_ms == latest, "first and last time");
        before = latest;
    }
    return before;
}

static void expect_sound(const struct dp_timeline *timeline)
{
    const struct dp_shelf_row *row = timeline->row;
    int64_t before = INT64_MIN;
    if (row)
        check(row->head < row->tail && row->tail <= row->capacity, "bounds of the row");
    for (size_t i = row ? row->head : 0; row && i < row->tail; i++) {
        const struct dp_shelf *shelf = &row->items[i].shelf;
        if (i > row->head)
            check(row->items[i].from_ms >= before, "where a shelf begins: none before it is later");
        before = expect_sound_shelf(shelf, i > row->head ? row->items[i].from_ms : INT64_MIN);
    }
    if (row || !dp_timeline_empty(timeline))
        expect_sound_shelf(&timeline->latest, before);
}

static size_t shelves(const struct dp_timeline *timeline)
{
    return timeline->row ? timeline->row->tail - timeline->row->head + 1 : 1;
}

static size_t chunks(const struct dp_timeline *timeline)
{
    const struct dp_shelf_row *row = timeline->row;
    size_t count = (size_t)(timeline->latest.tail - timeline->latest.head);
    for (size_t i = row ? row->head : 0; row && i < row->tail; i++)
        count += (size_t)(row->items[i].shelf.tail - row->items[i].shelf.head);
    return count;
}

static void expect_nothing(const struct dp_timeline *timeline)
{
    check(dp_timeline_empty(timeline) && !timeline->latest.chunks && !timeline->row &&
              dp_timeline_bytes(timeline) == 0,
          "nothing is left");
}

/* What a walk over (after, until] meets: how many facts, and the sum of their values. */
struct met {
    size_t count, wanted;
    int64_t sum;
};

static struct met walk(const struct dp_timeline *timeline, int64_t after_ms, int64_t until_ms,
                       uint32_t wanted)
{
    struct met met = {0};
    int64_t last = after_ms;
    struct dp_timeline_walk walk = dp_timeline_walk(timeline, after_ms, until_ms, wanted);
    struct dp_fact fact;
    while (dp_timeline_walk_next(&walk, &fact)) {
        check(fact.time_ms > after_ms && fact.time_ms <= until_ms, "range");
        check(fact.time_ms >= last, "order of the walk");
        last = fact.time_ms;
        met.count++;
        met.sum += fact.value;
        met.wanted += wanted >> (dp_metric_of(&fact) * DP_CHANNELS + (unsigned)fact.channel) & 1;
    }
    check(!dp_timeline_walk_next(&walk, &fact), "the end stays the end");
    return met;
}

static void expect_ranges(const struct dp_timeline *timeline, const struct dp_fact *facts,
                          size_t count, int64_t range)
{
    for (int i = 0; i < 3; i++) {
        int64_t after = chance(range) - 5, until = after + chance(range) - 3;
        uint32_t wanted = dp_metric_bit((enum dp_metric)chance(5), (enum dp_channel)chance(4));
        struct met want = {0};
        int64_t next = INT64_MAX;
        for (size_t j = 0; j < count; j++) {
            if (facts[j].time_ms > after && facts[j].time_ms < next)
                next = facts[j].time_ms;
            if (facts[j].time_ms <= after || facts[j].time_ms > until)
                continue;
            want.count++;
            want.sum += facts[j].value;
            want.wanted +=
                wanted >> (dp_metric_of(&facts[j]) * DP_CHANNELS + (unsigned)facts[j].channel) & 1;
        }
        struct met all = walk(timeline, after, until, DP_METRIC_ANY);
        check(all.count == want.count && all.sum == want.sum, "facts of a range");
        check(walk(timeline, after, until, wanted).wanted == want.wanted, "wanted facts");
        check(dp_timeline_next_ms(timeline, after) == next, "first fact after");
    }
}

enum { MOST = 2000 };

static void test_random(void **state)
{
    (void)state;
    static struct dp_fact facts[MOST];
    for (seed = 1; seed <= 150; seed++) {
        random_state = seed * UINT64_C(0x9E3779B97F4A7C15);
        struct dp_timeline timeline = {0};
        size_t count = 0;
        /* Some within a moment, and some over more than a chunk's 49 days. */
        int64_t range = chance(2) ? 40 : chance(2) ? 100000 : INT64_C(10000000000), floor = 0;
        for (int step = 0; step < 60; step++) {
            for (int64_t n = chance(40); n > 0 && count < MOST; n--) {
                int64_t time = chance(3) ? chance(range) : range * step / 60;
                facts[count] = fact_at(time, chance(9), (enum dp_fact_kind)chance(DP_FACT_KINDS));
                if (seed % 3 == 0)
                    make_odd(&facts[count]);
                dp_timeline_put(&timeline, &facts[count++]);
            }
            for (int64_t n = chance(25); n > 0 && count > 0; n--) {
                size_t at = (size_t)chance((int64_t)count);
                struct dp_fact taken, like = facts[at];
                like.flags ^= DP_FACT_IN_TARGET;
                check(dp_timeline_take(&timeline, &like, &taken), "a fact is found");
                check(dp_fact_equal(&taken, &facts[at]), "the stored fact is handed out");
                facts[at] = facts[--count];
            }
            if (chance(6) == 0) {
                floor += chance(range / 20);
                dp_timeline_drop(&timeline, floor);
                for (size_t i = count; i-- > 0;)
                    if (facts[i].time_ms <= floor)
                        facts[i] = facts[--count];
            }
            expect_sound(&timeline);
            expect_ranges(&timeline, facts, count, range);
            check(walk(&timeline, INT64_MIN, INT64_MAX, DP_METRIC_ANY).count == count, "count");
            check(dp_timeline_empty(&timeline) == (count == 0), "empty");
        }
        while (count > 0) {
            struct dp_fact taken;
            check(dp_timeline_take(&timeline, &facts[--count], &taken), "the rest is found");
        }
        expect_nothing(&timeline);
    }
}

static void test_take_of_what_is_not_there(void **state)
{
    (void)state;
    struct dp_timeline timeline = {0};
    struct dp_fact fact = fact_at(10, 1, DP_FACT_REPLY), taken;
    assert_false(dp_timeline_take(&timeline, &fact, &taken));
    dp_timeline_put(&timeline, &fact);
    struct dp_fact other = fact;
    other.flags = DP_FACT_FCR;
    assert_false(dp_timeline_take(&timeline, &other, &taken));
    other = fact;
    other.time_ms = 9;
    assert_false(dp_timeline_take(&timeline, &other, &taken));
    other.time_ms = 11;
    assert_false(dp_timeline_take(&timeline, &other, &taken));
    assert_true(dp_timeline_take(&timeline, &fact, &taken));
    assert_false(dp_timeline_take(&timeline, &fact, &taken));
}

/* How facts come. */
enum order { IN_ORDER, IN_TURNS, BACKWARDS, ANYHOW, ORDERS };

enum { MANY = 60000, TURNS = 8 };

/* The time of the fact that comes as the `i`th, of MANY. */
static int64_t time_of(enum order order, int64_t i)
{
    switch (order) {
    case IN_ORDER:
        return i;
    case IN_TURNS: /* of sources that are each in order, and far apart */
        return (i / 1000 / TURNS * 1000 + i % 1000 + i / 1000 % TURNS * 3000) * 2 + chance(50);
    case BACKWARDS:
        return MANY - i;
    default:
        return chance(MANY);
    }
}

static int earlier(const void *a, const void *b)
{
    const struct dp_fact *one = a, *other = b;
    return one->time_ms != other->time_ms
               ? (one->time_ms > other->time_ms ? 1 : -1)
               : (one->value > other->value) - (one->value < other->value);
}

/* The facts are those, which are in order of time and value. */
static void expect_all(const struct dp_timeline *timeline, const struct dp_fact *facts,
                       size_t count)
{
    static struct dp_fact met[MANY];
    size_t at = 0;
    struct dp_timeline_walk walk = dp_timeline_walk(timeline, INT64_MIN, INT64_MAX, DP_METRIC_ANY);
    for (; at < count && dp_timeline_walk_next(&walk, &met[at]); at++)
        check(at == 0 || met[at].time_ms >= met[at - 1].time_ms, "order of the walk");
    struct dp_fact beyond;
    check(at == count && !dp_timeline_walk_next(&walk, &beyond), "how many there are");
    qsort(met, count, sizeof *met, earlier);
    for (size_t i = 0; i < count; i++)
        check(dp_fact_equal(&met[i], &facts[i]), "a fact");
}

/* The walk goes on from where that up to `until_ms` ended, and from wrong places too. */
static void expect_places(const struct dp_timeline *timeline, const struct dp_fact *facts,
                          size_t count, int64_t until_ms)
{
    struct dp_fact fact;
    struct dp_timeline_walk walk =
        dp_timeline_walk(timeline, until_ms - chance(300), until_ms, DP_METRIC_ANY);
    while (dp_timeline_walk_next(&walk, &fact))
        ;
    size_t first = 0;
    while (first < count && facts[first].time_ms <= until_ms)
        first++;
    struct dp_timeline_walk same = walk;
    struct dp_timeline_place place = dp_timeline_walk_place(&same);
    int64_t next_ms = dp_timeline_walk_beyond_ms(&walk);
    check(next_ms == (first < count ? facts[first].time_ms : INT64_MAX), "the time beyond");
    if (first == count)
        return;
    size_t latest = timeline->row ? timeline->row->tail : 0;
    const struct dp_shelf *shelf =
        place.shelf == latest ? &timeline->latest : &timeline->row->items[place.shelf].shelf;
    check(dp_chunk_time(&shelf->chunks[place.chunk], place.at) == next_ms, "the place beyond");
    for (int i = 0; i < 6; i++) {
        walk = dp_timeline_walk_from(timeline, place, until_ms, next_ms, INT64_MAX);
        for (size_t at = first; at < count && at < first + 200; at++)
            check(dp_timeline_walk_next(&walk, &fact) && fact.time_ms == facts[at].time_ms,
                  "the walk from there");
        place.shelf += (uint32_t)(chance(3) - 1);
        place.chunk = (uint16_t)(place.chunk + chance(3) - 1);
        place.at = (uint16_t)(place.at + chance(3) - 1);
    }
}

/* Many shelves: facts come in each order; then they are taken from all over or dropped, while
 * others come. */
static void test_many(void **state)
{
    (void)state;
    static struct dp_fact facts[MANY];
    for (seed = 1; seed <= 2 * ORDERS; seed++) {
        enum order order = (enum order)(seed % ORDERS);
        bool drops = seed > ORDERS;
        random_state = seed * UINT64_C(0x9E3779B97F4A7C15);
        struct dp_timeline timeline = {0};
        for (int64_t i = 0; i < MANY; i++) {
            facts[i] = fact_at(time_of(order, i), i, (enum dp_fact_kind)chance(DP_FACT_KINDS));
            dp_timeline_put(&timeline, &facts[i]);
        }
        check(shelves(&timeline) > 10, "several shelves");
        int64_t floor = INT64_MIN;
        for (size_t count = MANY; count > 0;) {
            qsort(facts, count, sizeof *facts, earlier);
            expect_sound(&timeline);
            expect_all(&timeline, facts, count);
            for (int i = 0; i < 20; i++)
                expect_places(&timeline, facts, count, facts[chance((int64_t)count)].time_ms);
            const struct dp_shelf_row *row = timeline.row;
            for (size_t i = row ? row->head + 1 : 0; row && i < row->tail && i < 20; i++)
                expect_places(&timeline, facts, count, row->items[i].from_ms);
            if (drops) {
                floor = facts[count < 10 ? count - 1 : (size_t)chance((int64_t)count / 2)].time_ms;
                dp_timeline_drop(&timeline, floor);
            }
            size_t taken = drops ? 0 : count < 10 ? count : count / 2, left = 0;
            for (size_t i = 0; i < count; i++) {
                bool take = i * taken / count != (i + 1) * taken / count;
                struct dp_fact found;
                if (take)
                    check(dp_timeline_take(&timeline, &facts[i], &found) &&
                              dp_fact_equal(&found, &facts[i]),
                          "a fact is found");
                else if (facts[i].time_ms > floor)
                    facts[left++] = facts[i];
            }
            count = left;
            for (size_t i = 0; i < left / 8 && count < MANY; i++) {
                int64_t time_ms = facts[chance((int64_t)left)].time_ms - chance(100);
                facts[count] = fact_at(time_ms > floor ? time_ms : floor + 1, (int64_t)(MANY + i),
                                       DP_FACT_REPLY);
                dp_timeline_put(&timeline, &facts[count++]);
            }
        }
        expect_nothing(&timeline);
    }
}

static void test_take_from_a_shelf_that_is_gone(void **state)
{
    (void)state;
    struct dp_timeline timeline = {0};
    struct dp_fact fact = fact_at(0, 1, DP_FACT_REPLY), taken;
    for (fact.time_ms = 0; fact.time_ms < MANY; fact.time_ms++)
        dp_timeline_put(&timeline, &fact);
    for (int64_t end = 0; end < MANY - 10000; end += DP_SHELF_CHUNKS * DP_CHUNK_FACTS) {
        fact.time_ms = end + 20;
        assert_true(dp_timeline_take(&timeline, &fact, &taken));
        dp_timeline_drop(&timeline, end + DP_SHELF_CHUNKS * DP_CHUNK_FACTS - 1);
        fact.time_ms = end + 30;
        assert_false(dp_timeline_take(&timeline, &fact, &taken));
    }
    expect_sound(&timeline);
    dp_timeline_deinit(&timeline);
}

/* Taken from the end, the shelf before becomes the latest; from the middle, whole shelves go. */
static void test_shelves_go(void **state)
{
    (void)state;
    for (int64_t from = 0; from <= MANY / 2; from += MANY / 4) {
        struct dp_timeline timeline = {0};
        for (int64_t i = 0; i < MANY; i++) {
            struct dp_fact fact = fact_at(i, i, DP_FACT_REPLY);
            dp_timeline_put(&timeline, &fact);
        }
        size_t before = shelves(&timeline);
        for (int64_t i = from; i < from + MANY / 2; i++) {
            struct dp_fact fact = fact_at(i, i, DP_FACT_REPLY), taken;
            assert_true(dp_timeline_take(&timeline, &fact, &taken));
        }
        expect_sound(&timeline);
        assert_true(shelves(&timeline) <= before / 2 + 2);
        assert_int_equal(walk(&timeline, INT64_MIN, INT64_MAX, DP_METRIC_ANY).count, MANY / 2);
        dp_timeline_drop(&timeline, INT64_MAX);
        expect_nothing(&timeline);
    }
}

/* The windows move on, while some facts come late, and some of those go again. */
static void test_late_ones_while_it_moves_on(void **state)
{
    (void)state;
    enum { LENGTH = 40000, LATE = 30000 };
    struct dp_timeline timeline = {0};
    random_state = 7;
    int64_t late = 0;
    for (int64_t i = 0; i < 10 * LENGTH; i++) {
        struct dp_fact fact = fact_at(i, 0, DP_FACT_REPLY), taken;
        dp_timeline_put(&timeline, &fact);
        dp_timeline_drop(&timeline, i - LENGTH);
        if (i > LENGTH && i % 4 == 0) { /* in runs */
            fact = fact_at(i - 1 - i / 5000 * 7919 % LATE, i, DP_FACT_RATING);
            dp_timeline_put(&timeline, &fact);
            if (i % 8 == 0)
                assert_true(dp_timeline_take(&timeline, &fact, &taken));
            else
                late += fact.time_ms > 9 * LENGTH - 1;
        }
        if (i % LENGTH == LENGTH - 1)
            expect_sound(&timeline);
    }
    assert_int_equal(walk(&timeline, INT64_MIN, INT64_MAX, DP_METRIC_ANY).count, LENGTH + late);
    dp_timeline_deinit(&timeline);
}

/* A place is of no use where facts of that time begin earlier, in another chunk or shelf. */
static void test_facts_of_one_time(void **state)
{
    (void)state;
    enum { COUNT = 64 * 64 + 200 };
    struct dp_timeline timeline = {0};
    struct dp_fact fact = fact_at(10, 3, DP_FACT_REPLY), taken;
    for (int i = 0; i < COUNT; i++)
        dp_timeline_put(&timeline, &fact);
    assert_int_equal(shelves(&timeline), 2);
    for (uint32_t shelf = 0; shelf < 3; shelf++)
        for (uint16_t chunk = 0; chunk < 3; chunk++) {
            struct dp_timeline_place place = {shelf, chunk, 0};
            struct dp_timeline_walk walk = dp_timeline_walk_from(&timeline, place, 9, 10, 10);
            int met = 0;
            while (dp_timeline_walk_next(&walk, &taken))
                met++;
            assert_int_equal(met, COUNT);
        }
    /* The one that is found last of all. */
    fact.value = 7;
    fact.time_ms = 9;
    dp_timeline_put(&timeline, &fact);
    fact.time_ms = 10;
    assert_false(dp_timeline_take(&timeline, &fact, &taken));
    fact.value = 3;
    for (int i = 0; i < COUNT; i++)
        assert_true(dp_timeline_take(&timeline, &fact, &taken));
    assert_false(dp_timeline_take(&timeline, &fact, &taken));
    assert_int_equal(dp_timeline_first_ms(&timeline), 9);
    dp_timeline_deinit(&timeline);
}

static void test_space(void **state)
{
    (void)state;
    struct dp_timeline timeline = {0};
    struct dp_fact fact = fact_at(1, 1, DP_FACT_REPLY);
    dp_timeline_put(&timeline, &fact);
    assert_int_equal(timeline.latest.chunks[0].capacity, 4);
    assert_null(timeline.row);
    dp_timeline_deinit(&timeline);

    /* In order, chunks and shelves are full; and nothing grows while as much goes as comes. */
    enum { COUNT = 64000, CHUNKS = COUNT / DP_CHUNK_FACTS };
    for (int i = 0; i < COUNT; i++) {
        fact.time_ms = i;
        dp_timeline_put(&timeline, &fact);
    }
    assert_int_equal(chunks(&timeline), CHUNKS);
    assert_int_equal(shelves(&timeline), (CHUNKS + DP_SHELF_CHUNKS - 1) / DP_SHELF_CHUNKS);
    size_t bytes = dp_timeline_bytes(&timeline);
    assert_true(bytes >= COUNT * sizeof(struct dp_packed) + CHUNKS * sizeof(struct dp_chunk));
    assert_true(bytes < 18 * COUNT);
    for (int i = COUNT; i < 20 * COUNT; i++) {
        fact.time_ms = i;
        dp_timeline_drop(&timeline, i - COUNT);
        dp_timeline_put(&timeline, &fact);
    }
    assert_true(dp_timeline_bytes(&timeline) < bytes + bytes / 20);
    assert_true(chunks(&timeline) <= CHUNKS + 1);
    assert_true(timeline.row->capacity <= 64);
    dp_timeline_deinit(&timeline);

    /* Out of order, at least half full but for the odd one. */
    random_state = 1;
    for (int i = 0; i < COUNT; i++) {
        fact.time_ms = chance(COUNT);
        dp_timeline_put(&timeline, &fact);
    }
    assert_true(chunks(&timeline) <= 2 * CHUNKS);
    assert_true(shelves(&timeline) <= 2 * chunks(&timeline) / DP_SHELF_CHUNKS + 1);
    dp_timeline_deinit(&timeline);

    /* So where all come to the last chunk of a full shelf. */
    for (int i = 0; i < COUNT; i++) {
        fact.time_ms = i * (int64_t)COUNT;
        dp_timeline_put(&timeline, &fact);
    }
    for (int i = COUNT; i-- > 0;) {
        fact.time_ms = (DP_SHELF_CHUNKS - 1) * DP_CHUNK_FACTS * (int64_t)COUNT + i;
        dp_timeline_put(&timeline, &fact);
    }
    assert_true(chunks(&timeline) <= 3 * CHUNKS + 1);
    assert_true(shelves(&timeline) <= 2 * chunks(&timeline) / DP_SHELF_CHUNKS + 1);
    dp_timeline_deinit(&timeline);
}

/* One shelf slides on as chunks go and come: it stays as small. */
static void test_one_shelf_slides(void **state)
{
    (void)state;
    struct dp_timeline timeline = {0};
    size_t most = 0;
    for (int i = 0; i < 100 * DP_CHUNK_FACTS; i++) {
        struct dp_fact fact = fact_at(i, 1, DP_FACT_REPLY);
        dp_timeline_drop(&timeline, i - 5 * DP_CHUNK_FACTS);
        dp_timeline_put(&timeline, &fact);
        most = timeline.latest.capacity > most ? timeline.latest.capacity : most;
    }
    assert_null(timeline.row);
    assert_true(most <= 12);
    dp_timeline_deinit(&timeline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_take_of_what_is_not_there),
        cmocka_unit_test(test_take_from_a_shelf_that_is_gone),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_shelves_go),
        cmocka_unit_test(test_late_ones_while_it_moves_on),
        cmocka_unit_test(test_facts_of_one_time),
        cmocka_unit_test(test_space),
        cmocka_unit_test(test_one_shelf_slides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
