#!/usr/bin/env -S python3 -B
"""deskpulse run from a real broker into a real Redis: the figures are those of a replay, what is
broken ends up in the dead-letter topic, and no reader sees anything half done. Usage: see
cases.py."""
import re
import sys
import threading
from collections import Counter

from cases import case, equal, reference_data, run_cases
from figures import (assert_same, read_dead_letters, to_output, until_same,
                     without_teams)
from live import Live, reference_lines, simulated
from program import COUNTERS, compare
from servers import messages

BANK, BANK_AS_OF = "bank-1999-02-week1", ("--as-of", "1999-02-02T12:00:00+02:00")
MIXED = "mixed-1"


@case(60)
def bank_week_gives_the_expected_figures():
    lines = reference_lines(BANK)
    with Live("calls", options=BANK_AS_OF) as live:
        live.produce(lines)
        live.until_consumed(len(lines))
        equal(live.run.end()["accepted"], len(lines), "accepted")
        output = to_output(live.redis.public(), live.directory.name + "/redis")
        compare(reference_data(BANK + ".expected.json.gz"), output, live.run.path)


@case(60)
def mixed_events_give_the_expected_figures():
    # An agent's team may come from a state that another partition brings: in small pieces, as it
    # happens live, it is there before the facts that need it.
    lines = reference_lines(MIXED)
    with Live("mixed") as live:
        for start in range(0, len(lines), 500):
            piece = lines[start:start + 500]
            live.produce(piece)
            live.until_consumed(start + len(piece))
        live.run.end()
        output = to_output(live.redis.public(), live.directory.name + "/redis")
        compare(reference_data(MIXED + ".expected.json.gz"), output, live.run.path)


class Reader(threading.Thread):
    """Reads keys again and again while they are written, and notes what no reader should see."""

    COUNTS = {"offered", "responses", "abandons", "short_abandons", "handles", "transfers",
              "declines", "replies", "outcomes", "resolved", "ratings", "complaints",
              "quality_checks", "quality_fatals"}

    def __init__(self, server):
        super().__init__(daemon=True)
        self.redis, self.over = server.client(), threading.Event()
        self.faults, self.latest, self.seen = [], {}, 0

    def __exit__(self, *error):
        self.over.set()
        self.join(20)
        self.redis.__exit__(*error)

    def __enter__(self):
        self.start()
        return self

    def run(self):
        while not self.over.is_set() and len(self.faults) < 5:
            keys = [key for key in self.redis("KEYS", "dp:{*")
                    if re.search(r"\}(:\w+)?:(w|p|now)\b", key) and not key.startswith("dp:{agent")]
            keys += [key for key in self.latest if key not in keys]
            for key, value in zip(keys, self.redis.hashes(keys)):
                if value:
                    self.judge(key, value)
                elif key.endswith(":w:24h"):  # what it holds is younger than that
                    self.faults.append(f"{key} is not there")

    def judge(self, key, value):
        self.seen += 1
        window = ":w:" in key
        needed = {"v", "as_of_ms"} | (self.COUNTS | {"from_ms"} if window else set())
        lacking = needed - value.keys()
        if lacking:
            self.faults.append(f"{key} lacks {', '.join(sorted(lacking))}")
            return
        as_of = int(value["as_of_ms"])
        if as_of < self.latest.get(key, as_of):
            self.faults.append(f"{key} goes back from {self.latest[key]} to {as_of}")
        self.latest[key] = as_of
        if window and ("response_mean_ms" in value) != (value["responses"] != "0"):
            self.faults.append(f"{key} mixes two updates: {value}")


@case(60)
def live_gives_what_a_replay_gives():
    """Byte for byte, with the sets of names and dp:meta."""
    lines = simulated("--agents", "60", "--seconds", "3600", "--late", "2", "--bad", "1",
                      "--seed", "3")
    with Live("events", partitions=1) as live:
        live.produce(lines, pieces=4)
        live.until_consumed(len(lines))
        expected = live.replayed()
        until_same(live.redis.public, expected)
        live.run.end()
        assert_same(live.redis.public(), expected)


@case(90)
def partitions_of_several_topics_give_what_their_replay_gives():
    """And meanwhile no reader sees a half."""
    lines = simulated("--agents", "230", "--seconds", "5400", "--late", "2", "--bad", "1",
                      "--seed", "4")
    with Live("calls", "chats", partitions=3) as live:
        with Reader(live.server) as reader:
            live.produce(lines, pieces=8)
            live.until_consumed(len(lines))
            expected = without_teams(live.replayed())
            until_same(lambda: without_teams(live.redis.public()), expected)
        equal(reader.faults, [], "what a reader saw")
        assert reader.seen > 1000, f"the reader saw {reader.seen} hashes only"
        live.run.end()
        assert_same(without_teams(live.redis.public()), expected)


@case(60)
def what_is_broken_goes_to_the_dead_letter_topic_unchanged():
    lines = simulated("--agents", "100", "--seconds", "1800", "--late", "2", "--bad", "1",
                      "--seed", "5")
    with Live("calls", partitions=2) as live:
        live.produce(lines)
        live.until_consumed(len(lines))
        counts = live.run.end()
        letters = messages(live.broker, live.dead)
        sent = {(message["partition"], message["offset"]): message
                for message in messages(live.broker, live.topics[0])}
        for letter in letters:
            headers = letter["headers"]
            equal(headers["dp_topic"], live.topics[0], "dp_topic")
            origin = sent[int(headers["dp_partition"]), int(headers["dp_offset"])]
            equal((letter["value"], letter["key"]), (origin["value"], origin["key"]), "dead letter")
        positions = {(letter["headers"]["dp_partition"], letter["headers"]["dp_offset"])
                     for letter in letters}
        equal(len(positions), len(letters), "each dead letter is written once")
        equal(len(letters), counts["dead_lettered"], "dead letters")
        reasons = Counter(letter["headers"]["dp_reason"] for letter in letters)
        assert len(reasons) >= 6, f"too few reasons to prove anything: {reasons}"
        for reason, number in reasons.items():
            equal(number, counts[reason], f"dead letters with reason {reason}")
        meta = live.redis.hashes(["dp:meta"])[0]
        equal({name: int(meta[name]) for name in COUNTERS},
              {name: counts[name] for name in COUNTERS}, "counters in dp:meta")
        equal(counts["consumed"], len(lines), "consumed")
        equal(counts["accepted"] + counts["duplicate"] + counts["dead_lettered"],
              counts["consumed"], "what became of all that was consumed")
        expected = dead_letters_of_replay(live)
        equal(sorted((letter["headers"]["dp_reason"], letter["value"]) for letter in letters),
              expected, "the dead letters of a replay")


def dead_letters_of_replay(live):
    path = live.directory.name + "/letters"
    live.replayed("--dead-letters", path)
    return sorted((letter["reason"], letter["value"]) for letter in read_dead_letters(path))


if __name__ == "__main__":
    sys.exit(run_cases())
