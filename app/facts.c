#include "app/facts.h"

#include <stdio.h>

#include "ingest/identifier.h"

/* What an agent's or a queue's facts have as their key, so that they are in one partition. */
#define KEY_SIZE (DP_IDENTIFIER_MAX + 8)

static struct dp_str key_of(const struct dp_told *told, char text[KEY_SIZE])
{
    struct dp_str id = told->agent.len ? told->agent : told->queue;
    if (!id.len)
        return DP_STR("all");
    int len =
        snprintf(text, KEY_SIZE, "%s:%.*s", told->agent.len ? "agent" : "queue", (int)id.len, id.p);
    return (struct dp_str){text, (size_t)len};
}

static void tell(void *ctx, const struct dp_told *told)
{
    struct dp_facts *facts = ctx;
    struct dp_fact_place *place = &facts->place;
    char key[KEY_SIZE], line[DP_FACT_LINE_SIZE];
    uint64_t frame = dp_saver_frame(facts->saver);
    if (frame != place->frame) {
        place->frame = frame;
        place->seq = 0;
    }
    size_t len = dp_fact_line_write(line, told, place) - 1; /* a message needs no newline */
    dp_kafka_ledger_put(facts->ledger, key_of(told, key), (struct dp_str){line, len});
    place->seq++;
}

void dp_facts_open(struct dp_facts *facts, struct dp_kafka_ledger *ledger,
                   const struct dp_saver *saver, struct dp_pipeline *pipeline)
{
    *facts = (struct dp_facts){.ledger = ledger, .saver = saver};
    dp_pipeline_set_ledger(pipeline, tell, facts);
}

void dp_facts_close(struct dp_facts *facts, int64_t timeout_ms)
{
    if (facts->ledger)
        dp_kafka_ledger_close(facts->ledger, timeout_ms);
    facts->ledger = NULL;
}

void dp_facts_begin(struct dp_facts *facts)
{
    char line[DP_FACT_LINE_SIZE];
    if (!facts->ledger)
        return;
    uint64_t frame = dp_saver_frame(facts->saver);
    facts->place = (struct dp_fact_place){
        .epoch = dp_saver_epoch(facts->saver), .began = frame, .frame = frame};
    size_t len = dp_fact_line_write_epoch(line, &facts->place) - 1;
    dp_kafka_ledger_put(facts->ledger, DP_STR("all"), (struct dp_str){line, len});
}

void dp_facts_seal(struct dp_facts *facts)
{
    if (facts->ledger)
        facts->sealed = dp_kafka_ledger_count(facts->ledger);
}

bool dp_facts_settled(const struct dp_facts *facts)
{
    return !facts->ledger || dp_kafka_ledger_settled(facts->ledger, facts->sealed);
}

bool dp_facts_are_full(struct dp_facts *facts)
{
    return facts->ledger && dp_kafka_ledger_is_full(facts->ledger);
}
