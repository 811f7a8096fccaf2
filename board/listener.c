#include "board/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG 512

bool dp_listener_is_loopback(const struct dp_listen_address *address)
{
    if (address->socket.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)&address->socket)->sin6_addr);
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address->socket;
    return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

int dp_listener_open(struct dp_listen_address *address, char *error, size_t error_size)
{
    int one = 1, fd;
    socklen_t len = sizeof address->socket;
    fd = socket(address->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
        bind(fd, (struct sockaddr *)&address->socket, address->len) == 0 &&
        listen(fd, BACKLOG) == 0 && getsockname(fd, (struct sockaddr *)&address->socket, &len) == 0)
        return fd;
    snprintf(error, error_size, "%s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}
