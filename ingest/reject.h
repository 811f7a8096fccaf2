/* Why a message goes to the dead-letter output. The names are part of the contract. */
#ifndef DP_REJECT_H
#define DP_REJECT_H

enum dp_reject {
    DP_REJECT_NONE, /* the message is good */
    DP_REJECT_BAD_JSON,
    DP_REJECT_BAD_ENVELOPE,
    DP_REJECT_UNKNOWN_TYPE,
    DP_REJECT_MISSING_FIELD,
    DP_REJECT_BAD_VALUE,
    DP_REJECT_TOO_LARGE,
    DP_REJECT_LATE,
    DP_REJECTS
};

/* "bad_json" and so on; dp_reject_names[DP_REJECT_NONE] is "". */
extern const char *const dp_reject_names[DP_REJECTS];

#endif
