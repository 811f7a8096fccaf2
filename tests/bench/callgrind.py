"""Instructions by callgrind, the same in every run: of an event, and of a key that is published."""
import os
import re
import subprocess
import tempfile

import bench

DAY = ("--agents", "100", "--seconds", "86400", "--seed", "1")
FEW, MANY = 10_000, 50_000  # of its events; what starting takes is in both


def instructions(program, events, output):
    """Where GLIBC_TUNABLES is set the program does not begin once more (app/huge_pages.h), which would not be seen."""
    with tempfile.TemporaryDirectory(prefix="deskpulse-callgrind-") as directory:
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={directory}/out", program,
                               "replay", "--set", "log.level=warn", "--output", output, events],
                              check=True, capture_output=True, timeout=bench.LIMIT,
                              env={**os.environ, "GLIBC_TUNABLES": ""})
    return int(re.search(rb"Collected : (\d+)", done.stderr)[1]), done.stdout.count(b"\n")


def write_inputs(program, directory):
    day = bench.output_of(program, "simulate", *DAY).splitlines(keepends=True)
    paths = []
    for count in (FEW, MANY):
        paths.append(os.path.join(directory, f"{count}.ndjson"))
        with open(paths[-1], "wb") as out:
            out.writelines(day[:count])
    return paths


def measure(program):
    """An event: what a replay takes for more events, over their number. A key: what writing the figures as NDJSON
    takes, over the keys."""
    with tempfile.TemporaryDirectory(prefix="deskpulse-callgrind-") as directory:
        few, many = write_inputs(program, directory)
        least, _ = instructions(program, few, "none")
        most, _ = instructions(program, many, "none")
        written, keys = instructions(program, many, "ndjson")
    return {"instructions_per_event": (most - least) / (MANY - FEW), "instructions_per_key": (written - most) / keys}
