#include "app/service_manager.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/memory.h"

/* More time is asked for so often, and so much. */
#define EXTEND_EVERY_MS 10000
#define EXTEND_US       60000000

struct dp_service_manager {
    uv_loop_t *loop;
    uv_timer_t watchdog;
    int fd;
    bool ready; /* it was told so */
    const char *status;
    uint64_t extended_at_ms;
};

/* A manager that does not read has its reasons; the next message is soon. */
static void tell(struct dp_service_manager *manager, const char *text)
{
    if (send(manager->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        dp_log(DP_LOG_DEBUG, "the service manager was not told", "error=%d", errno);
}

static bool connect_to(int fd, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(address.sun_path, path, len);
    if (*path == '@') /* of the abstract kind */
        address.sun_path[0] = '\0';
    return connect(fd, (const struct sockaddr *)&address,
                   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) == 0;
}

static void on_watchdog(uv_timer_t *timer)
{
    tell(timer->data, "WATCHDOG=1");
}

/* Half of the time that the manager waits for it, in ms; 0: it does not wait for this process. */
static uint64_t watchdog_ms(void)
{
    const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    if (!us || (pid && strtoll(pid, NULL, 10) != getpid()))
        return 0;
    uint64_t ms = strtoull(us, NULL, 10) / 2000;
    return ms ? ms : 1;
}

struct dp_service_manager *dp_service_manager_create(uv_loop_t *loop)
{
    const char *path = getenv("NOTIFY_SOCKET");
    if (!path || !*path)
        return NULL;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || !connect_to(fd, path)) {
        dp_log(DP_LOG_WARN, "the service manager cannot be reached", "reason=\"%s\"",
               strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct dp_service_manager *manager = dp_xcalloc(1, sizeof *manager);
    manager->loop = loop;
    manager->fd = fd;
    uv_timer_init(loop, &manager->watchdog);
    manager->watchdog.data = manager;
    uint64_t interval_ms = watchdog_ms();
    if (interval_ms)
        uv_timer_start(&manager->watchdog, on_watchdog, interval_ms, interval_ms);
    return manager;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void dp_service_manager_close(struct dp_service_manager *manager)
{
    close(manager->fd);
    uv_close((uv_handle_t *)&manager->watchdog, on_closed);
}

static void ask_for_time(struct dp_service_manager *manager)
{
    char text[64];
    uint64_t now = uv_now(manager->loop);
    if (manager->extended_at_ms && now - manager->extended_at_ms < EXTEND_EVERY_MS)
        return;
    manager->extended_at_ms = now;
    snprintf(text, sizeof text, "EXTEND_TIMEOUT_USEC=%d", EXTEND_US);
    tell(manager, text);
}

void dp_service_manager_set(struct dp_service_manager *manager, bool ready, const char *status)
{
    char text[256];
    bool first = ready && !manager->ready;
    manager->ready |= ready;
    if (!manager->ready)
        ask_for_time(manager);
    if (!first && manager->status && strcmp(manager->status, status) == 0)
        return;
    manager->status = status;
    snprintf(text, sizeof text, "%sSTATUS=%s", first ? "READY=1\n" : "", status);
    tell(manager, text);
}

/* Whoever is not ready yet says so when it is. */
void dp_service_manager_reloading(struct dp_service_manager *manager)
{
    struct timespec now;
    char text[80];
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    if (manager->ready)
        tell(manager, text);
}

void dp_service_manager_reloaded(struct dp_service_manager *manager)
{
    if (manager->ready)
        tell(manager, "READY=1");
}

void dp_service_manager_stopping(struct dp_service_manager *manager)
{
    tell(manager, "STOPPING=1");
}
