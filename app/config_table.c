#include "app/config_table.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "app/config_value.h"
#include "common/duration.h"
#include "ingest/adapter.h"

#define DP_SECOND 1000
#define DP_MINUTE 60000
#define DP_HOUR   3600000
#define DP_DAY    86400000
#define DP_MONTH  (31 * (int64_t)DP_DAY)
#define DP_YEAR   (366 * (int64_t)DP_DAY)

#define DP_AT(member) offsetof(struct dp_config, member)
#define DP_TOPICS     "letters, digits and ._- in a topic's name"

/* clang-format off */
const struct dp_config_key dp_config_keys[] = {
    {"kafka", "topics", "cc.calls, cc.chats", dp_set_topics, 0, 0, 0,
     "names of topics, separated by commas (" DP_TOPICS ")", "the topics of events"},
    {"kafka", "dead_letter_topic", "cc.dead", dp_set_topic, DP_AT(dead_letter_topic), 0, 0,
     "a name that is not in topics (" DP_TOPICS ")", "the topic for messages that cannot be used"},
    {"kafka", "control_topic", "deskpulse.control", dp_set_topic, DP_AT(control_topic), 0, 0,
     "a name that no other topic has (" DP_TOPICS ")",
     "the topic whose partition the active process owns; nothing is written to it"},
    {"kafka", "facts_topic", "", dp_set_optional_topic, DP_AT(facts_topic), 0, 0,
     "a name that no other topic has (" DP_TOPICS "), or nothing",
     "the topic that every fact is written to, for deskpulse explain (default: none)"},
    {"kafka", "format", "cloudevents", dp_set_format, DP_AT(format), 0, 0, NULL,
     "how messages are written"},
    {"redis", "url", "redis://localhost:6379/0", dp_set_redis_url, DP_AT(redis_url), 0, 0,
     "redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], the same with rediss://, or unix://PATH[?db=DB]",
     "the Redis server"},
    {"redis", "prefix", "dp", dp_set_prefix, DP_AT(redis_prefix), 0, 0,
     "1 to 64 characters without blanks, braces or colons", "what every key begins with"},
    {"redis", "flush_interval", "1s", dp_set_duration, DP_AT(flush_interval_ms), 50, DP_MINUTE,
     NULL, "how often changes are written"},
    {"redis", "commit_interval", "1s", dp_set_duration, DP_AT(commit_interval_ms), 50, DP_MINUTE,
     NULL, "how often the state is saved"},
    {"redis", "max_behind", "10s", dp_set_duration, DP_AT(max_behind_ms), DP_SECOND, DP_HOUR, NULL,
     "reading pauses while Redis is further behind than this"},
    {"window", "lengths", "1m 5m 15m 30m 1h 8h 24h", dp_set_windows, 0, 0, 0,
     "1 to 16 different durations of whole seconds from 1s to 7d, separated by blanks",
     "the lengths of the sliding windows"},
    {"window", "allowed_lateness", "60s", dp_set_duration, DP_AT(allowed_lateness_ms), 0, DP_DAY,
     NULL, "an event further behind its partition than this is late"},
    {"window", "timezone", "UTC", dp_set_timezone, DP_AT(timezone), 0, 0,
     "a name of the time zone database, such as Asia/Shanghai or UTC",
     "the time zone of calendar periods"},
    {"period", "kinds", "day ten-day week month quarter year", dp_set_kinds, 0, 0, 0,
     "day, ten-day, week, month, quarter, year, separated by blanks, or none",
     "the calendar periods that there are figures of"},
    {"period", "keep", "400d", dp_set_duration, DP_AT(period_keep_ms), DP_DAY, 10 * DP_YEAR, NULL,
     "how long a period's figures stay in Redis after its end"},
    {"period", "interval", "10s", dp_set_duration, DP_AT(period_interval_ms), 0, DP_HOUR, NULL,
     "how often figures of periods are written; 0s: with every change"},
    {"kpi", "short_abandon", "5s", dp_set_duration, DP_AT(short_abandon_ms), 0, DP_HOUR, NULL,
     "an abandon sooner than this is not held against anybody"},
    {"kpi", "fcr_window", "24h", dp_set_duration, DP_AT(fcr_window_ms), DP_SECOND, DP_MONTH, NULL,
     "a customer who comes back within this time was not helped the first time"},
    {"kpi", "service_level_formula", "answered-and-abandoned", dp_set_formula, 0, 0, 0,
     DP_FORMULAS_ALLOWED, "what the service level is a share of"},
    {"scorecard", "preset", "performance", dp_set_preset, 0, 0, 0,
     "performance, training or none", "the dimensions and measures to begin with"},
    {"scorecard", "robust", "p5-p95", dp_set_robust, 0, 0, 0, DP_ROBUST_ALLOWED,
     "how much extreme values weigh in the mean handling time, handle_mean_ms"},
    {"quality", "per_day", "3", dp_set_count, DP_AT(quality_per_day), 0, 1000, NULL,
     "the quality checks wanted of an agent on a day with work; 0: none"},
    {"quality", "per_month", "20", dp_set_count, DP_AT(quality_per_month), 0, 10000, NULL,
     "the same in a month"},
    {"target", "voice", "20s", dp_set_duration, DP_AT(target_ms[DP_CHANNEL_VOICE]), 1, DP_MONTH,
     NULL, "calls are to be answered within this time"},
    {"target", "chat", "60s", dp_set_duration, DP_AT(target_ms[DP_CHANNEL_CHAT]), 1, DP_MONTH, NULL,
     "chats are to be answered within this time"},
    {"target", "email", "24h", dp_set_duration, DP_AT(target_ms[DP_CHANNEL_EMAIL]), 1, DP_MONTH,
     NULL, "e-mails are to be answered within this time"},
    {"alert", "board_url", "", dp_set_web_url, DP_AT(board_url), 0, 0,
     "https://HOST[:PORT][/PATH], the same with http://, or nothing",
     "the board that messages about alerts lead to (default: they have no links)"},
    {"alert", "keep", "30d", dp_set_duration, DP_AT(alert_keep_ms), DP_HOUR, DP_YEAR, NULL,
     "what has begun and ended stays in the stream PREFIX:alerts for so long"},
    {"privacy", "customer_key_file", "", dp_set_customer_key, 0, 0, 0,
     "a file of 4096 bytes at most with a key of 32 at least, which its owner alone may write "
     "and others than its group may not read (chmod 640, 600 or 400)",
     "customers go by pseudonyms that are made with the key in this file (default: by their ids)"},
    {"limits", "dedup_horizon", "1h", dp_set_duration, DP_AT(dedup_horizon_ms), DP_HOUR, DP_MONTH,
     NULL, "the event time for which events are remembered, to know a duplicate"},
    {"limits", "contact_ttl", "7d", dp_set_duration, DP_AT(contact_ttl_ms), DP_MINUTE, DP_YEAR,
     NULL, "a contact without events for so long is forgotten"},
    {"limits", "scope_ttl", "8d", dp_set_duration, DP_AT(scope_ttl_ms), DP_MINUTE, DP_YEAR, NULL,
     "so is an agent, a team or a queue"},
    {"limits", "max_contacts", "5000000", dp_set_count, DP_AT(max_contacts), 1, 1000000000, NULL,
     "above this the contact that was silent longest is forgotten early"},
    {"limits", "max_waiting", "1000000", dp_set_count, DP_AT(max_waiting), 1, 1000000000, NULL,
     "above this an event ahead of its time counts at once"},
    {"http", "listen", "", dp_set_listen, DP_AT(http_listen), 0, 0,
     "ADDRESS:PORT such as 127.0.0.1:9464 or [::1]:9464, port 0 for a free one, or nothing",
     "where run answers /metrics, /healthz and /readyz (default: nowhere)"},
    {"board", "listen", "127.0.0.1:8087", dp_set_listen, DP_AT(board_listen), 0, 0,
     "ADDRESS:PORT such as 127.0.0.1:8087 or [::1]:8087, port 0 for a free one",
     "where deskpulse board is to be seen; not on this machine alone only with token_file"},
    {"board", "token_file", "", dp_set_text, DP_AT(board_token_file), 0, 0, NULL,
     "a file with the token that reading wants (default: whoever reaches the port may read)"},
    {"board", "ack_token_file", "", dp_set_text, DP_AT(board_ack_token_file), 0, 0, NULL,
     "a file with the token that acknowledging and silencing want (default: nobody may)"},
    {"board", "proxy_user_header", "", dp_set_header, DP_AT(board_user_header), 0, 0,
     "the name of a header, such as X-Remote-User, or nothing",
     "the header in which a reverse proxy on this machine says who is signed in (default: none)"},
    {"board", "window", "15m", dp_set_window_label, DP_AT(board_window), 0, 0,
     "one of [window] lengths, as it is written there", "the window that queues are shown by"},
    {"board", "agent_window", "1h", dp_set_window_label, DP_AT(board_agent_window), 0, 0,
     "one of [window] lengths, as it is written there", "the window that agents are shown by"},
    {"board", "service_level_target", "80", dp_set_count, DP_AT(board_service_level), 1, 100, NULL,
     "the percentage that the service level is compared with"},
    {"log", "level", "info", dp_set_level, DP_AT(log_level), 0, 0,
     "debug, info, warn or error", "the least important lines to write"},
};
/* clang-format on */
const size_t dp_config_key_count = sizeof dp_config_keys / sizeof *dp_config_keys;

const struct dp_config_key *dp_config_key_find(const char *section, const char *name)
{
    for (size_t i = 0; i < dp_config_key_count; i++)
        if (strcmp(dp_config_keys[i].section, section) == 0 &&
            strcmp(dp_config_keys[i].name, name) == 0)
            return &dp_config_keys[i];
    return NULL;
}

bool dp_config_section_known(const char *section)
{
    for (size_t i = 0; i < dp_config_key_count; i++)
        if (strcmp(dp_config_keys[i].section, section) == 0)
            return true;
    return false;
}

void dp_config_list_keys(const char *section, char text[DP_CONFIG_TEXT])
{
    char *end = text;
    for (size_t i = 0; i < dp_config_key_count; i++)
        if (strcmp(dp_config_keys[i].section, section) == 0)
            end += sprintf(end, "%s%s", end == text ? "" : ", ", dp_config_keys[i].name);
}

void dp_config_list_sections(char text[DP_CONFIG_TEXT])
{
    char *end = text;
    for (size_t i = 0; i < dp_config_key_count; i++)
        if (i == 0 || strcmp(dp_config_keys[i].section, dp_config_keys[i - 1].section) != 0)
            end += sprintf(end, "%s[%s]", i ? ", " : "", dp_config_keys[i].section);
}

void dp_config_allowed(const struct dp_config_key *key, char text[DP_CONFIG_TEXT])
{
    char min[32], max[32];
    if (key->allowed) {
        snprintf(text, DP_CONFIG_TEXT, "%s", key->allowed);
    } else if (key->set == dp_set_text) {
        snprintf(text, DP_CONFIG_TEXT, "%s", "the path of a file, or nothing");
    } else if (key->set == dp_set_format) {
        snprintf(text, DP_CONFIG_TEXT, "%s", dp_adapter_names());
    } else if (key->set == dp_set_duration) {
        dp_duration_format(key->min, min);
        dp_duration_format(key->max, max);
        snprintf(text, DP_CONFIG_TEXT, "a duration such as 500ms 20s 5m 24h 7d, from %s to %s", min,
                 max);
    } else {
        snprintf(text, DP_CONFIG_TEXT, "a whole number from %" PRId64 " to %" PRId64, key->min,
                 key->max);
    }
}

void dp_config_variable(const struct dp_config_key *key, char text[DP_CONFIG_TEXT])
{
    snprintf(text, DP_CONFIG_TEXT, "DESKPULSE_%s_%s", key->section, key->name);
    for (char *c = text; *c; c++)
        *c = *c == '.' ? '_' : (char)toupper((unsigned char)*c);
}
