#!/usr/bin/env -S python3 -B
"""Figures of calendar periods against a recount by other means: SQLite over the facts, Python's own
time zones for the days. A quarter across the end of summer time and a year's end with ISO week 53.
Usage: see cases.py. DESKPULSE_RECOUNT_AGENTS: how many agents there are (default 4)."""
import bisect
import collections
import datetime
import itertools
import json
import math
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import zoneinfo

from cases import case, run_cases
from figures import of_output, until_same
from live import Live
from program import DESKPULSE, deskpulse
from servers import kafka_tool

AGENTS = os.environ.get("DESKPULSE_RECOUNT_AGENTS", "4")
ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
FIRST, DAYS = datetime.datetime(2026, 10, 12, 3, tzinfo=datetime.timezone.utc), 92
METRICS = {"response": "response", "reply": "reply", "handle": "handle", "resolve": "outcome"}
MEASURES = ("internal_satisfaction", "cross_team_completion", "training_attendance", "knowledge")
STATES = ("available", "busy", "wrapup", "break", "training", "meeting")
CLASSES = [1000 * s for s in (5, 10, 20, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600)]
# The preset `performance` (docs/kpis.md): weight, and floor and target of each measure.
CARD = {
    "service_quality": (0.45, {"satisfaction_mean": (60, 95), "complaint_rate": (0.05, 0),
                               "resolution_rate": (0.6, 0.95), "quality_mean": (60, 95)}),
    "efficiency": (0.35, {"response_mean_ms": (60000, 10000), "handle_mean_ms": (600000, 240000),
                          "volume": (20, 60)}),
    "teamwork": (0.15, {"internal_satisfaction": (60, 95), "cross_team_completion": (60, 100)}),
    "development": (0.05, {"training_attendance": (60, 100), "knowledge": (60, 95)}),
}


def labels_of(day):
    """The names of the periods that a local day is in."""
    year, week, _ = day.isocalendar()
    third = min((day.day - 1) // 10, 2) + 1
    return (f"{day:%Y-%m-%d}", f"{day:%Y-%m}-T{third}", f"{year}-W{week:02}", f"{day:%Y-%m}",
            f"{day.year}-Q{(day.month + 2) // 3}", f"{day.year}")


def midnight_ms(day):
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp() * 1000)


class Days:
    """The local day that a time is in."""

    def __init__(self):
        start = FIRST.astimezone(ZONE).date() - datetime.timedelta(days=3)
        self.days = [start + datetime.timedelta(days=n) for n in range(DAYS + 10)]
        self.starts = [midnight_ms(day) for day in self.days]

    def at(self, time_ms):
        return self.days[bisect.bisect_right(self.starts, time_ms) - 1]

    def end(self, day):
        return midnight_ms(day + datetime.timedelta(days=1))


def measured_events(agents):
    """What is measured elsewhere, once a week for each agent, by time."""
    for week in range(DAYS // 7):
        time = f"{FIRST + datetime.timedelta(days=7 * week, hours=9):%Y-%m-%dT%H:%M:%SZ}"
        for number, agent in enumerate(sorted(agents)):
            measure = MEASURES[(week + number) % len(MEASURES)]
            yield time, {"specversion": "1.0", "source": "/hr", "id": f"{week}-{agent}",
                         "type": "scorecard.measured", "time": time,
                         "data": {"agent_id": agent, "measure": measure,
                                  "value": (week * 13 + number * 7) % 101}}


def make_events(path):
    """Writes the events in their order; returns how many, and those of agents' states."""
    simulate = subprocess.Popen(
        [DESKPULSE, "simulate", "--agents", AGENTS, "--seconds", str(DAYS * 86400), "--seed", "5",
         "--start", f"{FIRST:%Y-%m-%dT%H:%M:%SZ}"], stdout=subprocess.PIPE)
    count, states, extra = 0, [], None
    with open(path, "wb") as out, simulate:
        for line in simulate.stdout:
            count += 1
            time = line.partition(b'"time":"')[2][:24].decode()
            if b'"agent.state"' in line:
                states.append(json.loads(line))
            if extra is None and time > f"{FIRST + datetime.timedelta(hours=8):%Y-%m-%dT%H:%M:%SZ}":
                extra = measured_events({event["data"]["agent_id"] for event in states})
                waiting = next(extra, None)
            while extra and waiting and waiting[0] <= time:
                out.write(json.dumps(waiting[1]).encode() + b"\n")
                waiting = next(extra, None)
            out.write(line)
    assert not simulate.returncode, f"simulate ended with {simulate.returncode}"
    return count, states


def load(path, days):
    """The facts that stand, each with its local day, in a database."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE line (kind, time_ms, value, hold, wrap, agent, team, queue, contact,"
                 " flags, measure, event, day, sign)")
    with open(path, encoding="utf-8") as lines:
        for fact in map(json.loads, lines):
            value = fact.get("value_ms")
            if "score" in fact:
                value = round(fact["score"] * 1e9)
            base.execute("INSERT INTO line VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", (
                fact["kind"], fact["time_ms"], value, fact.get("hold_ms", 0),
                fact.get("wrap_ms", 0), fact.get("agent"), fact.get("team"), fact.get("queue"),
                fact.get("contact"), ",".join(fact.get("flags", ())), fact.get("measure"),
                fact.get("event"), str(days.at(fact["time_ms"])), fact["sign"]))
    base.execute("CREATE TABLE fact AS SELECT *, sum(sign) AS n FROM line WHERE kind <> 'state'"
                 " GROUP BY kind, time_ms, value, hold, wrap, agent, team, queue, contact, flags,"
                 " measure, event HAVING n <> 0")
    base.execute("CREATE TABLE part (day, label)")
    base.executemany("INSERT INTO part VALUES (?,?)",
                     [(str(day), label) for day in days.days for label in labels_of(day)])
    base.execute("DROP TABLE line")
    base.execute("CREATE INDEX part_label ON part (label)")
    base.execute("CREATE INDEX fact_day ON fact (day)")
    negative, = base.execute("SELECT count(*) FROM fact WHERE n < 0").fetchone()
    assert not negative, "facts are taken back that were not made"
    return base


SCOPES = {"all": "'{all}'", "agent": "'{agent:' || agent || '}'", "team": "'{team:' || team || '}'",
          "queue": "'{queue:' || queue || '}'"}
# What is measured elsewhere counts for agents alone.
WHERE = {"all": "kind <> 'measured'", "agent": "agent IS NOT NULL",
         "team": "team IS NOT NULL AND kind <> 'measured'",
         "queue": "queue IS NOT NULL AND kind <> 'measured'"}
FLAG = "sum((instr(',' || flags || ',', ',{},') > 0) * n)"


def count_of(base, kind, label):
    """Counts and sums of every scope of a kind in one period."""
    found = collections.defaultdict(lambda: collections.defaultdict(int))
    flags = ", ".join(FLAG.format(flag) for flag in (
        "short", "in_target", "resolved", "timed", "fcr", "satisfied", "fatal"))
    for row in base.execute(
            f"SELECT {SCOPES[kind]}, kind, measure, sum(n), sum(value * n), sum(hold * n),"
            f" sum(wrap * n), max(hold), sum((value <= 180000) * n),"
            f" sum((value <= 86400000) * n), count(DISTINCT fact.day), {flags}"
            f" FROM part CROSS JOIN fact USING (day) WHERE label = ? AND {WHERE[kind]}"
            f" GROUP BY 1, 2, 3", (label,)):
        key, fact, measure = row[:3]
        into = found[key]
        name = measure or fact
        for part, value in zip(("n", "sum", "hold", "wrap", "hold_max", "3m", "24h", "days",
                                "short", "in_target", "resolved", "timed", "fcr", "satisfied",
                                "fatal"), row[3:]):
            into[name, part] = value or 0
    return found


def count_all(base):
    """(scope, period, counts and sums, and the values of each metric), one after the other: all
    together have no room."""
    labels = [label for label, in base.execute("SELECT DISTINCT label FROM part ORDER BY 1")]
    for kind, scope in SCOPES.items():
        for label in labels:
            counts = count_of(base, kind, label)
            rows = base.execute(
                f"SELECT {scope}, kind, group_concat(value) FROM part CROSS JOIN fact USING (day)"
                f" WHERE label = ? AND {WHERE[kind]} AND (kind IN ('response', 'reply', 'handle')"
                f" OR kind = 'outcome' AND instr(flags, 'timed')) GROUP BY 1, 2 ORDER BY 1",
                (label,))
            for key, metrics in itertools.groupby(rows, lambda row: row[0]):
                c = counts.pop(key)
                for _, fact, values in metrics:
                    c[fact, "values"] = sorted(map(int, values.split(",")))
                yield key, label, c
            for key, c in counts.items():
                yield key, label, c


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def share(numerator, denominator):
    millionths = half_up(numerator * 1000000, denominator)
    return f"{millionths // 1000000}.{millionths % 1000000:06}"


def figures_of(c):
    """The exact figures of kpis.md from counts and sums."""
    n = lambda kind: c[kind, "n"]
    out = {"offered": n("offered"), "responses": n("response"), "abandons": n("abandon"),
           "short_abandons": c["abandon", "short"], "handles": n("handle"),
           "transfers": n("transfer"), "declines": n("decline"), "replies": n("reply"),
           "outcomes": n("outcome"), "resolved": c["outcome", "resolved"], "ratings": n("rating"),
           "complaints": n("complaint"), "quality_checks": n("quality"),
           "quality_fatals": c["quality", "fatal"]}
    out = {name: str(value) for name, value in out.items()}
    lost = n("abandon") - c["abandon", "short"]
    demand = n("response") + lost
    shares = {"service_level": (c["response", "in_target"], demand),
              "answer_rate": (n("response"), demand), "abandon_rate": (lost, demand),
              "resolution_rate": (c["outcome", "resolved"], n("outcome")),
              "fcr_rate": (c["outcome", "fcr"], n("outcome")),
              "transfer_rate": (n("transfer"), n("handle")),
              "reply_3m_rate": (c["reply", "3m"], n("reply")),
              "satisfied_rate": (c["rating", "satisfied"], n("rating")),
              "complaint_rate": (n("complaint"), n("handle"))}
    out.update({name: share(*of) for name, of in shares.items() if of[1]})
    for name, kind in (("satisfaction_mean", "rating"), ("quality_mean", "quality")):
        if n(kind):
            out[name] = share(c[kind, "sum"], n(kind) * 10**9)
    for part in ("hold", "wrap"):
        if n("handle"):
            out[f"{part}_mean_ms"] = str(half_up(c["handle", part], n("handle")))
    if n("handle"):
        talk = c["handle", "sum"] - c["handle", "hold"] - c["handle", "wrap"]
        out["talk_mean_ms"] = str(half_up(talk, n("handle")))
    if c["handle", "hold_max"]:
        out["hold_max_ms"] = str(c["handle", "hold_max"])
    for metric, kind in METRICS.items():
        values = c[kind, "values"]
        if values:
            out[f"{metric}_mean_ms"] = str(half_up(sum(values), len(values)))
            out[f"{metric}_max_ms"] = str(values[-1])
    return out


def check_percentiles(key, c, actual, wrong):
    for metric, kind in METRICS.items():
        values = c[kind, "values"]
        for percent in (50, 90, 95, 99) if values else ():
            want = values[math.ceil(percent * len(values) / 100) - 1]
            got = int(actual.get(f"{metric}_p{percent}_ms", -1))
            if abs(got - want) > want / 100:
                wrong.append(f"{key} {metric}_p{percent}_ms: {got} instead of about {want}")
    for metric in ("response", "handle"):
        values = c[metric, "values"]
        if not values:
            continue
        counts = list(map(int, actual[f"{metric}_counts"].split(",")))
        below = 0
        for limit, count in zip(CLASSES, counts):
            below += count
            low = bisect.bisect_right(values, limit * 0.992)
            if not low <= below <= bisect.bisect_right(values, limit * 1.008):
                wrong.append(f"{key} {metric}_counts: {below} up to {limit} ms")
        if sum(counts) != len(values):
            wrong.append(f"{key} {metric}_counts: {sum(counts)} instead of {len(values)}")


def state_times(events, days, end_ms):
    """Each agent's time in each state and period, from the events themselves."""
    changes = collections.defaultdict(list)
    for event in events:
        moment = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
        changes[event["data"]["agent_id"]].append(
            (round(moment.timestamp() * 1000), event["source"], event["id"],
             event["data"]["state"]))
    times = collections.Counter()
    for agent, of_agent in changes.items():
        of_agent.sort()
        for now, following in zip(of_agent, of_agent[1:] + [(end_ms,)]):
            since, until = now[0], min(following[0], now[0] + 8 * 86400000)
            while since < until:
                day = days.at(since)
                stop = min(until, days.end(day))
                for label in labels_of(day):
                    times[agent, label, now[3]] += stop - since
                since = stop
    return times


def check_states(agent, label, times, actual, wrong):
    for state in STATES:
        if int(actual[f"{state}_ms"]) != times[agent, label, state]:
            wrong.append(f"{agent} {label} {state}_ms: {actual[f'{state}_ms']} instead of "
                         f"{times[agent, label, state]}")
    worked = times[agent, label, "busy"] + times[agent, label, "wrapup"]
    staffed = worked + times[agent, label, "available"]
    if actual.get("occupancy") != (share(worked, staffed) if staffed else None):
        wrong.append(f"{agent} {label} occupancy: {actual.get('occupancy')}")


def points(value, floor, target):
    return min(max(100 * (value - floor) / (target - floor), 0), 100)


def winsorised(values):
    low = values[max(math.ceil(len(values) * 0.05), 1) - 1]
    high = values[math.ceil(len(values) * 0.95) - 1]
    return sum(min(max(value, low), high) for value in values) / len(values)


def score_of(c, figures):
    """Score and coverage, as nearly as can be: handling time is robust by buckets."""
    known = {name: float(value) for name, value in figures.items()}
    if c["handle", "n"]:
        known["volume"] = c["handle", "n"] / c["handle", "days"]
        known["handle_mean_ms"] = winsorised(c["handle", "values"])
    for measure in MEASURES:
        if c[measure, "n"]:
            known[measure] = c[measure, "sum"] / 1e9 / c[measure, "n"]
    total = weights = coverage = 0
    for weight, measures in CARD.values():
        present = [points(known[name], *ends) for name, ends in measures.items() if name in known]
        if present:
            total += weight * sum(present) / len(present)
            weights += weight
            coverage += weight * len(present) / len(measures)
    return (total / weights, coverage) if weights else None


def check_agent(agent, label, c, figures, actual, wrong):
    if int(actual["volume"]) != c["handle", "n"] or int(actual["days_worked"]) != c["handle", "days"]:
        wrong.append(f"{agent} {label}: {actual['volume']} on {actual['days_worked']} days")
    for measure in MEASURES:
        want = share(c[measure, "sum"], c[measure, "n"] * 10**9) if c[measure, "n"] else None
        if actual.get(measure) != want:
            wrong.append(f"{agent} {label} {measure}: {actual.get(measure)} instead of {want}")
    score = score_of(c, figures)
    if not score:
        if "score" in actual:
            wrong.append(f"{agent} {label}: a score out of nothing")
    elif abs(float(actual["score"]) - score[0]) > 0.5 or \
            abs(float(actual["coverage"]) - score[1]) > 2e-6:
        wrong.append(f"{agent} {label}: {actual['score']} {actual['coverage']} instead of {score}")
    quota = {10: 3, 7: 20}.get(len(label) if not set("WQT") & set(label) else 0)
    want = None if not quota or not c["handle", "n"] else str(int(c["quality", "n"] >= quota))
    if actual.get("quality_quota_met") != want:
        wrong.append(f"{agent} {label} quality_quota_met: {actual.get('quality_quota_met')}")


def check_ranks(keys, wrong):
    """Ranks, bands and sorted sets follow from the published scores."""
    groups = collections.defaultdict(dict)
    for key, value in keys.items():
        if key.startswith("dp:{agent:") and ":p:" in key and "score" in value and "team" in value:
            label = key.rpartition(":p:")[2]
            groups[value["team"], label][key[10:].partition("}")[0]] = value
    for (team, label), agents in groups.items():
        scores = {agent: float(value["score"]) for agent, value in agents.items()}
        ranked = keys.get(f"dp:{{team:{team}}}:rank:{label}", {})
        if {agent: float(score) for agent, score in ranked.items()} != scores:
            wrong.append(f"team {team} rank {label}: {ranked} instead of {scores}")
        for agent, value in agents.items():
            rank = 1 + sum(score > scores[agent] for score in scores.values())
            if (value["rank"], value["ranked"]) != (str(rank), str(len(scores))):
                wrong.append(f"{agent} {label}: rank {value['rank']} instead of {rank}")
    return len(groups)


@case(60 + 60 * int(AGENTS))
def a_quarter_is_its_recount():
    days = Days()
    with tempfile.TemporaryDirectory() as directory:
        events, facts = (os.path.join(directory, name) for name in ("events", "facts"))
        count, states = make_events(events)
        output, _ = deskpulse("replay", "--output", "ndjson", "--facts", facts, "--set",
                              "window.timezone=Europe/Berlin", events, seconds=600)
        keys = of_output(output)
        base = load(facts, days)
    as_of = int(keys["dp:{all}:p:2026"]["as_of_ms"])
    times = state_times(states, days, as_of)
    wrong, periods = [], 0
    for scope, label, c in count_all(base):
        key = f"dp:{scope}:p:{label}"
        actual = keys.get(key)
        if not actual:
            wrong.append(f"{key} is missing")
            continue
        periods += 1
        figures = figures_of(c)
        for name, want in figures.items():
            if actual.get(name) != want:
                wrong.append(f"{key} {name}: {actual.get(name)} instead of {want}")
        check_percentiles(key, c, actual, wrong)
        if scope.startswith("{agent:"):
            agent = scope[7:-1]
            check_states(agent, label, times, actual, wrong)
            check_agent(agent, label, c, figures, actual, wrong)
    groups = check_ranks(keys, wrong)
    labels = set(keys["dp:periods"])
    for label in ("2026-10-25", "2026-10-T3", "2026-W43", "2026-W53", "2027-01", "2027"):
        if label not in labels:
            wrong.append(f"there is no period {label}")
    print(f"     {count} events, {AGENTS} agents: {periods} periods, {groups} rankings")
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:20])


def of_periods(keys):
    """Periods and ranks, without the time of the last look at a period: once it is over for good,
    nobody looks again."""
    return {key: value if isinstance(value, list) else
            {name: text for name, text in value.items() if name != "as_of_ms"}
            for key, value in keys.items()
            if ":p:" in key or ":rank:" in key or key == "dp:periods"}


@case(60 + 60 * int(AGENTS))
def a_quarter_through_kafka_is_its_replay():
    """All that Redis has of periods, in the end, is what a replay of the same events makes, although
    the process was killed on the way."""
    zone = ("--set", "window.timezone=Europe/Berlin")
    with Live("calls", partitions=1, options=(*zone, "--set", "redis.commit_interval=100ms",
                                              "--set", "kafka.session.timeout.ms=6000")) as live:
        events = os.path.join(live.directory.name, "events")
        count, _ = make_events(events)
        kafka_tool("produce", live.broker, live.topics[0], events, seconds=600)
        for part in (4, 2):
            live.until_consumed(count // part, seconds=60 * int(AGENTS))
            live.run.send(signal.SIGKILL)
            live.run.process.wait()
            live.start()
        live.until_consumed(count, seconds=60 * int(AGENTS))
        output, _ = deskpulse("replay", "--output", "ndjson", *zone, events, seconds=600)
        expected = of_periods(of_output(output))
        until_same(lambda: of_periods(live.redis.public()), expected, seconds=60)
        print(f"     {count} events, {AGENTS} agents: {len(expected)} keys")


if __name__ == "__main__":
    sys.exit(run_cases())
