"""deskpulse run between topics of its own and a Redis of its own."""
import gzip
import tempfile

from cases import reference_data, until
from figures import of_replay, partition_files
from program import Run, deskpulse
from servers import RedisServer, create_topics, kafka_address, produce, unique


class Live:
    """Topics, a Redis and deskpulse run between them."""

    def __init__(self, *topics, partitions=3, options=(), broker=None, redis_options=()):
        self.broker = broker or kafka_address()
        self.topics = [unique(topic) for topic in topics]
        self.dead, self.group = unique("dead"), unique("group")
        self.partitions, self.options, self.redis_options = partitions, options, redis_options

    def __enter__(self):
        create_topics(self.broker, self.partitions, *self.topics)
        create_topics(self.broker, 1, self.dead)
        self.directory = tempfile.TemporaryDirectory()
        self.server = RedisServer(*self.redis_options)
        self.server.__enter__()
        self.redis = self.server.client()
        self.start()
        return self

    def start(self):
        """Starts deskpulse run, again after it has ended."""
        self.redis("DEL", "dp:meta")
        self.run = Run(self.directory.name, "--clock", "event", *self.settings(), *self.options)

    def settings(self):
        settings = {"kafka.bootstrap.servers": self.broker, "kafka.topics": ",".join(self.topics),
                    "kafka.group.id": self.group, "kafka.dead_letter_topic": self.dead,
                    "redis.url": self.server.url, "redis.flush_interval": "100ms"}
        return [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]

    def __exit__(self, *error):
        self.run.__exit__(*error)
        self.redis.__exit__(*error)
        self.server.__exit__(*error)
        self.directory.cleanup()

    def until_consumed(self, count, seconds=30):
        """Waits until what Redis has stands for that many messages at least."""
        until(lambda: self.consumed() >= count, seconds,
              lambda: f"{self.consumed()} messages consumed, not yet {count}")

    def consumed(self):
        try:
            return int(self.redis("HGET", "dp:meta", "consumed") or 0)
        except OSError:  # Redis was away
            self.redis.__exit__()
            self.redis = self.server.client()
            return 0

    def produce(self, lines, pieces=1):
        """Sends lines, in so many pieces one after the other."""
        size = -(-len(lines) // pieces)
        for start in range(0, len(lines), size):
            produce(self.broker, ",".join(self.topics), lines[start:start + size])

    def replayed(self, *options):
        """What a replay makes of the same partitions."""
        return of_replay(*options, *partition_files(self.directory.name, self.broker, *self.topics))


def reference_lines(name):
    with gzip.open(reference_data(name + ".ndjson.gz")) as file:
        return [line for line in file.read().split(b"\n") if line.strip()]


def simulated(*options):
    output, _ = deskpulse("simulate", "--to", "-", *options)
    return output.encode(errors="surrogateescape").split(b"\n")[:-1]
