#include "ingest/file_dead_letters.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/memory.h"
#include "common/utf8.h"

#define BUFFER ((size_t)64 << 10)

struct file_dead_letters {
    struct dp_dead_letters base; /* first: the caller's pointer */
    int fd;
    char *path;
    bool failed; /* a write failed, and it was said */
    size_t used;
    char buffer[BUFFER];
};

/* Writing ----------------------------------------------------------------------------------------
 */

static void say_failed(struct file_dead_letters *self)
{
    char path[512];
    if (self->failed)
        return;
    self->failed = true;
    dp_log(DP_LOG_ERROR, "cannot write the dead letters: make room, then start again",
           "path=%s error=\"%s\"", dp_log_quote(path, sizeof path, self->path), strerror(errno));
}

static void flush(struct file_dead_letters *self)
{
    size_t done = 0;
    while (!self->failed && done < self->used) {
        ssize_t written = write(self->fd, self->buffer + done, self->used - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno != EINTR)
            say_failed(self);
    }
    self->used = 0;
}

static void add(struct file_dead_letters *self, const char *bytes, size_t length)
{
    while (length > 0) {
        if (self->used == BUFFER)
            flush(self);
        size_t part = BUFFER - self->used < length ? BUFFER - self->used : length;
        memcpy(self->buffer + self->used, bytes, part);
        self->used += part;
        bytes += part;
        length -= part;
    }
}

static void add_text(struct file_dead_letters *self, const char *text)
{
    add(self, text, strlen(text));
}

/* Values -----------------------------------------------------------------------------------------
 */

static void add_string(struct file_dead_letters *self, struct dp_str value)
{
    size_t plain = 0; /* start of what needs no escape */
    add_text(self, "\"");
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.p[i];
        char escape[8];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        if (c >= 0x20)
            snprintf(escape, sizeof escape, "\\%c", c);
        else
            snprintf(escape, sizeof escape, "\\u%04x", c);
        add(self, value.p + plain, i - plain);
        add_text(self, escape);
        plain = i + 1;
    }
    if (value.len)
        add(self, value.p + plain, value.len - plain);
    add_text(self, "\"");
}

static void add_base64(struct file_dead_letters *self, struct dp_str value)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = (const unsigned char *)value.p;
    add_text(self, "\"");
    for (size_t i = 0; i < value.len; i += 3) {
        size_t left = value.len - i;
        unsigned bits = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0u) |
                        (left > 2 ? p[i + 2] : 0u);
        char group[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
                         left > 1 ? digits[bits >> 6 & 63] : '=',
                         left > 2 ? digits[bits & 63] : '='};
        add(self, group, sizeof group);
    }
    add_text(self, "\"");
}

/* Bytes as a JSON string; what is not UTF-8 goes as base64 under another name. */
static void add_bytes(struct file_dead_letters *self, const char *name, struct dp_str value)
{
    bool text = dp_utf8_valid(value);
    add_text(self, "\"");
    add_text(self, name);
    add_text(self, text ? "\":" : "_base64\":");
    if (text)
        add_string(self, value);
    else
        add_base64(self, value);
}

/* Interface --------------------------------------------------------------------------------------
 */

static bool put(struct dp_dead_letters *base, const struct dp_message *message,
                enum dp_reject reason)
{
    struct file_dead_letters *self = (struct file_dead_letters *)base;
    char origin[128];
    if (self->failed)
        return false;
    add_text(self, "{");
    add_bytes(self, "topic", message->topic);
    snprintf(origin, sizeof origin,
             ",\"partition\":%" PRId32 ",\"offset\":%" PRId64 ",\"reason\":\"%s\",",
             message->partition, message->offset, dp_reject_names[reason]);
    add_text(self, origin);
    add_bytes(self, "value", message->value);
    add_text(self, "}\n");
    base->count++;
    return !self->failed;
}

static bool settled(struct dp_dead_letters *base, uint64_t count)
{
    (void)count; /* all that is buffered is written */
    struct file_dead_letters *self = (struct file_dead_letters *)base;
    flush(self);
    return !self->failed;
}

static bool close_letters(struct dp_dead_letters *base, int64_t timeout_ms)
{
    (void)timeout_ms; /* a file does not wait */
    struct file_dead_letters *self = (struct file_dead_letters *)base;
    flush(self);
    if (close(self->fd) < 0)
        say_failed(self);
    bool good = !self->failed;
    free(self->path);
    free(self);
    return good;
}

struct dp_dead_letters *dp_file_dead_letters_create(const char *path, char *error, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0) {
        snprintf(error, size,
                 "cannot make the dead-letter file %s: %s: check the path and its rights", path,
                 strerror(errno));
        return NULL;
    }
    struct file_dead_letters *self = dp_xmalloc(sizeof *self);
    self->base = (struct dp_dead_letters){0, put, settled, close_letters};
    self->fd = fd;
    self->path = dp_xstrdup(path);
    self->failed = false;
    self->used = 0;
    return &self->base;
}
