/* What `deskpulse check` has found, one line a check on standard output:
 *
 *   ok    topic cc.calls: 3 partitions
 *   warn  Redis may drop keys ...: what to do
 *   FAIL  topic cc.chats does not exist: what to do
 *
 * Each line is there as soon as its check is done. Thread: one. */
#ifndef DP_CHECK_REPORT_H
#define DP_CHECK_REPORT_H

#include <stddef.h>

enum dp_check_result { DP_CHECK_OK, DP_CHECK_WARN, DP_CHECK_FAIL };

/* All zero: nothing found yet. */
struct dp_check_report {
    size_t counts[DP_CHECK_FAIL + 1]; /* of lines, by result */
};

/* Control characters, which servers may put into their texts, are shown as '?'. */
void dp_check_report_add(struct dp_check_report *report, enum dp_check_result result,
                         const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
