/* Where a server listens: "127.0.0.1:9464", "[::1]:9464" or "localhost:9464", which is 127.0.0.1.
 * Names are not looked up: what is reachable from where is to be seen in the configuration itself.
 */
#ifndef DP_LISTEN_ADDRESS_H
#define DP_LISTEN_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define DP_LISTEN_ADDRESS_TEXT 64

struct dp_listen_address {
    struct sockaddr_storage socket;
    socklen_t len;
};

/* False: the text is none. Port 0 is a free one. */
bool dp_listen_address_parse(struct dp_listen_address *address, const char *text);

/* An address of IPv4 or IPv6 as such a text; returns it. */
const char *dp_listen_address_format(const struct dp_listen_address *address,
                                     char text[DP_LISTEN_ADDRESS_TEXT]);

#endif
