#!/usr/bin/env -S python3 -B
"""What rules would have said of events in files: deskpulse replay --rules and check --rules.
Usage: see cases.py."""
import collections
import contextlib
import json
import os
import sys
import tempfile

from cases import case, equal, run_cases
from figures import write_lines
from live import simulated
from program import deskpulse

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
EXAMPLE = os.path.join(ROOT, "docs", "example.ndjson")
DAY = "2026-11-23T10:"

RULES = """
[rule "long wait"]
scope = contact
when = waiting > 30s
[rule "silent"]
scope = contact
when = silent > 20s
severity = page
[rule "behind"]
scope = queue
match = billing
when = waiting >= 1
for = 20s
[rule "break"]
scope = agent
match = team=north
when = state = break
[rule "satisfaction"]
scope = agent
when = satisfaction_mean < 70
clear = satisfaction_mean >= 90
window = 5m
min = ratings 2
[rule "never"]
scope = all
when = event_age_ms > 1h
"""

# By hand, from docs/example.ndjson: when, rule, about, what.
EXPECTED = [
    ("00:26", "silent", "c7", "firing"),
    ("00:45", "silent", "c7", "resolved"),
    ("00:50", "behind", "billing", "firing"),
    ("01:21", "silent", "c7", "firing"),
    ("01:31", "long wait", "c3", "firing"),
    ("01:45", "behind", "billing", "resolved"),
    ("01:45", "long wait", "c3", "resolved"),
    ("04:30", "break", "a1", "firing"),
    ("04:30", "silent", "c7", "resolved"),
]


@contextlib.contextmanager
def rules_file(text):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "rules.conf")
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        yield path


def notices(*arguments, **more):
    output, _ = deskpulse("replay", "--rules", *arguments, **more)
    return [json.loads(line) for line in output.splitlines()]


def counted(*arguments, **more):
    """The table of check --rules: by rule the cells behind its name."""
    output, _ = deskpulse("check", "--rules", *arguments, **more)
    lines = output[output.index("\nalerts of ") + 1:].splitlines()
    at = lines[1].index("firing") - 2  # names stand to the left of it
    return lines[0], {line[:at].strip(): line[at:].split("  ") for line in lines[2:]}


def cells_of(line):
    return [cell.strip() for cell in line if cell.strip()]


@case(60)
def each_transition_comes_at_its_time():
    with rules_file(RULES) as path:
        told = notices("-c", path, EXAMPLE)
        equal(sorted((notice["at"][len(DAY):-5], notice["rule"], notice["id"], notice["state"])
                     for notice in told), EXPECTED, "transitions")
        equal([notice["at"] for notice in told], sorted(notice["at"] for notice in told), "order")
        behind = [notice for notice in told if notice["rule"] == "behind"]
        equal([(notice["since"], notice["fired"]) for notice in behind],
              2 * [(f"{DAY}00:30.000Z", f"{DAY}00:50.000Z")], "since when")
        equal(len({notice["alert"] for notice in told}), 5, "alerts")
        with open(EXAMPLE, "rb") as events:
            equal(notices("-c", path, "-", stdin=events.read()), told, "from standard input")


@case(60)
def check_counts_them():
    with rules_file(RULES) as path:
        title, rules = counted("-c", path, EXAMPLE)
        equal(title, f"alerts of 44 events, as of {DAY}04:50.000Z", "title")
        equal({rule: cells_of(cells) for rule, cells in rules.items()}, {
            "long wait": ["1", "1", "0", "14s", f"{DAY}01:31.000Z", f"{DAY}01:31.000Z"],
            "silent": ["2", "2", "0", "3m 09s", f"{DAY}00:26.000Z", f"{DAY}01:21.000Z"],
            "behind": ["1", "1", "0", "55s", f"{DAY}00:50.000Z", f"{DAY}00:50.000Z"],
            "break": ["1", "0", "1", "20s", f"{DAY}04:30.000Z", f"{DAY}04:30.000Z"],
            "satisfaction": ["0", "0", "0", "-", "-", "-"],
            "never": ["0", "0", "0", "-", "-", "-"],
        }, "the table")


@case(60)
def check_says_what_is_wrong():
    for arguments, code, text in (
            (["--rules", EXAMPLE], 2, "--rules: the configuration has none"),
            (["-c", "RULES", "--rules"], 2, "no file named; - is standard input"),
            (["-c", "RULES", EXAMPLE], 2, "is no option"),
            (["-c", "RULES", "--rules", "/nowhere/day.ndjson"], 1, "/nowhere/day.ndjson")):
        with rules_file(RULES) as path:
            arguments = [path if argument == "RULES" else argument for argument in arguments]
            _, said = deskpulse("check", *arguments, code=code)
            assert text in said, f"{arguments}: {said}"
    with rules_file(RULES) as path:
        title, rules = counted("-c", path, "-", stdin=b"")
        equal(title, "alerts of 0 events, as of no time", "title of no events")
        equal(len(rules), 6, "rules")
        title, _ = counted("-c", path, "-", stdin=b"{\n")
        equal(title, "alerts of 0 events, as of no time; 1 more cannot be used", "a broken line")


@case(120)
def the_rules_to_begin_with_say_nothing_twice():
    lines = simulated("--agents", "40", "--seconds", "3600", "--late", "2", "--bad", "1")
    rules = os.path.join(ROOT, "deploy", "rules", "rules.conf")
    with tempfile.TemporaryDirectory() as directory:
        path = write_lines(os.path.join(directory, "events.ndjson"), lines)
        told = notices("-c", rules, path)
        _, table = counted("-c", rules, path)
    assert len(told) > 20, f"{len(told)} notices"
    keys = [(notice["alert"], notice["state"], notice.get("number")) for notice in told
            if notice["tell"]]
    twice = [key for key, count in collections.Counter(keys).items() if count > 1]
    equal(twice, [], "keys that were told twice")
    begun, ended = collections.Counter(), collections.Counter()
    alive = set()
    for notice in told:
        if notice["state"] == "resolved":
            alive.remove(notice["alert"])
            ended[notice["rule"]] += 1
        elif notice["state"] == "firing" and notice["at"] == notice["fired"]:
            assert notice["alert"] not in alive, f"{notice} began twice"
            alive.add(notice["alert"])
            begun[notice["rule"]] += 1
        else:
            assert notice["alert"] in alive, f"{notice} is about none that fires"
    equal({rule: cells_of(cells)[:3] for rule, cells in table.items()},
          {rule: [str(begun[rule]), str(ended[rule]), str(begun[rule] - ended[rule])]
           for rule in table}, "the table")


if __name__ == "__main__":
    sys.exit(run_cases())
