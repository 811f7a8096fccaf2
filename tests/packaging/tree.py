"""What tests of deploy/ share: the tree, its version, and tools that may be missing."""
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
DEPLOY = os.path.join(ROOT, "deploy")
sys.path.insert(0, os.path.join(ROOT, "tests", "end_to_end"))

from cases import Skip  # noqa: E402 - only now it is found


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def version():
    """The one place that says it."""
    return re.search(r"^project\(deskpulse VERSION (\S+)", read("CMakeLists.txt"), re.M)[1]


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise Skip(f"there is no {tool} here")


def said(*command, **options):
    """Runs a command that must succeed; returns all it says."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          text=True, timeout=60, **options)
    if done.returncode:
        raise AssertionError(f"{' '.join(command)} ends with {done.returncode}:\n{done.stdout}")
    return done.stdout
