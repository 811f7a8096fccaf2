#include "simulate/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/timestamp.h"

#define AGENTS_MAX      1000000
#define RATE_MAX        1000000
#define SECONDS_MAX     (INT64_C(366) * 86400)
#define FIRST_START_MS  INT64_C(31536000000)
#define LAST_START_MS   INT64_C(221845392000000)
#define DEFAULT_AGENTS  200
#define DEFAULT_SECONDS 3600
#define DEFAULT_START   "2026-01-05T08:00:00Z"
#define AGENTS_A_RATE   29 /* that many agents make about an event a second */

static const char help[] =
    "usage: deskpulse simulate [OPTION]...\n"
    "\n"
    "Makes the events of a contact centre: calls, chats and e-mails, the agents who take them, "
    "and\n"
    "what customers and quality checks say of it. The same seed and options give the same bytes.\n"
    "\n"
    "  --agents N         agents on the payroll, 1 to 1000000 (default: 200, or enough for "
    "--rate)\n"
    "  --rate N           about N events a second, in time with the clock (default: a day with "
    "its\n"
    "                     hours, as fast as it goes)\n"
    "  --seconds N        how long in event time; 0: until SIGINT or SIGTERM (default: 3600)\n"
    "  --seed N           another number, another day (default: 1)\n"
    "  --late PCT         percent of the events that come 0 to 120 s late (default: 0)\n"
    "  --bad PCT          percent of broken messages and duplicates added (default: 0)\n"
    "  --to kafka or -    where to: Kafka, or standard output as NDJSON (default: -)\n"
    "  --broker HOST:PORT Kafka's bootstrap servers (default: localhost:9092)\n"
    "  --start TIME       time of the first event, such as " DEFAULT_START "\n"
    "                     (default: that, and now for Kafka)\n"
    "  --calls-topic NAME topic of calls and of what concerns no contact (default: cc.calls)\n"
    "  --chats-topic NAME topic of chats and e-mails (default: cc.chats)\n"
    "  --help             this text\n";

enum option_key {
    AGENTS = 256,
    RATE,
    SECONDS,
    SEED,
    LATE,
    BAD,
    TO,
    BROKER,
    START,
    CALLS,
    CHATS
};

static const struct option long_options[] = {
    {"agents", required_argument, NULL, AGENTS},
    {"rate", required_argument, NULL, RATE},
    {"seconds", required_argument, NULL, SECONDS},
    {"seed", required_argument, NULL, SEED},
    {"late", required_argument, NULL, LATE},
    {"bad", required_argument, NULL, BAD},
    {"to", required_argument, NULL, TO},
    {"broker", required_argument, NULL, BROKER},
    {"start", required_argument, NULL, START},
    {"calls-topic", required_argument, NULL, CALLS},
    {"chats-topic", required_argument, NULL, CHATS},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool read_number(const char *text, uint64_t low, uint64_t high, uint64_t *number)
{
    char *end;
    if (!isdigit((unsigned char)text[0]))
        return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *number >= low && *number <= high;
}

/* A percentage with at most two decimals, in hundredths. */
static bool read_percent(const char *text, uint32_t *hundredths)
{
    unsigned whole, part = 0;
    int used = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 3 || sscanf(text, "%3u%n", &whole, &used) != 1)
        return false;
    const char *rest = text + used;
    if (*rest == '.') {
        size_t decimals = strspn(rest + 1, "0123456789");
        if (decimals < 1 || decimals > 2 || rest[1 + decimals] != '\0')
            return false;
        part = (unsigned)(rest[1] - '0') * 10;
        if (decimals == 2)
            part += (unsigned)(rest[2] - '0');
    } else if (*rest != '\0') {
        return false;
    }
    *hundredths = whole * 100 + part;
    return *hundredths <= 10000;
}

/* From 1971, so that the warm-up before it is after 1970, to 8999. */
static bool read_start(const char *text, int64_t *ms)
{
    return dp_timestamp_parse(dp_str_from(text), ms) && *ms >= FIRST_START_MS &&
           *ms < LAST_START_MS;
}

static enum dp_sim_parsed wrong(const char *option, const char *value, const char *allowed)
{
    fprintf(stderr, "deskpulse simulate: --%s '%s'; allowed: %s; see `deskpulse simulate --help`\n",
            option, value, allowed);
    return DP_SIM_WRONG;
}

static enum dp_sim_parsed read_topic(const char *name, const char *option, const char **topic)
{
    size_t len = strlen(name);
    if (len < 1 || len > 249 ||
        name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "0123456789._-")] != '\0')
        return wrong(option, name, "a topic name of letters, digits, '.', '_' and '-'");
    *topic = name;
    return DP_SIM_PARSED;
}

static enum dp_sim_parsed read_option(struct dp_sim_options *o, int option, const char *value)
{
    uint64_t number;
    switch (option) {
    case AGENTS:
        if (!read_number(value, 1, AGENTS_MAX, &number))
            return wrong("agents", value, "a number from 1 to 1000000");
        o->agents = (uint32_t)number;
        return DP_SIM_PARSED;
    case RATE:
        if (!read_number(value, 1, RATE_MAX, &number))
            return wrong("rate", value, "a number from 1 to 1000000");
        o->rate = (uint32_t)number;
        return DP_SIM_PARSED;
    case SECONDS:
        if (!read_number(value, 0, SECONDS_MAX, &o->seconds))
            return wrong("seconds", value, "a number from 0 to 31622400, which is 366 days");
        return DP_SIM_PARSED;
    case SEED:
        if (!read_number(value, 0, UINT64_MAX, &o->seed))
            return wrong("seed", value, "a number from 0 to 18446744073709551615");
        return DP_SIM_PARSED;
    case LATE:
        return read_percent(value, &o->late) ? DP_SIM_PARSED
                                             : wrong("late", value, "a percentage, 0 to 100");
    case BAD:
        return read_percent(value, &o->bad) ? DP_SIM_PARSED
                                            : wrong("bad", value, "a percentage, 0 to 100");
    case TO:
        if (strcmp(value, "kafka") != 0 && strcmp(value, "-") != 0)
            return wrong("to", value, "kafka or -");
        o->to_kafka = value[0] == 'k';
        return DP_SIM_PARSED;
    case BROKER:
        if (value[0] == '\0')
            return wrong("broker", "", "HOST:PORT, several with commas");
        o->broker = value;
        return DP_SIM_PARSED;
    case START:
        return read_start(value, &o->start_ms)
                   ? DP_SIM_PARSED
                   : wrong("start", value, "a time such as " DEFAULT_START);
    case CALLS:
        return read_topic(value, "calls-topic", &o->topics[DP_SIM_CALLS]);
    default:
        return read_topic(value, "chats-topic", &o->topics[DP_SIM_CHATS]);
    }
}

static uint32_t agents_for(uint32_t rate)
{
    uint64_t agents = rate ? (uint64_t)rate * AGENTS_A_RATE : DEFAULT_AGENTS;
    return agents < AGENTS_MAX ? (uint32_t)agents : AGENTS_MAX;
}

enum dp_sim_parsed dp_sim_options_parse(struct dp_sim_options *options, int argc, char **argv)
{
    *options = (struct dp_sim_options){.seconds = DEFAULT_SECONDS,
                                       .seed = 1,
                                       .broker = "localhost:9092",
                                       .start_ms = DP_SIM_NOW,
                                       .topics = {"cc.calls", "cc.chats"}};
    optind = 0; /* the program's own options were read before: begin anew */
    for (;;) {
        int option = getopt_long(argc, argv, "+:h", long_options, NULL);
        if (option == -1)
            break;
        if (option == 'h') {
            fputs(help, stdout);
            return DP_SIM_HELP;
        }
        if (option == ':' || option == '?') {
            fprintf(
                stderr,
                option == ':'
                    ? "deskpulse simulate: option '%s' wants a value; see `deskpulse simulate "
                      "--help`\n"
                    : "deskpulse simulate: unknown option '%s'; see `deskpulse simulate --help`\n",
                argv[optind - 1]);
            return DP_SIM_WRONG;
        }
        enum dp_sim_parsed parsed = read_option(options, option, optarg);
        if (parsed != DP_SIM_PARSED)
            return parsed;
    }
    if (optind < argc) {
        fprintf(stderr, "deskpulse simulate: '%s' is no option; see `deskpulse simulate --help`\n",
                argv[optind]);
        return DP_SIM_WRONG;
    }
    if (options->agents == 0)
        options->agents = agents_for(options->rate);
    if (options->start_ms == DP_SIM_NOW && !options->to_kafka)
        read_start(DEFAULT_START, &options->start_ms);
    return DP_SIM_PARSED;
}
