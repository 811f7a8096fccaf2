#include "app/config_load.h"

#include <ctype.h>

void dp_config_set_source(struct dp_config_load *load, const char *source)
{
    snprintf(load->source, sizeof load->source, "%s", source);
}

bool dp_config_fail_text(struct dp_config_load *load, const char *section, const char *key,
                         const char *text)
{
    char line[16] = "";
    if (load->line)
        snprintf(line, sizeof line, ":%d", load->line);
    snprintf(load->error, load->error_size, "%s%s: %s%s%s%s%s%s", load->source, line,
             section ? "[" : "", section ? section : "", section ? "] " : "", key ? key : "",
             key ? ": " : "", text);
    for (char *c = load->error; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    load->failed = true;
    return false;
}

bool dp_config_fail(struct dp_config_load *load, const char *section, const char *key,
                    const char *wrong, const char *allowed)
{
    char text[2 * DP_CONFIG_TEXT + 1280];
    snprintf(text, sizeof text, "%s; allowed: %s", wrong, allowed);
    return dp_config_fail_text(load, section, key, text);
}

bool dp_config_fail_twice(struct dp_config_load *load, const char *section, const char *key,
                          int line)
{
    char wrong[DP_CONFIG_TEXT];
    snprintf(wrong, sizeof wrong, "this is set twice, first in line %d", line);
    return dp_config_fail(load, section, key, wrong, "each key once");
}
