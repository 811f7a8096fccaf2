/* The commands of the program. Each reads its own options and returns an exit code of
 * docs/reference.md: 0 done, 1 ran and failed, 2 wrong use or wrong configuration. argv[0] is the
 * command's name. */
#ifndef DP_COMMAND_H
#define DP_COMMAND_H

#include <stddef.h>

#include "app/config.h"

enum dp_exit { DP_EXIT_DONE = 0, DP_EXIT_FAILED = 1, DP_EXIT_USAGE = 2 };

int dp_run_main(int argc, char **argv);
int dp_replay_main(int argc, char **argv);
int dp_check_main(int argc, char **argv);
int dp_report_main(int argc, char **argv);
int dp_explain_main(int argc, char **argv);
int dp_alert_main(int argc, char **argv);
int dp_top_main(int argc, char **argv);
int dp_board_main(int argc, char **argv); /* in builds with DP_BOARD */

/* Overrides from the command line, as "section.key=value"; the texts are argv's. */
#define DP_OVERRIDES_MAX 64
struct dp_overrides {
    const char *items[DP_OVERRIDES_MAX];
    size_t count;
};

/* Says what is wrong with the use of a command, and where to read on. Returns DP_EXIT_USAGE. */
int dp_usage_error(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Notes `--set section.key=value`; false when there are too many. */
bool dp_overrides_add(struct dp_overrides *overrides, const char *text);

/* What getopt_long gives for --set; a command's own long options come after it. */
enum { DP_OPTION_SET = 256 };

/* Takes an option that all commands have (-c, --set, --help), or says what is wrong with one that
 * the command does not have. `option` is getopt_long's, which was asked with ":c:h". Returns -1 to
 * go on, else the exit code. */
int dp_command_option(int option, char **argv, const char *help, const char **config,
                      struct dp_overrides *overrides);

/* Loads the configuration (path may be NULL) and sets the log level; on error says it and returns
 * false. */
bool dp_command_config(const char *path, const struct dp_overrides *overrides,
                       struct dp_config *config);

#endif
