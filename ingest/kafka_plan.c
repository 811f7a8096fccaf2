#include "ingest/kafka_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"

/* A topic is gone when so many surveys in a row have not found it: a broker that has just started
 * may not know of it yet. */
#define MISSED_MAX 3

/* Lost positions ---------------------------------------------------------------------------------
 */

static int64_t shown_of(const struct dp_kafka_plan *plan, const char *topic, int32_t partition)
{
    const struct dp_position *shown = dp_positions_find(&plan->shown, topic, partition);
    return shown ? shown->next : DP_POSITION_UNKNOWN;
}

/* What has become of a partition's position. */
static struct dp_kafka_lost look_at(const struct dp_kafka_plan *plan,
                                    const struct dp_kafka_topic_survey *found, int32_t number,
                                    const struct dp_kafka_partition *partition)
{
    struct dp_kafka_lost lost = {
        .topic = found->name, .partition = number, .next = DP_POSITION_UNKNOWN};
    lost.shown = shown_of(plan, found->name, number);
    if (partition)
        lost.next = partition->next;
    if ((size_t)number < found->count) {
        lost.ends = found->ends[number];
        dp_kafka_lost_judge(&lost, partition ? partition->doubt : DP_KAFKA_NO_DOUBT);
    } else if (lost.next != DP_POSITION_UNKNOWN || lost.shown != DP_POSITION_UNKNOWN) {
        lost.loss = DP_KAFKA_PARTITION_GONE;
    }
    return lost;
}

static void fail_for(struct dp_kafka_plan *plan, const struct dp_kafka_lost *lost)
{
    char what[600];
    snprintf(plan->failure, sizeof plan->failure,
             "Kafka does not hold a position any more: %s; to go on without what is missing, start "
             "with --on-lost-position=earliest (all that is left) or latest (what comes from now)",
             dp_kafka_lost_describe(lost, what, sizeof what));
}

/* Gives the position up. */
static void move_on(struct dp_kafka_plan *plan, struct dp_kafka_partition *partition,
                    const struct dp_kafka_lost *lost)
{
    char what[600], quoted[700];
    uint64_t skipped;
    partition->next = dp_kafka_lost_next(lost, plan->on_lost, &skipped);
    partition->mark = 0;
    partition->doubt = DP_KAFKA_NO_DOUBT;
    plan->lost++;
    plan->skipped += skipped;
    dp_log(DP_LOG_WARN, "Kafka does not hold a position any more; going on elsewhere",
           "topic=%s partition=%" PRId32 " position=%" PRId64 " going_on_at=%" PRId64
           " skipped=%" PRIu64 " reason=%s",
           lost->topic, lost->partition, lost->next, partition->next, skipped,
           dp_log_quote(quoted, sizeof quoted, dp_kafka_lost_describe(lost, what, sizeof what)));
}

/* A partition that was begun without a position may begin anew: nothing was promised. */
static bool is_lost(const struct dp_kafka_partition *partition, const struct dp_kafka_lost *lost)
{
    return lost->loss != DP_KAFKA_HELD && !(partition && partition->fresh);
}

/* Partitions -------------------------------------------------------------------------------------
 */

/* Has it read from its position. Where the message before that is known and still there, it is
 * asked for too: it shows whether the log is the one that was read. */
static void read_from_position(rd_kafka_topic_partition_list_t *list, const char *topic,
                               int32_t number, struct dp_kafka_partition *partition,
                               const struct dp_kafka_ends *ends)
{
    partition->reading = true;
    partition->end = ends->high;
    partition->doubt = DP_KAFKA_NO_DOUBT;
    partition->verify = partition->mark && ends->low < partition->next;
    rd_kafka_topic_partition_list_add(list, topic, number)->offset =
        partition->next - partition->verify;
}

/* A partition without a position. */
static void begin_anew(struct dp_kafka_partition *partition, const struct dp_kafka_ends *ends,
                       bool latest)
{
    partition->next = latest ? ends->high : ends->low;
    partition->mark = 0;
    partition->fresh = true;
}

/* The partition, made known to the owner if it is not. */
static struct dp_kafka_partition *get(struct dp_kafka_plan *plan, size_t topic, int32_t number)
{
    const char *name = plan->partitions->topics[topic].name.p;
    struct dp_kafka_partition *partition =
        dp_kafka_partition_at(&plan->partitions->topics[topic], number);
    if (partition && partition->known)
        return partition;
    partition = dp_kafka_partitions_add(plan->partitions, name, number);
    uint32_t slot = plan->assigned(plan->ctx, name, number);
    if (slot != partition->slot)
        dp_log(DP_LOG_ERROR, "slots are not counted from 0", "topic=%s partition=%" PRId32, name,
               number);
    return partition;
}

static void say_missing(struct dp_kafka_plan *plan, struct dp_kafka_topic *topic)
{
    if (topic->awaited)
        return;
    topic->awaited = true;
    dp_log(DP_LOG_WARN, "Kafka has no such topic; waiting for it",
           "topic=%s create_with=\"kafka-topics.sh --bootstrap-server %s --create --topic %s\"",
           topic->name.p, plan->brokers, topic->name.p);
}

static bool is_shown(const struct dp_kafka_plan *plan, const char *topic)
{
    for (size_t i = 0; i < plan->shown.count; i++)
        if (strcmp(plan->shown.items[i].topic, topic) == 0)
            return true;
    return false;
}

static void fail_for_topic(struct dp_kafka_plan *plan, const struct dp_kafka_topic *topic,
                           size_t count)
{
    if (count)
        snprintf(
            plan->failure, sizeof plan->failure,
            "topic %s has %zu partitions where it had %zu: it was deleted and made anew; start "
            "again, with --on-lost-position=earliest to read it from its beginning",
            topic->name.p, count, topic->count);
    else
        snprintf(
            plan->failure, sizeof plan->failure,
            "topic %s, which has been read before, does not exist any more: create it again "
            "(and start with --on-lost-position=earliest), or take it out of topics in [kafka]",
            topic->name.p);
}

/* True: a partition that has been read is not there. */
static bool is_cut(const struct dp_kafka_topic *topic, size_t count)
{
    for (size_t p = count; p < topic->count; p++)
        if (topic->partitions[p].next != DP_POSITION_UNKNOWN)
            return true;
    return false;
}

/* A topic that is not there is waited for; but not one that has been read. */
static enum dp_kafka_plan_outcome look_for_topics(struct dp_kafka_plan *plan, bool starting)
{
    enum dp_kafka_plan_outcome outcome = DP_KAFKA_PLAN_MADE;
    for (size_t i = 0; i < plan->partitions->configured; i++) {
        struct dp_kafka_topic *topic = &plan->partitions->topics[i];
        const struct dp_kafka_topic_survey *found = &plan->survey->topics[i];
        topic->awaited = topic->awaited && found->missing;
        if (found->missing && !dp_kafka_topic_has_positions(topic) &&
            !is_shown(plan, topic->name.p)) {
            say_missing(plan, topic);
        } else if (!found->missing && !is_cut(topic, found->count)) {
            topic->returned = topic->missed > 0;
            topic->missed = 0;
        } else if (++topic->missed < MISSED_MAX) {
            outcome = DP_KAFKA_PLAN_WAITS;
        } else if (found->missing || !starting) {
            fail_for_topic(plan, topic, found->count);
            return DP_KAFKA_PLAN_FAILED;
        }
    }
    return outcome;
}

/* Sees to all partitions of a topic that are not read: in doubt, or new. False: given up. */
static bool see_to_topic(struct dp_kafka_plan *plan, size_t index, bool latest,
                         rd_kafka_topic_partition_list_t *list)
{
    const struct dp_kafka_topic_survey *found = &plan->survey->topics[index];
    for (int32_t p = 0; (size_t)p < found->count; p++) {
        struct dp_kafka_partition *partition =
            dp_kafka_partition_at(&plan->partitions->topics[index], p);
        if (partition && partition->reading)
            continue;
        if ((size_t)p < found->from) { /* fell into doubt since the survey was begun */
            plan->unfinished = true;
            continue;
        }
        struct dp_kafka_lost lost = look_at(plan, found, p, partition);
        if (is_lost(partition, &lost) && plan->on_lost == DP_KAFKA_LOST_STOP) {
            fail_for(plan, &lost);
            return false;
        }
        partition = get(plan, index, p);
        if (is_lost(partition, &lost))
            move_on(plan, partition, &lost);
        else if (partition->next == DP_POSITION_UNKNOWN || lost.loss != DP_KAFKA_HELD)
            begin_anew(partition, &found->ends[p], latest);
        read_from_position(list, found->name, p, partition, &found->ends[p]);
    }
    return true;
}

/* The positions of partitions that are not there. False: given up. */
static bool see_to_gone(struct dp_kafka_plan *plan, size_t index)
{
    const struct dp_kafka_topic_survey *found = &plan->survey->topics[index];
    struct dp_kafka_topic *topic = &plan->partitions->topics[index];
    for (size_t p = found->count; p < topic->count; p++) {
        struct dp_kafka_partition *partition = &topic->partitions[p];
        struct dp_kafka_lost lost = look_at(plan, found, (int32_t)p, partition);
        if (lost.loss == DP_KAFKA_HELD || !partition->known)
            continue;
        if (plan->on_lost == DP_KAFKA_LOST_STOP) {
            fail_for(plan, &lost);
            return false;
        }
        move_on(plan, partition, &lost);
    }
    for (size_t i = 0; i < plan->shown.count; i++) {
        const struct dp_position *shown = &plan->shown.items[i];
        if (strcmp(shown->topic, found->name) != 0 || (size_t)shown->partition < found->count)
            continue;
        struct dp_kafka_lost lost = look_at(plan, found, shown->partition, NULL);
        if (lost.loss != DP_KAFKA_HELD && plan->on_lost == DP_KAFKA_LOST_STOP) {
            fail_for(plan, &lost);
            return false;
        }
    }
    topic->missed = 0;
    return true;
}

enum dp_kafka_plan_outcome dp_kafka_plan_make(struct dp_kafka_plan *plan, bool starting,
                                              rd_kafka_topic_partition_list_t *list)
{
    enum dp_kafka_plan_outcome outcome = look_for_topics(plan, starting);
    plan->unfinished = false;
    if (outcome != DP_KAFKA_PLAN_MADE)
        return outcome;
    for (size_t i = 0; i < plan->partitions->configured; i++) {
        bool latest = starting && plan->begin_latest &&
                      !dp_kafka_topic_has_positions(&plan->partitions->topics[i]);
        if (plan->survey->topics[i].missing)
            continue;
        if ((starting && !see_to_gone(plan, i)) || !see_to_topic(plan, i, latest, list))
            return DP_KAFKA_PLAN_FAILED;
    }
    return DP_KAFKA_PLAN_MADE;
}
