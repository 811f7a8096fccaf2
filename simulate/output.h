/* Where the messages go: standard output or Kafka. Thread: one output belongs to one thread. */
#ifndef DP_SIMULATE_OUTPUT_H
#define DP_SIMULATE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

enum dp_sim_topic { DP_SIM_CALLS, DP_SIM_CHATS, DP_SIM_TOPICS };

enum dp_sim_result {
    DP_SIM_OK,
    DP_SIM_GONE,  /* the reader has had enough: stop quietly */
    DP_SIM_FAILED /* said in a log line */
};

/* One message; the bytes are copied. */
struct dp_sim_message {
    const char *value, *key;
    size_t value_len, key_len;
    enum dp_sim_topic topic;
};

struct dp_sim_output {
    enum dp_sim_result (*send)(struct dp_sim_output *output, const struct dp_sim_message *message);
    /* Passes on what is buffered, without waiting long; called when there is time. */
    enum dp_sim_result (*flush)(struct dp_sim_output *output);
    /* Sends the rest, waiting at most 30 s, and frees the output. */
    enum dp_sim_result (*close)(struct dp_sim_output *output);
};

/* NDJSON to a file descriptor, which stays open. */
struct dp_sim_output *dp_sim_ndjson_create(int fd);

/* Structured CloudEvents to Kafka, keyed. NULL when the broker does not answer or lacks a topic:
 * said in a log line, within 10 s. `topics` by enum dp_sim_topic. */
struct dp_sim_output *dp_sim_kafka_create(const char *broker, const char *const *topics);

#endif
