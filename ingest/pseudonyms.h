/* Other names for customers, so that their ids go no further than the adapter: the id's
 * HMAC-SHA-256 (RFC 2104) under a secret key. The same customer has the same pseudonym as long as
 * the key is the same, so repeat contacts are found as before; without the key nobody can tell, or
 * try out, whose it is. Thread: one. */
#ifndef DP_PSEUDONYMS_H
#define DP_PSEUDONYMS_H

#include "ingest/customer_key.h"
#include "ingest/decoded.h"

/* Characters: the first 128 bits of the digest in base64url (RFC 4648) without padding. RFC 2104
 * allows half the digest, and of 10^12 customers two share 128 bits with a chance below 10^-14. All
 * of it would be 43, which each offer in the saved state would have more of. */
#define DP_PSEUDONYM_LEN 22

struct dp_pseudonyms;

/* Keeps what it needs of the key. */
struct dp_pseudonyms *dp_pseudonyms_create(const struct dp_customer_key *key);
void dp_pseudonyms_destroy(struct dp_pseudonyms *self); /* accepts NULL */

/* Puts pseudonyms in the place of the customers of all events. They are valid until the next call.
 */
void dp_pseudonyms_replace(struct dp_pseudonyms *self, struct dp_decoded *decoded);

/* Names the key without telling it: the pseudonym of no text at all, which no customer has. */
const char *dp_pseudonyms_key_name(const struct dp_pseudonyms *self);

#endif
