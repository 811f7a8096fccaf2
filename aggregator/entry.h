/* The one plain type that the aggregator hands to a sink: what has become of one Redis key, or of
 * one member of a set.
 *
 * A sink writes entries as they are and knows neither events nor figures. Names, labels, ids,
 * members and texts belong to the aggregator and are valid until the next call into it.
 *
 * A sorted set is told member by member, those alone that have changed:
 *
 *   dp_entry_begin(scope, DP_ENTRY_RANKED, entry);
 *   entry->set = "rank:2026-11";            // the key is dp:{team:north}:rank:2026-11
 *   entry->member = agent->id;
 *   entry->score_unit = DP_FIELD_MILLIONTHS;
 *   entry->score = 87500000;                // 87.500000
 *   entry->ttl_ms = ...;                    // of the whole set, anew with each member
 *
 * `gone` takes the member out; `gone` without a member takes all of the set out, which is how one
 * begins of which it is not known what a former process has written. */
#ifndef DP_ENTRY_H
#define DP_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/figures.h"
#include "aggregator/scorecard.h"
#include "common/str.h"
#include "ingest/event.h"

enum dp_scope_kind { DP_SCOPE_ALL, DP_SCOPE_AGENT, DP_SCOPE_TEAM, DP_SCOPE_QUEUE, DP_SCOPE_KINDS };

/* "all", "agent", "team", "queue". */
extern const char *const dp_scope_kind_names[DP_SCOPE_KINDS];

enum dp_entry_kind {
    DP_ENTRY_WINDOW, /* hash: the figures of one window of one scope (and channel) */
    DP_ENTRY_PERIOD, /* hash: the figures of one calendar period of one scope */
    DP_ENTRY_NOW,    /* hash: the gauges of one scope */
    DP_ENTRY_KNOWN,  /* member of the set of known ids of its kind */
    DP_ENTRY_LABEL,  /* member of the set of periods */
    DP_ENTRY_RANKED, /* member of a sorted set of one scope */
    DP_ENTRY_META    /* hash: about the pipeline itself */
};

enum dp_field_unit {
    DP_FIELD_INTEGER,    /* printed as it is */
    DP_FIELD_MILLIONTHS, /* printed as a decimal fraction with six decimals */
    DP_FIELD_TEXT
};

struct dp_field {
    const char *name;
    enum dp_field_unit unit;
    int64_t value;      /* INTEGER, MILLIONTHS */
    struct dp_str text; /* TEXT */
};

/* A period's: its figures, what only agents have, and the points of a scorecard. */
#define DP_ENTRY_FIELDS (DP_FIGURES + 40 + DP_CARD_DIMENSIONS_MAX + DP_CARD_MEASURES_MAX)

struct dp_entry {
    enum dp_entry_kind kind;
    enum dp_scope_kind scope;
    struct dp_str id;        /* absent for DP_SCOPE_ALL and DP_ENTRY_META */
    enum dp_channel channel; /* DP_CHANNEL_NONE: all channels together */
    const char *label;    /* WINDOW: of the length, "5m"; PERIOD, LABEL: of the period, "2026-11" */
    const char *set;      /* RANKED: what its key ends with: "abandoned", "rank:2026-11" */
    struct dp_str member; /* RANKED; absent: all of the set */
    enum dp_field_unit score_unit; /* RANKED: INTEGER or MILLIONTHS */
    int64_t score;                 /* RANKED */
    bool named;                    /* an entry of this flush before has been about the scope */
    bool gone;          /* the key or member is to be removed, or the id is no longer known */
    int64_t ttl_ms;     /* hashes, sorted sets: time to live; 0: no expiry */
    size_t field_count; /* hashes that are not gone: at least one field */
    struct dp_field fields[DP_ENTRY_FIELDS];
};

static inline void dp_entry_add(struct dp_entry *entry, const char *name, enum dp_field_unit unit,
                                int64_t value)
{
    entry->fields[entry->field_count++] =
        (struct dp_field){.name = name, .unit = unit, .value = value};
}

static inline void dp_entry_add_text(struct dp_entry *entry, const char *name, struct dp_str text)
{
    entry->fields[entry->field_count++] =
        (struct dp_field){.name = name, .unit = DP_FIELD_TEXT, .text = text};
}

/* Gives the next entry that has changed, as of the aggregator's T; false: no more. A sink pulls as
 * fast as it can write. What was pulled counts as written unless the sink reports its flush as
 * failed. */
typedef bool dp_entry_fn(void *ctx, struct dp_entry *entry);

#endif
