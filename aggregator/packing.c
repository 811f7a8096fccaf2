#include "aggregator/packing.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/varint.h"

/* The id; the queue of the abandon (0: none) and its time; how many events there are; and each:
 * - type and what it says, four bits each;
 * - which of the next are there, a bit each (below);
 * - the time, from that of the event before;
 * - agent, team, queue, made_team, and what else its type has, as far as they are there;
 * - the customer's id, behind its length;
 * - the source, behind its length less one, unless it is that of the event before;
 * - the event's id: how many bytes of it are those of the id before, how many follow, and these. */
enum { AGENT = 1, TEAM = 2, QUEUE = 4, MADE_TEAM = 8, OTHER = 16, SOURCE = 32 };

_Static_assert(DP_CONTACT_REOPENED < 16, "an event of a contact: its type takes four bits");

/* The most that an event takes: numbers, a customer, a source and an id. */
#define EVENT_MAX (2 + 8 * DP_VARINT_MAX + 3 * (1 + 256))

void dp_packing_deinit(struct dp_packing *packing)
{
    free(packing->bytes);
}

static char *room(struct dp_packing *packing)
{
    if (packing->capacity - packing->len < EVENT_MAX) {
        packing->capacity += packing->capacity / 2 + 4 * EVENT_MAX;
        packing->bytes = dp_xrealloc(packing->bytes, packing->capacity);
    }
    return packing->bytes + packing->len;
}

static void end(struct dp_packing *packing, const char *at)
{
    packing->len = (size_t)(at - packing->bytes);
}

static char *put_bytes(char *at, const char *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

/* A team that may not have been looked up yet, and back. */
static uint64_t put_open(uint32_t team)
{
    return (uint32_t)(team + 1);
}

static uint32_t get_open(uint64_t number)
{
    return (uint32_t)number - 1;
}

/* What a record has besides, by its type; 0: nothing. */
static uint64_t other_of(const struct dp_record *record)
{
    if (record->type == DP_CONTACT_ANSWERED)
        return put_open(record->end_team);
    return record->type == DP_CONTACT_RESOLVED ? record->made_for : 0;
}

static void set_other(struct dp_record *record, uint64_t other)
{
    if (record->type == DP_CONTACT_ANSWERED)
        record->end_team = get_open(other);
    else if (record->type == DP_CONTACT_RESOLVED)
        record->made_for = (uint32_t)other;
}

static char *put_id(char *at, struct dp_str id, struct dp_str before)
{
    size_t most = id.len < before.len ? id.len : before.len, same = 0;
    while (same < most && id.p[same] == before.p[same])
        same++;
    at = dp_varint_put(dp_varint_put(at, same), id.len - same);
    return put_bytes(at, id.p + same, id.len - same);
}

static char *put_present(char *at, uint64_t number, unsigned bit, unsigned *present)
{
    if (!number)
        return at;
    *present |= bit;
    return dp_varint_put(at, number);
}

static bool same_source(const struct dp_dossier *dossier, const struct dp_record *a,
                        const struct dp_record *b)
{
    return a->source_at == b->source_at ||
           dp_str_equal(dp_dossier_source_of(dossier, a), dp_dossier_source_of(dossier, b));
}

/* `before`: the event before it; NULL: none. */
static char *put_event(char *at, const struct dp_dossier *dossier, const struct dp_record *record,
                       const struct dp_record *before, int64_t near_ms)
{
    char *head = at;
    unsigned present = 0;
    at = dp_varint_put(at + 2,
                       dp_varint_fold(record->time_ms - (before ? before->time_ms : near_ms)));
    at = put_present(at, record->agent, AGENT, &present);
    at = put_present(at, record->team, TEAM, &present);
    at = put_present(at, record->queue, QUEUE, &present);
    at = put_present(at, put_open(record->made_team), MADE_TEAM, &present);
    at = put_present(at, other_of(record), OTHER, &present);
    if (record->type == DP_CONTACT_OFFERED && record->customer) {
        struct dp_str customer = dp_dossier_customer(dossier, record->customer);
        present |= OTHER;
        at = put_bytes(at, customer.p - 1, customer.len + 1);
    }
    if (!before || !same_source(dossier, record, before)) {
        struct dp_str source = dp_dossier_source_of(dossier, record);
        present |= SOURCE;
        *at++ = (char)record->source_len;
        at = put_bytes(at, source.p, source.len);
    }
    head[0] = (char)(record->type | record->what << 4);
    head[1] = (char)present;
    struct dp_str id_before = before ? dp_dossier_event_id(dossier, before) : (struct dp_str){0};
    return put_id(at, dp_dossier_event_id(dossier, record), id_before);
}

void dp_packing_pack(struct dp_packing *packing, const struct dp_dossier *dossier, uint8_t id_len,
                     int64_t near_ms)
{
    packing->len = 0;
    char *at = put_bytes(room(packing), dossier->bytes, id_len);
    at = dp_varint_put(at, dossier->abandoned_in);
    if (dossier->abandoned_in)
        at = dp_varint_put(at, dp_varint_fold(dossier->abandoned_ms - near_ms));
    end(packing, dp_varint_put(at, dossier->record_count));
    const struct dp_record *before = NULL;
    for (uint32_t i = 0; i < dossier->record_count; i++) {
        const struct dp_record *record = &dossier->records[i];
        end(packing, put_event(room(packing), dossier, record, before, near_ms));
        before = record;
    }
}

static const char *get32(const char *at, bool is_there, uint32_t *number)
{
    uint64_t got = 0;
    at = is_there ? dp_varint_get(at, &got) : at;
    *number = (uint32_t)got;
    return at;
}

static const char *get_time(const char *at, int64_t from_ms, int64_t *time_ms)
{
    uint64_t folded;
    at = dp_varint_get(at, &folded);
    *time_ms = from_ms + dp_varint_unfold(folded);
    return at;
}

static const char *get_bytes(const char *at, size_t len, struct dp_str *bytes)
{
    *bytes = (struct dp_str){at, len};
    return at + len;
}

/* `id` holds the id of the event before. */
static const char *get_id(const char *at, char id[256], size_t *len)
{
    uint64_t same, more;
    at = dp_varint_get(dp_varint_get(at, &same), &more);
    memcpy(id + same, at, more);
    *len = (size_t)(same + more);
    return at + more;
}

size_t dp_packing_unpack(struct dp_dossier *dossier, const char *packed, uint8_t id_len,
                         int64_t near_ms)
{
    const char *at = packed + id_len;
    char id[256];
    size_t event_id_len;
    struct dp_str source = {0};
    uint32_t count, other, made_team;
    dp_dossier_init(dossier, (struct dp_str){packed, id_len});
    at = get32(at, true, &dossier->abandoned_in);
    if (dossier->abandoned_in)
        at = get_time(at, near_ms, &dossier->abandoned_ms);
    at = get32(at, true, &count);
    for (int64_t time_ms = near_ms; count > 0; count--) {
        struct dp_record record = {.type = (uint8_t)(*at & 0xf), .what = (uint8_t)*at >> 4};
        unsigned present = (unsigned char)at[1];
        bool is_offer = record.type == DP_CONTACT_OFFERED;
        struct dp_str customer = {0};
        at = get_time(at + 2, time_ms, &time_ms);
        record.time_ms = time_ms;
        at = get32(at, present & AGENT, &record.agent);
        at = get32(at, present & TEAM, &record.team);
        at = get32(at, present & QUEUE, &record.queue);
        at = get32(at, present & MADE_TEAM, &made_team);
        record.made_team = get_open(made_team);
        at = get32(at, present & OTHER && !is_offer, &other);
        set_other(&record, other);
        if (present & OTHER && is_offer)
            at = get_bytes(at + 1, (uint8_t)*at, &customer);
        if (present & SOURCE)
            at = get_bytes(at + 1, (uint8_t)*at + 1u, &source);
        at = get_id(at, id, &event_id_len);
        dp_dossier_restore(dossier, &record, source, (struct dp_str){id, event_id_len}, customer);
    }
    dp_dossier_fold(dossier);
    return (size_t)(at - packed);
}
