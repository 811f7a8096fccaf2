/* What `deskpulse alert` does with the alerts in Redis. Each action is whole or not done; it
 * returns an exit code, and has said in one line on standard error what went wrong. Times in ms.
 * Thread: one. */
#ifndef DP_ALERT_ACTIONS_H
#define DP_ALERT_ACTIONS_H

#include "app/alert_list.h"
#include "app/alert_redis.h"
#include "app/alert_silence.h"

/* What is asked for; NULL: not said. Texts are UTF-8 and as long as alert_text.h allows. */
struct dp_alert_request {
    const char *rule, *severity, *id; /* list, silence; patterns but `severity` */
    bool has_scope;                   /* list, silence */
    enum dp_rule_scope scope;
    bool json;  /* list */
    char **ids; /* ack, unsilence: one or more */
    size_t id_count;
    const char *by, *note; /* ack, silence; `by` is said */
    int64_t for_ms;        /* silence: how long */
};

/* Shows the alerts that fire and are wanted. */
int dp_alert_list(struct dp_alert_redis *redis, const struct dp_alert_request *request);

/* Notes for each of the alerts that somebody sees to it; refused if one does not fire. */
int dp_alert_acknowledge(struct dp_alert_redis *redis, const struct dp_alert_request *request);

/* Adds a silence and prints its id. Refused where there are DP_SILENCES_MAX, which two that are
 * added at the same moment may pass by one. */
int dp_alert_add_silence(struct dp_alert_redis *redis, const struct dp_alert_request *request);

/* Shows the silences in force, and removes those that have ended. */
int dp_alert_show_silences(struct dp_alert_redis *redis, const struct dp_alert_request *request);

/* Removes silences; refused if one is not there. */
int dp_alert_remove_silences(struct dp_alert_redis *redis, const struct dp_alert_request *request);

#endif
