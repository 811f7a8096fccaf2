/* Reads `match`: which agents, queues, contacts ... a rule is about. Thread: any.
 *
 *   billing, tech-*
 *   team=north team=south channel=voice priority=urgent
 *   queue="second line"
 *
 * Items are separated by blanks or commas; what has no KIND= is an id, or in scope channel a
 * channel. Several of one kind mean any of them; all kinds have to fit. */
#ifndef DP_RULE_MATCH_H
#define DP_RULE_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "aggregator/rule.h"

/* Names go to `texts`: the caller's, as long as the match, of strlen(text) + 1 bytes. False:
 * `error` says why, as in rule_parse.h, and the match is as it was. */
bool dp_rule_match_parse(struct dp_rule_match *match, enum dp_rule_scope scope, const char *text,
                         char *texts, char *error, size_t error_size);

#endif
