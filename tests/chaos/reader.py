"""Reads all results again and again while everything around them fails, and notes what no reader
may ever see: time that goes back, and hashes that are half of one update and half of another."""
import re
import threading
import time

from figures import WINDOW
from sound import unsound

# Sets and sorted sets, which say nothing of when they are.
SETS = re.compile(r"dp:(?:agents|teams|queues|periods|\{.*\}:(?:abandoned|quality:due|rank:.*))")
LIGHT = ("as_of_ms", "updated_ms", "v", "consumed", "watermark_ms")
RISING = LIGHT[3:]  # of dp:meta: who writes what it knew before it was replaced takes these back
STANDS_FOR = "dp:state:shown"  # what the figures stand for, written with them: T and positions
GLANCE = 0.05  # seconds between two looks at what rises with each flush
SHARE = 16  # every so many rounds a hash is read as a whole
DUTY = 0.25  # of one core, at most
SHOWN = 20


class Reader(threading.Thread):
    def __init__(self, stores, lengths):
        super().__init__(daemon=True)
        self.stores, self.lengths = stores, lengths
        self.over = threading.Event()
        self.latest, self.failovers = {}, 0
        self.rounds, self.judged, self.longest = 0, 0, 0.0
        self.backward, self.half_written, self.notes = 0, 0, []
        self.error = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.join(20)

    def run(self):
        while not self.over.is_set():
            try:
                if self.failovers != self.stores.failovers:
                    self.failovers = self.stores.failovers
                    self.latest = {}  # a failover has taken back what Redis itself has lost
                with self.stores.client() as redis:
                    while not self.over.is_set() and self.failovers == self.stores.failovers:
                        self.read(redis)
            except (OSError, RuntimeError):  # away, or busy
                self.over.wait(0.05)
            except Exception as error:  # a reader that reads no more would find nothing
                self.error = f"the reader: {type(error).__name__}: {error}"
                return

    def read(self, redis):
        self.glance(redis)
        started = time.monotonic()
        keys, cursor = [], None
        while cursor != "0":
            cursor, some = redis("SCAN", cursor or 0, "MATCH", "dp:*", "COUNT", 500)
            keys += [key for key in some
                     if not SETS.fullmatch(key) and not key.startswith("dp:state:")]
        keys = sorted(set(keys))
        replies = redis.many([("HMGET", key, *LIGHT) for key in keys])
        whole = [key for number, key in enumerate(keys) if number % SHARE == self.rounds % SHARE]
        hashes = redis.hashes(whole)
        if self.failovers != self.stores.failovers:
            return
        for key, (as_of, updated, *others) in zip(keys, replies):
            if key == "dp:meta":
                self.judge_meta((as_of, updated, *others))
            elif as_of or updated or any(others):  # else it has gone since
                self.judge_rise(key, as_of or updated)
        for key, value in zip(whole, hashes):
            if value:  # it may have gone since
                self.judged += 1
                self.judge_rise(key, value.get("as_of_ms") or value.get("updated_ms"))
                self.judge(key, value)
        self.rounds += 1
        took = time.monotonic() - started
        self.longest = max(self.longest, took)
        self.glance_for(redis, min(1.0, took * (1 / DUTY - 1)))

    def glance_for(self, redis, seconds):
        """Figures of who was replaced may be there for a short while only."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.over.wait(GLANCE):
            self.glance(redis)

    def glance(self, redis):
        meta, shown = redis.many([("HMGET", "dp:meta", *LIGHT), ("GET", STANDS_FOR)])
        if self.failovers != self.stores.failovers:
            return
        if any(meta):
            self.judge_meta(meta)
        if shown:
            moment, *positions = shown.split(" ")
            self.judge_rise(STANDS_FOR, moment)
            for position in positions:  # TOPIC/PARTITION=NEXT:MARK
                where, _, there = position.rpartition("=")
                number = there.partition(":")[0]
                self.judge_rise(f"{STANDS_FOR} {where}", "0" if number == "-" else number)

    def judge_meta(self, values):
        _, updated, _, *rising = values
        self.judge_rise("dp:meta", updated)
        for name, text in zip(RISING, rising):
            self.judge_rise(f"dp:meta {name}", text or "0")

    def judge_rise(self, key, text):
        if text is None:
            self.half_written += 1
            self.note(f"{key} does not say as of when it is")
            return
        moment, before = int(text), self.latest.get(key, 0)
        if moment < before:
            self.backward += 1
            self.note(f"{key} goes back from {before} to {moment}")
        self.latest[key] = moment

    def judge(self, key, value):
        found = WINDOW.fullmatch(key)
        wrong = unsound(value, self.lengths[found[1]]) if found else (
            None if value.get("v") == "1" else "it has no v")
        if wrong:
            self.half_written += 1
            self.note(f"{key}: {wrong}: {value}")

    def note(self, text):
        if len(self.notes) < SHOWN:
            self.notes.append(f"{time.strftime('%H:%M:%S')} {text}")
