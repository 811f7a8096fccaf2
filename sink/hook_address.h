/* Which addresses a hook may lead to: by itself only those of the public internet, so that nobody
 * who can write a hook's URL or its host's DNS reaches what is inside. Looked at when a socket is
 * made, with the address it will really be connected to. Pure; any thread. */
#ifndef DP_HOOK_ADDRESS_H
#define DP_HOOK_ADDRESS_H

#include <sys/socket.h>

enum dp_address_class {
    DP_ADDRESS_PUBLIC,
    DP_ADDRESS_PRIVATE, /* private, loopback, link-local, unique-local, shared: inside */
    DP_ADDRESS_NEVER    /* unspecified, multicast, reserved, for documentation; no IP at all */
};

/* IPv4 within IPv6 (mapped, NAT64) is what the IPv4 address is. After the special-purpose address
 * registries of IANA (RFC 6890 and what updates it). */
enum dp_address_class dp_hook_address_class(const struct sockaddr *address);

#endif
