/* The section [rule "NAME"] of the configuration. Thread: one. */
#ifndef DP_CONFIG_RULES_H
#define DP_CONFIG_RULES_H

#include "app/config_load.h"

extern const char dp_config_rule_help[];

/* As in struct dp_config_section. */
bool dp_config_open_rule(struct dp_config_load *load, const char *name);
bool dp_config_set_rule(struct dp_config_load *load, const char *name, const char *key,
                        const char *value);

/* Makes the configuration's rules of load->alerts; windows, periods, hooks and routes have to be
 * there. False: they are wrong, and that is said, with the line of the file. */
bool dp_rules_build(struct dp_config_load *load);

#endif
