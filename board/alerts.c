#include "board/alerts.h"

#include <stdlib.h>
#include <yyjson.h>

#include "app/alert_silence.h"
#include "board/json.h"

void dp_alerts_draft_deinit(struct dp_alerts_draft *draft)
{
    dp_text_deinit(&draft->alerts);
    dp_text_deinit(&draft->silences);
    dp_text_deinit(&draft->active);
    dp_text_deinit(&draft->ended);
    dp_text_deinit(&draft->acks);
}

void dp_alerts_draft_begin(struct dp_alerts_draft *draft)
{
    draft->open = true;
    draft->silence_count = 0;
    draft->alerts.len = draft->silences.len = draft->active.len = draft->ended.len =
        draft->acks.len = 0;
}

/* Adds the object that `text` is, in one line, or null: what is no object is told too, for it is
 * there. */
static void add_object(struct dp_text *json, struct dp_str text)
{
    size_t len;
    yyjson_doc *doc = yyjson_read(text.p, text.len, YYJSON_READ_NOFLAG);
    char *line = yyjson_is_obj(yyjson_doc_get_root(doc)) ? yyjson_write(doc, 0, &len) : NULL;
    dp_text_add(json, line ? (struct dp_str){line, len} : DP_STR("null"));
    free(line);
    yyjson_doc_free(doc);
}

static void add_line(struct dp_text *lines, struct dp_str id)
{
    dp_text_add(lines, id);
    dp_text_put(lines, "\n");
}

/* {"id":ID,"NAME":OBJECT} */
static void add_item(struct dp_text *items, struct dp_str id, const char *name, struct dp_str text)
{
    if (items->len)
        dp_text_put(items, ",");
    dp_text_put(items, "{");
    dp_json_add_text(items, "id", id);
    dp_json_add_name(items, dp_str_from(name));
    add_object(items, text);
    dp_text_put(items, "}");
}

void dp_alerts_draft_add(struct dp_alerts_draft *draft, struct dp_str id, struct dp_str text)
{
    add_line(&draft->active, id);
    add_item(&draft->alerts, id, "alert", text);
}

void dp_alerts_draft_acknowledge(struct dp_alerts_draft *draft, struct dp_str id,
                                 struct dp_str text)
{
    if (draft->acks.len)
        dp_text_put(&draft->acks, ",");
    dp_json_add_string(&draft->acks, id);
    dp_text_put(&draft->acks, ":");
    add_object(&draft->acks, text);
}

void dp_alerts_draft_silence(struct dp_alerts_draft *draft, struct dp_str id, struct dp_str text,
                             int64_t now_ms)
{
    struct dp_silence_entry silence;
    if (dp_silence_entry_parse(&silence, text) && silence.until_ms <= now_ms) {
        add_line(&draft->ended, id);
        return;
    }
    draft->silence_count++;
    add_item(&draft->silences, id, "silence", text);
}

void dp_alerts_draft_end(struct dp_alerts_draft *draft, struct dp_model *model)
{
    struct dp_board_alerts *alerts = &model->alerts;
    struct dp_text json = {0}, swap;
    dp_text_put(&json, "{\"alerts\":[");
    dp_text_add(&json, dp_text_str(&draft->alerts));
    dp_text_put(&json, "],\"acks\":{");
    dp_text_add(&json, dp_text_str(&draft->acks));
    dp_text_put(&json, "},\"silences\":[");
    dp_text_add(&json, dp_text_str(&draft->silences));
    dp_text_put(&json, "]}");
    draft->open = false;
    model->alerts_changed |= !dp_str_equal(dp_text_str(&json), dp_text_str(&alerts->json));
    dp_text_deinit(&alerts->json);
    alerts->json = json;
    swap = alerts->active, alerts->active = draft->active, draft->active = swap;
    swap = alerts->ended, alerts->ended = draft->ended, draft->ended = swap;
    alerts->silences = draft->silence_count;
}
