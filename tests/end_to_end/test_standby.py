#!/usr/bin/env -S python3 -B
"""Several deskpulse run of one group: one is active, another takes over, and what was saved is what
the next one goes on from. Usage: see cases.py."""
import signal
import sys
import tempfile
import time

from cases import case, equal, run_cases, until
from figures import assert_same, until_same, without_teams
from live import Live, simulated
from program import Run, deskpulse

EVENTS = ("--agents", "150", "--seconds", "5400", "--late", "1", "--bad", "1", "--seed", "9")
SESSION_S = 6
OPTIONS = ("--set", f"kafka.session.timeout.ms={SESSION_S * 1000}",
           "--set", "redis.commit_interval=200ms")
ACTIVE = "is=active"


class Another:
    """One more process of the group."""

    def __init__(self, live, *options):
        self.directory = tempfile.TemporaryDirectory()
        self.run = Run(self.directory.name, "--clock", "event", *live.settings(), *OPTIONS,
                       *options)

    def __enter__(self):
        self.run.until_says("connected to Redis", times=2)
        return self.run

    def __exit__(self, *error):
        self.run.__exit__(*error)
        self.directory.cleanup()


def assert_as_if_nothing_had_been(live, run, count):
    live.until_consumed(count)
    expected = without_teams(live.replayed())
    until_same(lambda: without_teams(live.redis.public()), expected)
    equal(run.end()["consumed"], count, "consumed by all")
    assert_same(without_teams(live.redis.public()), expected)


def seconds_until(says, run):
    start = time.monotonic()
    run.until_says(says, seconds=30)
    return time.monotonic() - start


@case(90)
def a_killed_process_is_replaced():
    lines = simulated(*EVENTS)
    half = len(lines) // 2
    with Live("calls", "chats", options=OPTIONS) as live:
        live.run.until_says(ACTIVE)
        with Another(live) as other:
            live.produce(lines[:half])
            live.until_consumed(half // 2)
            live.run.send(signal.SIGKILL)
            took = seconds_until(ACTIVE, other)
            assert took < SESSION_S + 2, f"taken over after {took:.1f} s"
            live.produce(lines[half:])
            assert_as_if_nothing_had_been(live, other, len(lines))


@case(90)
def a_rolling_restart_loses_and_doubles_nothing():
    lines = simulated(*EVENTS)
    third = len(lines) // 3
    with Live("calls", "chats", options=OPTIONS) as live:
        live.run.until_says(ACTIVE)
        with Another(live) as second:
            live.produce(lines[:third])
            live.until_consumed(third // 2)
            live.run.send(signal.SIGTERM)
            took = seconds_until(ACTIVE, second)
            assert took < 2, f"taken over after {took:.1f} s"
            equal(live.run.process.wait(10), 0, "exit code of the first")
            with Another(live) as third_run:
                live.produce(lines[third:2 * third])
                live.until_consumed(third)
                second.send(signal.SIGTERM)
                took = seconds_until(ACTIVE, third_run)
                assert took < 2, f"taken over after {took:.1f} s"
                live.produce(lines[2 * third:])
                assert_as_if_nothing_had_been(live, third_run, len(lines))


@case(90)
def who_was_asleep_beyond_the_session_writes_no_more():
    lines = simulated(*EVENTS)
    half = len(lines) // 2
    with Live("calls", "chats", options=OPTIONS) as live:
        live.run.until_says(ACTIVE)
        with Another(live) as other:
            live.produce(lines[:half])
            live.until_consumed(half // 2)
            live.run.send(signal.SIGSTOP)
            live.produce(lines[half:])
            other.until_says(ACTIVE, seconds=SESSION_S + 2)
            live.until_consumed(len(lines))
            live.run.send(signal.SIGCONT)
            live.run.until_says("dropping what this process knows")
            until_same(lambda: without_teams(live.redis.public()), without_teams(live.replayed()))
            # Who came back may have its turn again by now: a commit of positions that crosses the
            # change of members makes librdkafka before 2.10 take the other's assignment for lost.
            other.end()
            live.run.until_says(ACTIVE, times=2)
            assert_as_if_nothing_had_been(live, live.run, len(lines))


@case(60)
def a_process_that_stands_by_writes_nothing():
    lines = simulated("--agents", "20", "--seconds", "900")
    with Live("calls", options=OPTIONS) as live:
        live.produce(lines)
        live.until_consumed(len(lines))
        with Another(live) as other:
            time.sleep(2)
            other.end()
            assert ACTIVE not in other.log(), "active though another one is"
        live.run.end()


def of_late(keys):
    """Without what reaches further back than contacts do: they are forgotten so soon that
    partitions need not even be in step, and how many of them get no corrections any more is
    different each time."""
    return {key: value for key, value in without_teams(keys).items()
            if ":p:" not in key and ":rank:" not in key
            and not key.endswith((":quality:due", ":abandoned"))}


@case(150)
def old_state_is_cut_off_and_nothing_is_missed():
    lines = simulated("--agents", "100", "--seconds", "43200", "--late", "1", "--seed", "10")
    options = OPTIONS + tuple(part for setting in (
        "window.lengths=1m 5m", "limits.contact_ttl=10m", "kpi.fcr_window=10m")
        for part in ("--set", setting))
    pieces, cuts = 8, 0
    with Live("calls", "chats", options=options) as live:
        for piece in range(pieces):
            live.produce(lines[piece * len(lines) // pieces:(piece + 1) * len(lines) // pieces])
            live.until_consumed((piece + 1) * len(lines) // pieces)
            live.run.send(signal.SIGKILL if piece % 3 == 1 else signal.SIGTERM)
            live.run.process.wait(20)
            cuts += live.run.log().count("old state is cut off")
            live.start()
        assert cuts, "the log was never cut off"
        assert not live.redis("EXISTS", "dp:state:log:0"), "the first block is still there"
        expected = of_late(live.replayed("--set", "window.lengths=1m 5m", "--set",
                                         "limits.contact_ttl=10m", "--set", "kpi.fcr_window=10m"))
        until_same(lambda: of_late(live.redis.public()), expected)
        live.run.end()


@case(60)
def a_state_of_another_format_is_refused():
    lines = simulated("--agents", "20", "--seconds", "900")
    with Live("calls", options=OPTIONS) as live:
        live.produce(lines)
        live.until_consumed(len(lines))
        live.run.end()
        before = sorted(live.redis("HGETALL", "dp:state:commit"))
        live.redis("HSET", "dp:state:commit", "v", "5")
        live.start()
        equal(live.run.process.wait(20), 1, "exit code")
        live.run.until_says("it is of format 5, and this program knows format 4 alone")
        live.redis("HSET", "dp:state:commit", "v", "4")
        equal(sorted(live.redis("HGETALL", "dp:state:commit")), before, "the record")
        live.start()
        live.run.until_says(ACTIVE)
        equal(live.run.end()["consumed"], len(lines), "consumed")


@case(60)
def a_damaged_state_is_refused_and_can_be_made_anew():
    lines = simulated("--agents", "20", "--seconds", "900")
    with Live("calls", options=OPTIONS) as live:
        live.produce(lines)
        live.until_consumed(len(lines))
        live.run.end()
        live.redis("SETRANGE", "dp:state:log:0", "100", "XXXX")
        live.start()
        equal(live.run.process.wait(20), 1, "exit code")
        live.run.until_says("the log is damaged")
        for key in live.redis("KEYS", "dp:state:*"):
            live.redis("DEL", key)
        live.start()
        live.run.until_says("no state is saved in Redis")
        assert_as_if_nothing_had_been(live, live.run, len(lines))


@case(60)
def targets_are_those_of_the_time():
    """Facts keep their verdict over a restart with other targets."""
    with Live("calls", partitions=1, options=OPTIONS) as live:
        lines = simulated("--agents", "20", "--seconds", "900")
        live.produce(lines)
        live.until_consumed(len(lines))
        live.run.end()
        key = "dp:{all}:voice:w:1h"
        before = live.redis("HGET", key, "service_level")
        live.options = OPTIONS + ("--set", "target.voice=1ms")
        live.start()
        live.run.until_says(ACTIVE)
        until(lambda: live.redis("HGET", "dp:meta", "consumed"), 10, "figures")
        equal(live.redis("HGET", key, "service_level"), before, "service level")
        live.run.end()


@case(60)
def a_position_that_kafka_does_not_hold_stops_it():
    lines = simulated("--agents", "20", "--seconds", "900")
    with Live("calls", partitions=1, options=OPTIONS) as live:
        live.produce(lines)
        live.until_consumed(len(lines))
        live.run.end()
        positions = live.redis("HGET", "dp:state:commit", "positions")
        topic, _, _ = positions.partition("=")
        live.redis("HSET", "dp:state:commit", "positions", f"{topic}={len(lines) + 7}:0")
        live.start()
        equal(live.run.process.wait(20), 1, "exit code")
        live.run.until_says("--on-lost-position=earliest")
        live.options = OPTIONS + ("--on-lost-position=latest",)
        live.start()
        live.run.until_says(ACTIVE)
        live.run.end()
    deskpulse("run", "--on-lost-position=never", code=2)


if __name__ == "__main__":
    sys.exit(run_cases())
