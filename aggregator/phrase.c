#include "aggregator/phrase.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const comparisons[] = {
    [DP_LT] = "<", [DP_LE] = "<=", [DP_GT] = ">", [DP_GE] = ">=", [DP_EQ] = "=", [DP_NE] = "!=",
};
#define COMPARISONS (sizeof comparisons / sizeof *comparisons)

#define SHOWN_MAX 40

bool dp_phrase_fail(const struct dp_phrase *phrase, const char *at, const char *fmt, ...)
{
    va_list args;
    int used =
        snprintf(phrase->error, phrase->error_size, "column %d: ", (int)(at - phrase->text) + 1);
    va_start(args, fmt);
    if ((size_t)used < phrase->error_size)
        vsnprintf(phrase->error + used, phrase->error_size - (size_t)used, fmt, args);
    va_end(args);
    return false;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

void dp_phrase_skip_blanks(struct dp_phrase *phrase)
{
    while (blank(*phrase->at))
        phrase->at++;
}

struct dp_str dp_phrase_word(struct dp_phrase *phrase)
{
    dp_phrase_skip_blanks(phrase);
    const char *begin = phrase->at;
    while (isalnum((unsigned char)*phrase->at) || *phrase->at == '_')
        phrase->at++;
    return (struct dp_str){begin, (size_t)(phrase->at - begin)};
}

int dp_phrase_shown(const char *at)
{
    size_t len = strcspn(at, " \t");
    return len > SHOWN_MAX ? SHOWN_MAX : (int)len;
}

bool dp_phrase_fail_at(const struct dp_phrase *phrase, const char *at, const char *what,
                       const char *allowed)
{
    if (*at == '\0')
        return dp_phrase_fail(phrase, at, "%s is missing; allowed: %s", what, allowed);
    return dp_phrase_fail(phrase, at, "\"%.*s\" is no %s; allowed: %s", dp_phrase_shown(at), at,
                          what, allowed);
}

bool dp_phrase_comparison(struct dp_phrase *phrase, enum dp_comparison *comparison)
{
    dp_phrase_skip_blanks(phrase);
    size_t len = strspn(phrase->at, "<>=!");
    for (size_t i = 0; i < COMPARISONS; i++) {
        if (strlen(comparisons[i]) != len || strncmp(comparisons[i], phrase->at, len) != 0)
            continue;
        *comparison = (enum dp_comparison)i;
        phrase->at += len;
        return true;
    }
    return dp_phrase_fail_at(phrase, phrase->at, "comparison", "< <= > >= = !=");
}

struct dp_str dp_phrase_number(struct dp_phrase *phrase)
{
    dp_phrase_skip_blanks(phrase);
    const char *begin = phrase->at;
    phrase->at += strcspn(phrase->at, " \t()");
    const char *end = phrase->at;
    dp_phrase_skip_blanks(phrase);
    if (*phrase->at == '%')
        end = ++phrase->at;
    return (struct dp_str){begin, (size_t)(end - begin)};
}

bool dp_phrase_text(struct dp_phrase *phrase, const char *ends, struct dp_str *text)
{
    const char *from = phrase->at;
    if (*from != '"') {
        phrase->at += strcspn(from, ends);
        *text = (struct dp_str){from, (size_t)(phrase->at - from)};
        return true;
    }
    const char *end = strchr(from + 1, '"');
    if (!end)
        return dp_phrase_fail(phrase, from,
                              "the quotes do not end; allowed: a text between two quotes");
    *text = (struct dp_str){from + 1, (size_t)(end - from - 1)};
    phrase->at = end + 1;
    return true;
}

const char *dp_phrase_keep(struct dp_str text, char **room)
{
    char *kept = *room;
    memcpy(kept, text.p, text.len);
    kept[text.len] = '\0';
    *room += text.len + 1;
    return kept;
}

int dp_phrase_find(const char *const *names, int count, struct dp_str name)
{
    for (int i = 0; i < count; i++)
        if (dp_str_equal(name, dp_str_from(names[i])))
            return i;
    return -1;
}

const char *dp_phrase_list(const char *const *names, int count, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", names[i]);
    return text;
}
