#!/usr/bin/env python3
"""Compares the reference model's output with that of `deskpulse replay --output ndjson`.

Counts, means, maxima and gauges must be the same; shares and mean scores within 1e-6; percentiles
within 1 %. Prints the first differences, one a line, and a summary; exit 1 when there are any.
"""
import argparse
import gzip
import json
import re
import sys

sys.dont_write_bytecode = True
from event import duration  # noqa: E402

WINDOW_KEY = re.compile(r"dp:\{[^}]*\}(:voice|:chat|:email)?:w:(\w+)")
NOW_KEY = re.compile(r"dp:\{[^}]*\}:now")
FREE_FIELDS = ("from_ms", "v")
NEWER = ("answered_30s_rate", "repeat_contact_rate", "urgent_5m_rate", "high_24h_rate",
         "message_reply_rate", "agent_talk_share", "contacts_per_hour", "concurrency",
         "service_level_formula", "state_reason")  # not in results that have no "sets"
NEVER_ZERO = ("state", "state_since_ms", "state_reason", "oldest_waiting_ms")  # gauges whose absence is no zero
COUNTERS = ("consumed", "accepted", "duplicate", "bad_json", "bad_envelope", "unknown_type",
            "missing_field", "bad_value", "too_large", "late")
SHOWN = 20


def read_expected(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as text:
        return json.load(text)


def read_actual(path):
    """The hashes and the sets of abandoned contacts of a replay's output by key, and what is wrong
    with its form."""
    hashes, sets, faults = {}, {}, []
    with open(path, encoding="utf-8") as lines:
        keys = []
        for line in lines:
            item = json.loads(line)
            key = item["key"]
            keys.append(key.encode())
            if item["type"] == "zset" and key.endswith("}:abandoned"):
                sets[key] = item["value"]
            if item["type"] != "hash":
                continue
            hashes[key] = item["value"]
            faults += [f"{key} {field}: {value!r} is no string"
                       for field, value in item["value"].items() if not isinstance(value, str)]
    if any(first >= second for first, second in zip(keys, keys[1:])):
        faults.append("keys are not sorted, or one comes twice")
    return hashes, sets, faults


def close_enough(field, expected, actual):
    if isinstance(expected, str):
        return expected == actual
    try:
        actual = float(actual)
    except ValueError:
        return False
    if re.search(r"_p\d\d_ms$", field):
        return abs(actual - expected) <= 0.01 * expected
    if field.endswith(("_rate", "service_level", "occupancy", "satisfaction_mean", "quality_mean",
                        "agent_talk_share", "contacts_per_hour", "concurrency")):
        return abs(actual - expected) <= 1e-6 + 1e-9
    return actual == expected


def compare_window(key, expected, actual):
    for field in sorted(expected.keys() | actual.keys()):
        if field not in expected:
            if field not in FREE_FIELDS:
                yield f"{field}: expected none, got {actual[field]}"
        elif field not in actual:
            yield f"{field}: expected {expected[field]}, got none"
        elif not close_enough(field, expected[field], actual[field]):
            yield f"{field}: expected {expected[field]}, got {actual[field]}"
    if "from_ms" in actual:
        length = duration(WINDOW_KEY.fullmatch(key)[2])
        step = length // 60 if length > 3_600_000 else 0
        off = int(actual["from_ms"]) - (expected["as_of_ms"] - length)
        if abs(off) > step:
            yield f"from_ms: {off} ms off the window's length, allowed {step}"


def compare_now(expected, actual):
    """A hash or number that is missing on one side stands for zero."""
    for field in sorted((expected.keys() | actual.keys()) - {"as_of_ms", *FREE_FIELDS}):
        default = None if field in NEVER_ZERO else 0
        want, got = expected.get(field, default), actual.get(field, default)
        if want is None or got is None or not close_enough(field, want, got):
            yield f"{field}: expected {want}, got {got}"


def compare_counts(expected, path):
    with open(path, encoding="utf-8", errors="replace") as lines:
        totals = [line for line in lines if re.search(r"\bconsumed=\d", line)]
    if not totals:
        yield f"no line with consumed= in {path}"
        return
    actual = dict(re.findall(r"(\w+)=(\d+)(?!\S)", totals[-1]))
    for name in COUNTERS:
        want, got = expected.get(name, 0), int(actual.get(name, 0))
        if want != got:
            yield f"{name}: expected {want}, got {got}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("expected", help="the model's output, or one like it; may be .gz")
    parser.add_argument("actual", help="standard output of deskpulse replay --output ndjson")
    parser.add_argument("--counts", metavar="LOGFMT", help="standard error of that replay")
    options = parser.parse_args()

    expected = read_expected(options.expected)
    actual, sets, differences = read_actual(options.actual)
    if "sets" not in expected:
        actual = {key: {field: text for field, text in value.items() if field not in NEWER}
                  for key, value in actual.items()}
    else:
        differences += [f"{key}: expected {expected['sets'].get(key)}, got {sets.get(key)}"
                        for key in sorted(expected["sets"].keys() | sets.keys())
                        if expected["sets"].get(key) != sets.get(key)]
    windows, nows = expected["windows"], expected.get("now", {})
    keys = sorted(windows.keys() | {key for key in actual if WINDOW_KEY.fullmatch(key)})
    differing = 0
    for key in keys:
        if key not in actual:
            found = ["expected, but not there"]
        elif key not in windows:
            found = ["there, but not expected"]
        else:
            found = list(compare_window(key, windows[key], actual[key]))
        differing += bool(found)
        differences += [f"{key} {text}" for text in found]
    if nows:
        now_keys = sorted(nows.keys() | {key for key in actual if NOW_KEY.fullmatch(key)})
        keys += now_keys
        for key in now_keys:
            found = list(compare_now(nows.get(key, {}), actual.get(key, {})))
            differing += bool(found)
            differences += [f"{key} {text}" for text in found]
    if options.counts:
        differences += [f"counts {text}"
                        for text in compare_counts(expected["counts"], options.counts)]

    for text in differences[:SHOWN]:
        print(text)
    if len(differences) > SHOWN:
        print(f"... and {len(differences) - SHOWN} more")
    print(f"keys={len(keys)} differing={differing}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
