#include "tests/unit/cloudevents_fixture.h"

static void test_registry(void **state)
{
    (void)state;
    assert_ptr_equal(dp_adapter_find("cloudevents"), &dp_cloudevents);
    assert_null(dp_adapter_find("cloudevent"));
    assert_null(dp_adapter_find(""));
    assert_non_null(strstr(dp_adapter_names(), "cloudevents"));
}

#define HEAD "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"contact.reopened\","
#define DATA "\"data\":{\"interaction_id\":\"i\"}"
#define GOOD HEAD "\"time\":\"" TIME "\"," DATA "}"

static void test_json(void **state)
{
    static const char *const bad[] = {
        " ",
        "{",
        "}",
        "nonsense",
        "NaN",
        "{\"specversion\":NaN}",
        "{\"specversion\":Infinity}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":0x10}",
        "{\"a\":1,}",
        "[1,]",
        "{'a':1}",
        "{a:1}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\\ud800\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc0\x80\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "{\"a\":\"\xf4\x90\x80\x80\"}",
        "{\"a\":1}/* comment */",
        "{\"a\":1} {\"b\":1}",
        GOOD "x",
        GOOD GOOD,
        "\xef\xbb\xbf" GOOD,
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_reject(decode(bad[i]), DP_REJECT_BAD_JSON, bad[i]);
    assert_reject(decode_bytes(GOOD, sizeof GOOD), DP_REJECT_BAD_JSON, "a NUL at the end");
    for (size_t len = 0; len < sizeof GOOD - 1; len++)
        assert_reject(decode_bytes(GOOD, len), DP_REJECT_BAD_JSON, "a cut message");
    assert_reject(decode(GOOD), DP_REJECT_NONE, GOOD);
    assert_reject(decode(" \t\r\n" GOOD " \t\r\n"), DP_REJECT_NONE, "blanks around it");
}

static void test_envelope(void **state)
{
    static const struct {
        const char *json;
        enum dp_reject reject;
    } cases[] = {
        {"null", DP_REJECT_BAD_ENVELOPE},
        {"42", DP_REJECT_BAD_ENVELOPE},
        {"true", DP_REJECT_BAD_ENVELOPE},
        {"\"text\"", DP_REJECT_BAD_ENVELOPE},
        {"[]", DP_REJECT_BAD_ENVELOPE},
        {"[" GOOD "]", DP_REJECT_BAD_ENVELOPE},
        {"{}", DP_REJECT_BAD_ENVELOPE},
        {"{\"specversion\":\"1.0\"}", DP_REJECT_BAD_ENVELOPE},
        /* time */
        {HEAD DATA "}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":null," DATA "}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":1795341600123," DATA "}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":\"\"," DATA "}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":\"2026-11-22T10:00:00\"," DATA "}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":\"2026-02-29T10:00:00Z\"," DATA "}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"Time\":\"" TIME "\"," DATA "}", DP_REJECT_BAD_ENVELOPE},
        /* data */
        {HEAD "\"time\":\"" TIME "\"}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":\"" TIME "\",\"data\":null}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":\"" TIME "\",\"data\":[]}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":\"" TIME "\",\"data\":\"{}\"}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":\"" TIME "\",\"data_base64\":\"e30=\"}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":\"" TIME "\",\"data\":{}}", DP_REJECT_MISSING_FIELD},
        /* Of several alike the last counts. */
        {HEAD "\"time\":1,\"time\":\"" TIME "\"," DATA "}", DP_REJECT_NONE},
        {HEAD "\"time\":\"" TIME "\",\"time\":1," DATA "}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":\"" TIME "\",\"data\":{}," DATA "}", DP_REJECT_NONE},
        {HEAD "\"time\":\"" TIME "\"," DATA ",\"data\":{}}", DP_REJECT_MISSING_FIELD},
        {HEAD "\"time\":\"" TIME "\"," DATA ",\"id\":\"\"}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":\"" TIME "\"," DATA ",\"type\":\"\"}", DP_REJECT_BAD_ENVELOPE},
        {HEAD "\"time\":\"" TIME "\"," DATA ",\"type\":\"contact.x\"}", DP_REJECT_UNKNOWN_TYPE},
        /* What is not of the contract is ignored. */
        {HEAD "\"time\":\"" TIME "\"," DATA ",\"subject\":1,\"\":2,\"x\":{\"id\":3}}",
         DP_REJECT_NONE},
        {"{" DATA ",\"\\u0074ime\":\"" TIME "\",\"type\":\"contact.reopened\",\"source\":\"s\","
         "\"id\":\"1\",\"specversion\":\"1.0\"}",
         DP_REJECT_NONE},
    };
    static const char *const attributes[] = {"specversion", "id", "source", "type"};
    static const char *const no_strings[] = {"null", "1.0", "true", "[\"1.0\"]", "{}"};
    char json[TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_reject(decode(cases[i].json), cases[i].reject, cases[i].json);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        for (size_t j = 0; j < sizeof no_strings / sizeof *no_strings; j++) {
            snprintf(json, sizeof json, HEAD "\"time\":\"" TIME "\"," DATA ",\"%s\":%s}",
                     attributes[i], no_strings[j]);
            assert_reject(decode(json), DP_REJECT_BAD_ENVELOPE, json);
        }
        strcpy(json, GOOD);
        *strstr(json, attributes[i]) = 'X'; /* another name: the attribute is absent */
        assert_reject(decode(json), DP_REJECT_BAD_ENVELOPE, json);
    }
    for (const char *const *v = (const char *const[]){"", "1", "1.1", "1.00", "1.0 ", "0.3", NULL};
         *v; v++) {
        snprintf(json, sizeof json, HEAD "\"time\":\"" TIME "\"," DATA ",\"specversion\":\"%s\"}",
                 *v);
        assert_reject(decode(json), DP_REJECT_BAD_ENVELOPE, json);
    }
}

static void test_types(void **state)
{
    static const char *const unknown[] = {
        "contact",         "contact.",           "contact.offered ",       "Contact.offered",
        "contact.offeree", "kontact.offered",    "contact.XXXnsferred",    "feedbackXXXmplained",
        "agent.states",    "scorecarXXmeasured", "contact.offered\\u0000",
    };
    (void)state;
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_reject(decode_data(unknown[i], "{\"interaction_id\":1}"), DP_REJECT_UNKNOWN_TYPE,
                      unknown[i]);
    assert_reject(decode_data("contact.unknown", "[]"), DP_REJECT_BAD_ENVELOPE, "envelope first");
}

static void test_event(void **state)
{
    (void)state;
    struct dp_message message = {
        .value = DP_STR("{\"specversion\":\"1.0\",\"id\":\"e:\\u00e9\\n\",\"source\":\"/acd/{1}\","
                        "\"type\":\"contact.offered\",\"time\":\"2026-11-22T18:00:00.1239+08:00\","
                        "\"data\":{\"interaction_id\":\"\\u5ba2-1\",\"channel\":\"email\","
                        "\"queue\":\"q\",\"team\":\"t\",\"customer_id\":\"c\",\"priority\":\"low\","
                        "\"agent_id\":\"unlisted\"}}")};
    assert_int_equal(decode_message(&message), DP_REJECT_NONE);
    assert_int_equal(last.time_ms, TIME_MS);
    assert_text(last.id, "e:\xc3\xa9\n");
    assert_text(last.source, "/acd/{1}");
    assert_text(last.interaction, "\xe5\xae\xa2-1");
    assert_text(last.queue, "q");
    assert_text(last.team, "t");
    assert_text(last.customer, "c");
    assert_text(last.agent, "");
    assert_text(last.to_agent, "");
    assert_text(last.reason, "");
    assert_int_equal(last.channel, DP_CHANNEL_EMAIL);
    assert_int_equal(last.priority, DP_PRIORITY_LOW);

    decode_data("contact.offered",
                "{\"interaction_id\":\"i\",\"channel\":\"voice\",\"queue\":\"q\"}");
    assert_int_equal(last.channel, DP_CHANNEL_VOICE);
    assert_int_equal(last.priority, DP_PRIORITY_NORMAL);
    assert_null(last.team.p);

    decode_data("contact.transferred", "{\"interaction_id\":\"i\",\"agent_id\":\"a\","
                                       "\"to_agent_id\":\"b\",\"to_queue\":\"r\"}");
    assert_text(last.agent, "a");
    assert_text(last.to_agent, "b");
    assert_text(last.to_queue, "r");

    decode_data("contact.declined",
                "{\"interaction_id\":\"i\",\"agent_id\":\"a\",\"reason\":\"{:}\"}");
    assert_text(last.reason, "{:}");
    decode_data("contact.resolved",
                "{\"interaction_id\":\"i\",\"resolved\":true,\"agent_id\":\"a\"}");
    assert_true(last.resolved);
    decode_data("contact.resolved", "{\"interaction_id\":\"i\",\"resolved\":false}");
    assert_false(last.resolved);
    decode_data("feedback.rated",
                "{\"agent_id\":\"a\",\"score\":4.5,\"scale\":5,\"channel\":\"chat\"}");
    assert_true(last.score == 4.5 && last.scale == 5);
    assert_int_equal(last.channel, DP_CHANNEL_CHAT);
    assert_null(last.interaction.p);
    decode_data("quality.scored", "{\"agent_id\":\"a\",\"score\":87.5,\"fatal\":true}");
    assert_true(last.score == 87.5 && last.scale == 100 && last.fatal);
    decode_data("feedback.complained", "{\"agent_id\":\"a\"}");
    assert_int_equal(last.channel, DP_CHANNEL_NONE);
}

static void test_name_limits(void **state)
{
    char json[TEXT_MAX], filler[300];
    (void)state;
    memset(filler, 'x', sizeof filler);
    for (int len = 0; len <= 258; len++)
        for (int source = 0; source < 2; source++) {
            snprintf(json, sizeof json, HEAD "\"time\":\"" TIME "\"," DATA ",\"%s\":\"%.*s\"}",
                     source ? "source" : "id", len, filler);
            assert_reject(decode(json),
                          len >= 1 && len <= 256 ? DP_REJECT_NONE : DP_REJECT_BAD_ENVELOPE, json);
        }
}

static void test_size(void **state)
{
    size_t most = 1024 * 1024;
    char *big = malloc(most + 1);
    (void)state;
    memset(big, ' ', most + 1);
    memcpy(big, GOOD, sizeof GOOD - 1);
    assert_reject(decode_bytes(big, most), DP_REJECT_NONE, "1 MiB");
    assert_reject(decode_bytes(big, most + 1), DP_REJECT_TOO_LARGE, "1 MiB and a byte");
    memset(big, 'x', most + 1);
    assert_reject(decode_bytes(big, most), DP_REJECT_BAD_JSON, "1 MiB of nonsense");
    assert_reject(decode_bytes(big, most + 1), DP_REJECT_TOO_LARGE, "nonsense, too large");
    memset(big, '[', most);
    assert_reject(decode_bytes(big, most), DP_REJECT_BAD_JSON, "half a million levels");
    memset(big + most / 2, ']', most / 2);
    assert_reject(decode_bytes(big, most), DP_REJECT_BAD_ENVELOPE, "half a million levels");
    for (size_t i = 0; i < most; i += 2)
        memcpy(big + i, ",1", 2);
    big[0] = '[';
    memcpy(big + most - 2, " ]", 2);
    assert_reject(decode_bytes(big, most), DP_REJECT_BAD_ENVELOPE, "half a million values");
    free(big);
    assert_reject(decode(GOOD), DP_REJECT_NONE, GOOD);
}

static void test_binary(void **state)
{
    const struct dp_message good = {
        .value = DP_STR("{\"interaction_id\":\"i\",\"agent_id\":\"a\",\"specversion\":7}"),
        .binary = true,
        .ce = {DP_STR("1.0"), DP_STR("e1"), DP_STR("/acd"), DP_STR("contact.held"), DP_STR(TIME)},
    };
    struct dp_message message = good;
    char filler[300];
    (void)state;
    memset(filler, 'x', sizeof filler);
    assert_int_equal(decode_message(&message), DP_REJECT_NONE);
    assert_int_equal(last.type, DP_CONTACT_HELD);
    assert_int_equal(last.time_ms, TIME_MS);
    assert_text(last.id, "e1");
    assert_text(last.source, "/acd");
    assert_text(last.interaction, "i");
    assert_text(last.agent, "a");

    static const struct {
        struct dp_str value;
        enum dp_reject reject;
    } values[] = {
        {{NULL, 0}, DP_REJECT_BAD_JSON},      {{"", 0}, DP_REJECT_BAD_JSON},
        {{"{", 1}, DP_REJECT_BAD_JSON},       {{"null", 4}, DP_REJECT_BAD_ENVELOPE},
        {{"[]", 2}, DP_REJECT_BAD_ENVELOPE},  {{"\"i\"", 3}, DP_REJECT_BAD_ENVELOPE},
        {{"{}", 2}, DP_REJECT_MISSING_FIELD},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        message = good;
        message.value = values[i].value;
        dp_cloudevents.decode(adapter, &message, 1, &decoded);
        assert_int_equal(decoded.messages[0].reject, values[i].reject);
        assert_int_equal(decoded.event_count, 0);
    }
    for (size_t attribute = 0; attribute < 5; attribute++) {
        static const struct dp_str bad[] = {{NULL, 0},           {"\xff", 1},
                                            {"\xc0\x80", 2},     {"\xe5\xae", 2},
                                            {"\xed\xa0\x80", 3}, {"\xf4\x90\x80\x80", 4}};
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            message = good;
            memcpy((char *)&message.ce + attribute * sizeof *bad, &bad[i], sizeof *bad);
            assert_reject(decode_message(&message), DP_REJECT_BAD_ENVELOPE,
                          bad[i].p ? bad[i].p : "");
        }
    }
    message = good;
    message.ce.specversion = DP_STR("1.1");
    assert_int_equal(decode_message(&message), DP_REJECT_BAD_ENVELOPE);
    message = good;
    message.ce.time = DP_STR("now");
    assert_int_equal(decode_message(&message), DP_REJECT_BAD_ENVELOPE);
    message = good;
    message.ce.type = DP_STR("contact.hold");
    assert_int_equal(decode_message(&message), DP_REJECT_UNKNOWN_TYPE);
    message = good;
    message.ce.id = (struct dp_str){filler, 256};
    message.ce.source = DP_STR("\xe5\xae\xa2 \xf0\x9f\x98\x80 \xc3\xa9 \xef\xbf\xbd");
    assert_int_equal(decode_message(&message), DP_REJECT_NONE);
    message.ce.id.len = 257;
    assert_int_equal(decode_message(&message), DP_REJECT_BAD_ENVELOPE);
    message = good;
    message.ce.source.len = 0;
    assert_int_equal(decode_message(&message), DP_REJECT_BAD_ENVELOPE);
}

/* All events of a batch are there at its end, whatever came between them. */
static void test_batch(void **state)
{
    (void)state;
    static const char *const texts[] = {HEAD "\"time\":\"" TIME
                                             "\",\"data\":{\"interaction_id\":\"i%d\"}}",
                                        "{\"no\": \"json%d\"", "{\"specversion\":\"%d\"}"};
    static const enum dp_reject rejects[] = {DP_REJECT_NONE, DP_REJECT_BAD_JSON,
                                             DP_REJECT_BAD_ENVELOPE};
    char bytes[DP_BATCH_MESSAGES][300];
    struct dp_message messages[DP_BATCH_MESSAGES] = {0};
    for (size_t count = 1; count <= DP_BATCH_MESSAGES; count++) {
        for (size_t i = 0; i < count; i++) {
            int len = snprintf(bytes[i], sizeof bytes[i], texts[(i + count) % 3], (int)i);
            messages[i].value = (struct dp_str){bytes[i], (size_t)len};
        }
        dp_cloudevents.decode(adapter, messages, count, &decoded);
        size_t events = 0;
        for (size_t i = 0; i < count; i++) {
            char interaction[8];
            enum dp_reject expected = rejects[(i + count) % 3];
            assert_int_equal(decoded.messages[i].reject, expected);
            snprintf(interaction, sizeof interaction, "i%d", (int)i);
            if (expected == DP_REJECT_NONE)
                assert_text(decoded.events[events++].interaction, interaction);
            assert_int_equal(decoded.messages[i].end, events);
        }
        assert_int_equal(decoded.event_count, events);
    }
}

/* A text of open brackets takes more memory to refuse than any right one of its length takes to
 * read: those after it in the batch are none the worse. */
static void test_greedy_neighbour(void **state)
{
    (void)state;
    static char brackets[5000];
    static const char right[] = HEAD "\"time\":\"" TIME "\",\"data\":{\"interaction_id\":\"i\"}}";
    struct dp_message messages[DP_BATCH_MESSAGES] = {0};
    memset(brackets, '[', sizeof brackets);
    for (size_t i = 1; i < DP_BATCH_MESSAGES; i++)
        messages[i].value = (struct dp_str){right, sizeof right - 1};
    for (size_t length = 100; length <= sizeof brackets; length += 100) {
        void *fresh = dp_cloudevents.create(); /* has room for what it has seen, and no more */
        messages[0].value = (struct dp_str){brackets, length};
        dp_cloudevents.decode(fresh, messages, DP_BATCH_MESSAGES, &decoded);
        assert_int_equal(decoded.messages[0].reject, DP_REJECT_BAD_JSON);
        for (size_t i = 1; i < DP_BATCH_MESSAGES; i++)
            assert_int_equal(decoded.messages[i].reject, DP_REJECT_NONE);
        assert_int_equal(decoded.event_count, DP_BATCH_MESSAGES - 1);
        dp_cloudevents.destroy(fresh);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registry), cmocka_unit_test(test_json),
        cmocka_unit_test(test_envelope), cmocka_unit_test(test_types),
        cmocka_unit_test(test_event),    cmocka_unit_test(test_name_limits),
        cmocka_unit_test(test_size),     cmocka_unit_test(test_binary),
        cmocka_unit_test(test_batch),    cmocka_unit_test(test_greedy_neighbour),
    };
    return cmocka_run_group_tests_name("cloudevents", tests, set_up, tear_down);
}
