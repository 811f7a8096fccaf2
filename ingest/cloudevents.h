/* The adapter "cloudevents": CloudEvents 1.0 in JSON, one event a message, structured or binary
 * mode.
 *
 * An event's strings point into the parsed message, which lives until the next decode. One instance
 * keeps one parsed message: at most 24 bytes of memory for each byte of the longest message it has
 * met. */
#ifndef DP_CLOUDEVENTS_H
#define DP_CLOUDEVENTS_H

#include "ingest/adapter.h"

extern const struct dp_adapter dp_cloudevents;

#endif
