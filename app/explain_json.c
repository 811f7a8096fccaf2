/* An explanation as one JSON object. */
#include <math.h>
#include <stdlib.h>
#include <yyjson.h>

#include "app/explain.h"

static void add_str(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *key,
                    struct dp_str text)
{
    if (text.len)
        yyjson_mut_obj_add_strncpy(doc, object, key, text.p, text.len);
}

static void add_time(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *key, int64_t ms)
{
    char text[40];
    dp_explain_time(ms, text);
    yyjson_mut_obj_add_strcpy(doc, object, key, text);
}

static void add_text(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *key, const char *text)
{
    if (*text)
        yyjson_mut_obj_add_strcpy(doc, object, key, text);
    else
        yyjson_mut_obj_add_null(doc, object, key);
}

static void add_value(yyjson_mut_doc *doc, yyjson_mut_val *object, const struct dp_fact *fact)
{
    if (dp_ledger_is_score(fact->kind)) {
        yyjson_mut_obj_add_real(doc, object, "score", (double)fact->value / (double)DP_SCORE_UNIT);
        return;
    }
    if (fact->kind == DP_FACT_OUTCOME
            ? (fact->flags & DP_FACT_TIMED) != 0
            : fact->kind == DP_FACT_RESPONSE || fact->kind == DP_FACT_REPLY ||
                  fact->kind == DP_FACT_ABANDON || fact->kind == DP_FACT_HANDLE)
        yyjson_mut_obj_add_sint(doc, object, "value_ms", fact->value);
    if (fact->kind == DP_FACT_HANDLE) {
        yyjson_mut_obj_add_sint(doc, object, "talk_ms",
                                fact->value - fact->hold_ms - fact->wrap_ms);
        yyjson_mut_obj_add_sint(doc, object, "hold_ms", fact->hold_ms);
        yyjson_mut_obj_add_sint(doc, object, "wrap_ms", fact->wrap_ms);
    }
}

static void add_flags(yyjson_mut_doc *doc, yyjson_mut_val *object, const struct dp_fact *fact)
{
    if (fact->kind == DP_FACT_MEASURED) {
        yyjson_mut_obj_add_str(doc, object, "measure", dp_measure_names[fact->flags]);
        return;
    }
    yyjson_mut_val *flags = yyjson_mut_obj_add_arr(doc, object, "flags");
    for (unsigned i = 0; i < DP_FACT_FLAGS; i++)
        if (fact->flags >> i & 1)
            yyjson_mut_arr_add_str(doc, flags, dp_fact_flag_names[i]);
}

static void add_facts(const struct dp_explain *explain, yyjson_mut_doc *doc, yyjson_mut_val *root)
{
    const struct dp_fact_book *book = &explain->book;
    yyjson_mut_val *facts = yyjson_mut_obj_add_arr(doc, root, "facts");
    for (size_t i = 0; i < book->count; i++) {
        const struct dp_told *told = &book->entries[i].told;
        unsigned role = dp_explained_role(explain->request->which, explain->formula, &told->fact);
        yyjson_mut_val *object = yyjson_mut_arr_add_obj(doc, facts);
        add_time(doc, object, "time", told->fact.time_ms);
        yyjson_mut_obj_add_sint(doc, object, "time_ms", told->fact.time_ms);
        yyjson_mut_obj_add_str(doc, object, "kind", dp_ledger_kind_names[told->fact.kind]);
        add_value(doc, object, &told->fact);
        add_str(doc, object, "contact", told->contact);
        add_str(doc, object, "event", told->event);
        add_str(doc, object, "agent", told->agent);
        add_str(doc, object, "team", told->team);
        add_str(doc, object, "queue", told->queue);
        add_str(doc, object, "channel", dp_str_from(dp_channel_names[told->fact.channel]));
        add_flags(doc, object, &told->fact);
        yyjson_mut_obj_add_bool(doc, object, "above", role & DP_COUNTS_ABOVE);
        yyjson_mut_obj_add_bool(doc, object, "below", (role & DP_COUNTS_BELOW) != 0);
    }
}

static void add_states(const struct dp_explain *explain, yyjson_mut_doc *doc, yyjson_mut_val *root)
{
    yyjson_mut_val *states = yyjson_mut_obj_add_arr(doc, root, "states");
    for (size_t i = 0; i < explain->stay_count; i++) {
        const struct dp_stay *stay = &explain->stays[i];
        yyjson_mut_val *object = yyjson_mut_arr_add_obj(doc, states);
        yyjson_mut_obj_add_str(doc, object, "state", dp_agent_state_names[stay->state]);
        add_time(doc, object, "from", stay->from_ms);
        yyjson_mut_obj_add_sint(doc, object, "from_ms", stay->from_ms);
        yyjson_mut_obj_add_sint(doc, object, "to_ms", stay->to_ms);
    }
}

static void add_arithmetic(const struct dp_explain *explain, yyjson_mut_doc *doc,
                           yyjson_mut_val *root)
{
    static const char *const shapes[] = {"sum", "quotient", "max", "percentile", "days"};
    const struct dp_explanation *explanation = &explain->explanation;
    enum dp_shape shape = dp_explained_shape(explain->request->which);
    yyjson_mut_val *object = yyjson_mut_obj_add_obj(doc, root, "arithmetic");
    yyjson_mut_obj_add_str(doc, object, "how", shapes[shape]);
    if (shape == DP_SHAPE_QUOTIENT) {
        if (explanation->unit > 1)
            yyjson_mut_obj_add_real(doc, object, "above",
                                    (double)explanation->top / (double)DP_SCORE_UNIT);
        else
            yyjson_mut_obj_add_sint(doc, object, "above", explanation->top);
        yyjson_mut_obj_add_sint(doc, object, "below", explanation->bottom);
    } else if (shape == DP_SHAPE_MAX || shape == DP_SHAPE_PERCENTILE) {
        yyjson_mut_obj_add_uint(doc, object, "values", explanation->count);
    }
    if (shape == DP_SHAPE_PERCENTILE && explanation->present) {
        yyjson_mut_obj_add_uint(doc, object, "rank", explanation->rank);
        yyjson_mut_obj_add_sint(doc, object, "at_rank", explanation->at_rank);
        if (explanation->bucketed) {
            yyjson_mut_obj_add_sint(doc, object, "bucket_from", explanation->bucket_from);
            yyjson_mut_obj_add_sint(doc, object, "bucket_to", explanation->bucket_to);
        }
    }
}

static void add_real_or_null(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *key,
                             bool present, double value)
{
    if (present)
        yyjson_mut_obj_add_real(doc, object, key, value);
    else
        yyjson_mut_obj_add_null(doc, object, key);
}

static void add_score(const struct dp_explain *explain, yyjson_mut_doc *doc, yyjson_mut_val *root)
{
    const struct dp_scorecard *card = &explain->config->scorecard;
    const struct dp_score *score = &explain->score;
    yyjson_mut_val *dimensions = yyjson_mut_obj_add_arr(doc, root, "dimensions");
    for (size_t i = 0; i < card->dimension_count; i++) {
        const struct dp_card_dimension *dimension = &card->dimensions[i];
        yyjson_mut_val *object = yyjson_mut_arr_add_obj(doc, dimensions);
        yyjson_mut_obj_add_str(doc, object, "dimension", dimension->name);
        yyjson_mut_obj_add_real(doc, object, "weight",
                                (double)dimension->weight / (double)DP_WEIGHT_UNIT);
        add_real_or_null(doc, object, "points", score->dimensions_present >> i & 1,
                         (double)score->dimension_points[i] / 1e6);
        yyjson_mut_val *measures = yyjson_mut_obj_add_arr(doc, object, "measures");
        for (size_t n = dimension->first; n < dimension->first + dimension->count; n++) {
            const struct dp_card_measure *measure = &card->measures[n];
            yyjson_mut_val *entry = yyjson_mut_arr_add_obj(doc, measures);
            yyjson_mut_obj_add_str(doc, entry, "measure", dp_quantity_name(measure->quantity));
            add_real_or_null(doc, entry, "value", !isnan(explain->values[n]), explain->values[n]);
            yyjson_mut_obj_add_real(doc, entry, "floor", measure->floor);
            yyjson_mut_obj_add_real(doc, entry, "target", measure->target);
            yyjson_mut_obj_add_real(doc, entry, "weight",
                                    (double)measure->weight / (double)DP_WEIGHT_UNIT);
            add_real_or_null(doc, entry, "points", score->measures_present >> n & 1,
                             (double)score->measure_points[n] / 1e6);
        }
    }
}

static void add_published(const struct dp_explain *explain, yyjson_mut_doc *doc,
                          yyjson_mut_val *root)
{
    const struct dp_published *published = &explain->published;
    if (!published->reached) {
        yyjson_mut_obj_add_null(doc, root, "published");
        return;
    }
    yyjson_mut_val *object = yyjson_mut_obj_add_obj(doc, root, "published");
    add_text(doc, object, "value", published->has ? published->text : "");
    if (published->there)
        yyjson_mut_obj_add_sint(doc, object, "as_of_ms", published->as_of_ms);
    if (explain->compared)
        yyjson_mut_obj_add_bool(doc, object, "differs", explain->differs);
}

void dp_explain_write_json(const struct dp_explain *explain, FILE *out)
{
    const struct dp_explain_request *request = explain->request;
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *root = yyjson_mut_obj(doc);
    char scope[160];
    yyjson_mut_doc_set_root(doc, root);
    dp_explain_scope_text(request, scope);
    yyjson_mut_obj_add_strcpy(doc, root, "scope", scope);
    yyjson_mut_obj_add_str(doc, root, "figure", dp_explained_name(request->which));
    yyjson_mut_obj_add_str(doc, root, request->window_ms ? "window" : "period", request->label);
    yyjson_mut_obj_add_sint(doc, root, "from_ms", explain->from_ms);
    yyjson_mut_obj_add_sint(doc, root, "to_ms", explain->to_ms);
    yyjson_mut_obj_add_sint(doc, root, "as_of_ms", explain->as_of_ms);
    yyjson_mut_obj_add_str(doc, root, "timezone", explain->config->timezone);
    if (dp_explain_is_score(explain)) {
        add_score(explain, doc, root);
    } else {
        add_facts(explain, doc, root);
        if (dp_explained_by_states(request->which))
            add_states(explain, doc, root);
        add_arithmetic(explain, doc, root);
    }
    add_text(doc, root, "value", explain->text);
    add_published(explain, doc, root);
    yyjson_mut_val *notes = yyjson_mut_obj_add_arr(doc, root, "notes");
    for (size_t i = 0; i < explain->note_count; i++)
        yyjson_mut_arr_add_str(doc, notes, explain->notes[i]);
    char *text = yyjson_mut_write(doc, YYJSON_WRITE_PRETTY, NULL);
    fprintf(out, "%s\n", text ? text : "{}");
    free(text);
    yyjson_mut_doc_free(doc);
}
