#!/usr/bin/env -S python3 -B
"""deskpulse replay: the reference data, and from and to wherever it can. Usage: see cases.py."""
import contextlib
import os
import sys
import tempfile

from cases import case, equal, reference_data, run_cases
from figures import WINDOW, assert_same, of_output, of_replay, write_lines
from live import reference_lines, simulated
from program import compare, deskpulse
from servers import RedisServer

LENGTHS = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "8h": 28_800, "24h": 86_400}


def assert_as_expected(name, *options):
    with tempfile.TemporaryDirectory() as directory:
        events, *paths = (os.path.join(directory, part) for part in ("events", "out", "log"))
        write_lines(events, reference_lines(name))
        texts = deskpulse("replay", "--output", "ndjson", *options, events)
        for path, text in zip(paths, texts):
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
        compare(reference_data(name + ".expected.json.gz"), *paths)


@case(60)
def bank_week_gives_the_expected_figures():
    assert_as_expected("bank-1999-02-week1", "--as-of", "1999-02-02T12:00:00+02:00")


@case(60)
def mixed_events_give_the_expected_figures():
    assert_as_expected("mixed-1")


@contextlib.contextmanager
def simulated_file():
    """A file with some disorder and some that is broken, and its lines."""
    lines = simulated("--agents", "60", "--seconds", "5400", "--late", "2", "--bad", "2")
    with tempfile.TemporaryDirectory() as directory:
        yield write_lines(os.path.join(directory, "events.ndjson"), lines), lines


@case(60)
def standard_input_is_as_good_as_a_file():
    with simulated_file() as (path, lines):
        output, _ = deskpulse("replay", "--output", "ndjson", "-", stdin=b"\n".join(lines))
        assert_same(of_output(output), of_replay(path))


@case(60)
def redis_gets_what_ndjson_prints():
    with RedisServer() as server, server.client() as redis, simulated_file() as (path, _):
        deskpulse("replay", "--set", f"redis.url={server.url}", path)
        expected = of_replay(path)
        assert_same(redis.public(), expected)
        assert_times_to_live(redis, expected)


def assert_times_to_live(redis, keys):
    """Windows end by themselves after their length and 60 s, gauges after 5 minutes; periods and
    sorted sets later."""
    for key, left in zip(keys, redis.many([("PTTL", key) for key in keys])):
        window = WINDOW.fullmatch(key)
        if "}:p:" in key or isinstance(keys[key], dict) and "v" not in keys[key]:
            assert left > 86_400_000, f"time to live of {key}: {left} ms"
            continue
        if not window and not key.endswith("}:now"):
            equal(left, -1, f"time to live of {key}")
            continue
        most = (LENGTHS[window[1]] + 60 if window else 300) * 1000
        assert most - 30_000 < left <= most, f"time to live of {key}: {left} ms of {most}"


@case(60)
def another_prefix_is_another_name_and_nothing_else():
    with simulated_file() as (path, _):
        other = of_replay("--set", "redis.prefix=cc", path)
        assert_same({"dp" + key[2:]: value for key, value in other.items()}, of_replay(path))


if __name__ == "__main__":
    sys.exit(run_cases())
