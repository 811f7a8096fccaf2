#!/usr/bin/env -S python3 -B
"""deskpulse replay against the reference model (tests/oracle), on random events that go for the
edges of every rule: disorder, duplicates, broken and late lines. Usage: see cases.py."""
import datetime
import os
import sys
import tempfile

from cases import case, equal, run_cases
from figures import assert_same, of_output, read_dead_letters
from program import ORACLE, compare, configuration, deskpulse, oracle

sys.path.append(ORACLE)
from event import Rejected, in_deep_thread, parse_event  # noqa: E402

SEEDS = range(1, 13)


def generate(directory, seed, *options, partitions=1):
    """Makes the events of a seed; returns the paths of the partitions."""
    oracle("generate.py", "--seed", str(seed), "--out", directory, "--partitions",
           str(partitions), *options)
    return [os.path.join(directory, f"{number}.ndjson") for number in range(partitions)]


def assert_as_model(directory, paths, replay_options=(), model_options=()):
    """Figures, gauges and counts of a replay are the model's."""
    output, log, expected = (os.path.join(directory, name) for name in ("out", "log", "expected"))
    texts = deskpulse("replay", "--output", "ndjson", *replay_options, *paths)
    for path, text in zip((output, log), texts):
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
    with open(expected, "wb") as out:
        out.write(oracle("oracle.py", "--now", "--from-of", output, *model_options, *paths))
    compare(expected, output, log)


@case(120)
def every_seed_gives_the_figures_of_the_model():
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as directory:
            contacts = str(20 + 10 * (seed % 5))
            paths = generate(directory, seed, "--contacts", contacts, partitions=1 + seed % 3)
            try:
                assert_as_model(directory, paths)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, {contacts} contacts, "
                                     f"{len(paths)} partitions: {error}") from error


@case(60)
def other_windows_lateness_and_targets_are_as_in_the_model():
    lengths = "1s 90s 7m 100m 25h 7d"
    with tempfile.TemporaryDirectory() as directory:
        path = configuration(os.path.join(directory, "deskpulse.conf"),
                             window={"lengths": lengths, "allowed_lateness": "5m"},
                             kpi={"fcr_window": "30m"}, target={"voice": "4s", "email": "1h"},
                             **{'queue "q0"': {"target.voice": "1m", "target.chat": "1s"}})
        paths = generate(directory, 20, "--contacts", "60", "--lateness-ms", "300000",
                         "--disorder-ms", "250000", partitions=2)
        assert_as_model(directory, paths, ("-c", path),
                        ("--windows", lengths, "--lateness", "5m", "--fcr-window", "30m",
                         "--targets", "voice=4s email=1h q0.voice=1m q0.chat=1s"))


@case(60)
def rules_of_queues_are_as_in_the_model():
    hours = {"q0": "Mon-Fri 09:00-18:00,Sat 10:00-14:00", "q1": "Sun-Tue 00:00-24:00"}
    formulas = {"q0": "credit-abandons", "q1": "offered-less-short", "q2": "offered"}
    own = {f'queue "{queue}"': {"service_level_formula": formula}
           for queue, formula in formulas.items()}
    for queue, text in hours.items():
        own[f'queue "{queue}"']["hours"] = text
    own['queue "q1"']["short_abandon"] = "2m"
    own['queue "q2"']["target.chat"] = "5m"
    for seed in (50, 51, 52):
        with tempfile.TemporaryDirectory() as directory:
            path = configuration(os.path.join(directory, "deskpulse.conf"),
                                 window={"timezone": "America/New_York"},
                                 kpi={"service_level_formula": "target-abandons"}, **own)
            paths = generate(directory, seed, "--contacts", "100", partitions=2)
            model = ["--formulas", "target-abandons " + " ".join(
                f"{queue}={formula}" for queue, formula in formulas.items())]
            for queue, text in hours.items():
                model += ["--hours", f"{queue}={text}"]
            assert_as_model(directory, paths, ("-c", path),
                            (*model, "--short-abandons", "q1=2m", "--targets", "q2.chat=5m",
                             "--timezone", "America/New_York"))


@case(60)
def figures_as_of_an_earlier_moment_are_those_of_the_model():
    with tempfile.TemporaryDirectory() as directory:
        paths = generate(directory, 21, "--contacts", "60", partitions=2)
        keys = of_output(deskpulse("replay", "--output", "ndjson", *paths)[0])
        as_of = int(keys["dp:{all}:w:24h"]["as_of_ms"]) // 1000 - 3 * 3600
        text = datetime.datetime.fromtimestamp(as_of, datetime.timezone.utc).isoformat()
        assert_as_model(directory, paths, ("--as-of", text), ("--as-of", text))


@case(60)
def the_order_of_arrival_changes_no_figure():
    for seed in (30, 31, 32):
        figures = []
        for shuffle in (1, 2, 3):
            with tempfile.TemporaryDirectory() as directory:
                paths = generate(directory, seed, "--contacts", "40", "--shuffle-seed",
                                 str(shuffle), partitions=2)
                keys = of_output(deskpulse("replay", "--output", "ndjson", *paths)[0])
                del keys["dp:meta"]  # a fold that is made anew counts its clock skew again
                figures.append(keys)
        for other in figures[1:]:
            assert_same(other, figures[0])


def judged(paths, lateness=60_000):
    """Every line that has to be a dead letter: (path, line number, reason, bytes)."""
    known, expected = set(), []
    for path in paths:
        watermark = None
        with open(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                line = line.removesuffix(b"\n").removesuffix(b"\r")
                if not line.strip(b" \t\r"):
                    continue
                try:
                    event = parse_event(line)
                except Rejected as reason:
                    expected.append((path, number, str(reason), line))
                    continue
                if (event.source, event.id) in known:
                    continue
                if watermark is not None and watermark - event.time > lateness:
                    expected.append((path, number, "late", line))
                    continue
                known.add((event.source, event.id))
                watermark = event.time if watermark is None else max(watermark, event.time)
    return expected


@case(60)
def dead_letters_are_the_bad_lines_unchanged():
    with tempfile.TemporaryDirectory() as directory:
        paths = generate(directory, 40, "--contacts", "60", "--bad", "40", partitions=2)
        file = os.path.join(directory, "dead.ndjson")
        deskpulse("replay", "--output", "ndjson", "--dead-letters", file, *paths)
        letters = read_dead_letters(file)
        expected = in_deep_thread(judged, paths)
    equal(len({reason for _, _, reason, _ in expected}), 7, "reasons that come up")
    found = [(letter["topic"], letter["offset"], letter["reason"], letter["value"])
             for letter in letters]
    for letter, line in zip(found, expected):
        equal(letter, line, "dead letter")
    equal(len(found), len(expected), "number of dead letters")


if __name__ == "__main__":
    sys.exit(run_cases())
