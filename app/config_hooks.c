#include "app/config_hooks.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aggregator/phrase.h"
#include "app/alert_draft.h"
#include "app/secret.h"
#include "common/memory.h"
#include "common/utf8.h"
#include "ingest/identifier.h"

#define DP_HOOK_NAME_MAX 64

#define DP_SECOND 1000

enum {
    TYPE,
    URL,
    SECRET_FILE,
    SECRET_ENV,
    FROM,
    TO,
    USER,
    CA_FILE,
    LANGUAGE,
    ALLOW_PRIVATE,
    TIMEOUT,
    RATE,
    GROUP,
    FALLBACK,
    HOOK_KEYS
};
static const char *const hook_keys[HOOK_KEYS] = {
    [TYPE] = "type",
    [URL] = "url",
    [SECRET_FILE] = "secret_file",
    [SECRET_ENV] = "secret_env",
    [FROM] = "from",
    [TO] = "to",
    [USER] = "user",
    [CA_FILE] = "ca_file",
    [LANGUAGE] = "language",
    [ALLOW_PRIVATE] = "allow_private",
    [TIMEOUT] = "timeout",
    [RATE] = "rate",
    [GROUP] = "group",
    [FALLBACK] = "fallback",
};
static const struct dp_alert_kind hook_kind = {"hook", hook_keys, HOOK_KEYS};

enum { LEAD, TEAM_KEYS };
static const char *const team_keys[TEAM_KEYS] = {[LEAD] = "lead"};
static const struct dp_alert_kind team_kind = {"team", team_keys, TEAM_KEYS};

const char dp_config_hook_help[] =
    "type\n    webhook, alertmanager, slack, dingtalk, wecom, feishu, pagerduty or email\n"
    "url\n    where messages go: https:// or http://; smtps:// or smtp:// for email\n"
    "secret_file, secret_env\n    a file, or a variable, that holds the secret\n"
    "from, to, user\n    of email; to may name several, separated by commas\n"
    "ca_file\n    whom to trust instead of the system's authorities\n"
    "language = en\n    en or zh\n"
    "allow_private = no\n    yes: private, loopback and link-local addresses may be told too\n"
    "timeout = 10s\n    of one request, all in all\n"
    "rate = 60\n    messages a minute; 0: as many as there are\n"
    "group = 20\n    notices of one rule in one message at most\n"
    "fallback\n    the hook that is told when this one is dead\n";

const char dp_config_team_help[] =
    "lead\n    the hook that team-lead is for this team: rules may notify team-lead\n";

bool dp_config_open_hook(struct dp_config_load *load, const char *name)
{
    size_t len = strlen(name);
    bool good = len >= 1 && len <= DP_HOOK_NAME_MAX && dp_utf8_valid(dp_str_from(name)) &&
                strcmp(name, DP_TEAM_LEAD) != 0 && name[0] != ' ' && name[len - 1] != ' ';
    for (const char *c = name; *c; c++)
        good = good && !iscntrl((unsigned char)*c) && *c != ',';
    if (!good)
        return dp_config_fail(load, load->section, NULL, "this is no name of a hook",
                              "1 to 64 bytes of UTF-8 without control characters, commas or blanks "
                              "at the ends, and not " DP_TEAM_LEAD);
    return dp_alert_open(load, &hook_kind, name);
}

bool dp_config_set_hook(struct dp_config_load *load, const char *name, const char *key,
                        const char *value)
{
    return dp_alert_set(load, &hook_kind, name, key, value);
}

bool dp_config_open_team(struct dp_config_load *load, const char *name)
{
    if (!dp_utf8_valid(dp_str_from(name)) || !dp_identifier_valid(dp_str_from(name)))
        return dp_config_fail(load, load->section, NULL, "this is no name of a team",
                              "1 to 128 bytes of UTF-8 without control characters, braces or "
                              "colons");
    return dp_alert_open(load, &team_kind, name);
}

bool dp_config_set_team(struct dp_config_load *load, const char *name, const char *key,
                        const char *value)
{
    return dp_alert_set(load, &team_kind, name, key, value);
}

const struct dp_hook *dp_config_hook_find(const struct dp_config *config, const char *name)
{
    for (size_t i = 0; i < config->hook_count; i++)
        if (strcmp(config->hooks[i].name, name) == 0)
            return &config->hooks[i];
    return NULL;
}

const char *dp_config_hook_names(const struct dp_config *config, char text[DP_CONFIG_TEXT])
{
    size_t used = 0;
    strcpy(text, "the name of a section [hook \"NAME\"]");
    for (size_t i = 0; i < config->hook_count && used < DP_CONFIG_TEXT; i++)
        used += (size_t)snprintf(text + used, DP_CONFIG_TEXT - used, "%s%s", used ? ", " : "",
                                 config->hooks[i].name);
    return text;
}

static bool missing(struct dp_config_load *load, const struct dp_alert_section *section, int key,
                    const char *allowed)
{
    return dp_alert_fail(load, section, key, "this is missing", allowed);
}

/* The address is in no message: with many types whoever knows it may send. */
static bool take_url(struct dp_config_load *load, const struct dp_alert_section *section,
                     struct dp_hook *hook)
{
    static const char web[] = "https://HOST[:PORT][/PATH], or the same with http://";
    static const char mail[] = "smtps://HOST[:PORT], or the same with smtp://";
    bool email = hook->type == DP_HOOK_EMAIL;
    const char *allowed = email ? mail : web, *scheme = email ? "smtp" : "http";
    const char *url = section->values[URL];
    if (!url)
        return missing(load, section, URL, allowed);
    size_t at = strlen(scheme);
    bool good = strncmp(url, scheme, at) == 0;
    if (good && url[at] == 's')
        at++;
    good = good && strncmp(url + at, "://", 3) == 0;
    size_t host = good ? strcspn(url + at + 3, "/?#") : 0;
    for (const char *c = url; *c; c++)
        good = good && (unsigned char)*c > ' ' && *c != 0x7f;
    if (!good || host == 0)
        return dp_alert_fail(load, section, URL, "this is no address for this type", allowed);
    if (memchr(url + at + 3, '@', host))
        return dp_alert_fail(load, section, URL, "this has a user or a password in it",
                             "an address without, and secret_file or secret_env");
    hook->url = dp_alert_keep(load, url);
    return true;
}

static bool take_secret(struct dp_config_load *load, const struct dp_alert_section *section,
                        struct dp_hook *hook)
{
    char wrong[DP_CONFIG_TEXT / 2];
    const char *path = section->values[SECRET_FILE], *variable = section->values[SECRET_ENV];
    if (path && variable)
        return dp_alert_fail(load, section, SECRET_ENV, "there is secret_file too", "one of them");
    if (path) {
        hook->secret = dp_secret_of_file(path, wrong, sizeof wrong);
        return hook->secret ||
               dp_alert_fail_value(load, section, SECRET_FILE, path, wrong, DP_SECRET_FILE_ALLOWED);
    }
    if (variable) {
        hook->secret = dp_secret_of_variable(variable, wrong, sizeof wrong);
        return hook->secret || dp_alert_fail_value(load, section, SECRET_ENV, variable, wrong,
                                                   DP_SECRET_VARIABLE_ALLOWED);
    }
    if (hook->type == DP_HOOK_PAGERDUTY)
        return missing(load, section, SECRET_FILE,
                       "secret_file or secret_env with the routing key, which pagerduty needs");
    return true;
}

/* What goes into a message's head must not end a line or an address there. */
static bool address_valid(const char *address)
{
    const char *at = strchr(address, '@');
    bool good = at && at != address && at[1] && !strchr(at + 1, '@');
    for (const char *c = address; *c; c++)
        good = good && (unsigned char)*c > ' ' && *c != 0x7f && !strchr("<>\"(),;:\\", *c);
    return good;
}

static bool take_addresses(struct dp_config_load *load, const struct dp_alert_section *section,
                           int key, const char *allowed, const char **addresses)
{
    const char *value = section->values[key];
    char wrong[80], *list = value ? dp_xstrdup(value) : NULL, *rest = list, *address;
    bool good = list != NULL;
    *wrong = '\0';
    while (good && (address = dp_alert_item(&rest))) {
        good = address_valid(address) && (key == TO || !rest);
        if (!good)
            snprintf(wrong, sizeof wrong, "%s", key == TO ? address : value);
    }
    free(list);
    if (!value)
        return missing(load, section, key, allowed);
    if (!good)
        return dp_alert_fail_value(load, section, key, wrong, "is no address", allowed);
    *addresses = dp_alert_keep(load, value);
    return true;
}

static bool take_email(struct dp_config_load *load, const struct dp_alert_section *section,
                       struct dp_hook *hook)
{
    static const int keys[] = {FROM, TO, USER};
    if (hook->type != DP_HOOK_EMAIL) {
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (section->values[keys[i]])
                return dp_alert_fail(load, section, keys[i], "this type has no such key",
                                     "with type = email");
        return true;
    }
    hook->user = dp_alert_keep(load, section->values[USER]);
    if (hook->user && !hook->secret)
        return missing(load, section, SECRET_FILE,
                       "secret_file or secret_env with the user's password");
    if (hook->secret && !hook->user)
        return missing(load, section, USER, "the user whose password the secret is");
    return take_addresses(load, section, FROM, "one address such as deskpulse@example.com",
                          &hook->from) &&
           take_addresses(load, section, TO,
                          "addresses such as lead@example.com, separated by commas", &hook->to);
}

static bool take_ca_file(struct dp_config_load *load, const struct dp_alert_section *section,
                         struct dp_hook *hook)
{
    const char *path = section->values[CA_FILE];
    if (path && access(path, R_OK) != 0)
        return dp_alert_fail_value(load, section, CA_FILE, path, "cannot be read",
                                   "a file with certificates of authorities (PEM)");
    hook->ca_file = dp_alert_keep(load, path);
    return true;
}

static bool build_hook(struct dp_config_load *load, const struct dp_alert_section *section,
                       struct dp_hook *hook)
{
    static const char *const languages[] = {[DP_ENGLISH] = "en", [DP_CHINESE] = "zh"};
    static const char *const answers[] = {"no", "yes"};
    char types[DP_CONFIG_TEXT];
    int type = 0, language = DP_ENGLISH, allow_private = 0;
    hook->name = dp_alert_keep(load, section->name);
    hook->line = section->line;
    hook->timeout_ms = 10 * DP_SECOND;
    hook->per_minute = 60;
    hook->group = 20;
    if (!section->values[TYPE])
        return missing(load, section, TYPE,
                       dp_phrase_list(dp_hook_type_names, DP_HOOK_TYPES, types, sizeof types));
    if (!dp_alert_take_name(load, section, TYPE, dp_hook_type_names, DP_HOOK_TYPES, "is no type",
                            &type))
        return false;
    hook->type = (enum dp_hook_type)type;
    if (!take_url(load, section, hook) || !take_secret(load, section, hook) ||
        !take_email(load, section, hook) || !take_ca_file(load, section, hook) ||
        !dp_alert_take_name(load, section, LANGUAGE, languages, 2, "is no language", &language) ||
        !dp_alert_take_name(load, section, ALLOW_PRIVATE, answers, 2, "is neither yes nor no",
                            &allow_private) ||
        !dp_alert_take_duration(load, section, TIMEOUT, 100, 300 * DP_SECOND, &hook->timeout_ms) ||
        !dp_alert_take_count(load, section, RATE, 0, 10000, &hook->per_minute) ||
        !dp_alert_take_count(load, section, GROUP, 1, 1000, &hook->group))
        return false;
    hook->language = (enum dp_language)language;
    hook->allow_private = allow_private;
    hook->fallback = dp_alert_keep(load, section->values[FALLBACK]);
    return true;
}

/* The hooks that stand in for one another have to end somewhere. */
static bool check_fallback(struct dp_config_load *load, const struct dp_alert_section *section)
{
    const struct dp_config *config = load->config;
    const struct dp_hook *hook = dp_config_hook_find(config, section->name);
    const char *name = hook->fallback;
    char names[DP_CONFIG_TEXT];
    if (name && !dp_config_hook_find(config, name))
        return dp_alert_fail_value(load, section, FALLBACK, name, "is no hook",
                                   dp_config_hook_names(config, names));
    for (size_t i = 0; name && i < config->hook_count; i++) {
        const struct dp_hook *next = dp_config_hook_find(config, name);
        if (next == hook)
            return dp_alert_fail_value(load, section, FALLBACK, hook->fallback,
                                       "leads back to this hook",
                                       "a hook whose own fallbacks lead elsewhere");
        name = next ? next->fallback : NULL;
    }
    return true;
}

static bool build_route(struct dp_config_load *load, const struct dp_alert_section *section)
{
    struct dp_config *config = load->config;
    const char *lead = section->values[LEAD];
    char names[DP_CONFIG_TEXT];
    if (!lead)
        return missing(load, section, LEAD, dp_config_hook_names(config, names));
    if (!dp_config_hook_find(config, lead))
        return dp_alert_fail_value(load, section, LEAD, lead, "is no hook",
                                   dp_config_hook_names(config, names));
    config->routes[config->route_count++] = (struct dp_team_route){
        .team = dp_alert_keep(load, section->name), .hook = dp_alert_keep(load, lead)};
    return true;
}

bool dp_hooks_build(struct dp_config_load *load)
{
    struct dp_config *config = load->config;
    const struct dp_alert_section *section = NULL;
    config->hooks = dp_xcalloc(dp_alert_count(load, &hook_kind) + 1, sizeof *config->hooks);
    config->routes = dp_xcalloc(dp_alert_count(load, &team_kind) + 1, sizeof *config->routes);
    while ((section = dp_alert_next(load, &hook_kind, section)))
        if (!build_hook(load, section, &config->hooks[config->hook_count++]))
            return false;
    while ((section = dp_alert_next(load, &hook_kind, section)))
        if (!check_fallback(load, section))
            return false;
    while ((section = dp_alert_next(load, &team_kind, section)))
        if (!build_route(load, section))
            return false;
    return true;
}
