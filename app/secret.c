#include "app/secret.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"

static bool check(const char *secret, size_t len, char *wrong, size_t size)
{
    if (len == 0) {
        snprintf(wrong, size, "is empty");
        return false;
    }
    if (len > DP_SECRET_MAX) {
        snprintf(wrong, size, "holds more than %d bytes", DP_SECRET_MAX);
        return false;
    }
    for (size_t i = 0; i < len; i++)
        if (iscntrl((unsigned char)secret[i])) {
            snprintf(wrong, size, "holds more than one line, or control characters");
            return false;
        }
    return true;
}

/* Up to `size` bytes; fewer only at the end of the file. Negative: it cannot be read. */
static ssize_t read_whole(int fd, char *bytes, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t n = read(fd, bytes + len, size - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

static char *read_secret(int fd, char *wrong, size_t size)
{
    char bytes[DP_SECRET_MAX + 3]; /* one too many, and an end of line */
    struct stat file;
    if (fstat(fd, &file) < 0 || !S_ISREG(file.st_mode)) {
        snprintf(wrong, size, "is no regular file");
        return NULL;
    }
    if (file.st_mode & S_IRWXO) {
        snprintf(wrong, size, "is open to others (mode %04o)", (unsigned)file.st_mode & 07777);
        return NULL;
    }
    ssize_t n = read_whole(fd, bytes, sizeof bytes);
    if (n < 0) {
        snprintf(wrong, size, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    size_t len = (size_t)n;
    if (len && bytes[len - 1] == '\n')
        len -= len > 1 && bytes[len - 2] == '\r' ? 2 : 1;
    char *secret = check(bytes, len, wrong, size) ? dp_xmalloc(len + 1) : NULL;
    if (secret) {
        memcpy(secret, bytes, len);
        secret[len] = '\0';
    }
    explicit_bzero(bytes, sizeof bytes);
    return secret;
}

char *dp_secret_of_file(const char *path, char *wrong, size_t size)
{
    /* Opening a pipe must not wait for its other end. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        snprintf(wrong, size, "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    char *secret = read_secret(fd, wrong, size);
    close(fd);
    return secret;
}

char *dp_secret_of_variable(const char *name, char *wrong, size_t size)
{
    const char *value = getenv(name);
    if (!value) {
        snprintf(wrong, size, "is no variable of the environment");
        return NULL;
    }
    return check(value, strlen(value), wrong, size) ? dp_xstrdup(value) : NULL;
}

void dp_secret_destroy(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}
