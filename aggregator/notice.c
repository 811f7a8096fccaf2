#include "aggregator/notice.h"

const char *const dp_notice_kind_names[DP_NOTICE_KINDS] = {"firing", "resolved", "repeated",
                                                           "escalated"};
