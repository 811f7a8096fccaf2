/* Sections with a name in their title, [word "NAME"], of which a file may have many. Neither --set
 * nor a variable reaches them. A title may come again, to go on with its section;
 * that of a rule, a hook or a team may not. Thread: one. */
#ifndef DP_CONFIG_SECTIONS_H
#define DP_CONFIG_SECTIONS_H

#include "app/config_load.h"

struct dp_config_section {
    const char *word;
    const char *help; /* its keys, for people; each line ends with a newline */
    /* What a title, and a key below it, does. False: it is wrong, and that is said. */
    bool (*open)(struct dp_config_load *load, const char *name);
    bool (*set)(struct dp_config_load *load, const char *name, const char *key, const char *value);
};

extern const struct dp_config_section dp_config_sections[];
extern const size_t dp_config_section_count;

/* The section of a title, and its name, cut out of the title in place. NULL: it is no such title.
 */
const struct dp_config_section *dp_config_section_find(char *title, char **name);

/* All titles, of the table's sections and of these, separated by ", ". */
void dp_config_list_titles(char text[DP_CONFIG_TEXT]);

#endif
