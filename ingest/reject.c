#include "ingest/reject.h"

const char *const dp_reject_names[DP_REJECTS] = {
    "",          "bad_json",  "bad_envelope", "unknown_type", "missing_field",
    "bad_value", "too_large", "late",
};
