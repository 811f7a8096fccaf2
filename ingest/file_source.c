#include "ingest/file_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"

#define CHUNK ((size_t)1 << 20)
#define PIECE ((size_t)128 << 10) /* of one read */

_Static_assert(CHUNK >= DP_MESSAGE_MAX, "a line the buffer cannot hold is too large anyway");

struct reader {
    const struct dp_file_source_events *events;
    void *ctx;
    struct dp_message message; /* the latest */
    struct dp_batch batch;     /* views into the buffer */
    int fd;
    char *buffer;   /* an unfinished line of up to CHUNK, then room for a PIECE */
    size_t tail;    /* bytes of the unfinished line, at the buffer's start */
    int spill;      /* the temporary file, or -1 */
    size_t spilled; /* bytes of the unfinished line that are in it */
    char *error;
    size_t size;
};

static enum dp_file_end fail(struct reader *reader, const char *what, const char *advice)
{
    snprintf(reader->error, reader->size, "%s: %s: %s%s", reader->message.topic.p, what,
             strerror(errno), advice);
    return DP_FILE_FAILED;
}

static bool blank(struct dp_str line)
{
    size_t i = 0;
    while (i < line.len && (line.p[i] == ' ' || line.p[i] == '\t' || line.p[i] == '\r'))
        i++;
    return i == line.len;
}

static enum dp_file_end hand_over_batch(struct reader *reader)
{
    struct dp_batch *batch = &reader->batch;
    size_t count = batch->count;
    if (count == 0)
        return DP_FILE_DONE;
    size_t taken = reader->events->take(reader->ctx, batch->messages, count);
    dp_batch_clear(batch);
    return taken == count ? DP_FILE_DONE : DP_FILE_STOPPED;
}

static enum dp_file_end hand_over(struct reader *reader, const char *line, size_t length)
{
    struct dp_message *message = &reader->message;
    message->offset++;
    if (length && line[length - 1] == '\r')
        length--;
    message->value = (struct dp_str){line, length};
    if (blank(message->value))
        return DP_FILE_DONE;
    enum dp_file_end end = DP_FILE_DONE;
    if (!dp_batch_has_room(&reader->batch, length))
        end = hand_over_batch(reader);
    if (end == DP_FILE_DONE)
        dp_batch_add(&reader->batch, message);
    return end;
}

/* Lines too long for the buffer ------------------------------------------------------------------
 */

static enum dp_file_end open_spill(struct reader *reader)
{
    char path[4096];
    const char *directory = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/deskpulse-XXXXXX",
             directory && *directory ? directory : "/tmp");
    reader->spill = mkstemp(path);
    if (reader->spill < 0)
        return fail(reader, "a line needs a temporary file, which cannot be made",
                    ": set TMPDIR to a directory with room");
    unlink(path);
    return DP_FILE_DONE;
}

static enum dp_file_end spill(struct reader *reader, const char *bytes, size_t length)
{
    if (reader->spill < 0 && open_spill(reader) != DP_FILE_DONE)
        return DP_FILE_FAILED;
    while (length > 0) {
        ssize_t written = write(reader->spill, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail(reader, "a line does not fit into the temporary directory",
                        ": set TMPDIR to a directory with room");
        bytes += written;
        length -= (size_t)written;
        reader->spilled += (size_t)written;
    }
    return DP_FILE_DONE;
}

/* The unfinished line ends with `rest`: hands it over as one. */
static enum dp_file_end hand_over_spilled(struct reader *reader, const char *rest, size_t length)
{
    if (spill(reader, rest, length) != DP_FILE_DONE)
        return DP_FILE_FAILED;
    char *line = mmap(NULL, reader->spilled, PROT_READ, MAP_PRIVATE, reader->spill, 0);
    if (line == MAP_FAILED)
        return fail(reader, "a line cannot be mapped into memory", "");
    enum dp_file_end end = hand_over(reader, line, reader->spilled);
    if (end == DP_FILE_DONE)
        end = hand_over_batch(reader);
    munmap(line, reader->spilled);
    reader->spilled = 0;
    if (ftruncate(reader->spill, 0) < 0 || lseek(reader->spill, 0, SEEK_SET) < 0)
        return fail(reader, "the temporary file cannot be used again", "");
    return end;
}

/* Lines ------------------------------------------------------------------------------------------
 */

/* `fresh` new bytes follow the tail. */
static enum dp_file_end split(struct reader *reader, size_t fresh)
{
    char *line = reader->buffer, *from = line + reader->tail, *end = from + fresh, *newline;
    enum dp_file_end status = DP_FILE_DONE;

    while (status == DP_FILE_DONE && (newline = memchr(from, '\n', (size_t)(end - from)))) {
        size_t length = (size_t)(newline - line);
        status = reader->spilled ? hand_over_spilled(reader, line, length)
                                 : hand_over(reader, line, length);
        line = from = newline + 1;
    }
    reader->tail = (size_t)(end - line);
    if (status == DP_FILE_DONE) /* before the buffer moves */
        status = hand_over_batch(reader);
    if (status != DP_FILE_DONE)
        return status;
    if (reader->spilled || reader->tail > CHUNK) {
        status = spill(reader, line, reader->tail);
        reader->tail = 0;
    } else if (line != reader->buffer) {
        memmove(reader->buffer, line, reader->tail);
    }
    return status;
}

static enum dp_file_end read_all(struct reader *reader, uint64_t size)
{
    uint64_t bytes = 0;
    for (;;) {
        ssize_t fresh = read(reader->fd, reader->buffer + reader->tail, PIECE);
        if (fresh < 0 && errno == EINTR)
            continue;
        if (fresh < 0)
            return fail(reader, "cannot read", "");
        if (fresh == 0)
            break;
        enum dp_file_end status = split(reader, (size_t)fresh);
        if (status != DP_FILE_DONE)
            return status;
        bytes += (uint64_t)fresh;
        if (reader->events->progress)
            reader->events->progress(reader->ctx, bytes, size);
    }
    if (reader->spilled)
        return hand_over_spilled(reader, reader->buffer, reader->tail);
    if (reader->tail && hand_over(reader, reader->buffer, reader->tail) != DP_FILE_DONE)
        return DP_FILE_STOPPED;
    return hand_over_batch(reader);
}

static enum dp_file_end open_input(struct reader *reader, const char *path, uint64_t *size)
{
    struct stat info;
    bool standard_input = strcmp(path, "-") == 0;
    reader->fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (reader->fd < 0 || fstat(reader->fd, &info) < 0)
        return fail(reader, "cannot open", ": check the path and its rights");
    if (S_ISDIR(info.st_mode)) {
        snprintf(reader->error, reader->size,
                 "%s is a directory: name its files, or - for standard input", path);
        return DP_FILE_FAILED;
    }
    *size = S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
    return DP_FILE_DONE;
}

enum dp_file_end dp_file_source_run(const char *path, uint32_t slot,
                                    const struct dp_file_source_events *events, void *ctx,
                                    char *error, size_t size)
{
    struct reader reader = {
        .events = events,
        .ctx = ctx,
        .message = {.topic = dp_str_from(path), .slot = slot},
        .spill = -1,
        .error = error,
        .size = size,
    };
    uint64_t file_size = 0;
    enum dp_file_end end = open_input(&reader, path, &file_size);
    if (end == DP_FILE_DONE) {
        reader.buffer = dp_xmalloc(CHUNK + PIECE);
        end = read_all(&reader, file_size);
        free(reader.buffer);
    }
    if (reader.spill >= 0)
        close(reader.spill);
    if (reader.fd >= 0 && reader.fd != STDIN_FILENO)
        close(reader.fd);
    return end;
}
