/* OK and QUEUED, which Redis answers by the thousand, cost hiredis no memory of their own.
 * Thread: any. */
#ifndef DP_USUAL_REPLIES_H
#define DP_USUAL_REPLIES_H

#include "sink/compat.h"

/* How a reader makes and frees replies; lives for ever. */
redisReplyObjectFunctions *dp_usual_replies(void);

#endif
