/* Reads a report from Redis: the sets of known ids, then the hashes of the period, some hundred at
 * a time. Writes nothing. Every wait is bounded. Thread: one. */
#ifndef DP_REPORT_READER_H
#define DP_REPORT_READER_H

#include "app/report_data.h"

struct dp_report_request {
    const char *url, *prefix; /* of Redis */
    const char *label;        /* of the period; dp_report_period_parse takes it */
    enum dp_report_kind kind;
    const char *id; /* of the team, queue or agent */
    bool quality;
};

/* Fills `report`, which is zero before. False: `error` says why, in one line; dp_report_deinit is
 * due all the same. */
bool dp_report_read(const struct dp_report_request *request, struct dp_report *report, char *error,
                    size_t error_size);

#endif
