#include "sink/transaction.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "sink/redis_link.h"

#define MULTI "*1\r\n$5\r\nMULTI\r\n"
#define EXEC  "*1\r\n$4\r\nEXEC\r\n"

/* A zero byte follows what is there: hiredis looks at it. */
static void append(struct dp_transaction_text *text, const char *from, size_t len)
{
    if (text->capacity - text->len <= len) {
        text->capacity = (text->len + len + 1) * 2;
        text->buf = dp_xrealloc(text->buf, text->capacity);
    }
    memcpy(text->buf + text->len, from, len);
    text->len += len;
    text->buf[text->len] = '\0';
}

void dp_transaction_deinit(struct dp_transaction *transaction)
{
    free(transaction->bytes.buf);
    free(transaction->keys.buf);
    free(transaction->commands);
    *transaction = (struct dp_transaction){0};
}

void dp_transaction_clear(struct dp_transaction *transaction)
{
    transaction->bytes.len = transaction->keys.len = transaction->count = 0;
}

void dp_transaction_about(struct dp_transaction *transaction, struct dp_str key)
{
    transaction->key = transaction->keys.len;
    append(&transaction->keys, key.p, key.len);
    transaction->keys.len++; /* the zero byte */
}

void dp_transaction_add(struct dp_transaction *transaction, const struct dp_resp *command)
{
    struct dp_transaction_text *bytes = &transaction->bytes;
    append(bytes, command->buf, command->len);
    transaction->commands = dp_xgrow(transaction->commands, transaction->count,
                                     &transaction->capacity, sizeof *transaction->commands);
    transaction->commands[transaction->count++] =
        (struct dp_transaction_command){bytes->len, transaction->key};
}

char *dp_transaction_key(const struct dp_transaction *transaction, size_t number)
{
    return transaction->keys.buf + transaction->commands[number].key;
}

bool dp_transaction_send(const struct dp_transaction *transaction, struct dp_redis_link *link,
                         void *multi_tag, void *exec_tag)
{
    bool sent = dp_redis_link_send(link, MULTI, sizeof MULTI - 1, multi_tag);
    size_t from = 0;
    for (size_t i = 0; i < transaction->count; i++) {
        size_t end = transaction->commands[i].end;
        sent &= dp_redis_link_send(link, transaction->bytes.buf + from, end - from,
                                   dp_transaction_key(transaction, i));
        from = end;
    }
    return dp_redis_link_send(link, EXEC, sizeof EXEC - 1, exec_tag) && sent;
}
