"""Figures as tables in Markdown, which terminals show as well."""
from bench import number

CONTENDERS = (("deskpulse", "Deskpulse"), ("deskpulse_windows", "Deskpulse, no periods"),
              ("kafka_streams", "Kafka Streams"), ("kafka_streams_memory", "Kafka Streams, heap"),
              ("kafka_streams_rocksdb", "Kafka Streams, RocksDB"),
              ("flink", "Flink"), ("flink_memory", "Flink, heap"), ("flink_rocksdb", "Flink, RocksDB"))
COSTS = (("CPU, s per million events", "cpu_s_per_million"), ("likewise, once warm", "cpu_warm_s_per_million"),
         ("events/s, wall time", "events_per_s"), ("peak memory, MiB", "memory_mib"),
         ("freshness p50, ms", "freshness_p50_ms"), ("freshness p99, ms", "freshness_p99_ms"),
         ("cores while that is measured", "freshness_cores"), ("became visible, events/s", "freshness_seen_per_s"))
CURVES = (("windows", "event_ns_windows_"), ("longest window", "event_ns_longest_"),
          ("slide, a fact in windows alone", "fact_ns_slide_"), ("agents", "event_ns_agents_"),
          ("late events, %", "event_ns_late_"))
LIMITS = (("parsing, yyjson", "parse_per_s", "replay", "replay_per_s", "replay_vs_parse", "events/s of CPU"),
          ("bare consumer, librdkafka", "consume_per_s", "run, Kafka to Redis", "drain_per_s", "drain_vs_consumer",
           "events/s, wall"),
          ("replay of the same events", "drain_replay_per_s", "run, Kafka to Redis", "drain_per_s", "drain_vs_replay",
           "events/s, wall"),
          ("redis-benchmark, HSET", "redis_benchmark_per_s", "publishing of hashes", "publish_per_s",
           "publish_vs_redis_benchmark", "hashes/s, wall"))
SIZES = (("a retained fact, for each scope it is in", "bytes_per_fact", "bytes"),
         ("a quiet agent", "bytes_quiet_agent", "bytes"),
         ("100,000 agents with a day of 2,000,000 contacts", "memory_100k_agents_mib", "MiB"),
         ("of these contacts were read, the rest is extrapolated", "memory_100k_agents_contacts", ""),
         ("agents whose state is read at a restart", "restart_agents", ""),
         ("events that it stands for, of 24 h", "restart_events", ""),
         ("restart, until it is active", "restart_s", "s"), ("of that reading the state", "restart_read_s", "s"),
         ("the state in Redis", "state_mib", "MiB"), ("likewise, an event", "state_bytes_per_event", "bytes"),
         ("instructions of an event", "instructions_per_event", ""),
         ("instructions of a published key", "instructions_per_key", ""))


def shown(value):
    return "-" if value is None else value if isinstance(value, str) else number(value)


def table(head, rows):
    """Columns as wide as they need to be; all but the first to the right."""
    rows = [[shown(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(cells):
        return "| " + " | ".join(cell.rjust(width) if i else cell.ljust(width)
                                 for i, (cell, width) in enumerate(zip(cells, widths))) + " |"

    rule = "|" + "|".join("-" * (width + 1) + (":" if i else "-") for i, width in enumerate(widths)) + "|"
    return "\n".join((line(head), rule, *map(line, rows)))


def machine(figures):
    return table(("", ""), [(name.removeprefix("machine_").removeprefix("version_"), value)
                            for name, value in figures.items() if value and
                            (name in ("run", "date") or name.startswith(("machine_", "version_")))])


def limits(figures):
    return table(("limit", "its rate", "Deskpulse", "its rate", "of the limit", "unit"),
                 [(limit, figures.get(of), ours, figures.get(rate), figures.get(ratio), unit)
                  for limit, of, ours, rate, ratio, unit in LIMITS])


def measured(figures):
    """The contenders that there is a figure of, in order."""
    return [(label, title) for label, title in CONTENDERS if f"{label}_cpu_s_per_million" in figures]


def with_bound(figures, name):
    """Some percentiles are known to be higher than the figure says (freshness.py)."""
    value = figures.get(name)
    return f"> {number(value)}" if figures.get(f"{name}_is_least") else value


def contenders(figures):
    found = measured(figures)
    if not found:
        return "No peers were measured."
    return table(("", *(title for _, title in found)),
                 [(title, *(with_bound(figures, f"{label}_{name}") for label, _ in found)) for title, name in COSTS
                  if any(f"{label}_{name}" in figures for label, _ in found)])


def points(figures, prefix):
    """(at what, ns of CPU), in order."""
    return [(name.removeprefix(prefix), value) for name, value in figures.items() if name.startswith(prefix)]


def curves(figures):
    rows = []
    for title, prefix in CURVES:
        found = points(figures, prefix)
        rows += [(title if i == 0 else "", at, value, value / found[0][1]) for i, (at, value) in enumerate(found)]
    return table(("", "", "ns of CPU an event", "against the first"), rows)


def sizes(figures):
    return table(("", "", "unit"), [(title, figures.get(name), unit) for title, name, unit in SIZES])
