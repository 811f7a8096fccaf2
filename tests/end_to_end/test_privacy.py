#!/usr/bin/env -S python3 -B
"""Ids of customers with [privacy] customer_key_file: none of them is in Redis, whatever is saved
there, or in the log, and the figures are the same. Usage: see cases.py."""
import os
import sys
import tempfile

from cases import case, equal, run_cases, until
from figures import assert_same, until_same, without_teams
from live import Live, simulated
from program import deskpulse
from servers import messages

EVENTS = ("--agents", "60", "--seconds", "5400", "--seed", "11")
MARK = b"customer-of-ours-"  # begins each customer's id, and nothing else
OPTIONS = ("--set", "redis.commit_interval=200ms", "--set", "log.level=debug")
# So that DUMP gives texts as they are.
PLAIN = ("--rdbcompression", "no")


def with_ids():
    lines = [line.replace(b'"customer_id":"', b'"customer_id":"' + MARK)
             for line in simulated(*EVENTS)]
    assert sum(MARK in line for line in lines) > 100, "too few customers to prove anything"
    return lines


def key_file(directory, text):
    path = os.path.join(directory, "customer.key")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
              encoding="ascii") as out:
        out.write(text + "\n")
    return path


def key_option(path):
    return ("--set", f"privacy.customer_key_file={path}")


def ids_in_redis(redis):
    """How often an id is in Redis: in names, in values, in what is saved."""
    keys = redis("KEYS", "*")
    assert any(key.startswith("dp:state:log:") for key in keys), keys
    dumps = redis.many([("DUMP", key) for key in keys], raw=True)
    # A block of the log is as large as it will ever be, so nothing that was saved is hidden.
    assert sum(len(dump or b"") for dump in dumps) > 100_000, "too little to prove anything"
    return sum((dump or b"").count(MARK) for dump in dumps) + sum(MARK.decode() in key
                                                                  for key in keys)


def until_saved(live, lines):
    """All figures are written, and all events saved."""
    live.until_consumed(len(lines))
    wanted = f"consumed={len(lines)} "
    until(lambda: (live.redis("HGET", "dp:state:commit", "pipeline") or "").startswith(wanted),
          20, "all events are saved")


@case(90)
def with_a_key_no_id_is_in_redis():
    lines = with_ids()
    half = len(lines) // 2
    with tempfile.TemporaryDirectory() as directory:
        secret = "the secret that nobody but this test knows"
        option = key_option(key_file(directory, secret))
        with Live("calls", "chats", partitions=2, options=OPTIONS + option,
                  redis_options=PLAIN) as live:
            live.produce(lines[:half])
            until_saved(live, lines[:half])
            equal(ids_in_redis(live.redis), 0, "ids in Redis")
            live.run.end()
            log = live.run.log()
            live.start()  # customers from before are known again
            live.produce(lines[half:])
            until_saved(live, lines)
            expected = without_teams(live.replayed())  # by ids
            until_same(lambda: without_teams(live.redis.public()), expected)
            live.run.end()
            assert_same(without_teams(live.redis.public()), expected)
            equal(ids_in_redis(live.redis), 0, "ids in Redis at the end")
            rate = float(live.redis("HGET", "dp:{all}:w:8h", "fcr_rate"))
            assert 0 < rate < float(live.redis("HGET", "dp:{all}:w:8h", "resolution_rate")), rate
            for text in (log, live.run.log()):
                assert MARK.decode() not in text, "an id is in the log"
                assert secret not in text, "the key is in the log"
            assert secret.encode() not in b"".join(
                live.redis.many([("DUMP", key) for key in live.redis("KEYS", "*")], raw=True))


@case(90)
def without_a_key_they_are_and_such_a_state_is_not_gone_on_with():
    lines = with_ids()
    with tempfile.TemporaryDirectory() as directory, \
            Live("calls", options=OPTIONS, redis_options=PLAIN) as live:
        live.produce(lines)
        until_saved(live, lines)
        found = ids_in_redis(live.redis)
        assert found > 100, f"{found} ids in Redis: the test above would find none either"
        live.run.end()
        assert MARK.decode() not in live.run.log(), "an id is in the log"

        live.options += key_option(key_file(directory, "k" * 32))
        live.start()
        equal(live.run.process.wait(20), 1, "exit code")
        live.run.until_says("the saved state holds ids of customers in the clear")
        for key in live.redis("KEYS", "dp:state:*"):
            live.redis("DEL", key)
        live.start()
        until_saved(live, lines)
        live.run.end()
        equal(ids_in_redis(live.redis), 0, "ids in Redis")


@case(90)
def another_key_is_said_and_the_rest_stays():
    lines = with_ids()
    says = "customer_key_file is not the key of the saved state"
    with tempfile.TemporaryDirectory() as directory:
        option = key_option(key_file(directory, "k" * 32))
        with Live("calls", partitions=1, options=OPTIONS + option, redis_options=PLAIN) as live:
            live.produce(lines)
            until_saved(live, lines)
            live.run.end()
            before = live.redis.public()
            key_file(directory, "l" * 32)
            for times in (1, 0):
                live.start()
                until(lambda: live.redis("HGET", "dp:meta", "consumed"), 20, "figures")
                live.run.end()
                equal(live.run.log().count(says), times, "warnings of another key")
                assert_same(live.redis.public(), before)
            equal(ids_in_redis(live.redis), 0, "ids in Redis")


@case(60)
def dead_letters_stay_as_they_came():
    broken = (b'{"specversion":"1.0","id":"1","source":"s","type":"contact.offered",'
              b'"time":"2026-01-05T08:00:00Z","data":{"interaction_id":"i","channel":"voice",'
              b'"queue":{},"customer_id":"' + MARK + b'1"}}')
    with tempfile.TemporaryDirectory() as directory:
        option = key_option(key_file(directory, "k" * 32))
        with Live("calls", partitions=1, options=OPTIONS + option, redis_options=PLAIN) as live:
            live.produce([broken] + with_ids())
            until(lambda: messages(live.broker, live.dead), 20, "a dead letter")
            equal([letter["value"] for letter in messages(live.broker, live.dead)], [broken],
                  "dead letters")
            live.run.end()
            assert MARK.decode() not in live.run.log(), "an id is in the log"
            equal(ids_in_redis(live.redis), 0, "ids in Redis")


@case(30)
def a_key_that_cannot_be_used_is_said_before_anything_is_read():
    with tempfile.TemporaryDirectory() as directory:
        path = key_file(directory, "k" * 31)
        for command in (("run",), ("check",), ("replay", "/dev/null")):
            _, log = deskpulse(*command, code=2, env={
                "DESKPULSE_PRIVACY_CUSTOMER_KEY_FILE": path})
            assert log.startswith("deskpulse: DESKPULSE_PRIVACY_CUSTOMER_KEY_FILE: [privacy] "
                                  "customer_key_file: ") and "too short (31 bytes)" in log, log
            assert "kkk" not in log, "the key is in the log"
        key_file(directory, "k" * 32)
        output, _ = deskpulse("check", *key_option(path))
        assert "by pseudonyms" in output, output


if __name__ == "__main__":
    sys.exit(run_cases())
