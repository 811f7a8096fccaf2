#!/usr/bin/env -S python3 -B
"""deskpulse replay on the reference data, from and to wherever it can. Usage: see cases.py."""
import gzip
import os
import sys
import tempfile

from cases import case, equal, reference_data, run_cases
from figures import WINDOW, assert_same, of_output
from program import compare, deskpulse
from servers import RedisServer

BANK, BANK_AS_OF = "bank-1999-02-week1", ("--as-of", "1999-02-02T12:00:00+02:00")
MIXED = "mixed-1"
LENGTHS = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "8h": 28_800, "24h": 86_400}


def replay(name, *options, from_stdin=False):
    """Replays reference data; returns output and log."""
    with gzip.open(reference_data(name + ".ndjson.gz")) as file:
        events = file.read()
    if from_stdin:
        return deskpulse("replay", *options, "-", stdin=events)
    with tempfile.NamedTemporaryFile(suffix=".ndjson") as file:
        file.write(events)
        file.flush()
        return deskpulse("replay", *options, file.name)


def assert_as_expected(name, output, log):
    with tempfile.TemporaryDirectory() as directory:
        paths = [os.path.join(directory, part) for part in ("out", "log")]
        for path, text in zip(paths, (output, log)):
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
        compare(reference_data(name + ".expected.json.gz"), *paths)


@case(60)
def bank_week_gives_the_expected_figures():
    assert_as_expected(BANK, *replay(BANK, "--output", "ndjson", *BANK_AS_OF))


@case(60)
def mixed_events_give_the_expected_figures():
    assert_as_expected(MIXED, *replay(MIXED, "--output", "ndjson"))


@case(60)
def standard_input_is_as_good_as_a_file():
    from_file = replay(MIXED, "--output", "ndjson")[0]
    equal(replay(MIXED, "--output", "ndjson", from_stdin=True)[0] == from_file, True,
          "the same output")


@case(60)
def redis_gets_what_ndjson_prints():
    with RedisServer() as server, server.client() as redis:
        for name, options in ((BANK, BANK_AS_OF), (MIXED, ())):
            redis("FLUSHALL")
            expected = of_output(replay(name, "--output", "ndjson", *options)[0])
            replay(name, "--set", f"redis.url={server.url}", *options)
            assert_same(redis.public(), expected)
            assert_times_to_live(redis, expected)


def assert_times_to_live(redis, keys):
    """Windows end by themselves after their length and 60 s, gauges after 5 minutes."""
    for key, left in zip(keys, redis.many([("PTTL", key) for key in keys])):
        window = WINDOW.fullmatch(key)
        if not window and not key.endswith("}:now"):
            equal(left, -1, f"time to live of {key}")
            continue
        most = (LENGTHS[window[1]] + 60 if window else 300) * 1000
        assert most - 30_000 < left <= most, f"time to live of {key}: {left} ms of {most}"


@case(60)
def another_prefix_is_another_name_and_nothing_else():
    plain = of_output(replay(MIXED, "--output", "ndjson")[0])
    other = of_output(replay(MIXED, "--output", "ndjson", "--set", "redis.prefix=cc")[0])
    assert_same({"dp" + key[2:]: value for key, value in other.items()}, plain)


if __name__ == "__main__":
    sys.exit(run_cases())
