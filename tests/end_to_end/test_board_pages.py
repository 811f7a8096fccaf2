#!/usr/bin/env -S python3 -B
"""deskpulse board in a browser (tests/board/look.mjs): all pages, both languages and themes, wall and
phone, alerts, lost connections, accessibility. Screenshots go beside the build, into screenshots/.
Skipped where Chromium or npm is missing. Usage: see cases.py."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from board import Board, fill, leave_without_board
from cases import Skip, case, run_cases
from live import Live
from program import DESKPULSE, ENVIRONMENT
from servers import RedisServer

LOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "board")
SHOTS = os.path.join(os.path.dirname(DESKPULSE), "..", "screenshots")
QUEUES = ["billing", "技术支持", "unused"] + [f"queue {number:02}" for number in range(1, 15)]
TEAMS = {"客户服务一部": ["a1", "王小明", "李娜", "张伟"] + [f"a{n}" for n in range(10, 22)],
         "north": [f"n{number}" for number in range(30)]}
ALERT = "4be1c3d2a5f60718"


class Centre:
    """A Redis that somebody writes to each second, and a board on it."""

    def __init__(self, ack_token):
        self.server, self.ack_token = RedisServer(), ack_token
        self.moving, self.ended = threading.Event(), threading.Event()
        self.writer = threading.Thread(target=self.write)
        self.moving.set()

    def __enter__(self):
        self.server.__enter__()
        self.start_board("0")
        self.port = self.board.port
        self.writer.start()
        return self

    def __exit__(self, *error):
        self.ended.set()
        self.writer.join()
        self.board.__exit__(*error)
        self.server.__exit__(*error)

    def start_board(self, port):
        self.board = Board(self.server, f"board.listen=127.0.0.1:{port}",
                           f"board.ack_token_file={self.ack_token}").__enter__()

    def write(self):
        while not self.ended.wait(1):
            if not self.moving.is_set():
                continue
            try:
                with self.server.client() as redis:
                    fill(redis, time.time_ns() // 1_000_000, QUEUES, TEAMS)
                    redis.many([("DEL", "dp:{queue:unused}:now"), ("DEL", "dp:{queue:unused}:w:15m"),
                                ("PUBLISH", "dp:updates", "\n".join(
                                    ["all"] + [f"queue:{name}" for name in QUEUES] +
                                    [f"team:{name}" for name in TEAMS] +
                                    [f"agent:{name}" for names in TEAMS.values() for name in names]))])
            except (OSError, RuntimeError):  # Redis is away, which is what is looked at
                pass

    def do(self, what):
        if what == "stop-board":
            self.board.__exit__(None, None, None)
        elif what == "start-board":
            self.start_board(self.port)
        elif what in ("hang-board", "wake-board"):
            self.board.process.send_signal(signal.SIGSTOP if what == "hang-board" else signal.SIGCONT)
        elif what == "stop-redis":
            self.server.stop()
        elif what == "start-redis":
            self.server.start()
        elif what == "stop-updates":
            self.moving.clear()
        elif what == "start-updates":
            self.moving.set()
        elif what == "fire":
            alert = {"alert": ALERT, "rule": "服务水平", "severity": "page", "scope": "queue",
                     "id": "billing", "value": "service_level 0.700000",
                     "fired_ms": time.time_ns() // 1_000_000}
            with self.server.client() as redis:
                redis("HSET", "dp:alerts:active", ALERT, json.dumps(alert, ensure_ascii=False))
        elif what == "resolve":
            with self.server.client() as redis:
                redis("DEL", "dp:alerts:active")
        else:
            raise AssertionError(f"nobody knows how to {what}")


def packages():
    """The browser's driver and the accessibility rules, from the lock file."""
    if not shutil.which("npm") or not os.path.exists(ENVIRONMENT.get("CHROMIUM", "/usr/bin/chromium")):
        raise Skip("no npm or no chromium: deploy/install board test")
    if not os.path.isdir(os.path.join(LOOK, "node_modules", "axe-core")):
        subprocess.run(["npm", "ci", "--ignore-scripts", "--loglevel=error"], cwd=LOOK, check=True,
                       stdout=subprocess.DEVNULL, timeout=120)


def look(port, *mode, do=None):
    """Has the browser look; `do` carries out what it asks for."""
    os.makedirs(SHOTS, exist_ok=True)
    browser = subprocess.Popen(["node", "look.mjs", f"http://127.0.0.1:{port}", SHOTS, *mode], cwd=LOOK,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        for line in browser.stdout:
            if line.startswith("do "):
                do(line[3:].strip())
                browser.stdin.write("done\n")
                browser.stdin.flush()
            else:
                print(line, end="", flush=True)
        assert browser.wait(10) == 0, "problems above"
    finally:
        browser.kill()
        browser.wait()


@case(560)
def pages_are_as_people_need_them():
    packages()
    with tempfile.NamedTemporaryFile("w") as token:
        token.write("the-ack-token\n")
        token.flush()
        with Centre(token.name) as centre:
            look(centre.port, do=centre.do)


@case(120)
def a_centre_at_work_moves():
    """simulate, Kafka, run, Redis, board, browser."""
    packages()
    with Live("calls", "chats") as live, Board(live.server) as board:
        calls, chats = live.topics
        simulate = subprocess.Popen(
            [DESKPULSE, "simulate", "--to", "kafka", "--broker", live.broker, "--agents", "60", "--rate",
             "60", "--seconds", "100", "--calls-topic", calls, "--chats-topic", chats],
            stderr=subprocess.DEVNULL, env=ENVIRONMENT)
        try:
            live.until_consumed(600)
            look(board.port, "moving")
        finally:
            simulate.kill()
            simulate.wait()


if __name__ == "__main__":
    leave_without_board()
    sys.exit(run_cases())
