#!/usr/bin/env python3
"""Random event streams that go for the edges of every rule of the contract.

The same options give the same bytes. With --shuffle-seed the order of arrival is another one while
the accepted events stay the same; since the team an agent.state names counts from its arrival on,
no agent.state names a team then, so that any order must give the same figures. Late and broken
lines are in addition to that and change no figure.
"""
import argparse
import datetime
import json
import math
import os
import random
import sys

sys.dont_write_bytecode = True
from broken import MAX_LINE, broken_lines, dump, too_large_lines  # noqa: E402

SPAN = 40 * 3_600_000
DAY = 86_400_000
EPOCH = datetime.datetime(1970, 1, 1)
SOURCES = ("/acd", "/chat/eu", "/Z", "/a", "/\u00e9", "/\uff5e", "/\U0001f600", "s" * 256)
OFFSETS = (0, 480, -300, 330, 345, -210, 840, -720, 1439, -1439, 60)
WINDOWS = (60_000, 300_000, 900_000, 1_800_000, 3_600_000, 8 * 3_600_000, DAY)
STATES = ("offline", "available", "busy", "wrapup", "break", "training", "meeting")
MEASURES = ("internal_satisfaction", "cross_team_completion", "training_attendance", "knowledge")
NASTY_NAMES = ("a b", 'say "hi"', "back\\slash", "caf\u00e9", "cafe\u0301", "\U0001f600",
               "a/b?c=d&e", "x" * 128, "\u00e9" * 64, "\u2028", "\ufeffa", "%s%n", "*", "'", "-1",
               "null", "\U0001f600" * 32)


def names(prefix, count, nasty):
    return [f"{prefix}{i}" for i in range(count)] + nasty


class Centre:
    """Makes events; each as (time, envelope). Events after the end are dropped."""

    def __init__(self, options):
        self.rng = random.Random(f"content {options.seed}")
        self.stable_teams = options.shuffle_seed is not None
        rng, size = self.rng, options.contacts
        self.begin = 1_774_728_000_000 + rng.randrange(100_000) * 1000
        self.end = self.begin + SPAN
        nasty = rng.sample(NASTY_NAMES, 6)
        self.agents = names("a", 3 + size // 12, nasty[:2])
        self.teams = names("t", 3, nasty[2:3])
        self.queues = names("q", 3, nasty[3:4])
        self.customers = names("k", 2 + size // 6, nasty[4:5])
        self.contact_names = nasty[5:]
        self.events = []
        self.twin = False  # whether the last event has the id of the one before it

    def emit(self, time, kind, **data):
        if not self.begin <= time <= self.end:
            return
        number = len(self.events)
        ident = f"e{number}"
        roll = self.rng.random()
        if roll < 0.02:
            ident = (f"{number}-" + "\u00e9" * 128).encode()[:256].decode("utf-8", "ignore")
        elif roll < 0.03:
            ident = f"{number}\x00\n{{:}}"
        source = self.rng.choice(SOURCES)
        if self.events and not self.twin and roll > 0.95:  # one id from two sources
            twin = self.events[-1][1]
            ident = twin["id"]
            source = SOURCES[SOURCES.index(twin["source"]) - 1]
        self.twin = bool(self.events) and ident == self.events[-1][1]["id"]
        envelope = {"specversion": "1.0", "id": ident, "source": source, "type": kind, "time": time,
                    "data": {key.rstrip("_"): value for key, value in data.items()
                             if value is not None}}
        self.events.append((time, envelope))

    def chance(self, share):
        return self.rng.random() < share

    def maybe(self, share, values):
        return self.rng.choice(values) if self.chance(share) else None

    def gap(self):
        """Milliseconds to the next event of a contact: none, one, a limit of a rule, or any."""
        return self.rng.choice((0, 0, 0, 1, 1000, 4999, 5000, 20_000, 20_001, 60_000, 180_000,
                                self.rng.randrange(5_000), self.rng.randrange(120_000),
                                self.rng.randrange(600_000)))

    def some_time(self):
        """Near the end for the short windows as often as anywhere; now and then on an edge."""
        roll = self.rng.random()
        if roll < 0.1:
            return self.end - self.rng.choice(WINDOWS) + self.rng.choice((-1, 0, 0, 1, 1000))
        if roll < 0.6:
            return self.end - int(math.exp(self.rng.uniform(math.log(1000), math.log(SPAN))))
        return self.begin + self.rng.randrange(SPAN)

    def contact(self, number):
        rng = self.rng
        name = f"c{number}"
        if self.contact_names and self.chance(0.05):
            name = self.contact_names.pop()
        channel = rng.choice(("voice", "chat", "email"))
        time = self.some_time()
        agents = rng.sample(self.agents, min(3, len(self.agents)))
        offer_time = time
        if self.chance(0.1):
            offer_time += rng.choice((1, 30_000, -30_000, 3_600_000))
        if not self.chance(0.04):
            self.emit(offer_time, "contact.offered", interaction_id=name, channel=channel,
                      queue=rng.choice(self.queues), team=self.maybe(0.6, self.teams),
                      customer_id=self.maybe(0.7, self.customers),
                      priority=self.maybe(0.3, ("urgent", "high", "normal", "low")))
        steps = self.plain_steps(agents, channel) if self.chance(0.7) else self.wild_steps(agents)
        for kind, data in steps:
            time += self.gap()
            if self.chance(0.1):
                self.emit(time, "agent.state", agent_id=rng.choice(agents),
                          state=rng.choice(STATES), team=self.state_team())
            self.emit(time, kind, interaction_id=name, **data)

    def message(self, sender, agent):
        agent = agent if sender == "agent" else None
        return "contact.message", {"from_": sender, "agent_id": agent}

    def plain_steps(self, agents, channel):
        """A contact as it should be: waits, legs with holds and messages, transfers, outcome."""
        rng = self.rng
        steps = []
        while self.chance(0.1):
            steps.append(("contact.declined", {"agent_id": rng.choice(agents),
                                               "reason": self.maybe(0.5, ("busy", ""))}))
        if self.chance(0.12):
            return steps + [("contact.abandoned", {})]
        agent, ended = agents[0], False
        while True:
            steps.append(("contact.answered", {"agent_id": agent,
                                               "team": self.maybe(0.7, self.teams)}))
            for _ in range(rng.randrange(5) if channel != "voice" else 0):
                steps.append(self.message(rng.choice(("customer", "agent", "bot")), agent))
            while self.chance(0.3):
                steps.append(("contact.held", {"agent_id": agent}))
                if self.chance(0.7):
                    steps.append(("contact.retrieved", {"agent_id": agent}))
            wrap = ("contact.wrapped", {"agent_id": agent,
                                        "disposition": self.maybe(0.3, ("sold",))})
            if self.chance(0.2):
                other = rng.choice(agents)
                steps.append(("contact.transferred",
                              {"agent_id": agent, "to_agent_id": self.maybe(0.5, (other,)),
                               "to_queue": self.maybe(0.5, self.queues)}))
                following = [wrap] if self.chance(0.8) else []
                agent = other
            elif self.chance(0.1):
                steps.append(wrap)
                following = [("contact.ended", {})]
                ended = True
            else:
                steps.append(("contact.ended",
                              {"ended_by": self.maybe(0.7, ("customer", "agent", "system"))}))
                following = [wrap] * rng.choice((0, 1, 1, 1, 1, 2))
                ended = True
            steps += following
            if ended:
                break
        while self.chance(0.7):
            steps.append(("contact.resolved", {"resolved": self.chance(0.7),
                                               "agent_id": self.maybe(0.5, agents)}))
            if self.chance(0.3):
                steps.append(("contact.reopened", {}))
        return steps

    def wild_steps(self, agents):
        """Events of a contact without rhyme or reason."""
        rng = self.rng
        steps = []
        for _ in range(rng.randrange(1, 25)):
            agent = {"agent_id": rng.choice(agents)}
            steps.append(rng.choice((
                ("contact.answered", agent | {"team": self.maybe(0.7, self.teams)}),
                ("contact.answered", agent | {"team": self.maybe(0.7, self.teams)}),
                ("contact.declined", agent), ("contact.held", agent), ("contact.retrieved", agent),
                ("contact.transferred", agent | {"to_queue": self.maybe(0.5, self.queues)}),
                ("contact.wrapped", agent), ("contact.ended", {}), ("contact.abandoned", {}),
                ("contact.resolved", {"resolved": self.chance(0.7),
                                      "agent_id": self.maybe(0.5, self.agents)}),
                ("contact.reopened", {}),
                self.message("customer", None), self.message("agent", agent["agent_id"]),
                self.message("bot", None),
                ("contact.offered", {"channel": rng.choice(("voice", "chat", "email")),
                                     "queue": rng.choice(self.queues),
                                     "team": self.maybe(0.5, self.teams),
                                     "customer_id": self.maybe(0.5, self.customers)}),
            )))
        return steps

    def edges_of_a_day(self, number):
        """To the millisecond: a slow answer and outcome, and the same customer once more."""
        for later in (-1, 0, 1, DAY - 1, DAY, DAY + 1):
            agent, time = self.rng.choice(self.agents), self.begin + self.rng.randrange(SPAN // 4)
            name, offer = f"edge{number}-{later}", {"channel": "email", "queue": self.queues[0]}
            slow = {"interaction_id": name + "-slow"}
            self.emit(time, "contact.offered", **slow, **offer)
            self.emit(time + later, "contact.message", **slow, from_="agent", agent_id=agent)
            self.emit(time + later, "contact.resolved", **slow, resolved=True)
            for suffix, start, end in (("-first", time - 2, time), ("-again", time + later, None)):
                one = {"interaction_id": name + suffix}
                self.emit(start, "contact.offered", **one, **offer, customer_id=name)
                self.emit(end or start, "contact.resolved", **one, resolved=True, agent_id=agent)

    def feedback(self):
        rng = self.rng
        scale = rng.choice((5, 10, 100, 4, 1, 2.5))
        on = {"agent_id": rng.choice(self.agents), "team": self.maybe(0.5, self.teams),
              "interaction_id": self.maybe(0.3, ("c1", "c2", "elsewhere"))}
        if self.chance(0.6):
            on |= {"queue": self.maybe(0.7, self.queues),
                   "channel": self.maybe(0.7, ("voice", "chat", "email"))}
        if self.chance(0.7):
            score = rng.choice((0, scale, scale * 0.5, rng.randrange(int(scale) + 1)))
            self.emit(self.some_time(), "feedback.rated", score=score, scale=scale, **on)
        else:
            self.emit(self.some_time(), "feedback.complained", **on)

    def quality(self):
        rng = self.rng
        self.emit(self.some_time(), "quality.scored", agent_id=rng.choice(self.agents),
                  score=rng.choice((0, 100, rng.randrange(101), rng.randrange(400) / 4)),
                  fatal=self.maybe(0.6, (True, False)), team=self.maybe(0.5, self.teams),
                  interaction_id=self.maybe(0.5, ("c1", "elsewhere")))

    def measured(self):
        self.emit(self.some_time(), "scorecard.measured", agent_id=self.rng.choice(self.agents),
                  measure=self.rng.choice(MEASURES), value=self.rng.randrange(0, 201) / 2,
                  team=self.maybe(0.5, self.teams))

    def state_team(self):
        return None if self.stable_teams else self.maybe(0.6, self.teams)

    def states(self, agent, count):
        """State changes of one agent, some of them in bursts within one millisecond."""
        time = self.some_time() if self.chance(0.5) else self.begin
        for _ in range(count):
            self.emit(time, "agent.state", agent_id=agent, state=self.rng.choice(STATES),
                      team=self.state_team(), reason=self.maybe(0.1, ("lunch", "")))
            time += self.rng.choice((0, 0, 1, 1000, self.gap(), self.rng.randrange(7_200_000)))

    def day(self, contacts):
        for number in range(contacts):
            self.contact(number)
        for number in range(contacts // 20 + 1):
            self.edges_of_a_day(number)
        for agent in self.agents[1:]:  # one agent never tells its state
            self.states(agent, 5 + self.rng.randrange(40))
        for _ in range(contacts // 3 + 10):
            self.feedback()
            self.quality()
        for _ in range(contacts // 20 + 1):
            self.measured()
        for length in WINDOWS:
            for off in (-1, 0, 1):
                self.emit(self.end - length + off, "quality.scored", agent_id=self.agents[0],
                          score=50)
        self.emit(self.end, "agent.state", agent_id=self.agents[1], state="available")
        return self.events


# ---------------------------------------------------------------- events to lines

def time_text(time, rng):
    """The same instant in one of many ways to write it; digits after the third don't count."""
    offset = rng.choice(OFFSETS)
    local = EPOCH + datetime.timedelta(milliseconds=time + offset * 60_000)
    ms = f"{time % 1000:03}"
    digits = rng.choice((ms, ms, ms + "000", ms + "999", ms + "9" * 20))
    if ms.endswith("00") and rng.random() < 0.5:
        digits = ms[0]
    text = local.strftime("%Y-%m-%dT%H:%M:%S") + "." + digits
    if ms == "000" and rng.random() < 0.5:
        text = text[:19]
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    if offset == 0:
        zone = rng.choice(("Z", "Z", "z", "+00:00", "-00:00"))
    return (text.replace("T", "t") if rng.random() < 0.05 else text) + zone


def line_of(envelope, rng):
    """One event as a line, the plain way or an odd one that is still right."""
    envelope = envelope | {"time": time_text(envelope["time"], rng)}
    roll = rng.random()
    if roll < 0.05:
        envelope["data"] = envelope["data"] | {"extra": rng.choice((
            None, 1e300, -0.0, 10 ** 30, [[[[]]]], {"agent_id": "no"}, "\x00", "\U0001f600"))}
    elif roll < 0.10:
        envelope["subject"] = None
        envelope["datacontenttype"] = "application/json"
        envelope["traceparent"] = ["x", {"time": "never"}]
    elif roll < 0.13:
        optional = {"contact.offered": ("team", "customer_id", "priority"),
                    "agent.state": ("reason",), "contact.answered": ("team",),
                    "quality.scored": ("fatal",),
                    "contact.ended": ("ended_by",), "contact.message": ("agent_id",)}
        nulls = {name: None for name in optional.get(envelope["type"], ())}
        envelope["data"] = nulls | envelope["data"]
    items = list(envelope.items())
    if rng.random() < 0.2:
        rng.shuffle(items)
    line = json.dumps(dict(items), ensure_ascii=rng.random() < 0.3).encode()
    roll = rng.random()
    if roll < 0.02:  # of two members with one name the last counts, however the name is written
        line = b'{"data":{"agent_id":"first","interaction_id":7},"type":1,"id":"first",' + line[1:]
    elif roll < 0.04:
        line = line.replace(b'"agent_id":', b'"agent\\u005fid":').replace(b'"id":', b'"\\u0069d":')
    elif roll < 0.05:
        depth = rng.choice((10, 1000, 20_000))
        line = line[:-1] + b',"deep":' + b"[" * depth + b"]" * depth + b"}"
    elif roll < 0.06:
        line = b" \t\r" + line + b" \t\r"
    elif roll < 0.07:
        line += b"\r"
    return line


class Arrivals:
    """Lines of one partition in the order of arrival; each as (arrival time, number, line)."""

    def __init__(self, events, options, partition):
        seed = f"arrival {options.seed} {options.shuffle_seed} {partition}"
        self.order_rng = random.Random(seed)
        self.rng = random.Random(f"lines {options.seed} {partition}")
        self.events = events
        self.options = options
        self.lines = []

    def put(self, arrival, line):
        self.lines.append((arrival, len(self.lines), line))

    def accepted(self):
        """Each event at most the allowed disorder after its time, some of them again later on."""
        for time, envelope in self.events:
            line = line_of(envelope, self.rng)
            arrival = time + self.order_rng.randrange(self.options.disorder_ms + 1)
            again = self.rng.random() * 100 < self.options.dup
            self.put(arrival, line)
            if again:
                self.put(arrival + 1 + self.rng.choice((0, 10, 1000, 120_000, 2_400_000)),
                         self.repeat_of(envelope, line))

    def repeat_of(self, envelope, line):
        """The same source and id: the same bytes, the same event written anew, or another event."""
        roll = self.rng.random()
        if roll < 0.6:
            return line
        if roll < 0.8:
            return line_of(envelope, self.rng)
        return line_of(envelope | {"type": "quality.scored",
                                   "data": {"agent_id": "never seen", "score": 1}}, self.rng)

    def late(self, partition):
        """Events that are too late wherever they stand: behind what has certainly been seen."""
        allowed, disorder = self.options.lateness_ms, self.options.disorder_ms
        for number, (time, _) in enumerate(self.events):
            if self.rng.random() * 100 >= self.options.late:
                continue
            behind = self.rng.choice((1, 1000, 600_000, 7_200_000))
            envelope = {"specversion": "1.0", "id": f"late-{partition}-{number}", "source": "/late",
                        "type": "quality.scored", "time": time - allowed - behind,
                        "data": {"agent_id": "late agent", "score": 1}}
            line = line_of(envelope, self.rng)
            for _ in range(self.rng.choice((1, 1, 2))):  # a late event is late each time it comes
                self.put(time + disorder + 1, line)

    def lateness_edge(self, partition):
        """Right behind the very last event: just in time, and one millisecond too late."""
        last = max(time for time, _ in self.events)
        for behind in (0, 1):
            envelope = {"specversion": "1.0", "id": f"edge-{partition}-{behind}", "source": "/late",
                        "type": "feedback.complained",
                        "time": last - self.options.lateness_ms - behind,
                        "data": {"agent_id": "edge agent", "channel": "chat"}}
            self.put(last + self.options.disorder_ms + 2, line_of(envelope, self.rng))

    def broken(self, partition):
        if not self.options.bad:
            return
        rng = self.rng
        first, last = self.events[0][0], self.events[-1][0]
        envelope = {"specversion": "1.0", "id": f"broken-{partition}", "source": "/broken",
                    "type": "contact.ended", "time": "2099-01-01T00:00:00Z",
                    "data": {"interaction_id": "broken", "agent_id": "broken-agent"}}
        kinds = broken_lines(envelope)
        for _ in range(round(len(self.events) * self.options.bad / 100)):
            line = rng.choice(rng.choice(kinds))
            self.put(rng.randrange(first, last + 1), line)
        for line in too_large_lines(envelope):
            self.put(rng.randrange(first, last + 1), line)
        full = dump({"specversion": "1.0", "id": f"full-{partition}", "source": "/full",
                     "type": "scorecard.measured", "time": time_text(last, rng),
                     "data": {"agent_id": "full", "measure": "knowledge", "value": 1}})
        self.put(last, full + b" " * (MAX_LINE - len(full)))  # as large as may be
        for blank in (b"", b"\r", b" \t"):
            self.put(rng.randrange(first, last + 1), blank)

    def write(self, out, partition):
        self.accepted()
        self.late(partition)
        self.broken(partition)
        self.lateness_edge(partition)
        out.writelines(line + b"\n" for _, _, line in sorted(self.lines))


def partition_of(envelope, count):
    data = envelope["data"]
    key = data["interaction_id" if envelope["type"].startswith("contact.") else "agent_id"]
    return sum(key.encode()) % count


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--contacts", type=int, required=True)
    parser.add_argument("--disorder-ms", type=int, default=20_000, help="default %(default)s")
    parser.add_argument("--lateness-ms", type=int, default=60_000, help="default %(default)s")
    parser.add_argument("--dup", type=float, default=2, metavar="PCT")
    parser.add_argument("--bad", type=float, default=2, metavar="PCT")
    parser.add_argument("--late", type=float, default=1, metavar="PCT")
    parser.add_argument("--shuffle-seed", type=int, help="another order of arrival")
    parser.add_argument("--partitions", type=int, default=1)
    parser.add_argument("--out", metavar="DIR", help="writes DIR/0.ndjson and so on")
    options = parser.parse_args()
    if options.partitions > 1 and not options.out:
        parser.error("--partitions needs --out DIR")

    events = sorted(Centre(options).day(options.contacts), key=lambda event: event[0])
    partitions = [[] for _ in range(options.partitions)]
    for event in events:
        partitions[partition_of(event[1], options.partitions)].append(event)
    for number, group in enumerate(partitions):
        if options.out:
            os.makedirs(options.out, exist_ok=True)
            with open(os.path.join(options.out, f"{number}.ndjson"), "wb") as out:
                if group:
                    Arrivals(group, options, number).write(out, number)
        else:
            Arrivals(group, options, number).write(sys.stdout.buffer, number)


if __name__ == "__main__":
    main()
