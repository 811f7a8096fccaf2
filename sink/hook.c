#include "sink/hook.h"

const char *const dp_hook_type_names[DP_HOOK_TYPES] = {
    [DP_HOOK_WEBHOOK] = "webhook",     [DP_HOOK_ALERTMANAGER] = "alertmanager",
    [DP_HOOK_SLACK] = "slack",         [DP_HOOK_DINGTALK] = "dingtalk",
    [DP_HOOK_WECOM] = "wecom",         [DP_HOOK_FEISHU] = "feishu",
    [DP_HOOK_PAGERDUTY] = "pagerduty", [DP_HOOK_EMAIL] = "email",
};
