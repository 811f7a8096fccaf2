#include "board/request.h"

#include "board/api.h"

static const char *const headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
     "object-src 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};

enum MHD_Result dp_request_respond(struct dp_request *request, unsigned status,
                                   struct MHD_Response *response)
{
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
    if (!MHD_get_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (status == MHD_HTTP_TOO_MANY_REQUESTS || status == MHD_HTTP_SERVICE_UNAVAILABLE)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "2");
    if (status == MHD_HTTP_UNAUTHORIZED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
    enum MHD_Result result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result dp_request_answer(struct dp_request *request, unsigned status, struct dp_text *json)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(json->len, json->p, MHD_RESPMEM_MUST_FREE);
    *json = (struct dp_text){0};
    if (response)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    return dp_request_respond(request, status, response);
}

enum MHD_Result dp_request_refuse(struct dp_request *request, unsigned status, const char *error)
{
    struct dp_text json = {0};
    dp_api_write_error(error, &json);
    return dp_request_answer(request, status, &json);
}

void dp_request_suspend(struct dp_request *request)
{
    request->suspended = true;
    MHD_suspend_connection(request->connection);
}

void dp_request_resume(struct dp_request *request)
{
    if (!request->suspended)
        return;
    request->suspended = false;
    MHD_resume_connection(request->connection);
}

const char *dp_request_header(const struct dp_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}
