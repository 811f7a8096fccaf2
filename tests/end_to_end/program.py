"""The program under test: run as a user runs it, and what it says."""
import os
import re
import signal
import subprocess
import sys

from cases import equal, until

DESKPULSE, KAFKA_TOOL = (os.path.abspath(path) for path in sys.argv[1:3])
ORACLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle")
COUNTERS = ("consumed", "accepted", "duplicate", "dead_lettered")
# Of its own settings the program sees those only that a test gives it.
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.startswith("DESKPULSE_")}


def assert_sound(log):
    """No sanitizer has anything to say."""
    found = re.search(r".*(Sanitizer|runtime error).*", log)
    if found:
        raise AssertionError(found[0] + log[found.end():][:2000])


def deskpulse(*arguments, stdin=None, code=0, seconds=60, env=None):
    """Runs a command to its end; returns its output and what it logged, both as text."""
    done = subprocess.run([DESKPULSE, *arguments], input=stdin, capture_output=True,
                          timeout=seconds, env=ENVIRONMENT | (env or {}), check=False)
    log = done.stderr.decode(errors="replace")
    assert_sound(log)
    equal(done.returncode, code, f"exit code of {' '.join(arguments)} (it says: {log[-1000:]})")
    return done.stdout.decode(errors="surrogateescape"), log


def oracle(script, *arguments):
    """Runs one of tests/oracle; returns its standard output."""
    return subprocess.run([sys.executable, os.path.join(ORACLE, script), *arguments], check=True,
                          stdout=subprocess.PIPE, timeout=60).stdout


def compare(expected, output, log=None):
    """The figures that `output` (a path) holds are those that the file `expected` holds."""
    command = [sys.executable, os.path.join(ORACLE, "compare.py"), expected, output]
    done = subprocess.run(command + (["--counts", log] if log else []), check=False,
                          stdout=subprocess.PIPE, timeout=60)
    if done.returncode:
        raise AssertionError("figures differ:\n" + done.stdout.decode())


def counts_of(log):
    """The counters in the last line of a log that has them."""
    line = [line for line in log.splitlines() if " consumed=" in line][-1]
    return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)(?!\S)", line)}


def configuration(path, **sections):
    """Writes a configuration file: configuration(path, redis={"url": ...}, ...)."""
    with open(path, "w", encoding="utf-8") as out:
        for name, keys in sections.items():
            out.write(f"[{name}]\n")
            out.writelines(f"{key} = {value}\n" for key, value in keys.items())
    return path


class Run:
    """deskpulse run in the background; ended at the end of the `with` at the latest."""

    def __init__(self, directory, *arguments, env=None):
        self.path = os.path.join(directory, "run.log")
        with open(self.path, "wb") as log:
            self.process = subprocess.Popen([DESKPULSE, "run", *arguments], stderr=log,
                                            env=ENVIRONMENT | (env or {}))

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if error:
            print("the end of what deskpulse run said:\n" + self.log()[-3000:])
        else:
            assert_sound(self.log())

    def log(self):
        with open(self.path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def until_says(self, text, seconds=20, times=1):
        until(lambda: self.log().count(text) >= times or self.process.poll() is not None, seconds,
              f"deskpulse run says '{text}'")
        assert self.log().count(text) >= times, f"deskpulse run ended and did not say '{text}'"

    def send(self, number):
        self.process.send_signal(number)

    def end(self, number=signal.SIGTERM, code=0, seconds=20):
        """Tells it to stop, and waits until it has; returns its last counters."""
        self.send(number)
        return self.ended(code, seconds)

    def ended(self, code, seconds):
        equal(self.process.wait(seconds), code, "exit code of deskpulse run")
        return counts_of(self.log())

    def peak_memory(self):
        """The most memory it has had so far, in bytes."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])
