#include "sink/courier_easy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/memory.h"
#include "common/text.h"
#include "sink/hook_address.h"

#define CONNECT_TIMEOUT_MS 5000

/* Callbacks --------------------------------------------------------------------------------------
 */

static void note_forbidden(struct dp_easy *easy, const struct sockaddr *address)
{
    const void *bytes = address->sa_family == AF_INET6
                            ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
                            : (const void *)&((const struct sockaddr_in *)address)->sin_addr;
    if (!inet_ntop(address->sa_family, bytes, easy->forbidden, sizeof easy->forbidden))
        snprintf(easy->forbidden, sizeof easy->forbidden, "an address of another kind");
}

/* Here curl has the very address that it is about to connect to. */
static curl_socket_t on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct dp_easy *easy = ctx;
    (void)purpose;
    enum dp_address_class class = dp_hook_address_class(&address->addr);
    if (class == DP_ADDRESS_NEVER || (class == DP_ADDRESS_PRIVATE && !easy->allow_private)) {
        note_forbidden(easy, &address->addr);
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_answer(char *bytes, size_t size, size_t count, void *ctx)
{
    struct dp_easy *easy = ctx;
    size_t room = sizeof easy->answer - easy->answer_len, len = size * count;
    size_t kept = len < room ? len : room;
    memcpy(easy->answer + easy->answer_len, bytes, kept);
    easy->answer_len += kept;
    easy->enough = kept < len;
    return kept; /* fewer than there are: curl ends the transfer */
}

static size_t on_body(char *to, size_t size, size_t count, void *ctx)
{
    struct dp_easy *easy = ctx;
    size_t rest = easy->body_len - easy->sent, room = size * count;
    size_t len = rest < room ? rest : room;
    memcpy(to, easy->body + easy->sent, len);
    easy->sent += len;
    return len;
}

/* Setting up -------------------------------------------------------------------------------------
 */

static void append(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);
    if (longer)
        *list = longer;
}

static void set_common(struct dp_easy *easy, const struct dp_courier_request *request)
{
    CURL *curl = easy->curl;
    uint64_t connect_ms =
        request->timeout_ms < CONNECT_TIMEOUT_MS ? request->timeout_ms : CONNECT_TIMEOUT_MS;
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    /* A connection that another hook has made may lead where this one must not go. */
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, easy);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, easy);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, easy->error);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (request->ca_file) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
}

static void set_http(struct dp_easy *easy, const struct dp_courier_request *request)
{
    CURL *curl = easy->curl;
    for (size_t i = 0; i < request->header_count; i++)
        append(&easy->headers, request->headers[i]);
    append(&easy->headers, "Expect:"); /* the body goes at once */
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "deskpulse");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, easy->headers);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)easy->body_len);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, easy->body);
}

/* "Deskpulse <desk@example.com>" is desk@example.com to the server. */
static char *address_of(struct dp_str text)
{
    struct dp_text address = {0};
    const char *open = memchr(text.p, '<', text.len);
    const char *end = text.p + text.len;
    const char *close = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
    if (close)
        text = (struct dp_str){open + 1, (size_t)(close - open) - 1};
    while (text.len && *text.p == ' ')
        text.p++, text.len--;
    while (text.len && text.p[text.len - 1] == ' ')
        text.len--;
    dp_text_put(&address, "<");
    dp_text_add(&address, text);
    dp_text_put(&address, ">");
    return address.p;
}

static void set_smtp(struct dp_easy *easy, const struct dp_courier_request *request)
{
    CURL *curl = easy->curl;
    char *from = address_of(dp_str_from(request->from));
    for (const char *at = request->to; *at;) {
        size_t len = strcspn(at, ",");
        char *address = address_of((struct dp_str){at, len});
        append(&easy->recipients, address);
        free(address);
        at += len + (at[len] == ',');
    }
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     (long)(request->user ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, easy->recipients);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L); /* one is enough */
    if (request->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, request->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, request->password ? request->password : "");
    }
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_READDATA, easy);
    free(from);
}

void dp_easy_init(struct dp_easy *easy, const struct dp_courier_request *request)
{
    *easy = (struct dp_easy){.curl = curl_easy_init(), .allow_private = request->allow_private};
    easy->body_len = request->body.len;
    easy->body = dp_xmalloc(request->body.len);
    if (request->body.len)
        memcpy(easy->body, request->body.p, request->body.len);
    set_common(easy, request);
    if (request->from)
        set_smtp(easy, request);
    else
        set_http(easy, request);
}

void dp_easy_deinit(struct dp_easy *easy)
{
    curl_easy_cleanup(easy->curl);
    curl_slist_free_all(easy->headers);
    curl_slist_free_all(easy->recipients);
    curl_slist_free_all(easy->resolved);
    free(easy->body);
}

void dp_easy_set_addresses(struct dp_easy *easy, const char *entry)
{
    append(&easy->resolved, entry);
    curl_easy_setopt(easy->curl, CURLOPT_RESOLVE, easy->resolved);
}

/* What has come ------------------------------------------------------------------------------- */

void dp_easy_answer(struct dp_easy *easy, CURLcode code, struct dp_courier_answer *answer)
{
    curl_off_t retry_after_s = 0;
    *answer = (struct dp_courier_answer){.body = {easy->answer, easy->answer_len}};
    curl_easy_getinfo(easy->curl, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_easy_getinfo(easy->curl, CURLINFO_RETRY_AFTER, &retry_after_s);
    if (retry_after_s > 0)
        answer->retry_after_ms = retry_after_s < INT32_MAX ? retry_after_s * 1000 : INT64_MAX;
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && easy->enough))
        return;
    if (*easy->forbidden) {
        snprintf(easy->error, sizeof easy->error,
                 "the address %s is not of the internet (allow_private)", easy->forbidden);
        answer->error = easy->error;
        return;
    }
    answer->error = *easy->error ? easy->error : curl_easy_strerror(code);
}
