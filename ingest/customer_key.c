#include "ingest/customer_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"

/* What the file's group may do beyond reading, and anything that others may. */
#define FORBIDDEN (S_IWGRP | S_IXGRP | S_IRWXO)

/* True: so many bytes are there, up to `size`; fewer only at the end of the file. */
static bool read_whole(int fd, uint8_t *bytes, size_t size, size_t *len)
{
    *len = 0;
    while (*len < size) {
        ssize_t n = read(fd, bytes + *len, size - *len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        *len += (size_t)n;
    }
    return true;
}

static size_t without_end_of_line(const uint8_t *bytes, size_t len)
{
    if (len > 0 && bytes[len - 1] == '\n')
        len -= len > 1 && bytes[len - 2] == '\r' ? 2 : 1;
    return len;
}

static bool read_key(int fd, struct dp_customer_key *key, char *wrong, size_t size)
{
    struct stat file;
    if (fstat(fd, &file) < 0 || !S_ISREG(file.st_mode)) {
        snprintf(wrong, size, "is no regular file");
        return false;
    }
    if (file.st_mode & FORBIDDEN) {
        snprintf(wrong, size, "is open to others (mode %04o)", (unsigned)file.st_mode & 07777);
        return false;
    }
    if (file.st_size > DP_CUSTOMER_KEY_FILE) {
        snprintf(wrong, size, "is too large (%lld bytes)", (long long)file.st_size);
        return false;
    }
    if (!read_whole(fd, key->bytes, sizeof key->bytes, &key->len)) {
        snprintf(wrong, size, "cannot be read: %s", strerror(errno));
        return false;
    }
    key->len = without_end_of_line(key->bytes, key->len);
    if (key->len < DP_CUSTOMER_KEY_MIN) {
        snprintf(wrong, size, "holds a key that is too short (%zu bytes)", key->len);
        return false;
    }
    return true;
}

struct dp_customer_key *dp_customer_key_read(const char *path, char *wrong, size_t size)
{
    /* Opening a pipe must not wait for its other end. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        snprintf(wrong, size, "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    struct dp_customer_key *key = dp_xcalloc(1, sizeof *key);
    bool good = read_key(fd, key, wrong, size);
    close(fd);
    if (good)
        return key;
    dp_customer_key_destroy(key);
    return NULL;
}

void dp_customer_key_destroy(struct dp_customer_key *key)
{
    if (!key)
        return;
    explicit_bzero(key, sizeof *key);
    free(key);
}
