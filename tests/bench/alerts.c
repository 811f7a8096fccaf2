/* alerts [AGENTS [RULES]]: what rules cost. Each flush all of so many agents have changed, each is
 * looked at by so many rules, half of which begin or end. Prints, as JSON, the microseconds of CPU
 * that one flush and one rule about one agent take: in the alerts alone, without making figures. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "aggregator/alerts.h"

#define FLUSHES 50
#define MILLION INT64_C(1000000)

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t notices;

static void count(void *ctx, const struct dp_notice *notice)
{
    (void)ctx;
    (void)notice;
    notices++;
}

static const struct dp_rule *make_rules(size_t wanted)
{
    struct dp_rule *rules = calloc(wanted, sizeof *rules);
    for (size_t i = 0; i < wanted; i++) {
        char *name = malloc(32);
        snprintf(name, 32, "rule %zu", i);
        rules[i] = (struct dp_rule){
            .name = name,
            .scope = DP_RULE_AGENT,
            .terms = {{.name = "handles", .comparison = DP_GE, .limit = (int64_t)i * 10 * MILLION},
                      {.name = "service_level", .comparison = DP_LT, .limit = 800000}},
            .term_count = 2,
            .when = {{0, 1, DP_RULE_AND}, 3},
            .has_window = true,
            .window = "5m",
            .min_name = "responses",
            .min = 1,
        };
        rules[i].for_ms = i % 2 ? 3000 : 0;
    }
    return rules;
}

/* A window as it is published, with some thirty figures. */
static void make_window(struct dp_entry *entry, unsigned agent, unsigned flush)
{
    entry->kind = DP_ENTRY_WINDOW;
    entry->label = "5m";
    entry->field_count = 0;
    for (enum dp_figure figure = 0; figure < DP_FIGURE_SATISFACTION_MEAN; figure++)
        dp_entry_add(entry, dp_figure_infos[figure].name,
                     dp_figure_infos[figure].unit == DP_UNIT_MILLIONTHS ? DP_FIELD_MILLIONTHS
                                                                        : DP_FIELD_INTEGER,
                     (agent + flush * 37) % 100);
}

static double flush(struct dp_alerts *alerts, unsigned agents, unsigned number)
{
    static struct dp_entry entry;
    double spent = 0;
    dp_alerts_begin(alerts);
    for (unsigned i = 0; i < agents; i++) {
        char id[16];
        entry.scope = DP_SCOPE_AGENT;
        entry.id = (struct dp_str){id, (size_t)snprintf(id, sizeof id, "agent%u", i)};
        make_window(&entry, i, number);
        double began = cpu_seconds();
        dp_alerts_entry(alerts, &entry, DP_STR("north"), number * INT64_C(1000));
        spent += cpu_seconds() - began;
    }
    double began = cpu_seconds();
    dp_alerts_evaluate(alerts, number * INT64_C(1000), number * INT64_C(1000));
    return spent + cpu_seconds() - began;
}

int main(int argc, char **argv)
{
    unsigned agents = argc > 1 ? (unsigned)atoi(argv[1]) : 1000;
    unsigned rules = argc > 2 ? (unsigned)atoi(argv[2]) : 10;
    struct dp_calendar calendar;
    struct dp_journal journal;
    dp_calendar_init(&calendar, "UTC");
    dp_journal_init(&journal);
    struct dp_alerts *alerts = dp_alerts_create(&calendar);
    dp_alerts_set_rules(alerts, make_rules(rules), rules);
    dp_alerts_set_notices(alerts, count, NULL);
    dp_alerts_set_journal(alerts, &journal);
    double spent = 0, most = 0;
    flush(alerts, agents, 1); /* the alerts are made */
    for (unsigned i = 2; i < FLUSHES + 2; i++) {
        double one = flush(alerts, agents, i);
        spent += one;
        most = one > most ? one : most;
        dp_journal_clear(&journal);
    }
    double looks = (double)agents * rules * FLUSHES;
    printf("{\"alerts\":%zu,\"flush_us\":%.0f,\"flush_max_us\":%.0f,\"look_us\":%.3f,"
           "\"notices_a_flush\":%.0f}\n",
           dp_alerts_counts(alerts)->watched, spent * 1e6 / FLUSHES, most * 1e6,
           spent * 1e6 / looks, (double)notices / FLUSHES);
    dp_alerts_destroy(alerts);
    dp_journal_deinit(&journal);
    return 0;
}
