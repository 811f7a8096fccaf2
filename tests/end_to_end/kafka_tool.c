/* Speaks Kafka for the end-to-end tests, which are in Python.
 *
 *   dp-kafka create BROKER PARTITIONS TOPIC...   creates topics, waits until they can be used
 *   dp-kafka produce BROKER TOPIC[,TOPIC2] FILE  sends the lines of a file of events (- is stdin)
 *   dp-kafka dump BROKER TOPIC                   prints all messages, one JSON object each
 *   dp-kafka committed BROKER GROUP TOPIC        prints a group's positions and the ends, likewise
 *
 * A message's key is its event's interaction_id, else agent_id, else none; of several topics one is
 * chosen by the key, so that a contact stays in one partition. Exit codes: 0 done, 1 failed, 2
 * wrong use. */
#include <librdkafka/rdkafka.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#define TIMEOUT_MS     20000
#define DELIVERY_MS    60000 /* a broker may have to come up again */
#define TOPICS_MAX     8
#define PARTITIONS_MAX 64

static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("dp-kafka: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void check(rd_kafka_resp_err_t code, const char *what)
{
    if (code)
        fail("%s: %s", what, rd_kafka_err2str(code));
}

static rd_kafka_t *open_client(rd_kafka_type_t type, const char *broker, const char *group,
                               void (*delivered)(rd_kafka_t *, const rd_kafka_message_t *, void *),
                               void *opaque)
{
    const char *const settings[][2] = {
        {"bootstrap.servers", broker},
        {"group.id", group},
        {"linger.ms", "5"},
        {"message.max.bytes", "8000000"},
        {"enable.idempotence", "true"}, /* in order, each once */
        {"partitioner", "murmur2_random"},
        {"enable.auto.commit", "false"},
        {"enable.partition.eof", "true"},
        {"log_level", "0"}, /* what goes wrong comes back as an error */
    };
    char error[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], error, sizeof error))
            fail("%s", error);
    rd_kafka_conf_set_opaque(conf, opaque);
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    rd_kafka_t *client = rd_kafka_new(type, conf, error, sizeof error);
    if (!client)
        fail("%s", error);
    return client;
}

static int32_t partitions_of(rd_kafka_t *client, const char *name)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    check(rd_kafka_metadata(client, 0, topic, &metadata, TIMEOUT_MS), name);
    check(metadata->topics[0].err, name);
    int32_t count = metadata->topics[0].partition_cnt;
    if (count > PARTITIONS_MAX)
        fail("%s: more than %d partitions", name, PARTITIONS_MAX);
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
    return count;
}

/* create --------------------------------------------------------------------------------------- */

static int create(const char *broker, char **arguments, int count)
{
    char error[512];
    int partitions = atoi(arguments[0]);
    size_t topics = (size_t)count - 1;
    if (partitions < 1 || partitions > PARTITIONS_MAX || topics > TOPICS_MAX)
        fail("1 to %d partitions, 1 to %d topics", PARTITIONS_MAX, TOPICS_MAX);
    rd_kafka_t *client = open_client(RD_KAFKA_PRODUCER, broker, "none", NULL, NULL);
    rd_kafka_NewTopic_t *list[TOPICS_MAX];
    for (size_t i = 0; i < topics; i++)
        if (!(list[i] =
                  rd_kafka_NewTopic_new(arguments[i + 1], partitions, 1, error, sizeof error)))
            fail("%s", error);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_ANY);
    rd_kafka_AdminOptions_set_request_timeout(options, TIMEOUT_MS, error, sizeof error);
    /* Waits until the topic is known everywhere. */
    rd_kafka_AdminOptions_set_operation_timeout(options, TIMEOUT_MS, error, sizeof error);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_CreateTopics(client, list, topics, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 2 * TIMEOUT_MS);
    if (!event)
        fail("no answer from %s", broker);
    check(rd_kafka_event_error(event), "create");
    size_t answered;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &answered);
    for (size_t i = 0; i < answered; i++)
        check(rd_kafka_topic_result_error(results[i]), rd_kafka_topic_result_name(results[i]));
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy_array(list, topics);
    rd_kafka_destroy(client);
    return 0;
}

/* produce -------------------------------------------------------------------------------------- */

static void on_delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    (void)client;
    if (message->err && !*(rd_kafka_resp_err_t *)opaque)
        *(rd_kafka_resp_err_t *)opaque = message->err;
}

/* Copies the event's key to `key` and returns its length; 0: none. */
static size_t key_of(const char *line, size_t length, char *key, size_t size)
{
    yyjson_doc *doc = yyjson_read(line, length, 0);
    yyjson_val *data = yyjson_obj_get(yyjson_doc_get_root(doc), "data");
    yyjson_val *id = yyjson_obj_get(data, "interaction_id");
    if (!yyjson_is_str(id))
        id = yyjson_obj_get(data, "agent_id");
    size_t used = yyjson_is_str(id) && yyjson_get_len(id) <= size ? yyjson_get_len(id) : 0;
    memcpy(key, used ? yyjson_get_str(id) : "", used);
    yyjson_doc_free(doc);
    return used;
}

static void send_line(rd_kafka_t *client, char **topics, size_t count, const char *line,
                      size_t length)
{
    char key[1024];
    size_t key_length = key_of(line, length, key, sizeof key), sum = 0;
    for (size_t i = 0; i < key_length; i++)
        sum += (unsigned char)key[i];
    for (;;) {
        rd_kafka_resp_err_t code = rd_kafka_producev(
            client, RD_KAFKA_V_TOPIC(topics[sum % count]), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_VALUE((void *)(uintptr_t)line, length),
            RD_KAFKA_V_KEY(key_length ? key : NULL, key_length), RD_KAFKA_V_END);
        rd_kafka_poll(client, code ? 100 : 0);
        if (!code)
            return;
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            check(code, "produce");
    }
}

static int produce(const char *broker, char **arguments, int count)
{
    (void)count;
    rd_kafka_resp_err_t undelivered = RD_KAFKA_RESP_ERR_NO_ERROR;
    char *topics[TOPICS_MAX], *names = arguments[0], *line = NULL, *topic;
    size_t topic_count = 0, capacity = 0;
    while ((topic = strsep(&names, ",")) && topic_count < TOPICS_MAX)
        topics[topic_count++] = topic;
    FILE *file = strcmp(arguments[1], "-") == 0 ? stdin : fopen(arguments[1], "r");
    if (!file)
        fail("%s cannot be opened", arguments[1]);
    rd_kafka_t *client = open_client(RD_KAFKA_PRODUCER, broker, "none", on_delivered, &undelivered);
    for (ssize_t length; (length = getline(&line, &capacity, file)) != -1;) {
        length -= length > 0 && line[length - 1] == '\n';
        if (strspn(line, " \t\r") < (size_t)length)
            send_line(client, topics, topic_count, line, (size_t)length);
    }
    check(rd_kafka_flush(client, DELIVERY_MS), "not all was delivered");
    check(undelivered, "not all was delivered");
    rd_kafka_destroy(client);
    free(line);
    fclose(file);
    return 0;
}

/* dump ----------------------------------------------------------------------------------------- */

/* Bytes as hexadecimal digits: a value may be anything. */
static void add_hex(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *name,
                    const void *bytes, size_t length)
{
    if (!bytes) {
        yyjson_mut_obj_add_null(doc, object, name);
        return;
    }
    char *hex = malloc(2 * length + 1);
    for (size_t i = 0; i < length; i++)
        sprintf(hex + 2 * i, "%02x", ((const unsigned char *)bytes)[i]);
    yyjson_mut_obj_add_strncpy(doc, object, name, hex, 2 * length);
    free(hex);
}

static void print_message(const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers = NULL;
    const char *name;
    const void *value;
    size_t length;
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *root = yyjson_mut_obj(doc), *texts = yyjson_mut_obj(doc);
    yyjson_mut_doc_set_root(doc, root);
    yyjson_mut_obj_add_int(doc, root, "partition", message->partition);
    yyjson_mut_obj_add_int(doc, root, "offset", message->offset);
    add_hex(doc, root, "key", message->key, message->key_len);
    add_hex(doc, root, "value", message->payload, message->len);
    rd_kafka_message_headers(message, &headers);
    for (size_t i = 0; headers && !rd_kafka_header_get_all(headers, i, &name, &value, &length); i++)
        yyjson_mut_obj_add_strncpy(doc, texts, name, value, length);
    yyjson_mut_obj_add_val(doc, root, "headers", texts);
    char *json = yyjson_mut_write(doc, 0, NULL);
    puts(json);
    free(json);
    yyjson_mut_doc_free(doc);
}

static int dump(const char *broker, char **arguments, int count)
{
    (void)count;
    rd_kafka_t *client = open_client(RD_KAFKA_CONSUMER, broker, "dp-dump", NULL, NULL);
    rd_kafka_poll_set_consumer(client);
    int32_t open_partitions = partitions_of(client, arguments[0]);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(open_partitions);
    for (int32_t p = 0; p < open_partitions; p++)
        rd_kafka_topic_partition_list_add(list, arguments[0], p)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    check(rd_kafka_assign(client, list), "assign");
    while (open_partitions > 0) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, TIMEOUT_MS);
        if (!message)
            fail("%s: no messages and no end", arguments[0]);
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            open_partitions--;
        else if (message->err)
            fail("%s: %s", arguments[0], rd_kafka_message_errstr(message));
        else
            print_message(message);
        rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    return 0;
}

/* committed ------------------------------------------------------------------------------------ */

static int committed(const char *broker, char **arguments, int count)
{
    (void)count;
    const char *topic = arguments[1];
    rd_kafka_t *client = open_client(RD_KAFKA_CONSUMER, broker, arguments[0], NULL, NULL);
    int32_t partitions = partitions_of(client, topic);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int32_t p = 0; p < partitions; p++)
        rd_kafka_topic_partition_list_add(list, topic, p);
    check(rd_kafka_committed(client, list, TIMEOUT_MS), "committed");
    for (int32_t p = 0; p < partitions; p++) {
        int64_t low, high;
        check(rd_kafka_query_watermark_offsets(client, topic, p, &low, &high, TIMEOUT_MS), topic);
        int64_t next = list->elems[p].offset; /* negative: none */
        printf("{\"partition\":%d,\"committed\":%lld,\"end\":%lld}\n", p,
               (long long)(next < 0 ? -1 : next), (long long)high);
    }
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(client);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const char *broker, char **arguments, int count);
        int least, most; /* arguments after BROKER */
    } commands[] = {
        {"create", create, 2, TOPICS_MAX + 1},
        {"produce", produce, 2, 2},
        {"dump", dump, 1, 1},
        {"committed", committed, 2, 2},
    };
    for (size_t i = 0; argc > 2 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0 && argc - 3 >= commands[i].least &&
            argc - 3 <= commands[i].most)
            return commands[i].run(argv[2], argv + 3, argc - 3);
    fputs("usage: dp-kafka create BROKER PARTITIONS TOPIC... | produce BROKER TOPIC[,TOPIC2] FILE |"
          " dump BROKER TOPIC | committed BROKER GROUP TOPIC\n",
          stderr);
    return 2;
}
