"""What Deskpulse is to reach, and whether it has."""
import operator

import tables
from bench import number

AT_LEAST, AT_MOST, BELOW = (operator.ge, "at least"), (operator.le, "at most"), (operator.lt, "below")


def rows_of(figures):
    """(what, its figure, comparison, aim)."""
    drain = min(0.7, figures["drain_replay_per_s"] / figures["consume_per_s"])
    peers = [figures[f"{label}_freshness_p99_ms"] for label, _ in tables.measured(figures)
             if label != "deskpulse" and f"{label}_freshness_p99_ms" in figures]
    return [
        ("replay, of the rate of parsing", "replay_vs_parse", AT_LEAST, 0.5),
        ("run, of the rate of a bare consumer: 0.7, or replay's where that is lower", "drain_vs_consumer", AT_LEAST,
         drain),
        ("CPU, of Kafka Streams", "cpu_vs_kafka_streams", AT_MOST, 0.1),
        ("CPU, of Flink", "cpu_vs_flink", AT_MOST, 0.05),
        ("memory, of Kafka Streams", "memory_vs_kafka_streams", AT_MOST, 0.1),
        ("memory, of Flink", "memory_vs_flink", AT_MOST, 0.1),
        ("freshness p99, ms", "freshness_p99_ms", BELOW, 150),
        ("freshness p99, ms, of the better peer", "freshness_p99_ms", BELOW, min(peers, default=None)),
        ("cost of an event, 7 windows against 1", "cost_7_windows_vs_1", AT_MOST, 1.5),
        ("cost of an event, 7d against 1m", "cost_7d_vs_1m", AT_MOST, 1.1),
        ("cost of a fact in windows, slide 1 s against 60 s", "cost_slide_1s_vs_60s", AT_MOST, 1.05),
        ("bytes of a retained fact and scope", "bytes_per_fact", AT_MOST, 64),
        ("bytes of a quiet agent", "bytes_quiet_agent", AT_MOST, 4096),
        ("MiB, 100,000 agents with 2,000,000 contacts", "memory_100k_agents_mib", BELOW, 4096),
        ("restart with 24 h of state, s", "restart_s", BELOW, 10),
    ]


def verdict(value, holds, aim):
    if value is None or aim is None:
        return "not measured"
    return "reached" if holds(value, aim) else "not reached"


def table(figures):
    return tables.table(("", "found", "aim", ""),
                        [(what, figures.get(name), None if aim is None else f"{words} {number(aim)}",
                          verdict(figures.get(name), holds, aim))
                         for what, name, (holds, words), aim in rows_of(figures)])
