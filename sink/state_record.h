/* The record of the last commit, a hash in Redis: what the saved state's log stands for. Pure; any
 * thread. */
#ifndef DP_STATE_RECORD_H
#define DP_STATE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "sink/commands.h"
#include "sink/resp.h"
#include "sink/state_log.h"

struct redisReply;

/* What a commit does beside moving the record, in the same transaction. The keys are of the types
 * named with them, or not there yet; else nothing is committed until they are. */
struct dp_state_key {
    const char *key, *type; /* "hash", "stream" */
};
struct dp_state_also {
    const struct dp_commands *commands;
    const struct dp_state_key *keys;
    size_t key_count;
};

/* The record. The texts belong to whoever gives the record. */
struct dp_state_commit {
    struct dp_state_place head, tail; /* tail.number is the commit's; 0: nothing is saved */
    int64_t t_ms;                     /* the frame's stamp (dp_aggregator_frame_ms) */
    const char *positions;            /* dp_positions_format */
    const char *aggregator;           /* dp_aggregator_saved_format */
    const char *pipeline;             /* dp_pipeline_format */
};

#define DP_STATE_WHY 160

/* Reads HGETALL's reply, to which the texts belong; no fields at all are the record before the
 * first commit. False: it cannot be used, and `why` says so. */
bool dp_state_record_parse(const struct redisReply *reply, struct dp_state_commit *commit,
                           char why[DP_STATE_WHY]);

/* Makes the command that sets the record. */
void dp_state_record_write(struct dp_resp *resp, const char *key,
                           const struct dp_state_commit *commit);

#endif
