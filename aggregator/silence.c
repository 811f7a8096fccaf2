#include "aggregator/silence.h"

#include <stdlib.h>

#include "aggregator/contact.h"
#include "common/memory.h"

#define TURN (INT64_C(1) << 16) /* seconds: 18 hours */

static int64_t second_of(int64_t ms)
{
    return ms / 1000 - (ms % 1000 < 0);
}

static struct dp_contact **list_of(const struct dp_silence *silence, int64_t second)
{
    return &silence->seconds[second & (TURN - 1)];
}

void dp_silence_init(struct dp_silence *silence)
{
    *silence = (struct dp_silence){0};
}

void dp_silence_deinit(struct dp_silence *silence)
{
    free(silence->seconds);
}

static void link_into(struct dp_contact **list, struct dp_contact *contact)
{
    contact->next_silent = *list;
    if (*list)
        (*list)->link_silent = &contact->next_silent;
    contact->link_silent = list;
    *list = contact;
}

static void unlink_from(struct dp_contact *contact)
{
    *contact->link_silent = contact->next_silent;
    if (contact->next_silent)
        contact->next_silent->link_silent = contact->link_silent;
}

static void file(struct dp_silence *silence, struct dp_contact *contact)
{
    contact->filed = second_of(contact->last_ms);
    if (contact->filed < silence->next)
        silence->next = contact->filed;
    link_into(list_of(silence, contact->filed), contact);
}

void dp_silence_add(struct dp_silence *silence, struct dp_contact *contact)
{
    if (!silence->seconds)
        silence->seconds = dp_xcalloc((size_t)TURN, sizeof(struct dp_contact *));
    if (silence->count++ == 0)
        silence->next = second_of(contact->last_ms);
    file(silence, contact);
}

void dp_silence_remove(struct dp_silence *silence, struct dp_contact *contact)
{
    unlink_from(contact);
    silence->count--;
}

/* Takes those filed under `second`, or whole turns before it, off the wheel. */
static void take_off(struct dp_silence *silence, int64_t second)
{
    for (struct dp_contact *next, *contact = *list_of(silence, second); contact; contact = next) {
        next = contact->next_silent;
        if (contact->filed <= second) {
            unlink_from(contact);
            link_into(&silence->due, contact);
        }
    }
}

/* Looks at those taken off: some were heard of since they were filed. */
static struct dp_contact *first_due(struct dp_silence *silence, int64_t before)
{
    for (struct dp_contact *contact; (contact = silence->due);) {
        if (second_of(contact->last_ms) == contact->filed && contact->filed < before)
            return contact;
        unlink_from(contact);
        file(silence, contact);
    }
    return NULL;
}

/* The earliest second that anything is filed under. */
static int64_t earliest(const struct dp_silence *silence)
{
    int64_t second = INT64_MAX;
    for (int64_t i = 0; i < TURN; i++)
        for (const struct dp_contact *contact = silence->seconds[i]; contact;
             contact = contact->next_silent)
            if (contact->filed < second)
                second = contact->filed;
    return second;
}

struct dp_contact *dp_silence_first(struct dp_silence *silence, int64_t before_ms)
{
    int64_t before = second_of(before_ms);
    struct dp_contact *contact = first_due(silence, before);
    if (contact || !silence->count)
        return contact;
    /* After a turn without any there is none for a while. */
    for (int64_t left = TURN; silence->next < before; left--) {
        if (left == 0)
            silence->next = earliest(silence);
        if (silence->next >= before)
            break;
        take_off(silence, silence->next++);
        if (silence->due && (contact = first_due(silence, before)))
            return contact;
    }
    return NULL;
}
