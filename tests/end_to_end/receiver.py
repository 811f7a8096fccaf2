"""A receiver of hooks on a port of its own, that can be told to behave badly."""
import http.server
import json
import random
import threading
import time


class Receiver:
    """Notes what it accepts. `trouble` is the share of requests that it answers with 500 or 429,
    hangs on, or hangs up on; the same for the same seed and order of requests."""

    def __init__(self, trouble=0.0, seed=1, hang_s=3):
        self.random, self.trouble, self.hang_s = random.Random(seed), trouble, hang_s
        self.lock = threading.Lock()
        self.accepted = []  # (time, headers, body), in the order in which they were answered
        self.refused = 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self, body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def take(self, request, body):
        with self.lock:
            bad = self.random.random() < self.trouble
            how = self.random.choice(("500", "429", "hang", "hang up", "accept and hang up"))
            if not bad or how == "accept and hang up":
                self.accepted.append((time.time(), dict(request.headers), body))
            else:
                self.refused += 1
        if not bad:
            answer(request, 200)
        elif how == "500":
            answer(request, 500)
        elif how == "429":
            answer(request, 429, ("Retry-After", "1"))
        elif how == "hang":
            time.sleep(self.hang_s)
            request.close_connection = True
        else:  # without an answer: whoever sent it cannot know
            request.close_connection = True

    def notices(self):
        """What was accepted, notice by notice: (time, notice)."""
        with self.lock:
            accepted = list(self.accepted)
        return [(at, notice) for at, _, body in accepted for notice in json.loads(body)["notices"]]


def answer(request, code, *headers):
    request.send_response(code)
    for name, value in headers:
        request.send_header(name, value)
    request.send_header("Content-Length", "0")
    request.end_headers()
