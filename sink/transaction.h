/* Commands that Redis is to carry out together, MULTI ... EXEC, made before they are sent: so the
 * next ones are made while the server is busy with those before. Buffers are used again and again.
 * Thread: one. */
#ifndef DP_TRANSACTION_H
#define DP_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/text.h"
#include "sink/commands.h"

struct dp_redis_link;

/* Zero-initialised: empty. */
struct dp_transaction {
    struct dp_commands commands;
    struct dp_text keys; /* each with a NUL */
    size_t *key_of;      /* of each command, where its key begins in `keys` */
    size_t key_capacity;
    size_t key; /* of the next command */
};

void dp_transaction_deinit(struct dp_transaction *transaction);
void dp_transaction_clear(struct dp_transaction *transaction);

static inline size_t dp_transaction_count(const struct dp_transaction *transaction)
{
    return transaction->commands.count;
}

/* So much will be sent for its commands: all but the zero byte behind each. */
static inline size_t dp_transaction_bytes(const struct dp_transaction *transaction)
{
    return transaction->commands.len - transaction->commands.count;
}

/* The key of the commands that are added next; errors are told by it. */
void dp_transaction_about(struct dp_transaction *transaction, struct dp_str key);

void dp_transaction_add(struct dp_transaction *transaction, const struct dp_resp *command);

/* The key of the command with that number, from 0 on, NUL-terminated. */
char *dp_transaction_key(const struct dp_transaction *transaction, size_t number);

/* Sends it all. Replies come with the tags `multi_tag`, then the key of each command, then
 * `exec_tag`: it has to stay as it is until then. False: something could not be sent. */
bool dp_transaction_send(const struct dp_transaction *transaction, struct dp_redis_link *link,
                         void *multi_tag, void *exec_tag);

#endif
