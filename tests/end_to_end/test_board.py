#!/usr/bin/env -S python3 -B
"""deskpulse board on a real Redis: its API is as the OpenAPI file says, who may not does not, what
changes in Redis comes out of the streams, and it goes on when Redis has been away. Usage: see
cases.py."""
import contextlib
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

from board import WINDOWS, Board, Contract, Stream, fill, leave_without_board
from cases import case, equal, run_cases, until
from program import DESKPULSE, ENVIRONMENT, deskpulse
from servers import RedisServer

SERVER = RedisServer()
CONTRACT = Contract()
CHINESE, HOSTILE = "客户服务一部", '<b>"7"</b>'
TEAMS = {"north": ["a1", "a2", "007"], CHINESE: ["王小明"], HOSTILE: ['"><script>']}
QUEUES = ["billing", "技术支持", "a/b ?&"]
ALERT = "4be1c3d2a5f60718"
READ, ACK = "read-" + "r" * 40, "ack-" + "a" * 40
HEADERS = {"Content-Security-Policy": r"default-src 'self';(?!.*unsafe)", "Referrer-Policy": "no-referrer",
           "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}


def now_ms():
    return time.time_ns() // 1_000_000


@contextlib.contextmanager
def filled():
    with SERVER.client() as redis:
        redis("FLUSHALL")
        fill(redis, now_ms(), QUEUES, TEAMS)
        yield redis


@contextlib.contextmanager
def tokens():
    """Settings with both tokens in files."""
    with tempfile.TemporaryDirectory() as directory:
        settings = []
        for name, text in (("token_file", READ), ("ack_token_file", ACK)):
            path = os.path.join(directory, name)
            with open(path, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as out:
                out.write(text + "\n")
            settings.append(f"board.{name}={path}")
        yield settings


def bearer(token):
    return {"Authorization": "Bearer " + token}


def quoted(text):
    return "".join(c if c.isalnum() and c.isascii() else "".join(f"%{b:02X}" for b in c.encode())
                   for c in text)


def fire(redis, name=ALERT, **more):
    alert = {"alert": name, "rule": "服务水平", "state": "firing", "severity": "page",
             "scope": "queue", "id": "billing", "value": "service_level 0.7",
             "fired_ms": now_ms() - 5000} | more
    redis("HSET", "dp:alerts:active", name, json.dumps(alert, ensure_ascii=False, indent=1))


def until_firing(board, **headers):
    """Waits until the board shows an alert; before it has read any it shows null."""
    until(lambda: (board.get("/api/v1/alerts", **headers)["alerts"] or {}).get("alerts"), 10, "alert")


def until_done(board, path, body, **headers):
    """What it answers to a change once it has its connection for changes, which may come last."""
    answers = []
    until(lambda: answers.append(board.ask("POST", path, body, **headers)) or answers[-1][0] != 503, 5,
          f"{path} is answered")
    return answers[-1]


# ---------------------------------------------------------------- API

@case(60)
def api_is_as_the_openapi_file_says():
    with filled() as redis, Board(SERVER) as board:
        fire(redis)
        redis("HSET", "dp:alerts:active", "broken", "no json")
        board.until_read()
        for path in CONTRACT.document["paths"]:
            if "get" not in CONTRACT.document["paths"][path] or path.endswith("stream"):
                continue
            ids = {"queues": QUEUES, "teams": TEAMS, "agents": sum(TEAMS.values(), [])}
            for name in ids.get(path.split("/")[3], [""]) if "{id}" in path else [""]:
                status, _, value = board.ask("GET", path.replace("{id}", quoted(name)))
                equal(status, 200, f"status of {path} of {name}: {value}")
                CONTRACT.check("GET", path, status, value)
            if "{id}" in path:
                status, _, value = board.ask("GET", path.replace("{id}", "nobody"))
                equal(status, 404, path)
                CONTRACT.check("GET", path, status, value)
        equal(board.get("/api/v1/openapi.json"), CONTRACT.document, "the OpenAPI file")


@case(60)
def api_has_what_redis_has():
    with filled() as redis, Board(SERVER) as board:
        board.until_read()
        queues = {queue["id"]: queue for queue in board.get("/api/v1/queues")["queues"]}
        equal(sorted(queues), sorted(QUEUES), "queues")
        [window] = redis.hashes(["dp:{queue:billing}:w:15m"])
        for name, value in queues["billing"]["window"].items():
            equal(value, float(window[name]), name)
        agents = {agent["id"]: agent for agent in board.get("/api/v1/agents")["agents"]}
        equal({name: agent["team"] for name, agent in agents.items()},
              {name: team for team, names in TEAMS.items() for name in names}, "teams of agents")
        equal(agents["007"]["now"]["state_reason"], "12", "a text that looks like a number")
        one = board.get("/api/v1/agents/a1")
        equal(tuple(one["detail"]["windows"]), WINDOWS, "windows of an agent")
        assert any("points:efficiency" in period for period in one["detail"]["periods"].values())
        equal(len(board.get("/api/v1/teams/" + quoted(CHINESE))["agents"]), 1, "agents of a team")


@case(60)
def what_is_absent_is_absent():
    with filled() as redis, Board(SERVER) as board:
        redis("DEL", "dp:{queue:billing}:w:15m")
        redis("HDEL", "dp:{queue:billing}:now", "oldest_waiting_ms")
        redis("PUBLISH", "dp:updates", "queue:billing")
        board.until_read()
        queue = until(lambda: [queue for queue in board.get("/api/v1/queues")["queues"]
                               if queue["id"] == "billing" and queue["window"] is None], 5, "no window")
        assert "oldest_waiting_ms" not in queue[0]["now"], queue


@case(60)
def pages_are_served_with_headers_that_keep_them_in():
    with filled(), Board(SERVER) as board:
        first = 0
        for path in ("/", "/team/" + quoted(CHINESE), "/alerts", "/app.js", "/app.css", "/icon.svg"):
            status, headers, data = board.ask("GET", path, Accept_Encoding="gzip")
            equal((status, headers["Content-Encoding"]), (200, "gzip"), path)
            equal(gzip.decompress(data), board.ask("GET", path)[2], "what is packed in " + path)
            for name, pattern in HEADERS.items():
                assert re.search(pattern, headers[name]), f"{path}: {name}: {headers[name]}"
            first += len(data) if path in ("/", "/app.js", "/app.css", "/icon.svg") else 0
            equal(board.ask("GET", path, If_None_Match=headers["ETag"])[0], 304, "again " + path)
        assert first < 150_000, f"the first page has {first} bytes"
        page = board.ask("GET", "/")[2].decode()
        assert not re.search(r"https?://|<style|onclick|<script(?! type=\"module\" src=)", page), page
        equal(board.ask("GET", "/nothing")[0], 404, "no such page")
        equal(board.ask("PUT", "/")[0], 405, "another method")


# ---------------------------------------------------------------- streams

@case(60)
def stream_begins_with_all_and_goes_on_with_what_changes():
    with filled() as redis, Board(SERVER) as board:
        board.until_read()
        with Stream(board, "wall") as wall, Stream(board, "team:north") as team:
            name, snapshot = wall.event()
            equal(name, "snapshot", "first event")
            CONTRACT.match({"$ref": "#/components/schemas/Event"}, snapshot, "snapshot")
            equal(sorted(snapshot["scopes"]), sorted(
                ["all"] + [f"queue:{name}" for name in QUEUES] + [f"team:{name}" for name in TEAMS]),
                "what the wall shows")
            equal(sorted(team.event()[1]["scopes"]), ["agent:007", "agent:a1", "agent:a2", "team:north"],
                  "what a team shows")
            redis.many([("HSET", "dp:{queue:billing}:now", "waiting", 77),
                        ("HSET", "dp:{agent:a1}:now", "state", "meeting"),
                        ("PUBLISH", "dp:updates", "queue:billing\nagent:a1")])
            started = time.monotonic()
            delta = wall.until_event("delta", lambda data: data["scopes"])
            assert time.monotonic() - started < 2, "the change took too long"
            CONTRACT.match({"$ref": "#/components/schemas/Event"}, delta, "delta")
            equal(list(delta["scopes"]), ["queue:billing"], "changed scopes")
            equal(delta["scopes"]["queue:billing"]["now"]["waiting"], 77, "waiting")
            delta = team.until_event("delta", lambda data: data["scopes"])
            equal(list(delta["scopes"]), ["agent:a1"], "changed agents")
            equal(delta["scopes"]["agent:a1"]["now"]["state"], "meeting", "state")
            beat = wall.until_event("beat")
            assert abs(beat["now_ms"] - now_ms()) < 2000, beat


@case(60)
def stream_tells_of_new_scopes_and_alerts():
    with filled() as redis, Board(SERVER) as board:
        board.until_read()
        with Stream(board, "wall") as wall:
            wall.event()
            redis.many([("SADD", "dp:queues", "new"), ("HSET", "dp:{queue:new}:now", "waiting", 1),
                        ("PUBLISH", "dp:updates", "queue:new")])
            wall.until_event("delta", lambda data: "queue:new" in data["scopes"])
            fire(redis)
            delta = wall.until_event("delta", lambda data: data.get("alerts"))
            equal([item["id"] for item in delta["alerts"]["alerts"]], [ALERT], "alerts")
            redis("DEL", "dp:alerts:active")
            delta = wall.until_event("delta", lambda data: data.get("alerts"))
            equal(delta["alerts"]["alerts"], [], "alerts")


@case(60)
def stream_of_an_agent_has_every_window():
    with filled(), Board(SERVER) as board:
        board.until_read()
        with Stream(board, "agent:a1") as stream:
            stream.event()
            delta = stream.until_event("delta", lambda data: "windows" in data.get("detail", {}))
            equal(tuple(delta["detail"]["windows"]), WINDOWS, "windows")


@case(60)
def slow_readers_are_cut_off_and_others_are_not():
    with filled() as redis, Board(SERVER) as board:
        board.until_read()
        slow = socket.create_connection(("127.0.0.1", board.port), timeout=20)
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(b"GET /api/v1/stream?view=wall HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with Stream(board, "wall") as wall:
            wall.event()
            for number in range(25):
                fire(redis, value="x" * 1_000_000 + str(number))
                wall.until_event("delta", lambda data: data.get("alerts"))
                if is_cut(slow):
                    break
            else:
                raise AssertionError("a reader that takes nothing is still there")


def is_cut(connection):
    """Whether the other side has ended it, though its end cannot be read yet."""
    with open("/proc/net/tcp", encoding="ascii") as lines:
        port = f":{connection.getsockname()[1]:04X}"
        states = [line.split()[3] for line in lines if line.split()[2].endswith(port)]
    return states != ["01"]


@case(90)
def goes_on_after_redis_was_away():
    with filled(), Board(SERVER) as board:
        board.until_read()
        with Stream(board, "wall") as wall:
            wall.event()
            SERVER.stop()
            wall.until_event("delta", lambda data: not data["connected"])
            equal(len(board.get("/api/v1/queues")["queues"]), len(QUEUES), "queues meanwhile")
            # It hangs until all is there again, lest it read the half and look again in 30 s.
            board.process.send_signal(signal.SIGSTOP)
            try:
                SERVER.start()
                with SERVER.client() as again:
                    fill(again, now_ms(), QUEUES[:1], TEAMS)
            finally:
                board.process.send_signal(signal.SIGCONT)
            wall.until_event("delta", lambda data: data["connected"])
            until(lambda: len(board.get("/api/v1/queues")["queues"]) == 1, 10, "the queues that are left")


# ---------------------------------------------------------------- access

@case(60)
def without_a_token_nobody_reads():
    with filled(), tokens() as settings, Board(SERVER, *settings) as board:
        for path in ("meta", "queues", "agents/a1", "alerts", "stream?view=wall"):
            status, headers, value = board.ask("GET", "/api/v1/" + path)
            equal((status, headers["WWW-Authenticate"]), (401, "Bearer"), path)
            equal(list(value), ["error"], path)
            equal(board.ask("GET", "/api/v1/" + path, **bearer("wrong"))[0], 401, "wrong token")
        equal(board.ask("GET", "/")[0], 200, "the page, which asks for the token")
        until(lambda: board.get("/api/v1/meta", **bearer(READ))["complete"], 10, "complete")
        equal(board.get("/api/v1/meta", **bearer(READ))["right"], "read", "right")
        equal(board.get("/api/v1/meta", **bearer(ACK))["right"], "ack", "right")
        with Stream(board, "wall", **bearer(READ)) as wall:
            equal(wall.event()[0], "snapshot", "event")


@case(60)
def cookie_stands_for_the_token():
    with filled(), tokens() as settings, Board(SERVER, *settings) as board:
        status, headers, _ = board.ask("POST", "/api/v1/login", {"token": "wrong"})
        equal((status, headers["Set-Cookie"]), (401, None), "wrong token")
        status, headers, value = board.ask("POST", "/api/v1/login", {"token": READ})
        equal((status, value), (200, {"right": "read"}), "login")
        CONTRACT.check("POST", "/api/v1/login", status, value)
        for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
            assert part in headers["Set-Cookie"], headers["Set-Cookie"]
        cookie = headers["Set-Cookie"].split(";")[0]
        assert READ not in cookie, cookie
        equal(board.get("/api/v1/meta", Cookie=cookie)["right"], "read", "right")
        forged = cookie.replace("=read.", "=ack.")
        equal(board.ask("GET", "/api/v1/meta", Cookie=forged)[0], 401, "a forged right")
        later = re.sub(r"\.(\d+)\.", lambda found: f".{int(found[1]) + 1}.", cookie)
        equal(board.ask("GET", "/api/v1/meta", Cookie=later)[0], 401, "a forged time")
        _, headers, _ = board.ask("POST", "/api/v1/login", {"token": READ}, X_Forwarded_Proto="https")
        assert "; Secure" in headers["Set-Cookie"], headers["Set-Cookie"]
        equal(board.ask("POST", "/api/v1/logout", {}, Cookie=cookie)[1]["Set-Cookie"].split(";")[1].strip(),
              "Max-Age=0", "logout")


@case(60)
def proxy_says_who_it_is():
    with filled() as redis, tokens() as settings:
        with Board(SERVER, settings[1], "board.proxy_user_header=X-Remote-User") as board:
            equal(board.ask("GET", "/api/v1/meta")[0], 401, "without the header")
            value = board.get("/api/v1/meta", X_Remote_User="wang")
            equal((value["user"], value["right"]), ("wang", "read"), "who")
            fire(redis)
            cookie = board.ask("POST", "/api/v1/login", {"token": ACK})[1]["Set-Cookie"].split(";")[0]
            until_firing(board, X_Remote_User="w")
            equal(until_done(board, f"/api/v1/alerts/{ALERT}/ack", {"by": "liar"}, Cookie=cookie,
                             X_Remote_User="wang")[0], 200, "acknowledge")
            equal(json.loads(redis("HGET", "dp:alerts:acks", ALERT))["by"], "wang", "by")


@case(60)
def open_board_does_not_answer_to_other_names():
    with filled(), Board(SERVER) as board:
        for host, status in (("evil.example", 403), ("localhost:1", 200), ("127.0.0.1", 200), ("[::1]:80", 200)):
            equal(board.ask("GET", "/api/v1/meta", Host=host)[0], status, host)


@case(60)
def too_many_attempts_are_refused():
    with filled(), tokens() as settings, Board(SERVER, *settings) as board:
        found = [board.ask("POST", "/api/v1/login", {"token": f"guess{n}"})[0] for n in range(25)]
        equal(sorted(set(found)), [401, 429], "statuses")
        equal(board.ask("POST", "/api/v1/login", {"token": READ})[0], 429, "even with the token")
        equal(board.ask("GET", "/api/v1/meta", **bearer(READ))[0], 200, "others may still read")


# ---------------------------------------------------------------- changes

@case(60)
def who_has_the_right_acknowledges():
    with filled() as redis, tokens() as settings, Board(SERVER, *settings) as board:
        fire(redis)
        path = f"/api/v1/alerts/{ALERT}/ack"
        until_firing(board, **bearer(READ))
        refused = ((bearer(READ), {"by": "w"}, 403), ({}, {"by": "w"}, 401), (bearer(ACK), {}, 400),
                   (bearer(ACK) | {"Origin": "http://evil.example"}, {"by": "w"}, 403),
                   (bearer(ACK) | {"Sec-Fetch-Site": "cross-site"}, {"by": "w"}, 403),
                   (bearer(ACK) | {"Content-Type": "text/plain"}, {"by": "w"}, 415),
                   (bearer(ACK), {"by": "w" * 200}, 400), (bearer(ACK), {"by": "w" * 5000}, 413),
                   (bearer(ACK), b"{", 400))
        for headers, body, status in refused:
            if isinstance(body, bytes):
                headers = headers | {"Content-Type": "application/json"}
            found, _, value = board.ask("POST", path, body, **headers)
            equal(found, status, f"{body} with {headers}: {value}")
            CONTRACT.check("POST", "/api/v1/alerts/{id}/ack", found, value)
        equal(redis("EXISTS", "dp:alerts:acks", "dp:alerts:asked"), 0, "keys")
        equal(board.ask("POST", "/api/v1/alerts/0000/ack", {"by": "w"}, **bearer(ACK))[0], 404, "another")
        status, _, value = until_done(board, path, {"by": "王小明", "note": "on it"}, **bearer(ACK))
        equal(status, 200, f"acknowledge: {value}")
        CONTRACT.check("POST", "/api/v1/alerts/{id}/ack", status, value)
        ack = json.loads(redis("HGET", "dp:alerts:acks", ALERT))
        equal((ack["by"], ack["note"], redis("GET", "dp:alerts:asked")), ("王小明", "on it", "1"), "ack")
        until(lambda: ALERT in board.get("/api/v1/alerts", **bearer(READ))["alerts"]["acks"], 10, "shown")
        shown = json.loads(deskpulse("alert", "list", "--set", f"redis.url={SERVER.url}", "--format", "json")[0])
        equal(shown[0]["acked_by"], "王小明", "what deskpulse alert shows")


@case(60)
def who_has_the_right_silences():
    with contextlib.ExitStack() as stack:
        redis, settings = stack.enter_context(filled()), stack.enter_context(tokens())
        ended = {"rule": "x", "until_ms": 1, "by": "w", "at_ms": 0}
        redis("HSET", "dp:alerts:silences", "00000001", json.dumps(ended))
        board = stack.enter_context(Board(SERVER, *settings))
        until(lambda: board.get("/api/v1/alerts", **bearer(READ))["alerts"], 10, "alerts")
        for body in ({}, {"for": "1h", "by": "w"}, {"rule": "x", "for": "1s", "by": "w"},
                     {"rule": "x", "for": "31d", "by": "w"}, {"scope": "moon", "for": "1h", "by": "w"},
                     {"rule": 7, "for": "1h", "by": "w"}, {"rule": "x", "for": "1h"}):
            equal(board.ask("POST", "/api/v1/silences", body, **bearer(ACK))[0], 400, str(body))
        status, _, value = until_done(board, "/api/v1/silences", {
            "rule": "服务*", "scope": "queue", "match": "b*", "for": "2h", "by": "w"}, **bearer(ACK))
        equal(status, 201, f"silence: {value}")
        CONTRACT.check("POST", "/api/v1/silences", status, value)
        [kept] = redis.hashes(["dp:alerts:silences"])
        equal(list(kept), [value["id"]], "silences, without the one that has ended")
        silence = json.loads(kept[value["id"]])
        equal(silence["until_ms"] - silence["at_ms"], 7_200_000, "length")
        found, _, answer = board.ask("DELETE", "/api/v1/silences/" + value["id"], b"",
                                     **bearer(ACK) | {"Content-Type": "application/json"})
        equal(found, 200, f"removal: {answer}")
        equal(redis("HLEN", "dp:alerts:silences"), 0, "silences")


@case(60)
def without_an_ack_token_nothing_is_changed():
    with filled() as redis, Board(SERVER) as board:
        fire(redis)
        board.until_read()
        equal(board.ask("POST", f"/api/v1/alerts/{ALERT}/ack", {"by": "w"})[0], 403, "status")


# ---------------------------------------------------------------- wrong use

@case(60)
def wrong_use_is_said_in_one_line():
    with tempfile.NamedTemporaryFile() as open_file:
        os.chmod(open_file.name, 0o644)
        wrong = (("board.listen=0.0.0.0:0", "wants a token"), ("board.listen=[::]:0", "wants a token"),
                 ("board.listen=here", "is no address"), ("board.window=7m", "none of [window] lengths"),
                 ("board.proxy_user_header=a b", "no name of a header"),
                 (f"board.token_file={open_file.name}", "open to others"),
                 ("board.ack_token_file=/nothing", "cannot be opened"))
        for setting, text in wrong:
            _, log = deskpulse("board", "--set", setting, code=2)
            assert text in log and log.count("\n") == 1, f"{setting}: {log}"
    with tokens() as settings:
        _, log = deskpulse("board", *(part for setting in (settings[0], "board.listen=0.0.0.0:0",
                           "board.proxy_user_header=X-User") for part in ("--set", setting)), code=2)
        assert "believed only of a proxy on this machine" in log, log
    deskpulse("board", "more", code=2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        _, log = deskpulse("board", "--set", f"board.listen=127.0.0.1:{taken.getsockname()[1]}", code=1)
        assert "in use" in log and "[board] listen" in log, log


@case(60)
def without_redis_it_waits_and_says_so():
    board = subprocess.run([DESKPULSE, "board", "--help"], capture_output=True, check=True, timeout=20,
                           env=ENVIRONMENT)
    assert b"/api/v1" in board.stdout

    class Nowhere:
        url = "redis://127.0.0.1:1/0"
    with Board(Nowhere) as nothing:
        meta = nothing.get("/api/v1/meta")
        equal((meta["connected"], meta["complete"], meta["updated_ms"]), (False, False, 0), "meta")
        equal(nothing.get("/api/v1/queues")["queues"], [], "queues")


if __name__ == "__main__":
    leave_without_board()
    with SERVER:
        CODE = run_cases()
    sys.exit(CODE)
