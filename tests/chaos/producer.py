"""Sends the stream to Kafka as time goes by, each message once and in order whatever becomes of the
broker meanwhile."""
import subprocess
import threading
import time

from program import KAFKA_TOOL


def wall_ms():
    return time.time_ns() // 1_000_000


class Producer(threading.Thread):
    STEP = 0.02

    def __init__(self, broker, topic, stream):
        super().__init__(daemon=True)
        self.stream, self.sent, self.error = stream, 0, None
        self.over = threading.Event()
        # Its client is idempotent and waits for a broker that is away for up to 5 minutes.
        self.tool = subprocess.Popen([KAFKA_TOOL, "produce", broker.address, topic, "-"],
                                     stdin=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        self.send(self.stream.prelude())
        self.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.join(10)
        if self.tool.poll() is None:
            self.tool.kill()
            self.tool.wait()

    def run(self):
        try:
            while not self.over.wait(self.STEP):
                self.send(self.stream.until(wall_ms()))
        except OSError as error:
            self.error = f"the producer: {error}"

    def send(self, lines):
        for line in lines:
            self.tool.stdin.write(line + b"\n")
            self.sent += 1
        self.tool.stdin.flush()

    def finish(self):
        """Sends no more, and waits until all is in Kafka; returns how many messages that are."""
        self.over.set()
        self.join(10)
        _, told = self.tool.communicate(timeout=90)
        if self.tool.returncode or self.error:
            raise AssertionError(f"{self.error or 'the producer'}: {told.decode()}")
        return self.sent
