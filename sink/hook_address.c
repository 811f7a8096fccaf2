#include "sink/hook_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct range4 {
    uint32_t first;
    unsigned bits;
    enum dp_address_class class;
};
#define IP4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

static const struct range4 ranges4[] = {
    {IP4(0, 0, 0, 0), 8, DP_ADDRESS_NEVER},        /* "this network" */
    {IP4(10, 0, 0, 0), 8, DP_ADDRESS_PRIVATE},     /* private */
    {IP4(100, 64, 0, 0), 10, DP_ADDRESS_PRIVATE},  /* shared, behind a carrier's NAT */
    {IP4(127, 0, 0, 0), 8, DP_ADDRESS_PRIVATE},    /* loopback */
    {IP4(169, 254, 0, 0), 16, DP_ADDRESS_PRIVATE}, /* link-local, clouds' metadata */
    {IP4(172, 16, 0, 0), 12, DP_ADDRESS_PRIVATE},  /* private */
    {IP4(192, 0, 0, 0), 24, DP_ADDRESS_NEVER},     /* protocol assignments */
    {IP4(192, 0, 2, 0), 24, DP_ADDRESS_NEVER},     /* documentation */
    {IP4(192, 88, 99, 0), 24, DP_ADDRESS_NEVER},   /* 6to4 relays, given up */
    {IP4(192, 168, 0, 0), 16, DP_ADDRESS_PRIVATE}, /* private */
    {IP4(198, 18, 0, 0), 15, DP_ADDRESS_PRIVATE},  /* benchmarks within networks */
    {IP4(198, 51, 100, 0), 24, DP_ADDRESS_NEVER},  /* documentation */
    {IP4(203, 0, 113, 0), 24, DP_ADDRESS_NEVER},   /* documentation */
    {IP4(224, 0, 0, 0), 4, DP_ADDRESS_NEVER},      /* multicast */
    {IP4(240, 0, 0, 0), 4, DP_ADDRESS_NEVER},      /* reserved, broadcast */
};

static enum dp_address_class class4(uint32_t address)
{
    for (size_t i = 0; i < sizeof ranges4 / sizeof *ranges4; i++)
        if ((address ^ ranges4[i].first) >> (32 - ranges4[i].bits) == 0)
            return ranges4[i].class;
    return DP_ADDRESS_PUBLIC;
}

/* Those within 2000::/3, which alone is given to anybody, come first where they overlap. */
static const struct range6 {
    uint8_t first[16];
    unsigned bits;
    enum dp_address_class class;
} ranges6[] = {
    {{0x20, 0x01, 0x0d, 0xb8}, 32, DP_ADDRESS_NEVER}, /* documentation */
    {{0x20, 0x01}, 23, DP_ADDRESS_NEVER},             /* protocol assignments, Teredo */
    {{0x20, 0x02}, 16, DP_ADDRESS_NEVER},             /* 6to4: an IPv4 address of any kind */
    {{0x3f, 0xff}, 20, DP_ADDRESS_NEVER},             /* documentation */
    {{0x20}, 3, DP_ADDRESS_PUBLIC},
    {{[15] = 1}, 128, DP_ADDRESS_PRIVATE},                          /* loopback */
    {{0xfc}, 7, DP_ADDRESS_PRIVATE},                                /* unique-local */
    {{0xfe, 0x80}, 10, DP_ADDRESS_PRIVATE},                         /* link-local */
    {{0xfe, 0xc0}, 10, DP_ADDRESS_PRIVATE},                         /* site-local, given up */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, DP_ADDRESS_PRIVATE}, /* NAT64 within a network */
};

static bool within(const uint8_t *address, const uint8_t *first, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    return memcmp(address, first, whole) == 0 &&
           (!rest || (address[whole] ^ first[whole]) >> (8 - rest) == 0);
}

static enum dp_address_class class6(const uint8_t address[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    if (within(address, mapped, 96) || within(address, nat64, 96))
        return class4(IP4(address[12], address[13], address[14], address[15]));
    for (size_t i = 0; i < sizeof ranges6 / sizeof *ranges6; i++)
        if (within(address, ranges6[i].first, ranges6[i].bits))
            return ranges6[i].class;
    return DP_ADDRESS_NEVER;
}

enum dp_address_class dp_hook_address_class(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return class4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        return class6(in6.sin6_addr.s6_addr);
    }
    return DP_ADDRESS_NEVER;
}
