#define _GNU_SOURCE
#include "redis_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define ARGUMENTS_MAX  32
#define START_ATTEMPTS 1000 /* 10 ms each */

int dp_test_silent_server(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 16), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

static void run_server(const struct dp_test_redis *server, const char *const *arguments)
{
    char port[16];
    snprintf(port, sizeof port, "%d", server->port);
    const char *argv[ARGUMENTS_MAX] = {
        "redis-server", "--port",       port,     "--bind", "127.0.0.1",    "--dir", server->dir,
        "--unixsocket", server->socket, "--save", "",       "--appendonly", "no",    NULL};
    size_t count = 13;
    for (; arguments && *arguments && count < ARGUMENTS_MAX - 1; arguments++)
        argv[count++] = *arguments;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int log = open("server.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execvp("redis-server", (char *const *)argv);
    execvp("redis-check-rdb",
           (char *const *)argv); /* Debian's redis-tools: one program, two names */
    _exit(127);
}

redisContext *dp_test_redis_connect(const struct dp_test_redis *server)
{
    redisContext *context =
        redisConnectWithTimeout("127.0.0.1", server->port, (struct timeval){.tv_sec = 10});
    assert_non_null(context);
    assert_int_equal(context->err, 0);
    redisSetTimeout(context, (struct timeval){.tv_sec = 10});
    return context;
}

static bool answers(const struct dp_test_redis *server)
{
    redisContext *context =
        redisConnectWithTimeout("127.0.0.1", server->port, (struct timeval){.tv_sec = 1});
    void *reply = context && !context->err ? redisCommand(context, "PING") : NULL;
    bool ok = reply != NULL;
    if (reply)
        freeReplyObject(reply);
    if (context)
        redisFree(context);
    return ok;
}

void dp_test_redis_start(struct dp_test_redis *server, const char *const *arguments)
{
    assert_int_equal(server->pid, 0);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        if (chdir(server->dir) == 0)
            run_server(server, arguments);
        _exit(127);
    }
    for (int i = 0; i < START_ATTEMPTS; i++) {
        if (answers(server))
            return;
        if (waitpid(server->pid, NULL, WNOHANG) != 0)
            break;
        usleep(10000);
    }
    fail_msg("redis-server does not start (is it installed?); its log is in %s", server->dir);
}

void dp_test_redis_init(struct dp_test_redis *server)
{
    *server = (struct dp_test_redis){.dir = "/tmp/dp_test_redis.XXXXXX"};
    assert_non_null(mkdtemp(server->dir));
    snprintf(server->socket, sizeof server->socket, "%s/socket", server->dir);
    close(dp_test_silent_server(&server->port));
    dp_test_redis_start(server, NULL);
}

void dp_test_redis_kill(struct dp_test_redis *server)
{
    if (server->pid == 0)
        return;
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

void dp_test_redis_deinit(struct dp_test_redis *server)
{
    dp_test_redis_kill(server);
    nftw(server->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void dp_test_assert_reply(redisContext *context, const char *expected, const char *format, ...)
{
    char text[1024] = "";
    size_t n = 0;
    va_list args;
    va_start(args, format);
    redisReply *reply = redisvCommand(context, format, args);
    va_end(args);
    assert_non_null(reply);
    if (reply->type == REDIS_REPLY_INTEGER)
        snprintf(text, sizeof text, "%lld", reply->integer);
    else if (reply->str)
        snprintf(text, sizeof text, "%s", reply->str);
    for (size_t i = 0; i < reply->elements && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i ? " " : "",
                              reply->element[i]->str);
    freeReplyObject(reply);
    assert_string_equal(text, expected);
}

void dp_test_command(const struct dp_test_redis *server, const char *format, ...)
{
    redisContext *context = dp_test_redis_connect(server);
    va_list args;
    va_start(args, format);
    redisReply *reply = redisvCommand(context, format, args);
    va_end(args);
    assert_non_null(reply);
    if (reply->type == REDIS_REPLY_ERROR)
        fail_msg("%s", reply->str);
    freeReplyObject(reply);
    redisFree(context);
}

struct dp_test_redis dp_test_server;

int dp_test_server_start(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    dp_test_redis_init(&dp_test_server);
    return 0;
}

int dp_test_server_stop(void **state)
{
    (void)state;
    dp_test_redis_deinit(&dp_test_server);
    return 0;
}

int dp_test_server_empty(void **state)
{
    (void)state;
    dp_test_command(&dp_test_server, "FLUSHALL");
    return 0;
}
