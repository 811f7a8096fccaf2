#!/usr/bin/env -S python3 -B
"""deskpulse run and signals: it drains and leaves, goes on where it left, reads targets again.
Usage: see cases.py."""
import json
import os
import signal
import sys
import time

from cases import case, equal, run_cases, until
from live import Live, simulated
from program import configuration
from servers import committed

EVENTS = ("--agents", "100", "--seconds", "3600", "--bad", "1", "--seed", "7")


def assert_all_committed(live):
    for topic in live.topics:
        positions, ends = committed(live.broker, live.group, topic)
        equal(positions, ends, f"committed positions of {topic}")


@case(60)
def sigterm_drains_and_the_next_run_goes_on_from_there():
    lines = simulated(*EVENTS)
    half = len(lines) // 2
    with Live("calls", "chats") as live:
        live.produce(lines[:half])
        live.until_consumed(half)
        equal(live.run.end(signal.SIGTERM)["consumed"], half, "consumed by the first run")
        assert_all_committed(live)
        live.start()
        live.run.until_says("is=active")
        live.produce(lines[half:])
        live.until_consumed(len(lines))
        counts = live.run.end(signal.SIGINT)
        equal(counts["consumed"], len(lines), "consumed by both runs")
        assert_all_committed(live)


@case(60)
def sigterm_in_the_middle_loses_and_doubles_nothing():
    lines = simulated("--agents", "300", "--seconds", "5400", "--seed", "8")
    with Live("calls", "chats") as live:
        live.run.until_says("started")
        live.run.end()  # so that the next has all to read at once
        live.produce(lines)
        for pause in (0, 0.02, 0.1, None):
            live.start()
            live.run.until_says("is=active")
            if pause is None:
                live.until_consumed(len(lines))
            else:
                time.sleep(pause)
            consumed = live.run.end()["consumed"]
            positions = [position for topic in live.topics
                         for position in committed(live.broker, live.group, topic)[0]]
            equal(sum(max(position, 0) for position in positions), consumed,
                  "sum of the committed positions")
        equal(consumed, len(lines), "consumed by all runs")


@case(60)
def a_second_sigterm_ends_at_once():
    with Live("calls") as live:
        live.produce(simulated("--agents", "20", "--seconds", "600"))
        live.until_consumed(1)
        live.server.stop()
        live.run.until_says("trying again")
        live.run.send(signal.SIGTERM)
        live.run.until_says("stopping")
        time.sleep(1)
        equal(live.run.process.poll(), None, "exit code while it waits for Redis")
        live.run.send(signal.SIGTERM)
        equal(live.run.process.wait(2), 1, "exit code")


@case(60)
def sigterm_while_redis_is_away_ends_in_time_and_commits_nothing_unwritten():
    lines = simulated("--agents", "20", "--seconds", "900")
    with Live("calls", partitions=1) as live:
        half = len(lines) // 2
        live.produce(lines[:half])
        live.until_consumed(half)
        until(lambda: committed(live.broker, live.group, live.topics[0])[0] == [half], 10,
              "the first half is committed")
        live.server.stop()
        live.produce(lines[half:])
        time.sleep(1)
        counts = live.run.end(code=1, seconds=20)
        equal(counts["consumed"], len(lines), "consumed")
        equal(committed(live.broker, live.group, live.topics[0])[0], [half], "committed position")


def call(number, minute, waited):
    """A call that was answered after so many seconds, as two lines."""
    def line(kind, second, **data):
        at = f"2026-01-05T08:{minute:02}:{second:02}Z"
        return json.dumps({"specversion": "1.0", "id": f"{number}-{kind}", "source": "/pbx",
                           "type": kind, "time": at,
                           "data": {"interaction_id": f"i{number}", **data}}).encode()
    return [line("contact.offered", 0, channel="voice", queue="billing"),
            line("contact.answered", waited, agent_id="a1")]


def service_level(live, responses):
    """Of the queue, as soon as it has so many responses."""
    def figures():
        return live.redis.hashes(["dp:{queue:billing}:w:1h"])[0]
    until(lambda: figures().get("responses") == str(responses), 10,
          lambda: f"{responses} responses: {figures()}")
    return figures()["service_level"]


@case(60)
def sighup_reads_the_targets_again():
    """For later responses; those before keep the verdict of their time."""
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"deskpulse-{os.getpid()}.conf")
    configuration(path, target={"voice": "20s"})
    try:
        with Live("calls", options=("-c", path)) as live:
            live.produce(call(1, 1, 30))
            equal(service_level(live, 1), "0.000000", "service level with a target of 20 s")

            configuration(path, target={"voice": "40s"})
            live.run.send(signal.SIGHUP)
            live.run.until_says("targets, rules and hooks read again")
            live.produce(call(2, 2, 30))
            equal(service_level(live, 2), "0.500000", "service level with a target of 40 s")

            configuration(path, target={"voice": "for ever"})
            live.run.send(signal.SIGHUP)
            live.run.until_says("the old one stays in force")
            assert f"{path}:2: [target] voice: " in live.run.log(), "file, line and key are said"
            live.produce(call(3, 3, 30) + call(4, 4, 45))
            equal(service_level(live, 4), "0.500000", "service level, still with 40 s")

            configuration(path, **{"target": {"voice": "40s"},
                                   'queue "billing"': {"target.voice": "1m"}})
            live.run.send(signal.SIGHUP)
            live.run.until_says("targets, rules and hooks read again", times=2)
            live.produce(call(5, 5, 50))
            equal(service_level(live, 5), "0.600000", "service level with the queue's own 1 m")
            live.run.end()
    finally:
        os.unlink(path)


if __name__ == "__main__":
    sys.exit(run_cases())
