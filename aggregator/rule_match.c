#include "aggregator/rule_match.h"

#include <string.h>

#include "aggregator/phrase.h"

#define DP_SEPARATORS " \t,"

#define NAME_MAX_BYTES 128

enum kind { KIND_ID, KIND_QUEUE, KIND_TEAM, KIND_CHANNEL, KIND_PRIORITY, KINDS };

static const char *const kind_names[KINDS] = {"id", "queue", "team", "channel", "priority"};

static const unsigned kinds_of[DP_RULE_SCOPES] = {
    [DP_RULE_AGENT] = 1u << KIND_ID | 1u << KIND_TEAM,
    [DP_RULE_TEAM] = 1u << KIND_ID,
    [DP_RULE_QUEUE] = 1u << KIND_ID,
    [DP_RULE_CHANNEL] = 1u << KIND_CHANNEL,
    [DP_RULE_CONTACT] = 1u << KIND_ID | 1u << KIND_QUEUE | 1u << KIND_TEAM | 1u << KIND_CHANNEL |
                        1u << KIND_PRIORITY,
};

struct reader {
    struct dp_phrase phrase;
    struct dp_rule_match match; /* as it will be */
    enum dp_rule_scope scope;
    char *texts;
};

static bool fail_kind(struct reader *reader, const char *at, const char *what)
{
    const char *allowed[KINDS];
    char names[64];
    int count = 0;
    for (int kind = 0; kind < KINDS; kind++)
        if (kinds_of[reader->scope] >> kind & 1)
            allowed[count++] = kind_names[kind];
    return dp_phrase_fail_at(&reader->phrase, at, what,
                             dp_phrase_list(allowed, count, names, sizeof names));
}

/* The kind that stands before an equals sign, or what a bare name is. */
static bool take_kind(struct reader *reader, enum kind *kind)
{
    struct dp_phrase *phrase = &reader->phrase;
    const char *at = phrase->at, *end = at + strcspn(at, DP_SEPARATORS "=\"");
    *kind = reader->scope == DP_RULE_CHANNEL ? KIND_CHANNEL : KIND_ID;
    if (*end != '=')
        return true;
    int found = dp_phrase_find(kind_names, KINDS, (struct dp_str){at, (size_t)(end - at)});
    if (found < 0)
        return fail_kind(reader, at, "kind of match");
    if (!(kinds_of[reader->scope] >> found & 1))
        return fail_kind(reader, at, "kind of match for this scope");
    phrase->at = end + 1;
    *kind = (enum kind)found;
    return true;
}

static bool put_pattern(struct reader *reader, struct dp_patterns *patterns, const char *at,
                        struct dp_str name)
{
    struct dp_phrase *phrase = &reader->phrase;
    bool good = name.len >= 1 && name.len <= NAME_MAX_BYTES;
    for (size_t i = 0; i < name.len; i++)
        good = good && !strchr("{}:\"", name.p[i]);
    if (!good)
        return dp_phrase_fail_at(phrase, at, "name or pattern",
                                 "1 to 128 bytes without braces or colons, in quotes where there "
                                 "are blanks, commas or =");
    if (patterns->count == DP_RULE_PATTERNS_MAX)
        return dp_phrase_fail(phrase, at, "this is one of its kind too many; allowed: up to %d",
                              DP_RULE_PATTERNS_MAX);
    patterns->items[patterns->count++] = dp_phrase_keep(name, &reader->texts);
    return true;
}

/* `first`: the first of the names that may be said. */
static bool put_bit(struct reader *reader, unsigned *bits, const char *what,
                    const char *const *names, int first, int count, const char *at,
                    struct dp_str name)
{
    char allowed[64];
    int found = dp_phrase_find(names + first, count, name);
    if (found < 0)
        return dp_phrase_fail_at(&reader->phrase, at, what,
                                 dp_phrase_list(names + first, count, allowed, sizeof allowed));
    *bits |= 1u << (first + found);
    return true;
}

static bool take_item(struct reader *reader)
{
    struct dp_phrase *phrase = &reader->phrase;
    struct dp_rule_match *match = &reader->match;
    struct dp_str name;
    enum kind kind;
    if (!take_kind(reader, &kind))
        return false;
    const char *at = phrase->at;
    if (!dp_phrase_text(phrase, DP_SEPARATORS, &name))
        return false;
    if (*phrase->at && !strchr(DP_SEPARATORS, *phrase->at))
        return dp_phrase_fail(phrase, phrase->at,
                              "\"%.*s\" is not expected here; allowed: the end, a blank or a comma",
                              dp_phrase_shown(phrase->at), phrase->at);
    switch (kind) {
    case KIND_ID:
        return put_pattern(reader, &match->id, at, name);
    case KIND_QUEUE:
        return put_pattern(reader, &match->queue, at, name);
    case KIND_TEAM:
        return put_pattern(reader, &match->team, at, name);
    case KIND_CHANNEL:
        return put_bit(reader, &match->channels, "channel", dp_channel_names, DP_CHANNEL_VOICE,
                       DP_CHANNELS - DP_CHANNEL_VOICE, at, name);
    case KIND_PRIORITY:
        return put_bit(reader, &match->priorities, "priority", dp_priority_names, 0,
                       DP_PRIORITY_LOW + 1, at, name);
    case KINDS:
        break;
    }
    return false;
}

bool dp_rule_match_parse(struct dp_rule_match *match, enum dp_rule_scope scope, const char *text,
                         char *texts, char *error, size_t error_size)
{
    struct reader reader = {
        .phrase = {text, text, error, error_size}, .match = *match, .scope = scope, .texts = texts};
    struct dp_phrase *phrase = &reader.phrase;
    phrase->at += strspn(phrase->at, DP_SEPARATORS);
    if (!*phrase->at)
        return dp_phrase_fail(phrase, phrase->at,
                              "there is nothing; allowed: names, or KIND=NAME, separated by "
                              "commas");
    while (*phrase->at) {
        if (!take_item(&reader))
            return false;
        phrase->at += strspn(phrase->at, DP_SEPARATORS);
    }
    *match = reader.match;
    return true;
}
