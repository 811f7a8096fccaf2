#include "simulate/writer.h"

#include <stdio.h>
#include <string.h>

#include "simulate/plan.h"

/* A text and its length, so that copying is one memcpy. */
struct text {
    const char *p;
    size_t len;
};

#define TEXT(literal) {(literal), sizeof(literal) - 1}

/* Of a type: the system that tells of it, the name, and which fields follow. */
enum field {
    CONTACT = 1 << 0,
    AGENT = 1 << 1,
    TEAM = 1 << 2,
    LINE = 1 << 3, /* queue and channel */
    FROM = 1 << 4,
    TO = 1 << 5,
    ENDED_BY = 1 << 6,
    DISPOSITION = 1 << 7,
    RESOLVED = 1 << 8,
    SCORE = 1 << 9,
    SCALE = 1 << 10,
    FATAL = 1 << 11,
    STATE = 1 << 12,
    MEASURE = 1 << 13,
    REASON = 1 << 14,
    CUSTOMER = 1 << 15
};

static const struct {
    struct text name;
    unsigned fields;
} types[DP_SIM_TYPES] = {
    [DP_SIM_OFFERED] = {TEXT("contact.offered"), CONTACT | LINE | CUSTOMER},
    [DP_SIM_ANSWERED] = {TEXT("contact.answered"), CONTACT | AGENT | TEAM},
    [DP_SIM_DECLINED] = {TEXT("contact.declined"), CONTACT | AGENT | REASON},
    [DP_SIM_MESSAGE] = {TEXT("contact.message"), CONTACT | AGENT | FROM},
    [DP_SIM_HELD] = {TEXT("contact.held"), CONTACT | AGENT},
    [DP_SIM_RETRIEVED] = {TEXT("contact.retrieved"), CONTACT | AGENT},
    [DP_SIM_TRANSFERRED] = {TEXT("contact.transferred"), CONTACT | AGENT | TO},
    [DP_SIM_ENDED] = {TEXT("contact.ended"), CONTACT | ENDED_BY},
    [DP_SIM_WRAPPED] = {TEXT("contact.wrapped"), CONTACT | AGENT | DISPOSITION},
    [DP_SIM_ABANDONED] = {TEXT("contact.abandoned"), CONTACT},
    [DP_SIM_RESOLVED] = {TEXT("contact.resolved"), CONTACT | AGENT | RESOLVED},
    [DP_SIM_REOPENED] = {TEXT("contact.reopened"), CONTACT},
    [DP_SIM_RATED] = {TEXT("feedback.rated"), CONTACT | AGENT | TEAM | LINE | SCORE | SCALE},
    [DP_SIM_COMPLAINED] = {TEXT("feedback.complained"), CONTACT | AGENT | TEAM | LINE},
    [DP_SIM_SCORED] = {TEXT("quality.scored"), CONTACT | AGENT | TEAM | SCORE | FATAL},
    [DP_SIM_STATE] = {TEXT("agent.state"), AGENT | TEAM | STATE},
    [DP_SIM_MEASURED] = {TEXT("scorecard.measured"), AGENT | TEAM | MEASURE},
};

static const struct text channels[] = {TEXT("voice"), TEXT("chat"), TEXT("email")};
static const struct text sources[] = {TEXT("/pbx/"), TEXT("/chat/"), TEXT("/mail/"), TEXT("/desk/")};
static const struct text priorities[] = {TEXT("urgent"), TEXT("high"), TEXT("normal"), TEXT("low")};
static const struct text parties[] = {TEXT("customer"), TEXT("agent"), TEXT("bot"), TEXT("system")};
static const struct text states[] = {
    TEXT("offline\""),
    TEXT("available\""),
    TEXT("busy\""),
    TEXT("wrapup\""),
    TEXT("break\",\"reason\":\"coffee\""),
    TEXT("break\",\"reason\":\"lunch\""),
    TEXT("break\",\"reason\":\"missed an offer\""),
    TEXT("training\""),
    TEXT("meeting\""),
};
static const struct text reasons[] = {TEXT("no answer"), TEXT("rejected")};
static const struct text dispositions[] = {TEXT("solved"), TEXT("information given"),
                                           TEXT("order taken"), TEXT("callback promised"),
                                           TEXT("passed on")};
static const struct text measures[] = {TEXT("internal_satisfaction"), TEXT("cross_team_completion"),
                                       TEXT("training_attendance"), TEXT("knowledge")};

static char *put(char *p, struct text text)
{
    memcpy(p, text.p, text.len);
    return p + text.len;
}

/* Copies a literal: the length is known when compiling. */
#define PUT(p, literal) ((char *)memcpy((p), (literal), sizeof(literal) - 1) + sizeof(literal) - 1)

static char *put_string(char *p, const char *text)
{
    size_t len = strlen(text);
    memcpy(p, text, len);
    return p + len;
}

/* Two digits, with a leading zero. */
static char *put_two(char *p, unsigned n)
{
    p[0] = (char)('0' + n / 10);
    p[1] = (char)('0' + n % 10);
    return p + 2;
}

static char *put_number(char *p, uint64_t n)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    memcpy(p, digits + at, sizeof(digits) - at);
    return p + (sizeof(digits) - at);
}

/* Ids have a fixed width, so that their order as bytes, which decides ties, is the order of creation. */
static char *put_id(char *p, uint64_t n)
{
    static const char hex[] = "0123456789abcdef";
    for (int i = 9; i >= 0; i--) {
        p[i] = hex[n & 15];
        n >>= 4;
    }
    return p + 10;
}

/* The date by the days' number: Howard Hinnant's civil_from_days, for days from 1970 on. */
static void stamp_day(char *stamp, int64_t day)
{
    unsigned z = (unsigned)(day + 719468);
    unsigned era = z / 146097, doe = z % 146097;
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    unsigned month = mp < 10 ? mp + 3 : mp - 9;
    unsigned year = yoe + era * 400 + (month <= 2);
    put_two(put_two(stamp, year / 100), year % 100);
    stamp[4] = '-';
    put_two(stamp + 5, month);
    stamp[7] = '-';
    put_two(stamp + 8, doy - (153 * mp + 2) / 5 + 1);
    stamp[10] = 'T';
}

/* Most events fall into the same second as the one before: its text is kept. */
static char *put_time(struct dp_sim_writer *writer, char *p, int64_t time_ms)
{
    int64_t second = time_ms / 1000;
    if (second != writer->second) {
        int64_t day = second / 86400;
        unsigned of_day = (unsigned)(second % 86400);
        if (day != writer->day)
            stamp_day(writer->stamp, day);
        put_two(writer->stamp + 11, of_day / 3600);
        writer->stamp[13] = ':';
        put_two(writer->stamp + 14, of_day / 60 % 60);
        writer->stamp[16] = ':';
        put_two(writer->stamp + 17, of_day % 60);
        writer->stamp[19] = '.';
        writer->day = day;
        writer->second = second;
    }
    memcpy(p, writer->stamp, sizeof(writer->stamp));
    p += sizeof(writer->stamp);
    unsigned ms = (unsigned)(time_ms % 1000);
    *p++ = (char)('0' + ms / 100);
    return PUT(put_two(p, ms % 100), "Z");
}

static char *put_contact(const struct dp_sim_writer *writer, char *p, uint64_t contact)
{
    memcpy(p, writer->run, writer->run_len);
    p[writer->run_len] = '-';
    return put_number(p + writer->run_len + 1, contact);
}

static char *put_agent(char *p, uint32_t agent)
{
    *p = 'a';
    return put_number(p + 1, UINT64_C(1001) + agent);
}

static char *put_team(char *p, const struct dp_sim_event *event)
{
    p = put_string(p, dp_sim_groups[event->group].name);
    *p = '-';
    return put_number(p + 1, event->team);
}

/* The fields that say who and where; each ends with a comma. */
static char *put_who(const struct dp_sim_writer *writer, char *p, const struct dp_sim_event *event,
                     unsigned fields)
{
    if ((fields & CONTACT) && event->contact)
        p = PUT(put_contact(writer, PUT(p, "\"interaction_id\":\""), event->contact), "\",");
    if ((fields & AGENT) && event->agent != DP_SIM_NOBODY) {
        p = PUT(put_agent(PUT(p, "\"agent_id\":\""), event->agent), "\",");
        if (fields & TEAM)
            p = PUT(put_team(PUT(p, "\"team\":\""), event), "\",");
    }
    if ((fields & LINE) && event->line != DP_SIM_NO_LINE) {
        const struct dp_sim_line *line = &dp_sim_lines[event->line];
        p = PUT(put(PUT(p, "\"channel\":\""), channels[line->channel]), "\",");
        p = PUT(put_string(PUT(p, "\"queue\":\""), line->queue), "\",");
    }
    return p;
}

/* The fields that say what; each ends with a comma. */
static char *put_what(char *p, const struct dp_sim_event *event, unsigned fields)
{
    if (fields & CUSTOMER) {
        p = PUT(put_number(PUT(p, "\"customer_id\":\"c"), event->customer), "\",");
        if (event->priority != DP_SIM_NORMAL)
            p = PUT(put(PUT(p, "\"priority\":\""), priorities[event->priority]), "\",");
    }
    if (fields & FROM)
        p = PUT(put(PUT(p, "\"from\":\""), parties[event->what]), "\",");
    if ((fields & TO) && event->to_agent != DP_SIM_NOBODY)
        p = PUT(put_agent(PUT(p, "\"to_agent_id\":\""), event->to_agent), "\",");
    if ((fields & TO) && event->to_line != DP_SIM_NO_LINE)
        p = PUT(put_string(PUT(p, "\"to_queue\":\""), dp_sim_lines[event->to_line].queue), "\",");
    if (fields & ENDED_BY)
        p = PUT(put(PUT(p, "\"ended_by\":\""), parties[event->what]), "\",");
    if (fields & DISPOSITION)
        p = PUT(put(PUT(p, "\"disposition\":\""), dispositions[event->what]), "\",");
    if (fields & REASON)
        p = PUT(put(PUT(p, "\"reason\":\""), reasons[event->what]), "\",");
    if (fields & RESOLVED)
        p = event->yes ? PUT(p, "\"resolved\":true,") : PUT(p, "\"resolved\":false,");
    if (fields & SCORE)
        p = PUT(put_number(PUT(p, "\"score\":"), event->score), ",");
    if (fields & SCALE)
        p = PUT(put_number(PUT(p, "\"scale\":"), event->scale), ",");
    if (fields & FATAL)
        p = event->yes ? PUT(p, "\"fatal\":true,") : PUT(p, "\"fatal\":false,");
    if (fields & STATE)
        p = PUT(put(PUT(p, "\"state\":\""), states[event->what]), ",");
    if (fields & MEASURE) {
        p = PUT(put(PUT(p, "\"measure\":\""), measures[event->what]), "\",");
        p = PUT(put_number(PUT(p, "\"value\":"), event->score), ",");
    }
    return p;
}

void dp_sim_writer_init(struct dp_sim_writer *writer, int64_t start_ms, uint64_t seed)
{
    memset(writer, 0, sizeof(*writer));
    int len = snprintf(writer->run, sizeof(writer->run), "%llx-%llx",
                       (unsigned long long)(start_ms / 1000), (unsigned long long)seed);
    writer->run_len = (size_t)len;
    writer->day = INT64_MIN;
    writer->second = INT64_MIN;
}

size_t dp_sim_write(struct dp_sim_writer *writer, const struct dp_sim_event *event, char *out)
{
    unsigned fields = types[event->type].fields;
    unsigned source = event->type <= DP_SIM_REOPENED ? dp_sim_lines[event->line].channel : 3;
    char *p = PUT(out, "{\"specversion\":\"1.0\",\"id\":\"");
    p = put_id(p, event->id);
    p = put(PUT(p, "\",\"source\":\""), sources[source]);
    memcpy(p, writer->run, writer->run_len);
    p += writer->run_len;
    p = put(PUT(p, "\",\"type\":\""), types[event->type].name);
    p = put_time(writer, PUT(p, "\",\"time\":\""), event->time_ms);
    p = put_who(writer, PUT(p, "\",\"data\":{"), event, fields);
    p = put_what(p, event, fields);
    p--; /* every field ends with a comma, and there is at least one */
    return (size_t)(PUT(p, "}}") - out);
}

size_t dp_sim_write_key(const struct dp_sim_writer *writer, const struct dp_sim_event *event,
                        char *out)
{
    char *end = event->contact && (types[event->type].fields & CONTACT)
                    ? put_contact(writer, out, event->contact)
                    : put_agent(out, event->agent);
    return (size_t)(end - out);
}
