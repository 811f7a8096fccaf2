/* Topics for a test, in the Kafka that DP_TEST_KAFKA names. */
#ifndef DP_TEST_KAFKA_TOPIC_H
#define DP_TEST_KAFKA_TOPIC_H

#include <stddef.h>
#include <stdint.h>

/* A name that no other test has. */
void dp_test_topic_name(char *name, size_t size);

/* Creates it; fails the test when that cannot be done. */
void dp_test_topic_create(const char *brokers, const char *name, int partitions);

/* Likewise, with one of its settings. */
void dp_test_topic_create_with(const char *brokers, const char *name, int partitions,
                               const char *setting, const char *value);

void dp_test_topic_delete(const char *brokers, const char *name);

/* Adds partitions up to that number. */
void dp_test_topic_grow(const char *brokers, const char *name, int partitions);

/* Deletes the messages before that offset. */
void dp_test_topic_trim(const char *brokers, const char *name, int32_t partition, int64_t before);

/* How many it has; 0: it does not exist. */
int dp_test_topic_partitions(const char *brokers, const char *name);

#endif
