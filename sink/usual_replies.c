#include "sink/usual_replies.h"

#include <pthread.h>
#include <string.h>

static redisReply usual[] = {
    {.type = REDIS_REPLY_STATUS, .str = "OK", .len = 2},
    {.type = REDIS_REPLY_STATUS, .str = "QUEUED", .len = 6},
};
#define USUAL (sizeof usual / sizeof *usual)

static redisReplyObjectFunctions functions;
static void *(*create_any)(const redisReadTask *task, char *text, size_t len);

static void *create_string(const redisReadTask *task, char *text, size_t len)
{
    for (size_t i = 0; i < USUAL && task->type == REDIS_REPLY_STATUS; i++)
        if ((size_t)usual[i].len == len && memcmp(usual[i].str, text, len) == 0) {
            if (task->parent)
                ((redisReply *)task->parent->obj)->element[task->idx] = &usual[i];
            return &usual[i];
        }
    return create_any(task, text, len);
}

static void free_reply(void *object)
{
    redisReply *reply = object;
    if (!reply || (reply >= usual && reply < usual + USUAL))
        return;
    for (size_t i = 0; reply->element && i < reply->elements; i++) {
        free_reply(reply->element[i]);
        reply->element[i] = NULL;
    }
    freeReplyObject(reply);
}

static void prepare(void)
{
    redisReader *reader = redisReaderCreate();
    functions = *reader->fn;
    redisReaderFree(reader);
    create_any = functions.createString;
    functions.createString = create_string;
    functions.freeObject = free_reply;
}

redisReplyObjectFunctions *dp_usual_replies(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    return &functions;
}
