#include "sink/redis_advice.h"

#include <stddef.h>
#include <string.h>

/* By how the reply starts. The words of "ERR" replies have changed between releases of Redis: 5 and
 * older say "invalid password" and "Client sent AUTH", 6 and newer WRONGPASS and "AUTH <password>
 * called". */
static const struct {
    const char *start, *advice;
} advices[] = {
    {"NOAUTH", "put the password into redis.url: redis://:PASSWORD@HOST"},
    {"WRONGPASS", "correct the user and password in redis.url"},
    {"ERR invalid password", "correct the password in redis.url"},
    {"ERR AUTH <password> called",
     "the server has no password: take it out of redis.url or set one there"},
    {"ERR Client sent AUTH",
     "the server has no password: take it out of redis.url or set one there"},
    {"ERR wrong number of arguments for 'auth'",
     "this Redis has no users: leave the user out of redis.url"},
    {"NOPERM",
     "grant the user +ping +select +multi +exec +watch +unwatch +del +get +set +getrange +setrange "
     "+hset +hgetall +pexpire +sadd +srem +zadd +zrem +publish, for alerts +type +xadd +hdel "
     "+hscan "
     "+hlen +incr, the keys and the channel of the prefix (~PREFIX:* &PREFIX:*)"},
    {"ERR DB index", "the server has fewer databases: change the number in redis.url"},
    {"ERR invalid DB index", "the server has fewer databases: change the number in redis.url"},
    {"ERR SELECT is not allowed in cluster mode", "leave the database number out of redis.url"},
    {"DENIED",
     "the server takes only local clients: set a password there, or bind it to an address"},
    {"ERR max number of clients", "raise maxclients on the server"},
    {"OOM", "raise maxmemory on the server"},
    {"MISCONF", "the server cannot save to disk: see its log"},
    {"READONLY", "the server is a replica: point redis.url to the primary"},
    {"NOREPLICAS", "the server lacks the replicas it wants before it takes writes"},
    {"MASTERDOWN", "the server is a replica that lost its primary: point redis.url to the primary"},
    {"WRONGTYPE", "something else uses this key: remove the key, or choose another redis.prefix"},
    {"MOVED", "the server is part of a Redis Cluster: point redis.url to a single server"},
    {"CLUSTERDOWN", "the server is part of a Redis Cluster that is down"},
    {"Connection refused", "start Redis, or correct host and port in redis.url"},
    {"No such file or directory", "start Redis, or correct the socket's path in redis.url"},
    {"Permission denied", "let the user of this process write to the socket"},
    {"the host is unknown", "correct the host in redis.url"},
    {"no connection in time", "see whether host and port in redis.url can be reached"},
    {"no reply in time",
     "see whether host, port and TLS (rediss://) in redis.url are right, and the server well"},
    {"the server's certificate is refused",
     "let OpenSSL trust its authority (SSL_CERT_FILE), and use the host's name that it is for"},
    {"wrong version number", "the server speaks no TLS: use redis://, or the port where it does"},
    {"Protocol error", "the server is not Redis, or it wants TLS (rediss://)"},
    {"BUSY", "a script or function keeps the server busy: SCRIPT KILL or FUNCTION KILL ends it"},
    {"LOADING", "the server is loading its data: nothing to do but wait"},
};

const char *dp_redis_advice(const char *error)
{
    for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++)
        if (strncmp(error, advices[i].start, strlen(advices[i].start)) == 0)
            return advices[i].advice;
    return "see the server's log";
}
