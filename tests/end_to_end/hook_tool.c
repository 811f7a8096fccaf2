/* Usage: dp-hooks. A deliverer for tests in Python, told by lines of JSON on standard input:
 *
 *   {"hooks":[{"name":"leads","type":"webhook","url":"http://127.0.0.1:1234/", ...}],"board":"..."}
 *   {"put":{...}}        a notification (sink/notification.h)
 *   {"stats":true}
 *
 * It says on standard output {"delivered":KEY}, {"failed":KEY,"reason":...}, {"full":KEY} and the
 * statistics. When the input ends it closes the deliverer, and ends. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <yyjson.h>

#include "common/text.h"
#include "sink/deliverer.h"

#define HOOKS_MAX 80

struct tool {
    uv_loop_t loop;
    uv_pipe_t input;
    struct dp_text pending; /* input without the end of its line */
    struct dp_deliverer *deliverer;
    yyjson_doc *settings; /* what the hooks' texts point into */
    struct dp_hook hooks[HOOKS_MAX];
    struct dp_links links;
    char chunk[65536];
};

static void say(const char *name, const char *key, const char *reason)
{
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *object = yyjson_mut_obj(doc);
    yyjson_mut_doc_set_root(doc, object);
    yyjson_mut_obj_add_str(doc, object, name, key);
    if (reason)
        yyjson_mut_obj_add_str(doc, object, "reason", reason);
    char *line = yyjson_mut_write(doc, YYJSON_WRITE_NOFLAG, NULL);
    puts(line);
    fflush(stdout);
    free(line);
    yyjson_mut_doc_free(doc);
}

static void on_delivered(void *ctx, const char *key)
{
    (void)ctx;
    say("delivered", key, NULL);
}

static void on_failed(void *ctx, const char *key, const char *reason)
{
    (void)ctx;
    say("failed", key, reason);
}

static const char *text_of(yyjson_val *object, const char *name)
{
    return yyjson_get_str(yyjson_obj_get(object, name));
}

static int64_t number_of(yyjson_val *object, const char *name, int64_t otherwise)
{
    yyjson_val *value = yyjson_obj_get(object, name);
    return value ? yyjson_get_sint(value) : otherwise;
}

static struct dp_hook read_hook(yyjson_val *object)
{
    const char *type = text_of(object, "type");
    struct dp_hook hook = {
        .name = text_of(object, "name"),
        .url = text_of(object, "url"),
        .secret = text_of(object, "secret"),
        .from = text_of(object, "from"),
        .to = text_of(object, "to"),
        .user = text_of(object, "user"),
        .ca_file = text_of(object, "ca_file"),
        .allow_private = yyjson_get_bool(yyjson_obj_get(object, "allow_private")),
        .timeout_ms = number_of(object, "timeout_ms", 10000),
        .per_minute = (uint32_t)number_of(object, "per_minute", 0),
        .group = (uint32_t)number_of(object, "group", 20),
        .fallback = text_of(object, "fallback"),
    };
    while (hook.type < DP_HOOK_TYPES - 1 && type && strcmp(type, dp_hook_type_names[hook.type]))
        hook.type++;
    return hook;
}

static void set_hooks(struct tool *tool, yyjson_doc *settings)
{
    yyjson_val *object = yyjson_doc_get_root(settings), *hook;
    size_t i, count;
    yyjson_arr_foreach(yyjson_obj_get(object, "hooks"), i, count, hook)
    {
        if (i < HOOKS_MAX)
            tool->hooks[i] = read_hook(hook);
    }
    count = count < HOOKS_MAX ? count : HOOKS_MAX;
    tool->links.board = text_of(object, "board");
    dp_deliverer_set_hooks(tool->deliverer, tool->hooks, count, &tool->links);
    yyjson_doc_free(tool->settings);
    tool->settings = settings;
}

static void put(struct tool *tool, yyjson_val *value)
{
    size_t len;
    char *line = yyjson_val_write(value, YYJSON_WRITE_NOFLAG, &len);
    struct dp_notification *notification = dp_notification_parse((struct dp_str){line, len});
    free(line);
    if (!notification)
        say("bad", "", NULL);
    else if (!dp_deliverer_put(tool->deliverer, notification)) {
        say("full", notification->key, NULL);
        dp_notification_destroy(notification);
    }
}

static void say_stats(struct tool *tool)
{
    struct dp_deliverer_stats stats;
    dp_deliverer_get_stats(tool->deliverer, &stats);
    printf("{\"stats\":true,\"delivered\":%" PRIu64 ",\"retried\":%" PRIu64 ",\"refused\":%" PRIu64
           ",\"expired\":%" PRIu64 ",\"redirected\":%" PRIu64 ",\"waiting\":%zu,\"dead\":%zu}\n",
           stats.delivered, stats.retried, stats.refused, stats.expired, stats.redirected,
           stats.waiting, stats.dead);
    fflush(stdout);
}

static void take_line(struct tool *tool, struct dp_str line)
{
    yyjson_doc *doc = yyjson_read(line.p, line.len, YYJSON_READ_NOFLAG);
    yyjson_val *object = yyjson_doc_get_root(doc);
    if (yyjson_obj_get(object, "hooks")) {
        set_hooks(tool, doc);
        return;
    }
    if (yyjson_obj_get(object, "put"))
        put(tool, yyjson_obj_get(object, "put"));
    else if (yyjson_obj_get(object, "stats"))
        say_stats(tool);
    yyjson_doc_free(doc);
}

static void take_lines(struct tool *tool)
{
    size_t begin = 0;
    const char *end;
    while ((end = memchr(tool->pending.p + begin, '\n', tool->pending.len - begin))) {
        size_t len = (size_t)(end - tool->pending.p) - begin;
        take_line(tool, (struct dp_str){tool->pending.p + begin, len});
        begin += len + 1;
    }
    memmove(tool->pending.p, tool->pending.p + begin, tool->pending.len - begin);
    tool->pending.len -= begin;
}

static void give_chunk(uv_handle_t *input, size_t size, uv_buf_t *buf)
{
    struct tool *tool = input->data;
    (void)size;
    *buf = uv_buf_init(tool->chunk, sizeof tool->chunk);
}

static void on_input(uv_stream_t *input, ssize_t len, const uv_buf_t *buf)
{
    struct tool *tool = input->data;
    if (len < 0) {
        uv_close((uv_handle_t *)input, NULL);
        dp_deliverer_close(tool->deliverer, NULL);
        return;
    }
    dp_text_add(&tool->pending, (struct dp_str){buf->base, (size_t)len});
    take_lines(tool);
}

int main(void)
{
    static struct tool tool;
    const struct dp_deliverer_events events = {.delivered = on_delivered, .failed = on_failed};
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&tool.loop);
    tool.deliverer = dp_deliverer_create(&tool.loop, NULL, 0, NULL, &events, &tool);
    uv_pipe_init(&tool.loop, &tool.input, 0);
    tool.input.data = &tool;
    uv_pipe_open(&tool.input, 0);
    uv_read_start((uv_stream_t *)&tool.input, give_chunk, on_input);
    uv_run(&tool.loop, UV_RUN_DEFAULT);
    yyjson_doc_free(tool.settings);
    dp_text_deinit(&tool.pending);
    return uv_loop_close(&tool.loop) ? 1 : 0;
}
