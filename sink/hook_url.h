/* Where a hook's URL leads to, without what is secret in it. Pure; any thread. */
#ifndef DP_HOOK_URL_H
#define DP_HOOK_URL_H

#include <stdbool.h>

struct dp_hook_url {
    char scheme[8]; /* http, https, smtp, smtps */
    char host[256]; /* ASCII; an IPv6 address without its brackets */
    int port;       /* the scheme's own where none is written */
};

/* False: `url` is none of those; *error says what is wrong (static), and tells nothing of it. */
bool dp_hook_url_parse(struct dp_hook_url *parsed, const char *url, const char **error);

#endif
