/* The table of the configuration's keys: it drives parsing, defaults, messages and help. */
#ifndef DP_CONFIG_TABLE_H
#define DP_CONFIG_TABLE_H

#include "app/config.h"

/* Room for what is wrong with a value, and for what is allowed. */
#define DP_CONFIG_TEXT 512

struct dp_config_key;

/* Puts `value` into `config` in place of what was there. False: `wrong` says what is wrong with it.
 */
typedef bool dp_config_set_fn(struct dp_config *config, const struct dp_config_key *key,
                              const char *value, char wrong[DP_CONFIG_TEXT]);

struct dp_config_key {
    const char *section, *name;
    const char *initial; /* the default, as one would write it */
    dp_config_set_fn *set;
    size_t offset;       /* of the value within struct dp_config */
    int64_t min, max;    /* of a duration or a number */
    const char *allowed; /* NULL: made of min and max */
    const char *help;
};

extern const struct dp_config_key dp_config_keys[];
extern const size_t dp_config_key_count;

#define DP_FORMULAS_ALLOWED                                                                        \
    "answered-and-abandoned, answered, offered, offered-less-short, target-abandons or "           \
    "credit-abandons"

/* NULL: there is none. */
const struct dp_config_key *dp_config_key_find(const char *section, const char *name);

/* True if the section is in the table (one with a name in its title is not). */
bool dp_config_section_known(const char *section);

/* The names of the section's keys, or of all sections, separated by ", ". */
void dp_config_list_keys(const char *section, char text[DP_CONFIG_TEXT]);
void dp_config_list_sections(char text[DP_CONFIG_TEXT]);

/* What a key's value may be. */
void dp_config_allowed(const struct dp_config_key *key, char text[DP_CONFIG_TEXT]);

/* "DESKPULSE_REDIS_FLUSH_INTERVAL". */
void dp_config_variable(const struct dp_config_key *key, char text[DP_CONFIG_TEXT]);

#endif
