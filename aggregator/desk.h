/* The desk: where the dossiers lie of contacts that something happens to, in the order in which
 * they were laid there; and the free ones. Times in ms. Thread: one. Out of memory ends the process
 * (dp_xmalloc). */
#ifndef DP_DESK_H
#define DP_DESK_H

#include <stddef.h>
#include <stdint.h>

struct dp_contact;
struct dp_dossier;

/* All zero: empty. */
struct dp_desk {
    struct dp_laid {
        struct dp_contact *contact; /* NULL: it was taken away */
        int64_t laid_ms;
    } * items;                 /* a ring */
    size_t first, end;         /* ever counting up */
    size_t capacity;           /* 0 or a power of two */
    size_t count;              /* dossiers that lie there */
    struct dp_dossier **spare; /* owned */
    size_t spare_count;
};

void dp_desk_deinit(struct dp_desk *desk); /* what lies on it is the owner's */

/* Room for a dossier, to be begun; and back, when it is of no use any more (dp_dossier_deinit). */
struct dp_dossier *dp_desk_get(struct dp_desk *desk);
void dp_desk_put(struct dp_desk *desk, struct dp_dossier *dossier);

/* Lays the contact's dossier down at `now_ms`, not before any other. */
void dp_desk_lay(struct dp_desk *desk, struct dp_contact *contact, int64_t now_ms);
void dp_desk_take(struct dp_desk *desk, const struct dp_contact *contact);

/* The contact whose dossier has lain there longest, if it was laid there by `until_ms`; NULL: none.
 */
struct dp_contact *dp_desk_first(struct dp_desk *desk, int64_t until_ms);

#endif
