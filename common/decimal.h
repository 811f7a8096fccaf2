/* Numbers as decimal text; printf would read its format again for each. Pure; any thread. */
#ifndef DP_DECIMAL_H
#define DP_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* Room for any number: a sign, 19 digits and a point, with some to spare. */
#define DP_DECIMAL_SIZE 24

/* `value` in decimal, at buf (not NUL-terminated); returns its length. */
size_t dp_decimal_integer(char buf[DP_DECIMAL_SIZE], int64_t value);

/* `millionths` as a fraction with six decimals: 800000 is "0.800000". Returns its length. */
size_t dp_decimal_millionths(char buf[DP_DECIMAL_SIZE], int64_t millionths);

#endif
