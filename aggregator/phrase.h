/* Reads the words, comparisons and numbers of a condition as people write it, one after the other
 * (award.h, rule_parse.h). Blanks between them mean nothing.
 *
 * What is taken points into the text. The first failure is told in one line, with the column (from
 * 1, in bytes) and what is allowed there. Thread: any. */
#ifndef DP_PHRASE_H
#define DP_PHRASE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/str.h"

enum dp_comparison { DP_LT, DP_LE, DP_GT, DP_GE, DP_EQ, DP_NE };

struct dp_phrase {
    const char *text, *at; /* all of it, and what has not been read yet */
    char *error;
    size_t error_size;
};

void dp_phrase_skip_blanks(struct dp_phrase *phrase);

/* The word that comes next, of letters, digits and '_'; maybe none (len 0, at what stands there).
 */
struct dp_str dp_phrase_word(struct dp_phrase *phrase);

/* The number that comes next with its unit, up to a blank or a parenthesis; a percent sign may
 * stand apart. Maybe none. */
struct dp_str dp_phrase_number(struct dp_phrase *phrase);

/* What stands in quotes next, without them, or else all up to one of `ends`; maybe none. False: the
 * quotes do not end, and that is told. */
bool dp_phrase_text(struct dp_phrase *phrase, const char *ends, struct dp_str *text);

/* Copies a text to *room, which moves on behind its end. */
const char *dp_phrase_keep(struct dp_str text, char **room);

/* False: there is none, and that is told. */
bool dp_phrase_comparison(struct dp_phrase *phrase, enum dp_comparison *comparison);

/* The place of a name among `count`; -1: it is none of them. */
int dp_phrase_find(const char *const *names, int count, struct dp_str name);

/* The names, separated by ", ", cut to fit; returns `text`. */
const char *dp_phrase_list(const char *const *names, int count, char *text, size_t size);

/* How long what stands there is in a message: up to the next blank, 40 bytes at most. */
int dp_phrase_shown(const char *at);

/* Tells what is wrong at `at`; returns false. */
bool dp_phrase_fail(const struct dp_phrase *phrase, const char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same: what stands there is no `what`, or there is nothing. */
bool dp_phrase_fail_at(const struct dp_phrase *phrase, const char *at, const char *what,
                       const char *allowed);

#endif
