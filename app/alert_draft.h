/* What the configuration file says of rules, hooks and teams, until all sources are read: they name
 * one another, and windows that may still be set elsewhere. Thread: one. */
#ifndef DP_ALERT_DRAFT_H
#define DP_ALERT_DRAFT_H

#include "app/config_load.h"

#define DP_ALERT_KEYS_MAX 20

/* [rule "NAME"], [hook "NAME"] or [team "NAME"]. */
struct dp_alert_kind {
    const char *word;
    const char *const *keys;
    int key_count;
};

/* One section; its title comes once. A key is its place in the kind's `keys`. */
struct dp_alert_section {
    const struct dp_alert_kind *kind;
    char *name;
    int line;
    char *values[DP_ALERT_KEYS_MAX]; /* NULL: not set */
    int lines[DP_ALERT_KEYS_MAX];
};

struct dp_alert_draft {
    struct dp_alert_section *sections; /* in the order of the file */
    size_t count, capacity;
};

/* A title, and a key below it. False: it is wrong, and that is said. What a name may be is the
 * caller's to check. */
bool dp_alert_open(struct dp_config_load *load, const struct dp_alert_kind *kind, const char *name);
bool dp_alert_set(struct dp_config_load *load, const struct dp_alert_kind *kind, const char *name,
                  const char *key, const char *value);

/* The first section of the kind behind `after` (NULL: from the beginning); NULL: no more. */
const struct dp_alert_section *dp_alert_next(const struct dp_config_load *load,
                                             const struct dp_alert_kind *kind,
                                             const struct dp_alert_section *after);
size_t dp_alert_count(const struct dp_config_load *load, const struct dp_alert_kind *kind);

/* Fails at a key of the section, or at its title where the key is not set (no key: -1). */
bool dp_alert_fail(struct dp_config_load *load, const struct dp_alert_section *section, int key,
                   const char *wrong, const char *allowed);

/* The same with the value, or a part of it, in front. */
bool dp_alert_fail_value(struct dp_config_load *load, const struct dp_alert_section *section,
                         int key, const char *value, const char *what, const char *allowed);

/* The same where `text` says what is allowed. */
bool dp_alert_fail_text(struct dp_config_load *load, const struct dp_alert_section *section,
                        int key, const char *text);

/* Takes a value that is set; what it goes into keeps its own where it is not. */
bool dp_alert_take_duration(struct dp_config_load *load, const struct dp_alert_section *section,
                            int key, int64_t min, int64_t max, int64_t *ms);
bool dp_alert_take_count(struct dp_config_load *load, const struct dp_alert_section *section,
                         int key, uint32_t min, uint32_t max, uint32_t *number);

/* The place of the value among `count` names; *place stays as it is where it is not set. */
bool dp_alert_take_name(struct dp_config_load *load, const struct dp_alert_section *section,
                        int key, const char *const *names, int count, const char *what, int *place);

/* The next item of a list with commas, without blanks around it, cut out of *list in place; NULL:
 * no more. */
char *dp_alert_item(char **list);

/* A copy of the text that belongs to the configuration; NULL of NULL. */
char *dp_alert_keep(struct dp_config_load *load, const char *text);

/* NULL is none. */
void dp_alert_draft_destroy(struct dp_alert_draft *draft);

#endif
