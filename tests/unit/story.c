#include "story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The next word of the event at hand; absent when there is none, or "-". */
static struct dp_str word(struct dp_story *story)
{
    while (*story->rest == ' ' || *story->rest == '\n')
        story->rest++;
    struct dp_str word = {story->rest, strcspn(story->rest, " \n;")};
    story->rest += word.len;
    return dp_str_equal(word, DP_STR("-")) ? (struct dp_str){0} : word;
}

static int place_in(struct dp_str word, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (word.len && dp_str_equal(word, dp_str_from(names[i])))
            return i;
    return -1;
}

static int must_be(struct dp_str word, const char *const *names, int count)
{
    int at = place_in(word, names, count);
    if (at < 0)
        fail_msg("story: '%.*s' is not understood", (int)word.len, word.p);
    return at;
}

static enum dp_event_type type_of(struct dp_str word)
{
    for (int i = 0; i < DP_EVENT_TYPES; i++)
        if (dp_str_equal(word, dp_str_from(strchr(dp_event_type_names[i], '.') + 1)))
            return (enum dp_event_type)i;
    fail_msg("story: '%.*s' is no event", (int)word.len, word.p);
    return DP_EVENT_TYPES;
}

static double number(struct dp_str word)
{
    return word.len ? strtod(word.p, NULL) : 0;
}

/* TIME[/CONTACT][#ID] */
static void read_head(struct dp_story *story, struct dp_event *event)
{
    struct dp_str head = word(story);
    event->time_ms = story->base_ms + (int64_t)strtoll(head.p, NULL, 10);
    event->interaction = DP_STR("c");
    event->source = DP_STR("s");
    int len = snprintf(story->id, sizeof story->id, "e%06u", story->number++);
    event->id = (struct dp_str){story->id, (size_t)len};
    const char *end = head.p + head.len, *hash = memchr(head.p, '#', head.len);
    if (hash)
        event->id = (struct dp_str){hash + 1, (size_t)(end - hash - 1)};
    end = hash ? hash : end;
    const char *slash = memchr(head.p, '/', (size_t)(end - head.p));
    if (slash)
        event->interaction = (struct dp_str){slash + 1, (size_t)(end - slash - 1)};
}

static void read_message(struct dp_story *story, struct dp_event *event)
{
    struct dp_str author = word(story);
    int from = place_in(author, dp_author_names, 3);
    event->from = from < 0 ? DP_FROM_AGENT : (enum dp_author)from;
    if (from < 0)
        event->agent = author;
}

static void read_priority(struct dp_story *story, struct dp_event *event)
{
    struct dp_str priority = word(story);
    if (priority.len)
        event->priority = (enum dp_priority)must_be(priority, dp_priority_names, 4);
}

static void read_feedback(struct dp_story *story, struct dp_event *event)
{
    event->agent = word(story);
    if (event->type == DP_FEEDBACK_RATED) {
        event->score = number(word(story));
        event->scale = number(word(story));
    }
    event->team = word(story);
    event->queue = word(story);
    struct dp_str channel = word(story);
    if (channel.len)
        event->channel = (enum dp_channel)must_be(channel, dp_channel_names, DP_CHANNELS);
}

static void read_rest(struct dp_story *story, struct dp_event *event)
{
    switch (event->type) {
    case DP_CONTACT_OFFERED:
        event->channel = (enum dp_channel)must_be(word(story), dp_channel_names, DP_CHANNELS);
        event->queue = word(story);
        event->team = word(story);
        event->customer = word(story);
        read_priority(story, event);
        break;
    case DP_CONTACT_MESSAGE:
        read_message(story, event);
        break;
    case DP_CONTACT_TRANSFERRED:
        event->agent = word(story);
        event->to_queue = word(story);
        break;
    case DP_CONTACT_RESOLVED:
        event->resolved = must_be(word(story), (const char *const[]){"no", "yes"}, 2) == 1;
        event->agent = word(story);
        break;
    case DP_FEEDBACK_RATED:
    case DP_FEEDBACK_COMPLAINED:
        read_feedback(story, event);
        break;
    case DP_QUALITY_SCORED:
        event->agent = word(story);
        event->score = number(word(story));
        event->scale = 100;
        event->team = word(story);
        event->fatal = dp_str_equal(word(story), DP_STR("fatal"));
        break;
    case DP_AGENT_STATE:
        event->agent = word(story);
        event->state =
            (enum dp_agent_state)must_be(word(story), dp_agent_state_names, DP_AGENT_STATES);
        event->team = word(story);
        event->reason = word(story);
        break;
    default: /* at most an agent and a team */
        event->agent = word(story);
        event->team = word(story);
        break;
    }
}

bool dp_story_next(struct dp_story *story, struct dp_event *event)
{
    story->rest += strspn(story->rest, " \n;");
    if (!*story->rest)
        return false;
    *event = (struct dp_event){.priority = DP_PRIORITY_NORMAL};
    read_head(story, event);
    event->type = type_of(word(story));
    read_rest(story, event);
    story->rest += strspn(story->rest, " \n");
    if (*story->rest && *story->rest != ';')
        fail_msg("story: too many words before '%s'", story->rest);
    return true;
}
