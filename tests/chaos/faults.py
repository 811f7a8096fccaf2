"""Carries the schedule out. Each fault runs in a thread of its own, so they overlap; what one of
them has down (a process, Redis, Kafka) the next one that wants it waits for."""
import contextlib
import random
import signal
import threading
import time

from processes import kill_server

PATIENCE = 50  # seconds to wait for what another fault has down
LOST = 2       # commits that a failover takes back: of one the frame may have come through
NEXT_OUT = 2.5  # seconds until the other connections come out of a hole; less than a session
STARTS = 12    # of a process that wakes up
TAKES_OVER = 30  # seconds until some process should be the active one again
# So many milliseconds of work inside Redis: it tells all others that it is busy.
BUSY = """local t = redis.call('TIME'); local stop = t[1] * 1000 + t[2] / 1000 + tonumber(ARGV[1])
repeat t = redis.call('TIME') until t[1] * 1000 + t[2] / 1000 > stop return 1"""


class Faults:
    def __init__(self, seed, processes, stores, broker, say):
        self.rng = random.Random(f"targets {seed}")
        self.processes, self.stores, self.broker, self.say = processes, stores, broker, say
        self.started = time.monotonic()
        self.locks = {"redis": threading.Lock(), "kafka": threading.Lock()}
        self.hunt = threading.Lock()  # one fault after the other looks for the active process
        self.over = threading.Event()
        self.count, self.threads, self.trouble = 0, [], []
        self.lasted = 0.0  # seconds
        self.outages = []  # [begin, end or None] of what keeps a process from ending well

    def __enter__(self):
        return self

    def __exit__(self, *error):
        """Nothing is started again behind the back of who takes all down."""
        self.end()

    def end(self):
        self.lasted = time.monotonic() - self.started
        self.over.set()
        self.join()

    def carry_out(self, faults, goes_on):
        """Begins each at its time, counted from the first figures on, while goes_on()."""
        self.writer(consumed=0)
        self.started = time.monotonic()
        for fault in faults:
            while goes_on() and time.monotonic() - self.started < fault.at:
                time.sleep(0.05)
            if not goes_on():
                return
            thread = threading.Thread(target=self.carry_out_one, args=(fault,), daemon=True)
            thread.start()
            self.threads.append(thread)
            while fault.alone and thread.is_alive() and goes_on():
                time.sleep(0.05)

    def join(self, seconds=60):
        end = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.1, end - time.monotonic()))
            if thread.is_alive():
                self.trouble.append("a fault did not come to its end")
                return

    def carry_out_one(self, fault):
        method = getattr(self, fault.kind.replace("-", "_"))
        try:
            if fault.target in self.locks:
                with self.held(self.locks[fault.target]), self.outage():
                    self.tell(fault, fault.target)
                    method(fault.seconds)
            elif fault.target == "all":
                with self.hunt:
                    self.tell(fault, "all")
                    method(fault.seconds)
            else:
                self.do_to_process(fault, method)
        except Exception as error:
            self.trouble.append(f"{fault.kind} could not be done: {type(error).__name__}: {error}")

    def do_to_process(self, fault, method):
        with self.hunt if fault.target == "active" else contextlib.nullcontext():
            process, role = self.choose(fault.target)
        if process:
            with self.released(process.lock):
                self.tell(fault, f"{process} ({role})")
                method(process, fault.seconds)

    def tell(self, fault, target):
        self.count += 1
        self.tell_that(fault.kind, f"{target} for {fault.seconds} s" if fault.seconds else target)

    def tell_that(self, what, whom):
        self.say(f"{time.monotonic() - self.started:6.1f} s  {what:15} {whom}")

    @contextlib.contextmanager
    def held(self, lock):
        if not lock.acquire(timeout=PATIENCE):
            raise TimeoutError("another fault takes too long")
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def released(self, lock):
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def outage(self):
        span = [time.monotonic(), None]
        self.outages.append(span)
        try:
            yield
        finally:
            span[1] = time.monotonic()

    def choose(self, target):
        """A process, its lock held, and what it is; none where the time is over before that. A
        fault of the active one waits until there is one, and lets it do a little: between two
        faults of that kind somebody has taken over, or the second would hit nothing."""
        end = time.monotonic() + TAKES_OVER
        while not self.over.is_set():
            active = self.processes.active()
            late = time.monotonic() > end
            others = [one for one in self.processes.all if one is not active]
            wanted = [active] if target == "active" and not late else others
            process = self.rng.choice(wanted or [active])
            if process and process.lock.acquire(blocking=False):
                if process is active:
                    time.sleep(self.rng.uniform(0.2, 1.5))
                return process, "active" if process is active else "standby"
            time.sleep(0.05)
        return None, None

    def writer(self, but=None, consumed=-1):
        """Who writes to Redis, another one than `but`, once that shows more messages than
        `consumed`; None where nobody does in time."""
        def found():
            active = self.processes.active()
            return active if active is not but and self.stores.consumed() > consumed else None

        return self.wait_for(found)

    def wait_for_one_owner(self, seconds):
        """Until one and the same process has been the owner of the state, and writes, for so long."""
        end = time.monotonic() + TAKES_OVER
        owner = since = None
        while time.monotonic() < end and not self.over.is_set():
            now = self.stores.owner()
            if now != owner or not self.processes.active():
                owner, since = now, time.monotonic()
            elif time.monotonic() - since > seconds:
                return
            time.sleep(0.05)

    def wait_for(self, what, seconds=TAKES_OVER):
        """What what() gives once that is something; None where it is nothing in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.over.is_set():
            found = what()
            if found:
                return found
            time.sleep(0.05)
        return None

    # ------------------------------------------------------------ processes

    def kill(self, process, seconds):
        process.kill()
        time.sleep(seconds)
        process.start()

    def kill_twice(self, process, seconds):
        """And whoever takes over, in the middle of that."""
        process.kill()
        time.sleep(0.1)
        process.start()
        before = list(self.processes.proxies[one.number].passed for one in self.processes.all)
        end, heir = time.monotonic() + 12, None
        while not heir and time.monotonic() < end:
            time.sleep(0.02)
            heir = next((one for one, had in zip(self.processes.all, before)
                         if self.processes.proxies[one.number].passed > had + 20_000), None)
        time.sleep(seconds)
        heir = heir or process
        with contextlib.nullcontext() if heir is process else self.held(heir.lock):
            self.tell_that("and again", heir)
            self.kill(heir, 0.2)

    def stop(self, process, seconds):
        """It wakes up by fits and starts, as on a machine that has much to do: what it still takes
        itself for meets what has become of the world at many moments, not at one."""
        process.send(signal.SIGSTOP)
        time.sleep(seconds)
        for _ in range(STARTS):
            process.send(signal.SIGCONT)
            time.sleep(self.rng.uniform(0.0005, 0.006))
            process.send(signal.SIGSTOP)
            time.sleep(0.03)
        process.send(signal.SIGCONT)

    def term(self, process, seconds):
        begun = time.monotonic()
        code = process.end()
        # With a server away it says that it could not write the last figures.
        excused = any(end is None or end > begun - 8 for _, end in self.outages)
        if code != 0 and not (code == 1 and excused):
            self.processes.trouble.append(f"{process} was told to end: exit code {code}")
        time.sleep(seconds)
        process.start()

    def roll(self, seconds):
        for process in self.processes.all:
            with self.held(process.lock):
                self.term(process, seconds)

    # ------------------------------------------------------------ the network

    def cut(self, how, seconds, *proxies):
        with self.outage():
            for proxy in proxies:
                getattr(proxy, how)()
            time.sleep(seconds)
            for proxy in proxies:
                proxy.heal()

    def refuse_redis(self, process, seconds):
        self.cut("refuse", seconds, self.stores.proxies[process.number])

    def swallow_redis(self, process, seconds):
        self.cut("swallow", seconds, self.stores.proxies[process.number])

    def refuse_kafka(self, process, seconds):
        self.cut("refuse", seconds, self.broker.proxies[process.number])

    def swallow_kafka(self, process, seconds):
        self.cut("swallow", seconds, self.broker.proxies[process.number])

    def refuse_all(self, process, seconds):
        self.cut("refuse", seconds, self.stores.proxies[process.number],
                 self.broker.proxies[process.number])

    def swallow_all(self, process, seconds):
        """It is stopped and cut off from Kafka and Redis, until another one writes. Then, while that
        one pauses, it goes on, and one connection comes out of the hole before the others: what it
        says of its figures reaches Redis, and neither by its state nor from Kafka does it learn yet
        that it has been replaced. Whatever it writes stays there to be seen. It was stopped so that
        the connection is still there, however long the other one takes."""
        redis, kafka = (servers.proxies[process.number] for servers in (self.stores, self.broker))
        with self.outage():
            process.send(signal.SIGSTOP)
            kafka.swallow()
            redis.swallow()
            heir = self.writer(process, self.stores.consumed())
            time.sleep(seconds)  # the reader has seen it
            self.tell_that("and comes back", f"{process}, while {heir or 'nobody'} pauses")
            if heir:
                heir.send(signal.SIGSTOP)
            redis.let_busiest_out()
            process.send(signal.SIGCONT)
            time.sleep(NEXT_OUT)
            if heir:
                heir.send(signal.SIGCONT)
            redis.heal()
            kafka.heal()

    # ------------------------------------------------------------ servers

    def kafka_kill(self, seconds):
        kill_server(self.broker)
        time.sleep(seconds)
        self.broker.start()

    def redis_kill(self, seconds):
        self.stores.restart(True, seconds)

    def redis_shutdown(self, seconds):
        self.stores.restart(False, seconds)

    def redis_failover(self, seconds):
        """While somebody writes, or nothing would be lost."""
        self.writer()
        self.stores.fail_over(seconds)

    def commits_lost(self, seconds):
        """A failover takes back what the owner of the state has committed, and it goes on. Then all
        processes are started anew, so that whoever takes over knows nothing of what is not in Redis:
        what stands there must be of one piece."""
        self.wait_for_one_owner(seconds)
        with self.held(self.locks["redis"]), self.outage():
            lost = self.stores.fail_over_of(LOST)
        self.wait_for(lambda: self.stores.commits() > lost)
        self.tell_that("and all anew", f"after commit {self.stores.commits()}")
        for process in self.processes.all:
            with self.held(process.lock):
                self.kill(process, 0)
        self.writer(consumed=self.stores.consumed())

    def clients_killed(self, seconds):
        self.stores.ask("CLIENT", "KILL", "TYPE", "normal")

    def scripts_killed(self, seconds):
        """Whatever script runs at that moment, if it has not written yet."""
        end = time.monotonic() + seconds
        with self.stores.client() as redis:
            while time.monotonic() < end:
                with contextlib.suppress(RuntimeError):
                    redis("SCRIPT", "KILL")
                time.sleep(0.002)

    def redis_paused(self, seconds):
        self.stores.ask("CLIENT", "PAUSE", int(seconds * 1000), "WRITE")
        time.sleep(seconds)

    def redis_busy(self, seconds):
        self.stores.ask("EVAL", BUSY, 0, int(seconds * 1000))

    def redis_asleep(self, seconds):
        self.stores.ask("DEBUG", "SLEEP", seconds)

    def redis_full(self, seconds):
        self.stores.set_for(seconds, "maxmemory", 1, 0)

    def redis_readonly(self, seconds):
        self.stores.set_for(seconds, "min-replicas-to-write", 5, 0)
