/* Puts all contacts to rest that may, as if nothing had happened to them for long: it must make no
 * difference to anything. */
#ifndef DP_REST_ALL_H
#define DP_REST_ALL_H

#include "aggregator/contact.h"

static inline void dp_rest_all(struct dp_contacts *contacts)
{
    int64_t now_ms = contacts->now_ms;
    contacts->now_ms = INT64_MAX / 2;
    const struct dp_desk *desk = &contacts->desk;
    for (size_t at = desk->first; at < desk->end; at++) {
        struct dp_contact *contact = desk->items[at & (desk->capacity - 1)].contact;
        if (contact)
            dp_contacts_put_away(contacts, contact);
    }
    contacts->now_ms = now_ms;
}

#endif
