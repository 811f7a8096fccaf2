#!/usr/bin/env -S python3 -B
"""deskpulse alert on a real Redis: what it shows is what the hashes hold, what it changes the
running process can read, and it says what is wrong. Usage: see cases.py."""
import contextlib
import json
import os
import pwd
import re
import subprocess
import sys
import time
import unicodedata

from cases import case, equal, run_cases
from program import DESKPULSE, ENVIRONMENT, deskpulse
from servers import RedisServer

SERVER = RedisServer()
ACTIVE, ACKS, SILENCES, ASKED = (f"dp:alerts:{name}"
                                 for name in ("active", "acks", "silences", "asked"))
NOWHERE = "127.0.0.1:1"
MINUTE, DAY = 60_000, 86_400_000
BILLING, NIGHT, LOAD, CONTACT = (f"{number:016x}" for number in range(10, 14))


def now_ms():
    return time.time_ns() // 1_000_000


def alerts():
    """Alerts as the running process writes them, in the order in which they are to be shown."""
    now = now_ms()
    return {
        CONTACT: {"rule": "urgent contact unanswered", "state": "firing", "severity": "page",
                  "scope": "contact", "id": "客服-17", "queue": "技术支持", "team": "north",
                  "channel": "chat", "value": "waiting 95.000000", "when": "waiting > 30s",
                  "since_ms": now - 40 * MINUTE, "fired_ms": now - 40 * MINUTE, "at_ms": now},
        BILLING: {"rule": "billing service level", "state": "firing", "severity": "page",
                  "scope": "queue", "id": "billing", "queue": "billing", "window": "15m",
                  "value": "service_level 0.712000, responses 18",
                  "when": "service_level < 0.80", "since_ms": now - 6 * MINUTE,
                  "fired_ms": now - 5 * MINUTE, "at_ms": now, "labels": {"site": "Köln"}},
        NIGHT: {"rule": "夜间值班", "state": "firing", "severity": "warning", "scope": "team",
                "id": "客户服务一部", "team": "客户服务一部", "value": "available 0",
                "fired_ms": now - 3 * 60 * MINUTE},
        LOAD: {"rule": "load", "severity": "sev-9", "scope": "all", "fired_ms": now - 20_000},
    }


@contextlib.contextmanager
def redis_with(fired=None):
    """A connection to a Redis with these alerts and nothing else."""
    with SERVER.client() as redis:
        redis("FLUSHALL")
        for name, fields in (fired or {}).items():
            redis("HSET", ACTIVE, name, fields if isinstance(fields, str) else
                  json.dumps({"alert": name} | fields, ensure_ascii=False))
        yield redis


def alert(*arguments, **options):
    return deskpulse("alert", *arguments[:1], "--set", f"redis.url={SERVER.url}", *arguments[1:],
                     **options)


def table(*arguments):
    output, log = alert(*arguments)
    equal(log, "", "standard error")
    return output


def listed(*arguments):
    return json.loads(table("list", "--format", "json", *arguments))


def says(*arguments, code=1, **options):
    output, log = alert(*arguments, code=code, **options)
    equal(output, "", "standard output")
    equal(log.count("\n"), 1, f"lines said ({log})")
    return log


def entries(redis, key):
    return {name: json.loads(text) for name, text in redis.hashes([key])[0].items()}


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(line, start):
    """The part of a line from a column of a terminal on."""
    while start > 0:
        start -= width(line[0])
        line = line[1:]
    return line


# ---------------------------------------------------------------- list

@case(60)
def nothing_fires():
    with redis_with():
        equal(table("list"), "no alert is firing\n", "table")
        equal(listed(), [], "json")


@case(60)
def json_has_the_alerts_as_redis_has_them_by_severity_and_age():
    fired = alerts()
    with redis_with(dict(sorted(fired.items()))) as redis:
        equal(listed(), [{"alert": name} | fields for name, fields in fired.items()], "alerts")
        equal(redis("KEYS", "*"), [ACTIVE], "keys that there are afterwards")


@case(60)
def table_stands_in_columns_whatever_the_script():
    with redis_with(alerts()) as redis:
        redis("HSET", ACKS, NIGHT, json.dumps({"by": "王小明", "at_ms": now_ms()}))
        head, *rows = re.sub(r"\n +", " ", table("list")).splitlines()  # long ones are wrapped
    equal([row.split()[0] for row in rows], [CONTACT, BILLING, NIGHT, LOAD], "order")
    for column, cells in (
            ("rule", ("urgent contact", "billing service", "夜间值班", "load")),
            ("about", ("contact 客服-17, queue 技术支持, team north", "queue billing  ",
                       "team 客户服务一部  ", "all  ")),
            ("acknowledged", ("-  ", "-  ", "王小明  ", "-")),
            ("value", ("waiting 95", "service_level 0.7", "available 0", "-"))):
        start = head.index(column)
        for row, cell in zip(rows, cells):
            assert cut(row, start).startswith(cell), f"'{cell}' is not below {column}:\n{head}\n{row}"
    for row, age in zip(rows, ("40m 0", " 5m 0", "3h 00m", "20s")):
        assert age in row, f"{age}: {row}"
        end = head.index("firing") + len("firing")
        assert re.match(r"[ms]  ", cut(row, end - 1)), f"{row} does not end below firing"


@case(60)
def some_can_be_chosen():
    with redis_with(alerts()):
        for arguments, names in ((("--rule", "*service*"), [BILLING]),
                                 (("--rule", "夜间??"), [NIGHT]),
                                 (("--severity", "page"), [CONTACT, BILLING]),
                                 (("--scope", "all"), [LOAD]),
                                 (("--severity", "page", "--scope", "queue"), [BILLING]),
                                 (("--rule", "nothing"), [])):
            equal([item["alert"] for item in listed(*arguments)], names, arguments)
        equal(table("list", "--rule", "nothing"), "no alert is firing\n", "table")


@case(60)
def what_cannot_be_read_is_shown_and_moves_no_cursor():
    hostile = {"rule": "clear\033[2J\nscreen", "severity": 5, "scope": "queue",
               "id": "\u009bb\u202e", "labels": None}
    with redis_with({BILLING: "{broken", CONTACT: "[1,2]", "x\033[31m": hostile}):
        output = table("list")
        lines = output.splitlines()
        equal(len(lines), 4, "lines")
        assert "\033" not in output and "\u009b" not in output, output
        assert r"clear\x1b[2J\nscreen" in output and r"x\x1b[31m" in output, output
        equal(sorted(item["alert"] for item in listed()),
              sorted([BILLING, CONTACT, "x\033[31m"]), "alerts")
        equal(len(listed("--rule", "clear*")), 1, "alerts chosen")


# ---------------------------------------------------------------- ack

@case(60)
def an_acknowledgement_is_written_and_shown():
    with redis_with(alerts()) as redis:
        before = now_ms()
        equal(table("ack", BILLING, LOAD, "--by", "李娜", "--note", 'I "see"\nto it'), "", "output")
        acks = entries(redis, ACKS)
        equal(set(acks), {BILLING, LOAD}, "alerts")
        for ack in acks.values():
            assert before <= ack.pop("at_ms") <= now_ms(), ack
            equal(ack, {"by": "李娜", "note": 'I "see"\nto it'}, "acknowledgement")
        equal(redis("GET", ASKED), "1", "times asked")
        assert "\n" not in redis("HGET", ACKS, LOAD), "one line"
        shown = {item["alert"]: item for item in listed()}
        equal(shown[BILLING]["acked_by"], "李娜", "who")
        assert before <= shown[BILLING]["acked_ms"] <= now_ms(), shown[BILLING]
        equal("acked_by" in shown[CONTACT], False, "another one")
        assert re.search(f"^{BILLING} .* 李娜 ", table("list"), re.M), "the table"


@case(60)
def by_is_the_login_name():
    with redis_with(alerts()) as redis:
        table("ack", BILLING)
        ack = entries(redis, ACKS)[BILLING]
        equal((ack["by"], "note" in ack), (pwd.getpwuid(os.getuid()).pw_name, False), "ack")


@case(60)
def an_alert_that_does_not_fire_is_refused():
    with redis_with() as redis:
        log = says("ack", BILLING)
        assert f"'{BILLING}' is no alert that is firing; firing: none; nothing was changed" in log, log
    with redis_with({f"{number:016x}": {} for number in range(14)}) as redis:
        log = says("ack", BILLING, "f00")
        assert "'f00' is no alert" in log and "and 2 more" in log, log
        equal(re.findall(r"[0-9a-f]{16}", log.partition("firing: ")[2])[0][:12], "0" * 12, "ids")
        equal(redis("EXISTS", ACKS, ASKED), 0, "keys written")


# ---------------------------------------------------------------- silences

@case(60)
def a_silence_is_written_listed_and_removed():
    with redis_with() as redis:
        equal(table("silences"), "no silence is in force\n", "before")
        before = now_ms()
        output = table("silence", "--for", "2h", "--rule", "billing*", "--scope", "queue", "--id",
                       "账?", "--by", "王小明", "--note", "维护")
        assert re.fullmatch(r"[0-9a-f]{8}\n", output), output
        first = output.strip()
        silence = entries(redis, SILENCES)[first]
        made, until = silence.pop("at_ms"), silence.pop("until_ms")
        assert before <= made <= now_ms(), made
        equal(until - made, 120 * MINUTE, "its time")
        equal(silence, {"rule": "billing*", "scope": "queue", "match": "账?", "by": "王小明",
                        "note": "维护"}, "silence")
        second = table("silence", "--for", "30d", "--scope", "all").strip()
        equal(set(entries(redis, SILENCES)[second]), {"scope", "by", "at_ms", "until_ms"}, "fields")
        third = table("silence", "--for", "1m", "--id", "a\033b").strip()
        head, *rows = table("silences").splitlines()
        equal([row.split()[0] for row in rows], [third, first, second], "order")
        for row, left, shown in zip(rows, ("1m 00s|[56].s", "2h 00m|1h 59m", "29d 23h|30d 00h"),
                                    (r"a\x1bb", "账?", "all")):
            assert re.search(f" ({left}) ", row) and shown in row, row
        assert cut(rows[1], head.index("note")) == "维护", f"{head}\n{rows[1]}"
        equal(redis("GET", ASKED), "3", "times asked")
        equal(table("unsilence", first, third), "", "output")
        equal(set(entries(redis, SILENCES)), {second}, "those left")
        equal(redis("GET", ASKED), "4", "times asked")
        log = says("unsilence", second, first)
        assert f"'{first}' is no silence; silences: {second}; nothing was changed" in log, log
        equal(set(entries(redis, SILENCES)), {second}, "those left")


def fill(redis, count, until_ms):
    text = json.dumps({"rule": "a", "until_ms": until_ms, "by": "w", "at_ms": 1})
    redis.many([("HSET", SILENCES, f"{until_ms % 10}{number:07x}", text)
                for number in range(count)])


@case(60)
def those_that_have_ended_are_removed():
    with redis_with() as redis:
        for arguments in (("silences",), ("silence", "--for", "1m", "--rule", "b")):
            redis("DEL", SILENCES, ASKED)
            fill(redis, 3, now_ms() - 10)
            redis("HSET", SILENCES, "wrong", "{}")
            output = table(*arguments)
            left = set(redis.hashes([SILENCES])[0])
            equal(len(left), 2 if arguments[0] == "silence" else 1, f"left by {arguments}")
            equal(redis("GET", ASKED), "1", "times asked, of one change")
            assert "wrong" in left, left
            assert arguments[0] == "silence" or "wrong" in output and "cannot be read" in output
        table("unsilence", "wrong")
        equal("wrong" in redis.hashes([SILENCES])[0], False, "it is still there")


@case(60)
def there_are_a_thousand_at_most():
    with redis_with() as redis:
        fill(redis, 999, now_ms() // 10 * 10 + 1 + DAY)
        fill(redis, 5, now_ms() // 10 * 10 - DAY)
        table("silence", "--for", "1h", "--rule", "a")
        equal(redis("HLEN", SILENCES), 1000, "silences")
        log = says("silence", "--for", "1h", "--rule", "a")
        assert "1000 silences" in log and "unsilence" in log, log
        equal((redis("HLEN", SILENCES), redis("GET", ASKED)), (1000, "1"), "silences, asked")
        equal(len(table("silences").splitlines()), 1001, "lines")


@case(60)
def keys_have_the_prefix():
    with redis_with() as redis:
        table("silence", "--for", "1h", "--rule", "a", "--set", "redis.prefix=cc")
        equal(sorted(redis("KEYS", "*")), ["cc:alerts:asked", "cc:alerts:silences"], "keys")


# ---------------------------------------------------------------- wrong use, servers

@case(60)
def wrong_use_is_said():
    for arguments, part in (
            ((), "no action named; allowed: list, ack, silence, silences, unsilence"),
            (("frob",), "unknown action 'frob'; allowed: list, ack"),
            (("list", "extra"), "'extra' is no option"),
            (("list", "--by", "x"), "unknown option '--by'"),
            (("list", "--format", "html"), "allowed: table, json"),
            (("list", "--scope", "quay"), "allowed: all, agent, team, queue, channel, contact"),
            (("list", "--rule", ""), "--rule: no such text"),
            (("ack",), "no alert named"), (("ack", BILLING, "--by"), "wants a value"),
            (("ack", BILLING, "--by", "x" * 129), "--by: no such text; allowed: 1 to 128 bytes"),
            (("ack", BILLING, "--note", b"\xff"), "--note: no such text"),
            (("unsilence",), "no silence named"), (("silences", "x"), "'x' is no option"),
            (("silence", "--rule", "a"), "no time named"),
            (("silence", "--for", "1h"), "one of --rule, --scope and --id"),
            (("silence", "--for", "1h", "--rule", "a", "b"), "'b' is no option"),
            (("silence", "--for", "59s", "--rule", "a"), "allowed: 1m to 30d"),
            (("silence", "--for", "31d", "--rule", "a"), "allowed: 1m to 30d"),
            (("silence", "--for", "1h", "--rule", "a" * 257), "--rule: no such text")):
        options = () if not arguments else ("--set", f"redis.url=redis://{NOWHERE}")
        output, log = deskpulse("alert", *arguments[:1], *options, *map(os.fsdecode, arguments[1:]),
                                code=2, seconds=10)
        equal((output, log.count("\n")), ("", 1), f"output, lines of {arguments} ({log})")
        assert part in log and log.startswith("deskpulse alert"), f"'{part}' is not in {log}"
    output, log = deskpulse("alert", "silence", "--help")
    assert "usage: deskpulse alert list" in output, output


@case(60)
def another_kind_of_key_is_said_and_nothing_is_written():
    with redis_with(alerts()) as redis:
        for key, arguments in ((ACTIVE, ("list",)), (ACKS, ("list",)), (ACTIVE, ("ack", BILLING)),
                               (SILENCES, ("silences",)), (SILENCES, ("unsilence", "a")),
                               (SILENCES, ("silence", "--for", "1h", "--rule", "a")),
                               (ACKS, ("ack", BILLING)),
                               (ASKED, ("silence", "--for", "1h", "--rule", "a"))):
            if redis("EXISTS", key):
                redis("RENAME", key, "kept")
            redis("SADD", key, "of another kind")
            before = sorted(redis("KEYS", "*"))
            log = says(*arguments)
            assert "WRONGTYPE" in log and "remove the key" in log, log
            equal(sorted(redis("KEYS", "*")), before, f"keys after {arguments}")
            redis("DEL", key)
            if redis("EXISTS", "kept"):
                redis("RENAME", "kept", key)


@case(60)
def redis_away_or_refusing_is_said():
    log = says("list", "--set", f"redis.url=redis://{NOWHERE}", seconds=15)
    assert NOWHERE in log and "start Redis" in log, log
    with redis_with(alerts()) as redis:
        redis("ACL", "SETUSER", "looker", "on", ">secret", "~dp:*", "+ping", "+hgetall", "+hlen",
              "+get", "+multi", "+exec", "+hset")
        looker = ("--set", f"redis.url=redis://looker:secret@{SERVER.address}/0")
        equal(len(listed(*looker)), 4, "alerts")
        log = says("ack", BILLING, *looker)
        assert "incr" in log and "secret" not in log, log
        equal(redis("EXISTS", ACKS), 0, "an acknowledgement that the running process is not told of")
        redis("ACL", "DELUSER", "looker")
        redis("CONFIG", "SET", "requirepass", "the right one")
        try:
            log = says("list")
            assert "NOAUTH" in log and "put the password into redis.url" in log, log
        finally:
            redis("CONFIG", "SET", "requirepass", "")


@case(60)
def output_that_cannot_be_written_is_said():
    with redis_with(alerts()), open("/dev/full", "wb") as full:
        done = subprocess.run([DESKPULSE, "alert", "list", "--set", f"redis.url={SERVER.url}"],
                              stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False,
                              timeout=20)
    equal(done.returncode, 1, "exit code")
    assert b"cannot be written: No space left" in done.stderr, done.stderr


if __name__ == "__main__":
    with SERVER:
        CODE = run_cases()
    sys.exit(CODE)
