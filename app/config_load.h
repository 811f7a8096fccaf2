/* One reading of the configuration's sources, as its parts share it (config*.c). Thread: one. */
#ifndef DP_CONFIG_LOAD_H
#define DP_CONFIG_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "app/config.h"
#include "app/config_table.h"

struct dp_alert_draft;
struct dp_scorecard_draft;

struct dp_config_load {
    struct dp_config *config;
    char *error;
    size_t error_size;
    bool failed;
    char source[512]; /* the file, "command line" or the variable */
    FILE *file;
    int line;                         /* of the file; 0: another source */
    char section[256];                /* the title of the section that the file is in */
    int *lines;                       /* for each key of the table: the line that has set it */
    int *kafka_lines;                 /* for each property likewise */
    struct dp_scorecard_draft *draft; /* of scorecard_draft.h; NULL: the file says nothing of it */
    struct dp_alert_draft *alerts;    /* of alert_draft.h; NULL likewise */
};

void dp_config_set_source(struct dp_config_load *load, const char *source);

/* Says where, what is wrong and what is allowed, in one line. `section` and `key` may be NULL.
 * Returns false. */
bool dp_config_fail(struct dp_config_load *load, const char *section, const char *key,
                    const char *wrong, const char *allowed);

/* The same where `text` has both, with "; allowed: " between them. */
bool dp_config_fail_text(struct dp_config_load *load, const char *section, const char *key,
                         const char *text);

/* The same of a key that line `line` has set already. */
bool dp_config_fail_twice(struct dp_config_load *load, const char *section, const char *key,
                          int line);

#endif
