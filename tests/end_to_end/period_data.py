"""Period keys of a contact centre, made up from a seed: what a report reads."""
import datetime
import random

CLASSES_MS = (5, 10, 20, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600)
METRICS = ("response", "reply", "handle", "resolve")
DIMENSIONS = {"service_quality": ("satisfaction_mean", "complaint_rate", "resolution_rate",
                                  "quality_mean"),
              "efficiency": ("response_mean_ms", "handle_mean_ms", "volume"),
              "teamwork": ("internal_satisfaction", "cross_team_completion"),
              "development": ("training_attendance", "knowledge")}
LABEL, FIRST_MS = "2026-11", int(datetime.datetime(2026, 11, 1).timestamp() * 1000)
DAY_MS = 86_400_000


def classes(dice, number, shift):
    counts = [0] * 13
    for _ in range(min(number, 400)):
        counts[max(0, min(12, round(dice.gauss(shift, 1.8))))] += max(1, number // 400)
    return ",".join(map(str, counts))


def figures(dice, handles, lacks=()):
    """A hash with all figures, but those whose names begin with one of `lacks`."""
    share = lambda low, high: f"{dice.uniform(low, high):.6f}"
    fields = {"v": "1", "as_of_ms": FIRST_MS + 21 * DAY_MS, "from_ms": FIRST_MS,
              "to_ms": FIRST_MS + 30 * DAY_MS, "offered": handles + handles // 10,
              "responses": handles, "abandons": handles // 12, "short_abandons": handles // 40,
              "handles": handles, "transfers": handles // 9, "declines": handles // 20,
              "replies": handles // 2, "outcomes": handles, "resolved": handles * 4 // 5,
              "ratings": handles // 3, "complaints": handles // 50, "quality_checks": handles // 30,
              "quality_fatals": handles // 150}
    for metric, mean in zip(METRICS, (14_000, 45_000, 240_000, 5_000_000)):
        mean = int(mean * dice.uniform(0.7, 1.4))
        for name, factor in (("mean", 1), ("max", 9), ("p50", 0.8), ("p90", 2), ("p95", 3),
                             ("p99", 5)):
            fields[f"{metric}_{name}_ms"] = int(mean * factor)
    fields |= {"talk_mean_ms": 180_000, "hold_mean_ms": 20_000, "wrap_mean_ms": 40_000,
               "service_level": share(0.7, 0.99), "answer_rate": share(0.88, 0.99),
               "abandon_rate": share(0.01, 0.12), "resolution_rate": share(0.7, 0.95),
               "resolved_24h_rate": share(0.6, 0.7), "fcr_rate": share(0.6, 0.9),
               "transfer_rate": share(0.05, 0.2), "reply_3m_rate": share(0.8, 1),
               "satisfaction_mean": share(70, 98), "satisfied_rate": share(0.6, 0.95),
               "complaint_rate": share(0, 0.03), "quality_mean": share(75, 97)}
    fields["response_counts"] = classes(dice, handles, 2)
    fields["handle_counts"] = classes(dice, handles, 7)
    return {name: str(value) for name, value in fields.items() if not name.startswith(lacks or ("-",))}


def scorecard(dice, team, rank, ranked, quota=20):
    fields = {"occupancy": f"{dice.uniform(0.5, 0.9):.6f}", "volume": "260", "days_worked": "15",
              "online_ms": "432000000", "available_ms": "120000000", "busy_ms": "220000000",
              "wrapup_ms": "40000000", "break_ms": "30000000", "training_ms": "12000000",
              "meeting_ms": "10000000", "team": team, "internal_satisfaction": "88.500000",
              "knowledge": "91.000000", "quality_quota": str(quota)}
    for dimension, measures in DIMENSIONS.items():
        if dimension != "development" or rank % 2:
            fields["points:" + dimension] = f"{dice.uniform(40, 100):.6f}"
            for measure in measures:
                fields[f"points:{dimension}:{measure}"] = f"{dice.uniform(30, 100):.6f}"
    score = 95 - rank * 3.25
    fields |= {"score": f"{score:.6f}", "coverage": "0.950000" if rank % 2 == 0 else "1.000000",
               "rank": str(rank), "ranked": str(ranked)}
    if rank == 1:
        fields |= {"band": "excellent", "awards": "five stars, quickest answer"}
    if rank == ranked:
        fields |= {"band": "needs_support", "warnings": "quality below 80"}
    return fields


def fill(redis, teams, queues, days=21, seed=1, label=LABEL):
    """Writes a month: `teams` is a dict of names to lists of agents. Returns all hashes by key."""
    dice, hashes = random.Random(seed), {}
    hashes[f"dp:{{all}}:p:{label}"] = figures(dice, 18400)
    for queue in queues:
        hashes[f"dp:{{queue:{queue}}}:p:{label}"] = figures(dice, 4000)
    for team, agents in teams.items():
        hashes[f"dp:{{team:{team}}}:p:{label}"] = figures(dice, 260 * len(agents))
        for rank, agent in enumerate(agents, 1):
            card = figures(dice, 260, ("offered",)) | {"offered": "0", "abandons": "0"}
            card |= scorecard(dice, team, rank, len(agents))
            card["quality_checks"] = str(24 - rank * 2)
            card["quality_quota_met"] = "1" if 24 - rank * 2 >= 20 else "0"
            card["quality_fatals"] = str(rank // 3)
            hashes[f"dp:{{agent:{agent}}}:p:{label}"] = card
    labels = [label]
    scopes = ["all"] + [f"team:{team}" for team in teams]
    scopes += [f"agent:{agent}" for agents in teams.values() for agent in agents]
    for day in range(1, days + 1):
        if day % 7 == 1:  # closed on Sundays
            continue
        labels.append(f"{label}-{day:02}")
        for scope in scopes:
            hashes[f"dp:{{{scope}}}:p:{labels[-1]}"] = figures(
                dice, 30 if scope.startswith("agent") else 800, ("fcr",)) | {
                    "as_of_ms": str(FIRST_MS + day * DAY_MS),
                    "from_ms": str(FIRST_MS + (day - 1) * DAY_MS),
                    "to_ms": str(FIRST_MS + day * DAY_MS)}
    commands = [("SADD", "dp:periods", *labels)]
    commands += [("SADD", "dp:teams", *teams)] if teams else []
    commands += [("SADD", "dp:queues", *queues)] if queues else []
    agents = [agent for team in teams.values() for agent in team]
    commands += [("SADD", "dp:agents", *agents)] if agents else []
    for key, fields in hashes.items():
        commands.append(("HSET", key, *(part for field in fields.items() for part in field)))
    redis.many(commands)
    return hashes
