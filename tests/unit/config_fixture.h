/* A configuration file for the tests that read one, and what is wrong with it. */
#ifndef DP_CONFIG_FIXTURE_H
#define DP_CONFIG_FIXTURE_H

#include "app/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char path[64];
static char error[4096];
static struct dp_config config;

static void write_file(const char *text, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    fclose(file);
}

static bool load(const char *text)
{
    dp_config_deinit(&config);
    write_file(text, strlen(text));
    return dp_config_load(&config, path, NULL, 0, error, sizeof error);
}

static void assert_loads(const char *text)
{
    if (!load(text))
        fail_msg("%s", error);
}

/* The error begins with the place and has each part, separated by '|', in one line without control
 * characters that names what is allowed. */
static void assert_error(const char *place, const char *parts)
{
    if (strncmp(error, place, strlen(place)) != 0)
        fail_msg("\"%s\" does not begin with \"%s\"", error, place);
    for (const char *part = parts; *part; part += *part == '|') {
        char text[256];
        size_t len = strcspn(part, "|");
        snprintf(text, sizeof text, "%.*s", (int)len, part);
        if (!strstr(error, text))
            fail_msg("no \"%s\" in: %s", text, error);
        part += len;
    }
    for (const char *c = error; *c; c++)
        assert_true((unsigned char)*c >= ' ');
}

static void assert_fails(const char *text, int line, const char *parts)
{
    char place[100];
    if (load(text))
        fail_msg("taken: %s", text);
    snprintf(place, sizeof place, "%s:%d: ", path, line);
    assert_error(place, parts);
    assert_non_null(strstr(error, "; allowed: "));
}

static int set_up(void **state)
{
    (void)state;
    strcpy(path, "/tmp/deskpulse-config-XXXXXX");
    int fd = mkstemp(path);
    if (fd >= 0)
        close(fd);
    return fd < 0;
}

static int tear_down(void **state)
{
    (void)state;
    dp_config_deinit(&config);
    return unlink(path);
}

static int clean(void **state)
{
    (void)state;
    dp_config_deinit(&config);
    return 0;
}

#endif
