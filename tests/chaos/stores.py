"""Two real Redis, a primary and its replica, and what can be done to them."""
import contextlib
import os
import shutil
import time
import types

from cases import until
from ports import free_port
from processes import kill_server
from servers import RedisServer

# Both write each command to disk before they answer: a killed server loses nothing, so that what is
# lost is what a fault means to lose.
OPTIONS = ("--appendonly", "yes", "--appendfsync", "always", "--enable-debug-command", "yes",
           "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0",
           "--repl-timeout", "10", "--busy-reply-threshold", "200")
OWNER = "dp:state:owner"
LOSES = 10   # seconds at most until so many commits were made that are to be lost
CHANGES = 5  # of the owner at most, in that time


class Store(RedisServer):
    def __init__(self, directory):
        super().__init__()
        self.directory.cleanup()
        self.directory = types.SimpleNamespace(name=directory, cleanup=lambda: None)
        self.port = free_port()
        self.follow(None)

    def follow(self, port):
        """What it is when it starts the next time: a replica of that port, or a primary."""
        replica = ("--replicaof", f"127.0.0.1 {port}") if port else ()
        self.options = ("--", *OPTIONS, *replica)

    def empty(self):
        shutil.rmtree(os.path.join(self.directory.name, "appendonlydir"), ignore_errors=True)
        for name in os.listdir(self.directory.name):
            if name.endswith(".rdb"):
                os.unlink(os.path.join(self.directory.name, name))


class Stores:
    """The pair: `primary` is who takes writes, and the replica follows it through a proxy."""

    def __init__(self, directory, proxies, processes):
        self.primary, self.replica = (Store(os.path.join(directory, name))
                                      for name in ("redis-a", "redis-b"))
        self.link = proxies.add(free_port(), self.primary.port)
        self.proxies = [proxies.add(free_port(), self.primary.port) for _ in range(processes)]
        self.failovers = 0  # so far: from then on a reader may see older figures

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            undo.callback(self.__exit__)
            self.primary.start()
            self.replica.follow(self.link.port)
            self.replica.start()
            self.until_followed()
            undo.pop_all()
        return self

    def __exit__(self, *error):
        for store in (self.primary, self.replica):
            with contextlib.suppress(Exception):
                store.stop()

    def client(self):
        return self.primary.client()

    def ask(self, *command):
        """One command to the primary by a connection of its own."""
        with self.client() as redis:
            return redis(*command)

    def consumed(self):
        """How many messages the figures stand for; 0 where Redis does not say."""
        with contextlib.suppress(OSError, RuntimeError):
            return int(self.ask("HGET", "dp:meta", "consumed") or 0)
        return 0

    def commits(self):
        """The number of the state's last commit; 0 where Redis does not say."""
        with contextlib.suppress(OSError, RuntimeError):
            return int(self.ask("HGET", "dp:state:commit", "number") or 0)
        return 0

    def owner(self):
        """Who may write; None where Redis does not say."""
        with contextlib.suppress(OSError, RuntimeError):
            return self.ask("GET", OWNER)
        return None

    def until_followed(self, seconds=20):
        """And knows who the owner of the state is."""
        def followed():
            with contextlib.suppress(OSError, RuntimeError):
                with self.replica.client() as redis:
                    return ("master_link_status:up" in redis("INFO", "replication")
                            and redis("GET", OWNER) == self.owner())
        until(followed, seconds, "the replica follows the primary")

    def restart(self, kill, pause):
        if kill:
            kill_server(self.primary)
        else:
            with contextlib.suppress(OSError):
                self.ask("SHUTDOWN")  # no answer is the answer
            self.primary.stop()
        time.sleep(pause)
        self.primary.start()

    def fail_over(self, lost_seconds):
        """The replica takes over without what was written in the last moments; the old primary
        comes back as a replica that has nothing."""
        self.until_followed()
        self.link.refuse()
        time.sleep(lost_seconds)
        self.replica_takes_over()

    def fail_over_of(self, lost_commits):
        """Likewise, without that many commits of one owner of the state, who is the owner of what
        is left, too. Returns the number of the last of them."""
        for _ in range(CHANGES):
            self.until_followed()
            self.link.refuse()
            owner, last = self.owner(), self.commits() + lost_commits
            with contextlib.suppress(AssertionError):
                until(lambda: self.commits() >= last or self.owner() != owner, LOSES, "commits")
            if self.owner() == owner:
                break
            self.link.heal()  # the owner has changed meanwhile
        self.replica_takes_over()
        return last

    def replica_takes_over(self):
        kill_server(self.primary)
        self.failovers += 1  # before anybody can reach the new one
        self.primary, self.replica = self.replica, self.primary
        for _ in range(20):
            with contextlib.suppress(OSError, RuntimeError), self.primary.client() as redis:
                redis("REPLICAOF", "NO", "ONE")
                break
            time.sleep(0.1)
        self.primary.follow(None)
        for proxy in self.proxies:
            proxy.point_to(self.primary.port)
        self.replica.empty()
        self.replica.follow(self.link.port)
        self.link.target_port = self.primary.port
        self.link.heal()
        self.replica.start()

    def set_for(self, seconds, name, value, usual):
        """A setting of the primary for some seconds; a restart takes it back, too."""
        self.ask("CONFIG", "SET", name, value)
        time.sleep(seconds)
        self.ask("CONFIG", "SET", name, usual)
