#!/usr/bin/env -S python3 -B
"""docs/performance.md and its charts are what tests/bench/charts makes of the run that is kept."""
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

from tree import ROOT, read, said
from cases import case, equal, run_cases

BENCH = os.path.join(ROOT, "tests", "bench")
CHARTS = ("performance-contenders.svg", "performance-curves.svg")
SVG = "{http://www.w3.org/2000/svg}"


@case(20)
def the_page_and_the_charts_are_those_of_the_kept_run():
    said(os.path.join(BENCH, "charts"), "--check")


@case(10)
def a_chart_is_small_and_says_what_it_shows():
    for name in CHARTS:
        text = read("docs", name)
        assert len(text) < 50_000, f"{name}: {len(text)} bytes"
        root = ElementTree.fromstring(text)
        named = root.get("aria-labelledby").split()
        equal([root.find(SVG + tag).get("id") for tag in ("title", "desc")], named, name)
        assert all(root.find(SVG + tag).text for tag in ("title", "desc")), name
        assert name in read("docs", "performance.md"), f"{name} is not shown"


@case(20)
def wrong_use_ends_at_once():
    for script in ("run", "state", "instructions", "charts", "peers/compare"):
        done = subprocess.run([os.path.join(BENCH, script), "--nonsense"], capture_output=True, check=False, text=True,
                              timeout=10)
        equal(done.returncode, 2, f"{script} --nonsense")
        assert "--nonsense" in done.stderr, done.stderr
        assert said(os.path.join(BENCH, script), "--help").startswith("Usage: tests/bench/"), script


if __name__ == "__main__":
    sys.exit(run_cases())
