#include "app/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "config_fixture.h"

#define HOUR 3600000

static char secret_path[64];
static char text[8192];

static void write_secret(const char *secret, size_t len, mode_t mode)
{
    FILE *file = fopen(secret_path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(secret, 1, len, file), len);
    fclose(file);
    assert_int_equal(chmod(secret_path, mode), 0);
}

static int set_up_secret(void **state)
{
    strcpy(secret_path, "/tmp/deskpulse-secret-XXXXXX");
    int fd = mkstemp(secret_path);
    if (fd >= 0)
        close(fd);
    setenv("TEST_HOOK_SECRET", "of-the-environment", 1);
    setenv("TEST_HOOK_EMPTY", "", 1);
    return fd < 0 || set_up(state);
}

static int tear_down_secret(void **state)
{
    unlink(secret_path);
    return tear_down(state);
}

static void test_nothing(void **state)
{
    (void)state;
    assert_loads("");
    assert_int_equal(config.rule_count, 0);
    assert_int_equal(config.hook_count, 0);
    assert_int_equal(config.route_count, 0);
    assert_string_equal(config.board_url, "");
    assert_loads("[alert]\nboard_url = https://board.example.com/desk\n");
    assert_string_equal(config.board_url, "https://board.example.com/desk");
}

/* Those of the contract. */
static void test_rules(void **state)
{
    (void)state;
    write_secret("hush\n", 5, 0600);
    snprintf(text, sizeof text,
             "[rule \"billing service level\"]\nscope = queue\nmatch = billing\n"
             "when = service_level < 0.80\nwindow = 15m\nfor = 60s ; so long\n"
             "min = responses 5\nclear = service_level >= 0.85\nseverity = page\n"
             "notify = leads\n"
             "[rule \"urgent contact unanswered\"]\nscope = contact\nwhen = waiting > 30s\n"
             "match = priority=urgent\n"
             "[hook \"leads\"]\ntype = webhook\nurl = https://example.com/hook\n"
             "secret_file = %s\n",
             secret_path);
    assert_loads(text);
    assert_int_equal(config.rule_count, 2);
    const struct dp_rule *rule = &config.rules[0];
    assert_string_equal(rule->name, "billing service level");
    assert_int_equal(rule->line, 1);
    assert_int_equal(rule->scope, DP_RULE_QUEUE);
    assert_int_equal(rule->match.id.count, 1);
    assert_string_equal(rule->match.id.items[0], "billing");
    assert_string_equal(rule->when_text, "service_level < 0.80");
    assert_int_equal(rule->term_count, 2);
    assert_int_equal(rule->terms[0].limit, 800000);
    assert_int_equal(rule->terms[1].limit, 850000);
    assert_true(rule->has_window);
    assert_string_equal(rule->window, "15m");
    assert_int_equal(rule->for_ms, 60000);
    assert_string_equal(rule->min_name, "responses");
    assert_int_equal(rule->min, 5);
    assert_string_equal(rule->severity, "page");
    assert_int_equal(rule->notify_count, 1);
    assert_string_equal(rule->notify[0], "leads");
    assert_int_equal(rule->on_no_data, DP_NO_DATA_OK);
    rule = &config.rules[1];
    assert_int_equal(rule->scope, DP_RULE_CONTACT);
    assert_int_equal(rule->match.priorities, 1u << DP_PRIORITY_URGENT);
    assert_string_equal(rule->severity, "warning");
    assert_int_equal(rule->notify_count, 0);
    assert_int_equal(rule->clear.count, 0);
    assert_int_equal(rule->escalate_ms, 0);
    const struct dp_hook *hook = &config.hooks[0];
    assert_int_equal(hook->type, DP_HOOK_WEBHOOK);
    assert_string_equal(hook->url, "https://example.com/hook");
    assert_string_equal(hook->secret, "hush");
    assert_int_equal(hook->timeout_ms, 10000);
    assert_int_equal(hook->per_minute, 60);
    assert_int_equal(hook->group, 20);
    assert_int_equal(hook->language, DP_ENGLISH);
    assert_false(hook->allow_private);
    assert_int_equal(hook->line, 15);
}

static void test_all_keys(void **state)
{
    (void)state;
    assert_loads("[period]\nkinds = month\n[window]\nlengths = 60s 5m\n"
                 "[team \"\xe5\x8c\x97\"]\nlead = north\n"
                 "[hook \"north\"]\ntype = email\nurl = smtps://mail.example.com:465\n"
                 "from = deskpulse@example.com\nto = a@example.com, b@example.com\n"
                 "user = deskpulse\nsecret_env = TEST_HOOK_SECRET\nlanguage = zh\n"
                 "allow_private = yes\ntimeout = 2s\nrate = 0\ngroup = 1\nfallback = duty\n"
                 "ca_file = /dev/null\n"
                 "[hook \"duty\"]\ntype = dingtalk\nurl = http://10.0.0.7/robot?token=x\n"
                 "[rule \"a\"]\nscope = agent\nwhen = score < 60 or quality_mean < 80\n"
                 "period = month\non_no_data = keep\nnotify = team-lead, duty\nrepeat = 1h\n"
                 "labels = service = chat , region=\xe5\x8d\x97 \xe4\xba\xac\n"
                 "quiet_hours = 22:00-07:00, Sat-Sun 00:00-24:00\nescalate_after = 5m\n"
                 "escalate_to = duty\n"
                 "[rule \"b\"]\nscope = channel\nmatch = voice\nwhen = answer_rate < 95%\n"
                 "window = 1m\non_no_data = alert\n");
    const struct dp_hook *hook = &config.hooks[0];
    assert_int_equal(hook->type, DP_HOOK_EMAIL);
    assert_string_equal(hook->from, "deskpulse@example.com");
    assert_string_equal(hook->to, "a@example.com, b@example.com");
    assert_string_equal(hook->user, "deskpulse");
    assert_string_equal(hook->secret, "of-the-environment");
    assert_string_equal(hook->ca_file, "/dev/null");
    assert_int_equal(hook->language, DP_CHINESE);
    assert_true(hook->allow_private);
    assert_int_equal(hook->timeout_ms, 2000);
    assert_int_equal(hook->per_minute, 0);
    assert_int_equal(hook->group, 1);
    assert_string_equal(hook->fallback, "duty");
    assert_null(config.hooks[1].secret);
    assert_int_equal(config.route_count, 1);
    assert_string_equal(config.routes[0].team, "\xe5\x8c\x97");
    assert_string_equal(config.routes[0].hook, "north");
    const struct dp_rule *rule = &config.rules[0];
    assert_true(rule->has_period);
    assert_int_equal(rule->period, DP_PERIOD_MONTH);
    assert_int_equal(rule->terms[1].source, DP_TERM_PERIOD);
    assert_int_equal(rule->on_no_data, DP_NO_DATA_KEEP);
    assert_int_equal(rule->notify_count, 2);
    assert_string_equal(rule->notify[0], "team-lead");
    assert_string_equal(rule->notify[1], "duty");
    assert_int_equal(rule->repeat_ms, HOUR);
    assert_int_equal(rule->label_count, 2);
    assert_string_equal(rule->labels[0].name, "service");
    assert_string_equal(rule->labels[0].value, "chat");
    assert_string_equal(rule->labels[1].value, "\xe5\x8d\x97 \xe4\xba\xac");
    assert_int_equal(rule->quiet.count, 3);
    assert_int_equal(rule->escalate_ms, 300000);
    assert_string_equal(rule->escalate, "duty");
    /* A window goes by its length: its name is that of [window]. */
    assert_string_equal(config.rules[1].window, "60s");
    assert_int_equal(config.rules[1].match.channels, 1u << DP_CHANNEL_VOICE);
}

static void test_secrets(void **state)
{
#define HOOK "[hook \"h\"]\ntype = webhook\nurl = https://a/b\n"
    static char big[4200];
    static const struct {
        const char *secret;
        size_t len;
        mode_t mode;
        const char *wrong; /* NULL: it is taken */
    } cases[] = {
        {"top secret\r\n", 12, 0640, NULL},
        {"top secret", 10, 0400, NULL},
        {"top secret\n", 11, 0604, "is open to others (mode 0604)"},
        {"top secret\n", 11, 0602, "is open to others (mode 0602)"},
        {"", 0, 0600, "is empty"},
        {"\n", 1, 0600, "is empty"},
        {"top secret\nnext\n", 16, 0600, "holds more than one line, or control characters"},
        {"top\0secret", 10, 0600, "holds more than one line, or control characters"},
        {big, 4097, 0600, "holds more than 4096 bytes"},
    };
    char expected[256];
    (void)state;
    memset(big, 'x', sizeof big);
    snprintf(text, sizeof text, HOOK "secret_file = %s\n", secret_path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_secret(cases[i].secret, cases[i].len, cases[i].mode);
        if (!cases[i].wrong) {
            assert_loads(text);
            assert_string_equal(config.hooks[0].secret, "top secret");
            continue;
        }
        snprintf(expected, sizeof expected, "[hook \"h\"] secret_file: \"%s\" %s|chmod 640",
                 secret_path, cases[i].wrong);
        assert_fails(text, 4, expected);
        assert_null(strstr(error, "top"));
        assert_null(strstr(error, "xxx"));
    }
    chmod(secret_path, 0600);
    assert_fails(HOOK "secret_file = /nowhere/x\n", 4,
                 "secret_file: \"/nowhere/x\" cannot be opened: No such file or directory");
    assert_fails(HOOK "secret_file = /dev/null\n", 4, "\"/dev/null\" is no regular file");
    assert_fails(HOOK "secret_env = TEST_HOOK_NOWHERE\n", 4,
                 "secret_env: \"TEST_HOOK_NOWHERE\" is no variable of the environment; allowed: "
                 "the name of a variable that holds the secret");
    assert_fails(HOOK "secret_env = TEST_HOOK_EMPTY\n", 4, "\"TEST_HOOK_EMPTY\" is empty");
    assert_fails(HOOK "secret_env = A\nsecret_file = /a\n", 4,
                 "[hook \"h\"] secret_env: there is secret_file too; allowed: one of them");
}

#define R        "[rule \"r\"]\n"
#define QUEUE    R "scope = queue\n"
#define WAITING  QUEUE "when = waiting > 5\n"
#define CONTACT  R "scope = contact\nwhen = waiting > 30s\n"
#define LEADS    "[hook \"leads\"]\ntype = slack\nurl = https://a/b\n"
#define H        "[hook \"h\"]\n"
#define SLACK    H "type = slack\nurl = https://a/b\n"
#define MAIL     H "type = email\nurl = smtp://a\n"
#define MAIL_OWN MAIL "from = a@b\nto = c@d\n"
#define LONG_65  "12345678901234567890123456789012345678901234567890123456789012345"

static void test_errors(void **state)
{
    static const struct {
        const char *text;
        int line;
        const char *error; /* all of it behind the line, or up to an asterisk at its end */
    } cases[] = {
        /* rules */
        {"[rule \"\"]\n", 1,
         "[rule \"\"] this is no name of a rule; allowed: 1 to 64 bytes of UTF-8 without control "
         "characters"},
        {"[rule \"" LONG_65 "\"]\n", 1, "[rule \"" LONG_65 "\"] this is no name of a rule; *"},
        {WAITING "[log]\nlevel = info\n" R, 6,
         "[rule \"r\"] this rule is there twice, first in line 1; allowed: each rule once"},
        {R "why = x\n", 2,
         "[rule \"r\"] why: there is no such key; allowed: scope, match, when, clear, window, "
         "period, for, min, on_no_data, severity, labels, notify, repeat, quiet_hours, "
         "escalate_after, escalate_to"},
        {R "when = a\nwhen = b\n", 3,
         "[rule \"r\"] when: this is set twice, first in line 2; allowed: each key once"},
        {R "when =\n", 2, "[rule \"r\"] when: there is no value; allowed: a value behind ="},
        {R "when = \xff\n", 2, "[rule \"r\"] when: this is no UTF-8; allowed: text in UTF-8"},
        {"\n" R "when = waiting > 5\n", 2,
         "[rule \"r\"] scope: this is missing; allowed: all, agent, team, queue, channel, contact"},
        {R "scope = desk\n", 2,
         "[rule \"r\"] scope: \"desk\" is no scope; allowed: all, agent, team, queue, channel, "
         "contact"},
        {"\n" QUEUE, 2,
         "[rule \"r\"] when: this is missing; allowed: QUANTITY OP VALUE, joined by and, or and "
         "parentheses"},
        {R "scope = all\nwhen = waiting > 5\nmatch = a\n", 4,
         "[rule \"r\"] match: scope all has no such key; allowed: with scope agent, team, queue, "
         "channel, contact"},
        {CONTACT "window = 5m\n", 4,
         "[rule \"r\"] window: scope contact has no such key; allowed: with scope all, agent, "
         "team, queue, channel"},
        {CONTACT "period = day\n", 4, "[rule \"r\"] period: scope contact has no such key; *"},
        {CONTACT "min = responses 5\n", 4, "[rule \"r\"] min: scope contact has no such key; *"},
        {CONTACT "on_no_data = ok\n", 4, "[rule \"r\"] on_no_data: scope contact has no such *"},
        {R "scope = channel\nwhen = offered > 1\nperiod = day\n", 4,
         "[rule \"r\"] period: scope channel has no such key; allowed: with scope all, agent, "
         "team, queue"},
        {QUEUE "when = service_level < 80 %\n", 3,
         "[rule \"r\"] when: column 1: service_level is of a window or a period; allowed: with "
         "the key window or period, or waiting, oldest_waiting_ms, in_service"},
        {QUEUE "when = service_level < 80\nwindow = 5m\n", 3,
         "[rule \"r\"] when: column 17: \"80\" is no value of this quantity; allowed: a share "
         "from 0 to 1 such as 0.95, or 95 %"},
        {QUEUE "when = waiting > 5 and happiness > 1\n", 3,
         "[rule \"r\"] when: column 17: \"happiness\" is no quantity of scope queue; *"},
        {R "scope = contact\nwhen = service_level < 1\n", 3,
         "[rule \"r\"] when: column 1: \"service_level\" is no quantity of scope contact; "
         "allowed: waiting, unresolved, handling, silent, held"},
        {WAITING "clear = waiting\n", 4,
         "[rule \"r\"] clear: column 8: comparison is missing; allowed: < <= > >= = !="},
        {WAITING "min = responses 5\n", 4,
         "[rule \"r\"] min: column 1: responses is of a window or a period; *"},
        {WAITING "window = 15m\nmin = waiting 5\n", 5,
         "[rule \"r\"] min: column 1: \"waiting\" is no count; allowed: offered, responses, *"},
        {WAITING "match = team=north\n", 4,
         "[rule \"r\"] match: column 1: \"team=north\" is no kind of match for this scope; "
         "allowed: id"},
        {WAITING "window = 7m\n", 4,
         "[rule \"r\"] window: \"7m\" is no window; allowed: one of [window] lengths: 1m, 5m, 15m, "
         "30m, 1h, 8h, 24h"},
        {WAITING "window = soon\n", 4, "[rule \"r\"] window: \"soon\" is no window; *"},
        {WAITING "window = 5m\n", 4,
         "[rule \"r\"] window: no figure is of it; allowed: with a figure such as service_level "
         "in when"},
        {WAITING "period = day\n", 4, "[rule \"r\"] period: no figure is of it; *"},
        {WAITING "window = 5m\nperiod = day\n", 5,
         "[rule \"r\"] period: there is a window too; allowed: one of them"},
        {"[period]\nkinds = day week\n" WAITING "period = month\n", 6,
         "[rule \"r\"] period: \"month\" is no period; allowed: one of [period] kinds: day, week"},
        {"[period]\nkinds = none\n" WAITING "period = day\n", 6,
         "[rule \"r\"] period: \"day\" is no period; allowed: one of [period] kinds: none"},
        {WAITING "for = 60\n", 4,
         "[rule \"r\"] for: \"60\" is no duration; allowed: a duration such as 500ms 20s 5m 24h "
         "7d, from 0s to 31d"},
        {WAITING "for = 32d\n", 4, "[rule \"r\"] for: \"32d\" is too large; *"},
        {WAITING "repeat = 5s\n", 4,
         "[rule \"r\"] repeat: \"5s\" is too small; allowed: a duration such as 500ms 20s 5m 24h "
         "7d, from 10s to 31d"},
        {WAITING "on_no_data = page\n", 4,
         "[rule \"r\"] on_no_data: \"page\" is no choice; allowed: ok, keep, alert"},
        {WAITING "severity = 123456789012345678901234567890123\n", 4,
         "[rule \"r\"] severity: \"123456789012345678901234567890123\" is too long; allowed: 1 to "
         "32 bytes such as page"},
        {WAITING "labels = a\n", 4,
         "[rule \"r\"] labels: \"a\" is no label; allowed: up to 8 of name=value, separated by "
         "commas, each name once (letters, digits, _) and values of 1 to 128 bytes"},
        {WAITING "labels = 1a=b\n", 4, "[rule \"r\"] labels: \"1a\" is no name of a label; *"},
        {WAITING "labels = a=b, =c\n", 4, "[rule \"r\"] labels: \"\" is no name of a label; *"},
        {WAITING "labels = a=\n", 4, "[rule \"r\"] labels: \"\" is no value of a label; *"},
        {WAITING "labels = a=b,a=c\n", 4, "[rule \"r\"] labels: \"a\" is there twice; *"},
        {WAITING "labels = a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1\n", 4,
         "[rule \"r\"] labels: \"i\" is one label too many; *"},
        {WAITING "notify = leads\n", 4,
         "[rule \"r\"] notify: \"leads\" is no hook; allowed: the name of a section [hook "
         "\"NAME\"]"},
        {WAITING "notify = leads, boss\n" LEADS "[hook \"duty\"]\ntype = slack\nurl = http://a\n",
         4, "[rule \"r\"] notify: \"boss\" is no hook; allowed: leads, duty"},
        {WAITING "notify = leads,\n" LEADS, 4, "[rule \"r\"] notify: \"\" is no hook; *"},
        {WAITING "notify = leads,leads\n" LEADS, 4,
         "[rule \"r\"] notify: \"leads\" is there twice; allowed: each hook once"},
        {WAITING "notify = team-lead\n", 4,
         "[rule \"r\"] notify: \"team-lead\" is nobody in this scope; allowed: with scope agent, "
         "team or contact"},
        {CONTACT "notify = team-lead\n", 4,
         "[rule \"r\"] notify: \"team-lead\" is nobody without teams; allowed: with sections "
         "[team \"NAME\"] and lead = HOOK"},
        {WAITING "escalate_after = 5m\n", 1,
         "[rule \"r\"] escalate_to: this is missing; allowed: the name of a hook, with "
         "escalate_after"},
        {WAITING "escalate_to = leads\n" LEADS, 1,
         "[rule \"r\"] escalate_after: this is missing; allowed: a duration such as 5m, with "
         "escalate_to"},
        {WAITING "escalate_to = boss\nescalate_after = 5m\n", 4,
         "[rule \"r\"] escalate_to: \"boss\" is no hook; *"},
        {WAITING "escalate_to = leads\nescalate_after = soon\n" LEADS, 5,
         "[rule \"r\"] escalate_after: \"soon\" is no duration; *"},
        {WAITING "quiet_hours = night\n", 4,
         "[rule \"r\"] quiet_hours: \"night\" is no quiet hours; allowed: times of day, with days "
         "or without, such as 22:00-07:00, Sat-Sun 00:00-24:00 (up to 16 spans, one over midnight "
         "counts as two)"},
        /* hooks */
        {"[hook \"a, b\"]\n", 1,
         "[hook \"a, b\"] this is no name of a hook; allowed: 1 to 64 bytes of UTF-8 without "
         "control characters, commas or blanks at the ends, and not team-lead"},
        {"[hook \"team-lead\"]\n", 1, "[hook \"team-lead\"] this is no name of a hook; *"},
        {SLACK H, 4,
         "[hook \"h\"] this hook is there twice, first in line 1; allowed: each hook once"},
        {H "uri = x\n", 2,
         "[hook \"h\"] uri: there is no such key; allowed: type, url, secret_file, secret_env, "
         "from, to, user, ca_file, language, allow_private, timeout, rate, group, fallback"},
        {H "url = https://a\n", 1,
         "[hook \"h\"] type: this is missing; allowed: webhook, alertmanager, slack, dingtalk, "
         "wecom, feishu, pagerduty, email"},
        {H "type = fax\n", 2,
         "[hook \"h\"] type: \"fax\" is no type; allowed: webhook, alertmanager, slack, dingtalk, "
         "wecom, feishu, pagerduty, email"},
        {H "type = slack\n", 1,
         "[hook \"h\"] url: this is missing; allowed: https://HOST[:PORT][/PATH], or the same "
         "with http://"},
        {H "type = slack\nurl = ftp://token\n", 3,
         "[hook \"h\"] url: this is no address for this type; allowed: https://HOST[:PORT][/PATH], "
         "or the same with http://"},
        {H "type = slack\nurl = https:///token\n", 3,
         "[hook \"h\"] url: this is no address for this type; *"},
        {H "type = slack\nurl = https://a/b c\n", 3,
         "[hook \"h\"] url: this is no address for this type; *"},
        {H "type = email\nurl = https://a\n", 3,
         "[hook \"h\"] url: this is no address for this type; allowed: smtps://HOST[:PORT], or "
         "the same with smtp://"},
        {H "type = slack\nurl = https://me:pw@a/b\n", 3,
         "[hook \"h\"] url: this has a user or a password in it; allowed: an address without, and "
         "secret_file or secret_env"},
        {H "type = pagerduty\nurl = https://a/b\n", 1,
         "[hook \"h\"] secret_file: this is missing; allowed: secret_file or secret_env with the "
         "routing key, which pagerduty needs"},
        {SLACK "from = a@b\n", 4,
         "[hook \"h\"] from: this type has no such key; allowed: with type = email"},
        {SLACK "to = a@b\n", 4, "[hook \"h\"] to: this type has no such key; *"},
        {SLACK "user = a\n", 4, "[hook \"h\"] user: this type has no such key; *"},
        {MAIL "to = a@b\n", 1,
         "[hook \"h\"] from: this is missing; allowed: one address such as deskpulse@example.com"},
        {MAIL "from = a@b\n", 1,
         "[hook \"h\"] to: this is missing; allowed: addresses such as lead@example.com, "
         "separated by commas"},
        {MAIL "from = a@b, c@d\nto = a@b\n", 4,
         "[hook \"h\"] from: \"a@b, c@d\" is no address; allowed: one address such as *"},
        {MAIL "from = a@b\nto = c@d, Eve <e@f>\n", 5,
         "[hook \"h\"] to: \"Eve <e@f>\" is no address; allowed: addresses such as *"},
        {MAIL_OWN "user = me\n", 1,
         "[hook \"h\"] secret_file: this is missing; allowed: secret_file or secret_env with the "
         "user's password"},
        {MAIL_OWN "secret_env = TEST_HOOK_SECRET\n", 1,
         "[hook \"h\"] user: this is missing; allowed: the user whose password the secret is"},
        {SLACK "ca_file = /nowhere/x\n", 4,
         "[hook \"h\"] ca_file: \"/nowhere/x\" cannot be read; allowed: a file with certificates "
         "of authorities (PEM)"},
        {SLACK "language = de\n", 4,
         "[hook \"h\"] language: \"de\" is no language; allowed: en, zh"},
        {SLACK "allow_private = maybe\n", 4,
         "[hook \"h\"] allow_private: \"maybe\" is neither yes nor no; allowed: no, yes"},
        {SLACK "timeout = 1ms\n", 4,
         "[hook \"h\"] timeout: \"1ms\" is too small; allowed: a duration such as 500ms 20s 5m "
         "24h 7d, from 100ms to 5m"},
        {SLACK "rate = many\n", 4,
         "[hook \"h\"] rate: \"many\" is no whole number; allowed: a whole number from 0 to 10000"},
        {SLACK "rate = 99999999999999999999999\n", 4,
         "[hook \"h\"] rate: \"99999999999999999999999\" is too large; *"},
        {SLACK "group = 0\n", 4,
         "[hook \"h\"] group: \"0\" is too small; allowed: a whole number from 1 to 1000"},
        {SLACK "fallback = duty\n", 4, "[hook \"h\"] fallback: \"duty\" is no hook; allowed: h"},
        {SLACK "fallback = h\n", 4,
         "[hook \"h\"] fallback: \"h\" leads back to this hook; allowed: a hook whose own "
         "fallbacks lead elsewhere"},
        {LEADS "fallback = h\n" SLACK "fallback = leads\n", 4,
         "[hook \"leads\"] fallback: \"h\" leads back to this hook; *"},
        /* teams */
        {"[team \"a:b\"]\n", 1,
         "[team \"a:b\"] this is no name of a team; allowed: 1 to 128 bytes of UTF-8 without "
         "control characters, braces or colons"},
        {"[team \"a\"]\n[team \"a\"]\n", 2,
         "[team \"a\"] this team is there twice, first in line 1; allowed: each team once"},
        {"[team \"a\"]\nboss = x\n", 2, "[team \"a\"] boss: there is no such key; allowed: lead"},
        {LEADS "[team \"a\"]\n", 4, "[team \"a\"] lead: this is missing; allowed: leads"},
        {LEADS "[team \"a\"]\nlead = boss\n", 5,
         "[team \"a\"] lead: \"boss\" is no hook; allowed: leads"},
        {"[alert]\nboard_url = board\n", 2,
         "[alert] board_url: \"board\" is no address of a web page; allowed: "
         "https://HOST[:PORT][/PATH], the same with http://, or nothing"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[1024];
        if (load(cases[i].text))
            fail_msg("taken: %s", cases[i].text);
        snprintf(expected, sizeof expected, "%s:%d: %s", path, cases[i].line, cases[i].error);
        size_t len = strlen(expected);
        bool whole = expected[len - 1] != '*';
        if (whole ? strcmp(error, expected) != 0 : strncmp(error, expected, len - 1) != 0)
            fail_msg("\nis       %s\nexpected %s", error, expected);
        assert_non_null(strstr(error, "; allowed: "));
    }
}

/* A line is never cut: one that is too long is an error, and so is one that would go on. */
static void test_long_lines(void **state)
{
    char when[256] = "when = waiting > 1";
    (void)state;
    while (strlen(when) + 15 < 198)
        strcat(when, " or waiting > 1");
    snprintf(text, sizeof text, QUEUE "%s\n", when);
    assert_loads(text);
    assert_int_equal(config.rules[0].term_count, 12);
    strcat(when, " or waiting > 10");
    snprintf(text, sizeof text, QUEUE "%s\n", when);
    assert_fails(text, 3, "this line has a NUL in it or is longer than 198 bytes");
    assert_fails(QUEUE "when = waiting > 1\n  or waiting <= 2\n", 4, "or waiting <: there is no");
    assert_fails(QUEUE "when = waiting > 1\n  or waiting > 2\n", 4, "no key and no section");
}

/* What the environment and the command line say of windows holds for rules too. */
static void test_windows_from_elsewhere(void **state)
{
    static const char *const overrides[] = {"window.lengths=10m"};
    static const char file[] = QUEUE "when = offered > 1\nwindow = 10m\n";
    (void)state;
    write_file(file, sizeof file - 1);
    assert_false(dp_config_load(&config, path, NULL, 0, error, sizeof error));
    assert_true(dp_config_load(&config, path, overrides, 1, error, sizeof error));
    assert_string_equal(config.rules[0].window, "10m");
}

static void test_many_hooks(void **state)
{
    (void)state;
    char *end = text + sprintf(text, WAITING "notify = h0,h1,h2,h3,h4,h5,h6,h7,h8\n");
    for (int i = 0; i < 60; i++)
        end += sprintf(end, "[hook \"h%d\"]\ntype = slack\nurl = https://a/%d\n", i, i);
    assert_fails(text, 4, "notify: \"h8\" is one hook too many; allowed: up to 8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_nothing, clean),
        cmocka_unit_test_teardown(test_rules, clean),
        cmocka_unit_test_teardown(test_all_keys, clean),
        cmocka_unit_test_teardown(test_secrets, clean),
        cmocka_unit_test_teardown(test_errors, clean),
        cmocka_unit_test_teardown(test_long_lines, clean),
        cmocka_unit_test_teardown(test_windows_from_elsewhere, clean),
        cmocka_unit_test_teardown(test_many_hooks, clean),
    };
    return cmocka_run_group_tests(tests, set_up_secret, tear_down_secret);
}
