/* Reads what people write of a rule's conditions (docs/alerts.md) into a struct dp_rule:
 *
 *   service_level < 80 % and (waiting > 5 or oldest_waiting_ms > 2m)
 *   state = break and state_ms > 20m
 *   waiting > 30s
 *
 * The rule's scope, has_window and has_period are to be set before: they say what may be asked
 * about. Words of the text that the rule goes on to need are put into `texts`: the caller's, as
 * long as the rule, of strlen(text) + 1 bytes. False: `error` has one line, with the column (from
 * 1, in bytes) and what is allowed there, and the rule is as it was. Thread: any. */
#ifndef DP_RULE_PARSE_H
#define DP_RULE_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "aggregator/rule.h"

/* Room for an error that lists all names. */
#define DP_RULE_ERROR 1792

/* `when` has to be read before `clear`: its terms come first. */
bool dp_rule_parse_when(struct dp_rule *rule, const char *text, char *texts, char *error,
                        size_t error_size);
bool dp_rule_parse_clear(struct dp_rule *rule, const char *text, char *texts, char *error,
                         size_t error_size);

/* "responses 5". */
bool dp_rule_parse_min(struct dp_rule *rule, const char *text, char *error, size_t error_size);

#endif
