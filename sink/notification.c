#include "sink/notification.h"

#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "common/memory.h"
#include "common/text.h"
#include "sink/json_value.h"
#include "sink/notification_json.h"

#define TIME_MAX_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

/* Writing ----------------------------------------------------------------------------------------
 */

static void put_text(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *name,
                     struct dp_str text)
{
    if (text.len)
        yyjson_mut_obj_add_strncpy(doc, object, name, text.p, text.len);
}

void dp_notification_put(yyjson_mut_doc *doc, yyjson_mut_val *object,
                         const struct dp_notification *notification)
{
    const struct dp_notice *notice = &notification->notice;
    put_text(doc, object, "key", dp_str_from(notice->key));
    put_text(doc, object, "state", dp_str_from(dp_notice_kind_names[notice->kind]));
    put_text(doc, object, "alert", dp_str_from(notice->alert));
    put_text(doc, object, "rule", notice->rule);
    put_text(doc, object, "severity", notice->severity);
    put_text(doc, object, "scope", dp_str_from(dp_rule_scope_names[notice->scope]));
    put_text(doc, object, "id", notice->id);
    put_text(doc, object, "queue", notice->queue);
    put_text(doc, object, "team", notice->team);
    put_text(doc, object, "channel", dp_str_from(dp_channel_names[notice->channel]));
    put_text(doc, object, "window", dp_str_from(notice->window));
    put_text(doc, object, "value", dp_str_from(notice->value));
    put_text(doc, object, "when", notice->when);
    yyjson_mut_obj_add_sint(doc, object, "since_ms", notice->since_ms);
    yyjson_mut_obj_add_sint(doc, object, "fired_ms", notice->fired_ms);
    yyjson_mut_obj_add_sint(doc, object, "at_ms", notice->at_ms);
    if (notice->number)
        yyjson_mut_obj_add_uint(doc, object, "number", notice->number);
    if (notification->label_count) {
        yyjson_mut_val *labels = yyjson_mut_obj_add_obj(doc, object, "labels");
        for (size_t i = 0; i < notification->label_count; i++) {
            const struct dp_label_text *label = &notification->labels[i];
            yyjson_mut_obj_add(labels, yyjson_mut_strncpy(doc, label->name.p, label->name.len),
                               yyjson_mut_strncpy(doc, label->value.p, label->value.len));
        }
    }
}

/* All of it, as read_object takes it. */
static yyjson_doc *document_of(const struct dp_notification *notification)
{
    yyjson_mut_doc *made = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *object = yyjson_mut_obj(made);
    yyjson_mut_doc_set_root(made, object);
    dp_notification_put(made, object, notification);
    put_text(made, object, "hook", dp_str_from(notification->hook));
    put_text(made, object, "through", dp_str_from(notification->through));
    yyjson_mut_obj_add_sint(made, object, "created_ms", notification->created_ms);
    yyjson_doc *doc = yyjson_mut_doc_imut_copy(made, NULL);
    yyjson_mut_doc_free(made);
    return doc;
}

char *dp_notification_write(const struct dp_notification *notification, size_t *len)
{
    return yyjson_write(notification->doc, YYJSON_WRITE_ALLOW_INVALID_UNICODE, len);
}

/* Reading ----------------------------------------------------------------------------------------
 */

static bool copy_text(yyjson_val *object, const char *name, char *to, size_t size)
{
    struct dp_str text = dp_json_text(object, name);
    if (text.len >= size || (text.len && memchr(text.p, '\0', text.len)))
        return false;
    if (text.len)
        memcpy(to, text.p, text.len);
    to[text.len] = '\0';
    return true;
}

/* Years 1970 to 9999, so that sums of times are in range. */
static bool read_time(yyjson_val *object, const char *name, int64_t *ms)
{
    yyjson_val *value = yyjson_obj_get(object, name);
    *ms = yyjson_get_sint(value);
    return yyjson_is_int(value) && *ms >= 0 && *ms <= TIME_MAX_MS;
}

static bool read_words(yyjson_val *object, struct dp_notice *notice)
{
    int kind = dp_json_index(dp_json_text(object, "state"), dp_notice_kind_names, DP_NOTICE_KINDS);
    int scope = dp_json_index(dp_json_text(object, "scope"), dp_rule_scope_names, DP_RULE_SCOPES);
    int channel = dp_json_index(dp_json_text(object, "channel"), dp_channel_names, DP_CHANNELS);
    if (kind < 0 || scope < 0 || channel < 0)
        return false;
    notice->kind = (enum dp_notice_kind)kind;
    notice->scope = (enum dp_rule_scope)scope;
    notice->channel = (enum dp_channel)channel;
    return true;
}

static bool read_notice(yyjson_val *object, struct dp_notice *notice)
{
    yyjson_val *number = yyjson_obj_get(object, "number");
    notice->tell = true;
    notice->rule = dp_json_text(object, "rule");
    notice->severity = dp_json_text(object, "severity");
    notice->id = dp_json_text(object, "id");
    notice->queue = dp_json_text(object, "queue");
    notice->team = dp_json_text(object, "team");
    notice->when = dp_json_text(object, "when");
    notice->number = (uint32_t)yyjson_get_uint(number);
    return read_words(object, notice) &&
           copy_text(object, "key", notice->key, sizeof notice->key) && notice->key[0] &&
           copy_text(object, "alert", notice->alert, sizeof notice->alert) && notice->alert[0] &&
           copy_text(object, "window", notice->window, sizeof notice->window) &&
           copy_text(object, "value", notice->value, sizeof notice->value) && notice->rule.len &&
           read_time(object, "since_ms", &notice->since_ms) &&
           read_time(object, "fired_ms", &notice->fired_ms) &&
           read_time(object, "at_ms", &notice->at_ms) && yyjson_get_uint(number) <= UINT32_MAX;
}

static bool read_labels(yyjson_val *labels, struct dp_notification *notification)
{
    size_t i, count;
    yyjson_val *name, *value;
    if (!labels)
        return true;
    if (!yyjson_is_obj(labels) || yyjson_obj_size(labels) > DP_RULE_LABELS_MAX)
        return false;
    yyjson_obj_foreach(labels, i, count, name, value)
    {
        if (!yyjson_is_str(value))
            return false;
        notification->labels[notification->label_count++] = (struct dp_label_text){
            {yyjson_get_str(name), yyjson_get_len(name)},
            {yyjson_get_str(value), yyjson_get_len(value)},
        };
    }
    return true;
}

/* Names of hooks are without zero bytes, so that they can be C strings. */
static bool read_name(yyjson_val *object, const char *field, const char **name)
{
    struct dp_str text = dp_json_text(object, field);
    *name = text.len ? text.p : NULL;
    return !text.len || strlen(text.p) == text.len;
}

/* Takes `doc`, whatever comes of it. */
static struct dp_notification *from_document(yyjson_doc *doc)
{
    yyjson_val *object = yyjson_doc_get_root(doc);
    struct dp_notification *made = dp_xcalloc(1, sizeof *made);
    made->doc = doc;
    if (!read_notice(object, &made->notice) ||
        !read_labels(yyjson_obj_get(object, "labels"), made) ||
        !read_name(object, "hook", &made->hook) || !read_name(object, "through", &made->through) ||
        !read_time(object, "created_ms", &made->created_ms)) {
        dp_notification_destroy(made);
        return NULL;
    }
    struct dp_text key = {0};
    dp_text_put(&key, made->notice.key);
    if (made->hook)
        dp_text_printf(&key, ":%s", made->hook);
    made->key = made->owned_key = key.p;
    return made;
}

struct dp_notification *dp_notification_parse(struct dp_str line)
{
    return from_document(yyjson_read(line.p, line.len, YYJSON_READ_NOFLAG));
}

/* Making -----------------------------------------------------------------------------------------
 */

struct dp_notification *dp_notification_create(const struct dp_notice *notice, const char *hook,
                                               const struct dp_rule_label *labels,
                                               size_t label_count, int64_t created_ms)
{
    struct dp_notification source = {
        .notice = *notice, .hook = hook, .created_ms = created_ms, .label_count = label_count};
    for (size_t i = 0; i < label_count; i++)
        source.labels[i] =
            (struct dp_label_text){dp_str_from(labels[i].name), dp_str_from(labels[i].value)};
    return from_document(document_of(&source));
}

struct dp_notification *dp_notification_redirect(const struct dp_notification *notification,
                                                 const char *fallback)
{
    struct dp_notification source = *notification;
    source.through = notification->hook;
    source.hook = fallback;
    return from_document(document_of(&source));
}

void dp_notification_destroy(struct dp_notification *notification)
{
    if (!notification)
        return;
    yyjson_doc_free(notification->doc);
    free(notification->owned_key);
    free(notification);
}
