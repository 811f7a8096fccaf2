/* A notification's fields in a JSON object that is being made. Thread: one. */
#ifndef DP_NOTIFICATION_JSON_H
#define DP_NOTIFICATION_JSON_H

#include <yyjson.h>

#include "sink/notification.h"

/* Adds what the notice and the labels say (notification.h) to `object`: all but the hook and the
 * time. */
void dp_notification_put(yyjson_mut_doc *doc, yyjson_mut_val *object,
                         const struct dp_notification *notification);

#endif
