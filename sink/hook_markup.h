/* A message in the markup of a chat. What comes from outside, such as a contact's id, shows as it
 * is and marks nothing up. Pure; any thread. */
#ifndef DP_HOOK_MARKUP_H
#define DP_HOOK_MARKUP_H

#include "common/text.h"
#include "sink/message.h"

enum dp_markup {
    DP_MARKUP_SLACK,    /* mrkdwn */
    DP_MARKUP_DINGTALK, /* Markdown with empty lines between lines */
    DP_MARKUP_WECOM     /* Markdown */
};

void dp_hook_markup(struct dp_text *to, enum dp_markup markup, const struct dp_message *message);

#endif
