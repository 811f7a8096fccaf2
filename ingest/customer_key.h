/* The key under which customers go by other names (pseudonyms.h): the bytes of a file, but for an
 * end of line behind them. The key is never part of a message. Thread: any. */
#ifndef DP_CUSTOMER_KEY_H
#define DP_CUSTOMER_KEY_H

#include <stddef.h>
#include <stdint.h>

#define DP_CUSTOMER_KEY_MIN  32   /* bytes, without the end of line */
#define DP_CUSTOMER_KEY_FILE 4096 /* bytes a file may have */

struct dp_customer_key {
    size_t len;
    uint8_t bytes[DP_CUSTOMER_KEY_FILE];
};

/* Reads the file, a regular one that nobody but its owner and its group may read and nobody but its
 * owner may write. NULL: `wrong` says what is wrong with it, to follow the file's name. */
struct dp_customer_key *dp_customer_key_read(const char *path, char *wrong, size_t size);

/* Wipes it and frees; accepts NULL. */
void dp_customer_key_destroy(struct dp_customer_key *key);

#endif
