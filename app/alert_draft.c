#include "app/alert_draft.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/phrase.h"
#include "app/config_value.h"
#include "common/duration.h"
#include "common/memory.h"
#include "common/utf8.h"

#define DP_BLANKS " \t"

static struct dp_alert_section *find(const struct dp_config_load *load,
                                     const struct dp_alert_kind *kind, const char *name)
{
    for (size_t i = 0; load->alerts && i < load->alerts->count; i++) {
        struct dp_alert_section *section = &load->alerts->sections[i];
        if (section->kind == kind && strcmp(section->name, name) == 0)
            return section;
    }
    return NULL;
}

bool dp_alert_open(struct dp_config_load *load, const struct dp_alert_kind *kind, const char *name)
{
    char wrong[DP_CONFIG_TEXT], allowed[DP_CONFIG_TEXT];
    const struct dp_alert_section *other = find(load, kind, name);
    if (other) {
        snprintf(wrong, sizeof wrong, "this %s is there twice, first in line %d", kind->word,
                 other->line);
        snprintf(allowed, sizeof allowed, "each %s once", kind->word);
        return dp_config_fail(load, load->section, NULL, wrong, allowed);
    }
    if (!load->alerts)
        load->alerts = dp_xcalloc(1, sizeof *load->alerts);
    struct dp_alert_draft *draft = load->alerts;
    draft->sections =
        dp_xgrow(draft->sections, draft->count, &draft->capacity, sizeof *draft->sections);
    draft->sections[draft->count++] =
        (struct dp_alert_section){.kind = kind, .name = dp_xstrdup(name), .line = load->line};
    return true;
}

bool dp_alert_set(struct dp_config_load *load, const struct dp_alert_kind *kind, const char *name,
                  const char *key, const char *value)
{
    char keys[DP_CONFIG_TEXT];
    struct dp_alert_section *section = find(load, kind, name);
    int at = dp_phrase_find(kind->keys, kind->key_count, dp_str_from(key));
    if (at < 0)
        return dp_config_fail(load, load->section, key, "there is no such key",
                              dp_phrase_list(kind->keys, kind->key_count, keys, sizeof keys));
    if (section->lines[at])
        return dp_config_fail_twice(load, load->section, key, section->lines[at]);
    section->lines[at] = load->line;
    if (!*value)
        return dp_config_fail(load, load->section, key, "there is no value", "a value behind =");
    if (!dp_utf8_valid(dp_str_from(value)))
        return dp_config_fail(load, load->section, key, "this is no UTF-8", "text in UTF-8");
    section->values[at] = dp_xstrdup(value);
    return true;
}

const struct dp_alert_section *dp_alert_next(const struct dp_config_load *load,
                                             const struct dp_alert_kind *kind,
                                             const struct dp_alert_section *after)
{
    const struct dp_alert_draft *draft = load->alerts;
    for (size_t i = after ? (size_t)(after - draft->sections) + 1 : 0; draft && i < draft->count;
         i++)
        if (draft->sections[i].kind == kind)
            return &draft->sections[i];
    return NULL;
}

size_t dp_alert_count(const struct dp_config_load *load, const struct dp_alert_kind *kind)
{
    size_t count = 0;
    const struct dp_alert_section *section = NULL;
    while ((section = dp_alert_next(load, kind, section)))
        count++;
    return count;
}

bool dp_alert_fail_text(struct dp_config_load *load, const struct dp_alert_section *section,
                        int key, const char *text)
{
    char title[sizeof load->section];
    snprintf(title, sizeof title, "%s \"%s\"", section->kind->word, section->name);
    load->line = key >= 0 && section->lines[key] ? section->lines[key] : section->line;
    return dp_config_fail_text(load, title, key >= 0 ? section->kind->keys[key] : NULL, text);
}

bool dp_alert_fail(struct dp_config_load *load, const struct dp_alert_section *section, int key,
                   const char *wrong, const char *allowed)
{
    char text[2 * DP_CONFIG_TEXT + 16];
    snprintf(text, sizeof text, "%s; allowed: %s", wrong, allowed);
    return dp_alert_fail_text(load, section, key, text);
}

bool dp_alert_fail_value(struct dp_config_load *load, const struct dp_alert_section *section,
                         int key, const char *value, const char *what, const char *allowed)
{
    char wrong[DP_CONFIG_TEXT], quoted[80];
    snprintf(wrong, sizeof wrong, "%s %s", dp_config_quote(quoted, value), what);
    return dp_alert_fail(load, section, key, wrong, allowed);
}

bool dp_alert_take_duration(struct dp_config_load *load, const struct dp_alert_section *section,
                            int key, int64_t min, int64_t max, int64_t *ms)
{
    char least[32], most[32], allowed[DP_CONFIG_TEXT];
    const char *value = section->values[key];
    int64_t parsed;
    if (!value)
        return true;
    bool good = dp_duration_parse(dp_str_from(value), &parsed);
    if (good && parsed >= min && parsed <= max) {
        *ms = parsed;
        return true;
    }
    dp_duration_format(min, least);
    dp_duration_format(max, most);
    snprintf(allowed, sizeof allowed, "a duration such as 500ms 20s 5m 24h 7d, from %s to %s",
             least, most);
    return dp_alert_fail_value(load, section, key, value,
                               !good          ? "is no duration"
                               : parsed < min ? "is too small"
                                              : "is too large",
                               allowed);
}

bool dp_alert_take_count(struct dp_config_load *load, const struct dp_alert_section *section,
                         int key, uint32_t min, uint32_t max, uint32_t *number)
{
    char allowed[DP_CONFIG_TEXT];
    const char *value = section->values[key];
    uint64_t count = 0;
    if (!value)
        return true;
    size_t digits = strspn(value, "0123456789");
    for (size_t i = 0; i < digits && count <= max; i++)
        count = count * 10 + (uint64_t)(value[i] - '0');
    bool good = digits && !value[digits];
    if (good && count >= min && count <= max) {
        *number = (uint32_t)count;
        return true;
    }
    snprintf(allowed, sizeof allowed, "a whole number from %" PRIu32 " to %" PRIu32, min, max);
    return dp_alert_fail_value(load, section, key, value,
                               !good         ? "is no whole number"
                               : count < min ? "is too small"
                                             : "is too large",
                               allowed);
}

bool dp_alert_take_name(struct dp_config_load *load, const struct dp_alert_section *section,
                        int key, const char *const *names, int count, const char *what, int *place)
{
    char allowed[DP_CONFIG_TEXT];
    const char *value = section->values[key];
    int found = value ? dp_phrase_find(names, count, dp_str_from(value)) : *place;
    if (value && found < 0)
        return dp_alert_fail_value(load, section, key, value, what,
                                   dp_phrase_list(names, count, allowed, sizeof allowed));
    *place = found;
    return true;
}

char *dp_alert_item(char **list)
{
    char *item = strsep(list, ",");
    if (!item)
        return NULL;
    item += strspn(item, DP_BLANKS);
    for (size_t len = strlen(item); len && strchr(DP_BLANKS, item[len - 1]); len--)
        item[len - 1] = '\0';
    return item;
}

char *dp_alert_keep(struct dp_config_load *load, const char *text)
{
    struct dp_config *config = load->config;
    if (!text)
        return NULL;
    config->texts = dp_xrealloc(config->texts, (config->text_count + 1) * sizeof *config->texts);
    return config->texts[config->text_count++] = dp_xstrdup(text);
}

void dp_alert_draft_destroy(struct dp_alert_draft *draft)
{
    for (size_t i = 0; draft && i < draft->count; i++) {
        struct dp_alert_section *section = &draft->sections[i];
        free(section->name);
        for (int key = 0; key < DP_ALERT_KEYS_MAX; key++)
            free(section->values[key]);
    }
    if (draft)
        free(draft->sections);
    free(draft);
}
