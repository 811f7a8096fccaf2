#include "app/check_rules.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "app/replay_files.h"
#include "app/rule_tally.h"
#include "common/timestamp.h"

static bool say(const struct dp_pipeline *pipeline, const struct dp_rule_tally *tally)
{
    char as_of[32] = "no time";
    int64_t t_ms = dp_aggregator_t(pipeline->aggregator);
    uint64_t dead = dp_pipeline_dead(pipeline);
    setlocale(LC_CTYPE, "C.UTF-8"); /* for the widths of characters */
    if (t_ms != INT64_MIN)
        dp_timestamp_format(t_ms, as_of);
    printf("alerts of %" PRIu64 " events, as of %s", pipeline->consumed - dead, as_of);
    if (dead)
        printf("; %" PRIu64 " more cannot be used", dead);
    puts("");
    dp_rule_tally_write(tally, stdout);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    fprintf(stderr, "deskpulse check: standard output cannot be written: %s\n", strerror(errno));
    return false;
}

bool dp_check_rules(const struct dp_config *config, const struct dp_adapter *adapter, char **paths,
                    size_t count)
{
    struct dp_pipeline pipeline;
    struct dp_replay_rules rules;
    struct dp_rule_tally tally;
    struct dp_aggregator_options options;
    struct dp_replay_files files = {
        .command = "check", .pipeline = &pipeline, .rules = &rules, .as_of_ms = INT64_MAX};
    dp_config_aggregator_options(config, &options);
    dp_replay_rules_set_options(&options);
    dp_pipeline_init(&pipeline, adapter, &options, config->customer_key, NULL);
    dp_rule_tally_init(&tally, config->rules, config->rule_count);
    dp_replay_rules_init(&rules, &pipeline, config->flush_interval_ms, dp_rule_tally_take, &tally);
    bool ok = dp_replay_files_read(&files, paths, count);
    if (ok) {
        dp_rule_tally_end(&tally, dp_aggregator_t(pipeline.aggregator));
        ok = say(&pipeline, &tally);
    }
    dp_rule_tally_deinit(&tally);
    dp_pipeline_deinit(&pipeline);
    return ok;
}
