#!/usr/bin/env -S python3 -B
"""What deskpulse run tells of itself: metrics, whether it is ready, and what the service manager
hears. Usage: see cases.py."""
import http.client
import json
import os
import re
import signal
import socket
import sys
import tempfile
import time

import openmetrics
from cases import case, equal, run_cases, until
from hooks import Receiver
from live import Live, simulated
from program import Run, configuration, deskpulse
from servers import RedisServer, create_topics, kafka_address, unique

LISTEN = ("--set", "http.listen=127.0.0.1:0")
IDS = re.compile(r"agent|contact|customer|interaction|queue|team")


def get(run, path, method="GET"):
    """Status, content type and text of an answer."""
    run.until_says("address=")
    host, port = re.search(r"address=([\d.]+):(\d+)", run.log()).groups()
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()
    finally:
        connection.close()


def metrics(run):
    status, content_type, text = get(run, "/metrics")
    equal(status, 200, "status of /metrics")
    assert content_type.startswith("application/openmetrics-text; version=1.0.0"), content_type
    return openmetrics.read(text)


def until_ready(run, status, says, seconds=20):
    until(lambda: get(run, "/readyz")[::2] == (status, says + "\n"), seconds,
          lambda: f"/readyz is {get(run, '/readyz')}, not {status} {says}")


@case(90)
def metrics_are_those_of_the_figures():
    lines = simulated("--agents", "60", "--seconds", "3600", "--late", "2", "--bad", "1",
                      "--seed", "3")
    with Live("calls", "chats", options=LISTEN) as live:
        until_ready(live.run, 200, "active")
        for start in (0, len(lines) // 2):
            live.produce(lines[start:start + len(lines) // 2])
            live.until_consumed(start + len(lines) // 2)
        live.produce(lines[len(lines) // 2 * 2:])
        live.until_consumed(len(lines))
        until(lambda: openmetrics.value(metrics(live.run), "deskpulse_state_bytes"), 10, "a commit")
        found, meta = metrics(live.run), live.redis.hashes(["dp:meta"])[0]
        for name, sample in (("consumed", "deskpulse_messages_consumed_total"),
                             ("accepted", "deskpulse_events_accepted_total"),
                             ("duplicate", "deskpulse_events_duplicate_total")):
            equal(openmetrics.value(found, sample), int(meta[name]), sample)
        dead = found["deskpulse_dead_letters"].samples
        equal(sum(dead.values()), int(meta["dead_lettered"]), "dead letters")
        lag = found["deskpulse_kafka_lag_messages"].samples
        equal(len(lag), 6, "partitions with a lag")
        equal(sum(lag.values()), 0, "lag")
        equal(openmetrics.value(found, "deskpulse_duty", duty="active"), 1, "active")
        equal(sum(found["deskpulse_duty"].samples.values()), 1, "duties")
        equal(openmetrics.value(found, "deskpulse_redis_up"), 1, "Redis is up")
        for sample in ("deskpulse_redis_keys_written_total", "deskpulse_state_bytes",
                       "deskpulse_flush_duration_seconds_count",
                       "deskpulse_commit_duration_seconds_count", "process_cpu_seconds_total"):
            assert openmetrics.value(found, sample) > 0, sample
        memory = found["deskpulse_memory_bytes"].samples
        for part in ("contacts", "windows", "periods", "duplicates", "repeat", "journal"):
            assert memory["deskpulse_memory_bytes", (("part", part),)] > 1000, memory
        assert sum(memory.values()) < openmetrics.value(found, "process_resident_memory_bytes")
        live.run.end()


@case(60)
def no_metric_is_about_a_person():
    lines = simulated("--agents", "60", "--seconds", "1800", "--seed", "4")
    with Live("calls", options=LISTEN) as live:
        live.produce(lines)
        live.until_consumed(len(lines))
        allowed = {"duty", "reason", "topic", "partition", "le", "part", "state", "hook", "version"}
        for family in metrics(live.run).values():
            for _, labels in family.samples:
                names = {name for name, _ in labels}
                assert names <= allowed, f"{family.name} has labels {names}"
        live.run.end()


@case(90)
def freshness_is_that_of_events_and_messages():
    """Events in time with the clock: each is shown within some seconds, and counted once."""
    with Live("calls", "chats", options=(*LISTEN, "--clock", "wall")) as live:
        until_ready(live.run, 200, "active")
        deskpulse("simulate", "--to", "kafka", "--broker", live.broker, "--rate", "50",
                  "--seconds", "6", "--calls-topic", live.topics[0], "--chats-topic",
                  live.topics[1])
        shown = "deskpulse_event_freshness_seconds"

        def is_all_shown():
            found = metrics(live.run)
            return openmetrics.value(found, shown + "_count") == openmetrics.value(
                found, "deskpulse_events_accepted_total") > 100
        until(is_all_shown, 20, "all events are shown")
        found = metrics(live.run)
        accepted = openmetrics.value(found, "deskpulse_events_accepted_total")
        for name in (shown, "deskpulse_message_freshness_seconds"):
            equal(openmetrics.value(found, name + "_count"), accepted, name)
            within = openmetrics.value(found, name + "_bucket", le="5.0")
            assert within > accepted * 0.9, f"{within} of {accepted} {name} within 5 s"
        assert -2 <= openmetrics.value(found, "deskpulse_watermark_delay_seconds") < 30
        live.run.end()


RULES = """
[rule "waits"]
scope = contact
when = waiting > 1s
notify = leads, night
[hook "leads"]
type = webhook
url = {url}
allow_private = yes
[hook "night"]
type = webhook
url = http://127.0.0.1:1/hook
allow_private = yes
"""


@case(60)
def alerts_and_hooks_are_counted():
    now = time.time()
    event = {"specversion": "1.0", "source": "/test", "id": "1", "type": "contact.offered",
             "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
             "data": {"interaction_id": "c1", "channel": "voice", "queue": "billing"}}
    with Receiver() as leads, tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "deskpulse.conf")
        with open(path, "w", encoding="utf-8") as out:
            out.write(RULES.format(url=leads.url()))
        with Live("calls", partitions=1,
                  options=(*LISTEN, "-c", path, "--clock", "wall")) as live:
            until_ready(live.run, 200, "active")
            live.produce([json.dumps(event).encode()])
            until(leads.notices, 20, "a notice")

            def is_counted():
                found = metrics(live.run)
                return [openmetrics.value(found, f"deskpulse_hook_{sample}", hook=hook)
                        for hook in ("leads", "night")
                        for sample in ("delivered_total", "waiting")] == [1, 0, 0, 1]
            until(is_counted, 10, lambda: metrics(live.run)["deskpulse_hook_waiting"].samples)
            found = metrics(live.run)
            equal(openmetrics.value(found, "deskpulse_alerts", state="firing"), 1, "firing")
            assert openmetrics.value(found, "deskpulse_hook_retried_total", hook="night") >= 1
            equal(openmetrics.value(found, "deskpulse_hook_retried_total", hook="leads"), 0,
                  "requests to leads that failed")
            live.run.end()


@case(90)
def ready_is_who_does_its_duty():
    with Live("calls", options=LISTEN, redis_options=("--appendonly", "yes")) as live:
        until_ready(live.run, 200, "active")
        with tempfile.TemporaryDirectory() as directory, \
                Run(directory, "--clock", "event", *live.settings(), *LISTEN) as other:
            until_ready(other, 200, "standing by, following the state")
            found = metrics(other)
            equal(openmetrics.value(found, "deskpulse_duty", duty="standby"), 1, "standby")
            equal("deskpulse_messages_consumed" in found, False, "counted twice")
            live.server.stop()
            until_ready(live.run, 503, "active, but Redis cannot be reached")
            until_ready(other, 503, "standing by, but Redis cannot be reached")
            equal(openmetrics.value(metrics(live.run), "deskpulse_redis_up"), 0, "Redis is up")
            equal(get(live.run, "/healthz")[0], 200, "status of /healthz")
            live.server.start()
            until_ready(live.run, 200, "active")
            until_ready(other, 200, "standing by, following the state")
            live.run.end()
            until_ready(other, 200, "active")
            other.end()


@case(60)
def only_what_is_there_is_answered():
    with RedisServer() as server, tempfile.TemporaryDirectory() as directory:
        with Run(directory, "--set", f"redis.url={server.url}", *LISTEN, "--set",
                 "kafka.bootstrap.servers=127.0.0.1:1") as run:
            equal(get(run, "/healthz"), (200, "text/plain; charset=utf-8", "the loop turns\n"),
                  "/healthz")
            equal(get(run, "/healthz", "HEAD")[::2], (200, ""), "HEAD of /healthz")
            equal(get(run, "/")[0], 404, "status of /")
            equal(get(run, "/metrics/")[0], 404, "status of /metrics/")
            equal(get(run, "/healthz", "POST")[0], 405, "status of a POST")
            metrics(run)
            run.end()


@case(30)
def an_address_that_cannot_be_had_is_said():
    with tempfile.TemporaryDirectory() as directory:
        path = configuration(os.path.join(directory, "c"), http={"listen": "9464"})
        _, log = deskpulse("run", "-c", path, code=2, seconds=10)
        assert log.startswith(f"deskpulse: {path}:2: [http] listen: \"9464\" is no address"), log
        assert "; allowed: ADDRESS:PORT" in log, log
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        _, log = deskpulse("run", "--set", f"http.listen={address}", code=2, seconds=10)
        equal(log, f"deskpulse run: [http] listen: cannot listen on {address}: Address already in "
              "use\n", "what run says")


class ServiceManager:
    """Hears what a service tells it."""

    def __init__(self, abstract=False):
        self.directory = tempfile.TemporaryDirectory()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.path = f"@deskpulse-test-{os.getpid()}" if abstract else self.directory.name + "/n"
        self.socket.bind(self.path.replace("@", "\0"))
        self.socket.setblocking(False)
        self.heard = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.socket.close()
        self.directory.cleanup()

    def listen(self):
        """All lines so far."""
        try:
            while True:
                self.heard += self.socket.recv(4096).decode().split("\n")
        except BlockingIOError:
            return self.heard

    def until_hears(self, line, times=1, seconds=20):
        until(lambda: self.listen().count(line) >= times, seconds,
              lambda: f"'{line}' is heard, of {self.heard}")


@case(60)
def the_service_manager_hears_of_it():
    broker, topic = kafka_address(), unique("calls")
    create_topics(broker, 1, topic)
    with RedisServer() as server, ServiceManager() as manager, \
            tempfile.TemporaryDirectory() as directory:
        server.stop()
        env = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000"}
        with Run(directory, "--set", f"kafka.bootstrap.servers={broker}", "--set",
                 f"kafka.topics={topic}", "--set", f"kafka.group.id={topic}", "--set",
                 f"redis.url={server.url}", env=env) as run:
            manager.until_hears("EXTEND_TIMEOUT_USEC=60000000")
            manager.until_hears("WATCHDOG=1", 3)
            equal("READY=1" in manager.listen(), False, "ready without Redis")
            assert any(line.endswith("but Redis cannot be reached") for line in manager.heard)
            server.start()
            manager.until_hears("STATUS=active")
            equal(manager.heard.count("READY=1"), 1, "ready once")
            run.send(signal.SIGHUP)
            manager.until_hears("READY=1", 2)
            at = manager.heard.index("RELOADING=1")
            moment = int(manager.heard[at + 1].removeprefix("MONOTONIC_USEC="))
            assert 0 <= time.clock_gettime(time.CLOCK_MONOTONIC) - moment / 1e6 < 30, moment
            run.end()
            equal(manager.listen().count("STOPPING=1"), 1, "stopping once")


@case(60)
def a_manager_that_is_not_there_is_no_reason_to_fail():
    with RedisServer() as server, tempfile.TemporaryDirectory() as directory:
        for path, says in (("/nonexistent/notify", True), ("", False), ("@" + "x" * 200, True)):
            with Run(directory, "--set", f"redis.url={server.url}", "--set",
                     "kafka.bootstrap.servers=127.0.0.1:1", env={"NOTIFY_SOCKET": path}) as run:
                run.until_says("connected to Redis")
                run.send(signal.SIGTERM)
                equal(run.process.wait(15), 0, "exit code")
                equal("the service manager cannot be reached" in run.log(), says, path)


@case(60)
def a_socket_of_the_abstract_kind():
    with RedisServer() as server, ServiceManager(abstract=True) as manager, \
            tempfile.TemporaryDirectory() as directory:
        env = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000", "WATCHDOG_PID": "1"}
        with Run(directory, "--set", f"redis.url={server.url}", "--set",
                 "kafka.bootstrap.servers=127.0.0.1:1", env=env) as run:
            manager.until_hears("READY=1")
            manager.until_hears("STATUS=standing by, following the state")
            run.send(signal.SIGTERM)
            equal(run.process.wait(15), 0, "exit code")
            equal("WATCHDOG=1" in manager.listen(), False, "another process is watched")


if __name__ == "__main__":
    sys.exit(run_cases())
