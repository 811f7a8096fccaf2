/* What answers mean. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <yyjson.h>

#include "sink/hook_form.h"

#define SAID 100 /* bytes of what a robot says is wrong */

static enum dp_hook_verdict judge_status(long status)
{
    if (status >= 200 && status < 300)
        return DP_HOOK_DONE;
    return status == 408 || status == 425 || status == 429 || status >= 500 ? DP_HOOK_RETRY
                                                                            : DP_HOOK_REFUSED;
}

/* Robots answer 200 whatever happens; how it went is a number in the body, 0 for well. These pass:
 * busy (-1), and too much at a time. */
static const struct {
    enum dp_hook_type type;
    const char *code, *text;
    int64_t passing[5];
} robots[] = {
    {DP_HOOK_DINGTALK, "errcode", "errmsg", {-1, 90018, 90030, 130101, 410100}},
    {DP_HOOK_WECOM, "errcode", "errmsg", {-1, 45009, 45033}},
    {DP_HOOK_FEISHU, "code", "msg", {11232, 11247, 99991400}},
};

static enum dp_hook_verdict judge_robot(size_t which, struct dp_str body,
                                        char reason[DP_HOOK_REASON])
{
    yyjson_doc *doc = yyjson_read(body.p, body.len, YYJSON_READ_NOFLAG);
    yyjson_val *object = yyjson_doc_get_root(doc);
    yyjson_val *text = yyjson_obj_get(object, robots[which].text);
    int64_t code = yyjson_get_sint(yyjson_obj_get(object, robots[which].code));
    enum dp_hook_verdict verdict = DP_HOOK_REFUSED;
    for (size_t i = 0; i < sizeof robots[which].passing / sizeof *robots[which].passing; i++)
        if (code == robots[which].passing[i])
            verdict = DP_HOOK_RETRY;
    if (!yyjson_is_obj(object)) { /* something before the robot has answered */
        snprintf(reason, DP_HOOK_REASON, "the answer is no JSON object");
        verdict = DP_HOOK_RETRY;
    } else if (code == 0) {
        verdict = DP_HOOK_DONE;
    } else {
        struct dp_str said =
            dp_hook_fit((struct dp_str){yyjson_get_str(text), yyjson_get_len(text)}, SAID);
        snprintf(reason, DP_HOOK_REASON, "%s %" PRId64 ": %.*s", robots[which].code, code,
                 (int)said.len, said.len ? said.p : "");
    }
    yyjson_doc_free(doc);
    return verdict;
}

static enum dp_hook_verdict judge_email(const char *error, long status, char reason[DP_HOOK_REASON])
{
    if (!error)
        return DP_HOOK_DONE;
    if (status < 500 || status > 599) {
        snprintf(reason, DP_HOOK_REASON, "%s", error);
        return DP_HOOK_RETRY;
    }
    snprintf(reason, DP_HOOK_REASON, "SMTP %ld: %s", status, error);
    return DP_HOOK_REFUSED;
}

enum dp_hook_verdict dp_hook_judge(const struct dp_hook *hook, const char *error, long status,
                                   struct dp_str body, char reason[DP_HOOK_REASON])
{
    *reason = '\0';
    if (hook->type == DP_HOOK_EMAIL)
        return judge_email(error, status, reason);
    if (error) {
        snprintf(reason, DP_HOOK_REASON, "%s", error);
        return DP_HOOK_RETRY;
    }
    enum dp_hook_verdict verdict = judge_status(status);
    for (size_t i = 0; verdict == DP_HOOK_DONE && i < sizeof robots / sizeof *robots; i++)
        if (robots[i].type == hook->type)
            return judge_robot(i, body, reason);
    if (verdict != DP_HOOK_DONE)
        snprintf(reason, DP_HOOK_REASON, "HTTP %ld%s", status,
                 status / 100 == 3 ? ", and redirects are not followed" : "");
    return verdict;
}
