#include "app/config_sections.h"

#include <string.h>

#include "app/config_hooks.h"
#include "app/config_rules.h"
#include "app/config_scorecard.h"
#include "app/config_value.h"
#include "common/memory.h"
#include "common/utf8.h"
#include "ingest/identifier.h"

static struct dp_queue_targets *queue_of(struct dp_config *config, const char *name)
{
    for (size_t i = 0; i < config->queue_count; i++)
        if (strcmp(config->queues[i].queue, name) == 0)
            return &config->queues[i];
    config->queues =
        dp_xrealloc(config->queues, (config->queue_count + 1) * sizeof *config->queues);
    struct dp_queue_targets *queue = &config->queues[config->queue_count++];
    *queue = (struct dp_queue_targets){.queue = dp_xstrdup(name)};
    return queue;
}

static bool open_queue(struct dp_config_load *load, const char *name)
{
    if (dp_utf8_valid(dp_str_from(name)) && dp_identifier_valid(dp_str_from(name)))
        return true;
    return dp_config_fail(load, load->section, NULL, "this is no name of a queue",
                          "1 to 128 bytes of UTF-8 without control characters, braces or colons");
}

static bool fail_here(struct dp_config_load *load, const char *key, const char *wrong,
                      const char *allowed)
{
    return dp_config_fail(load, load->section, key, wrong, allowed);
}

static bool set_hours(struct dp_config_load *load, struct dp_queue_targets *queue, const char *key,
                      const char *value)
{
    char quoted[80], wrong[DP_CONFIG_TEXT];
    if (queue->hours.count)
        return fail_here(load, key, "this is set twice", "each key once");
    if (dp_hours_parse(dp_str_from(value), &queue->hours))
        return true;
    snprintf(wrong, sizeof wrong, "%s is no service hours", dp_config_quote(quoted, value));
    return fail_here(load, key, wrong, DP_HOURS_ALLOWED);
}

/* Puts what a key of the table has set aside into the queue. False: it was there. */
static bool put_own(struct dp_queue_targets *queue, const struct dp_config_key *as,
                    const struct dp_config *set)
{
    bool *has = strcmp(as->name, "short_abandon") == 0 ? &queue->has_short_abandon
                : strcmp(as->section, "kpi") == 0      ? &queue->has_formula
                                                       : NULL;
    bool good = !has || !*has;
    for (int i = 0; i < DP_CHANNELS; i++) {
        good = good && !(set->target_ms[i] && queue->target_ms[i]);
        if (set->target_ms[i])
            queue->target_ms[i] = set->target_ms[i];
    }
    if (has == &queue->has_short_abandon)
        queue->short_abandon_ms = set->short_abandon_ms;
    if (has == &queue->has_formula)
        queue->formula = set->formula;
    if (has)
        *has = true;
    return good;
}

/* [queue "NAME"] takes what [target] does, by the names target.voice and so on, and some of [kpi].
 */
static bool set_queue(struct dp_config_load *load, const char *name, const char *key,
                      const char *value)
{
    struct dp_config scratch = {0};
    char wrong[DP_CONFIG_TEXT], allowed[DP_CONFIG_TEXT];
    bool target = strncmp(key, "target.", 7) == 0;
    bool kpi = strcmp(key, "short_abandon") == 0 || strcmp(key, "service_level_formula") == 0;
    const struct dp_config_key *as = dp_config_key_find(kpi ? "kpi" : "target", target ? key + 7
                                                                                : kpi  ? key
                                                                                       : "");
    if (strcmp(key, "hours") == 0)
        return set_hours(load, queue_of(load->config, name), key, value);
    if (!as)
        return fail_here(load, key, "there is no such key",
                         "target.voice, target.chat, target.email, service_level_formula, "
                         "short_abandon, hours");
    if (!as->set(&scratch, as, value, wrong)) {
        dp_config_allowed(as, allowed);
        return fail_here(load, key, wrong, allowed);
    }
    return put_own(queue_of(load->config, name), as, &scratch) ||
           fail_here(load, key, "this is set twice", "each key once");
}

const struct dp_config_section dp_config_sections[] = {
    {"queue",
     "target.voice, target.chat, target.email\n    as in [target], for one queue\n"
     "service_level_formula, short_abandon\n    as in [kpi], for one queue\n"
     "hours\n    when it is served: Mon-Fri 09:00-18:00, Sat 10:00-14:00\n",
     open_queue, set_queue},
    {"dimension",
     "weight\n    of the scorecard's dimension; all weights add up to 1; 0 takes it out\n"
     "measures\n    the figures it is made of, separated by commas\n",
     dp_config_open_dimension, dp_config_set_dimension},
    {"measure",
     "weight = 1\n    within its dimension; 0 takes it out\n"
     "floor, target\n    the values that give 0 and 100 points\n"
     "robust\n    as in [scorecard], for one mean time\n",
     dp_config_open_measure, dp_config_set_measure},
    {"award",
     "when\n    FIGURE OP NUMBER [and ...], top N %, or bottom N %\n"
     "period = month\n    day, ten-day, week, month, quarter or year\n"
     "kind = award\n    award or warning\n",
     dp_config_open_award, dp_config_set_award},
    {"rule", dp_config_rule_help, dp_config_open_rule, dp_config_set_rule},
    {"hook", dp_config_hook_help, dp_config_open_hook, dp_config_set_hook},
    {"team", dp_config_team_help, dp_config_open_team, dp_config_set_team},
};
const size_t dp_config_section_count = sizeof dp_config_sections / sizeof *dp_config_sections;

const struct dp_config_section *dp_config_section_find(char *title, char **name)
{
    size_t len = strlen(title);
    for (size_t i = 0; i < dp_config_section_count; i++) {
        const struct dp_config_section *section = &dp_config_sections[i];
        size_t word = strlen(section->word);
        if (strncmp(title, section->word, word) != 0)
            continue;
        char *quote = title + word + strspn(title + word, " \t");
        if (quote == title + word || *quote != '"' || quote + 1 >= title + len ||
            title[len - 1] != '"')
            return NULL;
        title[len - 1] = '\0';
        *name = quote + 1;
        return section;
    }
    return NULL;
}

void dp_config_list_titles(char text[DP_CONFIG_TEXT])
{
    dp_config_list_sections(text);
    char *end = text + strlen(text);
    for (size_t i = 0; i < dp_config_section_count; i++)
        end += sprintf(end, ", [%s \"NAME\"]", dp_config_sections[i].word);
}
