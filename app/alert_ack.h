/* An acknowledgement: somebody knows of an alert and sees to it. People make them
 * (`deskpulse alert ack`); the running process reads them.
 *
 * In Redis: the hash PREFIX:alerts:acks has under the alert's id one line of JSON,
 *
 *   {"by":"wang","at_ms":1795428300000,"note":"on it"}
 *
 * `note` is absent where there is none; other fields are ignored. A plain value. Thread: any. */
#ifndef DP_ALERT_ACK_H
#define DP_ALERT_ACK_H

#include "app/alert_text.h"

struct dp_ack_entry {
    char by[DP_ALERT_BY]; /* never empty */
    int64_t at_ms;
    char note[DP_ALERT_NOTE]; /* "": none */
};

/* False: the text is no such line; then *ack is not to be looked at. */
bool dp_ack_entry_parse(struct dp_ack_entry *ack, struct dp_str text);

/* The line, without its end. All texts are UTF-8. To be freed with free(). */
char *dp_ack_entry_format(const struct dp_ack_entry *ack);

#endif
