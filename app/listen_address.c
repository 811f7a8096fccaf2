#include "app/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_port(const char *text, in_port_t *port)
{
    size_t len = strlen(text);
    unsigned long number = strtoul(text, NULL, 10);
    if (len < 1 || len > 5 || strspn(text, "0123456789") != len || number > 65535)
        return false;
    *port = htons((uint16_t)number);
    return true;
}

bool dp_listen_address_parse(struct dp_listen_address *address, const char *text)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)&address->socket;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address->socket;
    const char *colon = strrchr(text, ':');
    char host[DP_LISTEN_ADDRESS_TEXT];
    in_port_t port;
    *address = (struct dp_listen_address){0};
    if (!colon || (size_t)(colon - text) >= sizeof host || !parse_port(colon + 1, &port))
        return false;
    size_t len = (size_t)(colon - text);
    memcpy(host, text, len);
    host[len] = '\0';
    if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
        host[len - 1] = '\0';
        v6->sin6_family = AF_INET6;
        v6->sin6_port = port;
        address->len = sizeof *v6;
        return inet_pton(AF_INET6, host + 1, &v6->sin6_addr) == 1;
    }
    v4->sin_family = AF_INET;
    v4->sin_port = port;
    address->len = sizeof *v4;
    return inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &v4->sin_addr) ==
           1;
}

const char *dp_listen_address_format(const struct dp_listen_address *address,
                                     char text[DP_LISTEN_ADDRESS_TEXT])
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address->socket;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->socket;
    bool is_v6 = address->socket.ss_family == AF_INET6;
    char host[INET6_ADDRSTRLEN] = "";
    inet_ntop(address->socket.ss_family, is_v6 ? (const void *)&v6->sin6_addr : &v4->sin_addr, host,
              sizeof host);
    snprintf(text, DP_LISTEN_ADDRESS_TEXT, is_v6 ? "[%s]:%u" : "%s:%u", host,
             ntohs(is_v6 ? v6->sin6_port : v4->sin_port));
    return text;
}
