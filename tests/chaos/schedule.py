"""Which faults come when: the same seed gives the same schedule."""
import collections
import random

Fault = collections.namedtuple("Fault", "at kind target seconds alone")

# kind: how often it is in the deck, targets, least and most seconds that it lasts
KINDS = {
    "kill": (4, ("active", "active", "active", "standby"), 0, 3),
    "kill-twice": (2, ("active",), 0, 1),
    "stop": (3, ("active", "active", "standby"), 5, 9),
    "term": (2, ("active", "standby"), 0, 2),
    "roll": (1, ("all",), 0, 1),
    "redis-kill": (2, ("redis",), 0, 3),
    "redis-shutdown": (1, ("redis",), 0, 2),
    "redis-failover": (2, ("redis",), 1, 1.5),
    "commits-lost": (1, ("all",), 1.5, 2.5),
    "kafka-kill": (1, ("kafka",), 0, 2),
    "refuse-redis": (2, ("active", "active", "standby"), 2, 10),
    "swallow-redis": (2, ("active", "active", "standby"), 2, 10),
    "refuse-kafka": (1, ("active", "active", "standby"), 2, 10),
    "swallow-kafka": (2, ("active", "active", "standby"), 2, 10),
    "swallow-all": (2, ("active",), 1.5, 2.5),
    "refuse-all": (1, ("active", "standby"), 2, 10),
    "clients-killed": (1, ("redis",), 0, 0),
    "scripts-killed": (1, ("redis",), 1, 1),
    "redis-paused": (1, ("redis",), 1, 3),
    "redis-busy": (1, ("redis",), 1, 2),
    "redis-asleep": (1, ("redis",), 1, 1),
    "redis-full": (1, ("redis",), 2, 4),
    "redis-readonly": (1, ("redis",), 2, 4),
}
# What the program's guards are for, each before all others and in peace, so that it happens as it is
# meant to; and how many seconds there are for it, if it does not take longer.
FIRST = ("commits-lost", "swallow-all")
ALONE_FOR = 14.0
# Then these, in any order, so that a short run has them.
CORE = ("kill", "kill-twice", "stop", "redis-kill", "swallow-redis", "kafka-kill")
PEACE = 3.0  # seconds at the beginning


def schedule(seed, seconds, every, kinds):
    """Faults about `every` seconds apart, dealt from a deck that is shuffled again when it is out:
    each kind comes up before another comes up too often. The last second is quiet."""
    rng = random.Random(f"faults {seed}")
    faults, at = [], PEACE
    first = [kind for kind in FIRST if kind in kinds]
    deck = [kind for kind in CORE if kind in kinds]
    rng.shuffle(deck)
    while kinds and at < seconds - 1:
        if not deck:
            deck = [kind for kind in kinds for _ in range(KINDS[kind][0])]
            rng.shuffle(deck)
        alone = len(faults) < len(first)
        kind = first[len(faults)] if alone else deck.pop()
        _, targets, least, most = KINDS[kind]
        faults.append(Fault(round(at, 2), kind, rng.choice(targets),
                            round(rng.uniform(least, most), 2), alone))
        at += ALONE_FOR if alone else min(max(rng.expovariate(1 / every), 0.5), 2.5 * every)
    return faults
