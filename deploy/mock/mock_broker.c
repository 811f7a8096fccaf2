/* A Kafka broker inside one small process, from librdkafka's own mock cluster: for a demonstration
 * where there is no Java. It keeps little, in memory, and is slow: not for measuring anything.
 *
 * Usage: dp-mock-broker PARTITIONS TOPIC[:PARTITIONS]...
 * Prints its address (host:port) when it is ready and runs until SIGINT or SIGTERM. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* A client that brings a mock cluster of one broker with it; NULL when it cannot, which is said. */
static rd_kafka_t *dp_mock_create(void)
{
    char error[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", error, sizeof(error)) ==
        RD_KAFKA_CONF_OK) {
        rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
        if (rk) {
            return rk;
        }
    }
    rd_kafka_conf_destroy(conf);
    fprintf(stderr, "dp-mock-broker: cannot start: %s\n", error);
    return NULL;
}

static int dp_mock_add_topics(rd_kafka_mock_cluster_t *cluster, int partitions, char **names)
{
    for (; *names; names++) {
        char *own = strchr(*names, ':');
        if (own) {
            *own++ = '\0';
        }
        int count = own ? atoi(own) : partitions;
        rd_kafka_resp_err_t err = rd_kafka_mock_topic_create(cluster, *names, count, 1);
        if (err) {
            fprintf(stderr, "dp-mock-broker: cannot create topic %s: %s\n", *names,
                    rd_kafka_err2str(err));
            return -1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    int partitions = argc > 2 ? atoi(argv[1]) : 0;
    if (partitions < 1) {
        fprintf(stderr, "usage: dp-mock-broker PARTITIONS TOPIC[:PARTITIONS]...\n");
        return 2;
    }

    /* Blocked before librdkafka's threads start, which inherit it: sigwait alone takes these. */
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);

    rd_kafka_t *rk = dp_mock_create();
    if (!rk) {
        return 1;
    }
    rd_kafka_mock_cluster_t *cluster = rd_kafka_handle_mock_cluster(rk);
    int failed = dp_mock_add_topics(cluster, partitions, argv + 2);
    if (!failed) {
        int number;
        puts(rd_kafka_mock_cluster_bootstraps(cluster));
        fflush(stdout);
        sigwait(&ends, &number);
    }
    rd_kafka_destroy(rk);
    return failed ? 1 : 0;
}
