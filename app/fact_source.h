/* Where lines of facts come from: a file, or the facts topic. Each call reads all there is at that
 * moment, and returns. Thread: one. */
#ifndef DP_FACT_SOURCE_H
#define DP_FACT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/config.h"
#include "app/fact_book.h"

/* False: it cannot be read, and `error` says why in one line. */
bool dp_fact_file_read(const char *path, struct dp_fact_book *book, char *error, size_t size);

struct dp_fact_topic_read {
    bool whole;   /* all of the topic was read, not only what was written since `since_ms` */
    bool cut_off; /* the topic has lost its beginning */
};

/* Reads what was written since `since_ms` by the broker's clock; or all, where facts are found that
 * were written before their time, or none since then. */
bool dp_fact_topic_read(const struct dp_config *config, int64_t since_ms, struct dp_fact_book *book,
                        struct dp_fact_topic_read *read, char *error, size_t size);

#endif
