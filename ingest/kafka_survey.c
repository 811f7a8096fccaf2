#include "ingest/kafka_survey.h"

#include <stdlib.h>

#include "common/memory.h"

#define STEP_MS 2000

void dp_kafka_survey_init(struct dp_kafka_survey *survey, uv_loop_t *loop, rd_kafka_t *rk,
                          void (*done)(void *owner), void *owner)
{
    *survey = (struct dp_kafka_survey){.loop = loop, .rk = rk, .done = done, .owner = owner};
    survey->work.data = survey;
}

void dp_kafka_survey_clear(struct dp_kafka_survey *survey)
{
    for (size_t i = 0; i < survey->count; i++) {
        free(survey->topics[i].name);
        free(survey->topics[i].ends);
    }
    survey->count = 0;
}

void dp_kafka_survey_deinit(struct dp_kafka_survey *survey)
{
    dp_kafka_survey_clear(survey);
    free(survey->topics);
}

void dp_kafka_survey_add(struct dp_kafka_survey *survey, const char *topic, size_t from)
{
    survey->topics =
        dp_xgrow(survey->topics, survey->count, &survey->capacity, sizeof *survey->topics);
    survey->topics[survey->count++] =
        (struct dp_kafka_topic_survey){.name = dp_xstrdup(topic), .from = from};
}

/* Asking by name: asking for all topics could be a great deal. */
static rd_kafka_resp_err_t count_partitions(rd_kafka_t *rk, struct dp_kafka_topic_survey *topic)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(rk, topic->name, NULL);
    if (!handle)
        return rd_kafka_last_error();
    rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 0, handle, &metadata, STEP_MS);
    rd_kafka_topic_destroy(handle);
    if (code)
        return code;
    code = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (metadata->topic_cnt) {
        code = metadata->topics[0].err;
        topic->count = (size_t)metadata->topics[0].partition_cnt;
    }
    rd_kafka_metadata_destroy(metadata);
    return code;
}

static rd_kafka_resp_err_t survey_topic(struct dp_kafka_survey *survey,
                                        struct dp_kafka_topic_survey *topic)
{
    rd_kafka_resp_err_t code = count_partitions(survey->rk, topic);
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
        topic->missing = true;
        topic->count = 0;
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    topic->ends = dp_xcalloc(topic->count + 1, sizeof *topic->ends);
    for (size_t i = topic->from; !code && i < topic->count; i++)
        code = atomic_load(&survey->cancelled)
                   ? RD_KAFKA_RESP_ERR__INTR
                   : rd_kafka_query_watermark_offsets(survey->rk, topic->name, (int32_t)i,
                                                      &topic->ends[i].low, &topic->ends[i].high,
                                                      STEP_MS);
    return code;
}

static void work(uv_work_t *request)
{
    struct dp_kafka_survey *survey = request->data;
    for (size_t i = 0; i < survey->count && !survey->code; i++) {
        survey->stopped_at = survey->topics[i].name;
        survey->code = atomic_load(&survey->cancelled) ? RD_KAFKA_RESP_ERR__INTR
                                                       : survey_topic(survey, &survey->topics[i]);
    }
}

static void after_work(uv_work_t *request, int status)
{
    struct dp_kafka_survey *survey = request->data;
    if (status < 0)
        survey->code = RD_KAFKA_RESP_ERR__INTR;
    survey->under_way = false;
    survey->done(survey->owner);
}

void dp_kafka_survey_start(struct dp_kafka_survey *survey)
{
    survey->code = RD_KAFKA_RESP_ERR_NO_ERROR;
    survey->stopped_at = "";
    atomic_store(&survey->cancelled, false);
    survey->under_way = true;
    uv_queue_work(survey->loop, &survey->work, work, after_work);
}

void dp_kafka_survey_cancel(struct dp_kafka_survey *survey)
{
    atomic_store(&survey->cancelled, true);
}
