#include "sink/hook.h"

const char *const dp_hook_type_names[DP_HOOK_TYPES] = {
    "webhook", "alertmanager", "slack", "dingtalk", "wecom", "feishu", "pagerduty", "email"};
