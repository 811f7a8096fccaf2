/* The silences that Redis has, for people to look at. Times in ms. Thread: one. */
#ifndef DP_ALERT_SILENCES_H
#define DP_ALERT_SILENCES_H

#include <stdio.h>

#include "app/alert_silence.h"

struct dp_silence_item {
    char *id; /* as the hash has it; the list's */
    size_t id_len;
    bool readable; /* false: it is no silence (alert_silence.h), though it stands among them */
    struct dp_silence_entry silence;
};

/* All zero: none. */
struct dp_silence_list {
    struct dp_silence_item *items;
    size_t count, capacity;
};

void dp_silence_list_deinit(struct dp_silence_list *list);

/* Adds one as the hash has it. */
void dp_silence_list_add(struct dp_silence_list *list, struct dp_str id, struct dp_str text);

/* The one that ends first comes first; behind them those that cannot be read. Returns how many have
 * ended by `now_ms`: the first ones. */
size_t dp_silence_list_sort(struct dp_silence_list *list, int64_t now_ms);

/* A table for a terminal of those from `first` on; widths need LC_CTYPE (report_text.h). */
void dp_silence_list_write_table(const struct dp_silence_list *list, size_t first, int64_t now_ms,
                                 FILE *out);

#endif
