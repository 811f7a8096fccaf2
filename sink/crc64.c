#include "sink/crc64.h"

#include <pthread.h>
#include <stdbool.h>

#define POLYNOMIAL UINT64_C(0x95ac9329ac4bc9b5) /* the highest power in the lowest bit */

/* By tables, eight bytes at a time --------------------------------------------------------------*/

static uint64_t table[8][256];

static uint64_t times_x(uint64_t value)
{
    return value >> 1 ^ (value & 1 ? POLYNOMIAL : 0);
}

static void make_table(void)
{
    for (unsigned n = 0; n < 256; n++) {
        uint64_t crc = n;
        for (int bit = 0; bit < 8; bit++)
            crc = times_x(crc);
        table[0][n] = crc;
    }
    for (unsigned n = 0; n < 256; n++)
        for (int i = 1; i < 8; i++)
            table[i][n] = table[i - 1][n] >> 8 ^ table[0][table[i - 1][n] & 255];
}

static uint64_t by_table(uint64_t crc, const unsigned char *bytes, size_t len)
{
    for (; len >= 8; bytes += 8, len -= 8) {
        uint64_t word = 0;
        for (int i = 0; i < 8; i++)
            word |= (uint64_t)bytes[i] << 8 * i;
        crc ^= word;
        crc = table[7][crc & 255] ^ table[6][crc >> 8 & 255] ^ table[5][crc >> 16 & 255] ^
              table[4][crc >> 24 & 255] ^ table[3][crc >> 32 & 255] ^ table[2][crc >> 40 & 255] ^
              table[1][crc >> 48 & 255] ^ table[0][crc >> 56];
    }
    for (; len; bytes++, len--)
        crc = crc >> 8 ^ table[0][(crc ^ *bytes) & 255];
    return crc;
}

/* By carry-less multiplication, where the processor has it: sixteen bytes are folded into the next
 * ones, which leaves the remainder as it is (Gopal et al., "Fast CRC Computation for Generic
 * Polynomials Using PCLMULQDQ Instruction", Intel 2009) -----------------------------------------*/

#ifdef __x86_64__
#include <wmmintrin.h>

static bool multiplies;
static uint64_t near, far; /* x^127 and x^191: a product of reflected numbers is one bit short */

static uint64_t power_of_x(int exponent)
{
    uint64_t value = UINT64_C(1) << 63;
    while (exponent-- > 0)
        value = times_x(value);
    return value;
}

static void prepare(void)
{
    make_table();
    multiplies = __builtin_cpu_supports("pclmul");
    near = power_of_x(127);
    far = power_of_x(191);
}

/* At least 16 bytes. */
__attribute__((target("pclmul"))) static uint64_t by_folding(const unsigned char *bytes, size_t len)
{
    const __m128i factors = _mm_set_epi64x((int64_t)near, (int64_t)far);
    __m128i folded = _mm_loadu_si128((const __m128i *)bytes);
    for (bytes += 16, len -= 16; len >= 16; bytes += 16, len -= 16) {
        __m128i next = _mm_loadu_si128((const __m128i *)bytes);
        __m128i first = _mm_clmulepi64_si128(folded, factors, 0x00);
        __m128i second = _mm_clmulepi64_si128(folded, factors, 0x11);
        folded = _mm_xor_si128(next, _mm_xor_si128(first, second));
    }
    unsigned char left[16];
    _mm_storeu_si128((__m128i *)left, folded);
    return by_table(by_table(0, left, sizeof left), bytes, len);
}

uint64_t dp_crc64(const unsigned char *bytes, size_t len)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    return multiplies && len >= 16 ? by_folding(bytes, len) : by_table(0, bytes, len);
}
#else
uint64_t dp_crc64(const unsigned char *bytes, size_t len)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_table);
    return by_table(0, bytes, len);
}
#endif
