"""The processes under test: several deskpulse run of one group, and what becomes of them."""
import contextlib
import os
import signal
import subprocess
import threading
import time

from cases import until
from program import ENVIRONMENT, configuration

WRITES = 4096  # bytes a second to Redis: who sends more is the active one
BEGINS = "---- started\n"  # in a log
HERE = os.path.dirname(os.path.abspath(__file__))
SANITIZERS = {"UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
              "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
              "TSAN_OPTIONS": "halt_on_error=1",
              "LSAN_OPTIONS": f"suppressions={os.path.join(HERE, 'leaks')}:print_suppressions=0"}


def kill_server(server):
    """kill -9 of what deploy/NAME/up has started; comes back when it is gone."""
    with open(os.path.join(server.directory.name, "pid"), encoding="ascii") as file:
        pid = int(file.read())
    server.send(signal.SIGKILL)
    until(lambda: not os.path.exists(f"/proc/{pid}/cwd"), 10, f"process {pid} is gone")


class Process:
    def __init__(self, program, number, directory, sections):
        self.program, self.number, self.popen = program, number, None
        self.conf = configuration(os.path.join(directory, f"process-{number}.conf"), **sections)
        self.log = os.path.join(directory, f"process-{number}.log")
        self.lock = threading.Lock()  # held by the fault that has it down
        self.ours = False  # whether an end is our doing

    def __str__(self):
        return f"process-{self.number}"

    def start(self):
        with open(self.log, "ab") as log:
            log.write(BEGINS.encode())
            log.flush()
            self.popen = subprocess.Popen([self.program, "run", "-c", self.conf], stderr=log,
                                          env=SANITIZERS | ENVIRONMENT)
        self.ours = False

    def send(self, number):
        with contextlib.suppress(ProcessLookupError):
            self.popen.send_signal(number)

    def kill(self):
        self.ours = True
        self.popen.kill()
        self.popen.wait()

    def end(self, seconds=30):
        """SIGTERM; returns the exit code, or None where it does not end."""
        self.ours = True
        with contextlib.suppress(AssertionError):  # before it says anything, SIGTERM just kills it
            until(lambda: not self.said().endswith(BEGINS), 10, "it says something")
        self.send(signal.SIGTERM)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()


class Processes:
    """All of them, and a thread that sees who ends by itself and who writes to Redis."""

    def __init__(self, program, count, directory, sections, stores, broker):
        self.proxies = stores.proxies
        self.all = [Process(program, number, directory,
                            sections(stores.proxies[number].port, broker.outer[number]))
                    for number in range(count)]
        self.trouble = []  # what no process should do
        self.speeds = [0] * count
        self.over = threading.Event()
        self.watcher = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        for process in self.all:
            process.start()
        self.watcher.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.watcher.join(5)
        for process in self.all:
            if process.popen.poll() is None:
                process.send(signal.SIGCONT)
                process.kill()

    def active(self):
        """Who writes most; None when nobody does."""
        fastest = max(range(len(self.all)), key=lambda number: self.speeds[number])
        return self.all[fastest] if self.speeds[fastest] >= WRITES else None

    def watch(self):
        passed, since, ended = [0] * len(self.all), time.monotonic(), set()
        while not self.over.wait(0.2):
            now = time.monotonic()
            for number, proxy in enumerate(self.proxies):
                speed = (proxy.passed - passed[number]) / (now - since)
                self.speeds[number] = 0.5 * self.speeds[number] + 0.5 * speed
                passed[number] = proxy.passed
            since = now
            for process in self.all:
                code = process.popen.poll()
                if code is not None and not process.ours:
                    process.ours = True
                    self.trouble.append(f"{process} ended by itself, exit code {code}")
                    ended.add(process)
            for process in list(ended):  # what a fault has down, the fault starts
                if process.lock.acquire(blocking=False):
                    if process.popen.poll() is not None:
                        process.start()
                    ended.discard(process)
                    process.lock.release()

    def end_all(self):
        """SIGTERM to all at once, and the sanitizers' word."""
        threads = [threading.Thread(target=self.end_one, args=(process,)) for process in self.all]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.over.set()
        for process in self.all:
            said = process.said()
            for word in ("Sanitizer", "runtime error"):
                if word in said:
                    self.trouble.append(f"{process}: a sanitizer has something to say")
                    break

    def end_one(self, process):
        code = process.end()
        if code != 0:
            self.trouble.append(f"{process} was told to end, and did so with "
                                f"{'SIGKILL only' if code is None else f'exit code {code}'}")
