"""The cases of a test file: each with a time limit, a line of its own, and a count at the end.

    @case(30)
    def what_holds(): ...          # fails by any exception, is left out by Skip

    if __name__ == "__main__":
        sys.exit(run_cases())

A file is called with two arguments: the program deskpulse and the program dp-kafka (kafka_tool.c);
names of cases after them choose these alone.
"""
import os
import signal
import sys
import time
import traceback

CASES = []
SHOWN = 2000  # characters of what went wrong


class Skip(Exception):
    """The case cannot run here; says why."""


class TooSlow(Exception):
    pass


def case(seconds):
    """Marks a function as a case that has so many seconds."""
    def add(function):
        CASES.append((function, seconds))
        return function
    return add


def on_alarm(number, frame):
    raise TooSlow("the time limit is over")


def run_case(function, seconds):
    name, started = function.__name__, time.monotonic()
    signal.alarm(seconds)
    try:
        function()
    except Skip as why:
        print(f"SKIP {name}: {why}")
        return "skipped"
    except Exception as error:
        signal.alarm(0)
        where = traceback.extract_tb(error.__traceback__)
        traceback.print_list(where, sys.stdout)
        print(f"FAIL {name}: {type(error).__name__}: {error}"[:SHOWN])
        return "failed"
    finally:
        signal.alarm(0)
        sys.stdout.flush()
    print(f"ok   {name} ({time.monotonic() - started:.1f} s)", flush=True)
    return "passed"


def run_cases():
    """Runs all, prints the counts on the last line; returns 0, 1 or, where all were skipped, 77."""
    signal.signal(signal.SIGALRM, on_alarm)
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    chosen = sys.argv[3:]
    for function, seconds in CASES:
        if chosen and function.__name__ not in chosen:
            continue
        counts[run_case(function, seconds)] += 1
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
    if counts["failed"]:
        return 1
    return 0 if counts["passed"] else 77


def until(holds, seconds, what):
    """Calls holds() until it gives something true, and returns that; fails when the time is up."""
    end = time.monotonic() + seconds
    while True:
        result = holds()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.05)


def equal(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: {actual!r} instead of {expected!r}")


def reference_data(name):
    """The path of a file of the reference data."""
    directory = os.environ.get("DESKPULSE_REFERENCE_DATA")
    if not directory:
        raise Skip("DESKPULSE_REFERENCE_DATA is not set")
    return os.path.join(directory, name)
