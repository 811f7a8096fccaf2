#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "aggregator/alert.h"
#include "common/memory.h"

void dp_alert_copy_text(const char **text)
{
    if (*text)
        *text = dp_xstrdup(*text);
}

void dp_alert_keep_text(char **kept, struct dp_str text)
{
    if (dp_str_equal(dp_str_from(*kept), text))
        return;
    free(*kept);
    *kept = NULL;
    if (!text.len)
        return;
    *kept = dp_xmalloc(text.len + 1);
    memcpy(*kept, text.p, text.len);
    (*kept)[text.len] = '\0';
}

void dp_alert_copy_patterns(struct dp_patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++)
        dp_alert_copy_text(&patterns->items[i]);
}

void dp_alert_free_patterns(struct dp_patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++)
        free((char *)patterns->items[i]);
}

static void free_texts(struct dp_rule *rule)
{
    free((char *)rule->name);
    free((char *)rule->when_text);
    free((char *)rule->min_name);
    free((char *)rule->severity);
    dp_alert_free_patterns(&rule->match.id);
    dp_alert_free_patterns(&rule->match.queue);
    dp_alert_free_patterns(&rule->match.team);
    for (size_t i = 0; i < rule->term_count; i++) {
        free((char *)rule->terms[i].name);
        free((char *)rule->terms[i].text);
    }
    for (size_t i = 0; i < rule->notify_count; i++)
        free((char *)rule->notify[i]);
    free((char *)rule->escalate);
    for (size_t i = 0; i < rule->label_count; i++) {
        free((char *)rule->labels[i].name);
        free((char *)rule->labels[i].value);
    }
}

static void copy_texts(struct dp_rule *rule)
{
    dp_alert_copy_text(&rule->name);
    dp_alert_copy_text(&rule->when_text);
    dp_alert_copy_text(&rule->min_name);
    dp_alert_copy_text(&rule->severity);
    dp_alert_copy_patterns(&rule->match.id);
    dp_alert_copy_patterns(&rule->match.queue);
    dp_alert_copy_patterns(&rule->match.team);
    for (size_t i = 0; i < rule->term_count; i++) {
        dp_alert_copy_text(&rule->terms[i].name);
        dp_alert_copy_text(&rule->terms[i].text);
    }
    for (size_t i = 0; i < rule->notify_count; i++)
        dp_alert_copy_text(&rule->notify[i]);
    dp_alert_copy_text(&rule->escalate);
    for (size_t i = 0; i < rule->label_count; i++) {
        dp_alert_copy_text(&rule->labels[i].name);
        dp_alert_copy_text(&rule->labels[i].value);
    }
}

struct dp_alert_rule *dp_alert_rule_create(struct dp_str name, enum dp_rule_scope scope)
{
    struct dp_alert_rule *kept = dp_xcalloc(1, sizeof *kept);
    char *text = NULL;
    dp_alert_keep_text(&text, name);
    kept->rule.name = text;
    kept->rule.scope = scope;
    kept->hash = XXH3_64bits_withSeed(name.p, name.len, (uint64_t)scope);
    return kept;
}

void dp_alert_rule_define(struct dp_alert_rule *kept, const struct dp_rule *rule)
{
    struct dp_rule copy = *rule;
    copy_texts(&copy);
    free_texts(&kept->rule);
    kept->rule = copy;
    kept->known = true;
    kept->sources = 0;
    kept->of_event_age = false;
    for (size_t i = 0; i < rule->term_count; i++) {
        kept->sources |= 1u << rule->terms[i].source;
        kept->of_event_age |=
            rule->terms[i].source == DP_TERM_AGE && rule->terms[i].age == DP_AGE_EVENT;
    }
    if (rule->min_name)
        kept->sources |= 1u << (rule->has_window ? DP_TERM_WINDOW : DP_TERM_PERIOD);
    kept->channel = DP_CHANNEL_NONE;
    if (rule->scope != DP_RULE_CONTACT && rule->scope != DP_RULE_CHANNEL && rule->match.channels)
        kept->channel = (enum dp_channel)__builtin_ctz(rule->match.channels);
}

void dp_alert_rule_destroy(struct dp_alert_rule *kept)
{
    free_texts(&kept->rule);
    free(kept);
}

bool dp_alert_rule_is(const struct dp_alert_rule *kept, struct dp_str name,
                      enum dp_rule_scope scope)
{
    return kept->rule.scope == scope && dp_str_equal(dp_str_from(kept->rule.name), name);
}

/* One of a set of bits; an empty one is of all. */
static bool is_in(unsigned set, unsigned bit)
{
    return !set || set >> bit & 1;
}

bool dp_alert_rule_matches(const struct dp_alert_rule *kept, struct dp_str id, struct dp_str team)
{
    const struct dp_rule_match *match = &kept->rule.match;
    switch (kept->rule.scope) {
    case DP_RULE_ALL:
        return true;
    case DP_RULE_AGENT:
        return dp_patterns_match(&match->id, id) && dp_patterns_match(&match->team, team);
    case DP_RULE_TEAM:
        return dp_patterns_match(&match->id, id) && dp_patterns_match(&match->team, id);
    case DP_RULE_QUEUE:
        return dp_patterns_match(&match->id, id) && dp_patterns_match(&match->queue, id);
    default:
        return dp_patterns_match(&match->id, id);
    }
}

bool dp_alert_rule_matches_contact(const struct dp_alert_rule *kept,
                                   const struct dp_contact_now *contact)
{
    const struct dp_rule_match *match = &kept->rule.match;
    return is_in(match->channels, contact->channel) &&
           is_in(match->priorities, contact->priority) &&
           dp_patterns_match(&match->id, contact->id) &&
           dp_patterns_match(&match->queue, contact->queue) &&
           dp_patterns_match(&match->team, contact->team);
}
