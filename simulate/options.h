/* The command line of `deskpulse simulate`. */
#ifndef DP_SIMULATE_OPTIONS_H
#define DP_SIMULATE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "simulate/output.h"

#define DP_SIM_NOW INT64_MIN

struct dp_sim_options {
    uint32_t agents;  /* 1 to 1,000,000 */
    uint32_t rate;    /* events a second, paced by the clock; 0: as fast as it goes */
    uint64_t seconds; /* of event time; 0: no end */
    uint64_t seed;
    uint32_t late; /* hundredths of a percent */
    uint32_t bad;  /* hundredths of a percent */
    bool to_kafka;
    const char *broker;
    int64_t start_ms; /* since the Unix epoch; DP_SIM_NOW: when the output is ready */
    const char *topics[DP_SIM_TOPICS];
};

enum dp_sim_parsed { DP_SIM_PARSED, DP_SIM_HELP, DP_SIM_WRONG };

/* Fills `options`, defaults included; texts belong to argv. DP_SIM_HELP: help was asked for and
 * printed. DP_SIM_WRONG: said in a line on standard error. */
enum dp_sim_parsed dp_sim_options_parse(struct dp_sim_options *options, int argc, char **argv);

#endif
