"""TCP proxies that can be cut: one between each process and each server, so that one process can
lose a server while the others keep it."""
import asyncio
import contextlib
import socket
import struct
import threading

PIECE = 1 << 16
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST, and what was not sent is lost


class Proxy:
    """Passes bytes on from a port to a target. What is done to it may be done from any thread."""

    def __init__(self, loop, port, target_port):
        self.loop, self.port, self.target_port = loop, port, target_port
        self.passed = 0           # bytes to the target: who writes is seen by them
        self.server, self.writers = None, set()
        self.there = self.back = None  # to the target and from it; cleared: a black hole
        self.call(self.open())

    def call(self, what):
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(10)

    def refuse(self):
        """Connections are reset and new ones refused, until heal()."""
        self.call(self.shut())

    def swallow(self):
        """A black hole until heal(): connections stay and are accepted, and nothing passes. What is
        in the hole then comes out, as TCP would send it again: late writes of a process that
        somebody has replaced meanwhile."""
        self.call(self.flow(False, False))

    def pass_only(self, there, back):
        """A hole in one direction, or in both."""
        self.call(self.flow(there, back))

    def heal(self):
        self.call(self.open())

    def point_to(self, target_port):
        """Resets all connections; new ones go to another server."""
        self.target_port = target_port
        self.call(self.reset())

    async def open(self):
        if self.there is None:
            self.there, self.back = asyncio.Event(), asyncio.Event()
        await self.flow(True, True)
        if self.server is None:
            self.server = await asyncio.start_server(self.connected, "127.0.0.1", self.port)

    async def shut(self):
        if self.server:
            self.server.close()
            self.server = None
        await self.reset()

    async def flow(self, there, back):
        for event, flows in ((self.there, there), (self.back, back)):
            if flows:
                event.set()
            else:
                event.clear()

    async def reset(self):
        for writer in list(self.writers):
            abort(writer)

    async def connected(self, reader, writer):
        self.writers.add(writer)
        try:
            await self.there.wait()
            there_reader, there = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            self.writers.discard(writer)
            abort(writer)
            return
        self.writers.add(there)
        try:
            await asyncio.gather(self.pump(reader, there, self.there),
                                 self.pump(there_reader, writer, self.back))
        finally:
            self.writers -= {writer, there}
            abort(writer)
            abort(there)

    async def pump(self, reader, writer, flowing):
        try:
            while True:
                data = await reader.read(PIECE)
                await flowing.wait()
                if not data:
                    writer.write_eof()
                    return
                if flowing is self.there:
                    self.passed += len(data)
                writer.write(data)
                await writer.drain()
        except (OSError, RuntimeError):  # one side is gone: the other one learns of it
            abort(writer)


def abort(writer):
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError, AttributeError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


class Proxies:
    """The loop that all proxies run on, in a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda loop, context: None)  # resets are what it is for
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

    def add(self, port, target_port):
        return Proxy(self.loop, port, target_port)
