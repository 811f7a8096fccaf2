/* A notice: an alert has begun or ended, or is told of again. A plain value; its texts belong to
 * whoever hands it out. Times in ms.
 *
 * What tells one alert from another is its id, made of rule, subject and begin alone, so that a
 * replay and a takeover come to the same; what tells one notice from another is its key, the id and
 * what happened: "4be1c3d2a5f60718:firing", "...:resolved", "...:repeat-2", "...:escalated".
 * Thread: any. */
#ifndef DP_NOTICE_H
#define DP_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/rule.h"
#include "common/str.h"

enum dp_notice_kind { DP_FIRING, DP_RESOLVED, DP_REPEATED, DP_ESCALATED, DP_NOTICE_KINDS };
extern const char *const dp_notice_kind_names[DP_NOTICE_KINDS]; /* "firing", "resolved" ... */

#define DP_ALERT_ID    17 /* 16 hexadecimal digits and the end */
#define DP_NOTICE_KEY  48
#define DP_NOTICE_TEXT 256

struct dp_notice {
    enum dp_notice_kind kind;
    char alert[DP_ALERT_ID];
    char key[DP_NOTICE_KEY];
    bool tell; /* somebody is to be told; false: silenced, quiet hours, or nobody was told of its
                * beginning: the transition alone is to be noted */
    bool escalated; /* those that it is escalated to have been told of it */

    /* Who is told, and labels: the rule as it was last known; of one that was gone when this
     * process began its name and scope alone. NULL in a notice that was kept. */
    const struct dp_rule *definition;
    struct dp_str rule, severity;
    enum dp_rule_scope scope;
    struct dp_str id;           /* of the agent, team, queue, contact or channel; absent for all */
    struct dp_str queue, team;  /* contact: as now; agent: the team that it is ranked in; absent:
                                 * none known */
    enum dp_channel channel;    /* contact, channel; DP_CHANNEL_NONE otherwise */
    char window[24];            /* "15m", "2026-11"; "": gauges or a contact */
    char value[DP_NOTICE_TEXT]; /* "service_level 0.712000, responses 18": its terms as they are */
    struct dp_str when;         /* the condition as written */
    int64_t since_ms;           /* it has held since */
    int64_t fired_ms;           /* the alert began */
    int64_t at_ms;              /* T of this notice */
    uint32_t number;            /* REPEATED: 1, 2 ... */
};

#endif
