#include "sink/transaction.h"

#include <stdlib.h>

#include "common/memory.h"
#include "sink/redis_link.h"

#define MULTI "*1\r\n$5\r\nMULTI\r\n"
#define EXEC  "*1\r\n$4\r\nEXEC\r\n"

void dp_transaction_deinit(struct dp_transaction *transaction)
{
    dp_commands_deinit(&transaction->commands);
    dp_text_deinit(&transaction->keys);
    free(transaction->key_of);
    *transaction = (struct dp_transaction){0};
}

void dp_transaction_clear(struct dp_transaction *transaction)
{
    dp_commands_clear(&transaction->commands);
    transaction->keys.len = 0;
}

void dp_transaction_about(struct dp_transaction *transaction, struct dp_str key)
{
    transaction->key = transaction->keys.len;
    dp_text_add(&transaction->keys, key);
    transaction->keys.len++; /* the zero byte */
}

void dp_transaction_add(struct dp_transaction *transaction, const struct dp_resp *command)
{
    size_t number = transaction->commands.count;
    transaction->key_of = dp_xgrow(transaction->key_of, number, &transaction->key_capacity,
                                   sizeof *transaction->key_of);
    transaction->key_of[number] = transaction->key;
    dp_commands_add(&transaction->commands, command);
}

char *dp_transaction_key(const struct dp_transaction *transaction, size_t number)
{
    return transaction->keys.p + transaction->key_of[number];
}

bool dp_transaction_send(const struct dp_transaction *transaction, struct dp_redis_link *link,
                         void *multi_tag, void *exec_tag)
{
    bool sent = dp_redis_link_send(link, MULTI, sizeof MULTI - 1, multi_tag);
    for (size_t i = 0; i < transaction->commands.count; i++) {
        struct dp_str command = dp_commands_at(&transaction->commands, i);
        sent &=
            dp_redis_link_send(link, command.p, command.len, dp_transaction_key(transaction, i));
    }
    return dp_redis_link_send(link, EXEC, sizeof EXEC - 1, exec_tag) && sent;
}
