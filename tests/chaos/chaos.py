"""One run from start to verdict."""
import contextlib
import os
import time

import schedule
from broker import Broker
from cases import until
from faults import Faults
from processes import Processes
from producer import Producer, wall_ms
from program import configuration
from proxy import Proxies
from reader import Reader
from servers import create_topics
from stores import Stores
from stream import Stream
from verdict import Verdict, partition_files, public_keys

TOPIC, DEAD, FACTS, GROUP = "events", "dead", "facts", "chaos"
PARTITIONS = 3
LENGTHS = {"5s": 5000, "30s": 30_000, "1m": 60_000, "5m": 300_000, "1h": 3_600_000}
LATENESS_MS = 10_000
SESSION_MS = 4000    # short, so that many a process is replaced in a short run
WINDOW = {"lengths": " ".join(LENGTHS), "allowed_lateness": f"{LATENESS_MS}ms"}
PERIOD = {"interval": "0s"}  # with every change, so that all is as of one moment
PLAUSIBLE = 300      # keys: fewer than this prove nothing
QUIET = 5            # seconds of peace before the producer ends
CATCH_UP = 60        # seconds to have read all of it
LOST_ANYWAY = 15     # and where something is wrong already
FLUSHES = 2          # more, after all was read


class Chaos:
    def __init__(self, options, work):
        self.options, self.work = options, work
        self.failed = []

    def say(self, text):
        print(text, flush=True)

    def sections(self, redis_port, kafka_port):
        """The configuration of one process, that reaches the servers by ports of its own."""
        redis = {"url": f"redis://127.0.0.1:{redis_port}/0", "flush_interval": "200ms",
                 "commit_interval": "500ms"}
        return {"kafka": {"bootstrap.servers": f"127.0.0.1:{kafka_port}", "topics": TOPIC,
                          "group.id": GROUP, "dead_letter_topic": DEAD,
                          "facts_topic": FACTS,
                          "session.timeout.ms": SESSION_MS, "heartbeat.interval.ms": 500},
                "redis": redis, "window": WINDOW, "period": PERIOD}

    def run(self):
        options = self.options
        kinds = {"all": list(schedule.KINDS), "none": []}.get(options.faults)
        if kinds is None:
            kinds = options.faults.split(",")
        plan = schedule.schedule(options.seed, options.seconds, options.every, kinds)
        self.say(f"seed {options.seed}: {len(plan)} faults in {options.seconds:.0f} s")
        with contextlib.ExitStack() as stack:
            proxies = stack.enter_context(Proxies())
            broker = Broker(os.path.join(self.work, "kafka"), proxies, options.processes)
            stores = Stores(self.work, proxies, options.processes)
            stack.enter_context(broker)
            stack.enter_context(stores)
            create_topics(broker.address, PARTITIONS, TOPIC)
            create_topics(broker.address, 1, DEAD)
            processes = stack.enter_context(Processes(options.program, options.processes,
                                                      self.work, self.sections, stores, broker))
            reader = stack.enter_context(Reader(stores, LENGTHS))
            stream = Stream(options.seed, options.rate, wall_ms(), PARTITIONS, LATENESS_MS)
            producer = stack.enter_context(Producer(broker, TOPIC, stream))
            faults = stack.enter_context(Faults(options.seed, processes, stores, broker, self.say))
            def is_wrong():
                return processes.trouble or reader.backward or reader.half_written

            self.play(plan, producer, faults, is_wrong)
            total = producer.finish()
            self.await_end(stores, total, LOST_ANYWAY if is_wrong() else CATCH_UP)
            processes.end_all()
            reader.__exit__()
            return self.judge(faults, processes, reader, stores, broker, total)

    def play(self, plan, producer, faults, is_wrong):
        """All faults, unless something is found before that."""
        def goes_on():
            if producer.error:
                raise AssertionError(producer.error)
            return not is_wrong()

        faults.carry_out(plan, goes_on)
        while goes_on() and time.monotonic() - faults.started < self.options.seconds:
            time.sleep(0.1)
        faults.end()
        time.sleep(QUIET)

    def await_end(self, stores, total, patience):
        """Until Redis stands for every message, and some flushes more."""
        def meta():
            with contextlib.suppress(OSError, RuntimeError):
                with stores.client() as redis:
                    return redis.hashes(["dp:meta"])[0]
            return {}

        started = time.monotonic()
        try:
            until(lambda: int(meta().get("consumed", 0)) >= total, patience,
                  lambda: f"{meta().get('consumed')} messages consumed of {total}")
            self.say(f"caught up {time.monotonic() - started:.1f} s after the last event")
            for _ in range(FLUSHES):
                before = meta().get("updated_ms")
                until(lambda: meta().get("updated_ms") != before, 10, "one more flush")
        except AssertionError as error:
            self.failed.append(str(error))

    def judge(self, faults, processes, reader, stores, broker, total):
        started = time.monotonic()
        with stores.client() as redis:
            keys, eternal = public_keys(redis)
            commit = int(redis("HGET", "dp:state:commit", "number") or 0)
        paths, there = partition_files(self.work, broker, TOPIC, PARTITIONS)
        if there != total:
            self.failed.append(f"{there} messages in the topic, {total} were sent")
        conf = configuration(os.path.join(self.work, "replay.conf"), window=WINDOW,
                             period=PERIOD)
        verdict = Verdict(conf, paths)
        letters_path = os.path.join(self.work, "letters")
        if "dp:meta" in keys:
            verdict.judge(keys, eternal, letters_path)
            letters = verdict.judge_letters(broker, DEAD, letters_path)
            verdict.judge_facts(broker, FACTS, commit)
        else:
            self.failed.append("there is no dp:meta")
            letters = 0
        self.failed += faults.trouble + processes.trouble
        if reader.error:
            self.failed.append(reader.error)
        if reader.rounds < min(self.options.seconds, faults.lasted):
            self.failed.append(f"only {reader.rounds} rounds of the reader")
        if verdict.compared < PLAUSIBLE:
            self.failed.append(f"only {verdict.compared} keys to compare")
        for text in self.failed + reader.notes + verdict.notes:
            self.say("FAIL " + text)
        self.say(f"messages={total} moments={verdict.moments} dead_letters={letters} "
                 f"letters_again={verdict.letters_again} "
                 f"facts={verdict.facts} facts_written={verdict.facts_written} "
                 f"owners={verdict.owners} reads={reader.rounds} "
                 f"hashes_read={reader.judged} longest_read_ms={1000 * reader.longest:.0f} "
                 f"failovers={stores.failovers} verdict_s={time.monotonic() - started:.1f}")
        self.say(f"half_written={reader.half_written} troubles={len(self.failed)} "
                 f"seed={self.options.seed}")
        self.say(f"faults={faults.count} keys_compared={verdict.compared} "
                 f"differing={len(verdict.differing)} lost={verdict.lost} "
                 f"doubled={verdict.doubled} backward_reads={reader.backward}")
        return not (self.failed or verdict.differing or verdict.lost or verdict.doubled
                    or reader.backward or reader.half_written)
