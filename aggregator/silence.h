/* Which contacts have been silent longest: each is filed under the second in which something was
 * last heard of it. Which are found depends only on the contacts and the time asked for, not on the
 * order in which they came. Thread: one. */
#ifndef DP_SILENCE_H
#define DP_SILENCE_H

#include <stddef.h>
#include <stdint.h>

struct dp_contact;

/* A wheel of lists, each for a second and those that are whole turns away. */
struct dp_silence {
    struct dp_contact **seconds; /* NULL before the first contact */
    struct dp_contact *due;      /* taken off the wheel, not yet looked at */
    int64_t next;                /* the first second that was not taken off yet */
    size_t count;
};

void dp_silence_init(struct dp_silence *silence);
void dp_silence_deinit(struct dp_silence *silence); /* the contacts are their owner's */

/* Files a contact under its last_ms. When that moves on nothing needs to be done: touching the
 * neighbours' memory with each event would cost more than looking again when its turn comes. */
void dp_silence_add(struct dp_silence *silence, struct dp_contact *contact);
void dp_silence_remove(struct dp_silence *silence, struct dp_contact *contact);

/* One of the longest silent, among the contacts last heard of in a second before that of
 * `before_ms`; NULL: none. */
struct dp_contact *dp_silence_first(struct dp_silence *silence, int64_t before_ms);

#endif
