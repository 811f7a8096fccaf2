#include "app/config.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/alert_draft.h"
#include "app/config_hooks.h"
#include "app/config_kafka.h"
#include "app/config_rules.h"
#include "app/config_sections.h"
#include "app/config_value.h"
#include "app/scorecard_draft.h"
#include "app/secret.h"
#include "common/memory.h"

extern char **environ;

#define DP_VARIABLES "DESKPULSE_"

static void put_kafka(struct dp_config_load *load, const char *name, const char *value)
{
    struct dp_config *config = load->config;
    size_t at = dp_config_kafka_find(config, name), count = config->kafka_count;
    dp_config_kafka_set(config, name, value);
    if (config->kafka_count > count)
        load->kafka_lines =
            dp_xrealloc(load->kafka_lines, config->kafka_count * sizeof *load->kafka_lines);
    load->kafka_lines[at] = load->line;
}

static bool set_kafka(struct dp_config_load *load, const char *name, const char *value)
{
    char wrong[DP_CONFIG_TEXT], allowed[DP_CONFIG_TEXT];
    size_t at = dp_config_kafka_find(load->config, name);
    if (load->line && at < load->config->kafka_count && load->kafka_lines[at])
        return dp_config_fail_twice(load, "kafka", name, load->kafka_lines[at]);
    if (!dp_config_kafka_check(name, value, wrong)) {
        dp_config_list_keys("kafka", allowed);
        strcat(allowed, ", and the properties of librdkafka");
        return dp_config_fail(load, "kafka", name, wrong, allowed);
    }
    put_kafka(load, name, value);
    return true;
}

static bool set(struct dp_config_load *load, const char *section, const char *name,
                const char *value)
{
    char wrong[DP_CONFIG_TEXT], allowed[DP_CONFIG_TEXT];
    const struct dp_config_key *key = dp_config_key_find(section, name);
    if (key) {
        int *line = &load->lines[key - dp_config_keys];
        if (load->line && *line)
            return dp_config_fail_twice(load, section, name, *line);
        *line = load->line;
        if (key->set(load->config, key, value, wrong))
            return true;
        dp_config_allowed(key, allowed);
        return dp_config_fail(load, section, name, wrong, allowed);
    }
    if (strcmp(section, "kafka") == 0)
        return set_kafka(load, name, value);
    dp_config_list_keys(section, allowed);
    return dp_config_fail(load, section, name, "there is no such key", allowed);
}

static bool check_title(struct dp_config_load *load)
{
    char title[sizeof load->section], allowed[DP_CONFIG_TEXT], *name;
    strcpy(title, load->section);
    if (dp_config_section_known(title))
        return true;
    const struct dp_config_section *section = dp_config_section_find(title, &name);
    if (section)
        return section->open(load, name);
    dp_config_list_titles(allowed);
    return dp_config_fail(load, load->section, NULL, "there is no such section", allowed);
}

static bool fail_line(struct dp_config_load *load, const char *wrong)
{
    return dp_config_fail(load, NULL, NULL, wrong, "[section], key = value, or a comment after ;");
}

/* Takes the title out of a line that begins with '['. inih would cut it at 49 bytes. */
static bool read_title(struct dp_config_load *load, const char *line)
{
    const char *end = strchr(line, ']');
    const char *rest = end ? end + 1 + strspn(end + 1, " \t\r\n") : NULL;
    if (!end || (*rest && *rest != ';' && *rest != '#'))
        return fail_line(load, "this is no [section]");
    size_t len = (size_t)(end - line - 1);
    if (len >= sizeof load->section)
        return fail_line(load, "the section's name is too long");
    memcpy(load->section, line + 1, len);
    load->section[len] = '\0';
    return check_title(load);
}

/* fgets for inih, which gives no line numbers to its handler (in Debian's build): this counts,
 * keeps the section's title, and ends the reading after the first error. Leading blanks go, for
 * inih would take an indented line as the value above going on. */
static char *read_line(char *buf, int size, void *opaque)
{
    struct dp_config_load *load = opaque;
    if (load->failed || !fgets(buf, size, load->file))
        return NULL;
    load->line++;
    size_t len = strlen(buf);
    if ((len == 0 || buf[len - 1] != '\n') && !feof(load->file)) {
        char wrong[DP_CONFIG_TEXT];
        snprintf(wrong, sizeof wrong, "this line has a NUL in it or is longer than %d bytes",
                 size - 2);
        fail_line(load, wrong);
        return NULL;
    }
    char *text = buf;
    if (load->line == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    text += strspn(text, " \t");
    memmove(buf, text, strlen(text) + 1);
    if (*buf == '[' && !read_title(load, buf))
        return NULL;
    return buf;
}

static int take_pair(void *opaque, const char *section, const char *name, const char *value)
{
    struct dp_config_load *load = opaque;
    char title[sizeof load->section], *own;
    (void)section;
    if (load->failed)
        return 0;
    strcpy(title, load->section);
    if (!*title)
        return fail_line(load, "this key is in no section");
    const struct dp_config_section *named = dp_config_section_find(title, &own);
    return named ? named->set(load, own, name, value) : set(load, title, name, value);
}

static bool load_file(struct dp_config_load *load, const char *path)
{
    dp_config_set_source(load, path);
    load->file = fopen(path, "re");
    if (!load->file) {
        snprintf(load->error, load->error_size,
                 "%s: cannot be opened: %s; name a configuration file that can be read", path,
                 strerror(errno));
        return false;
    }
    int wrong_line = ini_parse_stream(read_line, load, take_pair, load);
    if (!load->failed && ferror(load->file)) {
        snprintf(load->error, load->error_size,
                 "%s: cannot be read: %s; name a configuration file that can be read", path,
                 strerror(errno));
        load->failed = true;
    }
    fclose(load->file);
    /* inih goes on after a line it cannot use, and tells the first of them at the end. */
    if (wrong_line > 0 && (!load->failed || wrong_line < load->line)) {
        load->line = wrong_line;
        fail_line(load, "this is no key and no section");
    }
    load->line = 0;
    return !load->failed;
}

/* `variable` is what follows DESKPULSE_. Of other sections than the table's there may be any. */
static bool load_variable(struct dp_config_load *load, const char *variable, const char *value)
{
    char name[DP_CONFIG_TEXT], section[32] = "";
    size_t len = strcspn(variable, "_");
    if (variable[len] == '\0' || len >= sizeof section || strlen(variable) >= 256)
        return true;
    for (size_t i = 0; i < len; i++)
        section[i] = (char)tolower((unsigned char)variable[i]);
    if (!dp_config_section_known(section))
        return true;
    snprintf(load->source, sizeof load->source, DP_VARIABLES "%s", variable);
    for (size_t i = 0; i < dp_config_key_count; i++) {
        dp_config_variable(&dp_config_keys[i], name);
        if (strcmp(name, load->source) == 0)
            return set(load, section, dp_config_keys[i].name, value);
    }
    snprintf(name, sizeof name, "%s", variable + len + 1);
    for (char *c = name; *c; c++)
        *c = *c == '_' ? '.' : (char)tolower((unsigned char)*c);
    return set(load, section, name, value);
}

static bool load_environment(struct dp_config_load *load)
{
    for (char **entry = environ; *entry; entry++) {
        const char *value = strchr(*entry, '=');
        char variable[256];
        if (strncmp(*entry, DP_VARIABLES, strlen(DP_VARIABLES)) != 0 || !value || !value[1])
            continue;
        const char *name = *entry + strlen(DP_VARIABLES);
        if ((size_t)(value - name) >= sizeof variable)
            continue;
        snprintf(variable, sizeof variable, "%.*s", (int)(value - name), name);
        if (!load_variable(load, variable, value + 1))
            return false;
    }
    return true;
}

static bool load_override(struct dp_config_load *load, const char *text)
{
    char allowed[DP_CONFIG_TEXT], name[256];
    size_t section = strcspn(text, ".="), end = strcspn(text, "=");
    dp_config_set_source(load, "command line");
    if (text[section] != '.' || text[end] != '=' || end >= sizeof name)
        return dp_config_fail(load, NULL, text, "this sets nothing", "section.key=value");
    snprintf(name, sizeof name, "%.*s", (int)end, text);
    name[section] = '\0';
    if (dp_config_section_known(name))
        return set(load, name, name + section + 1, text + end + 1);
    dp_config_list_sections(allowed);
    return dp_config_fail(load, name, NULL, "there is no such section", allowed);
}

static void set_defaults(struct dp_config_load *load)
{
    dp_config_set_source(load, "defaults");
    put_kafka(load, "bootstrap.servers", "localhost:9092");
    put_kafka(load, "group.id", "deskpulse");
    for (size_t i = 0; i < dp_config_key_count; i++)
        set(load, dp_config_keys[i].section, dp_config_keys[i].name, dp_config_keys[i].initial);
}

/* The line of the file that has set a key of the table; 0: none has. */
static int line_of(const struct dp_config_load *load, const char *section, const char *name)
{
    return load->lines[dp_config_key_find(section, name) - dp_config_keys];
}

/* Fails when a topic with a use of its own is named for another, too: `other` is the key of that.
 */
static bool check_apart(struct dp_config_load *load, const char *name, const char *topic,
                        const char *other, const char *const *topics, size_t count)
{
    char wrong[DP_CONFIG_TEXT], quoted[80], allowed[DP_CONFIG_TEXT];
    for (size_t i = 0; i < count; i++) {
        if (strcmp(topics[i], topic) != 0)
            continue;
        load->line = line_of(load, "kafka", name);
        if (!load->line)
            load->line = line_of(load, "kafka", other);
        bool list = strcmp(other, "topics") == 0;
        snprintf(wrong, sizeof wrong, "%s is %s%s too", dp_config_quote(quoted, topic),
                 list ? "one of " : "", other);
        snprintf(allowed, sizeof allowed, "a name that is not %s%s", list ? "in " : "", other);
        return dp_config_fail(load, "kafka", name, wrong, allowed);
    }
    return true;
}

/* A dead letter, or a fact, that is read again would be written again, for ever; and what is
 * written to the control topic is read by nobody. */
static bool check_topics(struct dp_config_load *load)
{
    const struct dp_config *config = load->config;
    const char *dead = config->dead_letter_topic, *control = config->control_topic;
    const char *facts = config->facts_topic;
    const char *const *topics = (const char *const *)config->topics;
    return check_apart(load, "dead_letter_topic", dead, "topics", topics, config->topic_count) &&
           check_apart(load, "control_topic", control, "topics", topics, config->topic_count) &&
           check_apart(load, "control_topic", control, "dead_letter_topic", &dead, 1) &&
           check_apart(load, "facts_topic", facts, "topics", topics, config->topic_count) &&
           check_apart(load, "facts_topic", facts, "dead_letter_topic", &dead, 1) &&
           check_apart(load, "facts_topic", facts, "control_topic", &control, 1);
}

bool dp_config_load(struct dp_config *config, const char *path, const char *const *overrides,
                    size_t count, char *error, size_t error_size)
{
    struct dp_config_load load = {.config = config, .error = error, .error_size = error_size};
    memset(config, 0, sizeof *config);
    load.lines = dp_xcalloc(dp_config_key_count, sizeof *load.lines);
    set_defaults(&load);
    bool good = (!path || load_file(&load, path)) && load_environment(&load);
    for (size_t i = 0; good && i < count; i++)
        good = load_override(&load, overrides[i]);
    dp_config_set_source(&load, path ? path : "configuration");
    good = good && check_topics(&load) && dp_draft_build(&load) && dp_hooks_build(&load) &&
           dp_rules_build(&load);
    free(load.draft);
    dp_alert_draft_destroy(load.alerts);
    free(load.lines);
    free(load.kafka_lines);
    if (!good)
        dp_config_deinit(config);
    return good;
}

void dp_config_deinit(struct dp_config *config)
{
    for (size_t i = 0; i < config->kafka_count; i++) {
        free((void *)(uintptr_t)config->kafka[i].name);
        free((void *)(uintptr_t)config->kafka[i].value);
    }
    for (size_t i = 0; i < config->topic_count; i++)
        free(config->topics[i]);
    for (size_t i = 0; i < config->queue_count; i++)
        free((void *)(uintptr_t)config->queues[i].queue);
    for (size_t i = 0; i < config->hook_count; i++)
        dp_secret_destroy((char *)(uintptr_t)config->hooks[i].secret);
    for (size_t i = 0; i < config->text_count; i++)
        free(config->texts[i]);
    free(config->rules);
    free(config->hooks);
    free(config->routes);
    free(config->texts);
    free(config->board_url);
    free(config->http_listen);
    free(config->board_listen);
    free(config->board_token_file);
    free(config->board_ack_token_file);
    free(config->board_user_header);
    free(config->board_window);
    free(config->board_agent_window);
    free(config->kafka);
    free(config->topics);
    free(config->queues);
    free(config->awards);
    free(config->dead_letter_topic);
    free(config->control_topic);
    free(config->facts_topic);
    free(config->format);
    free(config->redis_url);
    free(config->redis_prefix);
    free(config->timezone);
    dp_customer_key_destroy(config->customer_key);
    memset(config, 0, sizeof *config);
}

void dp_config_aggregator_options(const struct dp_config *config,
                                  struct dp_aggregator_options *options)
{
    *options = (struct dp_aggregator_options){
        .windows = config->windows,
        .allowed_lateness_ms = config->allowed_lateness_ms,
        .dedup_horizon_ms = config->dedup_horizon_ms,
        .short_abandon_ms = config->short_abandon_ms,
        .fcr_window_ms = config->fcr_window_ms,
        .contact_ttl_ms = config->contact_ttl_ms,
        .scope_ttl_ms = config->scope_ttl_ms,
        .max_contacts = (size_t)config->max_contacts,
        .max_waiting = (size_t)config->max_waiting,
        .as_of_limit_ms = INT64_MAX,
        .period_kinds = config->period_kinds,
        .timezone = config->timezone,
        .scorecard = config->scorecard,
        .awards = config->awards,
        .award_count = config->award_count,
        .rules = config->rules,
        .rule_count = config->rule_count,
        .quality_per_day = (uint32_t)config->quality_per_day,
        .quality_per_month = (uint32_t)config->quality_per_month,
        .period_keep_ms = config->period_keep_ms,
        .period_interval_ms = config->period_interval_ms,
        .targets = {.queues = config->queues, .queue_count = config->queue_count},
    };
    memcpy(options->window_labels, config->window_labels, sizeof options->window_labels);
    options->targets.formula = config->formula;
    memcpy(options->targets.target_ms, config->target_ms, sizeof options->targets.target_ms);
}

void dp_config_print_help(FILE *out)
{
    char allowed[DP_CONFIG_TEXT], variable[DP_CONFIG_TEXT];
    const char *section = "";
    for (size_t i = 0; i < dp_config_key_count; i++) {
        const struct dp_config_key *key = &dp_config_keys[i];
        if (strcmp(section, key->section) != 0)
            fprintf(out, "%s[%s]\n", *section ? "\n" : "", key->section);
        section = key->section;
        dp_config_allowed(key, allowed);
        dp_config_variable(key, variable);
        fprintf(out, "%s = %s\n    %s\n    allowed: %s\n    environment: %s\n", key->name,
                key->initial, key->help, allowed, variable);
    }
    fprintf(out, "\nEvery other key of [kafka] goes to librdkafka as it is "
                 "(bootstrap.servers = localhost:9092, group.id = deskpulse;\n"
                 "environment: " DP_VARIABLES "KAFKA_BOOTSTRAP_SERVERS).\n"
                 "\nThe file alone has sections with a name in their title.\n");
    for (size_t i = 0; i < dp_config_section_count; i++)
        fprintf(out, "\n[%s \"NAME\"]\n%s", dp_config_sections[i].word, dp_config_sections[i].help);
}
