#include "app/http_server.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

/* A server on the loop, and one client that is a handle of the loop too. */
struct fixture {
    uv_loop_t loop;
    struct dp_http_server *server;
    uv_tcp_t client;
    uv_connect_t connect;
    uv_write_t write;
    uv_timer_t limit;
    const char *request;
    char answer[4096], room[4096];
    size_t len;
};

static void on_echo(void *ctx, const struct dp_http_request *request,
                    struct dp_http_response *response)
{
    const char *word = dp_http_query(request, "word"), *header = dp_http_header(request, "X-Word");
    assert_ptr_equal(ctx, &on_echo);
    response->status = 203;
    response->content_type = "text/x-echo";
    dp_text_printf(&response->body, "%s %s %s %s", request->method, request->path,
                   word ? word : "none", header ? header : "none");
}

static void on_empty(void *ctx, const struct dp_http_request *request,
                     struct dp_http_response *response)
{
    (void)ctx;
    (void)request;
    (void)response;
}

static const struct dp_http_route routes[] = {{"/echo", on_echo}, {"/empty", on_empty}};

static void end(struct fixture *fixture)
{
    dp_http_server_close(fixture->server);
    uv_close((uv_handle_t *)&fixture->client, NULL);
    uv_close((uv_handle_t *)&fixture->limit, NULL);
}

static void on_late(uv_timer_t *timer)
{
    end(timer->data);
}

static void give_room(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct fixture *fixture = handle->data;
    (void)size;
    *buf = uv_buf_init(fixture->room, sizeof fixture->room);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct fixture *fixture = stream->data;
    if (count < 0) {
        end(fixture);
        return;
    }
    assert_true(fixture->len + (size_t)count < sizeof fixture->answer);
    memcpy(fixture->answer + fixture->len, buf->base, (size_t)count);
    fixture->len += (size_t)count;
}

static void on_connected(uv_connect_t *connect, int status)
{
    struct fixture *fixture = connect->data;
    uv_buf_t buf = uv_buf_init((char *)fixture->request, (unsigned)strlen(fixture->request));
    assert_int_equal(status, 0);
    uv_write(&fixture->write, (uv_stream_t *)&fixture->client, &buf, 1, NULL);
    uv_read_start((uv_stream_t *)&fixture->client, give_room, on_read);
}

/* What the server answers until it closes the connection, in 5 s at most. */
static void ask(struct fixture *fixture, const char *request)
{
    static const struct dp_http_options options = {.listen = "127.0.0.1:0",
                                                   .routes = routes,
                                                   .route_count = 2,
                                                   .connections = 4,
                                                   .timeout_s = 1};
    char error[200];
    memset(fixture, 0, sizeof *fixture);
    fixture->request = request;
    uv_loop_init(&fixture->loop);
    fixture->server =
        dp_http_server_create(&fixture->loop, &options, (void *)&on_echo, error, sizeof error);
    assert_non_null(fixture->server);
    uv_tcp_init(&fixture->loop, &fixture->client);
    uv_timer_init(&fixture->loop, &fixture->limit);
    fixture->client.data = fixture->connect.data = fixture->limit.data = fixture;
    uv_timer_start(&fixture->limit, on_late, 5000, 0);
    uv_tcp_connect(&fixture->connect, &fixture->client,
                   (const struct sockaddr *)&dp_http_server_address(fixture->server)->socket,
                   on_connected);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
}

#define HEAD(method, path) method " " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"

static void assert_answer(const struct fixture *fixture, const char *begin, const char *end_text)
{
    size_t len = strlen(end_text);
    assert_memory_equal(fixture->answer, begin, strlen(begin));
    assert_true(fixture->len >= len);
    assert_string_equal(fixture->answer + fixture->len - len, end_text);
}

static void test_get(void **state)
{
    struct fixture fixture;
    (void)state;
    ask(&fixture, HEAD("GET", "/echo?word=a%20b") "x-word: c\r\n\r\n");
    assert_answer(&fixture, "HTTP/1.1 203 ", "\r\n\r\nGET /echo a b c");
    assert_non_null(strstr(fixture.answer, "\r\nContent-Type: text/x-echo\r\n"));
    assert_non_null(strstr(fixture.answer, "\r\nCache-Control: no-store\r\n"));
    assert_non_null(strstr(fixture.answer, "\r\nX-Content-Type-Options: nosniff\r\n"));
    ask(&fixture, HEAD("GET", "/echo") "\r\n");
    assert_answer(&fixture, "HTTP/1.1 203 ", "\r\n\r\nGET /echo none none");
}

static void test_head_has_no_body(void **state)
{
    struct fixture fixture;
    (void)state;
    ask(&fixture, HEAD("HEAD", "/echo") "\r\n");
    assert_answer(&fixture, "HTTP/1.1 203 ", "\r\n\r\n");
    assert_non_null(strstr(fixture.answer, "\r\nContent-Length: 20\r\n"));
}

static void test_an_empty_answer(void **state)
{
    struct fixture fixture;
    (void)state;
    ask(&fixture, HEAD("GET", "/empty") "\r\n");
    assert_answer(&fixture, "HTTP/1.1 200 ", "\r\n\r\n");
    assert_non_null(strstr(fixture.answer, "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
}

static void test_a_body_is_not_wanted(void **state)
{
    struct fixture fixture;
    (void)state;
    ask(&fixture, HEAD("GET", "/echo") "Content-Length: 3\r\n\r\nabc");
    assert_answer(&fixture, "HTTP/1.1 203 ", "\r\n\r\nGET /echo none none");
    ask(&fixture, HEAD("POST", "/echo") "Content-Length: 3\r\n\r\nabc");
    assert_answer(&fixture, "HTTP/1.1 405 ", "only GET and HEAD\n");
    assert_non_null(strstr(fixture.answer, "\r\nAllow: GET, HEAD\r\n"));
}

static void test_what_is_not_there(void **state)
{
    struct fixture fixture;
    (void)state;
    ask(&fixture, HEAD("GET", "/echo/") "\r\n");
    assert_answer(&fixture, "HTTP/1.1 404 ", "there is nothing here\n");
    ask(&fixture, "nonsense\r\n\r\n");
    assert_null(strstr(fixture.answer, " 200 "));
}

static void test_whoever_says_nothing_is_cut_off(void **state)
{
    struct fixture fixture;
    (void)state;
    ask(&fixture, "GET /echo HTTP/1.1\r\n");
    assert_null(strstr(fixture.answer, " 203 "));
}

static void count_turns(uv_timer_t *timer)
{
    ++*(int *)timer->data;
}

/* As many connections that say nothing as there may be: the next one waits until they have ended.
 */
static void test_whoever_comes_late_is_served_later(void **state)
{
    static const struct dp_http_options options = {.listen = "127.0.0.1:0",
                                                   .routes = routes,
                                                   .route_count = 2,
                                                   .connections = 2,
                                                   .timeout_s = 1};
    static const char request[] = HEAD("GET", "/empty") "\r\n";
    const int count = 4;
    char error[200], answer[400] = "";
    uv_loop_t loop;
    uv_timer_t timer;
    int turns = 0, fds[4];
    (void)state;
    uv_loop_init(&loop);
    struct dp_http_server *server =
        dp_http_server_create(&loop, &options, NULL, error, sizeof error);
    const struct dp_listen_address *address = dp_http_server_address(server);
    for (int i = 0; i < count; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(fds[i], (const struct sockaddr *)&address->socket, address->len);
    }
    uv_timer_init(&loop, &timer);
    timer.data = &turns;
    uv_timer_start(&timer, count_turns, 20, 20);
    for (bool sent = false; turns < 400 && !strstr(answer, " 200 ");) {
        uv_run(&loop, UV_RUN_ONCE);
        if (!sent)
            sent = send(fds[count - 1], request, strlen(request), MSG_NOSIGNAL) > 0;
        if (recv(fds[count - 1], answer, sizeof answer - 1, 0) == 0)
            break;
    }
    assert_non_null(strstr(answer, " 200 "));
    for (int i = 0; i < count; i++)
        close(fds[i]);
    dp_http_server_close(server);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void test_an_address_that_is_taken(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    char text[64], error[200];
    uv_loop_t loop;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    snprintf(text, sizeof text, "127.0.0.1:%u", ntohs(address.sin_port));
    struct dp_http_options options = {
        .listen = text, .routes = routes, .route_count = 2, .connections = 4, .timeout_s = 1};
    uv_loop_init(&loop);
    assert_null(dp_http_server_create(&loop, &options, NULL, error, sizeof error));
    assert_non_null(strstr(error, text));
    assert_non_null(strstr(error, "Address already in use"));
    assert_int_equal(uv_loop_close(&loop), 0);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_head_has_no_body),
        cmocka_unit_test(test_an_empty_answer),
        cmocka_unit_test(test_a_body_is_not_wanted),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_whoever_says_nothing_is_cut_off),
        cmocka_unit_test(test_whoever_comes_late_is_served_later),
        cmocka_unit_test(test_an_address_that_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
