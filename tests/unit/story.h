/* Events in a compact notation, so that a test reads like the contact it is about:
 *
 *   "0 offered voice q1 t1 x; 5000 answered a1; 5000/c2#b answered a2; 9000 ended"
 *
 * Each is TIME[/CONTACT][#ID] and one of these, "-" for an optional word that is left out:
 *   offered CHANNEL QUEUE [TEAM [CUSTOMER [PRIORITY]]]
 *   answered AGENT [TEAM]                     declined AGENT
 *   message customer|bot|AGENT                held AGENT                 retrieved AGENT
 *   transferred AGENT [QUEUE]                 ended                      wrapped AGENT
 *   abandoned                                 resolved yes|no [AGENT]    reopened
 *   rated AGENT SCORE SCALE [TEAM [QUEUE [CHANNEL]]]                     state AGENT STATE [TEAM
 * [REASON]] complained AGENT [TEAM [QUEUE [CHANNEL]]]                            measured AGENT
 * [TEAM] scored AGENT SCORE [TEAM [fatal]] TIME is in ms. An event without an ID gets one that
 * sorts by its place in the story. */
#ifndef DP_STORY_H
#define DP_STORY_H

#include <stdbool.h>

#include "ingest/event.h"

struct dp_story {
    const char *rest; /* what is still to be told; must outlive the events */
    int64_t base_ms;  /* added to every time */
    unsigned number;
    char id[16]; /* of the latest event */
};

/* The next event; false at the end. The event is valid until the next call. Fails the test for a
 * word that is not understood. */
bool dp_story_next(struct dp_story *story, struct dp_event *event);

#endif
