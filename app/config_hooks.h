/* The sections of the configuration that say whom alerts are told to: [hook "NAME"] and
 * [team "NAME"]. Thread: one. */
#ifndef DP_CONFIG_HOOKS_H
#define DP_CONFIG_HOOKS_H

#include "app/config_load.h"

/* The hook of the alert's team, where a rule names it (struct dp_team_route). */
#define DP_TEAM_LEAD "team-lead"

extern const char dp_config_hook_help[], dp_config_team_help[];

/* As in struct dp_config_section. */
bool dp_config_open_hook(struct dp_config_load *load, const char *name);
bool dp_config_set_hook(struct dp_config_load *load, const char *name, const char *key,
                        const char *value);
bool dp_config_open_team(struct dp_config_load *load, const char *name);
bool dp_config_set_team(struct dp_config_load *load, const char *name, const char *key,
                        const char *value);

/* Makes the configuration's hooks and routes of load->alerts, and reads their secrets. False: they
 * are wrong, and that is said, with the line of the file. */
bool dp_hooks_build(struct dp_config_load *load);

/* NULL: there is none. */
const struct dp_hook *dp_config_hook_find(const struct dp_config *config, const char *name);

/* The names of all hooks, or what there has to be where there is none, for a message. */
const char *dp_config_hook_names(const struct dp_config *config, char text[DP_CONFIG_TEXT]);

#endif
