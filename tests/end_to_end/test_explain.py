#!/usr/bin/env -S python3 -B
"""deskpulse explain: the facts in Kafka are those of a replay, whatever happened to deskpulse run, and
published figures are made of them. Usage: see cases.py."""
import json
import os
import random
import signal
import sys
import tempfile
import time

from cases import case, equal, run_cases, until
from facts import netted, of_file, standing, unequal
from figures import partition_files
from live import Live, simulated
from program import Run, deskpulse
from servers import KafkaServer, unique

EVENTS = ("--agents", "150", "--seconds", "5400", "--late", "1", "--bad", "1", "--seed", "17")
EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs",
                       "example.ndjson")
FIGURES = ("handles", "handle_mean_ms", "handle_p90_ms", "talk_mean_ms", "response_mean_ms",
           "response_max_ms", "response_p95_ms", "service_level", "answer_rate", "abandon_rate",
           "resolution_rate", "fcr_rate", "transfer_rate", "reply_mean_ms", "satisfaction_mean",
           "complaint_rate", "quality_mean", "offered", "repeat_contact_rate", "answered_30s_rate",
           "message_reply_rate", "agent_talk_share")
OF_AGENTS = ("occupancy", "score", "contacts_per_hour", "concurrency", "volume", "days_worked", "online_ms", "busy_ms", "knowledge")


def explain(*arguments, code=0):
    return deskpulse("explain", *arguments, code=code)[0]


def some_figures(redis, facts):
    """Ten figures and more, of agents, queues and all, of windows and periods."""
    chance = random.Random(5)
    agents = sorted({fact["agent"] for fact in facts if "agent" in fact})
    queues = sorted({fact["queue"] for fact in facts if "queue" in fact})
    teams = sorted({fact["team"] for fact in facts if "team" in fact})
    periods = sorted(redis("SMEMBERS", "dp:periods"))
    assert len(periods) >= 5, periods
    for kind, names in (("agent", agents), ("queue", queues), ("team", teams)):
        for _ in range(3):
            scope = f"{kind}:{chance.choice(names)}"
            yield scope, chance.choice(FIGURES), chance.choice(("30m", "1h", "8h", "24h"))
            yield scope, chance.choice(FIGURES), chance.choice(periods)
    for _ in range(3):
        yield "all", chance.choice(FIGURES), chance.choice(("1h", "24h", *periods))
        yield "all:voice", chance.choice(FIGURES), "1h"
    for figure in OF_AGENTS:
        yield f"agent:{chance.choice(agents)}", figure, chance.choice(periods)
    yield f"agent:{chance.choice(agents)}", "occupancy", "1h"


def assert_facts_of_replay(live, topic, owners):
    """What stands in the topic is what stands of a replay; returns the facts of the topic that
    count."""
    facts, epochs, written = standing(live.broker, topic, commits(live))
    assert epochs >= owners, f"{epochs} owners"
    print(f"     {len(facts)} facts of {written} lines count, {epochs} owners", flush=True)
    path = os.path.join(live.directory.name, "facts.ndjson")
    files = partition_files(live.directory.name, live.broker, *live.topics)
    deskpulse("replay", "--output", "none", "--facts", path, *files)
    wrong = unequal(netted(facts), netted(of_file(path)))
    equal(len(wrong), 0, f"facts that differ from those of a replay, such as {wrong[:3]}")
    return facts


def commits(live):
    return int(live.redis("HGET", "dp:state:commit", "number") or 0)


def kill_and_start(live):
    live.run.send(signal.SIGKILL)
    live.run.process.wait()
    live.start()


@case(200)
def published_figures_are_explained_whatever_happened():
    lines, topic = simulated(*EVENTS), unique("facts")
    options = ("--set", f"kafka.facts_topic={topic}", "--set", "kafka.session.timeout.ms=6000",
               "--set", "redis.commit_interval=700ms")
    third = len(lines) // 3
    with Live("calls", "chats", options=options) as live:
        for part in range(2):  # killed in the midst of it
            live.run.until_says("is=active", seconds=40)
            before = commits(live)
            live.produce(lines[part * third:part * third + third // 2])
            until(lambda: commits(live) > before + 1, 30, "a commit")
            live.produce(lines[part * third + third // 2:(part + 1) * third])
            live.until_consumed(part * third + third * 2 // 3)
            kill_and_start(live)
        live.produce(lines[2 * third:])
        live.until_consumed(len(lines), seconds=60)
        counts = live.run.end()
        equal(counts["consumed"], len(lines), "consumed")

        facts = assert_facts_of_replay(live, topic, owners=3)
        equal(counts["facts"], len(facts), "counter of facts")

        settings = (*live.settings(), *options)
        seen = 0
        for figure in some_figures(live.redis, facts):
            output = json.loads(explain(*figure, "--format", "json", *settings))
            published = output["published"]
            assert published is not None, f"{figure}: Redis is not asked"
            if "differs" in published:
                shown = output["value"] if "as_of_ms" in published else None
                equal(published["value"], shown, f"{figure} as published")
                seen += published["value"] is not None
        assert seen >= 10, f"{seen} figures compared"


@case(90)
def what_a_replaced_process_writes_on_does_not_count():
    lines, topic = simulated(*EVENTS), unique("facts")
    options = ("--set", f"kafka.facts_topic={topic}", "--set", "kafka.session.timeout.ms=6000")
    half = len(lines) // 2
    with Live("calls", "chats", options=options) as live, \
            tempfile.TemporaryDirectory() as directory:
        live.run.until_says("is=active", seconds=40)
        with Run(directory, "--clock", "event", *live.settings(), *options) as other:
            live.produce(lines[:half])
            until(lambda: commits(live) > 1, 30, "a commit")
            live.run.send(signal.SIGSTOP)  # in the midst of it
            live.produce(lines[half:])
            other.until_says("is=active", seconds=20)
            live.until_consumed(len(lines))
            live.run.send(signal.SIGCONT)
            live.run.until_says("dropping what this process knows")
            other.end()  # the first one takes over again
            live.run.until_says("is=active", times=2, seconds=20)
            live.run.end()
            assert_facts_of_replay(live, topic, owners=3)


@case(120)
def facts_outlive_the_broker():
    lines, topic = simulated(*EVENTS), unique("facts")
    options = ("--set", f"kafka.facts_topic={topic}")
    half = len(lines) // 2
    with KafkaServer() as broker, Live("calls", "chats", broker=broker.address,
                                       options=options) as live:
        live.run.until_says("is=active", seconds=40)
        live.produce(lines[:half])
        until(lambda: commits(live) > 1, 30, "a commit")
        broker.send(signal.SIGKILL)  # facts are on their way
        time.sleep(2)
        broker.stop()
        broker.start()
        live.produce(lines[half:])
        live.until_consumed(len(lines), seconds=60)
        live.run.end()
        assert_facts_of_replay(live, topic, owners=1)


@case(60)
def a_figure_that_was_tampered_with_is_noticed():
    topic = unique("facts")
    options = ("--set", f"kafka.facts_topic={topic}")
    with open(EXAMPLE, "rb") as example:
        lines = example.read().splitlines()
    with Live("calls", options=options) as live:
        live.produce(lines)
        live.until_consumed(len(lines))
        live.run.end()
        settings = (*live.settings(), *options)
        figure = ("queue:billing", "response_mean_ms", "2026-11")
        assert ": the same" in explain(*figure, *settings)
        live.redis("HSET", "dp:{queue:billing}:p:2026-11", "response_mean_ms", "1")
        assert "published: 1 as of" in explain(*figure, *settings, code=1)
        # As of another moment nothing is compared.
        output = explain(*figure, "--as-of", "2026-11-23T10:01:00Z", *settings)
        assert "not compared" in output, output
        assert "(15000 + " not in output and "45000 / 2 = 22500" in output, output


@case(30)
def a_file_of_facts_explains_too():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "facts.ndjson")
        deskpulse("replay", "--output", "none", "--facts", path, EXAMPLE)
        output = explain("queue:billing", "service_level", "5m", "--facts", path,
                         "--as-of", "2026-11-23T10:05:00Z")
        assert "2 / 4 = 0.500000" in output, output
        assert "above and below" in output, output
        output = explain("agent:a2", "occupancy", "15m", "--facts", path)
        assert "of no contacts" in output, output
        explain("agent:a1", "score", "2026-11", "--facts", path)
        for wrong in (("agent", "handles", "5m"), ("agent:a1", "no_such", "5m"),
                      ("queue:billing", "occupancy", "5m"), ("agent:a1", "score", "5m"),
                      ("all", "handles", "8d"), ("all", "handles"),
                      ("queue:billing:voice", "handles", "2026-11")):
            explain(*wrong, "--facts", path, code=2)
        explain("all", "handles", "5m", code=2)  # no facts topic, no file
        explain("all", "handles", "5m", "--facts", os.path.join(directory, "none"), code=1)


if __name__ == "__main__":
    sys.exit(run_cases())
