/* Frames of the saved state: found as they were written, and never taken for what they are not. */
#include "sink/state_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CONTENTS "what a frame holds"
#define SIZE     (DP_STATE_FRAME_HEAD + sizeof CONTENTS - 1)

static struct dp_state_frame make(char bytes[SIZE], uint64_t number, uint64_t sum)
{
    struct dp_state_frame frame = {.begin = {1000, sum, number - 1},
                                   .t_ms = -5,
                                   .bytes = CONTENTS,
                                   .len = sizeof CONTENTS - 1};
    dp_state_frame_write(bytes, &frame);
    memcpy(bytes + DP_STATE_FRAME_HEAD, frame.bytes, frame.len);
    return frame;
}

static void a_frame_is_found_as_it_was_written(void **state)
{
    (void)state;
    char bytes[SIZE];
    struct dp_state_frame made = make(bytes, 7, 99), found = {.begin = made.begin};
    for (size_t len = 0; len < SIZE; len++)
        assert_int_equal(dp_state_frame_find(bytes, len, &found), DP_STATE_PART);
    assert_int_equal(dp_state_frame_find(bytes, SIZE, &found), DP_STATE_FRAME);
    assert_int_equal(found.len, made.len);
    assert_memory_equal(found.bytes, CONTENTS, made.len);
    assert_int_equal(found.t_ms, -5);
    assert_int_equal(found.end.number, 7);
    assert_int_equal(found.end.at, 1000 + SIZE);
    assert_true(found.end.sum == made.end.sum);
}

static void every_changed_bit_shows(void **state)
{
    (void)state;
    char bytes[SIZE];
    struct dp_state_frame made = make(bytes, 7, 99);
    for (size_t at = 0; at < SIZE; at++)
        for (int bit = 0; bit < 8; bit++) {
            struct dp_state_frame found = {.begin = made.begin};
            bytes[at] = (char)(bytes[at] ^ 1 << bit);
            assert_int_not_equal(dp_state_frame_find(bytes, SIZE, &found), DP_STATE_FRAME);
            bytes[at] = (char)(bytes[at] ^ 1 << bit);
        }
}

static void a_frame_of_another_history_is_none(void **state)
{
    (void)state;
    char bytes[SIZE];
    struct dp_state_frame made = make(bytes, 7, 99), found = {.begin = made.begin};
    found.begin.sum++;
    assert_int_equal(dp_state_frame_find(bytes, SIZE, &found), DP_STATE_DAMAGED);
    found.begin = made.begin;
    found.begin.number++;
    assert_int_equal(dp_state_frame_find(bytes, SIZE, &found), DP_STATE_DAMAGED);
}

static void another_format_is_told(void **state)
{
    (void)state;
    char bytes[SIZE];
    struct dp_state_frame made = make(bytes, 7, 99), found = {.begin = made.begin};
    bytes[4]++;
    assert_int_equal(dp_state_frame_find(bytes, SIZE, &found), DP_STATE_FOREIGN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_found_as_it_was_written),
        cmocka_unit_test(every_changed_bit_shows),
        cmocka_unit_test(a_frame_of_another_history_is_none),
        cmocka_unit_test(another_format_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
