#include "aggregator/private.h"
#include "aggregator/restore.h"

/* The events of a contact that lasted no longer than this are in frames that are kept or dropped
 * together, as far as its facts can be in any window: dp_aggregator_retention_ms sees to that. */
static int64_t span_of_most(const struct dp_aggregator *agg)
{
    const int64_t most = INT64_C(3600000);
    return agg->options.contact_ttl_ms < most ? agg->options.contact_ttl_ms : most;
}

void dp_aggregator_set_journal(struct dp_aggregator *agg, struct dp_journal *journal)
{
    agg->journal = journal;
    dp_alerts_set_journal(agg->alerts, journal);
}

static void restore_mark(struct dp_aggregator *agg, const struct dp_journal_record *record)
{
    struct dp_contact *contact =
        dp_contacts_find(&agg->contacts, record->marked, dp_contact_hash(record->marked));
    if (contact)
        dp_repeat_mark(&agg->repeat, contact, record->fcr, dp_settle_fact, agg);
}

void dp_history_marks(struct dp_aggregator *agg, struct dp_journal_reader *reader)
{
    struct dp_journal_record record;
    while (dp_journal_peek(reader) == DP_JOURNAL_MARK && dp_journal_read(reader, &record))
        restore_mark(agg, &record);
}

/* The next record, if it is of that kind. Marks that changed in between change now. */
static bool answer(struct dp_aggregator *agg, enum dp_journal_kind kind,
                   struct dp_journal_record *record)
{
    dp_history_marks(agg, agg->answers);
    return dp_journal_peek(agg->answers) == kind && dp_journal_read(agg->answers, record);
}

bool dp_history_begins(struct dp_aggregator *agg)
{
    struct dp_journal_record record;
    if (agg->answers)
        return answer(agg, DP_JOURNAL_BEGINS, &record);
    if (agg->journal)
        dp_journal_word(agg->journal, DP_JOURNAL_BEGINS);
    return true;
}

uint32_t dp_history_team(struct dp_aggregator *agg, uint32_t agent)
{
    struct dp_journal_record record;
    if (agg->answers && answer(agg, DP_JOURNAL_TEAM, &record))
        return dp_scope_named(agg, DP_SCOPE_TEAM, record.name,
                              dp_scope_hash(DP_SCOPE_TEAM, record.name), INT64_MIN);
    uint32_t team = agent ? dp_scope_at(agg, agent)->agent.team : DP_SCOPE_NONE;
    if (agg->journal)
        dp_journal_team(agg->journal, team ? dp_scope_at(agg, team)->id : (struct dp_str){0});
    return team;
}

/* It was noted if something was found. */
unsigned dp_history_judged(struct dp_aggregator *agg, enum dp_judged which, unsigned now)
{
    struct dp_journal_record record;
    if (!agg->answers) {
        if (agg->journal && now)
            dp_journal_judged(agg->journal, which, now);
        return now;
    }
    dp_history_marks(agg, agg->answers);
    struct dp_journal_reader after = *agg->answers;
    if (dp_journal_peek(&after) != DP_JOURNAL_JUDGED || !dp_journal_read(&after, &record) ||
        record.judged != which)
        return 0;
    *agg->answers = after;
    return record.judged_flags;
}

/* The history of repeat contacts (repeat.h). */

static bool judged(void *ctx, bool fcr)
{
    struct dp_aggregator *agg = ctx;
    struct dp_journal_record record;
    if (agg->answers)
        return answer(agg, DP_JOURNAL_FCR, &record);
    if (agg->journal && fcr)
        dp_journal_word(agg->journal, DP_JOURNAL_FCR);
    return fcr;
}

static void changed(void *ctx, const struct dp_contact *contact)
{
    struct dp_aggregator *agg = ctx;
    if (agg->journal)
        dp_journal_mark_of(agg->journal, dp_contact_id(contact), contact->fcr);
}

void dp_history_init(struct dp_aggregator *agg)
{
    agg->repeat.history =
        (struct dp_repeat_history){.judged = judged, .changed = changed, .ctx = agg};
}

uint32_t dp_history_frame(const struct dp_aggregator *agg)
{
    return (uint32_t)(agg->journal ? agg->journal->frame : agg->restored_frame);
}

void dp_history_taken(struct dp_aggregator *agg, struct dp_event *event)
{
    /* The frame at hand is all that is known to be there as long as itself. */
    if (dp_ahead_waiting(event)->frame == dp_history_frame(agg))
        dp_journal_word(agg->journal, DP_JOURNAL_TAKE);
    else
        dp_journal_event(agg->journal, event, false);
}

void dp_history_forgotten(struct dp_aggregator *agg, const struct dp_contact *contact)
{
    /* Once it is forgotten nobody can carry its facts over: one that may come to stand on both
     * sides of a cut is told as a whole while it is known. */
    bool in_window = contact->last_ms > dp_back(dp_earliest_t(agg), dp_longest_window(agg));
    const struct dp_dossier *dossier = dp_contacts_look(&agg->contacts, contact);
    if (in_window && dossier->records[0].time_ms < dp_back(contact->last_ms, span_of_most(agg)))
        dp_carry_contact(agg, contact);
    dp_journal_forgotten(agg->journal, dp_contact_id(contact));
}

int64_t dp_aggregator_frame_ms(const struct dp_aggregator *agg)
{
    return dp_earliest_t(agg);
}

int64_t dp_aggregator_retention_ms(const struct dp_aggregator *agg)
{
    const struct dp_aggregator_options *options = &agg->options;
    int64_t spans[] = {dp_longest_window(agg) + span_of_most(agg), options->dedup_horizon_ms,
                       options->fcr_window_ms, options->contact_ttl_ms};
    int64_t longest = 0;
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (spans[i] > longest)
            longest = spans[i];
    return dp_back(dp_back(agg->settled_ms, options->allowed_lateness_ms), longest);
}
