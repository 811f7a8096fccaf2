/* Images of hashes against what Redis 7.0.15 gave by DUMP. That a server takes them, whatever the
 * values: tests/integration/test_hash_image.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sink/hash_image.h"

static void a_small_hash_is_as_redis_dumps_it(void **state)
{
    (void)state;
    static const char dumped[] = "\x10\x0c\x0c\x00\x00\x00\x02\x00\x81\x76\x02\x01\x01\xff\x0a\x00"
                                 "\x6b\x2e\x57\xfa\xcc\xab\xa0"
                                 "\x0c";
    struct dp_hash_image image = {0};
    for (int again = 0; again < 2; again++) {
        dp_hash_image_begin(&image);
        dp_hash_image_add(&image, DP_STR("v"));
        dp_hash_image_add_integer(&image, 1);
        struct dp_str made = dp_hash_image_end(&image);
        assert_int_equal(made.len, sizeof dumped - 1);
        assert_memory_equal(made.p, dumped, made.len);
    }
    dp_hash_image_deinit(&image);
}

static void numbers_of_every_width_are_as_redis_dumps_them(void **state)
{
    (void)state;
    static const char dumped[] = "\x10\x40\x55\x55\x00\x00\x00\x0a\x00\x88\x61\x73\x5f\x6f\x66\x5f"
                                 "\x6d\x73\x09\xf4\x00\x26\xac"
                                 "\xaa\x9a\x01\x00\x00\x09\x8d\x73\x65\x72\x76\x69\x63\x65\x5f\x6c"
                                 "\x65\x76\x65\x6c\x0e\x88\x30"
                                 "\x2e\x38\x30\x30\x30\x30\x30\x09\x87\x6f\x66\x66\x65\x72\x65\x64"
                                 "\x08\xf1\x78\xec\x03\x87\x68"
                                 "\x61\x6e\x64\x6c\x65\x73\x08\xf2\x70\x11\x01\x04\x81\x78\x02\xdf"
                                 "\xff\x02\xff\x0a\x00\xdb\x89"
                                 "\xeb\xcb\x52\x94\x08\x67";
    struct dp_hash_image image = {0};
    dp_hash_image_begin(&image);
    dp_hash_image_add(&image, DP_STR("as_of_ms"));
    dp_hash_image_add_integer(&image, 1763800000000);
    dp_hash_image_add(&image, DP_STR("service_level"));
    dp_hash_image_add(&image, DP_STR("0.800000"));
    dp_hash_image_add(&image, DP_STR("offered"));
    dp_hash_image_add_integer(&image, -5000);
    dp_hash_image_add(&image, DP_STR("handles"));
    dp_hash_image_add_integer(&image, 70000);
    dp_hash_image_add(&image, DP_STR("x"));
    dp_hash_image_add_integer(&image, -1);
    struct dp_str made = dp_hash_image_end(&image);
    assert_int_equal(made.len, sizeof dumped - 1);
    assert_memory_equal(made.p, dumped, made.len);
    dp_hash_image_deinit(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_hash_is_as_redis_dumps_it),
        cmocka_unit_test(numbers_of_every_width_are_as_redis_dumps_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
