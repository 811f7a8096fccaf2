"""Reads OpenMetrics text 1.0 as strictly as it is specified, as far as deskpulse writes it."""
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9.e+-]+)")
META = re.compile(rf"# (TYPE|UNIT|HELP) ({NAME}) (.+)")
SUFFIXES = {"gauge": ("",), "counter": ("_total",), "info": ("_info",),
            "histogram": ("_bucket", "_sum", "_count")}


class Family:
    def __init__(self, name):
        self.name, self.type, self.unit, self.help = name, None, None, None
        self.samples = {}  # by name and labels


def check(holds, what):
    if not holds:
        raise AssertionError(f"no OpenMetrics: {what}")


def read(text):
    """The families by name."""
    check(text.endswith("\n# EOF\n"), "the end of it is missing")
    families, at_hand = {}, None
    for line in text[:-len("# EOF\n")].splitlines():
        meta = META.fullmatch(line)
        if meta:
            kind, name, rest = meta.groups()
            if kind == "TYPE":
                check(name not in families, f"{name} comes twice")
                at_hand = families[name] = Family(name)
                check(rest in SUFFIXES, f"the type of {name} is {rest}")
            check(at_hand and name == at_hand.name and not at_hand.samples, f"misplaced: {line}")
            check(getattr(at_hand, kind.lower()) is None, f"twice: {line}")
            setattr(at_hand, kind.lower(), rest)
        else:
            add_sample(at_hand, line)
    for family in families.values():
        check_family(family)
    return families


def add_sample(family, line):
    sample = SAMPLE.fullmatch(line)
    check(sample and family, f"what is this: {line!r}")
    name, labels, value = sample.groups()
    allowed = [family.name + suffix for suffix in SUFFIXES[family.type]]
    check(name in allowed, f"{name} does not belong to {family.name}")
    found = dict(part.split("=", 1) for part in re.findall(LABEL, labels or ""))
    key = name, tuple(sorted((label, text[1:-1]) for label, text in found.items()))
    check(key not in family.samples, f"twice: {line}")
    family.samples[key] = float(value)


def check_family(family):
    check(family.help, f"{family.name} has no help")
    check(not family.name.endswith(("_total", "_info")), f"{family.name} ends with a suffix")
    if family.unit:
        check(family.name.endswith("_" + family.unit), f"{family.name} is not in {family.unit}")
    for (name, labels), value in family.samples.items():
        check(family.type == "gauge" or value >= 0, f"{name} {labels} is {value}")
    if family.type == "histogram":
        check_histogram(family)


def check_histogram(family):
    buckets = [(dict(labels)["le"], value) for (name, labels), value in family.samples.items()
               if name.endswith("_bucket")]
    bounds = [float(le) for le, _ in buckets]
    counts = [count for _, count in buckets]
    check(bounds == sorted(bounds) and bounds[-1] == float("inf"), f"bounds of {family.name}")
    check(counts == sorted(counts), f"{family.name} is not cumulative")
    check(counts[-1] == family.samples[family.name + "_count", ()], f"the count of {family.name}")
    check(family.name + "_sum", f"the sum of {family.name}")


def value(families, sample, **labels):
    """The value of a sample by its name, such as "deskpulse_ready"; None: there is none."""
    for family in families.values():
        found = family.samples.get((sample, tuple(sorted(labels.items()))))
        if found is not None:
            return found
    return None
