"""Draining what waits in Kafka, with saving of state, against a bare consumer and a replay of the same events."""
import bench
import contenders


def drain(contender, kafka, redis, group, count):
    """The cost of the process from its start; its wall time only since it became active, as that of the bare
    consumer is only since its first message."""
    with contenders.drained(contender, kafka, redis, bench.TOPICS, group, count) as (run, cost):
        joined = run.active_after()
    return bench.Cost(cost.cpu, cost.wall - joined, cost.memory)


def measure(figures, program, consume, kafka, redis, events, count, rounds):
    """`events`: a file with what is in the topics."""
    contender = contenders.Contender("deskpulse", program)
    group = iter(range(rounds))
    costs = bench.take_turns(rounds, {
        "consume": lambda: bench.measured_by_itself(consume, kafka, *bench.TOPICS),
        "replay": lambda: bench.replay(program, events),
        "drain": lambda: drain(contender, kafka, redis, f"drain-{next(group)}", count),
    })
    rates = {name: count / bench.best(costs[name], "wall") for name in costs}
    figures.add("drain_events", count)
    figures.add("consume_per_s", rates["consume"], "events/s", "by wall time: a consumer that does nothing else")
    figures.add("consume_cpu_s_per_million", bench.best(costs["consume"]) / count * 1e6, "s/million")
    figures.add("drain_replay_per_s", rates["replay"], "events/s", "by wall time: a replay of the same events")
    figures.add("drain_per_s", rates["drain"], "events/s", "by wall time: from Kafka until all is in Redis")
    figures.add("drain_vs_consumer", rates["drain"] / rates["consume"], "", "rate: higher is better")
    figures.add("drain_vs_replay", rates["drain"] / rates["replay"], "", "likewise")
    figures.add("drain_cpu_s_per_million", bench.best(costs["drain"]) / count * 1e6, "s/million")
    figures.add("drain_memory_mib", bench.best(costs["drain"], "memory"), "MiB")

