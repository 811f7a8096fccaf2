"""A deliverer (dp-hooks), notifications, and receivers on loopback that behave as they are told; and a
real Alertmanager."""
import http.server
import json
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request

from cases import Skip, until
from program import KAFKA_TOOL, assert_sound

TOOL = os.path.join(os.path.dirname(KAFKA_TOOL), "dp-hooks")


def now_ms():
    return int(time.time() * 1000)


def notification(hook, alert, state, rule="billing service level", number=0, **others):
    """One as the outbox has it. `alert` is a number."""
    name = f"{alert:016x}"
    what = f"{state}-{number}" if number else state
    made = {"key": f"{name}:{what}", "state": state, "alert": name, "rule": rule,
            "severity": "page", "scope": "queue", "id": f"q{alert}", "window": "15m",
            "value": "service_level 0.712000, responses 18", "when": "service_level < 0.80",
            "since_ms": now_ms() - 90000, "fired_ms": now_ms() - 60000, "at_ms": now_ms(),
            "hook": hook, "created_ms": now_ms()}
    return made | ({"number": number} if number else {}) | others


def key_of(made):
    return f"{made['key']}:{made['hook']}"


class Deliverer:
    """dp-hooks, and what it has said so far."""

    def __init__(self, *hooks, board=None):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([TOOL], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log)
        self.delivered, self.failed, self.full, self.stats_said = [], {}, [], []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.set_hooks(*hooks, board=board)

    def __enter__(self):
        return self

    def __exit__(self, kind, *error):
        if kind:
            self.process.kill()
        self.close(checks=not kind)

    def close(self, checks=True):
        """Ends it, which takes no longer than a moment, whatever is under way."""
        if self.process.stdin.closed:
            return
        self.process.stdin.close()
        code = self.process.wait(timeout=10)
        self.reader.join(timeout=10)
        self.process.stdout.close()
        if checks:
            assert_sound(self.said())
            if code:
                raise AssertionError(f"dp-hooks ended with {code}: {self.said()[-1000:]}")

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def read(self):
        for line in self.process.stdout:
            said = json.loads(line)
            if "delivered" in said and "stats" not in said:
                self.delivered.append(said["delivered"])
            elif "failed" in said:
                self.failed[said["failed"]] = said["reason"]
            elif "full" in said:
                self.full.append(said["full"])
            else:
                self.stats_said.append(said)

    def tell(self, *lines):
        self.process.stdin.write("".join(json.dumps(line) + "\n" for line in lines).encode())
        self.process.stdin.flush()

    def set_hooks(self, *hooks, board=None):
        plain = {"type": "webhook", "allow_private": True, "timeout_ms": 2000}
        self.tell({"hooks": [plain | hook for hook in hooks]} | ({"board": board} if board else {}))

    def put(self, *notifications):
        self.tell(*({"put": made} for made in notifications))

    def stats(self):
        count = len(self.stats_said)
        self.tell({"stats": True})
        until(lambda: len(self.stats_said) > count, 10, "statistics")
        return self.stats_said[-1]

    def until_delivered(self, count, seconds=30):
        until(lambda: len(self.delivered) >= count, seconds, f"{count} delivered")


class Served:
    """A server of socketserver that runs until its block ends."""

    def __init__(self, server):
        self.server = server
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    @property
    def port(self):
        return self.server.server_address[1]


class Receiver(Served):
    """An HTTP server that keeps each request, (path, headers, body), and answers by `behave`, which
    is given the handler and the request: the handler's `answer` sends one."""

    def __init__(self, behave=None, context=None, port=0):
        self.requests = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # pylint: disable=invalid-name
                length = int(self.headers["Content-Length"])
                request = (self.path, dict(self.headers), self.rfile.read(length))
                receiver.requests.append(request)
                if behave:
                    behave(self, request)
                else:
                    self.answer(200)

            do_GET = do_POST

            def answer(self, status, headers=(), body=b"{}"):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def hang_up(self):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            def log_message(self, *arguments):  # pylint: disable=arguments-differ
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass  # whoever hangs up is expected to

        server = Server(("127.0.0.1", port), Handler)
        self.scheme = "https" if context else "http"
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True,
                                                do_handshake_on_connect=False)
        super().__init__(server)

    def url(self, path="/hook", host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.port}{path}"

    def notices(self):
        """Of webhooks: all notices of all requests, in the order in which they came."""
        return [notice for _, _, body in self.requests for notice in json.loads(body)["notices"]]


class SmtpReceiver(Served):
    """A mail server that keeps each message, (from, to, text); `replies` are given to RCPT first."""

    def __init__(self, *replies):
        self.messages = []
        receiver, self.replies = self, list(replies)

        class Handler(socketserver.StreamRequestHandler):
            timeout = 10

            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                sender, recipients = None, []
                self.say("220 ready")
                for line in self.rfile:
                    verb = line.decode().strip()
                    if verb.upper().startswith("MAIL"):
                        sender = verb[verb.index("<") + 1:verb.index(">")]
                    elif verb.upper().startswith("RCPT"):
                        if receiver.replies:
                            self.say(receiver.replies.pop(0))
                            continue
                        recipients.append(verb[verb.index("<") + 1:verb.index(">")])
                    elif verb.upper() == "DATA":
                        self.say("354 go on")
                        text = b""
                        while not text.endswith(b"\r\n.\r\n"):
                            text += self.rfile.readline()
                        receiver.messages.append((sender, recipients, text[:-3]))
                    elif verb.upper() == "QUIT":
                        self.say("221 bye")
                        return
                    self.say("250 ok")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        super().__init__(Server(("127.0.0.1", 0), Handler))

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"


def self_signed(directory):
    """A certificate of its own for localhost and 127.0.0.1: a server's context, and its file."""
    certificate, key = (os.path.join(directory, name) for name in ("cert.pem", "key.pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out",
                    certificate], check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_alertmanager(directory, port):
    program = shutil.which("prometheus-alertmanager")
    if not program:
        raise Skip("there is no prometheus-alertmanager: run deploy/install test")
    with open(os.path.join(directory, "config.yml"), "w", encoding="ascii") as settings:
        settings.write("route: {receiver: none}\nreceivers: [{name: none}]\n")
    with open(os.path.join(directory, "log"), "w", encoding="ascii") as log:
        return subprocess.Popen(
            [program, f"--config.file={directory}/config.yml", f"--storage.path={directory}",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
            stdout=log, stderr=log)


def firing_in(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/alerts?active=true",
                                timeout=5) as answer:
        return [alert["labels"] for alert in json.load(answer)]
