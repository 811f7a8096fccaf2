#!/usr/bin/env -S python3 -B
"""deskpulse report from a real Redis: what it shows is what the period keys hold, in all formats,
whatever the names are. Usage: see cases.py."""
import base64
import csv
import hashlib
import html.parser
import io
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import unicodedata

from cases import case, equal, run_cases
from period_data import LABEL, figures, fill
from program import DESKPULSE, ENVIRONMENT, deskpulse
from servers import RedisServer

CHINESE, HOSTILE = "客户服务一部", "<script>alert(1)</script>"
TEAMS = {"north": [f"a{number}" for number in range(1, 13)],
         CHINESE: ["王小明", "李娜", "张伟", "欧阳修文"],
         HOSTILE: ['=HYPERLINK("x")', '"quote", comma', "O'Brien & <b>Sons</b>", "-minus",
                   "\" onload=\"alert(1)"]}
QUEUES = ["billing", "技术支持", 'sales, "vip"']
NOWHERE = "127.0.0.1:1"
FORMATS = ("table", "csv", "json", "html")
NUMBERS = {"quality_quota_met": bool, "team": str, "band": str, "awards": str, "warnings": str}
SERVER = RedisServer()
HASHES = {}


def report(*arguments, period=LABEL, **options):
    return deskpulse("report", "--period", period, "--set", f"redis.url={SERVER.url}", "--set",
                     "window.timezone=Asia/Shanghai", *arguments, **options)


def report_json(*arguments, **options):
    return json.loads(report("--format", "json", *arguments, **options)[0])


def report_csv(*arguments, **options):
    text = report("--format", "csv", *arguments, **options)[0]
    assert text.endswith("\r\n"), text[-50:]
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def of(kind, name, label=LABEL):
    scope = f"{kind}:{name}" if name else kind
    return HASHES[f"dp:{{{scope}}}:p:{label}"]


def same_figures(shown, fields, what):
    """A JSON object has the figures of a hash, and null for what the hash has not."""
    for name, value in shown.items():
        if name in ("points", "agent", "team", "queue", "day") and name not in fields:
            continue
        text = fields.get(name)
        if name == "points":
            continue
        if name.endswith("_counts"):
            expected = [int(part) for part in text.split(",")] if text else None
        elif name in NUMBERS:
            expected = None if text is None else NUMBERS[name](int(text) if text in "01" else text)
        else:
            expected = None if text is None else float(text)
        equal(value, expected, f"{name} of {what}")
    missing = {name for name in fields if not name.startswith("points:")} - shown.keys()
    equal(missing - {"v", "as_of_ms", "from_ms", "to_ms"}, set(), f"figures of {what} not shown")


# ---------------------------------------------------------------- what is shown

@case(60)
def json_has_every_figure_as_a_number():
    shown = report_json()
    equal((shown["v"], shown["report"], shown["scope"]), (1, "period", "all"), "what it is")
    equal(shown["period"]["last_day"], "2026-11-30", "last day")
    same_figures(shown["figures"], of("all", ""), "all")
    for kind, names in (("team", TEAMS), ("queue", QUEUES)):
        equal([item[kind] for item in shown[kind + "s"]], sorted(names), kind + "s")
        for item in shown[kind + "s"]:
            same_figures(item, of(kind, item[kind]), item[kind])
    equal([agent["agent"] for agent in shown["agents"]],
          [agent for team in sorted(TEAMS) for agent in TEAMS[team]], "agents by team and rank")
    for agent in shown["agents"]:
        fields = of("agent", agent["agent"])
        same_figures(agent, fields, agent["agent"])
        points = {"points:" + dimension: part["points"]
                  for dimension, part in agent["points"].items()}
        points |= {f"points:{dimension}:{measure}": value
                   for dimension, part in agent["points"].items()
                   for measure, value in part["measures"].items()}
        equal(points, {name: float(text) for name, text in fields.items()
                       if name.startswith("points:")}, f"points of {agent['agent']}")
    weights = {dimension: part["weight"] for dimension, part in shown["agents"][0]["points"].items()}
    equal(sum(weights.values()), 1, f"weights {weights}")
    assert shown["figures"].keys() <= shown["definitions"].keys(), "a figure has no definition"
    assert all(shown["definitions"].values()), "a definition is empty"


@case(60)
def days_are_those_of_the_period():
    days = report_json()["days"]
    equal(len(days), 18, "days")
    for day in days:
        same_figures(day, of("all", "", day["day"]), day["day"])
    equal([day["day"] for day in report_json("--agent", "王小明")["days"]],
          [day["day"] for day in days], "days of an agent")
    equal(report_json(period="2026-11-02")["days"], [], "days of a day")


@case(60)
def csv_has_a_line_a_scope_with_fields_as_in_redis():
    lines = report_csv()
    by_scope = {(line["scope"], line["id"], line["period"]): line for line in lines}
    equal(len(by_scope), len(lines), "lines")
    equal(len(lines), 1 + len(TEAMS) + len(QUEUES) + sum(map(len, TEAMS.values())) + 18, "lines")
    for (kind, name, label), line in by_scope.items():
        plain = name[1:] if name.startswith("'") else name
        fields = of(kind, plain, label)
        for field, text in fields.items():
            if field != "v":
                equal(line[field], text, f"{field} of {name}")
        extra = {field for field, text in line.items() if text} - fields.keys()
        equal(extra, {"scope", "period"} | ({"id"} if name else set()), f"more about {name}")
        assert name[:1] not in ("=", "+", "-", "@"), name
    assert ("agent", "'=HYPERLINK(\"x\")", LABEL) in by_scope, "the guarded name"


def width(text):
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(line, start, end=None):
    """The part of a line between two columns of a terminal."""
    used, found = 0, ""
    for character in line:
        if used >= start and (end is None or used < end):
            found += character
        used += width(character)
    return found


@case(60)
def table_stands_in_columns_whatever_the_script():
    text = report()[0]
    assert "\033" not in text, "colours where there is no terminal"
    block = text[text.index("\nAgents by score\n") + 1:].split("\n\n")[0].splitlines()
    rows = [line for line in block[2:] if any(line.startswith(team) for team in TEAMS)]
    equal(len(rows), sum(map(len, TEAMS.values())), "agents")
    heading = next(line for line in block if line.startswith("team"))
    for row in rows:  # numbers end where their heading does
        end = width(heading[:heading.index("score") + len("score")])
        assert re.search(r"\d\.\d$", cut(row, 0, end)), f"{row} does not stand under {heading}"
        start = width(heading[:heading.index("band")])
        assert cut(row, start - 2, start) == "  ", row
    for definition in ("Contacts that asked for service.", "Resolved / outcomes."):
        assert definition in text, definition
    assert "service level           " in text, text[:600]


@case(60)
def a_team_has_its_agents_alone():
    shown = report_json("--team", CHINESE)
    same_figures(shown["figures"], of("team", CHINESE), CHINESE)
    equal([agent["agent"] for agent in shown["agents"]], TEAMS[CHINESE], "agents")
    equal((shown["teams"], shown["queues"]), ([], []), "others")
    queue = report_json("--queue", 'sales, "vip"')
    same_figures(queue["figures"], of("queue", 'sales, "vip"'), "the queue")


@case(60)
def an_agent_has_the_whole_scorecard():
    text = report("--agent", "王小明")[0]
    for part in ("Report of agent 王小明: month 2026-11", "awards", "five stars, quickest answer",
                 "excellent", "service quality", "45.0 %", "cross-team completion", "Day by day",
                 "Asia/Shanghai"):
        assert part in text, f"{part} is not in {text}"
    text = report("--agent", "李娜")[0]  # whose development is not known
    assert re.search(r"^development +- +5\.0 %$", text, re.M), text
    assert not re.search(r" $", text, re.M), "blanks at the end of a line"


# ---------------------------------------------------------------- html

class Page(html.parser.HTMLParser):
    """What is in a page: elements with their attributes, and all text."""

    VOID = ("meta", "rect", "circle", "path", "br", "link")

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.text = [], [], ""
        self.feed(text)
        equal(self.open, [], "elements left open")

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID or (tag in ("rect", "circle") and not self.closed()):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def closed(self):
        return self.get_starttag_text().endswith("/>")

    def handle_endtag(self, tag):
        equal(self.open.pop(), tag, "the element that ends")

    def handle_data(self, data):
        self.text += data + "\n"

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def assert_page(text):
    """One page, whole and by itself: it can run nothing and asks nobody."""
    page = Page(text)
    allowed = {"html", "head", "meta", "title", "style", "body", "main", "header", "h1", "p", "dl",
               "div", "dt", "dd", "figure", "figcaption", "small", "svg", "desc", "rect", "circle",
               "path", "text", "section", "table", "caption", "thead", "tbody", "tr", "th", "td",
               "footer"}
    equal({tag for tag, _ in page.elements} - allowed, set(), "elements that have no place here")
    for tag, attributes in page.elements:
        bad = [name for name in attributes
               if name.startswith("on") or name in ("href", "src", "style", "srcset")]
        equal(bad, [], f"attributes of {tag}")
    assert not re.search(r"https?:|url\(|@import", text), "it refers to something"
    style = re.search(r"<style>(.*?)</style>", text, re.S)[1]
    policy = next(meta["content"] for meta in page.all("meta")
                  if meta.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    equal(policy, f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
          "form-action 'none'", "policy (dp_report_style_hash goes with the style)")
    equal(page.all("html"), [{"lang": "en"}], "language")
    for part in ("prefers-color-scheme:dark", "@media print", "@page{size:A4"):
        assert part in style, f"{part} is not in the style sheet"
    equal(len(page.all("caption")), len(page.all("table")), "captions")
    assert all(cell["scope"] in ("col", "row") for cell in page.all("th")), "a heading has no scope"
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    equal(len(ids), len(set(ids)), "ids, each once")
    for chart in page.all("svg"):
        equal(chart["role"], "img", "role of a chart")
        assert set(chart["aria-labelledby"].split()) <= set(ids), chart
    return page


@case(60)
def html_is_one_page_that_runs_nothing():
    for arguments in ((), ("--team", HOSTILE), ("--agent", "\" onload=\"alert(1)"),
                      ("--agent", "王小明"), ("--queue", 'sales, "vip"'), ("--quality",),
                      ("--quality", "--team", CHINESE)):
        text = report("--format", "html", *arguments)[0]
        page = assert_page(text)
        assert "<script" not in text and "<b>" not in text, f"{arguments}: a name is markup"
        if arguments == ():
            for name in (*TEAMS, *QUEUES, *TEAMS[HOSTILE], *TEAMS[CHINESE]):
                assert name in page.text, f"{name} is not shown"
            equal(len(page.all("svg")), 9, "charts")
        if "王小明" in arguments:
            assert "service quality (45 %)" in page.text, "the profile with its weights"


# ---------------------------------------------------------------- quality

@case(60)
def quality_compares_checks_with_the_quota():
    shown = report_json("--quality")
    equal(shown["report"], "quality", "what it is")
    agents = {agent["agent"]: agent for agent in shown["agents"]}
    for name, agent in agents.items():
        fields = of("agent", name)
        missing = max(0, 20 - int(fields["quality_checks"]))
        equal(agent["quality_missing"], missing, f"missing of {name}")
        equal(agent["quality_quota_met"], missing == 0, f"quota met of {name}")
    below = [name for name in TEAMS["north"] if agents[name]["quality_missing"]]
    north = next(team for team in shown["teams"] if team["team"] == "north")
    equal((north["agents_with_quota"], north["agents_below_quota"]), (12, len(below)), "north")
    text = report("--quality")[0]
    assert text.startswith("Quality report of the whole centre"), text[:80]
    for heading in ("Quota", "Below quota", "Fatal findings", "Teams", "Agents"):
        assert f"\n{heading}\n" in text, heading
    lines = report_csv("--quality", "--team", "north")
    equal([line["quality_missing"] for line in lines if line["scope"] == "agent"],
          [str(agents[name]["quality_missing"]) for name in TEAMS["north"]], "missing in csv")


@case(60)
def quality_of_a_day_is_a_bulletin_and_ten_days_have_no_quota():
    text = report("--quality", period="2026-11-02")[0]
    assert text.startswith("Quality bulletin of the whole centre: day 2026-11-02"), text[:80]
    with SERVER.client() as redis:
        redis("HSET", "dp:{agent:a1}:p:2026-11-T1", "v", "1", "team", "north", "quality_checks", "7",
              "quality_mean", "81.500000")
        redis("SADD", "dp:periods", "2026-11-T1")
        try:
            shown = report_json("--quality", period="2026-11-T1")
            equal((shown["agents"][0]["quality_checks"], shown["agents"][0]["quality_missing"]),
                  (7, None), "a1")
        finally:
            redis("SREM", "dp:periods", "2026-11-T1")
            redis("DEL", "dp:{agent:a1}:p:2026-11-T1")


# ---------------------------------------------------------------- what is not there

@case(60)
def absent_figures_are_never_zero():
    lacking = {"v": "1", "as_of_ms": "1795305600000", "from_ms": "1793491200000",
               "to_ms": "1796083200000", "offered": "0", "team": "lone", "service_level": "much"}
    with SERVER.client() as redis:
        redis("SADD", "dp:agents", "lone wolf")
        redis("HSET", f"dp:{{agent:lone wolf}}:p:{LABEL}",
              *(part for field in lacking.items() for part in field))
        try:
            shown = report_json("--agent", "lone wolf")["figures"]
            equal({name for name, value in shown.items() if value not in (None, {})},
                  {"offered", "team"}, "figures that are there")
            line = report_csv("--agent", "lone wolf")[0]
            equal((line["offered"], line["handles"], line["service_level"]), ("0", "", ""), "csv")
            text = report("--agent", "lone wolf")[0]
            assert re.search(r"^handles +-  ", text, re.M), text
            assert re.search(r"^offered +0  ", text, re.M), text
            page = assert_page(report("--agent", "lone wolf", "--format", "html")[0])
            equal(page.all("svg"), [], "charts of nothing")
        finally:
            redis("SREM", "dp:agents", "lone wolf")
            redis("DEL", f"dp:{{agent:lone wolf}}:p:{LABEL}")


@case(60)
def a_period_without_figures_is_a_report_without_figures():
    with SERVER.client() as redis:
        redis("SADD", "dp:periods", "2026-10")
        try:
            assert "Nothing happened in this period." in report(period="2026-10")[0]
            equal(report_csv(period="2026-10"), [], "lines")
            equal(report_json(period="2026-10")["figures"]["offered"], None, "offered")
            assert_page(report("--format", "html", period="2026-10")[0])
            for format_name in FORMATS:
                report("--quality", "--format", format_name, period="2026-10")
        finally:
            redis("SREM", "dp:periods", "2026-10")


def says(*arguments, code=1, **options):
    output, log = report(*arguments, code=code, **options)
    equal(output, "", "standard output")
    equal(log.count("\n"), 1, f"lines said ({log})")
    return log


@case(60)
def what_there_is_instead_is_said():
    log = says(period="2025-11")
    assert "no period 2025-11" in log and log.strip().endswith("2026-11"), log
    log = says(period="2026-11-08")
    assert "2026-11-21, 2026-11-20" in log and "and 6 more" in log, log
    log = says("--agent", "nobody")
    assert "agent 'nobody' has no figures in 2026-11" in log and "dp:agents" in log, log
    log = says("--set", "redis.prefix=elsewhere")
    assert "none yet" in log, log


@case(60)
def wrong_use_is_said():
    for arguments, part in ((("--team", "a", "--agent", "b"), "only one of"),
                            (("--agent", "a:b"), "no id"), (("--agent", ""), "no id"),
                            (("--format", "pdf"), "allowed: table, csv, json, html"),
                            (("--quality", "--queue", "billing"), "not about a --queue"),
                            (("--period", "november"), "2026-W47"),
                            (("--period", "2026-02-29"), "is no period"),
                            (("extra",), "'extra' is no option"), (("--team",), "wants a value")):
        assert part in says(*arguments, code=2), arguments
    _, log = deskpulse("report", code=2)
    assert "no period named" in log, log


@case(60)
def redis_away_or_silent_or_refusing_is_said():
    log = says("--set", f"redis.url=redis://{NOWHERE}", seconds=15)
    assert NOWHERE in log and "start Redis" in log, log
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        log = says("--set", f"redis.url=redis://{address}", seconds=25)
        assert address in log, log
    with SERVER.client() as redis:
        redis("ACL", "SETUSER", "reader", "on", ">secret", "~dp:*", "+ping", "+smembers")
        log = says("--set", f"redis.url=redis://reader:secret@{SERVER.address}/0")
        assert "hgetall" in log.lower() and "secret" not in log, log
        redis("ACL", "SETUSER", "reader", "+hgetall")
        report("--set", f"redis.url=redis://reader:secret@{SERVER.address}/0")
        redis("ACL", "DELUSER", "reader")


# ---------------------------------------------------------------- output, size

@case(60)
def output_goes_to_a_file():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "report.html")
        output, _ = report("--format", "html", "--output", path)
        equal(output, "", "standard output")
        with open(path, encoding="utf-8") as page:
            assert_page(page.read())
        log = says("--output", os.path.join(directory, "none", "x"))
        assert "cannot be written: No such file" in log, log
    log = says("--output", "/dev/full")
    assert "/dev/full cannot be written: No space left" in log, log


@case(60)
def a_closed_pipe_is_said_and_ends_it():
    with subprocess.Popen([DESKPULSE, "report", "--period", LABEL, "--format", "json", "--set",
                           f"redis.url={SERVER.url}"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=ENVIRONMENT) as process:
        process.stdout.read(10)
        process.stdout.close()
        equal(process.wait(20), 1, "exit code")


@case(120)
def thousands_of_agents_fit():
    many = [f"客服{number:05}" for number in range(2000)]
    with RedisServer() as server, server.client() as redis:
        fill(redis, {"big": many[:100]}, [], days=0)
        card = figures(random.Random(1), 100)
        card |= {"team": "big", "score": "50.000000"}
        fields = [part for field in card.items() for part in field]
        redis.many([("SADD", "dp:agents", *many)] +
                   [("HSET", f"dp:{{agent:{name}}}:p:{LABEL}", *fields) for name in many[100:]])
        output, _ = report("--format", "csv", "--set", f"redis.url={server.url}", seconds=60)
        equal(output.count("\r\n"), 2 + 1 + len(many), "lines")
        assert_page(report("--format", "html", "--set", f"redis.url={server.url}", seconds=60)[0])


@case(60)
def it_writes_nothing_to_redis():
    with SERVER.client() as redis:
        before = redis("INFO", "persistence").split("rdb_changes_since_last_save:")[1].split()[0]
        for format_name in FORMATS:
            report("--format", format_name)
        after = redis("INFO", "persistence").split("rdb_changes_since_last_save:")[1].split()[0]
    equal(after, before, "changes")


if __name__ == "__main__":
    with SERVER:
        with SERVER.client() as client:
            HASHES |= fill(client, TEAMS, QUEUES)
        CODE = run_cases()
    sys.exit(CODE)
