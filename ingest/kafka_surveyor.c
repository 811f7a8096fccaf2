#include "ingest/kafka_surveyor.h"

#include "common/log.h"

/* Until Kafka has answered a survey: the first pause, doubled each time, and the longest. */
#define RETRY_MIN_MS 250
#define RETRY_MAX_MS 4000

/* Until a topic is looked for again that should be there. */
#define RECHECK_MS 1000

/* The partitions before this one are all read. */
static size_t first_unread(const struct dp_kafka_topic *topic)
{
    size_t p = 0;
    while (p < topic->count && topic->partitions[p].reading)
        p++;
    return p;
}

void dp_kafka_surveyor_hurry(struct dp_kafka_surveyor *surveyor)
{
    if (surveyor->survey.under_way) {
        surveyor->survey_wanted = true;
        return;
    }
    surveyor->survey_wanted = surveyor->survey_void = false;
    uv_timer_stop(&surveyor->timer);
    dp_kafka_survey_clear(&surveyor->survey);
    for (size_t i = 0; i < surveyor->partitions->configured; i++) {
        const struct dp_kafka_topic *topic = &surveyor->partitions->topics[i];
        dp_kafka_survey_add(&surveyor->survey, topic->name.p, first_unread(topic));
    }
    dp_kafka_survey_start(&surveyor->survey);
}

static void on_timer(uv_timer_t *timer)
{
    dp_kafka_surveyor_hurry(timer->data);
}

static void survey_after(struct dp_kafka_surveyor *surveyor, uint64_t ms)
{
    uv_timer_start(&surveyor->timer, on_timer, ms, 0);
}

/* Kafka being away is said by the client; this is for what else may hold up a start. */
static void say_no_answer(struct dp_kafka_surveyor *surveyor)
{
    const struct dp_kafka_survey *survey = &surveyor->survey;
    if (survey->code == RD_KAFKA_RESP_ERR__INTR || surveyor->client->away ||
        !dp_kafka_log_due(&surveyor->said_ms))
        return;
    if (survey->code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        dp_kafka_say_refused(survey->stopped_at);
    else
        dp_log(DP_LOG_WARN, "Kafka did not say what it holds of a topic; asking again",
               "topic=%s error=%s", survey->stopped_at, rd_kafka_err2name(survey->code));
}

static void on_surveyed(void *owner)
{
    struct dp_kafka_surveyor *surveyor = owner;
    if (surveyor->closed) {
        surveyor->closed(surveyor->owner);
        return;
    }
    if (!surveyor->running)
        return;
    if (surveyor->survey_void) {
        dp_kafka_surveyor_hurry(surveyor);
        return;
    }
    if (surveyor->survey.code) {
        say_no_answer(surveyor);
        survey_after(surveyor, surveyor->retry_ms);
        surveyor->retry_ms =
            surveyor->retry_ms * 2 < RETRY_MAX_MS ? surveyor->retry_ms * 2 : RETRY_MAX_MS;
        return;
    }
    surveyor->retry_ms = RETRY_MIN_MS;
    surveyor->client->stale = false;
    dp_kafka_client_answered(surveyor->client);
    bool complete = surveyor->surveyed(surveyor->owner);
    if (surveyor->running && !surveyor->survey.under_way)
        survey_after(surveyor, !complete                 ? RECHECK_MS
                               : surveyor->survey_wanted ? RETRY_MIN_MS
                                                         : surveyor->interval_ms);
}

void dp_kafka_surveyor_init(struct dp_kafka_surveyor *surveyor, uv_loop_t *loop)
{
    dp_kafka_survey_init(&surveyor->survey, loop, surveyor->client->rk, on_surveyed, surveyor);
    uv_timer_init(loop, &surveyor->timer);
    surveyor->timer.data = surveyor;
}

void dp_kafka_surveyor_start(struct dp_kafka_surveyor *surveyor)
{
    surveyor->running = true;
    surveyor->retry_ms = RETRY_MIN_MS;
    dp_kafka_surveyor_hurry(surveyor);
}

void dp_kafka_surveyor_stop(struct dp_kafka_surveyor *surveyor)
{
    surveyor->running = false;
    surveyor->survey_void = true;
    dp_kafka_survey_cancel(&surveyor->survey);
    uv_timer_stop(&surveyor->timer);
}

void dp_kafka_surveyor_close(struct dp_kafka_surveyor *surveyor, void (*closed)(void *owner))
{
    dp_kafka_surveyor_stop(surveyor);
    surveyor->closed = closed;
    if (!surveyor->survey.under_way)
        closed(surveyor->owner);
}
