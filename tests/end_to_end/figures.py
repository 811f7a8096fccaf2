"""What replay makes of events, and how it differs from what is somewhere else."""
import base64
import json
import os
import re

from cases import until
from program import deskpulse
from servers import messages

WINDOW = re.compile(r"dp:\{.*\}(?::voice|:chat|:email)?:w:(\w+)")
SHOWN = 10


def of_output(output):
    """The keys and values of a replay's output."""
    return {item["key"]: item["value"] for item in map(json.loads, output.split("\n")[:-1])}


def to_output(keys, path):
    """Writes keys and values as a replay would, for tests/oracle/compare.py."""
    with open(path, "w", encoding="utf-8") as out:
        for key in sorted(keys, key=str.encode):
            kind = ("set" if isinstance(keys[key], list)
                    else "hash" if "v" in keys[key] else "zset")
            out.write(json.dumps({"key": key, "type": kind, "value": keys[key]}) + "\n")
    return path


def of_replay(*arguments):
    return of_output(deskpulse("replay", "--output", "ndjson", *arguments)[0])


def write_lines(path, lines):
    with open(path, "wb") as out:
        out.writelines(line + b"\n" for line in lines)
    return path


def differences(actual, expected):
    """The first differences, one a line; empty where there are none."""
    found = []
    for key in sorted(actual.keys() | expected.keys()):
        want, got = expected.get(key), actual.get(key)
        if want == got:
            continue
        if isinstance(want, dict) and isinstance(got, dict):
            names = [name for name in sorted(want.keys() | got.keys())
                     if want.get(name) != got.get(name)]
            found += [f"{key} {name}: {got.get(name)} instead of {want.get(name)}"
                      for name in names]
        else:
            found.append(f"{key}: {got} instead of {want}")
    more = [f"... and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "\n".join(found[:SHOWN] + more)


def assert_same(actual, expected):
    text = differences(actual, expected)
    if text:
        raise AssertionError("figures differ:\n" + text)


def until_same(keys, expected, seconds=20):
    """Waits until keys() gives what is expected."""
    until(lambda: keys() == expected, seconds,
          lambda: "figures differ:\n" + differences(keys(), expected))


def without_teams(keys):
    """All but the windows of teams. Where a contact's events name no team the agent's latest state
    tells it, as far as known by then (kpis.md), and what is known by then depends on how the
    messages of several partitions fall in between each other."""
    return {key: value for key, value in keys.items() if not key.startswith("dp:{team:")
            or key.endswith(":now")}


def partition_files(directory, broker, *topics):
    """Writes each partition to a file of its own, which replay takes as a partition too."""
    lines = {}
    for topic in topics:
        for message in messages(broker, topic):
            lines.setdefault((topic, message["partition"]), []).append(message["value"])
    return [write_lines(os.path.join(directory, f"{topic}-{partition}.ndjson"), values)
            for (topic, partition), values in sorted(lines.items())]


def read_dead_letters(path):
    """The dead letters that a replay wrote, with their values as bytes."""
    with open(path, encoding="utf-8") as lines:
        letters = [json.loads(line) for line in lines]
    for letter in letters:
        coded = letter.pop("value_base64", None)
        letter["value"] = (base64.b64decode(coded, validate=True) if coded is not None
                           else letter["value"].encode())
    return letters
