#!/usr/bin/env -S python3 -B
"""deskpulse top on a terminal, with figures in a real Redis: what it shows, what keys do, and what
it says when figures are old or Redis is away. Usage: see cases.py."""
import os
import re
import signal
import subprocess
import sys
import threading
import time

from cases import case, equal, run_cases
from program import DESKPULSE, ENVIRONMENT, assert_sound, deskpulse
from servers import RedisServer
from terminal import Terminal

NOWHERE = "127.0.0.1:1"
QUEUES = {"技术支持": "7", "客户服务一部热线": "12", "sales": "0"}
AGENTS = {"王小明": "busy", "欧阳修文": "available", "bob": "break"}
TEAM = "北京"
HOSTILE = "x\x1b[2J\x1b[31mred"
SERVER = RedisServer()
KINDS = {"queue": "queues", "agent": "agents", "team": "teams"}


def window(offered, **more):
    fields = {"v": 1, "as_of_ms": 1, "from_ms": 0, "offered": offered, "responses": 5, "abandons": 1,
              "handles": 4, "complaints": 0, "service_level": "0.812500",
              "response_mean_ms": 12000} | more
    return [part for field in fields.items() for part in field]


def fill(redis):
    """Two hours of a simulated centre, then queues, agents and a team with names that are wide."""
    events = subprocess.run([DESKPULSE, "simulate", "--agents", "40", "--seconds", "7200"],
                            check=True, capture_output=True, timeout=60).stdout
    deskpulse("replay", "--set", f"redis.url={SERVER.url}", "-", stdin=events)
    month = time.strftime("%Y-%m", time.gmtime())
    day = time.strftime("%Y-%m-%d", time.gmtime())
    now = int(time.time() * 1000)
    commands = [("SADD", "dp:queues", *QUEUES), ("SADD", "dp:agents", *AGENTS),
                ("SADD", "dp:teams", TEAM)]
    for queue, waiting in QUEUES.items():
        commands.append(("HSET", f"dp:{{queue:{queue}}}:now", "v", 1, "waiting", waiting,
                         "in_service", 3))
        commands.append(("HSET", f"dp:{{queue:{queue}}}:w:15m", *window(1000 + int(waiting))))
        commands.append(("HSET", f"dp:{{queue:{queue}}}:voice:w:15m", *window(7)))
    commands.append(("HSET", "dp:{queue:sales}:now", "oldest_waiting_ms", 0))
    for agent, state in AGENTS.items():
        commands.append(("HSET", f"dp:{{agent:{agent}}}:now", "v", 1, "state", state,
                         "state_since_ms", now - 300_000, "active_contacts", 1))
        commands.append(("HSET", f"dp:{{agent:{agent}}}:p:{month}", "v", 1, "team", TEAM, "volume",
                         260, "score", "87.250000", "rank", 2, "ranked", 12, "band", "excellent",
                         "points:efficiency", "71.000000", "points:efficiency:volume", "64.500000"))
        commands.append(("HSET", f"dp:{{agent:{agent}}}:p:{day}", "v", 1, "team", TEAM, "handles",
                         17, "volume", 18))
    commands.append(("HSET", "dp:{agent:王小明}:w:1h", *window(3, handles=41)))
    commands.append(("HSET", "dp:alerts:active", "4be1c3d2a5f60718",
                     '{"rule":"夜间值班","severity":"page","scope":"queue","id":"sales",'
                     f'"value":"waiting 7","fired_ms":{now - 65_000}}}',
                     "0c9f2e7716d3b845",
                     '{"rule":"' + HOSTILE.replace("\x1b", "\\u001b") + '","severity":"info",'
                     '"scope":"team","id":"北京","fired_ms":5}'))
    commands.append(("HSET", "dp:alerts:acks", "0c9f2e7716d3b845",
                     '{"by":"李娜","at_ms":5,"note":""}'))
    redis.many(commands)


class Pulse:
    """Keeps the figures young, as a running process does, and tells what has changed."""

    def __init__(self, every=0.5):
        self.every, self.stopped = every, threading.Event()
        self.thread = threading.Thread(target=self.beat, daemon=True)

    def __enter__(self):
        with SERVER.client() as redis:
            self.once(redis)
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def stop(self):
        self.stopped.set()
        self.thread.join()

    @staticmethod
    def once(redis):
        redis("HSET", "dp:meta", "updated_ms", int(time.time() * 1000))

    def beat(self):
        redis = None
        while not self.stopped.wait(self.every):
            try:
                redis = redis or SERVER.client()
                self.once(redis)
            except (OSError, RuntimeError):  # Redis is away
                redis = None


def top(*arguments, **options):
    return Terminal("--set", f"redis.url={SERVER.url}", *arguments, **options)


def once(*arguments, **options):
    return deskpulse("top", "--once", "--set", f"redis.url={SERVER.url}", *arguments, **options)


def change(redis, key, *fields):
    """A hash that is replaced, and the message of its flush."""
    scope = re.search(r"\{(.*)\}", key)[1]
    redis.many([("MULTI",), ("HSET", key, *fields), ("PUBLISH", "dp:updates", "all\n" + scope),
                ("EXEC",)])


# ---------------------------------------------------------------- what is shown

@case(60)
def the_overview_has_the_gauges_and_figures_of_all():
    with Pulse(), SERVER.client() as redis:
        now, figures = redis.hashes(["dp:{all}:now", "dp:{all}:w:15m"])
        for rows, columns in ((24, 80), (50, 200)):
            with top(rows=rows, columns=columns) as terminal:
                terminal.until("service level", 5)
                terminal.until(f"waiting {now['waiting']}  oldest")
                terminal.until("today")
                lines = terminal.screen.lines()
                assert lines[0].startswith("Deskpulse  overview  last 15m"), lines[0]
                assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  \d\.\ds ago$", lines[0]), lines[0]
                for state in ("available", "busy", "offline"):
                    assert f"{state} {now[state]}" in lines[3], lines[3]
                offered = next(line for line in lines if line.startswith("offered"))
                windows = next(line for line in lines if line.startswith("last"))
                end = windows.index("15m") + 3
                equal(offered[:end].split()[-1], figures["offered"], "offered in 15m")
                assert "help" in lines[-1], lines[-1]
                equal("24h" in windows, columns == 200, "room for all windows")
                equal(len([line for line in lines if len(line) > columns]), 0, "lines too long")
                terminal.keys("q")
                terminal.ended()


@case(60)
def lists_are_those_of_redis_in_columns_whatever_the_script():
    with Pulse(), SERVER.client() as redis:
        for rows, columns in ((24, 80), (50, 200)):
            with top(rows=rows, columns=columns) as terminal:
                terminal.keys("2")
                terminal.until("客户服务一部热线")
                screen = terminal.screen
                heading = screen.line_with("waiting")
                end = screen.column_of(heading, "waiting") + len("waiting")
                for queue, waiting in QUEUES.items():
                    row = screen.line_with(queue)
                    equal(screen.cut(row, 0, end).split()[-1], waiting, f"waiting in {queue}")
                    assert screen.cut(row, end, end + 1) == " ", screen.lines()[row]
                offered = screen.column_of(heading, "offered") + len("offered")
                equal(screen.cut(screen.line_with("技术支持"), 0, offered).split()[-1], "1007",
                      "offered")
                assert ("rating" in screen.lines()[heading]) == (columns == 200), heading
        ids = sorted(redis("SMEMBERS", "dp:queues"), key=lambda name: name.encode())
        output, _ = once("--screen", "queues")
        equal([line.split()[0] for line in output.splitlines()[3:]], ids, "queues, in order")


@case(60)
def what_is_absent_is_a_dash_and_never_0():
    with Pulse():
        output, _ = once("--screen", "queues")
    lines = {line.split()[0]: line.split() for line in output.splitlines() if line.strip()}
    heading = re.split(r"  +| (?=resp p95)|(?<=\w) (?=serving|offered|answered|in target|waiting|"
                       r"oldest|handling|resolved|rating|response)",
                       next(line for line in output.splitlines() if line.startswith("queue")))
    values = dict(zip(heading, lines["sales"]))
    equal(values["waiting"], "0", "nobody waits")
    equal(values["oldest"], "0.0s", "a time of 0 is one")
    equal(dict(zip(heading, lines["技术支持"]))["oldest"], "-", "nobody says how long")
    for line in ("客户服务一部热线", "技术支持"):
        assert lines[line].count("-") >= 3, lines[line]
    with Pulse():
        output, _ = once("--screen", "agent:nobody")
    assert "state -" in output and "active contacts -" in output, output
    assert not re.search(r"^[a-z].* 0", output.split("last", 2)[2], re.M), output


@case(60)
def an_agent_has_all_windows_today_and_the_scorecard():
    with Pulse():
        output, _ = once("--screen", "agent:王小明")
    assert f"team {TEAM}  state busy  for 5m" in output, output
    handles = next(line for line in output.splitlines() if line.startswith("handles "))
    windows = next(line for line in output.splitlines() if line.startswith("last"))
    equal(handles.split()[1:], ["-"] * 4 + ["41", "-", "-", "17"], windows)
    for part in ("rank                     -", "excellent", "87.3", "efficiency", "64.5",
                 "Today and this month"):
        assert part in output, f"{part} is not in {output}"


@case(60)
def alerts_are_those_that_fire():
    with Pulse(), top(columns=120) as terminal:
        terminal.keys("5")
        terminal.until("夜间值班")
        screen = terminal.screen
        rows = [screen.line_with("夜间值班"), screen.line_with("info")]
        assert rows[0] < rows[1], "by weight"
        assert "queue sales" in screen.lines()[rows[0]], screen.lines()[rows[0]]
        assert re.search(r"1m \d\ds", screen.lines()[rows[0]]), screen.lines()[rows[0]]
        assert "李娜" in screen.lines()[rows[1]], "who sees to it"
        assert "\\x1b[2J" in screen.lines()[rows[1]], "what controls is shown"
        assert screen.lines()[1].endswith("5 alerts 2"), screen.lines()[1]
        terminal.keys("enter")
        terminal.until("queue sales  last")
        terminal.keys("q")
        terminal.until("夜间值班")


# ---------------------------------------------------------------- keys

@case(90)
def keys_go_down_and_back():
    with Pulse(), top() as terminal:
        terminal.until("agents")
        terminal.keys("j", "j", "enter")
        terminal.until("agents  last 15m")
        terminal.keys("3")
        terminal.until(TEAM)
        terminal.keys("G", "enter")
        terminal.until(f"agents of team {TEAM}")
        terminal.until("3 agents")
        terminal.keys("down", "enter")
        terminal.until("active contacts")
        title = terminal.screen.lines()[0]
        assert any(f"agent {agent}  " in title for agent in AGENTS), title
        terminal.keys("pgdn", "pgdn", "pgdn", "pgdn", "pgdn")
        terminal.until("64.5")
        terminal.keys("backspace")
        terminal.until(f"agents of team {TEAM}")
        terminal.keys("q", "q")
        terminal.until("overview  last")
        terminal.keys("?")
        terminal.until("Any key goes back")
        terminal.keys("x")
        terminal.until("waiting")
        terminal.keys("q")
        terminal.ended()


def shown(terminal):
    """The ids of a list, from above."""
    return [line.split()[0] for line in terminal.screen.lines()[4:-1] if line.strip()]


@case(60)
def lists_are_sorted_and_filtered():
    with Pulse(), top(rows=50) as terminal:
        terminal.keys("2")
        terminal.until("sales")
        by_id = shown(terminal)
        equal(by_id, sorted(by_id, key=lambda name: name.encode()), "by id")
        terminal.keys("s")
        terminal.until("by waiting")
        terminal.until(lambda: shown(terminal)[0] == "客户服务一部热线", 5, "the most first")
        terminal.keys("r")
        terminal.until("the other way round")
        terminal.until(lambda: shown(terminal)[-1] == "客户服务一部热线", 5, "the most last")
        terminal.keys("right", "right")
        terminal.until("by serving")
        terminal.keys("left", "left")
        terminal.until("by waiting")
        terminal.keys("/", "技", "术")
        terminal.until("1 of ")
        equal(shown(terminal), ["技术支持"], "with that text")
        terminal.keys("backspace", "backspace", "S", "A", "enter")
        terminal.until("with 'SA'")
        equal(shown(terminal), ["sales"], "in capitals too")
        terminal.keys("/", "escape")
        terminal.until(lambda: len(shown(terminal)) == len(by_id), 5, "all again")
        terminal.keys("s", "s", "s", "s", "s", "s", "s", "s", "s", "s", "s", "s", "s")
        terminal.until("by complaints")
        assert "complaints" in terminal.screen.lines()[3], "what it is sorted by has a column"


@case(60)
def windows_and_channels_are_chosen():
    def offered(queue):
        row = terminal.screen.line_with(queue)
        return terminal.screen.lines()[row].split()[4] if row > 2 else None

    with Pulse(), top() as terminal:
        terminal.keys("2")
        terminal.until("1007")
        terminal.keys("c")
        terminal.until("last 15m  voice")
        terminal.until(lambda: offered("技术支持") == "7", 5, "offered by voice")
        terminal.keys("c", "c", "c", "w")
        terminal.until("last 30m ")
        terminal.until(lambda: offered("技术支持") == "-", 5, "nothing was offered in 30m")
        terminal.keys("W", "W", "W")
        terminal.until("last 1m ")
    with Pulse(), top("--window", "1d", "--screen", "queue:sales") as terminal:
        terminal.until("queue sales  last 24h")
        terminal.until("24h   today")


# ---------------------------------------------------------------- what changes

@case(60)
def what_changes_is_shown_at_once():
    with Pulse(), SERVER.client() as redis, top("--screen", "queues") as terminal:
        terminal.until("sales")
        time.sleep(1)
        for number in (4711, 4712):
            change(redis, "dp:{queue:sales}:now", "waiting", number)
            seconds = terminal.until(str(number), 3)
            assert seconds < 1, f"{seconds} s until it was shown"
        redis("SADD", "dp:queues", "new one")
        change(redis, "dp:{queue:new one}:now", "waiting", 99)
        terminal.until("new one", 4)
        redis("SREM", "dp:queues", "new one")
        redis("DEL", "dp:{queue:new one}:now")
        terminal.until(lambda: "new one" not in terminal.screen.text(), 8, "it leaves")
        redis("HSET", "dp:{queue:sales}:now", "waiting", 0)


@case(60)
def another_size_is_taken_over():
    with Pulse(), top("--screen", "queues") as terminal:
        terminal.until("sales")
        for rows, columns in ((50, 200), (24, 80), (5, 20), (1, 3), (24, 100)):
            terminal.resize(rows, columns)
            terminal.until(lambda: terminal.screen.lines()[0][:3] ==
                           ("q ~" if rows == 1 else "Des"), 5, f"{rows} x {columns}")
            terminal.take(0.3)
            if columns >= 80:
                terminal.until("help")
                equal("rating" in terminal.screen.text(), columns == 200, "columns for the room")
        terminal.keys("Q")
        terminal.ended()


@case(90)
def a_lost_connection_is_said_and_heals():
    with RedisServer() as server:
        with server.client() as redis:
            redis.many([("HSET", "dp:meta", "v", 1, "windows", "5m 15m", "updated_ms",
                         int(time.time() * 1000)), ("SADD", "dp:queues", "billing"),
                        ("HSET", "dp:{queue:billing}:now", "waiting", 90731)])  # no port
        with Terminal("--set", f"redis.url={server.url}", "--screen", "queues") as terminal:
            terminal.until("90731")
            server.send(signal.SIGSTOP)  # hangs: nothing comes, nothing is refused
            seconds = terminal.until("NO CONNECTION", 8)
            assert seconds < 5, f"{seconds} s"
            terminal.until("90731", 5)  # what was known is still shown, and greyed
            terminal.until(lambda: all(
                2 in style or 7 in style for style in
                terminal.screen.styles(terminal.screen.line_with("billing"))), 5)
            server.send(signal.SIGCONT)
            terminal.until(lambda: "NO CONNECTION" not in terminal.screen.text(), 10)
            server.stop()
            seconds = terminal.until("NO CONNECTION", 8)
            assert seconds < 5, f"{seconds} s"
            server.start()
            terminal.until("NO FIGURES", 10)
            with server.client() as redis:
                redis.many([("HSET", "dp:meta", "v", 1, "windows", "5m 15m", "updated_ms",
                             int(time.time() * 1000)), ("SADD", "dp:queues", "other"),
                            ("HSET", "dp:{queue:other}:now", "waiting", 32)])
            terminal.until("other", 8)
            terminal.keys("q")
            terminal.ended()


@case(60)
def old_figures_are_said_to_be_old():
    pulse = Pulse()
    with pulse, top("--screen", "queues") as terminal:
        terminal.until("sales")
        assert "OLD" not in terminal.screen.text(), "figures of now are not old"
        terminal.keys("j")
        terminal.take(0.5)
        row = terminal.screen.line_with("sales")
        assert all(2 not in style for style in terminal.screen.styles(row)), "not greyed"
        pulse.stop()
        terminal.until("OLD FIGURES, of", 9)
        row = terminal.screen.line_with("技术支持")
        assert all(2 in style or 7 in style for style in terminal.screen.styles(row)), "greyed"
        first = re.search(r"of (\d+)", terminal.screen.lines()[1])[1]
        terminal.until(lambda: re.search(r"of (\d+)", terminal.screen.lines()[1])[1] > first, 5,
                       "their age goes on")


# ---------------------------------------------------------------- terminals, signals

@case(60)
def it_works_without_colours():
    colours = set(range(30, 38)) | {39}
    for options, seen in (({}, True), ({"env": {"NO_COLOR": "1"}}, False), ({"term": "vt100"}, False),
                          ({"term": "linux"}, True), ({"term": "screen"}, True),
                          ({"env": {"LANG": "C", "LC_ALL": "C"}}, True)):
        with Pulse(), top("--screen", "queues", **options) as terminal:
            terminal.until("技术支持")
            terminal.take(0.3)
            equal(bool(terminal.screen.styles_seen & colours), seen, f"colours with {options}")
            terminal.until("waiting  oldest serving")
            terminal.keys("down", "enter")
            terminal.until("queue ")
            terminal.keys("Q")
            terminal.ended()


@case(60)
def signals_give_the_terminal_back():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with Pulse(), top() as terminal:
            terminal.until("service level")
            terminal.send(number)
            terminal.ended()
    with Pulse(), top() as terminal:
        terminal.until("service level")
        terminal.keys("\x03")
        terminal.ended()


@case(60)
def a_stop_gives_the_terminal_back_for_as_long():
    with Pulse(), top(shell=True) as terminal:
        terminal.until("service level")
        for times in range(2):
            terminal.keys("\x1a")
            terminal.until(lambda: terminal.screen.given_back > times, 5, "the screen of before")
            terminal.until("stopped", 5)
            terminal.keys("\n")
            terminal.until("service level", 5)
            assert 1049 in terminal.screen.modes, "the other screen"
        terminal.keys("q")
        terminal.ended()
    with Pulse(), top() as terminal:  # of which no shell knows: it cannot stop
        terminal.until("service level")
        terminal.send(signal.SIGTSTP)
        terminal.until(lambda: terminal.screen.given_back == 1, 5, "the screen of before")
        terminal.until("service level", 5)
        terminal.keys("q")
        terminal.ended()


# ---------------------------------------------------------------- once, wrong use

@case(60)
def once_is_plain_text():
    with Pulse():
        for screen in ("overview", "queues", "teams", "agents", "alerts", f"team:{TEAM}",
                       "queue:技术支持", "agent:bob"):
            output, log = once("--screen", screen)
            equal(log, "", f"standard error of {screen}")
            assert output.startswith("Deskpulse  "), output[:100]
            assert "\x1b" not in output and not re.search(r" $", output, re.M), screen
        output, _ = once("--screen", "agents")
        assert len(output.splitlines()) > 40, "all rows, whatever the room"
        output, _ = once("--window", "1h")
        assert "last 1h" in output.splitlines()[0], output.splitlines()[0]


def says(*arguments, code=1, **options):
    output, log = deskpulse("top", *arguments, code=code, **options)
    equal(output, "", "standard output")
    equal(log.count("\n"), 1, f"lines said ({log})")
    return log


@case(60)
def what_is_wrong_is_said():
    url = ("--set", f"redis.url={SERVER.url}")
    assert "no terminal; --once" in says(*url, code=2)
    for arguments, part in ((("--window", "soon"), "no length of time"), (("extra",), "'extra'"),
                            (("--screen", "agent:"), "allowed: overview"),
                            (("--screen", "agents:x"), "allowed: overview"),
                            (("--window",), "wants a value"), (("--frob",), "unknown option"),
                            (("-c", "/nonexistent"), "cannot be opened")):
        assert part in says("--once", *url, *arguments, code=2), arguments
    log = says("--once", "--set", f"redis.url=redis://{NOWHERE}", seconds=15)
    assert NOWHERE in log and "start Redis" in log, log
    log = says("--once", *url, "--window", "7m")
    assert "no window 7m" in log and "15m" in log, log
    assert "no figures in Redis" in says("--once", *url, "--set", "redis.prefix=elsewhere")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([DESKPULSE, "top", "--once", *url], stdout=full,
                              stderr=subprocess.PIPE, env=ENVIRONMENT, check=False, timeout=30)
    assert_sound(done.stderr.decode())
    equal(done.returncode, 1, "exit code of a full disk")
    assert b"cannot be written" in done.stderr, done.stderr


@case(60)
def a_terminal_or_a_window_that_is_not_there_is_said():
    for term in ("no-such-terminal", "dumb"):
        with top(term=term) as terminal:
            terminal.ended(code=1)
            assert f"'{term}' is not known, or its cursor" in terminal.log(), terminal.log()
    with top("--window", "7m") as terminal:
        terminal.ended(code=1)
        assert "no window 7m in Redis; windows there are: 1m 5m" in terminal.log(), terminal.log()


@case(60)
def a_user_who_may_only_read_is_enough():
    with Pulse(), SERVER.client() as redis:
        redis("ACL", "SETUSER", "reader", "on", ">secret", "~dp:*", "&dp:updates", "+ping",
              "+subscribe", "+smembers", "+scard", "+hmget", "+hgetall", "+hlen")
        url = f"redis.url=redis://reader:secret@{SERVER.address}/0"
        with top("--set", url, "--screen", "queues") as terminal:
            terminal.until("sales")
            change(redis, "dp:{queue:sales}:now", "waiting", 815)
            terminal.until("815", 3)
            for key in "145":
                terminal.keys(key)
                terminal.take(1.2)
                assert "refuses" not in terminal.screen.text(), terminal.screen.text()
        redis("ACL", "SETUSER", "reader", "-hmget")
        with top("--set", url) as terminal:
            terminal.until("Redis refuses: NOPERM", 5)
        log = says("--once", "--set", url)
        assert "NOPERM" in log and "secret" not in log, log
        redis("ACL", "DELUSER", "reader")
        redis("HSET", "dp:{queue:sales}:now", "waiting", 0)


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    with SERVER:
        with SERVER.client() as client:
            fill(client)
        code = run_cases()
    sys.exit(code)
