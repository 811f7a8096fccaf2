"""A seeded stream of events as they come from a busy contact centre, about now: with disorder,
duplicates, late, early and broken ones.

What the figures are must not depend on how the partitions' messages fall in between each other.
So every event that may name its agent's team does, and each partition begins with a state of every
agent that names it, for the facts of agents whose events cannot."""
import datetime
import functools
import heapq
import json
import random

import broken

CHANNELS = ("voice", "voice", "voice", "chat", "chat", "email")
STATES = ("available", "available", "busy", "busy", "wrapup", "break", "offline", "training")
EVENTS_OF_A_CONTACT = 7  # about
EPOCH = datetime.datetime(1970, 1, 1)


def murmur2(data):
    """The hash by which Kafka's clients choose the partition of a key."""
    multiplier, mask = 0x5BD1E995, 0xFFFFFFFF
    value = 0x9747B28C ^ len(data)
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        k = int.from_bytes(data[start:start + 4], "little") * multiplier & mask
        k = (k ^ k >> 24) * multiplier & mask
        value = value * multiplier & mask ^ k
    if len(data) > whole:
        value = (value ^ int.from_bytes(data[whole:], "little")) * multiplier & mask
    value = (value ^ value >> 13) * multiplier & mask
    return value ^ value >> 15


def name_in_partition(partition, partitions):
    """A key that falls into that partition."""
    names = (f"to{number}" for number in range(1000))
    return next(name for name in names
                if (murmur2(name.encode()) & 0x7FFFFFFF) % partitions == partition)


@functools.lru_cache(maxsize=64)
def second_text(second):
    return (EPOCH + datetime.timedelta(seconds=second)).isoformat()


def time_text(ms):
    return f"{second_text(ms // 1000)}.{ms % 1000:03d}Z"


class Stream:
    def __init__(self, seed, rate, start_ms, partitions, lateness_ms, agents=24):
        self.rng = random.Random(f"stream {seed}")
        self.now, self.partitions, self.lateness = start_ms, partitions, lateness_ms
        self.agents = [f"a{number:02d}" for number in range(agents)]
        self.queues = ["billing", "tech", "sales", "web"]
        self.gap = 1000 * EVENTS_OF_A_CONTACT / rate  # between contacts
        self.queue, self.numbers, self.contacts = [], 0, 0
        self.next_contact = float(start_ms)
        self.next_state = dict.fromkeys(self.agents, start_ms + 1000)
        self.next_giant, self.giants_sent = start_ms + 8000, 0
        template = {"specversion": "1.0", "source": "/broken", "id": "broken",
                    "type": "agent.state", "time": time_text(start_ms),
                    "data": {"agent_id": "broken-agent", "state": "busy"}}
        self.broken = [[line for line in lines if is_a_line(line)]
                       for lines in broken.broken_lines(template)]
        self.giants = [line for line in broken.too_large_lines(template) if is_a_line(line)]

    def team(self, agent):
        return f"team-{self.agents.index(agent) % 3}"

    def prelude(self):
        """A state of every agent in every partition."""
        lines = []
        for partition in range(self.partitions):
            route = name_in_partition(partition, self.partitions)
            for agent in self.agents:
                lines.append(self.line("agent.state", self.now, agent_id=agent, state="available",
                                       team=self.team(agent), interaction_id=route))
        return lines

    def until(self, now_ms):
        """The lines to be sent up to that moment."""
        while self.next_contact <= now_ms:
            self.contact(int(self.next_contact))
            self.next_contact += self.rng.expovariate(1 / self.gap)
        for agent, due in self.next_state.items():
            if due <= now_ms:
                self.put("agent.state", due, agent_id=agent, team=self.team(agent),
                         state=self.rng.choice(STATES))
                self.next_state[agent] = due + self.rng.randrange(1500, 8000)
        if self.next_giant <= now_ms:
            self.send(now_ms, self.rng.choice(self.giants))
            self.giants_sent += 1
            self.next_giant += 20_000 if self.giants_sent < 4 else 300_000
        self.now = now_ms
        while self.queue and self.queue[0][0] <= now_ms:
            yield heapq.heappop(self.queue)[2]

    def line(self, kind, time, **data):
        self.numbers += 1
        return json.dumps({"specversion": "1.0", "source": f"/pbx/{self.numbers % 3}",
                           "id": f"e{self.numbers}", "type": kind, "time": time_text(time),
                           "data": {key.rstrip("_"): value for key, value in data.items()
                                    if value is not None}}).encode()

    def send(self, at_ms, line):
        self.numbers += 1
        heapq.heappush(self.queue, (at_ms, self.numbers, line))

    def put(self, kind, time, orderly=False, **data):
        """One event into the stream, and what may go wrong with it on the way."""
        line, roll = self.line(kind, time, **data), self.rng.random()
        delay = self.rng.randrange(80)
        if orderly:
            delay = 20
        elif roll < 0.15:
            delay = self.rng.randrange(5000)
        elif roll < 0.16:
            delay = self.lateness + self.rng.randrange(-2000, 8000)
        elif roll < 0.18:
            delay = -self.rng.randrange(2500)  # a source whose clock is ahead
        self.send(time + delay, line)
        if self.rng.random() < 0.03:
            again = self.rng.choice((10, 2000, 30_000, 120_000))
            self.send(time + max(delay, 0) + self.rng.randrange(again), line)
        if self.rng.random() < 0.01:
            self.send(time, self.rng.choice(self.rng.choice(self.broken)))

    def some(self, share, value):
        return value if self.rng.random() < share else None

    # ------------------------------------------------------------ contacts

    def contact(self, time):
        rng = self.rng
        self.contacts += 1
        name, channel = f"c{self.contacts}", rng.choice(CHANNELS)
        queue, agent = rng.choice(self.queues), rng.choice(self.agents)
        # A first answer before the offer counts as 0 and as a skewed clock. How often it counts
        # depends on how often the contact is gone through, so its events keep their order.
        skewed = rng.random() < 0.02
        put = functools.partial(self.put, orderly=skewed, interaction_id=name)
        offered = time + 1500 if skewed else time
        put_offer = functools.partial(put, "contact.offered", offered, channel=channel, queue=queue,
                                      team=self.some(0.7, "team-0"),
                                      customer_id=f"k{rng.randrange(300)}")
        if skewed:
            put("contact.answered", time + 500, agent_id=agent, team=self.team(agent))
            put_offer()
            put("contact.message", time + 2500, from_="agent", agent_id=agent)
            put("contact.ended", time + 4000, ended_by="agent")
            return
        put_offer()
        if rng.random() < 0.12:
            put("contact.abandoned", time + rng.randrange(1000, 12_000))
            return
        if rng.random() < 0.1:
            other = rng.choice(self.agents)
            put("contact.declined", time + rng.randrange(200, 900), agent_id=other)
        end = self.leg(put, agent, time + rng.randrange(1000, 8000), channel)
        if rng.random() < 0.12:
            other = rng.choice(self.agents)
            put("contact.transferred", end, agent_id=agent, to_agent_id=other,
                to_queue=self.some(0.5, rng.choice(self.queues)))
            agent = other
            end = self.leg(put, agent, end + rng.randrange(300, 4000), channel)
        put("contact.ended", end, ended_by=rng.choice(("customer", "agent", "system")))
        self.afterwards(put, agent, end, queue, channel)

    def leg(self, put, agent, time, channel):
        """From the answer on; returns when it ends."""
        rng = self.rng
        put("contact.answered", time, agent_id=agent, team=self.team(agent))
        if channel == "voice":
            if rng.random() < 0.3:
                time += rng.randrange(300, 3000)
                put("contact.held", time, agent_id=agent)
                time += rng.randrange(300, 3000)
                put("contact.retrieved", time, agent_id=agent)
            return time + rng.randrange(500, 9000)
        for _ in range(rng.randrange(1, 5)):
            time += rng.randrange(200, 1500)
            put("contact.message", time, from_=rng.choice(("customer", "customer", "bot")))
            time += rng.randrange(200, 2500)
            put("contact.message", time, from_="agent", agent_id=agent)
        return time + rng.randrange(200, 2000)

    def afterwards(self, put, agent, end, queue, channel):
        rng, team = self.rng, self.team(agent)
        if rng.random() < 0.8:
            put("contact.wrapped", end + rng.randrange(300, 5000), agent_id=agent)
        time = end + rng.randrange(-300, 3000)
        if rng.random() < 0.7:
            put("contact.resolved", time, resolved=rng.random() < 0.8,
                agent_id=self.some(0.5, agent))
            if rng.random() < 0.1:
                put("contact.reopened", time + 1000)
                put("contact.resolved", time + rng.randrange(1500, 9000), resolved=True)
        if rng.random() < 0.3:
            put("feedback.rated", end + rng.randrange(500, 6000), agent_id=agent, team=team,
                queue=queue, channel=channel, score=rng.randrange(6), scale=5)
        if rng.random() < 0.03:
            put("feedback.complained", end + rng.randrange(500, 9000), agent_id=agent, team=team,
                queue=queue, channel=channel)
        if rng.random() < 0.05:
            self.put("quality.scored", end + 1000, agent_id=agent, team=team,
                     score=rng.randrange(1001) / 10, fatal=rng.random() < 0.1)
        if rng.random() < 0.01:
            self.put("scorecard.measured", end + 1000, agent_id=agent, team=team,
                     measure="knowledge", value=rng.randrange(100))


def is_a_line(line):
    """Whether a file can hold it as a line, as it can be a message."""
    return b"\n" not in line and not line.endswith(b"\r") and line.strip(b" \t\r") != b""
