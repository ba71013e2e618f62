"""What the fault proxy may do to a connection, and where.

A fault strikes one way of a connection (`c2s`: client to server, `s2c`: back), once, at a byte
offset, at a pattern in the bytes, or, with neither, as soon as the connection is made. Offsets work
on TLS too; patterns need plain text.
"""

import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

ACTS = {
    "cut": "reset both sides, as a broken line does",
    "fin": "close both sides in good order",
    "cut-client": "reset the client only; the server just sees an end",
    "refuse": "reset the client before a word is said to the server",
    "deaf": "swallow the server's answers, let it work for `amount` seconds, then cut: the last "
    "command was carried out and its answer is lost",
    "mute": "swallow what the client says for `amount` seconds, then cut: the command was not done",
    "stall": "freeze both ways for `amount` seconds, then go on",
    "hang": "freeze both ways for `amount` seconds, then cut",
    "corrupt": "flip one bit in each of `amount` bytes",
    "drop": "lose `amount` bytes",
    "delay": "from here on hold each chunk for `amount` seconds",
    "trickle": "from here on pass `amount` bytes at a time, 10 ms apart",
    "run": "freeze both ways, call `hook` with the pattern's groups, go on: a race on purpose",
}
_AMOUNTS = {"deaf": 0.5, "mute": 0.5, "hang": 3600.0, "corrupt": 1}
_NEED_AMOUNT = {"stall", "drop", "delay", "trickle"}


@dataclass(frozen=True)
class Fault:
    """One planned fault.

    match, offset  where: a byte regex, or so many bytes from the beginning of that way
    before         strike before the matched bytes are passed on, not after
    nth            at the nth match of a connection
    share          on this share of the connections
    connections    only on these (the first is 1)
    times          at most so often in all
    """

    way: str
    act: str
    match: bytes | None = None
    offset: int | None = None
    amount: float | None = None
    before: bool = False
    nth: int = 1
    share: float = 1.0
    connections: range | None = None
    times: int | None = None
    hook: Callable[[tuple[str, ...]], object] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.way not in ("c2s", "s2c"):
            raise ValueError(f"a way is c2s or s2c, not {self.way!r}")
        if self.act not in ACTS:
            raise ValueError(f"no such act: {self.act!r}")
        if self.act in _NEED_AMOUNT and self.amount is None:
            raise ValueError(f"{self.act} needs an amount")
        if self.act == "run" and self.hook is None:
            raise ValueError("run needs a hook")
        if self.match is not None and self.offset is not None:
            raise ValueError("a fault has a match or an offset, not both")

    @property
    def size(self) -> float:
        """The amount, or the act's usual one."""
        return _AMOUNTS.get(self.act, 0) if self.amount is None else self.amount


class Armed:
    """A fault at work in one connection."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.groups: tuple[bytes, ...] = ()
        self.done = False
        self._matches = 0
        self._pattern = re.compile(fault.match, re.DOTALL) if fault.match is not None else None

    def strikes(self, passed: int, tail: bytes, chunk: bytes) -> int | None:
        """Index in chunk at which it strikes, or None.

        `passed` counts the bytes before chunk; `tail` is the end of them.
        """
        if self.fault.offset is not None:
            index = self.fault.offset - passed
            return index if 0 <= index < len(chunk) else None
        if self._pattern is None:
            return 0
        for found in self._pattern.finditer(tail + chunk):
            if found.end() <= len(tail):
                continue  # counted with the chunk before
            self._matches += 1
            if self._matches == self.fault.nth:
                self.groups = found.groups()
                edge = found.start() if self.fault.before else found.end()
                return max(0, edge - len(tail))
        return None


def plan(faults: list[Fault], number: int, rng: random.Random) -> list[Armed]:
    """The faults armed for connection `number`. Draws once for each, so a seed gives one plan."""
    armed = []
    for fault in faults:
        drawn = rng.random() < fault.share
        if drawn and (fault.connections is None or number in fault.connections):
            armed.append(Armed(fault))
    return armed


def random_fault(rng: random.Random, share: float, within: int) -> Fault | None:
    """A cut, deaf or mute on a share of connections; early bytes as likely as late ones.

    `within` is for the server's way; a client says a fiftieth of it.
    """
    hit = rng.random() < share
    way = rng.choice(("c2s", "s2c"))
    offset = int(math.exp(rng.uniform(0, math.log(within if way == "s2c" else within / 50))))
    act = rng.choice(("cut", "cut", "deaf", "mute"))
    return Fault(way, act, offset=offset, amount=0.2) if hit else None
