"""Deskpulse and its peers: how each is run from Kafka into Redis, and what its own processes take."""
import contextlib
import datetime
import os
import re
import subprocess
import sys
import tempfile
import time

import bench

PEERS = os.path.join(bench.HERE, "peers")
TICKS = os.sysconf("SC_CLK_TCK")
PARTITIONS = 4
EVENTS_OF_AN_AGENT = 1083  # in a simulated day, about


class Contender:
    """Deskpulse where there is a program, with keys of its configuration that are chosen; or a peer, with its heap."""

    def __init__(self, title, program=None, heap=None, **chosen):
        self.title, self.heap = title, heap
        self.name, _, self.state = title.partition(":")
        self.program, self.chosen = program, chosen
        self.label = title.replace("-", "_").replace(":", "_")

    def build(self):
        if not self.program:
            subprocess.run([f"{PEERS}/run", self.name, "--build"], check=True, timeout=bench.LIMIT)

    def command(self, kafka, redis, topics, group, directory, live):
        flush_ms, clock = (100, "wall") if live else (1000, "event")
        if self.program:
            return [self.program, "run", "--clock", clock, *bench.settings({
                "kafka.bootstrap.servers": kafka, "kafka.group.id": group, "kafka.topics": ",".join(topics),
                "redis.url": f"redis://{redis}/0", "redis.flush_interval": f"{flush_ms}ms",
                **self.chosen})]
        # What each does best with: Kafka Streams shows nothing of a transaction before its commit.
        own = {"kafka-streams": ["--commit-ms", "100" if live else "1000", "--linger-ms", "0" if live else "20"],
               "flink": []}[self.name]
        return [f"{PEERS}/run", self.name, "--broker", kafka, "--redis", redis, "--topics", ",".join(topics),
                "--group", group, "--dir", directory, "--flush-ms", str(flush_ms), "--clock", clock,
                "--heap", self.heap, *(["--state", self.state] if self.state else []), "--", *own]


class Running:
    """A contender's process, and the Redis that it writes to."""

    def __init__(self, contender, process, log, client):
        self.contender, self.process, self.log, self.client = contender, process, log, client
        self.started = time.time()

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def cpu(self):
        """Seconds that the process and the children it waited for have taken."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            return sum(int(part) for part in stat.read().rpartition(")")[2].split()[11:15]) / TICKS

    def consumed(self):
        """Of how many messages the figures are in Redis. A peer's tasks each say so: the least counts."""
        meta = self.client.hash("dp:meta")
        if "parts" in meta:
            return min(int(meta.get(f"consumed:{part}", 0)) for part in range(int(meta["parts"])))
        return int(meta.get("consumed", 0))

    def active_after(self):
        """Seconds from the start until Deskpulse became the active process; None: not yet."""
        found = re.search(r"^time=(\S+)Z .*is=active", self.said(), re.M)
        return found and datetime.datetime.fromisoformat(found[1] + "+00:00").timestamp() - self.started

    def until(self, holds, what):
        end = time.monotonic() + bench.LIMIT
        while not holds():
            if time.monotonic() > end or self.process.poll() is not None:
                sys.exit(f"{self.contender.title}: {what()}; it said last:\n{self.said()[-3000:]}")
            time.sleep(0.02)

    def until_consumed(self, count):
        self.until(lambda: self.consumed() >= count,
                   lambda: f"it did not consume all: {self.consumed()} of {count}")


@contextlib.contextmanager
def process_of(command):
    """A process with what it says in a file; it is told to end, and ended after 30 s."""
    with tempfile.TemporaryFile("w+") as log, subprocess.Popen(command, stderr=log, stdout=log) as process:
        try:
            yield process, log
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


@contextlib.contextmanager
def running(contender, kafka, redis, topics, group, live=False):
    with tempfile.TemporaryDirectory(prefix="deskpulse-contender-") as directory:
        command = contender.command(kafka, redis, topics, group, directory, live)
        with process_of(command) as (process, log):
            yield Running(contender, process, log, bench.Redis(redis))


@contextlib.contextmanager
def drained(contender, kafka, redis, topics, group, count):
    """From nothing until Redis has the figures of all messages; gives the running contender and the cost, from the
    start of its process."""
    bench.Redis(redis).ask("FLUSHALL")
    with running(contender, kafka, redis, topics, group) as run:
        run.until_consumed(count)
        yield run, bench.Cost(run.cpu(), time.time() - run.started, bench.peak_mib(run.process.pid))


def make_topics(kafka, name):
    """New ones, for calls and for chats."""
    topics = (f"calls.{name}", f"chats.{name}")
    bench.output_of(f"{bench.ROOT}/deploy/kafka/topic", "--port", kafka.rpartition(":")[2], "--partitions",
                    str(PARTITIONS), *topics)
    return topics


def agents_for(events):
    return max(20, round(events / EVENTS_OF_AN_AGENT))


def day_of(agents, day=0):
    """Options of simulate: the events of 24 hours up to noon, when most agents are busy, of today or a later day."""
    start = time.strftime("%Y-%m-%dT12:00:00Z", time.gmtime(time.time() + (day - 1) * 86400))
    return ["--agents", str(agents), "--seconds", "86400", "--start", start, "--seed", str(1 + day), "--late", "1",
            "--bad", "1"]


def fill(program, kafka, topics, *options):
    """Events of simulate into two topics; returns how many."""
    said = subprocess.run([program, "simulate", "--to", "kafka", "--broker", kafka, "--calls-topic", topics[0],
                           "--chats-topic", topics[1], *options],
                          check=True, stderr=subprocess.PIPE, timeout=bench.LIMIT).stderr.decode()
    return int(re.search(r"sent=(\d+)", said)[1])
