#include "app/alert_actions.h"

#include <errno.h>
#include <stdlib.h>
#include <uv.h>

#include "app/alert_silences.h"
#include "app/command.h"
#include "common/clock.h"
#include "common/memory.h"

#define IDS_SHOWN 12

static int fail(const char *reason)
{
    fprintf(stderr, "deskpulse alert: %s\n", reason);
    return DP_EXIT_FAILED;
}

static void put(char *buf, size_t size, const char *text)
{
    snprintf(buf, size, "%s", text ? text : "");
}

static int end_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return DP_EXIT_DONE;
    fprintf(stderr, "deskpulse alert: standard output cannot be written: %s\n", strerror(errno));
    return DP_EXIT_FAILED;
}

/* Alerts ----------------------------------------------------------------------------------------*/

struct listing {
    struct dp_alert_filter filter;
    struct dp_alert_list list;
};

static void take_alert(void *ctx, struct dp_str id, struct dp_str text)
{
    struct listing *listing = ctx;
    dp_alert_list_add(&listing->list, &listing->filter, id, text);
}

static void take_ack(void *ctx, struct dp_str id, struct dp_str text)
{
    struct listing *listing = ctx;
    dp_alert_list_acknowledge(&listing->list, id, text);
}

int dp_alert_list(struct dp_alert_redis *redis, const struct dp_alert_request *request)
{
    struct listing listing = {
        .filter = {request->rule, request->severity, request->has_scope, request->scope}};
    int code;
    if (!dp_alert_redis_read(redis, DP_ALERTS_ACTIVE, take_alert, &listing) ||
        !dp_alert_redis_read(redis, DP_ALERTS_ACKS, take_ack, &listing)) {
        code = fail(redis->error);
    } else {
        dp_alert_list_sort(&listing.list);
        if (request->json)
            dp_alert_list_write_json(&listing.list, stdout);
        else
            dp_alert_list_write_table(&listing.list, dp_wall_ms(), stdout);
        code = end_output();
    }
    dp_alert_list_deinit(&listing.list);
    return code;
}

/* Ids that are named, and those that there are --------------------------------------------------*/

struct search {
    const struct dp_alert_request *request;
    struct dp_str *ids; /* the request's */
    bool *found;        /* of each of these */
    char shown[512];    /* the first ids that there are, for people */
    size_t count;
};

static void take_id(void *ctx, struct dp_str id, struct dp_str text)
{
    struct search *search = ctx;
    size_t len = strlen(search->shown);
    (void)text;
    for (size_t i = 0; i < search->request->id_count; i++)
        search->found[i] |= dp_str_equal(search->ids[i], id);
    if (search->count++ < IDS_SHOWN) {
        char *shown = dp_alert_printable(id);
        snprintf(search->shown + len, sizeof search->shown - len, "%s%s", len ? ", " : "", shown);
        free(shown);
    }
}

/* Says the first one that is not there, and what is. True: all are. */
static bool all_found(const struct search *search, const char *what, const char *them)
{
    size_t i = 0;
    while (i < search->request->id_count && search->found[i])
        i++;
    if (i == search->request->id_count)
        return true;
    char *shown = dp_alert_printable(search->ids[i]);
    fprintf(stderr, "deskpulse alert: '%s' is no %s; %s: %s", shown, what, them,
            search->count ? search->shown : "none");
    if (search->count > IDS_SHOWN)
        fprintf(stderr, " and %zu more", search->count - IDS_SHOWN);
    fputs("; nothing was changed\n", stderr);
    free(shown);
    return false;
}

static void begin_search(struct search *search, const struct dp_alert_request *request)
{
    *search = (struct search){.request = request};
    search->ids = dp_xcalloc(request->id_count, sizeof *search->ids);
    search->found = dp_xcalloc(request->id_count, sizeof *search->found);
    for (size_t i = 0; i < request->id_count; i++)
        search->ids[i] = dp_str_from(request->ids[i]);
}

static void end_search(struct search *search)
{
    free(search->ids);
    free(search->found);
}

static int change(struct dp_alert_redis *redis, const struct dp_alert_change *changes)
{
    return dp_alert_redis_change(redis, changes) ? DP_EXIT_DONE : fail(redis->error);
}

int dp_alert_acknowledge(struct dp_alert_redis *redis, const struct dp_alert_request *request)
{
    struct dp_ack_entry ack = {.at_ms = dp_wall_ms()};
    struct search search;
    int code = DP_EXIT_FAILED;
    put(ack.by, sizeof ack.by, request->by);
    put(ack.note, sizeof ack.note, request->note);
    begin_search(&search, request);
    char *text = dp_ack_entry_format(&ack);
    if (!dp_alert_redis_read(redis, DP_ALERTS_ACTIVE, take_id, &search))
        fail(redis->error);
    else if (all_found(&search, "alert that is firing", "firing"))
        code = change(redis, &(struct dp_alert_change){.hash = DP_ALERTS_ACKS,
                                                       .set = search.ids,
                                                       .set_count = request->id_count,
                                                       .text = dp_str_from(text)});
    free(text);
    end_search(&search);
    return code;
}

/* Silences --------------------------------------------------------------------------------------*/

static void take_silence(void *ctx, struct dp_str id, struct dp_str text)
{
    dp_silence_list_add(ctx, id, text);
}

/* The ids of the first `count`, to be freed with free(). */
static struct dp_str *ids_of(const struct dp_silence_list *list, size_t count)
{
    struct dp_str *ids = dp_xcalloc(count, sizeof *ids);
    for (size_t i = 0; i < count; i++)
        ids[i] = (struct dp_str){list->items[i].id, list->items[i].id_len};
    return ids;
}

static void make_silence(const struct dp_alert_request *request, int64_t at_ms,
                         struct dp_silence_entry *silence)
{
    *silence = (struct dp_silence_entry){.has_scope = request->has_scope,
                                         .scope = request->scope,
                                         .until_ms = at_ms + request->for_ms,
                                         .at_ms = at_ms};
    put(silence->rule, sizeof silence->rule, request->rule);
    put(silence->match, sizeof silence->match, request->id);
    put(silence->by, sizeof silence->by, request->by);
    put(silence->note, sizeof silence->note, request->note);
}

static int add_silence(struct dp_alert_redis *redis, const struct dp_silence_entry *silence,
                       const struct dp_silence_list *list, size_t ended)
{
    char id[DP_SILENCE_ID], error[64];
    uint32_t number;
    int result = uv_random(NULL, NULL, &number, sizeof number, 0, NULL);
    if (result < 0) {
        snprintf(error, sizeof error, "no random number: %s", uv_strerror(result));
        return fail(error);
    }
    snprintf(id, sizeof id, "%08x", (unsigned)number);
    struct dp_str name = dp_str_from(id), *gone = ids_of(list, ended);
    char *text = dp_silence_entry_format(silence);
    int code = change(redis, &(struct dp_alert_change){.hash = DP_ALERTS_SILENCES,
                                                       .removed = gone,
                                                       .removed_count = ended,
                                                       .set = &name,
                                                       .set_count = 1,
                                                       .text = dp_str_from(text)});
    free(text);
    free(gone);
    if (code != DP_EXIT_DONE)
        return code;
    puts(id);
    return end_output();
}

int dp_alert_add_silence(struct dp_alert_redis *redis, const struct dp_alert_request *request)
{
    struct dp_silence_list list = {0};
    struct dp_silence_entry silence;
    int code;
    make_silence(request, dp_wall_ms(), &silence);
    if (!dp_alert_redis_read(redis, DP_ALERTS_SILENCES, take_silence, &list)) {
        code = fail(redis->error);
    } else {
        size_t ended = dp_silence_list_sort(&list, silence.at_ms);
        char error[128];
        snprintf(error, sizeof error,
                 "there are %d silences, which is the most: `deskpulse alert unsilence` removes "
                 "them",
                 DP_SILENCES_MAX);
        code = list.count - ended < DP_SILENCES_MAX ? add_silence(redis, &silence, &list, ended)
                                                    : fail(error);
    }
    dp_silence_list_deinit(&list);
    return code;
}

int dp_alert_show_silences(struct dp_alert_redis *redis, const struct dp_alert_request *request)
{
    struct dp_silence_list list = {0};
    int64_t now = dp_wall_ms();
    int code = DP_EXIT_DONE;
    (void)request;
    if (!dp_alert_redis_read(redis, DP_ALERTS_SILENCES, take_silence, &list))
        code = fail(redis->error);
    size_t ended = dp_silence_list_sort(&list, now);
    struct dp_str *gone = ids_of(&list, ended);
    if (ended)
        code =
            change(redis, &(struct dp_alert_change){
                              .hash = DP_ALERTS_SILENCES, .removed = gone, .removed_count = ended});
    free(gone);
    if (code == DP_EXIT_DONE) {
        dp_silence_list_write_table(&list, ended, now, stdout);
        code = end_output();
    }
    dp_silence_list_deinit(&list);
    return code;
}

int dp_alert_remove_silences(struct dp_alert_redis *redis, const struct dp_alert_request *request)
{
    struct search search;
    int code = DP_EXIT_FAILED;
    begin_search(&search, request);
    if (!dp_alert_redis_read(redis, DP_ALERTS_SILENCES, take_id, &search))
        fail(redis->error);
    else if (all_found(&search, "silence", "silences"))
        code = change(redis, &(struct dp_alert_change){.hash = DP_ALERTS_SILENCES,
                                                       .removed = search.ids,
                                                       .removed_count = request->id_count});
    end_search(&search);
    return code;
}
