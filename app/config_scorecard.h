/* The sections of the configuration that describe the scorecard: [dimension "NAME"],
 * [measure "NAME"] and [award "NAME"]. What they say goes into a draft (scorecard_draft.h). Thread:
 * one. */
#ifndef DP_CONFIG_SCORECARD_H
#define DP_CONFIG_SCORECARD_H

#include "app/config_load.h"

/* As in struct dp_config_section. */
bool dp_config_open_dimension(struct dp_config_load *load, const char *name);
bool dp_config_set_dimension(struct dp_config_load *load, const char *name, const char *key,
                             const char *value);
bool dp_config_open_measure(struct dp_config_load *load, const char *name);
bool dp_config_set_measure(struct dp_config_load *load, const char *name, const char *key,
                           const char *value);
bool dp_config_open_award(struct dp_config_load *load, const char *name);
bool dp_config_set_award(struct dp_config_load *load, const char *name, const char *key,
                         const char *value);

#endif
