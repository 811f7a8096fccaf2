/* `deskpulse simulate`: a contact centre's day of events, the same for the same seed. */
#ifndef DP_SIMULATE_H
#define DP_SIMULATE_H

/* argv[0] is "simulate". Returns the exit code: 0 done, 1 ran and failed, 2 wrong use.
 * Handles SIGINT and SIGTERM (stops and sends the rest) and ignores SIGPIPE. Thread: the main one.
 */
int dp_simulate_main(int argc, char **argv);

#endif
