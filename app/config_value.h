/* What a key's value may be, and how it goes into the configuration: one function for each kind of
 * value, for the table to name.
 *
 * What is put there belongs to the configuration; what was there before is freed. Durations are
 * given with their unit and kept in milliseconds. Thread: one. */
#ifndef DP_CONFIG_VALUE_H
#define DP_CONFIG_VALUE_H

#include "app/config_table.h"

/* At the key's offset: */
dp_config_set_fn dp_set_duration;       /* from its min to its max */
dp_config_set_fn dp_set_count;          /* likewise */
dp_config_set_fn dp_set_topic;          /* a name of a topic */
dp_config_set_fn dp_set_optional_topic; /* or "": none */
dp_config_set_fn dp_set_format;         /* the name of an adapter */
dp_config_set_fn dp_set_redis_url;      /* `wrong` leaves it out: it may hold a password */
dp_config_set_fn dp_set_prefix;
dp_config_set_fn dp_set_web_url;      /* or "": none */
dp_config_set_fn dp_set_listen;       /* or "": nowhere */
dp_config_set_fn dp_set_text;         /* any */
dp_config_set_fn dp_set_header;       /* a name of HTTP, or "": none */
dp_config_set_fn dp_set_window_label; /* a duration as it is written */
dp_config_set_fn dp_set_timezone;     /* one that the system knows */
dp_config_set_fn dp_set_level;

/* Each to a place of its own: */
dp_config_set_fn dp_set_topics;       /* separated by commas */
dp_config_set_fn dp_set_windows;      /* in any order */
dp_config_set_fn dp_set_kinds;        /* of periods */
dp_config_set_fn dp_set_customer_key; /* a file, which is read; "": none */
dp_config_set_fn dp_set_formula;
dp_config_set_fn dp_set_preset;
dp_config_set_fn dp_set_robust;

/* `value` in quotes for a message, cut short, without control characters; returns `text`. */
const char *dp_config_quote(char text[80], const char *value);

#endif
