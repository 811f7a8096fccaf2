/* What a hook is sent for a group of notifications of one rule, and what its answer means.
 * Each type's form is in a file of its own (hook_webhook.c, hook_chat.c ...). Thread: any. */
#ifndef DP_HOOK_REQUEST_H
#define DP_HOOK_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/hook.h"
#include "sink/notification.h"

#define DP_HOOK_HEADERS_MAX 4

struct dp_hook_request {
    char *url;                          /* may hold a secret: never logged */
    char *headers[DP_HOOK_HEADERS_MAX]; /* "Name: value" */
    size_t header_count;
    char *body; /* POSTed; of an email the message as it is sent */
    size_t body_len;
    size_t taken; /* how many of the notifications are in it, the first ones */
};

/* Makes the request for as many of the notifications, from the first on, as one message may hold:
 * at least one. All are of one rule and the hook's, and were told through the same hook. `links`
 * may be NULL; `now_ms`, by the wall clock, goes into signatures. The same notifications make the
 * same message but for that. */
void dp_hook_request_init(struct dp_hook_request *request, const struct dp_hook *hook,
                          const struct dp_links *links,
                          const struct dp_notification *const *notifications, size_t count,
                          int64_t now_ms);
void dp_hook_request_deinit(struct dp_hook_request *request);

enum dp_hook_verdict {
    DP_HOOK_DONE,
    DP_HOOK_RETRY,  /* not now, perhaps later */
    DP_HOOK_REFUSED /* not ever: the same would be refused again */
};

#define DP_HOOK_REASON 200

/* What an answer means: `error` where none came (NULL otherwise), the status of HTTP or SMTP (0:
 * none), the body's beginning. `reason` says why it was not done; it tells no URL and no secret. */
enum dp_hook_verdict dp_hook_judge(const struct dp_hook *hook, const char *error, long status,
                                   struct dp_str body, char reason[DP_HOOK_REASON]);

#endif
