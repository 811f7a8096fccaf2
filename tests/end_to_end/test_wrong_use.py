#!/usr/bin/env -S python3 -B
"""Wrong use and servers that are not there or refuse: one clear line, an exit code or a new try,
and always an end. Usage: see cases.py."""
import os
import signal
import subprocess
import sys
import tempfile

from cases import case, equal, run_cases
from program import DESKPULSE, ENVIRONMENT, Run, configuration, deskpulse
from servers import RedisServer, create_topics, kafka_address, unique

NOWHERE = "127.0.0.1:1"  # nothing listens there

WRONG = (  # arguments, what the one line says
    (["frob"], "unknown command 'frob'; allowed: run, replay"),
    (["--frob"], "'--frob'"),
    (["run", "--frob"], "unknown option '--frob'"),
    (["run", "extra"], "unexpected 'extra'"),
    (["run", "--set"], "option '--set' wants a value"),
    (["run", "--set", "redis"], "section.key=value"),
    (["run", "--set", "kafka.nope=1"], "[kafka] nope: "),
    (["run", "--set", "window.lengths=3x"], "[window] lengths: "),
    (["run", "--set", "redis.url=http://x"], "[redis] url: "),
    (["run", "--set", "http.listen=nowhere:80"], "[http] listen: "),
    (["run", "--clock", "sun"], "'sun' is unknown; allowed: wall, event"),
    (["run", "--clock", "event", "--as-of", "noon"], "'noon' is no time"),
    (["run", "--as-of", "2026-01-01T00:00:00Z"], "--as-of needs --clock event"),
    (["run", "-c", "/nonexistent"], "/nonexistent: cannot be opened"),
    (["replay"], "no file named"),
    (["replay", "--output", "paper", "x"], "'paper' is unknown; allowed: redis, ndjson"),
    (["replay", "--format", "morse", "x"], "'morse' is unknown; allowed: cloudevents"),
    (["replay", "--as-of", "now", "x"], "'now' is no time"),
    (["replay", "--dead-letters", "/nonexistent/x", "/dev/null"], "/nonexistent/x"),
    (["simulate", "--agents", "0"], "--agents"),
    (["simulate", "--frob"], "'--frob'"),
    (["check", "--frob"], "'--frob'"),
    (["check", "-c", "/nonexistent"], "/nonexistent: cannot be opened"),
    (["report"], "no period named"),
    (["report", "--period", "2026-13"], "'2026-13' is no period"),
    (["report", "--period", "2026-11", "-c", "/nonexistent"], "/nonexistent: cannot be opened"),
    (["top"], "standard input and output are no terminal"),
    (["top", "--once", "--window", "soon"], "'soon' is no length of time"),
    (["top", "--once", "-c", "/nonexistent"], "/nonexistent: cannot be opened"),
    (["alert"], "no action named"),
    (["alert", "frob"], "unknown action 'frob'; allowed: list, ack, silence"),
    (["alert", "ack"], "no alert named"),
    (["alert", "silence", "--for", "2h"], "one of --rule, --scope and --id is wanted"),
    (["alert", "list", "-c", "/nonexistent"], "/nonexistent: cannot be opened"),
)


@case(60)
def wrong_arguments_are_said_in_one_line():
    for arguments, says in WRONG:
        output, log = deskpulse(*arguments, code=2, seconds=10)
        equal(output, "", f"standard output of {arguments}")
        assert says in log, f"{arguments}: '{says}' is not in: {log}"
        equal(log.count("\n"), 1, f"lines that {arguments} says ({log})")


@case(30)
def no_command_shows_the_help():
    output, log = deskpulse(code=2)
    equal(output, "", "standard output")
    assert "usage: deskpulse COMMAND" in log, log
    for command in ("", "run", "replay", "simulate", "check", "report", "top", "alert"):
        for option in ("--help", "--version"):
            output, log = deskpulse(*filter(None, (command, option)))
            assert output.startswith("deskpulse") or "usage: deskpulse" in output, output
            equal(log, "", f"standard error of {command} {option}")


BROKEN = (  # configuration file, line, what it says
    ("[redis]\nurl = redis://localhost\n[frob]\n", 3, "[frob] "),
    ("[redis]\n; a comment\n\nflush = 1s\n", 4, "[redis] flush: "),
    ("[window]\nlengths = 1m 5m\nlengths = 1h\n", 3, "[window] lengths: this is set twice"),
    ("[redis]\nflush_interval = 0s\n", 2, "[redis] flush_interval: "),
    ("[kafka]\nenable.auto.commit = true\n", 2, "[kafka] enable.auto.commit: "),
    ("topics = a\n", 1, "in no section"),
    ("[queue \"a{b}\"]\ntarget.voice = 1s\n", 1, "queue"),
    ("[redis\n", 1, "[section]"),
    ("[rule \"r\"]\nscope = queue\nwhen = waiting > many\n", 3,
     "[rule \"r\"] when: column 11: \"many\" is no value of this quantity"),
    ("[rule \"r\"]\nscope = contact\nwhen = waiting > 30s\nnotify = nobody\n", 4,
     "[rule \"r\"] notify: \"nobody\" is no hook"),
    ("[hook \"h\"]\ntype = webhook\nurl = https://x/y\nsecret_file = /nonexistent\n", 4,
     "[hook \"h\"] secret_file: \"/nonexistent\" cannot be opened"),
    ("[hook \"h\"]\ntype = slack\nurl = token-in-the-wrong-place\n", 3, "[hook \"h\"] url: this is"),
)


@case(60)
def a_broken_configuration_is_said_with_file_and_line():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "deskpulse.conf")
        for text, line, says in BROKEN:
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
            for command in (["run"], ["check"], ["replay", "/dev/null"]):
                _, log = deskpulse(command[0], "-c", path, *command[1:], code=2, seconds=10)
                assert log.startswith(f"deskpulse: {path}:{line}: ") and says in log, log
                assert "; allowed: " in log, log
                equal(log.count("\n"), 1, f"lines about {text!r}")
                assert "token-in-the-wrong-place" not in log, log


@case(30)
def the_rules_to_begin_with_are_right():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "rules",
                        "rules.conf")
    output, log = deskpulse("check", "-c", path)
    equal(log, "", "the log")
    with open(path, encoding="utf-8") as file:
        text = "\n" + file.read()
    rules, hooks, teams = (text.count(f"\n[{kind} ") for kind in ("rule", "hook", "team"))
    assert rules > 10, "there are rules"
    line = f"  alerts        {rules} rules, {hooks} hooks, {teams} teams with a lead\n"
    assert line in output, output


@case(30)
def environment_goes_before_file_and_command_line_before_both():
    with tempfile.TemporaryDirectory() as directory:
        path = configuration(os.path.join(directory, "c"), log={"level": "silly"})
        deskpulse("replay", "-c", path, "--output", "ndjson", "/dev/null", code=2)
        wrong = {"DESKPULSE_LOG_LEVEL": "loud"}
        _, log = deskpulse("replay", "--output", "ndjson", "/dev/null", code=2, env=wrong)
        assert "DESKPULSE_LOG_LEVEL" in log, log
        good = configuration(path, log={"level": "info"})
        quiet = {"DESKPULSE_LOG_LEVEL": "error"}
        _, log = deskpulse("replay", "-c", good, "--output", "ndjson", "/dev/null", env=quiet)
        equal(log, "", "what is logged with the environment's level")
        _, log = deskpulse("replay", "-c", good, "--set", "log.level=info", "--output", "ndjson",
                           "/dev/null", env=quiet)
        assert "replay done" in log, log


@case(30)
def a_file_that_cannot_be_read_fails():
    for path, says in (("/nonexistent", "/nonexistent"), (tempfile.gettempdir(), "directory")):
        output, log = deskpulse("replay", "--output", "ndjson", path, code=1, seconds=10)
        equal(output, "", "standard output")
        assert says in log, log


@case(30)
def replay_and_simulate_end_where_the_server_is_away():
    _, log = deskpulse("replay", "--set", f"redis.url=redis://{NOWHERE}", "/dev/null", code=1,
                       seconds=15)
    assert NOWHERE in log, log
    _, log = deskpulse("simulate", "--to", "kafka", "--broker", NOWHERE, "--seconds", "1", code=1,
                       seconds=15)
    assert NOWHERE in log and "Kafka does not answer" in log, log


@case(30)
def a_closed_pipe_is_the_end_of_simulate():
    with subprocess.Popen([DESKPULSE, "simulate", "--seconds", "86400"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env=ENVIRONMENT) as process:
        process.stdout.read(100_000)
        process.stdout.close()
        assert process.wait(10) in (0, 1), process.returncode


def assert_tries_again(says, code, *settings):
    """deskpulse run says so, goes on, and ends when told to; secrets are not told."""
    options = [part for setting in settings for part in ("--set", setting)]
    with tempfile.TemporaryDirectory() as directory, Run(directory, *options) as run:
        run.until_says(says)
        equal(run.process.poll(), None, "exit code before it is told to stop")
        run.send(signal.SIGTERM)
        equal(run.process.wait(15), code, "exit code")
        assert "secret" not in run.log(), "a password is in the log"
        assert run.log().count(says) < 10, f"'{says}' floods the log"


@case(60)
def kafka_away():
    with RedisServer() as server:
        assert_tries_again(NOWHERE, 0, f"kafka.bootstrap.servers={NOWHERE}",
                           f"redis.url={server.url}")


@case(60)
def redis_away():
    broker, topic = kafka_address(), unique("empty")
    create_topics(broker, 1, topic)
    assert_tries_again("start Redis, or correct host and port", 0,
                       f"kafka.bootstrap.servers={broker}", f"kafka.topics={topic}",
                       f"kafka.group.id={topic}", f"redis.url=redis://{NOWHERE}")


@case(60)
def topic_missing():
    topic = unique("missing")
    with RedisServer() as server:
        assert_tries_again(f"topic={topic}", 0, f"kafka.bootstrap.servers={kafka_address()}",
                           f"kafka.topics={topic}", f"kafka.group.id={topic}",
                           f"redis.url={server.url}")


@case(60)
def redis_refuses_the_password():
    with RedisServer() as server, server.client() as redis:
        redis("CONFIG", "SET", "requirepass", "the right one")
        url = f"redis.url=redis://:secret@{server.address}/0"
        assert_tries_again("password", 0, f"kafka.bootstrap.servers={NOWHERE}", url)
        _, log = deskpulse("replay", "--set", url, "/dev/null", code=1, seconds=15)
        assert "password" in log and "secret" not in log, log
        redis("CONFIG", "SET", "requirepass", "")


@case(60)
def kafka_refuses_the_login():
    """The broker for tests knows no login, so any is a wrong one; to try again would not help."""
    settings = {"kafka.bootstrap.servers": kafka_address(), "kafka.sasl.mechanisms": "PLAIN",
                "kafka.security.protocol": "SASL_PLAINTEXT", "kafka.sasl.username": "somebody",
                "kafka.sasl.password": "secret"}
    options = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    with RedisServer() as server:
        _, log = deskpulse("run", *options, "--set", f"redis.url={server.url}", code=1, seconds=20)
    assert "Kafka refuses the login" in log and "secret" not in log, log


if __name__ == "__main__":
    sys.exit(run_cases())
