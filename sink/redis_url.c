#include "sink/redis_url.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "common/memory.h"
#include "common/str.h"

#define DEFAULT_PORT 6379
#define DB_MAX       999999

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* `text` without its percent-encoding, on the heap; NULL when a % is not followed by two hex digits
 * or stands for a zero byte. */
static char *decode(struct dp_str text)
{
    char *out = dp_xmalloc(text.len + 1), *end = out;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] != '%') {
            *end++ = text.p[i];
            continue;
        }
        int high = i + 2 < text.len ? hex_value(text.p[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text.p[i + 2]) : -1;
        if (low < 0 || high + low == 0) {
            explicit_bzero(out, text.len);
            free(out);
            return NULL;
        }
        *end++ = (char)(high << 4 | low);
        i += 2;
    }
    *end = '\0';
    return out;
}

/* A decimal number from `min` to `max`; -1 when it is none. */
static int number(struct dp_str text, int min, int max)
{
    int value = 0;
    if (text.len == 0 || text.len > 9)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return -1;
        value = value * 10 + text.p[i] - '0';
    }
    return value >= min && value <= max ? value : -1;
}

static bool take_prefix(struct dp_str *text, struct dp_str prefix)
{
    if (text->len < prefix.len || memcmp(text->p, prefix.p, prefix.len) != 0)
        return false;
    *text = (struct dp_str){text->p + prefix.len, text->len - prefix.len};
    return true;
}

/* Cuts `text` at the first of the characters `marks`: returns what is before it; `text` starts with
 * it, or is empty. */
static struct dp_str take_until(struct dp_str *text, const char *marks)
{
    size_t n = 0;
    while (n < text->len && !strchr(marks, text->p[n]))
        n++;
    struct dp_str before = {text->p, n};
    *text = (struct dp_str){text->p + n, text->len - n};
    return before;
}

/* Each parse_ function returns NULL, or what is wrong. */
static const char *parse_login(struct dp_redis_url *url, struct dp_str login)
{
    struct dp_str user = take_until(&login, ":");
    if (!take_prefix(&login, DP_STR(":")))
        return "has a user but no password: write USER:PASSWORD@ or :PASSWORD@";
    if (user.len && !(url->user = decode(user)))
        return "has a bad percent-encoding in the user";
    if (login.len && !(url->password = decode(login)))
        return "has a bad percent-encoding in the password";
    if (url->user && !url->password)
        return "has a user but no password: write USER:PASSWORD@ or :PASSWORD@";
    return NULL;
}

static const char *parse_address(struct dp_redis_url *url, struct dp_str address)
{
    struct dp_str host;
    if (take_prefix(&address, DP_STR("["))) {
        host = take_until(&address, "]");
        if (!take_prefix(&address, DP_STR("]")))
            return "has a '[' without a ']'";
    } else {
        host = take_until(&address, ":");
    }
    if (host.len == 0)
        return "has no host";
    if (!(url->host = decode(host)))
        return "has a bad percent-encoding in the host";
    if (address.len == 0)
        return NULL;
    if (!take_prefix(&address, DP_STR(":")) || (url->port = number(address, 1, 65535)) < 0)
        return "has a port that is not a number from 1 to 65535 (an IPv6 address goes in brackets)";
    return NULL;
}

static const char *parse_db(struct dp_redis_url *url, struct dp_str db)
{
    url->db = number(db, 0, DB_MAX);
    return url->db < 0 ? "has a database that is not a whole number, 0 or more" : NULL;
}

static const char *parse_path(struct dp_redis_url *url, struct dp_str rest)
{
    struct dp_str path = take_until(&rest, "?");
    if (path.len == 0 || path.p[0] != '/')
        return "has no absolute path: write unix:///path/to/redis.sock";
    if (!(url->path = decode(path)))
        return "has a bad percent-encoding in the path";
    if (strlen(url->path) >= sizeof((struct sockaddr_un *)NULL)->sun_path)
        return "has a path too long for a Unix socket";
    if (rest.len == 0)
        return NULL;
    return take_prefix(&rest, DP_STR("?db=")) ? parse_db(url, rest)
                                              : "has something other than ?db=N after the path";
}

static const char *parse(struct dp_redis_url *url, struct dp_str rest)
{
    bool unix_socket = take_prefix(&rest, DP_STR("unix://"));
    url->tls = !unix_socket && take_prefix(&rest, DP_STR("rediss://"));
    if (!unix_socket && !url->tls && !take_prefix(&rest, DP_STR("redis://")))
        return "does not start with redis://, rediss:// or unix://";

    struct dp_str authority = take_until(&rest, "/?#"), login = authority;
    size_t at = authority.len;
    while (at > 0 && authority.p[at - 1] != '@')
        at--;
    if (at > 0) {
        login.len = at - 1;
        authority = (struct dp_str){authority.p + at, authority.len - at};
        const char *wrong = parse_login(url, login);
        if (wrong)
            return wrong;
    }
    if (unix_socket)
        return authority.len ? "names a host; a Unix socket is unix:///path"
                             : parse_path(url, rest);

    const char *wrong = parse_address(url, authority);
    if (wrong)
        return wrong;
    if (rest.len == 0 || (rest.len == 1 && rest.p[0] == '/'))
        return NULL;
    if (!take_prefix(&rest, DP_STR("/")))
        return "has something other than /DB after the host";
    return parse_db(url, rest);
}

bool dp_redis_url_parse(struct dp_redis_url *url, const char *text, char *error, size_t error_size)
{
    *url = (struct dp_redis_url){.port = DEFAULT_PORT};
    const char *wrong = parse(url, dp_str_from(text));
    if (!wrong)
        return true;
    snprintf(error, error_size, "the Redis URL %s", wrong);
    dp_redis_url_deinit(url);
    return false;
}

void dp_redis_url_deinit(struct dp_redis_url *url)
{
    if (url->password)
        explicit_bzero(url->password, strlen(url->password));
    free(url->password);
    free(url->user);
    free(url->host);
    free(url->path);
    *url = (struct dp_redis_url){0};
}

void dp_redis_url_describe(const struct dp_redis_url *url, char *buf, size_t size)
{
    if (url->path)
        snprintf(buf, size, "%s/%d", url->path, url->db);
    else if (strchr(url->host, ':'))
        snprintf(buf, size, "[%s]:%d/%d", url->host, url->port, url->db);
    else
        snprintf(buf, size, "%s:%d/%d", url->host, url->port, url->db);
}
