"""A TCP proxy on loopback that breaks connections on purpose.

    with FaultProxy(dovecot.ports["none"], [Fault("c2s", "cut", match=rb"UID MOVE")]) as proxy:
        ... connect to proxy.port ...

Everything it did is in proxy.events, in order. The same seed and the same order of connections
give the same plan.
"""

import asyncio
import contextlib
import random
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass

from .faults import Armed, Fault, plan, random_fault

_HOST = "127.0.0.1"
_CHUNK = 65536
_TAIL = 512  # how far a pattern may reach back over a chunk's edge


@dataclass(frozen=True)
class Struck:
    """A fault that happened: in which connection, what, which way, after how many bytes."""

    at: float
    connection: int
    act: str
    way: str
    offset: int


class FaultProxy:
    """The proxy, in a thread of its own.

    to       the server's port
    faults   for every connection from now on; `set_faults` changes them
    chance   (share, bytes): besides, cut that share of connections somewhere in so many bytes
    rewrite  (way, pattern, replacement) applied to whole lines: a server that lacks something
    """

    def __init__(self, to: int, faults=(), *, seed: int = 0, chance=None, rewrite=()) -> None:
        self.host, self.to = _HOST, to
        self.faults, self.chance = list(faults), chance
        self.rewrite = [(way, re.compile(pattern), new) for way, pattern, new in rewrite]
        self.rng = random.Random(seed)
        self.events: list[Struck] = []
        self.used: dict[Fault, int] = {}
        self.connections = 0
        self.port = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        if not self._ready.wait(60):
            raise RuntimeError("the fault proxy did not start")
        return self

    def __exit__(self, *_) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def set_faults(self, *faults: Fault, chance=None) -> None:
        """Other faults for connections made from now on; none at all: be a good line."""
        self.faults, self.chance = list(faults), chance

    def cut_all(self) -> None:
        """Break every connection there is, now."""
        for connection in list(self._connections):
            self._loop.call_soon_threadsafe(connection.break_off)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._live: set[asyncio.Task] = set()
        self._connections: set[Connection] = set()
        server = await asyncio.start_server(self._handle, _HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._live:
            task.cancel()
        await asyncio.gather(*self._live, return_exceptions=True)

    async def _handle(self, reader, writer) -> None:
        self.connections += 1
        task = asyncio.current_task()
        self._live.add(task)
        armed = plan(self.faults, self.connections, self.rng)
        if self.chance and (fault := random_fault(self.rng, *self.chance)):
            armed.append(Armed(fault))
        connection = Connection(self, self.connections, armed, reader, writer)
        self._connections.add(connection)
        try:
            await connection.run()
        except asyncio.CancelledError:
            writer.transport.abort()  # the proxy is being stopped
        finally:
            self._live.discard(task)
            self._connections.discard(connection)


class Way:
    """One direction of a connection: what has passed, and what is being done to it."""

    def __init__(self, name: str, reader, writer, rewrite) -> None:
        self.name, self.reader, self.writer = name, reader, writer
        self.rewrite = [(pattern, new) for way, pattern, new in rewrite if way == name]
        self.passed, self.tail, self.held = 0, b"", b""
        self.swallow, self.delay, self.step = False, 0.0, 0

    async def read(self) -> bytes:
        """The next bytes; whole lines only when lines are rewritten. Empty at the end."""
        while True:
            chunk = await self.reader.read(_CHUNK)
            if not self.rewrite or not chunk:
                last, self.held = self.held + chunk, b""
                return last
            self.held += chunk
            cut = self.held.rfind(b"\n") + 1
            if cut:
                lines, self.held = self.held[:cut], self.held[cut:]
                for pattern, new in self.rewrite:
                    lines = pattern.sub(new, lines)
                return lines

    async def write(self, piece: bytes) -> None:
        """Pass bytes on, as slowly or as little as a fault has ordered."""
        self.passed += len(piece)
        self.tail = (self.tail + piece)[-_TAIL:]
        if self.swallow or not piece:
            return
        await asyncio.sleep(self.delay)
        step = self.step or len(piece)
        for at in range(0, len(piece), step):
            self.writer.write(piece[at : at + step])
            await self.writer.drain()
            if self.step:
                await asyncio.sleep(0.01)


class Connection:
    """One client, its server, and the faults planned for them."""

    def __init__(self, proxy: FaultProxy, number: int, armed: list[Armed], reader, writer) -> None:
        self.proxy, self.number, self.armed = proxy, number, armed
        self.client = (reader, writer)
        self.server: tuple | None = None
        self.flowing, self.over = asyncio.Event(), asyncio.Event()
        self.flowing.set()

    async def run(self) -> None:
        refusal = next((a for a in self.armed if a.fault.act == "refuse"), None)
        if refusal and self._allowed(refusal):
            self._note(refusal, 0)
            _reset(self.client[1])
            return
        try:
            self.server = await asyncio.open_connection(_HOST, self.proxy.to)
        except OSError:
            _reset(self.client[1])
            return
        rewrite = self.proxy.rewrite
        self.ways = {
            "c2s": Way("c2s", self.client[0], self.server[1], rewrite),
            "s2c": Way("s2c", self.server[0], self.client[1], rewrite),
        }
        over = asyncio.create_task(self.over.wait())
        pumps = [asyncio.create_task(self._pump(way)) for way in self.ways.values()]
        tasks = [*pumps, over]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not self.over.is_set():  # one side has ended: let the other finish its sentence
                await asyncio.wait(tasks, timeout=5, return_when=asyncio.ALL_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for _, writer in (self.client, self.server):
                writer.close()

    def break_off(self) -> None:
        """Cut it by order of a test, not of its plan."""
        if self.server and not self.over.is_set():
            passed = self.ways["s2c"].passed
            self.proxy.events.append(Struck(time.time(), self.number, "cut", "s2c", passed))
            self._end("cut")

    async def _pump(self, way: Way) -> None:
        try:
            while chunk := await way.read():
                while chunk:
                    await self.flowing.wait()
                    index, armed = self._next_fault(way, chunk)
                    piece, chunk = chunk[:index], chunk[index:]
                    await way.write(piece)
                    if armed:
                        chunk = await self._strike(armed, way, chunk)
            if not way.swallow:
                way.writer.write_eof()
        except OSError:
            self.over.set()

    def _next_fault(self, way: Way, chunk: bytes) -> tuple[int, Armed | None]:
        first, which = len(chunk), None
        for armed in self.armed:
            if armed.fault.way != way.name or armed.done or not self._allowed(armed):
                continue
            index = armed.strikes(way.passed, way.tail, chunk)
            if index is not None and (which is None or index < first):
                first, which = index, armed
        return first, which

    def _allowed(self, armed: Armed) -> bool:
        times = armed.fault.times
        return times is None or self.proxy.used.get(armed.fault, 0) < times

    def _note(self, armed: Armed, offset: int) -> None:
        armed.done = True
        used = self.proxy.used
        used[armed.fault] = used.get(armed.fault, 0) + 1
        fault = armed.fault
        self.proxy.events.append(Struck(time.time(), self.number, fault.act, fault.way, offset))

    async def _strike(self, armed: Armed, way: Way, rest: bytes) -> bytes:
        """Carry out a fault; what of the chunk is still to pass."""
        self._note(armed, way.passed)
        act, size = armed.fault.act, armed.fault.size
        if act in ("cut", "fin", "cut-client"):
            self._end(act)
            return b""
        if act in ("deaf", "mute"):
            self.ways["s2c" if act == "deaf" else "c2s"].swallow = True
            asyncio.get_running_loop().call_later(size, self._end, "cut")
            return rest if act == "deaf" else b""
        if act in ("stall", "hang", "run"):
            self.flowing.clear()
            if act == "run":
                groups = tuple(g.decode("latin-1") for g in armed.groups)
                await asyncio.to_thread(armed.fault.hook, groups)
            else:
                await asyncio.sleep(size)
            self.flowing.set()
            if act == "hang":
                self._end("cut")
                return b""
        elif act == "corrupt":
            count = min(int(size), len(rest))
            flipped = bytes(b ^ (1 << self.proxy.rng.randrange(8)) for b in rest[:count])
            return flipped + rest[count:]
        elif act == "drop":
            way.passed += min(int(size), len(rest))
            return rest[int(size) :]
        elif act == "delay":
            way.delay = size
        elif act == "trickle":
            way.step = int(size)
        return rest

    def _end(self, how: str) -> None:
        if how == "fin":
            for _, writer in (self.client, self.server):
                writer.close()
        else:
            _reset(self.client[1])
            if how == "cut":
                _reset(self.server[1])
            else:
                self.server[1].close()
        self.over.set()


def _reset(writer) -> None:
    """End a connection with RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
