"""What the measurements share: what a command costs, turns, what is built, servers, figures."""
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOPICS = ("cc.calls", "cc.chats")
LIMIT = 3600  # seconds that one command may take


class Cost:
    """What something took: seconds of CPU (user and system, all threads) and of wall time, and the
    most memory that it had at once, in MiB."""

    def __init__(self, cpu, wall, memory=0.0):
        self.cpu, self.wall, self.memory = cpu, wall, memory


def measure(*command, stdout=subprocess.DEVNULL):
    """Runs a command to its end and says what it took."""
    reader, writer = os.pipe()
    done = subprocess.run([sys.executable, "-S", f"{HERE}/cost_of.py", str(writer), "timeout", str(LIMIT), *command],
                          stdout=stdout, stderr=subprocess.PIPE, pass_fds=[writer], check=True)
    os.close(writer)
    with open(reader, encoding="ascii") as told:
        found = json.load(told)
    if found["code"]:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr.decode()[-2000:]}")
    return Cost(found["cpu"], found["wall"], found["memory"])


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=LIMIT).stdout


def measured_by_itself(*command):
    """Of a program that prints its own measurement."""
    found = json.loads(output_of(*command))
    return Cost(found["cpu"], found["wall"])


def peak_mib(pid):
    """The most memory that a process has had so far, in MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024


def best(costs, of="cpu"):
    """The least: noise only ever adds."""
    return min(getattr(cost, of) for cost in costs)


def take_turns(rounds, measurements):
    """Runs every measurement once a round; returns what each gave, by its name."""
    found = {name: [] for name in measurements}
    for _ in range(rounds):
        for name, take in measurements.items():
            found[name].append(take())
    return found


def build(directory, *options, target="deskpulse"):
    """An optimised build in build/DIRECTORY; returns the path of its program."""
    path = os.path.join(ROOT, "build", directory)
    for command in (("cmake", "--preset", "optimised", "-B", path, *options),
                    ("cmake", "--build", path, "--target", target)):
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr, timeout=LIMIT)
    return os.path.join(path, "app", "deskpulse")


def compile_tool(directory, source, *packages, libraries=()):
    """Compiles a C file beside this one, optimised, with libraries of a build; returns the path of the program."""
    flags = output_of("pkg-config", "--cflags", "--libs", *packages).decode().split()
    path = os.path.join(directory, source.removesuffix(".c"))
    subprocess.run(["cc", "-std=gnu11", "-O3", "-flto=auto", f"-I{ROOT}", os.path.join(HERE, source), *libraries, "-o",
                    path, *flags], check=True)
    return path


def count_lines(path):
    with open(path, "rb") as lines:
        return sum(1 for _ in lines)


def simulate(program, path, *options):
    """Makes a file of events; returns how many there are."""
    with open(path, "wb") as out:
        measure(program, "simulate", *map(str, options), stdout=out)
    return count_lines(path)


def settings(chosen):
    """Options of the command line that set configuration keys; window_lengths is window.lengths."""
    keys = {key if "." in key else key.replace("_", ".", 1): value for key, value in chosen.items()}
    return [part for key, value in keys.items() for part in ("--set", f"{key}={value}")]


def replay(program, events, output="none", **chosen):
    """What a replay of a file takes, with keys of the configuration as chosen."""
    return measure(program, "replay", "--output", output, *settings({"log.level": "warn", **chosen}), events)


@contextlib.contextmanager
def server(name, *options):
    """A server of deploy/ in a directory of its own; gives its address."""
    with tempfile.TemporaryDirectory(prefix=f"deskpulse-{name}-") as directory:
        scripts = os.path.join(ROOT, "deploy", name)
        try:
            yield output_of(f"{scripts}/up", "--dir", directory, "--port", "0",
                            *options).decode().split()[-1]
        finally:
            subprocess.run([f"{scripts}/down", "--dir", directory], check=False)


@contextlib.contextmanager
def kafka_and_redis(partitions):
    with server("kafka", "--partitions", str(partitions), "--topics",
                ",".join((*TOPICS, "cc.dead"))) as kafka, server("redis") as redis:
        yield kafka, redis


class Redis:
    """As much of a client as is needed here, on one connection."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.port = port
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.replies = self.socket.makefile("rb")

    def receive(self):
        line = self.replies.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"*":
            return [self.receive() for _ in range(int(rest))]
        if kind == b"$":
            return self.replies.read(int(rest) + 2)[:-2].decode(errors="replace") if int(rest) >= 0 else None
        if kind == b"-":
            sys.exit(f"Redis refuses: {rest.decode()}")
        return rest.decode()

    def ask(self, *words):
        parts = [word.encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(parts)
                            + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        return self.receive()

    def hash(self, key):
        flat = self.ask("HGETALL", key)
        return dict(zip(flat[::2], flat[1::2]))


def number(value):
    """As people read it."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


class Figures(dict):
    """What was found, by name; each figure is shown as it comes."""

    def add(self, name, value, unit="", text=""):
        self[name] = value
        print(f"{name:40} {number(value):>12} {unit:14} {text}".rstrip(), flush=True)

    def write(self, path):
        with open(path, "w", encoding="utf-8") as out:
            json.dump(self, out, indent=1)
            out.write("\n")
