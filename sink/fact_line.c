#include "sink/fact_line.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <yyjson.h>

#include "sink/json_value.h"

/* Writing ----------------------------------------------------------------------------------------
 */

static char *put(char *at, const char *text)
{
    return stpcpy(at, text);
}

static char *put_number(char *at, const char *key, int64_t value)
{
    at = put(at, key);
    return at + dp_decimal_integer(at, value);
}

static char *put_string(char *at, const char *key, struct dp_str value)
{
    return value.len ? put(at, key) + dp_format_json(at + strlen(key), value) : at;
}

/* All of the nine digits that are of use. */
static char *put_score(char *at, int64_t billionths)
{
    int64_t rest = billionths % DP_SCORE_UNIT;
    at = put_number(at, ",\"score\":", billionths / DP_SCORE_UNIT);
    if (!rest)
        return at;
    at += sprintf(at, ".%09" PRId64, rest);
    while (at[-1] == '0')
        at--;
    return at;
}

static char *put_value(char *at, const struct dp_fact *fact)
{
    switch ((unsigned)fact->kind) {
    case DP_FACT_OFFERED:
    case DP_FACT_TRANSFER:
    case DP_FACT_DECLINE:
    case DP_FACT_COMPLAINT:
    case DP_LEDGER_STATE:
        return at;
    case DP_FACT_RATING:
    case DP_FACT_QUALITY:
    case DP_FACT_MEASURED:
        return put_score(at, fact->value);
    case DP_FACT_CONVERSATION:
        at = put_number(at, ",\"agent_messages\":", fact->value);
        return put_number(at, ",\"customer_messages\":", fact->hold_ms);
    case DP_FACT_OUTCOME:
        return fact->flags & DP_FACT_TIMED ? put_number(at, ",\"value_ms\":", fact->value) : at;
    default:
        at = put_number(at, ",\"value_ms\":", fact->value);
    }
    if (fact->kind == DP_FACT_HANDLE) {
        at = put_number(at, ",\"talk_ms\":", fact->value - fact->hold_ms - fact->wrap_ms);
        at = put_number(at, ",\"hold_ms\":", fact->hold_ms);
        at = put_number(at, ",\"wrap_ms\":", fact->wrap_ms);
    }
    return at;
}

static char *put_flags(char *at, const struct dp_fact *fact)
{
    const char *before = ",\"flags\":[\"";
    if (fact->kind == DP_FACT_MEASURED)
        return at + sprintf(at, ",\"measure\":\"%s\"", dp_measure_names[fact->flags]);
    if (fact->kind == DP_LEDGER_STATE)
        return at + sprintf(at, ",\"state\":\"%s\"", dp_agent_state_names[fact->flags]);
    for (unsigned i = 0; i < DP_FACT_FLAGS; i++)
        if (fact->flags >> i & 1) {
            at += sprintf(at, "%s%s\"", before, dp_fact_flag_names[i]);
            before = ",\"";
        }
    return fact->flags ? put(at, "]") : at;
}

static char *put_place(char *at, const struct dp_fact_place *place)
{
    return at + sprintf(at,
                        ",\"epoch\":%" PRIu64 ",\"began\":%" PRIu64 ",\"frame\":%" PRIu64
                        ",\"seq\":%" PRIu64,
                        place->epoch, place->began, place->frame, place->seq);
}

size_t dp_fact_line_write(char buf[DP_FACT_LINE_SIZE], const struct dp_told *told,
                          const struct dp_fact_place *place)
{
    const struct dp_fact *fact = &told->fact;
    char *at = buf + sprintf(buf, "{\"sign\":%d,\"kind\":\"%s\"", told->sign,
                             dp_ledger_kind_names[fact->kind]);
    at = put_number(at, ",\"time_ms\":", fact->time_ms);
    at = put_value(at, fact);
    at = put_string(at, ",\"contact\":", told->contact);
    at = put_string(at, ",\"event\":", told->event);
    at = put_string(at, ",\"agent\":", told->agent);
    at = put_string(at, ",\"team\":", told->team);
    at = put_string(at, ",\"queue\":", told->queue);
    if (fact->channel)
        at = put_string(at, ",\"channel\":", dp_str_from(dp_channel_names[fact->channel]));
    at = put_flags(at, fact);
    if (place)
        at = put_place(at, place);
    return (size_t)(put(at, "}\n") - buf);
}

size_t dp_fact_line_write_epoch(char buf[DP_FACT_LINE_SIZE], const struct dp_fact_place *place)
{
    return (size_t)(put(put_place(put(buf, "{\"kind\":\"epoch\""), place), "}\n") - buf);
}

/* Reading ----------------------------------------------------------------------------------------
 */

static bool whole(yyjson_val *object, const char *key, int64_t *value)
{
    yyjson_val *found = yyjson_obj_get(object, key);
    *value = 0;
    if (!found)
        return true;
    if (!yyjson_is_int(found))
        return false;
    *value = yyjson_get_sint(found);
    return true;
}

static bool read_place(yyjson_val *object, struct dp_fact_place *place)
{
    yyjson_val *epoch = yyjson_obj_get(object, "epoch");
    if (!epoch)
        return true;
    *place = (struct dp_fact_place){
        .epoch = yyjson_get_uint(epoch),
        .began = yyjson_get_uint(yyjson_obj_get(object, "began")),
        .frame = yyjson_get_uint(yyjson_obj_get(object, "frame")),
        .seq = yyjson_get_uint(yyjson_obj_get(object, "seq")),
    };
    return place->epoch && place->began && place->frame >= place->began;
}

static bool read_flags(yyjson_val *object, struct dp_fact *fact)
{
    if (fact->kind == DP_FACT_MEASURED || fact->kind == DP_LEDGER_STATE) {
        bool measured = fact->kind == DP_FACT_MEASURED;
        int which =
            measured ? dp_json_index(dp_json_text(object, "measure"), dp_measure_names, DP_MEASURES)
                     : dp_json_index(dp_json_text(object, "state"), dp_agent_state_names,
                                     DP_AGENT_STATES);
        fact->flags = (unsigned)which & 0xffff;
        return which >= 0;
    }
    size_t i, count;
    unsigned flags = 0;
    yyjson_val *flag;
    yyjson_arr_foreach(yyjson_obj_get(object, "flags"), i, count, flag)
    {
        struct dp_str name = {yyjson_get_str(flag), yyjson_get_len(flag)};
        int bit = yyjson_is_str(flag) ? dp_json_index(name, dp_fact_flag_names, DP_FACT_FLAGS) : -1;
        if (bit < 0)
            return false;
        flags |= 1u << bit;
    }
    fact->flags = flags & 0xffff;
    return true;
}

/* Those of a conversation are in the places of others' times. */
static bool read_values(yyjson_val *object, struct dp_fact *fact)
{
    bool talk = fact->kind == DP_FACT_CONVERSATION;
    int64_t hold, wrap;
    if (!whole(object, talk ? "agent_messages" : "value_ms", &fact->value) ||
        !whole(object, talk ? "customer_messages" : "hold_ms", &hold) ||
        !whole(object, "wrap_ms", &wrap))
        return false;
    fact->hold_ms = DP_FACT_SPAN(hold);
    fact->wrap_ms = DP_FACT_SPAN(wrap);
    return true;
}

static bool read_fact(yyjson_val *object, struct dp_told *told)
{
    struct dp_fact *fact = &told->fact;
    struct dp_str channel = dp_json_text(object, "channel");
    int64_t sign;
    if (!whole(object, "sign", &sign) || (sign != 1 && sign != -1) ||
        !yyjson_obj_get(object, "time_ms") || !whole(object, "time_ms", &fact->time_ms) ||
        !read_values(object, fact) || !read_flags(object, fact))
        return false;
    int named = dp_json_index(channel, dp_channel_names, DP_CHANNELS);
    if (named < 0)
        return false;
    told->sign = (int)sign;
    fact->channel = (unsigned)named & 0xff;
    if (dp_ledger_is_score(fact->kind)) /* a double has digits enough */
        fact->value =
            llround(yyjson_get_num(yyjson_obj_get(object, "score")) * (double)DP_SCORE_UNIT);
    told->contact = dp_json_text(object, "contact");
    told->event = dp_json_text(object, "event");
    told->agent = dp_json_text(object, "agent");
    told->team = dp_json_text(object, "team");
    told->queue = dp_json_text(object, "queue");
    return true;
}

void dp_fact_line_read(struct dp_fact_line *line, struct dp_str text)
{
    yyjson_doc *doc = yyjson_read(text.p, text.len, YYJSON_READ_NOFLAG);
    yyjson_val *object = yyjson_doc_get_root(doc);
    struct dp_str name = dp_json_text(object, "kind");
    *line = (struct dp_fact_line){.kind = DP_LINE_BAD, .doc = doc};
    if (!name.len || !read_place(object, &line->place))
        return;
    int kind = dp_json_index(name, dp_ledger_kind_names, DP_LEDGER_KINDS);
    line->told.fact.kind = (unsigned)kind & 0xff;
    if (dp_str_equal(name, DP_STR("epoch")))
        line->kind = line->place.epoch ? DP_LINE_EPOCH : DP_LINE_BAD;
    else if (kind < 0)
        line->kind = DP_LINE_OTHER;
    else if (read_fact(object, &line->told))
        line->kind = DP_LINE_FACT;
}

void dp_fact_line_deinit(struct dp_fact_line *line)
{
    yyjson_doc_free(line->doc);
}
