#!/usr/bin/env python3
"""Reference model of Deskpulse: events in, figures out, written for clarity and not for speed.

Reads NDJSON events (each FILE a partition of its own, "-" is standard input), keeps all of them and
works out every figure anew from the whole list. Prints one JSON object:
{"counts": {...}, "windows": {key: {figure: number}}, "now": {key: {gauge: value}},
"sets": {key: {member: score}}}.
Times are integer milliseconds since the Unix epoch.
"""
import argparse
import bisect
import datetime
import json
import math
import re
import sys
import zoneinfo
from fractions import Fraction

sys.dont_write_bytecode = True
from event import STATES, duration, in_deep_thread, parse_time, read_events  # noqa: E402

SHORT_ABANDON = 5_000
DAY = 86_400_000
HOUR = 3_600_000
DEFAULT_TARGETS = "voice=20s chat=60s email=24h"
FORMULAS = ("answered-and-abandoned", "answered", "offered", "offered-less-short",
            "target-abandons", "credit-abandons")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
REASON_MAX = 128        # bytes
CALLBACKS = 100         # abandoned contacts shown of a queue


# ---------------------------------------------------------------- agents

class Agents:
    """What the agent.state events tell; each agent's list is in event-time order."""

    def __init__(self, events):
        self.states = {}
        for event in sorted(events, key=lambda e: e.order):
            if event.kind == "agent.state":
                self.states.setdefault(event.data["agent_id"], []).append(event)

    def team(self, agent, arrival=math.inf):
        """Team of the latest state that names one, of those that had arrived by then."""
        for event in reversed(self.states.get(agent, [])):
            if "team" in event.data and event.arrival <= arrival:
                return event.data["team"]
        return None

    def occupancy(self, agent, begin, end):
        """(time in busy or wrapup, that and time in available) within begin..end."""
        busy = present = 0
        states = self.states.get(agent, [])
        for event, following in zip(states, states[1:] + [None]):
            until = following.time if following else end
            span = min(until, end) - max(event.time, begin)
            if span > 0 and event.data["state"] in ("busy", "wrapup"):
                busy += span
            if span > 0 and event.data["state"] in ("available", "busy", "wrapup"):
                present += span
        return busy, present


# ---------------------------------------------------------------- events of a contact to facts

class Fact:
    """One fact; value in ms (ratings and quality: a Fraction), None where it has none."""

    def __init__(self, kind, time, value=None, agent=None, team=None, queue=None, channel=None,
                 **more):
        self.kind, self.time, self.value = kind, time, value
        self.agent, self.team, self.queue, self.channel = agent, team, queue, channel
        self.__dict__.update(more)


class Leg:
    def __init__(self, agent, start):
        self.agent, self.start = agent, start
        self.end = None       # time of the end of talk
        self.hold = 0
        self.held_since = None
        self.ending = None    # index of the event that ended the talk
        self.closing = None   # index of the event that makes the handle fact
        self.wrap = 0

    def close(self, index, time):
        if self.held_since is not None:
            self.hold += time - self.held_since
            self.held_since = None
        self.end = time
        self.ending = self.closing = index


class Contact:
    """A contact's state and facts, from those of its events that have arrived.

    fallbacks keeps, by event and agent, the teams that agents' states gave to facts: looked up when
    a fact is made, they stay although later events change the contact.
    """

    def __init__(self, events, agents, fallbacks):
        self.events = sorted(events, key=lambda e: e.order)
        self.agents = agents
        self.fallbacks = fallbacks
        self.now = max(event.arrival for event in events)
        self.offer = next((e for e in self.events if e.kind == "contact.offered"), None)
        self.channel = self.offer.data["channel"] if self.offer else None
        self.customer = self.offer.data.get("customer_id") if self.offer else None
        self.legs = []
        self.over = False
        self.waiting_since = None
        self.fold_legs()

    def fold_legs(self):
        for index, event in enumerate(self.events):
            agent = event.data.get("agent_id")
            mine = [leg for leg in self.legs if leg.agent == agent]
            mine_open = [leg for leg in mine if leg.end is None]
            if event is self.offer and not self.legs and not self.over:
                self.waiting_since = event.time
            elif event.kind == "contact.answered":
                self.legs.append(Leg(agent, event.time))
                self.waiting_since = None
            elif event.kind == "contact.held" and mine_open:
                if mine_open[-1].held_since is None:
                    mine_open[-1].held_since = event.time
            elif event.kind == "contact.retrieved" and mine_open:
                if mine_open[-1].held_since is not None:
                    mine_open[-1].hold += event.time - mine_open[-1].held_since
                    mine_open[-1].held_since = None
            elif event.kind == "contact.transferred":
                for leg in mine_open:
                    leg.close(index, event.time)
                if mine_open and not self.open_legs():
                    self.waiting_since = event.time
            elif event.kind == "contact.ended":
                for leg in self.open_legs():
                    leg.close(index, event.time)
                self.over, self.waiting_since = True, None
            elif event.kind == "contact.abandoned":
                self.over, self.waiting_since = True, None
            elif event.kind == "contact.wrapped" and mine:
                leg = mine[-1]
                if leg.end is None:
                    leg.close(index, event.time)
                else:
                    leg.wrap = event.time - leg.end
                    leg.closing = index

    def open_legs(self):
        return [leg for leg in self.legs if leg.end is None]

    def queue_at(self, index):
        """The queue for a fact made by events[index]; a transfer counts for facts after it."""
        if not self.offer:
            return None
        queue = self.offer.data["queue"]
        for event in self.events[:index]:
            if event.kind == "contact.transferred":
                queue = event.data.get("to_queue", queue)
        return queue

    def team_at(self, agent, index):
        """The team of an agent's fact made by events[index]."""
        if agent is None:
            return None
        answers = [e for e in self.events[:index + 1]
                   if e.kind == "contact.answered" and e.data["agent_id"] == agent]
        if answers and "team" in answers[-1].data:
            return answers[-1].data["team"]
        made_by = (self.events[index].arrival, agent)
        if made_by not in self.fallbacks:
            self.fallbacks[made_by] = self.agents.team(agent, self.now)
        return self.fallbacks[made_by]

    def priority(self):
        return self.offer.data.get("priority", "normal") if self.offer else None

    def conversation(self):
        """The fact of a chat: at its first end that has messages before it."""
        asked = said = 0
        replied = False
        for index, event in enumerate(self.events):
            if event.kind == "contact.message" and event.data["from"] == "customer":
                asked += 1
            elif event.kind == "contact.message" and event.data["from"] == "agent":
                said += 1
                replied = replied or asked > 0
            elif event.kind == "contact.ended" and asked + said > 0:
                return self.agent_fact("conversation", index, self.last_agent(index), None,
                                       asked=asked, said=said, replied=replied)
        return None

    def since_offer(self, event):
        return max(0, event.time - self.offer.time)

    def agent_fact(self, kind, index, agent, value=None, **more):
        return Fact(kind, self.events[index].time, value, agent, self.team_at(agent, index),
                    self.queue_at(index), self.channel, **more)

    def offer_fact(self, kind, index, value=None):
        return Fact(kind, self.events[index].time, value, None, self.offer.data.get("team"),
                    self.queue_at(index), self.channel)

    def last_agent(self, index):
        """The agent of the last leg that events[index] has behind it."""
        answers = [e for e in self.events[:index] if e.kind == "contact.answered"]
        return answers[-1].data["agent_id"] if answers else None

    def facts(self):
        made = []
        responded = abandoned = answered = False
        unanswered = None  # time of the earliest customer message since the last agent message
        outcome = None     # index of the contact.resolved that stands
        for index, event in enumerate(self.events):
            agent = event.data.get("agent_id")
            if event is self.offer:
                made.append(self.offer_fact("offered", index))
                made[-1].queue = event.data["queue"]
            elif event.kind == "contact.answered":
                answered = True
                if self.channel == "voice" and not responded:
                    responded = True
                    made.append(self.agent_fact("response", index, agent, self.since_offer(event)))
            elif event.kind == "contact.message" and self.channel in ("chat", "email"):
                if event.data["from"] == "customer" and unanswered is None:
                    unanswered = event.time
                if event.data["from"] == "agent":
                    if not responded:
                        responded = True
                        made.append(self.agent_fact("response", index, agent,
                                                    self.since_offer(event)))
                    if unanswered is not None:
                        made.append(self.agent_fact("reply", index, agent,
                                                    event.time - unanswered))
                        unanswered = None
            elif event.kind == "contact.abandoned":
                if self.offer and not abandoned and not answered:
                    made.append(self.offer_fact("abandon", index, self.since_offer(event)))
                abandoned = True
            elif event.kind == "contact.transferred":
                made.append(self.agent_fact("transfer", index, agent))
            elif event.kind == "contact.declined":
                made.append(self.agent_fact("decline", index, agent))
            elif event.kind == "contact.resolved":
                outcome = index
            elif event.kind == "contact.reopened":
                outcome = None

        for leg in self.legs:
            if leg.end is not None:
                value = self.events[leg.closing].time - leg.start
                made.append(self.agent_fact("handle", leg.closing, leg.agent, value,
                                            hold=leg.hold, wrap=leg.wrap,
                                            talk=value - leg.hold - leg.wrap))
                # A wrap-up after a transfer still belongs to the queue the leg was taken from.
                made[-1].queue = self.queue_at(leg.ending)
        if outcome is not None:
            event = self.events[outcome]
            agent = event.data.get("agent_id", self.last_agent(outcome))
            priority = self.priority()
            value = None
            if self.offer and event.data["resolved"]:
                value = self.since_offer(event)
            made.append(self.agent_fact("outcome", outcome, agent, value,
                                        resolved=event.data["resolved"], fcr=False,
                                        priority=priority))
        conversation = self.conversation() if self.channel == "chat" else None
        if conversation:
            made.append(conversation)
        for fact in made:
            fact.contact = self
        return made


def contacts_of(events, agents):
    """All contacts, events given in order of arrival. Every arrival makes a contact's facts anew:
    the moment a fact is made decides which states of its agent are known."""
    arrived, fallbacks, contacts = {}, {}, {}
    for event in events:
        if event.kind.startswith("contact."):
            name = event.data["interaction_id"]
            arrived.setdefault(name, []).append(event)
            contacts[name] = Contact(arrived[name], agents, fallbacks)
            contacts[name].facts()
    return list(contacts.values())


def contact_facts(contacts, fcr_window):
    """Facts of all contacts, with fcr set on the outcomes that no later offer takes back."""
    offers = {}  # customer -> [(time of the offer, contact)]
    for contact in contacts:
        if contact.customer is not None:
            offers.setdefault(contact.customer, []).append((contact.offer.time, contact))
    facts = []
    for contact in contacts:
        made = contact.facts()
        facts += made
        for fact in made:
            if fact.kind == "outcome" and fact.resolved:
                fact.fcr = not any(other is not contact
                                   and fact.time < time <= fact.time + fcr_window
                                   for time, other in offers.get(contact.customer, ()))
    return facts


def other_facts(events, agents):
    """Facts that belong to no contact: feedback and quality."""
    facts = []
    for event in events:
        data, agent = event.data, event.data.get("agent_id")
        if event.kind not in ("feedback.rated", "feedback.complained", "quality.scored"):
            continue
        team = data.get("team") or agents.team(agent, event.arrival)
        if event.kind == "quality.scored":
            facts.append(Fact("quality", event.time, Fraction(data["score"]), agent, team,
                              fatal=data.get("fatal", False)))
            continue
        value = None
        if event.kind == "feedback.rated":
            value = 100 * Fraction(data["score"]) / Fraction(data["scale"])
        facts.append(Fact("rating" if value is not None else "complaint", event.time, value, agent,
                          team, data.get("queue"), data.get("channel")))
    return facts


# ---------------------------------------------------------------- facts to figures

def mean_ms(values):
    return (2 * sum(values) + len(values)) // (2 * len(values))


def six_decimals(value):
    """A Fraction as a float with six decimals, half up."""
    return math.floor(value * 1_000_000 + Fraction(1, 2)) / 1_000_000


def distribution(name, values):
    if not values:
        return {}
    values = sorted(values)
    figures = {name + "_mean_ms": mean_ms(values), name + "_max_ms": values[-1]}
    for percent in (50, 90, 95, 99):
        figures[f"{name}_p{percent}_ms"] = values[-(-percent * len(values) // 100) - 1]
    return figures


class Rules:
    """What responses and abandons are measured by: for all, and a queue's own."""

    def __init__(self, options):
        self.targets = read_targets(options.targets)
        self.formula, self.formulas = FORMULAS[0], {}
        self.short = {}
        self.hours = {}
        self.zone = zoneinfo.ZoneInfo(options.timezone)
        for item in options.formulas.split():
            queue, _, formula = item.rpartition("=")
            if queue:
                self.formulas[queue] = formula
            else:
                self.formula = formula
        for item in options.short_abandons.split():
            queue, _, text = item.rpartition("=")
            self.short[queue] = duration(text)
        for item in options.hours:
            queue, _, text = item.partition("=")
            self.hours[queue] = [self.read_span(span) for span in text.split(",")]

    @staticmethod
    def read_span(text):
        days, times = text.split()
        first, _, last = days.partition("-")
        first, last = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        minutes = [int(time[:2]) * 60 + int(time[3:]) for time in times.split("-")]
        return [(first + day) % 7 for day in range((last - first) % 7 + 1)], *minutes

    def within_target(self, fact):
        target = self.targets["queue"].get((fact.queue, fact.channel),
                                           self.targets["channel"][fact.channel])
        return fact.value <= target

    def is_short(self, fact):
        return fact.value < self.short.get(fact.queue, SHORT_ABANDON)

    def outside(self, fact):
        """Whether the contact was offered when the fact's queue is not served."""
        if fact.queue not in self.hours:
            return False
        seconds = fact.contact.offer.time // 1000
        local = (datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
                 + datetime.timedelta(seconds=seconds)).astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return not any(local.weekday() in days and begin <= minute < end
                       for days, begin, end in self.hours[fact.queue])


def figures_of(facts, rules, queue=None):
    """Figures of a window's facts; queue: it is that queue's."""
    if queue is not None:
        facts = [fact for fact in facts
                 if fact.kind not in ("response", "abandon") or not rules.outside(fact)]

    def of(kind):
        return [fact for fact in facts if fact.kind == kind]

    responses, replies, handles = of("response"), of("reply"), of("handle")
    abandons, outcomes, ratings, checks = of("abandon"), of("outcome"), of("rating"), of("quality")
    short = [fact for fact in abandons if rules.is_short(fact)]
    offers, talks = of("offered"), of("conversation")
    resolved = [fact for fact in outcomes if fact.resolved]
    resolve_times = [fact.value for fact in resolved if fact.value is not None]
    complaints, transfers = of("complaint"), of("transfer")
    figures = {
        "offered": len(offers), "responses": len(responses), "abandons": len(abandons),
        "short_abandons": len(short), "handles": len(handles), "transfers": len(transfers),
        "declines": len(of("decline")), "replies": len(replies), "outcomes": len(outcomes),
        "resolved": len(resolved), "ratings": len(ratings), "complaints": len(complaints),
        "quality_checks": len(checks), "quality_fatals": sum(fact.fatal for fact in checks),
        **distribution("response", [fact.value for fact in responses]),
        **distribution("reply", [fact.value for fact in replies]),
        **distribution("handle", [fact.value for fact in handles]),
        **distribution("resolve", resolve_times),
    }

    def share(name, part, whole):
        if whole:
            figures[name] = six_decimals(Fraction(part, whole))

    if handles:
        for part in ("talk", "hold", "wrap"):
            figures[part + "_mean_ms"] = mean_ms([getattr(fact, part) for fact in handles])
    lost = len(abandons) - len(short)
    good, early = (sum(map(rules.within_target, held)) for held in (responses, abandons))
    shut = sum(map(rules.outside, offers)) if queue is not None else 0
    formula = rules.formulas.get(queue, rules.formula)
    part = good + (early if formula == "credit-abandons" else 0)
    whole = {"answered-and-abandoned": len(responses) + lost, "answered": len(responses),
             "offered": len(responses) + len(abandons),
             "offered-less-short": len(offers) - shut - len(short),
             "target-abandons": len(responses) + len(abandons) - early,
             "credit-abandons": len(responses) + len(abandons)}[formula]
    if whole > 0:
        share("service_level", min(part, whole), whole)
    if formula != FORMULAS[0]:
        figures["service_level_formula"] = formula
    share("answer_rate", len(responses), len(responses) + lost)
    share("abandon_rate", lost, len(responses) + lost)
    share("answered_30s_rate", sum(fact.value <= 30_000 for fact in responses), len(responses))
    share("resolution_rate", len(resolved), len(outcomes))
    share("resolved_24h_rate", sum(value <= DAY for value in resolve_times), len(outcomes))
    share("fcr_rate", sum(fact.fcr for fact in outcomes), len(outcomes))
    share("repeat_contact_rate", sum(not fact.fcr for fact in resolved), len(resolved))
    for name, priority, limit in (("urgent_5m_rate", "urgent", 300_000),
                                  ("high_24h_rate", "high", DAY)):
        held = [fact for fact in outcomes if fact.priority == priority]
        share(name, sum(fact.resolved and fact.value <= limit for fact in held), len(held))
    asked = [fact for fact in talks if fact.asked]
    said = sum(fact.said for fact in talks)
    share("message_reply_rate", sum(fact.replied for fact in asked), len(asked))
    share("agent_talk_share", said, said + sum(fact.asked for fact in talks))
    share("transfer_rate", len(transfers), len(handles))
    share("reply_3m_rate", sum(fact.value <= 180_000 for fact in replies), len(replies))
    if ratings:
        figures["satisfaction_mean"] = float(sum(fact.value for fact in ratings) / len(ratings))
    share("satisfied_rate", sum(fact.value >= 80 for fact in ratings), len(ratings))
    share("complaint_rate", len(complaints), len(handles))
    if checks:
        figures["quality_mean"] = float(sum(fact.value for fact in checks) / len(checks))
    return figures


def staffed_figures(facts, busy, present):
    """What an agent got done in the time in available, busy or wrapup."""
    handles = [fact for fact in facts if fact.kind == "handle"]
    served = sum(fact.talk + fact.hold for fact in handles)
    return {"occupancy": six_decimals(Fraction(busy, present)),
            "contacts_per_hour": six_decimals(Fraction(len(handles) * HOUR, present)),
            "concurrency": six_decimals(Fraction(served, present))}


def scopes_of(fact, rules):
    """(scope, agent, queue) of every window that holds the fact; agent only where times in states
    are shown."""
    scopes = [("{all}", None, None)]
    if fact.agent is not None:
        scopes.append(("{agent:%s}" % fact.agent, fact.agent, None))
    if fact.team is not None:
        scopes.append(("{team:%s}" % fact.team, None, None))
    hidden = fact.kind in ("response", "abandon") and rules.outside(fact)
    if fact.queue is not None and not hidden:
        scopes.append(("{queue:%s}" % fact.queue, None, fact.queue))
    if fact.channel is not None:
        scopes += [(f"{scope}:{fact.channel}", None, queue) for scope, _, queue in scopes]
    return scopes


def windows_of(facts, agents, as_of, lengths, rules, begins):
    """Figures by key. begins: key -> from_ms, for windows that move in steps."""
    by_scope = {}
    for fact in facts:
        for scope in scopes_of(fact, rules):
            by_scope.setdefault(scope, []).append(fact)
    windows = {}
    for (scope, agent, queue), held in by_scope.items():
        held.sort(key=lambda fact: fact.time)
        times = [fact.time for fact in held]
        for name, length in lengths.items():
            key = f"dp:{scope}:w:{name}"
            begin = begins.get(key, as_of - length)
            inside = held[bisect.bisect_right(times, begin):bisect.bisect_right(times, as_of)]
            if not inside:
                continue
            figures = {"as_of_ms": as_of, **figures_of(inside, rules, queue)}
            if agent is not None:
                busy, present = agents.occupancy(agent, begin, as_of)
                if present:
                    figures |= staffed_figures(inside, busy, present)
            windows[key] = figures
    return windows


# ---------------------------------------------------------------- gauges

def now_of(contacts, agents, as_of):
    def new(*names):
        return {"as_of_ms": as_of, "v": 1, **{name: 0 for name in names}}

    queues, people, teams = {}, {}, {}
    everything = new("waiting", "in_service", *STATES)

    def add(hashes, key, names, name):
        hashes.setdefault(key, new(*names))[name] += 1
        if name in everything:
            everything[name] += 1

    for contact in contacts:
        for agent in {leg.agent for leg in contact.open_legs()}:
            add(people, agent, ("active_contacts",), "active_contacts")
        queue = contact.queue_at(len(contact.events))
        if queue is None:
            continue
        gauges = queues.setdefault(queue, new("waiting", "in_service"))
        if contact.open_legs():
            add(queues, queue, (), "in_service")
        elif contact.waiting_since is not None:
            add(queues, queue, (), "waiting")
            since = contact.waiting_since
            for hash_ in (gauges, everything):
                hash_["oldest_waiting_ms"] = max(as_of - since, hash_.get("oldest_waiting_ms", 0))
    for agent, states in agents.states.items():
        gauges = people.setdefault(agent, new("active_contacts"))
        gauges["state"] = states[-1].data["state"]
        gauges["state_since_ms"] = states[-1].time
        reason = states[-1].data.get("reason", "").encode()[:REASON_MAX].decode("utf-8", "ignore")
        if reason:
            gauges["state_reason"] = reason
        team = agents.team(agent)
        if team is not None:
            add(teams, team, STATES, gauges["state"])
        else:
            everything[gauges["state"]] += 1
    return {"dp:{all}:now": everything,
            **{"dp:{queue:%s}:now" % name: value for name, value in queues.items()},
            **{"dp:{agent:%s}:now" % name: value for name, value in people.items()},
            **{"dp:{team:%s}:now" % name: value for name, value in teams.items()}}


def sets_of(facts):
    """The last abandoned contacts of each queue, with the times of their abandons."""
    queues = {}
    for fact in facts:
        if fact.kind == "abandon":
            name = fact.contact.events[0].data["interaction_id"]
            queues.setdefault(fact.queue, []).append((fact.time, name.encode(), name))
    return {"dp:{queue:%s}:abandoned" % queue:
            {name: time for time, _, name in sorted(held)[-CALLBACKS:]}
            for queue, held in queues.items()}


# ---------------------------------------------------------------- command line

def moment(text):
    time = int(text) if re.fullmatch(r"-?\d+", text) else parse_time(text)
    if time is None:
        raise argparse.ArgumentTypeError(f"{text}: write milliseconds or an RFC 3339 time")
    return time


def read_targets(text):
    """"voice=20s billing.voice=10s": channels' targets, and queues' own by (queue, channel)."""
    targets = {"channel": {}, "queue": {}}
    for item in DEFAULT_TARGETS.split() + text.split():
        name, _, value = item.rpartition("=")
        queue, _, channel = name.rpartition(".")
        if queue:
            targets["queue"][queue, channel] = duration(value)
        else:
            targets["channel"][channel] = duration(value)
    return targets


def read_begins(path):
    """Each window's from_ms as a replay published it."""
    begins = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            if item["type"] == "hash" and ":w:" in item["key"] and "from_ms" in item["value"]:
                begins[item["key"]] = int(item["value"]["from_ms"])
    return begins


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--as-of", type=moment, metavar="TIME", help="T, in ms or RFC 3339")
    parser.add_argument("--windows", default="1m 5m 15m 30m 1h 8h 24h", help="lengths of windows")
    parser.add_argument("--lateness", type=duration, default=60_000)
    parser.add_argument("--fcr-window", type=duration, default=DAY)
    parser.add_argument("--targets", default="", help='like "voice=20s billing.voice=10s"')
    parser.add_argument("--formulas", default="", help='like "offered billing=answered"')
    parser.add_argument("--short-abandons", default="", help='like "billing=10s"')
    parser.add_argument("--hours", action="append", default=[],
                        help='like "billing=Mon-Fri 09:00-18:00,Sat 10:00-14:00"; may come again')
    parser.add_argument("--timezone", default="UTC", help="of hours")
    parser.add_argument("--from-of", metavar="NDJSON",
                        help="begin each window where this replay output says it begins")
    parser.add_argument("--now", action="store_true", help="gauges too")
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args()

    events, counts = read_events(options.files, options.lateness)
    as_of = options.as_of
    if as_of is None and events:
        as_of = -(-max(event.time for event in events) // 1000) * 1000
    applied = [event for event in events if event.time <= as_of]
    agents = Agents(applied)
    contacts = contacts_of(applied, agents)
    facts = contact_facts(contacts, options.fcr_window) + other_facts(applied, agents)
    result = {"counts": dict(sorted(counts.items())), "windows": {}}
    if as_of is not None:
        lengths = {text: duration(text) for text in options.windows.split()}
        begins = read_begins(options.from_of) if options.from_of else {}
        windows = windows_of(facts, agents, as_of, lengths, Rules(options), begins)
        result["windows"] = dict(sorted(windows.items()))
        result["sets"] = sets_of(facts)
        if options.now:
            result["now"] = dict(sorted(now_of(contacts, agents, as_of).items()))
    json.dump(result, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    sys.set_int_max_str_digits(0)
    sys.stdout.reconfigure(encoding="utf-8")
    in_deep_thread(main)
