#include "board/change.h"

#include <stdlib.h>
#include <yyjson.h>

#include "board/json.h"
#include "common/clock.h"
#include "common/duration.h"
#include "sink/json_value.h"

#define ALERTS   "/api/v1/alerts/"
#define ACK      "/ack"
#define SILENCES "/api/v1/silences"

static void on_done(void *ctx, enum dp_action_result result, const char *error)
{
    struct dp_request *request = ctx;
    request->acted = true;
    request->result = result;
    snprintf(request->error, sizeof request->error, "%s", error);
    dp_request_resume(request);
}

/* Whether one of the lines is that id. */
static bool is_listed(const struct dp_text *lines, struct dp_str id)
{
    for (size_t at = 0; at < lines->len;) {
        const char *line = lines->p + at, *end = memchr(line, '\n', lines->len - at);
        size_t len = end ? (size_t)(end - line) : lines->len - at;
        if (dp_str_equal((struct dp_str){line, len}, id))
            return true;
        at += len + 1;
    }
    return false;
}

/* Signing in and out ----------------------------------------------------------------------------*/

static enum MHD_Result answer_cookie(const struct dp_change_options *options,
                                     struct dp_request *request, enum dp_right right)
{
    struct dp_text cookie = {0}, json = {0};
    const char *proto = dp_request_header(request, "X-Forwarded-Proto");
    dp_access_cookie(options->access, right, proto && strcmp(proto, "https") == 0, dp_wall_ms(),
                     &cookie);
    dp_text_put(&json, "{");
    dp_json_add_text(&json, "right",
                     right == DP_RIGHT_ACK    ? DP_STR("ack")
                     : right == DP_RIGHT_READ ? DP_STR("read")
                                              : DP_STR("none"));
    dp_text_put(&json, "}");
    struct MHD_Response *response =
        MHD_create_response_from_buffer(json.len, json.p, MHD_RESPMEM_MUST_FREE);
    if (response) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
        MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, cookie.p);
    }
    dp_text_deinit(&cookie);
    return dp_request_respond(request, MHD_HTTP_OK, response);
}

static enum MHD_Result sign_in(const struct dp_change_options *options, struct dp_request *request,
                               yyjson_val *body)
{
    struct dp_str token = dp_json_text(body, "token");
    enum dp_right right = token.p ? dp_access_try(options->access, token) : DP_RIGHT_NONE;
    if (right == DP_RIGHT_NONE)
        return dp_request_refuse(request, MHD_HTTP_UNAUTHORIZED, "this is no token of the board");
    return answer_cookie(options, request, right);
}

/* Actions ---------------------------------------------------------------------------------------*/

static enum MHD_Result refuse_body(struct dp_request *request)
{
    return dp_request_refuse(request, MHD_HTTP_BAD_REQUEST,
                             "by: 1 to 128 bytes; note: up to 512; rule, match: patterns of up to "
                             "256; scope: all, agent, team, queue, channel or contact, and one of "
                             "these three at least; for: 1m to 30d");
}

/* Who it is that does something: as the proxy says, else as the body does. */
static bool read_by(const struct dp_request *request, yyjson_val *body, char *by, size_t size)
{
    if (*request->visitor.user) {
        snprintf(by, size, "%s", request->visitor.user);
        return true;
    }
    return dp_alert_get_text(body, "by", by, size) && *by;
}

static enum MHD_Result wait_for(struct dp_request *request, bool begun)
{
    if (!begun)
        return dp_request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                                 "Redis is not there, or too much is being changed at once");
    dp_request_suspend(request);
    return MHD_YES;
}

static enum MHD_Result acknowledge(const struct dp_change_options *options,
                                   struct dp_request *request, struct dp_str id, yyjson_val *body)
{
    struct dp_ack_entry ack = {.at_ms = dp_wall_ms()};
    if (!is_listed(&options->model->alerts.active, id))
        return dp_request_refuse(request, MHD_HTTP_NOT_FOUND, "no such alert is firing");
    if (!read_by(request, body, ack.by, sizeof ack.by) ||
        !dp_alert_get_text(body, "note", ack.note, sizeof ack.note))
        return refuse_body(request);
    return wait_for(request, dp_action_acknowledge(options->actions, id, &ack, on_done, request));
}

static bool read_silence(const struct dp_request *request, yyjson_val *body,
                         struct dp_silence_entry *silence)
{
    struct dp_str scope = dp_json_text(body, "scope"), length = dp_json_text(body, "for");
    int64_t for_ms;
    silence->has_scope = yyjson_obj_get(body, "scope") != NULL;
    silence->at_ms = dp_wall_ms();
    if (!dp_alert_get_text(body, "rule", silence->rule, sizeof silence->rule) ||
        !dp_alert_get_text(body, "match", silence->match, sizeof silence->match) ||
        !dp_alert_get_text(body, "note", silence->note, sizeof silence->note) ||
        !read_by(request, body, silence->by, sizeof silence->by) ||
        (silence->has_scope && (!scope.p || !dp_alert_scope_parse(scope, &silence->scope))) ||
        (!*silence->rule && !*silence->match && !silence->has_scope) || !length.p ||
        !dp_duration_parse(length, &for_ms) || for_ms < DP_SILENCE_MIN_MS ||
        for_ms > DP_SILENCE_MAX_MS)
        return false;
    silence->until_ms = silence->at_ms + for_ms;
    return true;
}

static enum MHD_Result silence(const struct dp_change_options *options, struct dp_request *request,
                               yyjson_val *body)
{
    struct dp_silence_entry entry = {0};
    if (!read_silence(request, body, &entry))
        return refuse_body(request);
    if (options->model->alerts.silences >= DP_SILENCES_MAX)
        return dp_request_refuse(request, MHD_HTTP_CONFLICT, "there are 1000 silences already");
    return wait_for(request, dp_action_silence(options->actions, &entry,
                                               dp_text_str(&options->model->alerts.ended),
                                               request->silence, on_done, request));
}

static enum MHD_Result unsilence(const struct dp_change_options *options,
                                 struct dp_request *request)
{
    struct dp_str id = dp_str_from(request->path + strlen(SILENCES "/"));
    if (id.len >= DP_SILENCE_ID || strspn(id.p, "0123456789abcdef") != id.len)
        return dp_request_refuse(request, MHD_HTTP_NOT_FOUND, "this is no id of a silence");
    return wait_for(request, dp_action_unsilence(options->actions, id, on_done, request));
}

static enum MHD_Result answer_action(struct dp_request *request)
{
    struct dp_text json = {0};
    if (request->result == DP_ACTION_AWAY)
        return dp_request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                                 "the connection to Redis broke: look whether it was done");
    if (request->result == DP_ACTION_REFUSED)
        return dp_request_refuse(request, MHD_HTTP_BAD_GATEWAY, request->error);
    dp_text_put(&json, "{");
    if (*request->silence)
        dp_json_add_text(&json, "id", dp_str_from(request->silence));
    dp_text_put(&json, "}");
    return dp_request_answer(request, *request->silence ? MHD_HTTP_CREATED : MHD_HTTP_OK, &json);
}

/* Which one it is -------------------------------------------------------------------------------*/

/* "/api/v1/alerts/ID/ack" */
static struct dp_str acked_id(const char *path)
{
    size_t len = strlen(path), around = strlen(ALERTS) + strlen(ACK);
    if (len <= around || strncmp(path, ALERTS, strlen(ALERTS)) != 0 ||
        strcmp(path + len - strlen(ACK), ACK) != 0)
        return (struct dp_str){0};
    return (struct dp_str){path + strlen(ALERTS), len - around};
}

static enum MHD_Result handle_body(const struct dp_change_options *options,
                                   struct dp_request *request, yyjson_val *body)
{
    bool post = strcmp(request->method, MHD_HTTP_METHOD_POST) == 0;
    struct dp_str alert = acked_id(request->path);
    if (post && strcmp(request->path, "/api/v1/login") == 0)
        return sign_in(options, request, body);
    if (post && strcmp(request->path, "/api/v1/logout") == 0)
        return answer_cookie(options, request, DP_RIGHT_NONE);
    bool removal = !post && strncmp(request->path, SILENCES "/", strlen(SILENCES "/")) == 0;
    bool addition = post && strcmp(request->path, SILENCES) == 0;
    if (!removal && !addition && !(post && alert.p))
        return dp_request_refuse(request, MHD_HTTP_NOT_FOUND, "there is nothing to change here");
    if (request->visitor.right == DP_RIGHT_NONE)
        return dp_request_refuse(request, MHD_HTTP_UNAUTHORIZED, "sign in first");
    if (request->visitor.right != DP_RIGHT_ACK || !options->actions)
        return dp_request_refuse(request, MHD_HTTP_FORBIDDEN,
                                 "this wants the right to acknowledge: [board] ack_token_file");
    return removal    ? unsilence(options, request)
           : addition ? silence(options, request, body)
                      : acknowledge(options, request, alert, body);
}

enum MHD_Result dp_change_handle(const struct dp_change_options *options,
                                 struct dp_request *request)
{
    const char *type = dp_request_header(request, MHD_HTTP_HEADER_CONTENT_TYPE);
    if (request->acted)
        return answer_action(request);
    if (!dp_access_is_same_origin(request->connection))
        return dp_request_refuse(request, MHD_HTTP_FORBIDDEN, "asked for by another page");
    if (request->too_large)
        return dp_request_refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, "more than 4096 bytes");
    /* What a form of another page cannot send. */
    if (!type || strncmp(type, "application/json", strlen("application/json")) != 0)
        return dp_request_refuse(request, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                 "Content-Type: application/json is wanted");
    yyjson_doc *doc = request->body.len ? yyjson_read(request->body.p, request->body.len, 0) : NULL;
    yyjson_val *body = yyjson_doc_get_root(doc);
    enum MHD_Result result =
        doc && !yyjson_is_obj(body) ? refuse_body(request) : handle_body(options, request, body);
    yyjson_doc_free(doc);
    return result;
}
