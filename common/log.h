/* Logging: one logfmt line an event of note, on standard error.
 *
 *   time=2026-11-22T10:00:00.000Z level=warn msg="redis away" retry_ms=500
 *
 * Thread: any (librdkafka's threads log too); a line is written with one write(2). */
#ifndef DP_LOG_H
#define DP_LOG_H

enum dp_log_level { DP_LOG_DEBUG, DP_LOG_INFO, DP_LOG_WARN, DP_LOG_ERROR };

/* Lines below `level` are left out. Default: DP_LOG_INFO. */
void dp_log_set_level(enum dp_log_level level);

/* Reads "debug", "info", "warn" or "error"; -1 when it is none of them. */
int dp_log_level_parse(const char *text);

/* Writes a line. `msg` is quoted as needed; `fmt` makes further pairs such as "topic=%s offset=%d"
 * and may be "". Values that may hold blanks or quotes go through dp_log_quote. A line is cut at
 * 4,096 bytes. */
void dp_log(enum dp_log_level level, const char *msg, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* `text` as a logfmt value, quoted and escaped where it must be, in `buf`; returns buf. Cut to fit.
 */
const char *dp_log_quote(char *buf, unsigned long size, const char *text);

#endif
