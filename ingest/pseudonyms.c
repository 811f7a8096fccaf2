#include "ingest/pseudonyms.h"

#include <nettle/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define DIGEST_KEPT 16 /* bytes */

/* 8 bytes may be read from any place in a text (common/bytes.h). */
#define PADDING 16

struct dp_pseudonyms {
    /* The key is hashed in once; each digest leaves the state as it was then. */
    struct hmac_sha256_ctx hmac;
    char *texts; /* of the batch at hand */
    size_t capacity;
    char key_name[DP_PSEUDONYM_LEN + 1];
};

static void write_pseudonym(struct dp_pseudonyms *self, struct dp_str id, char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint8_t digest[DIGEST_KEPT + 2] = {0}; /* whole groups of three bytes */
    hmac_sha256_update(&self->hmac, id.len, (const uint8_t *)id.p);
    hmac_sha256_digest(&self->hmac, DIGEST_KEPT, digest);
    for (unsigned i = 0; i < DP_PSEUDONYM_LEN; i++) {
        const uint8_t *group = digest + i / 4 * 3;
        unsigned bits = (unsigned)group[0] << 16 | (unsigned)group[1] << 8 | group[2];
        text[i] = digits[bits >> (18 - i % 4 * 6) & 63];
    }
}

struct dp_pseudonyms *dp_pseudonyms_create(const struct dp_customer_key *key)
{
    struct dp_pseudonyms *self = dp_xcalloc(1, sizeof *self);
    hmac_sha256_set_key(&self->hmac, key->len, key->bytes);
    write_pseudonym(self, DP_STR(""), self->key_name);
    return self;
}

void dp_pseudonyms_destroy(struct dp_pseudonyms *self)
{
    if (!self)
        return;
    explicit_bzero(&self->hmac, sizeof self->hmac); /* as good as the key */
    free(self->texts);
    free(self);
}

/* Grows with the largest batch, not with each event. */
static void make_room(struct dp_pseudonyms *self, size_t events)
{
    size_t need = events * DP_PSEUDONYM_LEN + PADDING;
    if (need <= self->capacity)
        return;
    free(self->texts);
    self->texts = dp_xmalloc(need);
    self->capacity = need;
}

void dp_pseudonyms_replace(struct dp_pseudonyms *self, struct dp_decoded *decoded)
{
    make_room(self, decoded->event_count);
    char *text = self->texts;
    for (size_t i = 0; i < decoded->event_count; i++) {
        struct dp_str *customer = &decoded->events[i].customer;
        if (customer->len == 0)
            continue;
        write_pseudonym(self, *customer, text);
        *customer = (struct dp_str){text, DP_PSEUDONYM_LEN};
        text += DP_PSEUDONYM_LEN;
    }
}

const char *dp_pseudonyms_key_name(const struct dp_pseudonyms *self)
{
    return self->key_name;
}
