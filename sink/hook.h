/* A hook: whom notices are told to, and how ([hook "NAME"], docs/alerts.md). A plain value; its
 * texts belong to the configuration, and its secrets are in no log, help or Redis key. Times in ms.
 * Thread: any. */
#ifndef DP_HOOK_H
#define DP_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dp_hook_type {
    DP_HOOK_WEBHOOK,      /* JSON, signed after the Standard Webhooks scheme */
    DP_HOOK_ALERTMANAGER, /* Prometheus Alertmanager, API v2 */
    DP_HOOK_SLACK,        /* incoming webhook */
    DP_HOOK_DINGTALK,     /* robot; signed where there is a secret */
    DP_HOOK_WECOM,        /* group robot */
    DP_HOOK_FEISHU,       /* bot; signed where there is a secret */
    DP_HOOK_PAGERDUTY,    /* Events API v2; the secret is the routing key */
    DP_HOOK_EMAIL,        /* SMTP; the secret is the password */
    DP_HOOK_TYPES
};
extern const char *const dp_hook_type_names[DP_HOOK_TYPES];

enum dp_language { DP_ENGLISH, DP_CHINESE };

struct dp_hook {
    const char *name;
    enum dp_hook_type type;
    const char *url;       /* https, http; smtp, smtps for email */
    const char *secret;    /* read from secret_file, or from the environment; NULL: none */
    const char *from, *to; /* email; `to` may name several, separated by commas */
    const char *user;      /* email; NULL: not logged in */
    const char *ca_file;   /* whom to trust instead of the system's; NULL: the system's */
    enum dp_language language;
    bool allow_private;   /* private, loopback and link-local addresses may be told too */
    int64_t timeout_ms;   /* of one request, all in all; 10 s if not said */
    uint32_t per_minute;  /* messages; 0: as many as there are; 60 if not said */
    uint32_t group;       /* notices of one rule in one message at most; 20 if not said */
    const char *fallback; /* the hook that is told when this one is dead; NULL: none */
    int line;             /* where the configuration file begins with it */
};

/* Where people look further; NULL: messages have no such link. */
struct dp_links {
    const char *board; /* "https://board.example.com" */
};

/* Which hook "team-lead" is for a team ([team "NAME"] lead = HOOK). */
struct dp_team_route {
    const char *team, *hook;
};

#endif
