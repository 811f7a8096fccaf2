"""Deskpulse against its peers, turn by turn: first the answers, then the costs of those that agree."""
import re

import bench
import contenders
import freshness

IN_HEAP, SMALL_HEAP = ("flink", "flink:memory", "kafka-streams:memory"), "512m"
WINDOWS = ("1m", "5m", "15m", "1h")
COUNTS = ("offered", "responses", "abandons", "short_abandons", "handles", "outcomes", "resolved")
FIELDS = COUNTS + ("response_mean_ms", "handle_mean_ms", "service_level", "resolution_rate")


class Drained:
    """What draining took from the start of the process, and seconds of CPU per million of further messages, once it
    had done the first; and the figures at the end."""

    def __init__(self, cost, warm, answers):
        self.cpu, self.wall, self.memory, self.warm, self.answers = cost.cpu, cost.wall, cost.memory, warm, answers


def contenders_of(program, names, heap, **chosen):
    """First Deskpulse, which does all that it does by default, with the peers' windows; then without its calendar
    periods, which no peer has. `heap` is of those that have their state in it; RocksDB has it outside."""
    chosen = {"window_lengths": " ".join(WINDOWS), **chosen}
    peers = [contenders.Contender(name, heap=heap if name in IN_HEAP else SMALL_HEAP) for name in names]
    for peer in peers:
        peer.build()
    return [contenders.Contender("deskpulse", program, **chosen),
            contenders.Contender("deskpulse:windows", program, **{**chosen, "period_kinds": "none"}), *peers]


def answers_in(client):
    """The hashes of all windows that are not of one channel, by key."""
    pattern = re.compile(r"dp:\{[^}]*\}:w:(" + "|".join(WINDOWS) + ")")
    return {key: client.hash(key) for key in client.ask("KEYS", "dp:{*}:w:*") if pattern.fullmatch(key)}


def drain(contender, program, kafka, redis, topics, group, count, agents):
    """Of all messages, and then of those of a further day, in topics that were empty until then."""
    further = contenders.make_topics(kafka, group)
    with contenders.drained(contender, kafka, redis, (*topics, *further), group, count) as (run, cost):
        more = contenders.fill(program, kafka, further, *contenders.day_of(agents, day=1))
        run.until_consumed(count + more)
        return Drained(cost, (run.cpu() - cost.cpu) / more * 1e6, answers_in(run.client))


def differences(expected, found):
    """What is counted here alone makes a key: where a peer has none, Deskpulse must count nothing of it."""
    wrong = []
    for key in sorted(expected.keys() | found.keys()):
        mine, other = expected.get(key, {}), found.get(key, {})
        for field in FIELDS:
            default = "0" if field in COUNTS else None
            if mine.get(field, default) != other.get(field, default):
                wrong.append((key, field, mine.get(field, default), other.get(field, default)))
        if key == "dp:{all}:w:1h" and mine.get("as_of_ms") != other.get("as_of_ms"):
            wrong.append((key, "as_of_ms", mine.get("as_of_ms"), other.get("as_of_ms")))
    return wrong


def agrees(figures, contender, expected, found):
    wrong = differences(expected, found)
    keys = len(expected.keys() | found.keys())
    print(f"{contender.title}: {keys} keys, {keys * len(FIELDS)} fields compared, {len(wrong)} differ", flush=True)
    figures[f"{contender.label}_keys_compared"] = keys
    figures[f"{contender.label}_fields_compared"] = keys * len(FIELDS)
    figures[f"{contender.label}_fields_differ"] = len(wrong)
    for key, field, mine, other in wrong[:10]:
        print(f"  {key} {field}: {mine} of Deskpulse, {other} of {contender.title}")
    return not wrong


def drain_all(figures, all_of_them, program, kafka, redis, topics, count, agents, rounds):
    """Takes turns; returns the costs of each whose answers are right, that is those of the first."""
    first, costs = all_of_them[0], {contender: [] for contender in all_of_them}
    for turn in range(rounds):
        for contender in list(costs):
            found = drain(contender, program, kafka, redis, topics, f"{contender.label}-{turn}", count, agents)
            if contender is first:
                expected = found.answers
            elif not agrees(figures, contender, expected, found.answers):
                del costs[contender]
                continue
            costs[contender].append(found)
    return costs


def add_costs(figures, contender, costs, count):
    cpu = bench.best(costs) / count * 1e6
    for name, value, unit in (("cpu_s_per_million", cpu, "s/million"),
                              ("cpu_warm_s_per_million", bench.best(costs, "warm"), "s/million"),
                              ("events_per_s", count / bench.best(costs, "wall"), "events/s"),
                              ("memory_mib", bench.best(costs, "memory"), "MiB")):
        figures.add(f"{contender.label}_{name}", value, unit)


def add_ratios(figures, peer):
    """Deskpulse's cost over the peer's: 0.1 is a tenth. Of Flink's two kinds of state each has its own."""
    for name, of in (("cpu", "cpu_s_per_million"), ("cpu_warm", "cpu_warm_s_per_million"), ("memory", "memory_mib"),
                     ("freshness", "freshness_p99_ms")):
        if f"{peer.label}_{of}" in figures:
            figures.add(f"{name}_vs_{peer.label}", figures[f"deskpulse_{of}"] / figures[f"{peer.label}_{of}"])


def compare(figures, all_of_them, program, probe, kafka, redis, topics, count, agents, rounds, load):
    """`load` None: freshness is not measured; nor is it of Deskpulse a second time. Returns whether all answers are
    right."""
    figures.add("peers_events", count)
    costs = drain_all(figures, all_of_them, program, kafka, redis, topics, count, agents, rounds)
    for turn, contender in enumerate(costs):
        add_costs(figures, contender, costs[contender], count)
        if load and (contender is all_of_them[0] or not contender.program):
            found = freshness.measure(contender, program, probe, kafka, redis, f"fresh-{turn}", load)
            freshness.add(figures, f"{contender.label}_", found)
    for contender in costs:
        if not contender.program:
            add_ratios(figures, contender)
    return len(costs) == len(all_of_them)
