/* The requests of each type of hook, for test_hook_request.c: what is made at DP_TEST_ALARM_MS +
 * 500 of the notifications there. The signatures were computed apart from this program, as said
 * below. */
#ifndef DP_TEST_HOOK_CASES_H
#define DP_TEST_HOOK_CASES_H

#include "sink/hook_request.h"

enum which { FIRING, ALL, RESOLVED, REDIRECTED };

/* The webhook's signatures, SECRET being b"SECxyz" and BODY the bytes below:
 *   base64(hmac(SECRET, b"msg_" + ID + b".1795341600." + BODY, sha256))
 * DingTalk's: quote_plus(base64(hmac(SECRET, b"1795341600500\nSECxyz", sha256)))
 * Feishu's: base64(hmac(b"1795341600\nSECxyz", b"", sha256)) */
static const struct {
    enum dp_hook_type type;
    enum dp_language language;
    enum which which;
    bool board;
    size_t taken;
    const char *url; /* NULL: the hook's */
    const char *headers[DP_HOOK_HEADERS_MAX];
    const char *body;
} cases[] = {
    {DP_HOOK_WEBHOOK,
     DP_ENGLISH,
     FIRING,
     true,
     1,
     NULL,
     {"Content-Type: application/json", "webhook-id: msg_55ae790e9c4b112a1b6925176bd48b44",
      "webhook-timestamp: 1795341600",
      "webhook-signature: v1,7vqkWi248V3m2qyeh+k8e8C9yVp8CsBJHJpHlIJLbZA="},
     "{\"type\":\"alerts\",\"timestamp\":\"2026-11-22T10:00:00.250Z\",\"board\":"
     "\"https://board.example.com/\",\"notices\":[{\"key\":\"4be1c3d2a5f60718:fi"
     "ring\",\"state\":\"firing\",\"alert\":\"4be1c3d2a5f60718\",\"rule\":\"bill"
     "ing service level\",\"severity\":\"page\",\"scope\":\"queue\",\"id\":\"bil"
     "ling\",\"window\":\"15m\",\"value\":\"service_level 0.712000, responses 18"
     "\",\"when\":\"service_level < 0.80\",\"since_ms\":1795341450000,\"fired_ms"
     "\":1795341510000,\"at_ms\":1795341600000,\"labels\":{\"site\":\"north\"}}]"
     "}"},
    {DP_HOOK_WEBHOOK,
     DP_ENGLISH,
     ALL,
     false,
     3,
     NULL,
     {"Content-Type: application/json", "webhook-id: msg_642af771d5ce3ced2cae60ac28718975",
      "webhook-timestamp: 1795341600",
      "webhook-signature: v1,3ZgzB1EY0QitVWHQZ5VV3/+yiftrawEhTSdSOhuGh3c="},
     "{\"type\":\"alerts\",\"timestamp\":\"2026-11-22T10:00:00.250Z\",\"notices\""
     ":[{\"key\":\"4be1c3d2a5f60718:firing\",\"state\":\"firing\",\"alert\":\"4b"
     "e1c3d2a5f60718\",\"rule\":\"billing service level\",\"severity\":\"page\","
     "\"scope\":\"queue\",\"id\":\"billing\",\"window\":\"15m\",\"value\":\"serv"
     "ice_level 0.712000, responses 18\",\"when\":\"service_level < 0.80\",\"sin"
     "ce_ms\":1795341450000,\"fired_ms\":1795341510000,\"at_ms\":1795341600000,\""
     "labels\":{\"site\":\"north\"}},{\"key\":\"00000000000000cc:firing\",\"stat"
     "e\":\"firing\",\"alert\":\"00000000000000cc\",\"rule\":\"billing service l"
     "evel\",\"severity\":\"page\",\"scope\":\"agent\",\"id\":\"o'hara*<b>&[x](y"
     ")\",\"team\":\"t7\",\"window\":\"15m\",\"value\":\"service_level 0.712000,"
     " responses 18\",\"when\":\"service_level < 0.80\",\"since_ms\":17953414500"
     "00,\"fired_ms\":1795341510000,\"at_ms\":1795341600000,\"labels\":{\"site\""
     ":\"north\"}},{\"key\":\"4be1c3d2a5f60718:resolved\",\"state\":\"resolved\""
     ",\"alert\":\"4be1c3d2a5f60718\",\"rule\":\"billing service level\",\"sever"
     "ity\":\"page\",\"scope\":\"queue\",\"id\":\"billing\",\"window\":\"15m\",\""
     "value\":\"service_level 0.712000, responses 18\",\"when\":\"service_level "
     "< 0.80\",\"since_ms\":1795341450000,\"fired_ms\":1795341510000,\"at_ms\":1"
     "795341600000,\"labels\":{\"site\":\"north\"}}]}"},
    {DP_HOOK_WEBHOOK,
     DP_CHINESE,
     RESOLVED,
     true,
     1,
     NULL,
     {"Content-Type: application/json", "webhook-id: msg_4011317e02ece69448994d962f3c2c73",
      "webhook-timestamp: 1795341600",
      "webhook-signature: v1,q3g8wa5cQuuVbkjssWA+3JSz/+xzKWntt6pYtFmm6Pw="},
     "{\"type\":\"alerts\",\"timestamp\":\"2026-11-22T10:00:00.250Z\",\"board\":"
     "\"https://board.example.com/\",\"notices\":[{\"key\":\"4be1c3d2a5f60718:re"
     "solved\",\"state\":\"resolved\",\"alert\":\"4be1c3d2a5f60718\",\"rule\":\""
     "billing service level\",\"severity\":\"page\",\"scope\":\"queue\",\"id\":\""
     "billing\",\"window\":\"15m\",\"value\":\"service_level 0.712000, responses"
     " 18\",\"when\":\"service_level < 0.80\",\"since_ms\":1795341450000,\"fired"
     "_ms\":1795341510000,\"at_ms\":1795341600000,\"labels\":{\"site\":\"north\""
     "}}]}"},
    {DP_HOOK_WEBHOOK,
     DP_CHINESE,
     REDIRECTED,
     false,
     1,
     NULL,
     {"Content-Type: application/json", "webhook-id: msg_d90226f516c4f0d55a2b56781f0ede7f",
      "webhook-timestamp: 1795341600",
      "webhook-signature: v1,oJeMe1FGWsajwDk0MkTzbrj5Zj7cSa/L8VtrFfiIp6A="},
     "{\"type\":\"alerts\",\"timestamp\":\"2026-11-22T10:00:00.250Z\",\"instead_"
     "of\":\"leads\",\"notices\":[{\"key\":\"00000000000000cc:firing\",\"state\""
     ":\"firing\",\"alert\":\"00000000000000cc\",\"rule\":\"billing service leve"
     "l\",\"severity\":\"page\",\"scope\":\"agent\",\"id\":\"o'hara*<b>&[x](y)\""
     ",\"team\":\"t7\",\"window\":\"15m\",\"value\":\"service_level 0.712000, re"
     "sponses 18\",\"when\":\"service_level < 0.80\",\"since_ms\":1795341450000,"
     "\"fired_ms\":1795341510000,\"at_ms\":1795341600000,\"labels\":{\"site\":\""
     "north\"}}]}"},
    {DP_HOOK_ALERTMANAGER,
     DP_ENGLISH,
     FIRING,
     true,
     1,
     "http://alerts.example.com:9093/api/v2/alerts",
     {"Content-Type: application/json"},
     "[{\"labels\":{\"alertname\":\"billing service level\",\"severity\":\"page\""
     ",\"scope\":\"queue\",\"id\":\"billing\",\"site\":\"north\"},\"annotations\""
     ":{\"summary\":\"Firing: billing service level, queue billing\",\"alert\":\""
     "4be1c3d2a5f60718\",\"value\":\"service_level 0.712000, responses 18\",\"wh"
     "en\":\"service_level < 0.80\",\"window\":\"15m\"},\"startsAt\":\"2026-11-2"
     "2T09:58:30.000Z\",\"endsAt\":\"2027-11-22T10:00:00.000Z\",\"generatorURL\""
     ":\"https://board.example.com/\"}]"},
    {DP_HOOK_ALERTMANAGER,
     DP_ENGLISH,
     ALL,
     false,
     3,
     "http://alerts.example.com:9093/api/v2/alerts",
     {"Content-Type: application/json"},
     "[{\"labels\":{\"alertname\":\"billing service level\",\"severity\":\"page\""
     ",\"scope\":\"agent\",\"id\":\"o'hara*<b>&[x](y)\",\"site\":\"north\"},\"an"
     "notations\":{\"summary\":\"Firing: billing service level, agent o'hara*<b>"
     "&[x](y)\",\"alert\":\"00000000000000cc\",\"value\":\"service_level 0.71200"
     "0, responses 18\",\"when\":\"service_level < 0.80\",\"window\":\"15m\",\"t"
     "eam\":\"t7\"},\"startsAt\":\"2026-11-22T09:58:30.000Z\",\"endsAt\":\"2027-"
     "11-22T10:00:00.000Z\"},{\"labels\":{\"alertname\":\"billing service level\""
     ",\"severity\":\"page\",\"scope\":\"queue\",\"id\":\"billing\",\"site\":\"n"
     "orth\"},\"annotations\":{\"summary\":\"Resolved: billing service level, qu"
     "eue billing\",\"alert\":\"4be1c3d2a5f60718\",\"value\":\"service_level 0.7"
     "12000, responses 18\",\"when\":\"service_level < 0.80\",\"window\":\"15m\""
     "},\"startsAt\":\"2026-11-22T09:58:30.000Z\",\"endsAt\":\"2026-11-22T09:59:"
     "55.000Z\"}]"},
    {DP_HOOK_ALERTMANAGER,
     DP_CHINESE,
     RESOLVED,
     true,
     1,
     "http://alerts.example.com:9093/api/v2/alerts",
     {"Content-Type: application/json"},
     "[{\"labels\":{\"alertname\":\"billing service level\",\"severity\":\"page\""
     ",\"scope\":\"queue\",\"id\":\"billing\",\"site\":\"north\"},\"annotations\""
     ":{\"summary\":\"已恢复：billing service level, 队列 billing\",\"aler"
     "t\":\"4be1c3d2a5f60718\",\"value\":\"service_level 0.712000, responses 18\""
     ",\"when\":\"service_level < 0.80\",\"window\":\"15m\"},\"startsAt\":\"2026"
     "-11-22T09:58:30.000Z\",\"endsAt\":\"2026-11-22T09:59:55.000Z\",\"generator"
     "URL\":\"https://board.example.com/\"}]"},
    {DP_HOOK_ALERTMANAGER,
     DP_CHINESE,
     REDIRECTED,
     false,
     1,
     "http://alerts.example.com:9093/api/v2/alerts",
     {"Content-Type: application/json"},
     "[{\"labels\":{\"alertname\":\"billing service level\",\"severity\":\"page\""
     ",\"scope\":\"agent\",\"id\":\"o'hara*<b>&[x](y)\",\"site\":\"north\"},\"an"
     "notations\":{\"summary\":\"告警：billing service level, 坐席 o'hara*<"
     "b>&[x](y)\",\"alert\":\"00000000000000cc\",\"value\":\"service_level 0.712"
     "000, responses 18\",\"when\":\"service_level < 0.80\",\"window\":\"15m\",\""
     "team\":\"t7\",\"instead_of\":\"leads\"},\"startsAt\":\"2026-11-22T09:58:30"
     ".000Z\",\"endsAt\":\"2027-11-22T10:00:00.000Z\"}]"},
    {DP_HOOK_SLACK,
     DP_ENGLISH,
     FIRING,
     true,
     1,
     NULL,
     {"Content-Type: application/json"},
     "{\"text\":\"Firing: billing service level, queue billing\",\"blocks\":[{\""
     "type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"*Firing: billi"
     "ng service level, queue billing*\\nSeverity: page\\nValue: service_level 0"
     ".712000, responses 18\\nCondition: `service_level &lt; 0.80 (15m)`\\nSince"
     ": 2026-11-22T09:57:30Z\\nLabels: site=north\\nAlert: `4be1c3d2a5f60718`\\n"
     "Explain: `deskpulse explain queue:billing service_level 15m`\\n<https://bo"
     "ard.example.com/|Board>\"}}]}"},
    {DP_HOOK_SLACK,
     DP_ENGLISH,
     ALL,
     false,
     3,
     NULL,
     {"Content-Type: application/json"},
     "{\"text\":\"billing service level: 3 notices\",\"blocks\":[{\"type\":\"sec"
     "tion\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"*billing service level: 3 "
     "notices*\\n• Firing: queue billing, service_level 0.712000, responses 18"
     ", 2026-11-22T09:57:30Z\\n• Firing: agent o'hara*&lt;b&gt;&amp;[x](y), se"
     "rvice_level 0.712000, responses 18, 2026-11-22T09:57:30Z\\n• Resolved: q"
     "ueue billing, service_level 0.712000, responses 18, 2026-11-22T10:00:00Z\\"
     "nSeverity: page\\nCondition: `service_level &lt; 0.80 (15m)`\\nLabels: sit"
     "e=north\"}}]}"},
    {DP_HOOK_SLACK,
     DP_CHINESE,
     RESOLVED,
     true,
     1,
     NULL,
     {"Content-Type: application/json"},
     "{\"text\":\"已恢复：billing service level, 队列 billing\",\"blocks\""
     ":[{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"*已恢复"
     "：billing service level, 队列 billing*\\n级别：page\\n数值：servi"
     "ce_level 0.712000, responses 18\\n条件：`service_level &lt; 0.80 (15m)`"
     "\\n开始时间：2026-11-22T09:57:30Z\\n结束时间：2026-11-22T10:00:0"
     "0Z\\n标签：site=north\\n告警编号：`4be1c3d2a5f60718`\\n明细：`d"
     "eskpulse explain queue:billing service_level 15m`\\n<https://board.example"
     ".com/|看板>\"}}]}"},
    {DP_HOOK_SLACK,
     DP_CHINESE,
     REDIRECTED,
     false,
     1,
     NULL,
     {"Content-Type: application/json"},
     "{\"text\":\"告警：billing service level, 坐席 o'hara*<b>&[x](y)\",\"b"
     "locks\":[{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"*告"
     "警：billing service level, 坐席 o'hara*&lt;b&gt;&amp;[x](y)*\\n级别："
     "page\\n数值：service_level 0.712000, responses 18\\n条件：`service_l"
     "evel &lt; 0.80 (15m)`\\n开始时间：2026-11-22T09:57:30Z\\n班组：t7\\"
     "n标签：site=north\\n告警编号：`00000000000000cc`\\n明细：`deskp"
     "ulse explain agent:'o'\\\\''hara*&lt;b&gt;&amp;[x](y)' service_level 15m`\\"
     "n通知渠道 leads 无法送达，改由本渠道通知\"}}]}"},
    {DP_HOOK_DINGTALK,
     DP_ENGLISH,
     FIRING,
     true,
     1,
     "https://hooks.example.com/x?token=t&timestamp=1795341600500&sign=82mm%2Fys"
     "rtj2LEiA6wCBl5CCAPVJmXH0kieQKIRZ%2F9zg%3D",
     {"Content-Type: application/json"},
     "{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"Firing: billing servic"
     "e level, queue billing\",\"text\":\"**Firing: billing service level, queue"
     " billing**\\n\\nSeverity: page\\n\\nValue: service_level 0.712000, respons"
     "es 18\\n\\nCondition: `service_level < 0.80 (15m)`\\n\\nSince: 2026-11-22T"
     "09:57:30Z\\n\\nLabels: site=north\\n\\nAlert: `4be1c3d2a5f60718`\\n\\nExpl"
     "ain: `deskpulse explain queue:billing service_level 15m`\\n\\n[Board](http"
     "s://board.example.com/)\"}}"},
    {DP_HOOK_DINGTALK,
     DP_ENGLISH,
     ALL,
     false,
     3,
     "https://hooks.example.com/x?token=t&timestamp=1795341600500&sign=82mm%2Fys"
     "rtj2LEiA6wCBl5CCAPVJmXH0kieQKIRZ%2F9zg%3D",
     {"Content-Type: application/json"},
     "{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"billing service level:"
     " 3 notices\",\"text\":\"**billing service level: 3 notices**\\n\\n- Firing"
     ": queue billing, service_level 0.712000, responses 18, 2026-11-22T09:57:30"
     "Z\\n\\n- Firing: agent o'hara\\\\*\\\\<b\\\\>&\\\\[x\\\\]\\\\(y\\\\), serv"
     "ice_level 0.712000, responses 18, 2026-11-22T09:57:30Z\\n\\n- Resolved: qu"
     "eue billing, service_level 0.712000, responses 18, 2026-11-22T10:00:00Z\\n"
     "\\nSeverity: page\\n\\nCondition: `service_level < 0.80 (15m)`\\n\\nLabels"
     ": site=north\"}}"},
    {DP_HOOK_DINGTALK,
     DP_CHINESE,
     RESOLVED,
     true,
     1,
     "https://hooks.example.com/x?token=t&timestamp=1795341600500&sign=82mm%2Fys"
     "rtj2LEiA6wCBl5CCAPVJmXH0kieQKIRZ%2F9zg%3D",
     {"Content-Type: application/json"},
     "{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"已恢复：billing se"
     "rvice level, 队列 billing\",\"text\":\"**已恢复：billing service lev"
     "el, 队列 billing**\\n\\n级别：page\\n\\n数值：service_level 0.7120"
     "00, responses 18\\n\\n条件：`service_level < 0.80 (15m)`\\n\\n开始时"
     "间：2026-11-22T09:57:30Z\\n\\n结束时间：2026-11-22T10:00:00Z\\n\\n标"
     "签：site=north\\n\\n告警编号：`4be1c3d2a5f60718`\\n\\n明细：`des"
     "kpulse explain queue:billing service_level 15m`\\n\\n[看板](https://boar"
     "d.example.com/)\"}}"},
    {DP_HOOK_DINGTALK,
     DP_CHINESE,
     REDIRECTED,
     false,
     1,
     "https://hooks.example.com/x?token=t&timestamp=1795341600500&sign=82mm%2Fys"
     "rtj2LEiA6wCBl5CCAPVJmXH0kieQKIRZ%2F9zg%3D",
     {"Content-Type: application/json"},
     "{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"告警：billing servi"
     "ce level, 坐席 o'hara*<b>&[x](y)\",\"text\":\"**告警：billing service"
     " level, 坐席 o'hara\\\\*\\\\<b\\\\>&\\\\[x\\\\]\\\\(y\\\\)**\\n\\n级别"
     "：page\\n\\n数值：service_level 0.712000, responses 18\\n\\n条件：`"
     "service_level < 0.80 (15m)`\\n\\n开始时间：2026-11-22T09:57:30Z\\n\\n"
     "班组：t7\\n\\n标签：site=north\\n\\n告警编号：`00000000000000cc"
     "`\\n\\n明细：`deskpulse explain agent:'o'\\\\''hara*<b>&[x](y)' service"
     "_level 15m`\\n\\n通知渠道 leads 无法送达，改由本渠道通知\""
     "}}"},
    {DP_HOOK_WECOM,
     DP_ENGLISH,
     FIRING,
     true,
     1,
     NULL,
     {"Content-Type: application/json"},
     "{\"msgtype\":\"markdown\",\"markdown\":{\"content\":\"**Firing: billing se"
     "rvice level, queue billing**\\nSeverity: page\\nValue: service_level 0.712"
     "000, responses 18\\nCondition: `service_level < 0.80 (15m)`\\nSince: 2026-"
     "11-22T09:57:30Z\\nLabels: site=north\\nAlert: `4be1c3d2a5f60718`\\nExplain"
     ": `deskpulse explain queue:billing service_level 15m`\\n[Board](https://bo"
     "ard.example.com/)\"}}"},
    {DP_HOOK_WECOM,
     DP_ENGLISH,
     ALL,
     false,
     3,
     NULL,
     {"Content-Type: application/json"},
     "{\"msgtype\":\"markdown\",\"markdown\":{\"content\":\"**billing service le"
     "vel: 3 notices**\\n- Firing: queue billing, service_level 0.712000, respon"
     "ses 18, 2026-11-22T09:57:30Z\\n- Firing: agent o'hara\\\\*\\\\<b\\\\>&\\\\"
     "[x\\\\]\\\\(y\\\\), service_level 0.712000, responses 18, 2026-11-22T09:57"
     ":30Z\\n- Resolved: queue billing, service_level 0.712000, responses 18, 20"
     "26-11-22T10:00:00Z\\nSeverity: page\\nCondition: `service_level < 0.80 (15"
     "m)`\\nLabels: site=north\"}}"},
    {DP_HOOK_WECOM,
     DP_CHINESE,
     RESOLVED,
     true,
     1,
     NULL,
     {"Content-Type: application/json"},
     "{\"msgtype\":\"markdown\",\"markdown\":{\"content\":\"**已恢复：billin"
     "g service level, 队列 billing**\\n级别：page\\n数值：service_level"
     " 0.712000, responses 18\\n条件：`service_level < 0.80 (15m)`\\n开始时"
     "间：2026-11-22T09:57:30Z\\n结束时间：2026-11-22T10:00:00Z\\n标签："
     "site=north\\n告警编号：`4be1c3d2a5f60718`\\n明细：`deskpulse expla"
     "in queue:billing service_level 15m`\\n[看板](https://board.example.com/)"
     "\"}}"},
    {DP_HOOK_FEISHU,
     DP_ENGLISH,
     FIRING,
     true,
     1,
     NULL,
     {"Content-Type: application/json"},
     "{\"timestamp\":\"1795341600\",\"sign\":\"hOP2LW0DNhwZf15baKF17N0K3p3nBKzOo"
     "3VtaAQQIfQ=\",\"msg_type\":\"post\",\"content\":{\"post\":{\"en_us\":{\"ti"
     "tle\":\"Firing: billing service level, queue billing\",\"content\":[[{\"ta"
     "g\":\"text\",\"text\":\"Severity: page\"}],[{\"tag\":\"text\",\"text\":\"V"
     "alue: service_level 0.712000, responses 18\"}],[{\"tag\":\"text\",\"text\""
     ":\"Condition: service_level < 0.80 (15m)\"}],[{\"tag\":\"text\",\"text\":\""
     "Since: 2026-11-22T09:57:30Z\"}],[{\"tag\":\"text\",\"text\":\"Labels: site"
     "=north\"}],[{\"tag\":\"text\",\"text\":\"Alert: 4be1c3d2a5f60718\"}],[{\"t"
     "ag\":\"text\",\"text\":\"Explain: deskpulse explain queue:billing service_"
     "level 15m\"}],[{\"tag\":\"a\",\"text\":\"Board\",\"href\":\"https://board."
     "example.com/\"}]]}}}}"},
    {DP_HOOK_FEISHU,
     DP_ENGLISH,
     ALL,
     false,
     3,
     NULL,
     {"Content-Type: application/json"},
     "{\"timestamp\":\"1795341600\",\"sign\":\"hOP2LW0DNhwZf15baKF17N0K3p3nBKzOo"
     "3VtaAQQIfQ=\",\"msg_type\":\"post\",\"content\":{\"post\":{\"en_us\":{\"ti"
     "tle\":\"billing service level: 3 notices\",\"content\":[[{\"tag\":\"text\""
     ",\"text\":\"• Firing: queue billing, service_level 0.712000, responses 1"
     "8, 2026-11-22T09:57:30Z\"}],[{\"tag\":\"text\",\"text\":\"• Firing: agen"
     "t o'hara*<b>&[x](y), service_level 0.712000, responses 18, 2026-11-22T09:5"
     "7:30Z\"}],[{\"tag\":\"text\",\"text\":\"• Resolved: queue billing, servi"
     "ce_level 0.712000, responses 18, 2026-11-22T10:00:00Z\"}],[{\"tag\":\"text"
     "\",\"text\":\"Severity: page\"}],[{\"tag\":\"text\",\"text\":\"Condition: "
     "service_level < 0.80 (15m)\"}],[{\"tag\":\"text\",\"text\":\"Labels: site="
     "north\"}]]}}}}"},
    {DP_HOOK_FEISHU,
     DP_CHINESE,
     RESOLVED,
     true,
     1,
     NULL,
     {"Content-Type: application/json"},
     "{\"timestamp\":\"1795341600\",\"sign\":\"hOP2LW0DNhwZf15baKF17N0K3p3nBKzOo"
     "3VtaAQQIfQ=\",\"msg_type\":\"post\",\"content\":{\"post\":{\"zh_cn\":{\"ti"
     "tle\":\"已恢复：billing service level, 队列 billing\",\"content\":[["
     "{\"tag\":\"text\",\"text\":\"级别：page\"}],[{\"tag\":\"text\",\"text\""
     ":\"数值：service_level 0.712000, responses 18\"}],[{\"tag\":\"text\",\""
     "text\":\"条件：service_level < 0.80 (15m)\"}],[{\"tag\":\"text\",\"text"
     "\":\"开始时间：2026-11-22T09:57:30Z\"}],[{\"tag\":\"text\",\"text\":\""
     "结束时间：2026-11-22T10:00:00Z\"}],[{\"tag\":\"text\",\"text\":\"标签"
     "：site=north\"}],[{\"tag\":\"text\",\"text\":\"告警编号：4be1c3d2a5f"
     "60718\"}],[{\"tag\":\"text\",\"text\":\"明细：deskpulse explain queue:b"
     "illing service_level 15m\"}],[{\"tag\":\"a\",\"text\":\"看板\",\"href\":"
     "\"https://board.example.com/\"}]]}}}}"},
    {DP_HOOK_PAGERDUTY,
     DP_ENGLISH,
     FIRING,
     true,
     1,
     NULL,
     {"Content-Type: application/json"},
     "{\"routing_key\":\"SECxyz\",\"event_action\":\"trigger\",\"dedup_key\":\"4"
     "be1c3d2a5f60718\",\"client\":\"deskpulse\",\"client_url\":\"https://board."
     "example.com/\",\"payload\":{\"summary\":\"Firing: billing service level, q"
     "ueue billing\",\"source\":\"deskpulse\",\"severity\":\"critical\",\"timest"
     "amp\":\"2026-11-22T09:58:30.000Z\",\"class\":\"queue\",\"custom_details\":"
     "{\"key\":\"4be1c3d2a5f60718:firing\",\"state\":\"firing\",\"alert\":\"4be1"
     "c3d2a5f60718\",\"rule\":\"billing service level\",\"severity\":\"page\",\""
     "scope\":\"queue\",\"id\":\"billing\",\"window\":\"15m\",\"value\":\"servic"
     "e_level 0.712000, responses 18\",\"when\":\"service_level < 0.80\",\"since"
     "_ms\":1795341450000,\"fired_ms\":1795341510000,\"at_ms\":1795341600000,\"l"
     "abels\":{\"site\":\"north\"}}}}"},
    {DP_HOOK_PAGERDUTY,
     DP_ENGLISH,
     ALL,
     false,
     1,
     NULL,
     {"Content-Type: application/json"},
     "{\"routing_key\":\"SECxyz\",\"event_action\":\"trigger\",\"dedup_key\":\"4"
     "be1c3d2a5f60718\",\"client\":\"deskpulse\",\"payload\":{\"summary\":\"Firi"
     "ng: billing service level, queue billing\",\"source\":\"deskpulse\",\"seve"
     "rity\":\"critical\",\"timestamp\":\"2026-11-22T09:58:30.000Z\",\"class\":\""
     "queue\",\"custom_details\":{\"key\":\"4be1c3d2a5f60718:firing\",\"state\":"
     "\"firing\",\"alert\":\"4be1c3d2a5f60718\",\"rule\":\"billing service level"
     "\",\"severity\":\"page\",\"scope\":\"queue\",\"id\":\"billing\",\"window\""
     ":\"15m\",\"value\":\"service_level 0.712000, responses 18\",\"when\":\"ser"
     "vice_level < 0.80\",\"since_ms\":1795341450000,\"fired_ms\":1795341510000,"
     "\"at_ms\":1795341600000,\"labels\":{\"site\":\"north\"}}}}"},
    {DP_HOOK_PAGERDUTY,
     DP_CHINESE,
     RESOLVED,
     true,
     1,
     NULL,
     {"Content-Type: application/json"},
     "{\"routing_key\":\"SECxyz\",\"event_action\":\"resolve\",\"dedup_key\":\"4"
     "be1c3d2a5f60718\"}"},
    {DP_HOOK_PAGERDUTY,
     DP_CHINESE,
     REDIRECTED,
     false,
     1,
     NULL,
     {"Content-Type: application/json"},
     "{\"routing_key\":\"SECxyz\",\"event_action\":\"trigger\",\"dedup_key\":\"0"
     "0000000000000cc\",\"client\":\"deskpulse\",\"payload\":{\"summary\":\"告警"
     "：billing service level, 坐席 o'hara*<b>&[x](y)\",\"source\":\"deskpuls"
     "e\",\"severity\":\"critical\",\"timestamp\":\"2026-11-22T09:58:30.000Z\",\""
     "class\":\"agent\",\"custom_details\":{\"key\":\"00000000000000cc:firing\","
     "\"state\":\"firing\",\"alert\":\"00000000000000cc\",\"rule\":\"billing ser"
     "vice level\",\"severity\":\"page\",\"scope\":\"agent\",\"id\":\"o'hara*<b>"
     "&[x](y)\",\"team\":\"t7\",\"window\":\"15m\",\"value\":\"service_level 0.7"
     "12000, responses 18\",\"when\":\"service_level < 0.80\",\"since_ms\":17953"
     "41450000,\"fired_ms\":1795341510000,\"at_ms\":1795341600000,\"labels\":{\""
     "site\":\"north\"}}}}"},
    {DP_HOOK_EMAIL,
     DP_ENGLISH,
     FIRING,
     true,
     1,
     NULL,
     {NULL},
     "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
     "From: Deskpulse <desk@example.com>\r\n"
     "To: a@example.com, b@example.com\r\n"
     "Subject: Firing: billing service level, queue billing\r\n"
     "Message-ID: <55ae790e9c4b112a1b6925176bd48b44@example.com>\r\n"
     "Auto-Submitted: auto-generated\r\n"
     "MIME-Version: 1.0\r\n"
     "Content-Type: text/plain; charset=UTF-8\r\n"
     "Content-Transfer-Encoding: base64\r\n"
     "\r\n"
     "RmlyaW5nOiBiaWxsaW5nIHNlcnZpY2UgbGV2ZWwsIHF1ZXVlIGJpbGxpbmcNCg0KU2V2ZXJpdH"
     "k6\r\n"
     "IHBhZ2UNClZhbHVlOiBzZXJ2aWNlX2xldmVsIDAuNzEyMDAwLCByZXNwb25zZXMgMTgNCkNvbm"
     "Rp\r\n"
     "dGlvbjogc2VydmljZV9sZXZlbCA8IDAuODAgKDE1bSkNClNpbmNlOiAyMDI2LTExLTIyVDA5Oj"
     "U3\r\n"
     "OjMwWg0KTGFiZWxzOiBzaXRlPW5vcnRoDQpBbGVydDogNGJlMWMzZDJhNWY2MDcxOA0KRXhwbG"
     "Fp\r\n"
     "bjogZGVza3B1bHNlIGV4cGxhaW4gcXVldWU6YmlsbGluZyBzZXJ2aWNlX2xldmVsIDE1bQ0KQm"
     "9h\r\n"
     "cmQ6IGh0dHBzOi8vYm9hcmQuZXhhbXBsZS5jb20vDQo=\r\n"},
    {DP_HOOK_EMAIL,
     DP_ENGLISH,
     ALL,
     false,
     3,
     NULL,
     {NULL},
     "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
     "From: Deskpulse <desk@example.com>\r\n"
     "To: a@example.com, b@example.com\r\n"
     "Subject: billing service level: 3 notices\r\n"
     "Message-ID: <642af771d5ce3ced2cae60ac28718975@example.com>\r\n"
     "Auto-Submitted: auto-generated\r\n"
     "MIME-Version: 1.0\r\n"
     "Content-Type: text/plain; charset=UTF-8\r\n"
     "Content-Transfer-Encoding: base64\r\n"
     "\r\n"
     "YmlsbGluZyBzZXJ2aWNlIGxldmVsOiAzIG5vdGljZXMNCg0KLSBGaXJpbmc6IHF1ZXVlIGJpbG"
     "xp\r\n"
     "bmcsIHNlcnZpY2VfbGV2ZWwgMC43MTIwMDAsIHJlc3BvbnNlcyAxOCwgMjAyNi0xMS0yMlQwOT"
     "o1\r\n"
     "NzozMFoNCi0gRmlyaW5nOiBhZ2VudCBvJ2hhcmEqPGI+Jlt4XSh5KSwgc2VydmljZV9sZXZlbC"
     "Aw\r\n"
     "LjcxMjAwMCwgcmVzcG9uc2VzIDE4LCAyMDI2LTExLTIyVDA5OjU3OjMwWg0KLSBSZXNvbHZlZD"
     "og\r\n"
     "cXVldWUgYmlsbGluZywgc2VydmljZV9sZXZlbCAwLjcxMjAwMCwgcmVzcG9uc2VzIDE4LCAyMD"
     "I2\r\n"
     "LTExLTIyVDEwOjAwOjAwWg0KU2V2ZXJpdHk6IHBhZ2UNCkNvbmRpdGlvbjogc2VydmljZV9sZX"
     "Zl\r\n"
     "bCA8IDAuODAgKDE1bSkNCkxhYmVsczogc2l0ZT1ub3J0aA0K\r\n"},
    {DP_HOOK_EMAIL,
     DP_CHINESE,
     RESOLVED,
     true,
     1,
     NULL,
     {NULL},
     "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
     "From: Deskpulse <desk@example.com>\r\n"
     "To: a@example.com, b@example.com\r\n"
     "Subject: =?UTF-8?B?5bey5oGi5aSN77yaYmlsbGluZyBzZXJ2aWNlIGxldmVsLCDpmJ/liJc"
     "gYmls?=\r\n"
     " =?UTF-8?B?bGluZw==?=\r\n"
     "Message-ID: <4011317e02ece69448994d962f3c2c73@example.com>\r\n"
     "Auto-Submitted: auto-generated\r\n"
     "MIME-Version: 1.0\r\n"
     "Content-Type: text/plain; charset=UTF-8\r\n"
     "Content-Transfer-Encoding: base64\r\n"
     "\r\n"
     "5bey5oGi5aSN77yaYmlsbGluZyBzZXJ2aWNlIGxldmVsLCDpmJ/liJcgYmlsbGluZw0KDQrnuq"
     "fl\r\n"
     "iKvvvJpwYWdlDQrmlbDlgLzvvJpzZXJ2aWNlX2xldmVsIDAuNzEyMDAwLCByZXNwb25zZXMgMT"
     "gN\r\n"
     "CuadoeS7tu+8mnNlcnZpY2VfbGV2ZWwgPCAwLjgwICgxNW0pDQrlvIDlp4vml7bpl7TvvJoyMD"
     "I2\r\n"
     "LTExLTIyVDA5OjU3OjMwWg0K57uT5p2f5pe26Ze077yaMjAyNi0xMS0yMlQxMDowMDowMFoNCu"
     "ag\r\n"
     "h+etvu+8mnNpdGU9bm9ydGgNCuWRiuitpue8luWPt++8mjRiZTFjM2QyYTVmNjA3MTgNCuaYju"
     "e7\r\n"
     "hu+8mmRlc2twdWxzZSBleHBsYWluIHF1ZXVlOmJpbGxpbmcgc2VydmljZV9sZXZlbCAxNW0NCu"
     "ec\r\n"
     "i+adv++8mmh0dHBzOi8vYm9hcmQuZXhhbXBsZS5jb20vDQo=\r\n"},
    {DP_HOOK_EMAIL,
     DP_CHINESE,
     REDIRECTED,
     false,
     1,
     NULL,
     {NULL},
     "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
     "From: Deskpulse <desk@example.com>\r\n"
     "To: a@example.com, b@example.com\r\n"
     "Subject: =?UTF-8?B?5ZGK6K2m77yaYmlsbGluZyBzZXJ2aWNlIGxldmVsLCDlnZDluK0gbyd"
     "oYXJh?=\r\n"
     " =?UTF-8?B?KjxiPiZbeF0oeSk=?=\r\n"
     "Message-ID: <d90226f516c4f0d55a2b56781f0ede7f@example.com>\r\n"
     "Auto-Submitted: auto-generated\r\n"
     "MIME-Version: 1.0\r\n"
     "Content-Type: text/plain; charset=UTF-8\r\n"
     "Content-Transfer-Encoding: base64\r\n"
     "\r\n"
     "5ZGK6K2m77yaYmlsbGluZyBzZXJ2aWNlIGxldmVsLCDlnZDluK0gbydoYXJhKjxiPiZbeF0oeS"
     "kN\r\n"
     "Cg0K57qn5Yir77yacGFnZQ0K5pWw5YC877yac2VydmljZV9sZXZlbCAwLjcxMjAwMCwgcmVzcG"
     "9u\r\n"
     "c2VzIDE4DQrmnaHku7bvvJpzZXJ2aWNlX2xldmVsIDwgMC44MCAoMTVtKQ0K5byA5aeL5pe26Z"
     "e0\r\n"
     "77yaMjAyNi0xMS0yMlQwOTo1NzozMFoNCuePree7hO+8mnQ3DQrmoIfnrb7vvJpzaXRlPW5vcn"
     "Ro\r\n"
     "DQrlkYrorabnvJblj7fvvJowMDAwMDAwMDAwMDAwMGNjDQrmmI7nu4bvvJpkZXNrcHVsc2UgZX"
     "hw\r\n"
     "bGFpbiBhZ2VudDonbydcJydoYXJhKjxiPiZbeF0oeSknIHNlcnZpY2VfbGV2ZWwgMTVtDQrpgJ"
     "rn\r\n"
     "n6XmuKDpgZMgbGVhZHMg5peg5rOV6YCB6L6+77yM5pS555Sx5pys5rig6YGT6YCa55+lDQo=\r"
     "\n"},
};

#endif
