#!/usr/bin/env -S python3 -B
"""Redis and Kafka go away and come back while deskpulse run works: afterwards the figures are what
they would have been anyway. Usage: see cases.py."""
import signal
import sys
import threading
import time

from cases import case, equal, run_cases
from figures import assert_same, until_same, without_teams
from live import Live, simulated
from servers import KafkaServer, kafka_address

EVENTS = ("--agents", "150", "--seconds", "5400", "--late", "1", "--bad", "1", "--seed", "6")
MEMORY_MARGIN = 160 << 20  # librdkafka's queue (64 MiB) and what a sanitizer adds


def assert_as_if_nothing_had_been(live, count):
    """All has been consumed once, and the figures are a replay's; also after a clean end."""
    live.until_consumed(count)
    expected = without_teams(live.replayed())
    until_same(lambda: without_teams(live.redis.public()), expected)
    equal(live.run.end()["consumed"], count, "consumed")
    assert_same(without_teams(live.redis.public()), expected)


class Feed(threading.Thread):
    """Sends lines in pieces in the background; the end of the `with` waits until all are sent."""

    def __init__(self, live, lines, pieces):
        super().__init__(daemon=True)
        self.arguments = live, lines, pieces

    def run(self):
        live, lines, pieces = self.arguments
        live.produce(lines, pieces)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.join(60)


@case(60)
def redis_restarted_empty():
    lines = simulated(*EVENTS)
    with Live("calls", "chats") as live:
        with Feed(live, lines, 20):
            live.until_consumed(len(lines) // 4)
            live.server.stop()
            live.server.start()
        live.run.until_says("no state is saved in Redis", times=2)
        assert_as_if_nothing_had_been(live, len(lines))


@case(90)
def redis_away_for_a_while():
    """Consumption pauses when Redis is behind for longer than max_behind, and memory is bounded."""
    lines = simulated(*EVENTS)
    with Live("calls", "chats", options=("--set", "redis.max_behind=3s"),
              redis_options=("--appendonly", "yes")) as live:
        first = len(lines) // 4
        live.produce(lines[:first])
        live.until_consumed(first)
        memory = live.run.peak_memory()
        live.server.stop()
        live.run.until_says("consumption pauses")
        live.produce(lines[first:])
        time.sleep(9)
        grown = live.run.peak_memory() - memory
        assert grown < MEMORY_MARGIN, f"memory has grown by {grown >> 20} MiB"
        equal("consumption goes on" in live.run.log(), False, "resumed while Redis is away")
        live.server.start()
        live.run.until_says("consumption goes on")
        assert_as_if_nothing_had_been(live, len(lines))


@case(90)
def redis_hangs_for_a_while():
    lines = simulated(*EVENTS)
    with Live("calls", "chats", options=("--set", "redis.max_behind=3s")) as live:
        with Feed(live, lines, 20):
            live.until_consumed(len(lines) // 4)
            live.server.send(signal.SIGSTOP)
            time.sleep(8)
            live.server.send(signal.SIGCONT)
        assert_as_if_nothing_had_been(live, len(lines))


@case(90)
def what_redis_did_not_take_is_written_again():
    """Redis dies in the middle of a flush and comes back with what it had: windows that were to go
    in that flush go, too."""
    lines = simulated(*EVENTS)
    with Live("calls", "chats", redis_options=("--appendonly", "yes")) as live:
        first = len(lines) // 2
        live.produce(lines[:first])
        live.until_consumed(first)
        live.server.send(signal.SIGSTOP)
        live.produce(lines[first:])
        time.sleep(2)
        live.server.send(signal.SIGKILL)
        time.sleep(1)
        live.server.start()
        assert_as_if_nothing_had_been(live, len(lines))


@case(120)
def kafka_restarted():
    kafka_address()  # where there is no broker for the tests there need not be a way to start one
    lines = simulated(*EVENTS)
    with KafkaServer() as broker, Live("calls", "chats", broker=broker.address) as live:
        first = len(lines) // 2
        live.produce(lines[:first], pieces=4)
        live.until_consumed(first // 2)
        broker.stop()
        time.sleep(1)
        broker.start()
        live.produce(lines[first:], pieces=4)
        assert_as_if_nothing_had_been(live, len(lines))


if __name__ == "__main__":
    sys.exit(run_cases())
