/* Any bytes as a line of the outbox: it is refused, or read, written and read again as the same;
 * and every type of hook can be sent it. */
#include <stdlib.h>
#include <string.h>

#include "sink/hook_request.h"
#include "sink/notification.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void request(const struct dp_notification *notification, enum dp_hook_type type,
                    enum dp_language language)
{
    const struct dp_notification *twice[] = {notification, notification};
    const struct dp_links links = {"https://board.example.com/"};
    const struct dp_hook hook = {.name = "leads",
                                 .type = type,
                                 .url = "https://example.com/",
                                 .secret = "whsec_c2VjcmV0",
                                 .from = "a@example.com",
                                 .to = "b@example.com",
                                 .language = language};
    for (size_t count = 1; count <= 2; count++) {
        struct dp_hook_request made;
        dp_hook_request_init(&made, &hook, &links, twice, count, INT64_C(1800000000000));
        if (!made.body || !made.body_len || made.taken < 1 || made.taken > count)
            abort();
        dp_hook_request_deinit(&made);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dp_notification *read = dp_notification_parse((struct dp_str){(const char *)data, size});
    if (!read)
        return 0;
    size_t len, again_len;
    char *line = dp_notification_write(read, &len);
    struct dp_notification *copy = dp_notification_redirect(read, read->hook ? read->hook : "x");
    if (!line || !copy || copy->label_count != read->label_count)
        abort();
    struct dp_notification *again = dp_notification_parse((struct dp_str){line, len});
    char *second = again ? dp_notification_write(again, &again_len) : NULL;
    if (!second || strcmp(line, second) != 0 || strcmp(read->key, again->key) != 0)
        abort();
    for (int type = 0; type < DP_HOOK_TYPES; type++)
        request(read, (enum dp_hook_type)type, len % 2 ? DP_CHINESE : DP_ENGLISH);
    free(second);
    dp_notification_destroy(again);
    dp_notification_destroy(copy);
    free(line);
    dp_notification_destroy(read);
    return 0;
}
