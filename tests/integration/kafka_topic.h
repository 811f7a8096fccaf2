/* Topics for a test, in the Kafka that DP_TEST_KAFKA names. */
#ifndef DP_TEST_KAFKA_TOPIC_H
#define DP_TEST_KAFKA_TOPIC_H

#include <stddef.h>

/* A name that no other test has. */
void dp_test_topic_name(char *name, size_t size);

/* Creates it; fails the test when that cannot be done. */
void dp_test_topic_create(const char *brokers, const char *name, int partitions);

/* Likewise, with one of its settings. */
void dp_test_topic_create_with(const char *brokers, const char *name, int partitions,
                               const char *setting, const char *value);

#endif
