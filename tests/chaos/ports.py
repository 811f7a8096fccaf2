"""Ports on which nothing listens, below the range that the kernel hands out by itself: a server
that was killed finds its port free when it comes back. Each is claimed by a name in the kernel, as
long as this process is there, so that another run beside it takes others."""
import random
import socket

TAKEN = []


def free_port():
    while True:
        port = random.randrange(20000, 32000)
        claim = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe:
            try:
                claim.bind(f"\0deskpulse-chaos-port-{port}")
                probe.bind(("127.0.0.1", port))
            except OSError:
                claim.close()
                continue
        TAKEN.append(claim)
        return port
