#!/usr/bin/env -S python3 -B
"""README.md and its Chinese counterpart show the same commands and lead to the same places."""
import os
import re
import sys

from tree import ROOT, read
from cases import case, equal, run_cases

READMES = ("README.md", "README.zh-CN.md")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def blocks(name):
    """The code blocks without their comments, which are translated."""
    found = [(language, re.sub(r"\s+[#;] .*$", "", code, flags=re.M))
             for language, code in FENCE.findall(read(name))]
    assert found, f"{name} has no code block"
    return found


def anchors(path):
    """Those that GitHub makes of the headings, in order."""
    made = []
    for heading in re.findall(r"^#+ (.*)$", FENCE.sub("", read(path)), re.M):
        heading = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading)
        anchor = base = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        number = 0
        while anchor in made:
            number += 1
            anchor = f"{base}-{number}"
        made.append(anchor)
    return made


def links(name):
    """Images too."""
    return re.findall(r"\]\((\S+?)\)", FENCE.sub("", read(name)))


@case(10)
def both_show_the_same_commands():
    english, chinese = map(blocks, READMES)
    print(f"{len(english)} code blocks")
    for ours, theirs in zip(english, chinese):
        equal(theirs, ours, "code block")
    equal(len(chinese), len(english), "code blocks")


@case(10)
def both_lead_to_the_same_places():
    """An anchor of their own stands for the number of its heading."""
    places = []
    for name, other in zip(READMES, reversed(READMES)):
        own, found = anchors(name), set(links(name))
        assert other in found, f"{name} does not lead to {other}"
        places.append({f"heading {own.index(link[1:])}" if link.startswith("#") else link
                       for link in found - {other}})
    print(f"{len(places[0])} places")
    equal(places[0] ^ places[1], set(), "in one of them only")
    equal(*(len(anchors(name)) for name in READMES), "headings")


@case(10)
def every_link_leads_somewhere():
    for name in READMES:
        for link in links(name):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            assert os.path.exists(os.path.join(ROOT, path)), f"{name}: there is no {path}"
            if anchor:
                assert anchor in anchors(path or name), f"{name}: there is no {link}"


if __name__ == "__main__":
    sys.exit(run_cases())
