"""Compares what is in Redis in the end with a replay of what is in Kafka.

A hash says as of when it is, and one that nothing has changed since keeps an earlier moment than
others. So it is held against two replays. One as of its own moment: there every byte counts. And
one as of the last flush: there all counts but what the clock alone moves, for had anything else
changed it would have been written again. So an old hash that has missed an update is found, too."""
import concurrent.futures
import json
import os
import re
import subprocess

from facts import netted, of_file, standing, unequal
from figures import WINDOW, differences, of_output, read_dead_letters
from program import KAFKA_TOOL, deskpulse
from servers import messages
from sound import COUNTS
from stream import time_text

CLOCKED = ("as_of_ms", "from_ms", "occupancy", "oldest_waiting_ms", "online_ms", "available_ms",
           "busy_ms", "wrapup_ms", "break_ms", "training_ms", "meeting_ms", "contacts_per_hour",
           "concurrency")
COUNTERS = ("consumed", "accepted", "duplicate", "dead_lettered", "clock_skew")
DAY_MS = 86_400_000
PERIOD = re.compile(r"dp:\{.*\}:(?:p|rank):.*")
PERIOD_LIVES_MS = (400 + 366) * DAY_MS  # kept for 400 days after its end
SETS_LIVE_MS = 40 * DAY_MS  # sorted sets that are no period's
MARGIN_MS = 60_000     # a window's key outlives its window by so long
GAUGES_LIVE_MS = 240_000  # and gauges by this more
SHOWN, FIGURES_SHOWN = 10, 3


def partition_files(directory, broker, topic, partitions):
    """Writes each partition to a file of its own, message by message as they come."""
    paths = [os.path.join(directory, f"{topic}-{number}.ndjson") for number in range(partitions)]
    files = [open(path, "wb") for path in paths]
    tool = subprocess.Popen([KAFKA_TOOL, "dump", broker.address, topic], stdout=subprocess.PIPE)
    count = 0
    for line in tool.stdout:
        message = json.loads(line)
        files[message["partition"]].write(bytes.fromhex(message["value"]) + b"\n")
        count += 1
    for file in files:
        file.close()
    if tool.wait():
        raise AssertionError("the topic could not be read")
    return paths, count


def public_keys(redis):
    """All hashes, sets and sorted sets that are not the program's own, and those that live for too long."""
    keys = sorted(key for key in redis("KEYS", "dp:*") if not key.startswith("dp:state:"))
    found, eternal = {}, []
    kinds = redis.many([("TYPE", key) for key in keys])
    for kind, read in (("hash", redis.hashes), ("set", redis.sets), ("zset", redis.sorted_sets)):
        chosen = [key for key, its in zip(keys, kinds) if its == kind]
        found |= {key: value for key, value in zip(chosen, read(chosen)) if value}
        lives = redis.many([("PTTL", key) for key in chosen]) if kind != "set" else []
        eternal += [key for key, life in zip(chosen, lives)
                    if key != "dp:meta" and (life == -1 or life > MARGIN_MS + span_ms(key))]
    return found, eternal


def span_ms(key):
    found = WINDOW.fullmatch(key)
    if PERIOD.fullmatch(key):
        return PERIOD_LIVES_MS
    if not found:
        return GAUGES_LIVE_MS if key.endswith(":now") else SETS_LIVE_MS
    number, unit = re.fullmatch(r"(\d+)([smhd])", found[1]).groups()
    return int(number) * {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}[unit]


class Verdict:
    def __init__(self, conf, paths):
        self.conf, self.paths = conf, paths
        self.compared, self.differing, self.lost, self.doubled = 0, set(), 0, 0
        self.moments, self.letters_again = 0, 0
        self.facts, self.facts_written, self.owners = 0, 0, 0
        self.notes = []

    def replay(self, as_of_ms, *options):
        output, _ = deskpulse("replay", "-c", self.conf, "--output", "ndjson", "--as-of",
                              time_text(as_of_ms), *options, *self.paths, seconds=600)
        return of_output(output)

    def note(self, text):
        if len(self.notes) < SHOWN:
            self.notes.append(text)

    # ------------------------------------------------------------ keys

    def judge(self, keys, eternal, letters_path):
        """Everything in Redis, as of the last flush and each hash as of its own moment."""
        for key in eternal:
            self.differing.add(key)
            self.note(f"{key} would not go by itself in time")
        final = int(keys["dp:meta"]["updated_ms"])
        self.facts_path = letters_path + ".facts"
        expected = self.replay(final, "--dead-letters", letters_path, "--facts", self.facts_path)
        for meta in (keys, expected):  # facts made and taken back: as they happened to come
            meta.get("dp:meta", {}).pop("facts", None)
        self.compared = len(keys.keys() | expected.keys())
        for key in sorted(keys.keys() | expected.keys()):
            self.compare(key, still(key, keys.get(key)), still(key, expected.get(key)),
                         "as of the last flush")
        moments = {}
        for key, value in keys.items():
            if isinstance(value, dict) and "as_of_ms" in value:
                moments.setdefault(int(value["as_of_ms"]), {})[key] = value
        self.moments = len(moments)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for (moment, there), then in zip(moments.items(), pool.map(self.replay, moments)):
                for key, value in there.items():
                    if key not in self.differing:
                        self.compare(key, value, then.get(key), f"as of its own {moment}")

    def compare(self, key, actual, expected, when):
        if actual == expected:
            return
        self.differing.add(key)
        lines = differences({key: actual} if actual else {},
                            {key: expected} if expected else {}).split("\n")
        self.note(f"{when}: " + "; ".join(line[:200] for line in lines[:FIGURES_SHOWN]))
        if not isinstance(actual or expected, dict):
            self.lost += len(set(expected or ()) - set(actual or ()))
            self.doubled += len(set(actual or ()) - set(expected or ()))
            return
        for name in COUNTERS if key == "dp:meta" else COUNTS:
            had, due = (int((value or {}).get(name, 0)) for value in (actual, expected))
            self.lost += had < due
            self.doubled += had > due

    # ------------------------------------------------------------ dead letters

    def judge_letters(self, broker, topic, letters_path):
        """Each message that was refused is in the topic of dead letters, with its reason and
        unchanged; that may be more than once. A file counts its lines from 1, a partition from
        0."""
        expected = {(self.paths.index(letter["topic"]), letter["offset"] - 1):
                    (letter["reason"], letter["value"])
                    for letter in read_dead_letters(letters_path)}
        found = {}
        for letter in messages(broker.address, topic):
            headers = letter["headers"]
            place = int(headers["dp_partition"]), int(headers["dp_offset"])
            self.letters_again += place in found
            found[place] = headers["dp_reason"], letter["value"]
            if found[place] != expected.get(place):
                self.differing.add(("letter", place))
                self.note(f"dead letter of {place}: {found[place][0]} instead of "
                          f"{expected.get(place, ('none', b''))[0]}")
        for place in sorted(expected.keys() - found.keys()):
            self.lost += 1
            self.note(f"no dead letter of {place}, {expected[place][0]}")
        return len(expected)


    # ------------------------------------------------------------ facts

    def judge_facts(self, broker, topic, committed):
        """What stands in the topic of facts is what stands of the replay."""
        facts, self.owners, self.facts_written = standing(broker.address, topic, committed)
        self.facts = len(facts)
        actual, expected = netted(facts), netted(of_file(self.facts_path))
        for text in unequal(actual, expected):
            had, due = actual.get(text, 0), expected.get(text, 0)
            self.lost += had < due
            self.doubled += had > due
            self.note(f"fact {had} times instead of {due}: {text}")


def still(key, value):
    """Without what the clock alone moves."""
    if not isinstance(value, dict) or key == "dp:meta":
        return value
    return {name: what for name, what in value.items() if name not in CLOCKED}
