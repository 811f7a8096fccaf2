/* Reads a frame of a journal, record by record. The bytes may have been anywhere in between: what
 * is not a record of the journal is told from one, and nothing is read beyond the end. Thread: one.
 */
#ifndef DP_JOURNAL_READER_H
#define DP_JOURNAL_READER_H

#include "aggregator/journal.h"

struct dp_journal_reader {
    const char *at, *end;
    bool malformed; /* the bytes at `at` are no record */

    int64_t time_ms; /* of the event before */
    struct dp_str source;
};

/* All strings point into the bytes that are read. */
struct dp_journal_record {
    enum dp_journal_kind kind; /* or an event's type */
    union {
        struct {
            struct dp_event event;
            bool waits;
        };
        int64_t t_ms;       /* TIME */
        struct dp_str name; /* TEAM, FORGOTTEN */
        struct {
            int64_t horizon_ms, settled_ms;
        }; /* SETTLED */
        struct {
            enum dp_scope_kind scope;
            struct dp_str scope_id;
            int64_t last_event_ms; /* SCOPE */
        };                         /* RETIRED, SCOPE */
        struct {
            struct dp_str marked;
            bool fcr;
        }; /* MARK */
        struct {
            enum dp_judged judged;
            unsigned judged_flags;
        }; /* JUDGED */
        struct dp_journal_contact contact;
        struct dp_journal_contact_event contact_event;
        struct dp_journal_agent agent;
        struct dp_journal_agent_state agent_state;
        struct dp_journal_periods periods;
        struct dp_journal_alert alert;
    };
};

static inline bool dp_journal_is_event(enum dp_journal_kind kind)
{
    return (int)kind < DP_EVENT_TYPES;
}

/* `bytes` must stay as long as the reader and what it has read are used. */
void dp_journal_reader_init(struct dp_journal_reader *reader, const char *bytes, size_t len);

/* False: the end, or bytes that are malformed. */
bool dp_journal_read(struct dp_journal_reader *reader, struct dp_journal_record *record);

/* The lower bits of the kind of the next record without reading it; DP_JOURNAL_KINDS at the end. */
static inline enum dp_journal_kind dp_journal_peek(const struct dp_journal_reader *reader)
{
    if (reader->at == reader->end)
        return DP_JOURNAL_KINDS;
    return (enum dp_journal_kind)(*reader->at & DP_JOURNAL_KIND_BITS);
}

#endif
