/* parse-lines FILE: how long yyjson takes to merely parse each line of a file, which is the least
 * that any reader of these events has to do. The file is in memory; one yyjson_read_opts a line,
 * its memory from a pool. Prints the lines and the seconds of CPU and of wall time that the parsing
 * alone took. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yyjson.h>

#define POOL ((size_t)4 << 20)

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) < 0) {
        perror(path);
        exit(1);
    }
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size + 1);
    if (!bytes || fread(bytes, 1, *size, file) != *size) {
        perror(path);
        exit(1);
    }
    fclose(file);
    return bytes;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: parse-lines FILE\n", stderr);
        return 2;
    }
    size_t size, lines = 0, values = 0;
    char *bytes = read_file(argv[1], &size), *end = bytes + size, *pool = malloc(POOL);
    yyjson_alc allocator;
    yyjson_alc_pool_init(&allocator, pool, POOL);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
    for (char *line = bytes, *newline; line < end; line = newline + 1) {
        newline = memchr(line, '\n', (size_t)(end - line));
        if (!newline)
            newline = end;
        yyjson_doc *doc = yyjson_read_opts(line, (size_t)(newline - line), 0, &allocator, NULL);
        values += doc ? yyjson_doc_get_val_count(doc) : 0;
        yyjson_doc_free(doc);
        lines++;
    }
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    printf("{\"lines\":%zu,\"values\":%zu,\"cpu\":%.6f,\"wall\":%.6f}\n", lines, values, cpu, wall);
    free(pool);
    free(bytes);
    return 0;
}
