"""What is held in memory, by peak resident sizes of replays that differ in one thing."""
import datetime
import json
import os
import subprocess

import bench

# What hashes of windows count; chats that have ended, some 2 % of all facts, they do not.
FACTS = ("offered", "responses", "abandons", "handles", "transfers", "declines", "replies", "outcomes", "ratings",
         "complaints", "quality_checks")
QUIET_AGENTS = 100_000
MANY_AGENTS, MANY_CONTACTS = 100_000, 2_000_000
START = datetime.datetime(2026, 1, 5, 8, tzinfo=datetime.timezone.utc)


def facts_in(program, events):
    """Those of the last 24 h: once for each agent, team and queue that they are of, and once for all."""
    lines = bench.output_of(program, "replay", "--output", "ndjson",
                            *bench.settings({"log.level": "warn", "window.lengths": "24h"}), events)
    hashes = [json.loads(line)["value"] for line in lines.splitlines() if b'}:w:24h"' in line[:100]]
    return sum(int(fields.get(name, 0)) for fields in hashes for name in FACTS)


def measure_facts(figures, program, events):
    """The same events with a window of 24 h, and with one of 1 m, which holds nearly nothing."""
    facts = facts_in(program, events)
    size = {length: bench.replay(program, events, window_lengths=length).memory for length in ("24h", "1m")}
    figures.add("facts_retained", facts, "", "once for each scope that they are in")
    figures.add("bytes_per_fact", (size["24h"] - size["1m"]) * 2**20 / facts, "bytes", "a fact and scope")


def event(number, seconds, kind, **data):
    time = (START + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({"specversion": "1.0", "id": str(number), "source": "/quiet", "type": kind, "time": time,
                       "data": data}, separators=(",", ":"))


def write_quiet(path, agents):
    """Each of QUIET_AGENTS turns signs one of the agents on and off; 30 hours later nothing is in any window."""
    with open(path, "w", encoding="utf-8") as out:
        for turn in range(QUIET_AGENTS):
            who = {"agent_id": f"agent-{turn % agents}", "team": f"team-{turn % agents // 20}"}
            print(event(2 * turn, turn // 100, "agent.state", state="available", **who), file=out)
            print(event(2 * turn + 1, turn // 100, "agent.state", state="offline", **who), file=out)
        print(event(2 * QUIET_AGENTS, 30 * 3600, "agent.state", agent_id="agent-0", team="team-0", state="offline"),
              file=out)


def measure_quiet(figures, program, directory):
    """The same number of events of so many agents, and of a single one."""
    size = {}
    for agents in (QUIET_AGENTS, 1):
        path = os.path.join(directory, "quiet.ndjson")
        write_quiet(path, agents)
        size[agents] = bench.replay(program, path).memory
        os.remove(path)
    figures.add("bytes_quiet_agent", (size[QUIET_AGENTS] - size[1]) * 2**20 / (QUIET_AGENTS - 1), "bytes",
                "signed on and off, nothing in any window")


def of_many(program, marks):
    """Peak MiB of a replay once it has read so many contacts of simulate, for each of the marks."""
    found, contacts = [], 0
    with subprocess.Popen([program, "simulate", "--agents", str(MANY_AGENTS), "--seconds", "86400"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as simulate, \
            subprocess.Popen([program, "replay", "--output", "none", "-"], stdin=subprocess.PIPE,
                             stderr=subprocess.DEVNULL) as replay:
        while len(found) < len(marks):
            events = simulate.stdout.read(1 << 20)
            contacts += events.count(b'"contact.offered"')
            replay.stdin.write(events)
            if contacts >= marks[len(found)]:
                found.append(bench.peak_mib(replay.pid))
        simulate.kill()
        replay.kill()
    return found


def measure_many(figures, program, contacts):
    """Fewer contacts than MANY_CONTACTS: the rest is extrapolated from the second half of them."""
    half, whole = of_many(program, (contacts // 2, contacts))
    figures.add("memory_100k_agents_contacts", contacts, "", "read; further ones up to 2,000,000 are extrapolated")
    figures.add("memory_100k_agents_mib", whole + (whole - half) * 2 * (MANY_CONTACTS / contacts - 1), "MiB",
                "100,000 agents, 2,000,000 contacts")
