#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/memory.h"
#include "sink/hook_form.h"

void dp_hook_base64(struct dp_text *to, struct dp_str bytes)
{
    size_t len = BASE64_ENCODE_RAW_LENGTH(bytes.len);
    char *encoded = dp_xmalloc(len);
    base64_encode_raw(encoded, bytes.len, (const uint8_t *)bytes.p);
    dp_text_add(to, (struct dp_str){encoded, len});
    free(encoded);
}

void dp_hook_sign(struct dp_text *to, struct dp_str key, struct dp_str message)
{
    struct hmac_sha256_ctx hmac;
    uint8_t digest[SHA256_DIGEST_SIZE];
    hmac_sha256_set_key(&hmac, key.len, (const uint8_t *)key.p);
    hmac_sha256_update(&hmac, message.len, (const uint8_t *)message.p);
    hmac_sha256_digest(&hmac, sizeof digest, digest);
    explicit_bzero(&hmac, sizeof hmac);
    dp_hook_base64(to, (struct dp_str){(const char *)digest, sizeof digest});
}

void dp_hook_message_id(char id[DP_HOOK_MESSAGE_ID],
                        const struct dp_notification *const *notifications, size_t count)
{
    struct sha256_ctx sha;
    uint8_t digest[(DP_HOOK_MESSAGE_ID - 1) / 2];
    sha256_init(&sha);
    for (size_t i = 0; i < count; i++) {
        struct dp_str key = dp_str_from(notifications[i]->key);
        sha256_update(&sha, key.len + 1, (const uint8_t *)key.p); /* with the zero byte between */
    }
    sha256_digest(&sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        sprintf(id + 2 * i, "%02x", digest[i]);
}
