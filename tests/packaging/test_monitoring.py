#!/usr/bin/env -S python3 -B
"""Prometheus' rules hold, and dashboards ask for what there is."""
import json
import os
import re
import sys
import tempfile

from tree import DEPLOY, need, read, said
from cases import case, equal, run_cases

METRIC = re.compile(r"\b(?:deskpulse|process)_[a-z_]+\b")
SUFFIX = re.compile(r"_(total|bucket|count|sum|info)$")


def dashboards():
    for name in sorted(os.listdir(os.path.join(DEPLOY, "grafana"))):
        yield name, json.loads(read("deploy", "grafana", name))


def panels_of(dashboard):
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", ())


def targets():
    for name, dashboard in dashboards():
        for panel in panels_of(dashboard):
            for target in panel.get("targets", ()):
                yield f"{name}: {panel['title']}", target


def expressions():
    for where, target in targets():
        if "expr" in target:
            yield where, target["expr"]


def variables(expression):
    """As Grafana fills them in."""
    return re.sub(r"\$\w+", ".*", expression.replace("$__rate_interval", "5m"))


@case(10)
def dashboards_are_sound():
    for name, dashboard in dashboards():
        panels = list(panels_of(dashboard))
        ids = [panel["id"] for panel in panels]
        equal(len(set(ids)), len(ids), f"ids of {name}")
        taken = {}
        for panel in panels:
            at = panel["gridPos"]
            assert at["x"] + at["w"] <= 24, panel["title"]
            for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"])
                         for y in range(at["y"], at["y"] + at["h"])):
                equal(taken.setdefault(cell, panel["title"]), panel["title"], f"{name} {cell}")
            if panel["type"] != "row":
                assert panel["targets"] and panel["description"], panel["title"]
        used = set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(panels)))
        equal(used - {v["name"] for v in dashboard["templating"]["list"]}, set(), f"{name}: unknown")


@case(10)
def every_metric_is_one_of_ours():
    """As docs/metrics.md has them, by family or by sample."""
    known = {SUFFIX.sub("", metric) for metric in METRIC.findall(read("docs", "metrics.md"))}
    asked = [(where, metric) for where, text in expressions() for metric in METRIC.findall(text)]
    rules = re.findall(r"expr: (?:>-\n)?(.*\n(?: {10,}.*\n)*)",
                       read("deploy", "prometheus", "rules.yml"))
    asked += [("rules.yml", metric) for text in rules for metric in METRIC.findall(text)]
    for name, dashboard in dashboards():
        for variable in dashboard["templating"]["list"]:
            asked += [(name, metric) for metric in METRIC.findall(variable.get("definition", ""))]
    unknown = {(where, metric) for where, metric in asked if SUFFIX.sub("", metric) not in known}
    print(f"{len({metric for _, metric in asked})} metrics asked for, {len(known)} known")
    equal(unknown, set(), "unknown")


@case(10)
def every_figure_is_one_of_ours():
    kpis = read("docs", "kpis.md") + read("docs", "reference.md")
    fields = set(re.findall(r"`(\w+)`", kpis))
    # Of each kind of time docs/kpis.md names one figure: "response_mean_ms and others".
    key = re.compile(r"\$\{prefix\}:(meta|\{(all|(queue|team|agent):\$\{\3\})\}:"
                     r"(now|w:\$\{window\}))")
    for where, target in targets():
        if "expr" in target:
            continue
        assert key.fullmatch(target["keyName"]), (where, target["keyName"])
        for field in target.get("field", "").split():
            time = re.fullmatch(r"(response|handle)_(mean|max|p\d\d)_ms", field)
            assert field in fields or time, (where, field)


@case(30)
def prometheus_takes_every_expression():
    need("promtool")
    rules = [{"record": f"deskpulse:test:{number}", "expr": variables(text)}
             for number, (_, text) in enumerate(expressions())]
    with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as file:
        json.dump({"groups": [{"name": "dashboards", "rules": rules}]}, file)
        file.flush()
        print(said("promtool", "check", "rules", file.name))


@case(60)
def the_rules_do_what_they_say():
    need("promtool")
    folder = os.path.join(DEPLOY, "prometheus")
    said("promtool", "check", "config", os.path.join(folder, "prometheus.yml"))
    said("promtool", "test", "rules", "rules.test.yml", cwd=folder)


@case(10)
def every_rule_is_tested():
    tests = read("deploy", "prometheus", "rules.test.yml")
    for rule in re.findall(r"- alert: (\w+)", read("deploy", "prometheus", "rules.yml")):
        assert rule in tests, rule


if __name__ == "__main__":
    sys.exit(run_cases())
