#include "app/alert_ack.h"

#include <yyjson.h>

bool dp_ack_entry_parse(struct dp_ack_entry *ack, struct dp_str text)
{
    yyjson_doc *doc = yyjson_read(text.p, text.len, YYJSON_READ_NOFLAG);
    yyjson_val *root = yyjson_doc_get_root(doc);
    bool ok = yyjson_is_obj(root) && dp_alert_get_text(root, "by", ack->by, sizeof ack->by) &&
              *ack->by && dp_alert_get_integer(root, "at_ms", &ack->at_ms) &&
              dp_alert_get_text(root, "note", ack->note, sizeof ack->note);
    yyjson_doc_free(doc);
    return ok;
}

char *dp_ack_entry_format(const struct dp_ack_entry *ack)
{
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *root = yyjson_mut_obj(doc);
    yyjson_mut_doc_set_root(doc, root);
    yyjson_mut_obj_add_str(doc, root, "by", ack->by);
    yyjson_mut_obj_add_sint(doc, root, "at_ms", ack->at_ms);
    if (*ack->note)
        yyjson_mut_obj_add_str(doc, root, "note", ack->note);
    char *text = dp_alert_write_json(doc, false);
    yyjson_mut_doc_free(doc);
    return text;
}
