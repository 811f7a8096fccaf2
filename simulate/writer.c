#include "simulate/writer.h"

#include <stdio.h>
#include <string.h>

#include "simulate/plan.h"

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

static const unsigned fields_of[DP_EVENT_TYPES] = {
    [DP_CONTACT_OFFERED] = CONTACT | LINE | CUSTOMER,
    [DP_CONTACT_ANSWERED] = CONTACT | AGENT | TEAM,
    [DP_CONTACT_DECLINED] = CONTACT | AGENT | REASON,
    [DP_CONTACT_MESSAGE] = CONTACT | AGENT | FROM,
    [DP_CONTACT_HELD] = CONTACT | AGENT,
    [DP_CONTACT_RETRIEVED] = CONTACT | AGENT,
    [DP_CONTACT_TRANSFERRED] = CONTACT | AGENT | TO,
    [DP_CONTACT_ENDED] = CONTACT | ENDED_BY,
    [DP_CONTACT_WRAPPED] = CONTACT | AGENT | DISPOSITION,
    [DP_CONTACT_ABANDONED] = CONTACT,
    [DP_CONTACT_RESOLVED] = CONTACT | AGENT | RESOLVED,
    [DP_CONTACT_REOPENED] = CONTACT,
    [DP_FEEDBACK_RATED] = CONTACT | AGENT | TEAM | LINE | SCORE | SCALE,
    [DP_FEEDBACK_COMPLAINED] = CONTACT | AGENT | TEAM | LINE,
    [DP_QUALITY_SCORED] = CONTACT | AGENT | TEAM | SCORE | FATAL,
    [DP_AGENT_STATE] = AGENT | TEAM | STATE,
    [DP_SCORECARD_MEASURED] = AGENT | TEAM | MEASURE,
};

/* The systems that tell: those of the channels, and for the rest the one of agents' desks. */
static const char *const sources[DP_CHANNELS] = {"/desk/", "/pbx/", "/chat/", "/mail/"};

/* By enum dp_sim_state, with the reason. */
static const char *const states[] = {
    "offline\"",
    "available\"",
    "busy\"",
    "wrapup\"",
    "break\",\"reason\":\"coffee\"",
    "break\",\"reason\":\"lunch\"",
    "break\",\"reason\":\"missed an offer\"",
    "training\"",
    "meeting\"",
};
static const char *const parties[] = {"customer", "agent", "bot", "system"};
static const char *const reasons[] = {"no answer", "rejected"};
static const char *const dispositions[] = {"solved", "information given", "order taken",
                                           "callback promised", "passed on"};

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

/* Ids have a fixed width, so that their order as bytes, which decides ties, is the order of
 * creation. */
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
        p = PUT(put_string(PUT(p, "\"channel\":\""), dp_channel_names[line->channel]), "\",");
        p = PUT(put_string(PUT(p, "\"queue\":\""), line->queue), "\",");
    }
    return p;
}

/* The fields that say what; each ends with a comma. */
static char *put_what(char *p, const struct dp_sim_event *event, unsigned fields)
{
    if (fields & CUSTOMER) {
        p = PUT(put_number(PUT(p, "\"customer_id\":\"c"), event->customer), "\",");
        if (event->priority != DP_PRIORITY_NORMAL)
            p = PUT(put_string(PUT(p, "\"priority\":\""), dp_priority_names[event->priority]),
                    "\",");
    }
    if (fields & FROM)
        p = PUT(put_string(PUT(p, "\"from\":\""), parties[event->what]), "\",");
    if ((fields & TO) && event->to_agent != DP_SIM_NOBODY)
        p = PUT(put_agent(PUT(p, "\"to_agent_id\":\""), event->to_agent), "\",");
    if ((fields & TO) && event->to_line != DP_SIM_NO_LINE)
        p = PUT(put_string(PUT(p, "\"to_queue\":\""), dp_sim_lines[event->to_line].queue), "\",");
    if (fields & ENDED_BY)
        p = PUT(put_string(PUT(p, "\"ended_by\":\""), parties[event->what]), "\",");
    if (fields & DISPOSITION)
        p = PUT(put_string(PUT(p, "\"disposition\":\""), dispositions[event->what]), "\",");
    if (fields & REASON)
        p = PUT(put_string(PUT(p, "\"reason\":\""), reasons[event->what]), "\",");
    if (fields & RESOLVED)
        p = event->yes ? PUT(p, "\"resolved\":true,") : PUT(p, "\"resolved\":false,");
    if (fields & SCORE)
        p = PUT(put_number(PUT(p, "\"score\":"), event->score), ",");
    if (fields & SCALE)
        p = PUT(put_number(PUT(p, "\"scale\":"), event->scale), ",");
    if (fields & FATAL)
        p = event->yes ? PUT(p, "\"fatal\":true,") : PUT(p, "\"fatal\":false,");
    if (fields & STATE)
        p = PUT(put_string(PUT(p, "\"state\":\""), states[event->what]), ",");
    if (fields & MEASURE) {
        p = PUT(put_string(PUT(p, "\"measure\":\""), dp_measure_names[event->what]), "\",");
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
    unsigned fields = fields_of[event->type];
    bool of_channel = event->type <= DP_CONTACT_REOPENED;
    enum dp_channel channel = of_channel ? dp_sim_lines[event->line].channel : DP_CHANNEL_NONE;
    char *p = PUT(out, "{\"specversion\":\"1.0\",\"id\":\"");
    p = put_id(p, event->id);
    p = put_string(PUT(p, "\",\"source\":\""), sources[channel]);
    memcpy(p, writer->run, writer->run_len);
    p += writer->run_len;
    p = put_string(PUT(p, "\",\"type\":\""), dp_event_type_names[event->type]);
    p = put_time(writer, PUT(p, "\",\"time\":\""), event->time_ms);
    p = put_who(writer, PUT(p, "\",\"data\":{"), event, fields);
    p = put_what(p, event, fields);
    p--; /* every field ends with a comma, and there is at least one */
    return (size_t)(PUT(p, "}}") - out);
}

size_t dp_sim_write_key(const struct dp_sim_writer *writer, const struct dp_sim_event *event,
                        char *out)
{
    char *end = event->contact && (fields_of[event->type] & CONTACT)
                    ? put_contact(writer, out, event->contact)
                    : put_agent(out, event->agent);
    return (size_t)(end - out);
}
