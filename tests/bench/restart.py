"""How soon a new process goes on from the state that is saved in Redis."""
import re

import bench
import contenders


class Restart:
    """Seconds from the start of a process until it was active, and of those reading the state; its bytes, and the
    events that it stands for."""

    def __init__(self, run):
        found = re.search(r"the saved state is read.* bytes=(\d+) accepted=(\d+) seconds=([\d.]+)", run.said())
        self.seconds, self.read = run.active_after(), float(found[3])
        self.bytes, self.accepted = int(found[1]), int(found[2])


def restart(contender, kafka, redis, topics, group):
    with contenders.running(contender, kafka, redis, topics, group) as run:
        run.until(run.active_after, lambda: "it did not become active")
        return Restart(run)


def measure(figures, program, kafka, redis, topics, rounds):
    """Of the state that is in Redis."""
    contender = contenders.Contender("deskpulse", program)
    found = [restart(contender, kafka, redis, topics, f"restart-{turn}") for turn in range(rounds)]
    least = min(found, key=lambda one: one.seconds)
    figures.add("restart_events", least.accepted, "", "24 h of them")
    figures.add("restart_s", least.seconds, "s", "from the start of the process until it is active")
    figures.add("restart_read_s", least.read, "s", "of those, reading the state")
    figures.add("state_mib", least.bytes / 2**20, "MiB", "in Redis")
    figures.add("state_bytes_per_event", least.bytes / least.accepted, "bytes")


def measure_day(figures, program, kafka, redis, agents, rounds):
    """24 hours of events of so many agents are drained first."""
    topics = contenders.make_topics(kafka, "restart")
    count = contenders.fill(program, kafka, topics, *contenders.day_of(agents))
    with contenders.drained(contenders.Contender("deskpulse", program), kafka, redis, topics, "restart", count):
        pass
    figures.add("restart_agents", agents)
    measure(figures, program, kafka, redis, topics, rounds)
    bench.Redis(redis).ask("FLUSHALL")
