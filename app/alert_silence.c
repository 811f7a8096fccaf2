#include "app/alert_silence.h"

#include <yyjson.h>

bool dp_alert_scope_parse(struct dp_str name, enum dp_rule_scope *scope)
{
    for (size_t i = 0; i < DP_RULE_SCOPES; i++)
        if (dp_str_equal(name, dp_str_from(dp_rule_scope_names[i]))) {
            *scope = (enum dp_rule_scope)i;
            return true;
        }
    return false;
}

static bool read_scope(yyjson_val *object, struct dp_silence_entry *silence)
{
    char name[16];
    silence->has_scope = yyjson_obj_get(object, "scope") != NULL;
    return !silence->has_scope || (dp_alert_get_text(object, "scope", name, sizeof name) &&
                                   dp_alert_scope_parse(dp_str_from(name), &silence->scope));
}

static bool read_silence(yyjson_val *object, struct dp_silence_entry *silence)
{
    return dp_alert_get_text(object, "rule", silence->rule, sizeof silence->rule) &&
           read_scope(object, silence) &&
           dp_alert_get_text(object, "match", silence->match, sizeof silence->match) &&
           (*silence->rule || silence->has_scope || *silence->match) &&
           dp_alert_get_integer(object, "until_ms", &silence->until_ms) &&
           dp_alert_get_text(object, "by", silence->by, sizeof silence->by) && *silence->by &&
           dp_alert_get_integer(object, "at_ms", &silence->at_ms) &&
           dp_alert_get_text(object, "note", silence->note, sizeof silence->note);
}

bool dp_silence_entry_parse(struct dp_silence_entry *silence, struct dp_str text)
{
    yyjson_doc *doc = yyjson_read(text.p, text.len, YYJSON_READ_NOFLAG);
    yyjson_val *root = yyjson_doc_get_root(doc);
    bool ok = yyjson_is_obj(root) && read_silence(root, silence);
    yyjson_doc_free(doc);
    return ok;
}

char *dp_silence_entry_format(const struct dp_silence_entry *silence)
{
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *root = yyjson_mut_obj(doc);
    yyjson_mut_doc_set_root(doc, root);
    if (*silence->rule)
        yyjson_mut_obj_add_str(doc, root, "rule", silence->rule);
    if (silence->has_scope)
        yyjson_mut_obj_add_str(doc, root, "scope", dp_rule_scope_names[silence->scope]);
    if (*silence->match)
        yyjson_mut_obj_add_str(doc, root, "match", silence->match);
    yyjson_mut_obj_add_sint(doc, root, "until_ms", silence->until_ms);
    yyjson_mut_obj_add_str(doc, root, "by", silence->by);
    yyjson_mut_obj_add_sint(doc, root, "at_ms", silence->at_ms);
    if (*silence->note)
        yyjson_mut_obj_add_str(doc, root, "note", silence->note);
    char *text = dp_alert_write_json(doc, false);
    yyjson_mut_doc_free(doc);
    return text;
}
