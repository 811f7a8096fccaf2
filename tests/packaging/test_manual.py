#!/usr/bin/env -S python3 -B
"""Manual pages and completions say what --help says, all of it."""
import functools
import gzip
import os
import re
import subprocess
import sys
import tempfile

from tree import DEPLOY, need, said, version
from cases import case, equal, run_cases
from program import DESKPULSE, deskpulse

WORK = tempfile.TemporaryDirectory(prefix="deskpulse.")
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


@functools.cache
def help_of(*command):
    return deskpulse(*command, "--help")[0].partition("\nConfiguration keys,")[0]


def commands():
    return re.findall(r"^  (\w+)  ", help_of(), re.M)


def options_of(command):
    """Those that its list explains: the beginnings of lines."""
    found = set()
    for line in help_of(command).splitlines():
        label = re.match(r" {2,6}(-.*?)(  |$)", line)
        if label:
            found |= set(OPTION.findall(re.sub(r"[= ][A-Z].*", "", label[1])))
    return found


def keys():
    found, section = [], None
    for line in deskpulse("run", "--help")[0].partition("\nConfiguration keys,")[2].splitlines():
        section = line[1:-1] if line.startswith("[") else section if line else None
        if section and re.match(r"\w+ = ?", line) and '"' not in section:
            found.append((section, line.split()[0]))
    return found


@functools.cache
def make(part):
    where = os.path.join(WORK.name, part)
    said(os.path.join(DEPLOY, part, "make"), DESKPULSE, where)
    return where


def pages():
    """Each page's name, source, and text without troff's own."""
    where = make("man")
    for folder in ("man1", "man5"):
        for name in sorted(os.listdir(os.path.join(where, folder))):
            path = os.path.join(where, folder, name)
            with gzip.open(path, "rt", encoding="utf-8") as file:
                source = file.read()
            text = re.sub(r"\\f[BR]|\\&", "", source).replace("\\-", "-")
            yield name.removesuffix(".gz"), source, text


@case(60)
def every_command_has_its_page():
    found = {name: text for name, _, text in pages()}
    equal(set(found), {"deskpulse.1", "deskpulse.conf.5"} | {f"deskpulse-{c}.1" for c in commands()},
          "pages")
    for command in commands():
        page = found[f"deskpulse-{command}.1"]
        assert f'"deskpulse {version()}"' in page, command
        for option in options_of(command):
            assert option in page, f"{option} of {command}"
        assert f"deskpulse-{command}" in found["deskpulse.1"], command
    for section, key in keys():
        assert f".SS [{section}]\n" in found["deskpulse.conf.5"], section
        assert f"\n{key} =" in found["deskpulse.conf.5"], key


@case(60)
def the_pages_are_well_formed():
    need("mandoc")
    for name, source, _ in pages():
        done = subprocess.run(["mandoc", "-Tlint", "-Wstyle"], input=source, text=True,
                              capture_output=True, timeout=20, check=False)
        equal(done.stdout, "", f"what mandoc says of {name}")


def completed(script, *words):
    """What bash offers for the last word."""
    program = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _deskpulse; '
               'printf "%s\\n" "${COMPREPLY[@]}"')
    return said("bash", "-c", program, "bash", script, "deskpulse", *words).split()


@case(60)
def bash_completes_everything():
    script = os.path.join(make("completion"), "deskpulse")
    equal(set(completed(script, "")), set(commands()) | {"--help", "--version"}, "commands")
    for command in commands():
        offered = {word for word in completed(script, command, "-") if word.startswith("-")}
        equal(offered, options_of(command), f"options of {command}")
    equal(completed(script, "alert", "sil"), ["silence", "silences"], "subcommands")
    equal(completed(script, "report", "--format", ""), ["table", "csv", "json", "html"], "values")
    equal(completed(script, "run", "--on-lost-position", "=", "l"), ["latest"], "after =")
    equal(completed(script, "run", "--set", "redis.pre"), ["redis.prefix="], "keys")
    equal(set(completed(script, "run", "--set", "")), {f"{s}.{k}=" for s, k in keys()}, "all keys")
    equal(completed(script, "simulate", "--seed", ""), [], "a number")
    for words in (("check", "-c"), ("report", "--output"), ("replay",)):
        assert script in completed(script, *words, script[:-3]), words


@case(60)
def zsh_knows_every_option():
    script = os.path.join(make("completion"), "_deskpulse")
    with open(script, encoding="utf-8") as file:
        text = file.read()
    assert text.startswith("#compdef deskpulse\n")
    for command in commands():
        part = re.search(rf"^        {command}\)\n(.*?)^            ;;", text, re.M | re.S)[1]
        specs = re.findall(r"^ +'(?:\([^)]*\))?\*?(--?[a-z-]+)", part, re.M)
        equal(set(specs), options_of(command), f"options of {command}")
    need("zsh")
    said("zsh", "-n", script)


if __name__ == "__main__":
    with WORK:
        sys.exit(run_cases())
