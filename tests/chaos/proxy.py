"""TCP proxies that can be cut: one between each process and each server, so that one process can
lose a server while the others keep it."""
import asyncio
import contextlib
import socket
import struct
import threading

PIECE = 1 << 16
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST, and what was not sent is lost


class Connection:
    """One of them through a proxy: its two ends, and whether anything passes."""

    def __init__(self, flows):
        self.flowing, self.writers, self.passed = asyncio.Event(), [], 0
        self.flow(flows)

    def flow(self, flows):
        if flows:
            self.flowing.set()
        else:
            self.flowing.clear()

    def abort(self):
        for writer in self.writers:
            abort(writer)


class Proxy:
    """Passes bytes on from a port to a target. What is done to it may be done from any thread."""

    def __init__(self, loop, port, target_port):
        self.loop, self.port, self.target_port = loop, port, target_port
        self.passed = 0           # bytes to the target: who writes is seen by them
        self.server, self.connections = None, set()
        self.flows = True         # False: a black hole
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
        self.call(self.flow(False))

    def let_busiest_out(self):
        """One connection, that which has sent most, comes out of the hole before heal(): TCP sends
        again what is in it by a clock that each connection has of its own."""
        self.call(self.flow_of_busiest())

    def heal(self):
        self.call(self.open())

    def point_to(self, target_port):
        """Resets all connections; new ones go to another server."""
        self.target_port = target_port
        self.call(self.reset())

    async def open(self):
        await self.flow(True)
        if self.server is None:
            self.server = await asyncio.start_server(self.connected, "127.0.0.1", self.port)

    async def shut(self):
        if self.server:
            self.server.close()
            self.server = None
        await self.reset()

    async def flow(self, flows):
        self.flows = flows
        for connection in self.connections:
            connection.flow(flows)

    async def flow_of_busiest(self):
        if self.connections:
            max(self.connections, key=lambda connection: connection.passed).flow(True)

    async def reset(self):
        for connection in list(self.connections):
            connection.abort()

    async def connected(self, reader, writer):
        connection = Connection(self.flows)
        connection.writers.append(writer)
        self.connections.add(connection)
        try:
            await connection.flowing.wait()
            back, there = await asyncio.open_connection("127.0.0.1", self.target_port)
            connection.writers.append(there)
            await asyncio.gather(self.pump(connection, reader, there),
                                 self.pump(connection, back, writer))
        except OSError:  # no such target
            pass
        finally:
            self.connections.discard(connection)
            connection.abort()

    async def pump(self, connection, reader, writer):
        try:
            while True:
                data = await reader.read(PIECE)
                await connection.flowing.wait()
                if not data:
                    writer.write_eof()
                    return
                if writer is not connection.writers[0]:  # to the target
                    connection.passed += len(data)
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
