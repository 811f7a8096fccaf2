"""Redis and Kafka for the tests: servers of their own, topics of their own, what is in them."""
import itertools
import json
import os
import socket
import subprocess
import tempfile

from cases import Skip
from program import KAFKA_TOOL

DEPLOY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy")
NUMBERS = itertools.count()


def unique(name):
    """A name for a topic or a group that no other run has."""
    return f"{name}-{os.getpid()}-{next(NUMBERS)}"


class Server:
    """A server that deploy/NAME/up starts in a directory of its own, on a free port."""

    def __init__(self, name, *options):
        self.name, self.options = name, options
        self.directory = tempfile.TemporaryDirectory(prefix=f"deskpulse-{name}-")
        self.port = 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()
        self.directory.cleanup()

    def script(self, script, *arguments):
        done = subprocess.run(
            [os.path.join(DEPLOY, self.name, script), "--dir", self.directory.name, *arguments],
            check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90)
        if done.returncode:
            raise AssertionError(f"deploy/{self.name}/{script} failed: {done.stderr.decode()}")
        return done.stdout.decode()

    def start(self):
        """Starts it, again on the port that it had."""
        address = self.script("up", "--port", str(self.port), *self.options).split()[-1]
        self.port = int(address.rpartition(":")[2])

    def stop(self):
        self.script("down")

    def send(self, number):
        """SIGSTOP lets it hang, SIGCONT go on, SIGKILL end at once."""
        with open(os.path.join(self.directory.name, "pid"), encoding="ascii") as pid:
            os.kill(int(pid.read()), number)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"


# ---------------------------------------------------------------- Redis

class RedisServer(Server):
    def __init__(self, *options):
        super().__init__("redis", "--", *options)

    @property
    def url(self):
        return f"redis://{self.address}/0"

    def client(self):
        return Redis(self.port)


class Redis:
    """A connection to Redis, with as much of its protocol as is needed here."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.replies = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.replies.close()
        self.socket.close()

    def many(self, commands, raw=False):
        """Sends all commands at once; returns their replies, texts as bytes if `raw`."""
        out = bytearray()
        for command in commands:
            out += b"*%d\r\n" % len(command)
            for part in command:
                data = str(part).encode()
                out += b"$%d\r\n%s\r\n" % (len(data), data)
        self.socket.sendall(out)
        return [self.reply(raw) for _ in commands]

    def __call__(self, *command):
        return self.many([command])[0]

    def reply(self, raw=False):
        line = self.replies.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("Redis has closed the connection")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise RuntimeError("Redis says: " + rest)
        if kind == b":":
            return int(rest)
        if kind == b"$":
            if rest == "-1":
                return None
            text = self.replies.read(int(rest) + 2)[:-2]
            return text if raw else text.decode()
        if kind == b"*":
            return None if rest == "-1" else [self.reply(raw) for _ in range(int(rest))]
        return rest

    def hashes(self, keys):
        replies = self.many([("HGETALL", key) for key in keys])
        return [dict(zip(fields[::2], fields[1::2])) for fields in replies]

    def sets(self, keys):
        return [sorted(members) for members in self.many([("SMEMBERS", key) for key in keys])]

    def sorted_sets(self, keys):
        """Scores by members; whole numbers as such."""
        replies = self.many([("ZRANGE", key, 0, -1, "WITHSCORES") for key in keys])
        return [{member: int(score) if score.isdigit() else float(score)
                 for member, score in zip(members[::2], members[1::2])} for members in replies]

    def public(self):
        """All public keys with their values: a dict for a hash, a sorted list for a set, a dict
        of numbers for a sorted set."""
        keys = [key for key in self("KEYS", "dp:*") if not key.startswith("dp:state:")]
        kinds = self.many([("TYPE", key) for key in keys])
        found = {}
        for kind, read in (("hash", self.hashes), ("set", self.sets), ("zset", self.sorted_sets)):
            chosen = [key for key, its in zip(keys, kinds) if its == kind]
            found |= {key: value for key, value in zip(chosen, read(chosen)) if value}
        return found


# ---------------------------------------------------------------- Kafka

class KafkaServer(Server):
    def __init__(self):
        super().__init__("kafka")


def kafka_address():
    """The broker for tests that leave it as it is."""
    address = os.environ.get("DP_TEST_KAFKA")
    if not address:
        raise Skip("DP_TEST_KAFKA is not set: no broker")
    return address


def kafka_tool(*arguments, stdin=None, seconds=60):
    done = subprocess.run([KAFKA_TOOL, *map(str, arguments)], input=stdin, timeout=seconds,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise AssertionError(done.stderr.decode())
    return [json.loads(line) for line in done.stdout.splitlines()]


def create_topics(broker, partitions, *names):
    kafka_tool("create", broker, partitions, *names)


def produce(broker, topics, lines):
    """Sends lines (bytes) to a topic, or to several ("a,b")."""
    kafka_tool("produce", broker, topics, "-", stdin=b"\n".join(lines) + b"\n")


def messages(broker, topic):
    """All messages of a topic, partition by partition in the order of their offsets."""
    found = kafka_tool("dump", broker, topic)
    for message in found:
        message["value"] = bytes.fromhex(message["value"])
    return sorted(found, key=lambda message: (message["partition"], message["offset"]))


def committed(broker, group, topic):
    """A group's positions and the ends of the partitions, as two lists."""
    found = kafka_tool("committed", broker, group, topic)
    return [item["committed"] for item in found], [item["end"] for item in found]
