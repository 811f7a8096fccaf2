"""deskpulse board for the tests: started on a free port, asked over HTTP, listened to; and whether
an answer is as the OpenAPI file says."""
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

from cases import equal, until
from program import DESKPULSE, ENVIRONMENT, assert_sound

OPENAPI = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "board", "openapi.json")


class Board:
    """deskpulse board in the background, on a Redis; ended at the end of the `with`."""

    def __init__(self, redis, *settings):
        self.log = tempfile.NamedTemporaryFile(prefix="deskpulse-board-", suffix=".log")
        options = [f"redis.url={redis.url}", "board.listen=127.0.0.1:0", *settings]
        self.process = subprocess.Popen(
            [DESKPULSE, "board", *(part for option in options for part in ("--set", option))],
            stderr=self.log, env=ENVIRONMENT)
        self.port = 0

    def __enter__(self):
        url = until(lambda: re.search(r"url=http://([0-9.]+):(\d+)/", self.said()), 10,
                    lambda: f"the board is there; it says {self.said()}")
        self.port = int(url[2])
        return self

    def __exit__(self, kind, error, trace):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        if not error:
            assert_sound(self.said())
            equal(code, 0, f"exit code of the board ({self.said()[-500:]})")

    def said(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            return log.read()

    def ask(self, method, path, body=None, **headers):
        """Returns status, headers and the body; of JSON what it says."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        if response.headers.get("Content-Type") == "application/json" and data and \
                not response.headers.get("Content-Encoding"):
            data = json.loads(data)
        return response.status, response.headers, data

    def get(self, path, status=200, **headers):
        found, _, data = self.ask("GET", path, **headers)
        equal(found, status, f"status of {path} ({str(data)[:300]})")
        return data

    def until_read(self):
        """Waits until it has read all, and hears of what changes."""
        def has_read():
            meta = self.get("/api/v1/meta")
            return meta["complete"] and meta["connected"]
        until(has_read, 10, "the board has read Redis")
        return self


class Stream:
    """Server-sent events of a view."""

    def __init__(self, board, view, **headers):
        self.connection = http.client.HTTPConnection("127.0.0.1", board.port, timeout=10)
        self.connection.request("GET", f"/api/v1/stream?view={view}", headers=headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status

    def __enter__(self):
        equal(self.status, 200, "status of the stream")
        return self

    def __exit__(self, *error):
        self.response.close()
        self.connection.close()

    def event(self):
        """The next one: its name and what it says."""
        name = data = None
        while True:
            line = self.response.readline()
            if not line:
                raise ConnectionError("the stream has ended")
            line = line.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif not line and name:
                return name, data

    def until_event(self, wanted, holds=lambda data: True, most=60):
        """The first one of that name that holds."""
        for _ in range(most):
            name, data = self.event()
            if name == wanted and holds(data):
                return data
        raise AssertionError(f"no such {wanted} among {most} events")


def leave_without_board():
    """Ends the test, as skipped, where the program was built without the board."""
    done = subprocess.run([DESKPULSE, "board", "--help"], capture_output=True, check=False, timeout=60,
                          env=ENVIRONMENT)
    if b"without the board" in done.stderr:
        print("SKIP the program was built without the board\n0 passed, 0 failed, 1 skipped")
        sys.exit(77)


# ---------------------------------------------------------------- OpenAPI

KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


class Contract:
    """As much of JSON Schema as the OpenAPI file uses."""

    def __init__(self):
        with open(OPENAPI, encoding="utf-8") as file:
            self.document = json.load(file)

    def operation(self, method, path):
        return self.document["paths"][path][method.lower()]

    def check(self, method, path, status, value):
        """The value is what this operation may answer with that status."""
        answers = self.operation(method, path)["responses"]
        assert str(status) in answers, f"{method} {path} answers {status}, which is not written"
        schema = list(answers[str(status)]["content"].values())[0]["schema"]
        self.match(schema, value, f"{method} {path}")

    def is_kind(self, kind, value):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if kind in ("number", "integer"):
            return number and (kind == "number" or isinstance(value, int))
        return isinstance(value, KINDS[kind])

    def match(self, schema, value, where):
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if "anyOf" in schema:
            return self.match_any(schema["anyOf"], value, where)
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        assert not kinds or any(self.is_kind(kind, value) for kind in kinds), \
            f"{where} is {value!r}, not {kinds}"
        if "const" in schema:
            equal(value, schema["const"], where)
        assert value in schema.get("enum", [value]), f"{where} is {value!r}"
        if isinstance(value, dict):
            missing = set(schema.get("required", [])) - value.keys()
            assert not missing, f"{where} lacks {missing}"
            more = schema.get("additionalProperties", True)
            for name, item in value.items():
                part = schema.get("properties", {}).get(name, more)
                assert part is not False, f"{where} has {name}, which is not written"
                if part is not True:
                    self.match(part, item, f"{where}.{name}")
        if isinstance(value, list):
            assert schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)), where
            for item in value:
                self.match(schema.get("items", {}), item, where + "[]")
        return None

    def match_any(self, schemas, value, where):
        wrong = []
        for schema in schemas:
            try:
                return self.match(schema, value, where)
            except AssertionError as error:
                wrong.append(str(error))
        raise AssertionError(f"{where}: {wrong}")


# ---------------------------------------------------------------- what Redis has

LEVELS = ("1.000000", "0.850000", "0.750000", "0.550000")
WINDOWS = ("1m", "5m", "15m", "30m", "1h", "8h", "24h")


def fill(redis, now_ms, queues, teams):
    """Writes what a running process has in Redis; `teams`: names to lists of agents."""
    base = {"v": 1, "as_of_ms": now_ms}
    put = lambda key, fields: ("HSET", key, *(part for field in fields.items() for part in field))
    window = base | {"from_ms": now_ms - 900_000, "offered": 40, "responses": 36, "abandons": 4,
                     "short_abandons": 1, "handles": 35, "service_level": "0.850000",
                     "answer_rate": "0.923077", "abandon_rate": "0.076923",
                     "response_mean_ms": 9200, "handle_mean_ms": 201000,
                     "resolution_rate": "0.910000", "satisfaction_mean": "88.500000"}
    counts = {"response_counts": "9,9,8,4,2,1,1,1,0,0,0,0,0",
              "handle_counts": "0,0,1,2,4,8,9,7,3,1,0,0,0"}
    day = time.strftime("%Y-%m-%d", time.gmtime(now_ms / 1000))
    commands = [put("dp:meta", {"v": 1, "windows": " ".join(WINDOWS), "updated_ms": now_ms,
                                "watermark_ms": now_ms - 200, "consumed": 1000})]
    scopes = ["all"] + [f"queue:{name}" for name in queues] + [f"team:{name}" for name in teams]
    states = dict.fromkeys(("offline", "available", "busy", "wrapup", "break", "training",
                            "meeting"), 1)
    for number, scope in enumerate(scopes):
        gauges = base | ({} if scope.startswith("team") else {"waiting": 2, "in_service": 5,
                                                              "oldest_waiting_ms": 15000 + now_ms % 900_000})
        gauges |= states if not scope.startswith("queue") else {}
        commands.append(put(f"dp:{{{scope}}}:now", gauges))
        level = LEVELS[number % len(LEVELS)] if scope.startswith("queue") else "0.850000"
        own = window | {"service_level": level, "answer_rate": level}
        commands += [put(f"dp:{{{scope}}}:w:{label}", own) for label in WINDOWS]
        for label in (day, day[:7]):
            commands.append(put(f"dp:{{{scope}}}:p:{label}", own | counts))
    names = list(states)
    for team, agents in teams.items():
        for number, agent in enumerate(agents):
            scope = f"agent:{agent}"
            commands.append(put(f"dp:{{{scope}}}:now", base | {
                "state": names[number % 7], "state_since_ms": now_ms - 60_000 * number,
                "state_reason": "12", "active_contacts": number % 3}))
            own = window | {"handles": 10 + number}
            commands += [put(f"dp:{{{scope}}}:w:{label}", own) for label in WINDOWS]
            card = {"score": "82.500000", "coverage": "0.800000", "rank": 1 + number,
                    "ranked": len(agents), "points:efficiency": "90.000000",
                    "points:efficiency:response_mean_ms": "100.000000"}
            for label in (day, day[:7]):
                commands.append(put(f"dp:{{{scope}}}:p:{label}", own | counts | card |
                                    {"team": team}))
    for kind, ids in (("queues", queues), ("teams", teams),
                      ("agents", [agent for agents in teams.values() for agent in agents])):
        commands.append(("SADD", f"dp:{kind}", *ids))
    redis.many(commands)
