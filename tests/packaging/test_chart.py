#!/usr/bin/env -S python3 -B
"""The Helm chart: its version, its values, and, where there is a helm, what it makes."""
import os
import re
import subprocess
import sys

from tree import DEPLOY, need, read, said, version
from cases import Skip, case, equal, run_cases

CHART = os.path.join(DEPLOY, "helm")
BOARD = ("--set", "board.enabled=true,board.secret=board")
ALL = (*BOARD, "--set", "serviceMonitor.enabled=true,board.acknowledging=true",
       "--set", "board.ingress.enabled=true,board.ingress.host=board.example.com",
       "--set", "secret.environment=variables,secret.files=files")


def yaml():
    try:
        import yaml as module
    except ImportError as error:
        raise Skip("there is no yaml for Python here") from error
    return module


def made(*options):
    """What the chart makes, by kind and name."""
    need("helm")
    text = said("helm", "template", "it", CHART, "--kube-version", "1.31.0", *options)
    return {(part["kind"], part["metadata"]["name"]): part
            for part in yaml().safe_load_all(text) if part}


@case(10)
def its_version_is_the_programs():
    chart = yaml().safe_load(read("deploy", "helm", "Chart.yaml"))
    equal((chart["version"], chart["appVersion"]), (version(), version()), "version, appVersion")


@case(10)
def templates_use_the_values_that_there_are():
    values = yaml().safe_load(read("deploy", "helm", "values.yaml"))
    for name in os.listdir(os.path.join(CHART, "templates")):
        for path in re.findall(r"\.Values\.([\w.]+)", read("deploy", "helm", "templates", name)):
            value = values
            for part in path.split("."):
                assert isinstance(value, dict) and part in value, f"{name}: {path}"
                value = value[part]


@case(60)
def helm_finds_nothing():
    need("helm")
    for options in ((), ALL):
        said("helm", "lint", "--strict", "--kube-version", "1.31.0", CHART, *options)


@case(60)
def what_it_makes_is_closed_and_watched():
    parts = made(*ALL)
    run = parts["Deployment", "it-deskpulse"]["spec"]
    board = parts["Deployment", "it-deskpulse-board"]["spec"]
    equal(run["replicas"], 2, "replicas")
    for spec in (run, board):
        pod = spec["template"]["spec"]
        container, = pod["containers"]
        equal(container["image"], f"deskpulse:{version()}", "image")
        assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        equal(container["securityContext"]["capabilities"], {"drop": ["ALL"]}, "capabilities")
        equal({mount["name"] for mount in container["volumeMounts"]},
              {volume["name"] for volume in pod["volumes"]}, "volumes")
        assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()
        equal(container["envFrom"], [{"secretRef": {"name": "variables"}}], "secrets")
    container, = run["template"]["spec"]["containers"]
    equal([container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")],
          ["/healthz", "/readyz"], "probes")
    equal({variable["name"] for variable in board["template"]["spec"]["containers"][0]["env"]},
          {"DESKPULSE_BOARD_LISTEN", "DESKPULSE_BOARD_TOKEN_FILE", "DESKPULSE_BOARD_ACK_TOKEN_FILE"},
          "what the board is told")
    files = run["template"]["spec"]["volumes"][1]["secret"]
    equal(files, {"secretName": "files", "defaultMode": 0o440}, "files that keys may be in")
    for kind, name in (("Service", "it-deskpulse"), ("Service", "it-deskpulse-board")):
        selector = parts[kind, name]["spec"]["selector"].items()
        labels = parts["Deployment", name]["spec"]["template"]["metadata"]["labels"].items()
        assert selector <= labels, name
    equal(parts["ServiceMonitor", "it-deskpulse"]["spec"]["jobLabel"], "app.kubernetes.io/name", "job")


@case(60)
def little_is_made_unless_asked_for():
    equal({kind for kind, _ in made()}, {"ConfigMap", "Deployment", "Service", "PodDisruptionBudget"},
          "kinds")
    for options, wrong in ((("--set", "board.enabled=true"), "board.secret names a Secret"),
                           ((*BOARD, "--set", "board.ingress.enabled=true"),
                            "board.ingress.host names the board")):
        done = subprocess.run(["helm", "template", "it", CHART, "--kube-version", "1.31.0",
                               *options], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode and wrong in done.stderr, done


if __name__ == "__main__":
    sys.exit(run_cases())
