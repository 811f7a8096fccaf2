/* CloudEvents' binary mode: what a Kafka message's headers say. */
#ifndef DP_KAFKA_HEADERS_H
#define DP_KAFKA_HEADERS_H

#include <librdkafka/rdkafka.h>

#include "ingest/message.h"

/* Sets `binary` and `ce`; the views live as long as `from`. Costs next to nothing where the value
 * is an envelope. */
void dp_kafka_headers_read(const rd_kafka_message_t *from, struct dp_message *message);

#endif
