/* A notice of an alert as a line of JSON:
 * {"at":"2026-11-22T10:00:31.000Z","alert":"4be1c3d2a5f60718",
 * "state":"firing","rule":...,"severity":...,"scope":"queue","id":"billing", ...}. Absent texts are
 * left out. Any thread. */
#ifndef DP_NOTICE_LINE_H
#define DP_NOTICE_LINE_H

#include <stddef.h>
#include <stdio.h>

#include "aggregator/notice.h"

/* Writes it, closed by a line feed, at `line`, which has room for dp_notice_line_size. Returns its
 * length. */
size_t dp_notice_line_size(const struct dp_notice *notice);
size_t dp_notice_line_write(char *line, const struct dp_notice *notice);

/* A dp_notice_fn (alerts.h): writes it to the FILE that `ctx` is. */
void dp_notice_line_print(void *ctx, const struct dp_notice *notice);

#endif
