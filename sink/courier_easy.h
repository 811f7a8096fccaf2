/* One transfer as libcurl has it, and the options of every one; for courier.c alone. Thread: the
 * loop's. */
#ifndef DP_COURIER_EASY_H
#define DP_COURIER_EASY_H

#include <curl/curl.h>

#include "sink/courier.h"

struct dp_easy {
    CURL *curl;
    struct curl_slist *headers, *recipients, *resolved;
    char *body;
    size_t body_len, sent;
    bool allow_private;

    char answer[DP_COURIER_ANSWER];
    size_t answer_len;
    bool enough; /* of the answer: the rest was not waited for */
    char error[CURL_ERROR_SIZE];
    char forbidden[48]; /* the address that it must not go to; "": none */
};

/* Not to be moved until dp_easy_deinit. */
void dp_easy_init(struct dp_easy *easy, const struct dp_courier_request *request);
void dp_easy_deinit(struct dp_easy *easy);

/* The addresses of the URL's host: "+host:port:address,address". */
void dp_easy_set_addresses(struct dp_easy *easy, const char *entry);

/* What has come of it, valid as long as `easy` is as it is. */
void dp_easy_answer(struct dp_easy *easy, CURLcode code, struct dp_courier_answer *answer);

#endif
