#!/usr/bin/env -S python3 -B
"""The systemd units: well-formed, and closed as far as systemd-analyze can see."""
import os
import re
import subprocess
import sys

from tree import DEPLOY, need, read, said
from cases import case, run_cases

UNITS = ("deskpulse.service", "deskpulse-board.service")


def path_of(unit):
    return os.path.join(DEPLOY, "systemd", unit)


@case(20)
def little_is_exposed():
    need("systemd-analyze")
    for unit in UNITS:
        text = said("systemd-analyze", "security", "--offline=true", "--no-pager", path_of(unit))
        level = re.search(r"Overall exposure level for \S+: ([\d.]+)", text)
        print(f"{unit}: {level[1]}")
        assert float(level[1]) < 2.0, text


@case(20)
def every_line_is_understood():
    """Of what verify says, that the program is not installed here is no fault."""
    need("systemd-analyze")
    for unit in UNITS:
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", path_of(unit)], text=True,
                              capture_output=True, timeout=20, check=False)
        wrong = [line for line in done.stderr.splitlines()
                 if unit in line and "/usr/bin/deskpulse is not executable" not in line]
        assert not wrong, wrong


@case(5)
def every_line_of_the_hardening_has_its_reason():
    for unit in UNITS:
        hardening = read("deploy", "systemd", unit).partition("# A user of its own")[2]
        lines = ("#" + hardening.partition("\n\n[Install]")[0]).splitlines()
        assert len(lines) > 40, unit
        for above, line in zip(lines, lines[1:]):
            assert not line or line.startswith("#") or above.startswith("#"), f"{unit}: {line}"


if __name__ == "__main__":
    sys.exit(run_cases())
