/* Server-sent events: whoever looks at a view gets all of it once, and then what changes. What is
 * told is made once for all who look at the same view. Thread: the loop's.
 *
 *   event: snapshot      all of the view
 *   event: delta         the changed scopes of the view alone, each whole
 *   event: beat          every 2 s: the time, how old the figures are, whether Redis is there
 *
 * A reader that takes too long is cut off; it comes again by itself, and gets a snapshot. */
#ifndef DP_BOARD_STREAM_H
#define DP_BOARD_STREAM_H

#include <uv.h>

#include "board/model.h"
#include "board/reader.h"

struct MHD_Connection;
struct MHD_Response;
struct dp_streams;

/* At most so many at a time. */
#define DP_STREAMS_MAX 1000

struct dp_streams *dp_streams_create(uv_loop_t *loop, struct dp_model *model);

/* Where details come from; to be set before a stream is opened. */
void dp_streams_set_reader(struct dp_streams *streams, struct dp_reader *reader);

/* Cuts all off; the daemon is to be stopped after that, and then this is to be closed. */
void dp_streams_stop(struct dp_streams *streams);
void dp_streams_close(struct dp_streams *streams);

/* "wall", "alerts", "team:ID", "agent:ID", "queue:ID". NULL: there is no such view, or no room
 * (`full`). The response is the caller's to give back. */
struct MHD_Response *dp_streams_open(struct dp_streams *streams, struct MHD_Connection *connection,
                                     struct dp_str view, bool *full);

/* Tells what has changed since the model was settled. */
void dp_streams_tell(struct dp_streams *streams);

#endif
