"""Writing hashes into Redis: what a replay publishes, against redis-benchmark writing as many fields and bytes."""
import os
import re

import bench

DAY = ("--agents", 10_000, "--seconds", 900)  # many keys, few events
FLUSH = {"period_kinds": "none"}  # hashes of windows, and few others


def typical_hash(client):
    """The window hash in the middle by its size, as words of HSET."""
    found = sorted((client.hash(key) for key in client.ask("KEYS", "dp:{agent:*}:w:*")),
                   key=lambda fields: sum(len(name) + len(value) for name, value in fields.items()))
    return [word for pair in found[len(found) // 2].items() for word in pair]


def measure(figures, program, directory, redis, rounds):
    """redis-benchmark sends a fixed command: so HSET, while Deskpulse sends RESTORE, whose image holds zero bytes,
    which no argument of a command can."""
    events = os.path.join(directory, "keys.ndjson")
    bench.simulate(program, events, *DAY)
    client = bench.Redis(redis)
    url = f"redis://{redis}/0"
    bench.replay(program, events, output="redis", redis_url=url, **FLUSH)
    keys, words = int(client.ask("DBSIZE")), typical_hash(client)

    def redis_benchmark():
        said = bench.output_of("redis-benchmark", "-p", client.port, "-c", "1", "-P", "200", "-n", str(keys),
                               "-r", "100000", "--csv", "HSET", "dp:{agent:__rand_int__}:w:1h", *words).decode()
        return float(re.findall(r'"([\d.]+)"', said.splitlines()[-1])[0])

    costs = bench.take_turns(rounds, {
        "none": lambda: bench.replay(program, events, **FLUSH),
        "redis": lambda: bench.replay(program, events, output="redis", redis_url=url, **FLUSH),
        "benchmark": redis_benchmark,
    })
    rate = keys / max(bench.best(costs["redis"], "wall") - bench.best(costs["none"], "wall"), 1e-3)
    figures.add("publish_keys", keys)
    figures.add("hash_fields", len(words) // 2)
    figures.add("hash_bytes", sum(map(len, words)), "bytes", "names and values")
    figures.add("redis_benchmark_per_s", max(costs["benchmark"]), "hashes/s", "HSET, one connection, 200 at a time")
    figures.add("publish_per_s", rate, "hashes/s", "making the figures included")
    figures.add("publish_vs_redis_benchmark", rate / max(costs["benchmark"]), "", "rate: higher is better")
