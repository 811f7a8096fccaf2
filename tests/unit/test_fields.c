#include "ingest/fields.h"

#include "tests/unit/cloudevents_fixture.h"

/* The contract's table once more, as text. */
static const struct {
    const char *type, *required, *optional;
} table[] = {
    {"contact.offered", "interaction_id channel queue", "team customer_id priority"},
    {"contact.answered", "interaction_id agent_id", "team"},
    {"contact.declined", "interaction_id agent_id", "reason"},
    {"contact.message", "interaction_id from", "agent_id"},
    {"contact.held", "interaction_id agent_id", ""},
    {"contact.retrieved", "interaction_id agent_id", ""},
    {"contact.transferred", "interaction_id agent_id", "to_agent_id to_queue"},
    {"contact.ended", "interaction_id", "ended_by"},
    {"contact.wrapped", "interaction_id agent_id", "disposition"},
    {"contact.abandoned", "interaction_id", ""},
    {"contact.resolved", "interaction_id resolved", "agent_id"},
    {"contact.reopened", "interaction_id", ""},
    {"feedback.rated", "agent_id score scale", "interaction_id team queue channel"},
    {"feedback.complained", "agent_id", "interaction_id team queue channel"},
    {"quality.scored", "agent_id score", "fatal team interaction_id"},
    {"agent.state", "agent_id state", "team reason"},
    {"scorecard.measured", "agent_id measure value", "team"},
};

#define BAD_NAME                                                                                   \
    "1|true|{}|[\"a\"]|\"\"|\"a:b\"|\"a{b\"|\"}\"|\"a\\n\"|\"\\u0000\"|\"\\u007f\"|\"\\u009f\""

/* A good value of each field and values that are bad wherever the field is listed. */
static const struct {
    const char *name, *good, *bad;
} fields[] = {
    {"interaction_id", "\"i-1\"", BAD_NAME},
    {"agent_id", "\"a-1\"", BAD_NAME},
    {"team", "\"t-1\"", BAD_NAME},
    {"queue", "\"q-1\"", BAD_NAME},
    {"customer_id", "\"c-1\"", BAD_NAME},
    {"to_agent_id", "\"a-2\"", BAD_NAME},
    {"to_queue", "\"q-2\"", BAD_NAME},
    {"channel", "\"chat\"", "\"\"|\"Voice\"|\"fax\"|\"chat \"|1|true|[]"},
    {"priority", "\"urgent\"", "\"\"|\"medium\"|\"urgen\"|0|false"},
    {"from", "\"customer\"", "\"\"|\"system\"|\"Bot\"|1|{}"},
    {"ended_by", "\"system\"", "\"\"|\"bot\"|\"System\"|1|[]"},
    {"state", "\"wrapup\"", "\"\"|\"away\"|\"wrap-up\"|\"Busy\"|1"},
    {"measure", "\"knowledge\"", "\"\"|\"service_quality\"|\"knowledges\"|1"},
    {"reason", "\"any: {text}\"", "1|true|{}|[]"},
    {"disposition", "\"\"", "1|false|{}|[]"},
    {"resolved", "true", "\"true\"|1|0|{}|[]"},
    {"fatal", "false", "\"false\"|1|0|[]"},
    {"score", "4", "\"4\"|true|{}|-1|-0.001|100.5"},
    {"scale", "5", "\"5\"|false|0|-5|3|3.99"},
    {"value", "100", "\"50\"|true|-1|100.001|101"},
};

static size_t field_of(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strlen(fields[i].name) == len && memcmp(fields[i].name, name, len) == 0)
            return i;
    fail_msg("no field %.*s", (int)len, name);
    return 0;
}

/* Writes {...} of the good values of `names`, but for `odd`, which gets `value` (NULL: left out).
 */
static void write_data(char *data, const char *names, const char *odd, const char *value)
{
    char *end = stpcpy(data, "{");
    for (const char *name = names; *name; name += *name == ' ') {
        size_t len = strcspn(name, " "), field = field_of(name, len);
        const char *text = fields[field].good;
        name += len;
        if (odd && strcmp(fields[field].name, odd) == 0)
            text = value;
        if (text)
            end += sprintf(end, "%s\"%s\":%s", end[-1] == '{' ? "" : ",", fields[field].name, text);
    }
    strcpy(end, "}");
}

/* Each type with each of its fields absent, null and bad. */
static void check_field(size_t row, const char *all, size_t field, bool required)
{
    char data[TEXT_MAX];
    const char *name = fields[field].name, *type = table[row].type;
    enum dp_reject absent = required ? DP_REJECT_MISSING_FIELD : DP_REJECT_NONE;
    write_data(data, all, name, NULL);
    assert_reject(decode_data(type, data), absent, data);
    write_data(data, all, name, "null");
    assert_reject(decode_data(type, data), absent, data);
    for (const char *bad = fields[field].bad; *bad; bad += *bad == '|') {
        char value[64];
        size_t len = strcspn(bad, "|");
        snprintf(value, sizeof value, "%.*s", (int)len, bad);
        bad += len;
        write_data(data, all, name, value);
        assert_reject(decode_data(type, data), DP_REJECT_BAD_VALUE, data);
    }
}

static void test_fields(void **state)
{
    (void)state;
    assert_int_equal(sizeof table / sizeof *table, DP_EVENT_TYPES);
    for (size_t row = 0; row < sizeof table / sizeof *table; row++) {
        char all[256], data[TEXT_MAX];
        const char *type = table[row].type;
        write_data(data, table[row].required, NULL, NULL);
        assert_reject(decode_data(type, data), DP_REJECT_NONE, data);
        assert_int_equal(last.type, row);
        snprintf(all, sizeof all, "%s%s%s", table[row].required, *table[row].optional ? " " : "",
                 table[row].optional);
        write_data(data, all, NULL, NULL);
        assert_reject(decode_data(type, data), DP_REJECT_NONE, data);
        for (const char *name = all; *name; name += *name == ' ') {
            size_t len = strcspn(name, " ");
            check_field(row, all, field_of(name, len), name < all + strlen(table[row].required));
            name += len;
        }
        /* A field that the type does not list may hold anything. */
        write_data(data, all, NULL, NULL);
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
            char listed[280], name[40], more[TEXT_MAX + 100];
            snprintf(listed, sizeof listed, " %s ", all);
            snprintf(name, sizeof name, " %s ", fields[i].name);
            if (strstr(listed, name))
                continue;
            snprintf(more, sizeof more, "{\"%s\":[-1],%s", fields[i].name, data + 1);
            assert_reject(decode_data(type, more), DP_REJECT_NONE, more);
        }
    }
}

static void test_field_rules(void **state)
{
    static const struct {
        const char *type, *data;
        enum dp_reject reject;
    } cases[] = {
        /* An agent's message names the agent. */
        {"contact.message", "{\"interaction_id\":\"i\",\"from\":\"agent\"}",
         DP_REJECT_MISSING_FIELD},
        {"contact.message", "{\"interaction_id\":\"i\",\"from\":\"agent\",\"agent_id\":null}",
         DP_REJECT_MISSING_FIELD},
        {"contact.message", "{\"interaction_id\":\"i\",\"from\":\"agent\",\"agent_id\":\"\"}",
         DP_REJECT_BAD_VALUE},
        {"contact.message", "{\"interaction_id\":\"i\",\"from\":\"agent\",\"agent_id\":\"a\"}",
         DP_REJECT_NONE},
        {"contact.message", "{\"interaction_id\":\"i\",\"from\":\"bot\"}", DP_REJECT_NONE},
        {"contact.message", "{\"interaction_id\":7,\"from\":\"agent\"}", DP_REJECT_MISSING_FIELD},
        /* What is missing comes before what is bad. */
        {"contact.answered", "{\"interaction_id\":7}", DP_REJECT_MISSING_FIELD},
        {"contact.answered", "{\"team\":7,\"interaction_id\":null,\"agent_id\":\"a\"}",
         DP_REJECT_MISSING_FIELD},
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":\"x\"}", DP_REJECT_MISSING_FIELD},
        /* Of several alike the last counts. */
        {"contact.ended", "{\"interaction_id\":1,\"interaction_id\":\"i\"}", DP_REJECT_NONE},
        {"contact.ended", "{\"interaction_id\":\"i\",\"interaction_id\":1}", DP_REJECT_BAD_VALUE},
        {"contact.ended", "{\"interaction_id\":\"i\",\"interaction_id\":null}",
         DP_REJECT_MISSING_FIELD},
        {"contact.ended", "{\"interaction_id\":\"i\",\"ended_by\":1,\"ended_by\":null}",
         DP_REJECT_NONE},
        /* Numbers. */
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":0,\"scale\":5}", DP_REJECT_NONE},
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":5,\"scale\":5.0}", DP_REJECT_NONE},
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":0.25,\"scale\":0.5}", DP_REJECT_NONE},
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":1e300,\"scale\":1e301}", DP_REJECT_NONE},
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":0,\"scale\":0}", DP_REJECT_BAD_VALUE},
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":5.1,\"scale\":5}", DP_REJECT_BAD_VALUE},
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":1,\"scale\":1e999}", DP_REJECT_BAD_VALUE},
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":-1e999,\"scale\":5}",
         DP_REJECT_BAD_VALUE},
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":1,\"scale\":100000000000000000000}",
         DP_REJECT_NONE},
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":1,\"scale\":5,\"extra\":-1e999}",
         DP_REJECT_NONE},
        {"feedback.rated", "{\"agent_id\":\"a\",\"score\":18446744073709551615,\"scale\":5}",
         DP_REJECT_BAD_VALUE},
        {"quality.scored", "{\"agent_id\":\"a\",\"score\":0}", DP_REJECT_NONE},
        {"quality.scored", "{\"agent_id\":\"a\",\"score\":100}", DP_REJECT_NONE},
        {"quality.scored", "{\"agent_id\":\"a\",\"score\":100,\"scale\":5}", DP_REJECT_NONE},
        {"quality.scored", "{\"agent_id\":\"a\",\"score\":100.01}", DP_REJECT_BAD_VALUE},
        {"scorecard.measured", "{\"agent_id\":\"a\",\"measure\":\"knowledge\",\"value\":0}",
         DP_REJECT_NONE},
        {"scorecard.measured", "{\"agent_id\":\"a\",\"measure\":\"knowledge\",\"score\":1}",
         DP_REJECT_MISSING_FIELD},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_reject(decode_data(cases[i].type, cases[i].data), cases[i].reject, cases[i].data);
}

/* Every word of every closed list becomes its own number. */
static void test_words(void **state)
{
    static const struct {
        const char *field, *type, *data;
        const char *const *words;
        unsigned first, count;
        size_t offset;
    } lists[] = {
        {"channel", "contact.offered", "\"interaction_id\":\"i\",\"queue\":\"q\"", dp_channel_names,
         1, DP_CHANNELS, offsetof(struct dp_event, channel)},
        {"priority", "contact.offered",
         "\"interaction_id\":\"i\",\"queue\":\"q\",\"channel\":\"chat\"", dp_priority_names, 0, 4,
         offsetof(struct dp_event, priority)},
        {"from", "contact.message", "\"interaction_id\":\"i\",\"agent_id\":\"a\"", dp_author_names,
         0, 3, offsetof(struct dp_event, from)},
        {"state", "agent.state", "\"agent_id\":\"a\"", dp_agent_state_names, 0, DP_AGENT_STATES,
         offsetof(struct dp_event, state)},
        {"measure", "scorecard.measured", "\"agent_id\":\"a\",\"value\":1", dp_measure_names, 0,
         DP_MEASURES, offsetof(struct dp_event, measure)},
    };
    char data[TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (unsigned word = lists[i].first; word < lists[i].count; word++) {
            unsigned actual;
            snprintf(data, sizeof data, "{%s,\"%s\":\"%s\"}", lists[i].data, lists[i].field,
                     lists[i].words[word]);
            assert_reject(decode_data(lists[i].type, data), DP_REJECT_NONE, data);
            memcpy(&actual, (char *)&last + lists[i].offset, sizeof actual);
            assert_int_equal(actual, word);
        }
    for (const char *const *by = (const char *const[]){"customer", "agent", "system", NULL}; *by;
         by++) {
        snprintf(data, sizeof data, "{\"interaction_id\":\"i\",\"ended_by\":\"%s\"}", *by);
        assert_reject(decode_data("contact.ended", data), DP_REJECT_NONE, data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_field_rules),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests_name("fields", tests, set_up, tear_down);
}
