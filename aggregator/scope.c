#include "aggregator/scope.h"

#include <stdlib.h>
#define XXH_INLINE_ALL /* keys are short: a call would cost more than the hash */
#include <xxhash.h>

#include "aggregator/callbacks.h"
#include "common/memory.h"

const char *const dp_scope_kind_names[DP_SCOPE_KINDS] = {"all", "agent", "team", "queue"};

uint64_t dp_scope_hash(enum dp_scope_kind kind, struct dp_str id)
{
    return XXH3_64bits_withSeed(id.p, id.len, (uint64_t)kind);
}

static uint32_t take_number(struct dp_scopes *scopes)
{
    if (scopes->free_count)
        return scopes->free_numbers[--scopes->free_count];
    scopes->items =
        dp_xgrow(scopes->items, scopes->count, &scopes->capacity, sizeof *scopes->items);
    return scopes->count++;
}

void dp_scope_assume_written(const struct dp_scopes *scopes, struct dp_scope *scope)
{
    for (int channel = 0; channel < DP_CHANNELS; channel++)
        scope->published[channel] = (UINT32_C(1) << scopes->plan->count) - 1;
    dp_windows_mark_unknown(scope->windows);
    if (scope->kind == DP_SCOPE_QUEUE) {
        scope->callbacks = scope->callbacks ? scope->callbacks : dp_callbacks_create();
        dp_callbacks_mark_unknown(scope->callbacks);
    }
}

static struct dp_scope *add(struct dp_scopes *scopes, enum dp_scope_kind kind, struct dp_str id,
                            uint64_t hash)
{
    struct dp_scope *scope = dp_xcalloc(1, sizeof *scope);
    char *copy = id.len < sizeof scope->short_id ? scope->short_id : dp_xmalloc(id.len + 1);
    if (id.len)
        memcpy(copy, id.p, id.len);
    copy[id.len] = '\0';
    scope->kind = kind;
    scope->id = (struct dp_str){copy, id.len};
    scope->hash = hash;
    scope->windows = dp_windows_create(scopes->plan);
    dp_windows_advance(scope->windows, scopes->now_ms);
    scope->last_event_ms = scope->entries_ms = scope->periods_ms = INT64_MIN;
    scope->accrued_ms = scope->rank_team_ms = INT64_MIN;
    scope->stale_from_ms = INT64_MAX;
    scope->known_changed = scope->now_changed = true;
    scope->alarm.at = DP_HEAP_OUT;
    scope->sets_unknown = scopes->written;
    if (scopes->written)
        dp_scope_assume_written(scopes, scope);
    scope->number = take_number(scopes);
    scopes->items[scope->number] = scope;
    dp_index_add(&scopes->index, hash, scope);
    return scope;
}

void dp_scopes_init(struct dp_scopes *scopes, const struct dp_window_plan *plan)
{
    *scopes = (struct dp_scopes){.plan = plan, .now_ms = INT64_MIN};
    uint32_t none_number = take_number(scopes);
    scopes->items[none_number] = NULL; /* DP_SCOPE_NONE */
    struct dp_str none = {0};
    add(scopes, DP_SCOPE_ALL, none, dp_scope_hash(DP_SCOPE_ALL, none));
}

static void destroy(struct dp_scope *scope)
{
    dp_windows_destroy(scope->windows);
    dp_heap_deinit(&scope->waiting);
    dp_agent_deinit(&scope->agent);
    dp_periods_deinit(&scope->periods);
    dp_bundle_deinit(&scope->bundle);
    dp_callbacks_destroy(scope->callbacks);
    if (scope->id.p != scope->short_id)
        free((char *)scope->id.p);
    free(scope);
}

void dp_scopes_deinit(struct dp_scopes *scopes)
{
    for (uint32_t i = 1; i < scopes->count; i++)
        if (scopes->items[i])
            destroy(scopes->items[i]);
    free(scopes->items);
    free(scopes->free_numbers);
    dp_index_deinit(&scopes->index);
}

static struct dp_scope *find(const struct dp_scopes *scopes, enum dp_scope_kind kind,
                             struct dp_str id, uint64_t hash)
{
    for (void **slot = dp_index_first(&scopes->index, hash); slot;
         slot = dp_index_next(&scopes->index, hash, slot)) {
        struct dp_scope *scope = *slot;
        if (scope->kind == kind && dp_str_equal(scope->id, id))
            return scope;
    }
    return NULL;
}

struct dp_scope *dp_scopes_get(struct dp_scopes *scopes, enum dp_scope_kind kind, struct dp_str id,
                               uint64_t hash, bool *made)
{
    struct dp_scope *scope = find(scopes, kind, id, hash);
    *made = !scope;
    return scope ? scope : add(scopes, kind, id, hash);
}

void dp_scopes_remove(struct dp_scopes *scopes, struct dp_scope *scope)
{
    scopes->free_numbers = dp_xgrow(scopes->free_numbers, scopes->free_count,
                                    &scopes->free_capacity, sizeof *scopes->free_numbers);
    scopes->free_numbers[scopes->free_count++] = scope->number;
    scopes->items[scope->number] = NULL;
    dp_index_remove(&scopes->index, scope->hash, scope);
    destroy(scope);
}
