#include "app/saver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/restore.h"
#include "app/recovery.h"
#include "common/log.h"
#include "common/memory.h"
#include "sink/redis_state.h"

/* How often a process that stands by looks for new commits. */
#define FOLLOW_MS 500

/* What was saved may be in the middle of a failover of Redis: so often it is tried again. */
#define READ_ATTEMPTS 5
#define READ_RETRY_MS 500

#define FAILED_SAID_MS 30000

enum role {
    FOLLOWING,
    CLAIMING, /* wants to be the owner */
    LOADING,  /* is it, and reads what was saved */
    OWNER
};

struct dp_saver {
    uv_loop_t *loop;
    uv_timer_t timer; /* following, or trying again */
    struct dp_redis_state *store;
    struct dp_pipeline *pipeline;
    struct dp_saver_events events;
    void *ctx;
    enum role role;

    struct dp_recovery recovery;
    struct dp_shown shown;
    unsigned attempts;
    bool followed;         /* all that was saved when it was last looked at is read */
    uint64_t failed_at_ms; /* said last */

    struct dp_journal journal; /* being written */
    struct dp_journal frame;   /* sealed */
    struct dp_state_commit commit;
    struct dp_positions sealed;
    char *texts[3];                   /* of `commit` */
    const struct dp_state_also *also; /* likewise */
    bool is_sealed, is_settled;
};

/* Cutting off ------------------------------------------------------------------------------------
 */

/* Moves the head of the next commit over frames that are too old to matter; what still rests on
 * them is written once more. */
static void cut_off(struct dp_saver *saver, struct dp_state_place *head)
{
    struct dp_aggregator *agg = saver->pipeline->aggregator;
    struct dp_state_place before = *head;
    if (!dp_cuts_take(&saver->recovery.cuts, dp_aggregator_retention_ms(agg), head,
                      dp_redis_state_bytes(saver->store)))
        return;
    dp_aggregator_carry(agg, head->number + 1);
    dp_log(DP_LOG_INFO, "old state is cut off", "bytes=%" PRIu64 " frame=%" PRIu64,
           head->at - before.at, head->number);
}

/* Restoring --------------------------------------------------------------------------------------
 */

static void look_later(struct dp_saver *saver, uint64_t ms);

static void fail(struct dp_saver *saver, const char *text)
{
    char quoted[600];
    dp_recovery_empty(&saver->recovery);
    saver->followed = false;
    if (saver->role != FOLLOWING && ++saver->attempts >= READ_ATTEMPTS) {
        saver->events.failed(saver->ctx, text);
        return;
    }
    if (saver->role != FOLLOWING)
        saver->role = CLAIMING;
    uint64_t now = uv_now(saver->loop);
    if (saver->role != FOLLOWING || !saver->failed_at_ms ||
        now - saver->failed_at_ms > FAILED_SAID_MS) {
        saver->failed_at_ms = now;
        dp_log(DP_LOG_WARN, "the saved state cannot be used, reading it again", "reason=%s",
               dp_log_quote(quoted, sizeof quoted, text));
    }
    look_later(saver, READ_RETRY_MS);
}

static void read_up_to(struct dp_saver *saver, const struct dp_state_commit *commit)
{
    if (dp_pipeline_saved_customers(saver->pipeline, commit->pipeline) == DP_CUSTOMERS_CLEAR)
        fail(saver, "the saved state holds ids of customers in the clear, for it was made without "
                    "[privacy] customer_key_file: stop all processes of the group, remove the keys "
                    "PREFIX:state:* and start again, and the figures are made from what Kafka "
                    "holds");
    else if (dp_recovery_begin(&saver->recovery, commit))
        dp_redis_state_read(saver->store, &saver->recovery.place, &commit->tail);
    else
        fail(saver, "positions or counters in the saved state's record cannot be read");
}

static bool on_frame(void *ctx, const struct dp_state_frame *frame)
{
    struct dp_saver *saver = ctx;
    char text[300];
    if (dp_recovery_add(&saver->recovery, frame, text, sizeof text))
        return true;
    fail(saver, text);
    return false;
}

static void become_owner(struct dp_saver *saver)
{
    struct dp_aggregator *agg = saver->pipeline->aggregator;
    uint64_t commit = saver->recovery.place.number;
    if (commit) {
        bool alike = dp_pipeline_saved_customers(saver->pipeline, saver->recovery.counters) ==
                     DP_CUSTOMERS_ALIKE;
        if (!dp_recovery_finish(&saver->recovery)) {
            fail(saver, "the counters in the saved state's record cannot be read");
            return;
        }
        if (!alike)
            dp_log(DP_LOG_WARN,
                   "[privacy] customer_key_file is not the key of the saved state: customers from "
                   "before are not known again",
                   "");
        dp_log(DP_LOG_INFO, "the saved state is read",
               "commit=%" PRIu64 " bytes=%" PRIu64 " accepted=%" PRIu64 " seconds=%.3f", commit,
               dp_saver_bytes(saver), dp_aggregator_counters(agg)->accepted,
               (double)saver->recovery.spent_ns / 1e9);
    }
    saver->role = OWNER;
    saver->attempts = 0;
    dp_journal_clear(&saver->journal);
    saver->journal.frame = commit + 1;
#ifndef DP_MUTATION_NO_JOURNAL
    dp_aggregator_set_journal(agg, &saver->journal);
#endif
    saver->events.loaded(saver->ctx, &saver->recovery.positions, &saver->shown);
}

static void on_read(void *ctx)
{
    struct dp_saver *saver = ctx;
    dp_recovery_reached(&saver->recovery);
    if (saver->role == LOADING) {
        become_owner(saver);
        return;
    }
    saver->followed = true;
    look_later(saver, saver->role == CLAIMING ? 0 : FOLLOW_MS);
}

/* Following and claiming -------------------------------------------------------------------------
 */

static void on_timer(uv_timer_t *timer)
{
    struct dp_saver *saver = timer->data;
    if (!dp_redis_state_is_up(saver->store) || dp_redis_state_is_busy(saver->store))
        return;
    if (saver->role == FOLLOWING)
        dp_redis_state_look(saver->store);
    else if (saver->role == CLAIMING)
        dp_redis_state_claim(saver->store);
}

static void look_later(struct dp_saver *saver, uint64_t ms)
{
    uv_timer_start(&saver->timer, on_timer, ms, 0);
}

static void on_up(void *ctx)
{
    look_later(ctx, 0);
}

static void on_down(void *ctx, const char *reason)
{
    struct dp_saver *saver = ctx;
    (void)reason; /* the link has said it */
    if (saver->role == LOADING)
        saver->role = CLAIMING;
}

static void on_found(void *ctx, const struct dp_state_commit *commit)
{
    struct dp_saver *saver = ctx;
    if (saver->role == CLAIMING) { /* since it was asked */
        look_later(saver, 0);
    } else if (commit->tail.number == 0) {
        if (saver->recovery.place.number)
            dp_recovery_empty(&saver->recovery);
        saver->followed = true;
        look_later(saver, FOLLOW_MS);
    } else {
        read_up_to(saver, commit);
    }
}

static void on_claimed(void *ctx, const struct dp_state_commit *commit, struct dp_str shown)
{
    struct dp_saver *saver = ctx;
    char quoted[80];
    dp_log(DP_LOG_INFO, "this process is the owner of the state", "token=%s commit=%" PRIu64,
           dp_log_quote(quoted, sizeof quoted, dp_redis_state_token(saver->store)),
           commit->tail.number);
    saver->role = LOADING;
    dp_shown_parse(&saver->shown, shown);
    if (commit->tail.number) {
        read_up_to(saver, commit);
        return;
    }
    dp_recovery_empty(&saver->recovery);
    become_owner(saver);
}

static void on_unreadable(void *ctx, const char *text)
{
    struct dp_saver *saver = ctx;
    if (saver->role == OWNER)
        saver->events.failed(saver->ctx, text);
    else
        fail(saver, text);
}

void dp_saver_take_over(struct dp_saver *saver)
{
    saver->role = CLAIMING;
    saver->attempts = 0;
    look_later(saver, 0); /* or when the look under way is answered */
}

static void unseal(struct dp_saver *saver)
{
    saver->is_sealed = saver->is_settled = false;
}

void dp_saver_stand_down(struct dp_saver *saver)
{
    dp_redis_state_cancel(saver->store);
    saver->role = FOLLOWING;
    unseal(saver);
    saver->followed = false;
    dp_recovery_empty(&saver->recovery);
    dp_journal_clear(&saver->journal);
    look_later(saver, FOLLOW_MS);
}

/* Sealing ----------------------------------------------------------------------------------------
 */

static void free_texts(struct dp_saver *saver)
{
    for (size_t i = 0; i < 3; i++)
        free(saver->texts[i]);
    memset(saver->texts, 0, sizeof saver->texts);
}

void dp_saver_seal(struct dp_saver *saver, const struct dp_positions *positions,
                   const struct dp_state_also *also)
{
    struct dp_aggregator *agg = saver->pipeline->aggregator;
    if (saver->role != OWNER || saver->is_sealed)
        return;
    struct dp_state_place head = *dp_redis_state_head(saver->store);
    cut_off(saver, &head);
    struct dp_aggregator_saved saved;
    dp_aggregator_save(agg, &saved);
    free_texts(saver);
    dp_positions_copy(&saver->sealed, positions);
    saver->also = also;
    saver->commit = (struct dp_state_commit){
        .head = head,
        .t_ms = dp_aggregator_frame_ms(agg),
        .positions = saver->texts[0] = dp_positions_format(positions),
        .aggregator = saver->texts[1] = dp_aggregator_saved_format(&saved),
        .pipeline = saver->texts[2] = dp_pipeline_format(saver->pipeline),
    };
    dp_aggregator_saved_deinit(&saved);
    dp_cuts_note(&saver->recovery.cuts, dp_redis_state_tail(saver->store), saver->commit.t_ms);
#ifndef DP_MUTATION_COMMIT_BEFORE_WRITE
    struct dp_journal sealed = saver->journal;
    saver->journal = saver->frame;
    saver->frame = sealed;
#else /* the positions are moved now, what they stand for is written with the next commit */
    static struct dp_journal held;
    struct dp_journal done = saver->frame;
    saver->frame = held;
    held = saver->journal;
    saver->journal = done;
#endif
    dp_journal_clear(&saver->journal);
    saver->journal.frame = dp_redis_state_tail(saver->store)->number + 2;
    saver->is_sealed = true;
}

bool dp_saver_is_sealed(const struct dp_saver *saver)
{
    return saver->is_sealed;
}

void dp_saver_settle(struct dp_saver *saver)
{
    if (!saver->is_sealed || saver->is_settled)
        return;
    saver->is_settled = true;
    dp_redis_state_commit(saver->store, &saver->commit, saver->frame.bytes, saver->frame.len,
                          saver->also);
}

static void on_committed(void *ctx)
{
    struct dp_saver *saver = ctx;
    unseal(saver);
    saver->events.committed(saver->ctx, &saver->sealed);
}

static void on_refused(void *ctx, enum dp_state_refusal refusal)
{
    struct dp_saver *saver = ctx;
    unseal(saver);
    saver->events.dropped(saver->ctx, refusal == DP_STATE_FENCED
                                          ? "the state in Redis is no longer this process's"
                                          : "Redis has forgotten the last commits");
}

/* Life -------------------------------------------------------------------------------------------
 */

struct dp_saver *dp_saver_create(uv_loop_t *loop, const struct dp_saver_options *options,
                                 struct dp_pipeline *pipeline, const struct dp_saver_events *events,
                                 void *ctx, char *error, size_t error_size)
{
    static const struct dp_redis_state_events state_events = {
        .up = on_up,
        .down = on_down,
        .claimed = on_claimed,
        .found = on_found,
        .frame = on_frame,
        .read = on_read,
        .committed = on_committed,
        .refused = on_refused,
        .unreadable = on_unreadable,
    };
    struct dp_redis_state_options state_options = {options->url, options->prefix};
    struct dp_saver *saver = dp_xcalloc(1, sizeof *saver);
    saver->store =
        dp_redis_state_create(loop, &state_options, &state_events, saver, error, error_size);
    if (!saver->store) {
        free(saver);
        return NULL;
    }
    saver->loop = loop;
    saver->pipeline = pipeline;
    dp_recovery_init(&saver->recovery, loop, pipeline);
    saver->events = *events;
    saver->ctx = ctx;
    saver->shown.t_ms = INT64_MIN;
    dp_journal_init(&saver->journal);
    dp_journal_init(&saver->frame);
    uv_timer_init(loop, &saver->timer);
    saver->timer.data = saver;
    return saver;
}

static void on_closed(uv_handle_t *handle)
{
    struct dp_saver *saver = handle->data;
    dp_recovery_deinit(&saver->recovery);
    free_texts(saver);
    dp_positions_deinit(&saver->sealed);
    dp_positions_deinit(&saver->shown.positions);
    dp_journal_deinit(&saver->journal);
    dp_journal_deinit(&saver->frame);
    free(saver);
}

void dp_saver_close(struct dp_saver *saver)
{
    dp_redis_state_close(saver->store);
    dp_aggregator_set_journal(saver->pipeline->aggregator, NULL);
    uv_close((uv_handle_t *)&saver->timer, on_closed);
}

size_t dp_saver_pending(const struct dp_saver *saver)
{
    return saver->journal.len;
}

size_t dp_saver_memory(const struct dp_saver *saver)
{
    return saver->journal.capacity + saver->frame.capacity;
}

bool dp_saver_is_following(const struct dp_saver *saver)
{
    return saver->role == FOLLOWING && saver->followed && dp_redis_state_is_up(saver->store);
}

bool dp_saver_is_up(const struct dp_saver *saver)
{
    return dp_redis_state_is_up(saver->store);
}

const char *dp_saver_owner_key(const struct dp_saver *saver)
{
    return dp_redis_state_owner_key(saver->store);
}

const char *dp_saver_shown_key(const struct dp_saver *saver)
{
    return dp_redis_state_shown_key(saver->store);
}

const char *dp_saver_token(const struct dp_saver *saver)
{
    return dp_redis_state_token(saver->store);
}

uint64_t dp_saver_frame(const struct dp_saver *saver)
{
    return saver->journal.frame;
}

uint64_t dp_saver_epoch(const struct dp_saver *saver)
{
    return strtoull(dp_redis_state_token(saver->store), NULL, 10);
}

uint64_t dp_saver_bytes(const struct dp_saver *saver)
{
    return dp_redis_state_bytes(saver->store);
}

uint64_t dp_saver_last_ms(const struct dp_saver *saver)
{
    return dp_redis_state_last_ms(saver->store);
}
