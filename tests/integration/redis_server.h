/* A redis-server of a test's own: on a free loopback port, with all it writes in a directory of its
 * own. It ends with the test, whatever becomes of the test. */
#ifndef DP_TEST_REDIS_SERVER_H
#define DP_TEST_REDIS_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include <hiredis/hiredis.h>

struct dp_test_redis {
    pid_t pid; /* 0: not running */
    int port;
    char dir[64];
    char socket[80]; /* of a Unix socket */
};

/* Makes the directory, chooses a port and starts. Fails the test when that cannot be done. */
void dp_test_redis_init(struct dp_test_redis *server);

/* Starts again on the same port, with further arguments (a list that ends with NULL; may be NULL).
 * Returns once the server answers, be it with an error. */
void dp_test_redis_start(struct dp_test_redis *server, const char *const *arguments);

/* Ends the server at once, as a crash would. */
void dp_test_redis_kill(struct dp_test_redis *server);

/* Ends the server and removes the directory. */
void dp_test_redis_deinit(struct dp_test_redis *server);

/* One server for all tests of a program: the group's set-up and tear-down, and the set-up of a test
 * that begins with an empty one. */
extern struct dp_test_redis dp_test_server;
int dp_test_server_start(void **state);
int dp_test_server_stop(void **state);
int dp_test_server_empty(void **state);

/* A blocking connection that gives up after 10 s; redisFree ends it. */
redisContext *dp_test_redis_connect(const struct dp_test_redis *server);

/* Asks the server by a connection, and compares what it says with `expected`: text as it is, an
 * integer in decimal, an array joined by blanks. The format is that of redisCommand. */
void dp_test_assert_reply(redisContext *context, const char *expected, const char *format, ...);

/* Gives the server a command, by a connection of its own; fails the test when it refuses. */
void dp_test_command(const struct dp_test_redis *server, const char *format, ...);

/* A listening socket on a free loopback port that takes connections and never says a word; close(2)
 * ends it. */
int dp_test_silent_server(int *port);

#endif
