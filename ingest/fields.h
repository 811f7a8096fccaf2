/* The contract's table of data fields: what each type of event must and may have, and what the
 * fields hold. Constant. */
#ifndef DP_FIELDS_H
#define DP_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "ingest/event.h"

/* The fields, one bit each; dp_data_fields is indexed by the bit's number. */
enum {
    DP_F_INTERACTION = 1 << 0,
    DP_F_AGENT = 1 << 1,
    DP_F_TEAM = 1 << 2,
    DP_F_QUEUE = 1 << 3,
    DP_F_CUSTOMER = 1 << 4,
    DP_F_TO_AGENT = 1 << 5,
    DP_F_TO_QUEUE = 1 << 6,
    DP_F_REASON = 1 << 7,
    DP_F_DISPOSITION = 1 << 8,
    DP_F_CHANNEL = 1 << 9,
    DP_F_PRIORITY = 1 << 10,
    DP_F_FROM = 1 << 11,
    DP_F_ENDED_BY = 1 << 12,
    DP_F_STATE = 1 << 13,
    DP_F_MEASURE = 1 << 14,
    DP_F_RESOLVED = 1 << 15,
    DP_F_FATAL = 1 << 16,
    DP_F_SCORE = 1 << 17,
    DP_F_SCALE = 1 << 18,
    DP_F_VALUE = 1 << 19
};
#define DP_DATA_FIELDS   20
#define DP_FIELD_AT(bit) __builtin_ctz(bit)

/* Fields that a type does not list are ignored whatever they hold. One rule more: the
 * contact.message of an agent must have DP_F_AGENT. */
struct dp_field_rule {
    unsigned required, optional;
};
extern const struct dp_field_rule dp_field_rules[DP_EVENT_TYPES];

enum dp_field_kind {
    DP_KIND_IDENTIFIER, /* struct dp_str: dp_identifier_valid */
    DP_KIND_TEXT,       /* struct dp_str: any string */
    DP_KIND_WORD,       /* unsigned (or an enum): the word's place in `words` */
    DP_KIND_BOOLEAN,    /* bool */
    DP_KIND_NUMBER      /* double */
};

#define DP_WORDS_MAX    8
#define DP_CHECKED_ONLY SIZE_MAX

struct dp_data_field {
    const char *name;
    enum dp_field_kind kind;
    size_t offset; /* of the value within struct dp_event; DP_CHECKED_ONLY: no event carries it */
    const char *const *words;
    unsigned word_count;
};
extern const struct dp_data_field dp_data_fields[DP_DATA_FIELDS];

#endif
