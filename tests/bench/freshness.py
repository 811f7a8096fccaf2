"""From append to visible in Redis, while events come in at a rate."""
import json
import time

import bench
import contenders

PROBES_A_SECOND = 20


class Load:
    """So many events a second for so long, measured once warm; and by how many agents they are made."""

    def __init__(self, rate, agents, warm, seconds):
        self.rate, self.agents, self.warm, self.seconds = rate, agents, warm, seconds


def measure(contender, program, probe, kafka, redis, name, load):
    """Percentiles in ms; the cores that it took; and the messages a second that came to be visible."""
    topics = contenders.make_topics(kafka, name)
    bench.Redis(redis).ask("FLUSHALL")
    simulate = [program, "simulate", "--to", "kafka", "--broker", kafka, "--rate", str(load.rate), "--agents",
                str(load.agents), "--seconds", str(load.warm + load.seconds + 5), "--calls-topic", topics[0],
                "--chats-topic", topics[1]]
    with contenders.running(contender, kafka, redis, topics, name, live=True) as run, \
            contenders.process_of(simulate):
        time.sleep(load.warm)
        cpu, consumed, started = run.cpu(), run.consumed(), time.monotonic()
        found = json.loads(bench.output_of(probe, kafka, topics[0], run.client.port, str(load.seconds),
                                           str(PROBES_A_SECOND)))
        seconds = time.monotonic() - started
        found["cores"] = (run.cpu() - cpu) / seconds
        found["rate"] = (run.consumed() - consumed) / seconds
    return found


def add(figures, prefix, found, text=""):
    """Only where a percentile is no more than a lower bound is there a figure that says so."""
    for name in ("p50", "p99"):
        least = found[f"{name}_least"]
        figures.add(f"{prefix}freshness_{name}_ms", found[name], "ms",
                    "at least: the others never came" if least else text)
        if least:
            figures[f"{prefix}freshness_{name}_ms_is_least"] = True
    figures.add(f"{prefix}freshness_cores", found["cores"], "cores", "at that rate")
    figures.add(f"{prefix}freshness_seen_per_s", found["rate"], "events/s", "became visible")
