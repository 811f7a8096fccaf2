#include "sink/hook_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>
#include <cmocka.h>

static enum dp_address_class class_of(const char *text)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        return dp_hook_address_class((const struct sockaddr *)&in);
    if (inet_pton(AF_INET6, text, &in6.sin6_addr) != 1)
        fail_msg("%s is no address", text);
    return dp_hook_address_class((const struct sockaddr *)&in6);
}

/* The first and last address of each range, and those beside them. */
static void addresses_are_what_they_are_given_for(void **state)
{
    (void)state;
    static const struct {
        enum dp_address_class class;
        const char *addresses[8];
    } cases[] = {
        {DP_ADDRESS_PUBLIC, {"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255"}},
        {DP_ADDRESS_PUBLIC, {"100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255"}},
        {DP_ADDRESS_PUBLIC, {"169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0"}},
        {DP_ADDRESS_PUBLIC, {"192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255"}},
        {DP_ADDRESS_PUBLIC, {"198.20.0.0", "203.0.112.255", "203.0.114.0", "223.255.255.255"}},
        {DP_ADDRESS_PUBLIC, {"8.8.8.8", "198.51.99.255", "198.51.101.0", "192.88.98.255"}},
        {DP_ADDRESS_PRIVATE, {"10.0.0.0", "10.255.255.255", "127.0.0.1", "127.255.255.255"}},
        {DP_ADDRESS_PRIVATE, {"172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"}},
        {DP_ADDRESS_PRIVATE, {"169.254.169.254", "100.64.0.0", "100.127.255.255", "198.19.0.1"}},
        {DP_ADDRESS_NEVER, {"0.0.0.0", "0.255.255.255", "224.0.0.0", "239.255.255.255"}},
        {DP_ADDRESS_NEVER, {"240.0.0.0", "255.255.255.255", "192.0.0.8", "192.88.99.1"}},
        {DP_ADDRESS_NEVER, {"192.0.2.1", "198.51.100.1", "203.0.113.255"}},
        {DP_ADDRESS_PUBLIC, {"2606:4700::1111", "2001:4860:4860::8888", "2400::", "3ffe::1"}},
        {DP_ADDRESS_PUBLIC, {"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:200::1"}},
        {DP_ADDRESS_PRIVATE, {"::1", "fc00::", "fdff::1", "fe80::1", "febf::1", "fec0::1"}},
        {DP_ADDRESS_PRIVATE, {"::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254"}},
        {DP_ADDRESS_PRIVATE, {"64:ff9b::127.0.0.1", "64:ff9b::192.168.1.1", "64:ff9b:1::1"}},
        {DP_ADDRESS_NEVER, {"::", "ff02::1", "ff0e::1", "::ffff:0.0.0.0", "::ffff:224.0.0.1"}},
        {DP_ADDRESS_NEVER, {"2001:db8::1", "2001::1", "2001:1ff::1", "2002:7f00:1::", "3fff::1"}},
        {DP_ADDRESS_NEVER, {"::127.0.0.1", "100::1", "4000::1", "5f00::1", "64:ff9a::1"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t j = 0; j < 8 && cases[i].addresses[j]; j++)
            if (class_of(cases[i].addresses[j]) != cases[i].class)
                fail_msg("%s is of class %d", cases[i].addresses[j],
                         class_of(cases[i].addresses[j]));
}

static void others_are_never_told(void **state)
{
    (void)state;
    const struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "/run/socket"};
    assert_int_equal(dp_hook_address_class((const struct sockaddr *)&path), DP_ADDRESS_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_what_they_are_given_for),
        cmocka_unit_test(others_are_never_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
