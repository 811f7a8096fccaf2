"""Ports on which nothing listens, below the range that the kernel hands out by itself: a server
that was killed finds its port free when it comes back."""
import random
import socket

TAKEN = set()


def free_port():
    while True:
        port = random.randrange(20000, 32000)
        if port in TAKEN:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        TAKEN.add(port)
        return port
