"""Replay of a file, against the mere parsing of its lines by yyjson; and what makes such files."""
import gzip
import os

import bench


def measure(figures, prefix, program, parse_lines, events, rounds):
    costs = bench.take_turns(rounds, {
        "parse": lambda: bench.measured_by_itself(parse_lines, events),
        "replay": lambda: bench.replay(program, events),
    })
    count = bench.count_lines(events)
    parse, replay = count / bench.best(costs["parse"]), count / bench.best(costs["replay"])
    figures.add(prefix + "replay_events", count)
    figures.add(prefix + "parse_per_s", parse, "events/s", "yyjson merely parses the lines")
    figures.add(prefix + "replay_per_s", replay, "events/s")
    figures.add(prefix + "replay_vs_parse", replay / parse, "", "rate against that of parsing: higher is better")
    figures.add(prefix + "replay_peak_mib", bench.best(costs["replay"], "memory"), "MiB")


def measure_reference(figures, program, parse_lines, directory, rounds):
    """Events of real calls, where there are some."""
    data = os.environ.get("DESKPULSE_REFERENCE_DATA")
    if data:
        path = os.path.join(directory, "bank.ndjson")
        with gzip.open(os.path.join(data, "bank-1999-02-week1.ndjson.gz")) as packed, open(path, "wb") as out:
            out.write(packed.read())
        measure(figures, "bank_", program, parse_lines, path, rounds)


def measure_simulate(figures, program, events, agents, rounds):
    costs = [bench.measure(program, "simulate", "--agents", str(agents), "--seconds", "86400") for _ in range(rounds)]
    figures.add("simulate_per_s", events / bench.best(costs), "events/s")
