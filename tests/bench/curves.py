"""What an event costs against what it should not depend on: windows, their length, slide, agents, disorder."""
import os

import bench

WINDOWS = {1: "1m", 4: "1m 5m 15m 1h", 7: "1m 5m 15m 30m 1h 8h 24h"}
LONGEST = ("1m", "1h", "24h", "7d")
AGENTS = (1000, 10_000, 100_000)
LATE = (0, 1, 10)  # percent of the events
SLIDES, SLIDE_FACTS = (60, 1), 2_000_000  # s; slide.c
POINTS = (("windows", WINDOWS), ("longest", LONGEST), ("agents", AGENTS), ("late", LATE))
RATIOS = (("cost_7_windows_vs_1", "windows_7", "windows_1"), ("cost_7d_vs_1m", "longest_7d", "longest_1m"),
          ("cost_100k_agents_vs_1k", "agents_100000", "agents_1000"),
          ("cost_10_percent_late_vs_0", "late_10", "late_0"))


def files(program, directory, agents):
    """(path, events) of files of about as many events each, by the names of their figures."""
    def make(name, *options):
        path = os.path.join(directory, f"{name}.ndjson")
        return path, bench.simulate(program, path, *options)

    made = {}
    for late in LATE[1:]:
        made[f"late_{late}"] = make(f"late-{late}", "--agents", agents, "--seconds", 86400, "--late", late)
    # By day there is twice as much to do as in the mean of 24 hours.
    for many in AGENTS:
        made[f"agents_{many}"] = make(f"agents-{many}", "--agents", many, "--seconds", 43200 * agents // many)
    return made


def measure(figures, program, directory, events, agents, count, rounds):
    """`events`: a day of `agents` agents."""
    made = files(program, directory, agents)
    lengths = {f"windows_{many}": named for many, named in WINDOWS.items()}
    lengths |= {f"longest_{length}": length for length in LONGEST[1:]}
    takes = {name: lambda named=named: bench.replay(program, events, window_lengths=named)
             for name, named in lengths.items()}
    takes |= {name: lambda path=path: bench.replay(program, path) for name, (path, _) in made.items()}
    costs = bench.take_turns(rounds, takes)
    counts = {name: of for name, (_, of) in made.items()}
    ns = {name: bench.best(found) / counts.get(name, count) * 1e9 for name, found in costs.items()}
    # One replay serves where settings and events are the same.
    ns["longest_1m"] = ns["windows_1"]
    ns["late_0"] = ns["windows_7"]
    for curve, points in POINTS:
        for point in points:
            figures.add(f"event_ns_{curve}_{point}", ns[f"{curve}_{point}"], "ns", "CPU an event")
    for name, over, under in RATIOS:
        figures.add(name, ns[over] / ns[under], "times")


def measure_slide(figures, program, directory, rounds):
    """A replay moves windows on once, at its end; so this is of the windows alone, linked from the program's build."""
    build = os.path.dirname(os.path.dirname(program))
    slide = bench.compile_tool(directory, "slide.c", "libxxhash", "yyjson", "nettle",
                               libraries=[f"{build}/{part}/libdp_{part}.a"
                                          for part in ("aggregator", "ingest", "common")])
    costs = bench.take_turns(rounds, {step: lambda step=step: bench.measured_by_itself(slide, str(step))
                                      for step in SLIDES})
    ns = {step: bench.best(costs[step]) / SLIDE_FACTS * 1e9 for step in SLIDES}
    for step in SLIDES:
        figures.add(f"fact_ns_slide_{step}s", ns[step], "ns", "CPU a fact, in windows alone")
    figures.add("cost_slide_1s_vs_60s", ns[1] / ns[60], "times")
