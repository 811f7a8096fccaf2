/* What people read: notices of one rule as a title and lines, in English or Chinese, without
 * anything of the format that they are written in. Times in UTC, as RFC 3339. Thread: any. */
#ifndef DP_MESSAGE_H
#define DP_MESSAGE_H

#include <stddef.h>

#include "sink/hook.h"
#include "sink/notification.h"

enum dp_message_form {
    DP_LINE_TEXT, /* as it is */
    DP_LINE_CODE, /* a condition, a command: to be copied */
    DP_LINE_LINK, /* a URL */
    DP_LINE_ITEM  /* one of a list, without a label */
};

struct dp_message_line {
    enum dp_message_form form;
    const char *label; /* static; NULL: none */
    char *text;
};

struct dp_message {
    char *title;
    const char *colon; /* what stands between a label and its text; static */
    struct dp_message_line *lines;
    size_t count, capacity;
};

/* One notice with all there is to say, or several as a list, with what they share. All of
 * `notifications` (at least one) are of one rule. `links` may be NULL. */
void dp_message_init(struct dp_message *message, enum dp_language language,
                     const struct dp_links *links,
                     const struct dp_notification *const *notifications, size_t count);
void dp_message_deinit(struct dp_message *message);

#endif
