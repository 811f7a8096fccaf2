"""A real Kafka broker that each process reaches by a port of its own. A broker tells its clients
where it is, so for each process it has a listener that it advertises with the port of a proxy."""
import types

from ports import free_port
from servers import Server


class Broker(Server):
    def __init__(self, directory, proxies, processes):
        self.main_port = free_port()
        self.inner = [free_port() for _ in range(processes)]
        self.outer = [free_port() for _ in range(processes)]  # what processes know
        super().__init__("kafka", "--", *self.properties())
        self.directory.cleanup()
        self.directory = types.SimpleNamespace(name=directory, cleanup=lambda: None)
        self.port = self.main_port
        self.proxies = [proxies.add(*ports) for ports in zip(self.outer, self.inner)]

    def properties(self):
        controller = free_port()
        names = [f"PROCESS{number}" for number in range(len(self.inner))]
        main = f"PLAINTEXT://127.0.0.1:{self.main_port}"
        inner = [f"{name}://127.0.0.1:{port}" for name, port in zip(names, self.inner)]
        outer = [f"{name}://127.0.0.1:{port}" for name, port in zip(names, self.outer)]
        security = [f"{name}:PLAINTEXT" for name in ("PLAINTEXT", "CONTROLLER", *names)]
        return ("listeners=" + ",".join((main, f"CONTROLLER://127.0.0.1:{controller}", *inner)),
                "advertised.listeners=" + ",".join((main, *outer)),
                "listener.security.protocol.map=" + ",".join(security),
                "inter.broker.listener.name=PLAINTEXT", "group.min.session.timeout.ms=2000",
                f"controller.quorum.voters=1@127.0.0.1:{controller}")
