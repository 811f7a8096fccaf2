#include "sink/hook_url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copies a part, which curl allocates. False: it is absent, or too long. */
static bool copy_part(CURLU *url, CURLUPart which, char *to, size_t size)
{
    char *part = NULL;
    bool good =
        curl_url_get(url, which, &part, CURLU_DEFAULT_PORT) == CURLUE_OK && strlen(part) < size;
    if (good)
        strcpy(to, part);
    curl_free(part);
    return good;
}

static bool is_ascii(const char *text)
{
    while (*text && !(*text & 0x80))
        text++;
    return !*text;
}

static const char *parse(struct dp_hook_url *parsed, CURLU *url)
{
    static const char *const schemes[] = {"https", "http", "smtps", "smtp"};
    char port[8];
    bool known = false;
    if (!copy_part(url, CURLUPART_SCHEME, parsed->scheme, sizeof parsed->scheme))
        return "has no scheme that is known here";
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        known |= strcmp(parsed->scheme, schemes[i]) == 0;
    if (!known)
        return "has no scheme that is known here";
    if (!copy_part(url, CURLUPART_HOST, parsed->host, sizeof parsed->host) ||
        !is_ascii(parsed->host))
        return "has no host, or one that is too long or not in ASCII";
    size_t len = strlen(parsed->host);
    if (*parsed->host == '[') {
        memmove(parsed->host, parsed->host + 1, len);
        parsed->host[len - 2] = '\0';
    }
    if (!copy_part(url, CURLUPART_PORT, port, sizeof port))
        return "has no port";
    parsed->port = atoi(port);
    return NULL;
}

bool dp_hook_url_parse(struct dp_hook_url *parsed, const char *url, const char **error)
{
    CURLU *handle = curl_url();
    *parsed = (struct dp_hook_url){0};
    *error = "is no URL";
    if (handle && curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK)
        *error = parse(parsed, handle);
    curl_url_cleanup(handle);
    return !*error;
}
