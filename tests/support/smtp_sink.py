"""An SMTP server whose answers the test chooses, with a ledger of what it took. Loopback, no TLS.

    with Sink() as sink:
        ... connect to sink.port ...
        sink.ledger()

It answers for a letter only after its line is in the ledger. The recipient steers it:
    x+r550@…  refused for good at RCPT      x+r451@…  refused for now at RCPT
    x+d554@…  refused for good at the dot   x+d452@…  refused for now at the dot
    x+slow2@… answers the dot after 2 s     x+drop@…  takes it, then hangs up without a word
    x+once451@… refused for now the first time
    x+deaf@…  hangs up at the dot and takes nothing
"""

import asyncio
import hashlib
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

_MESSAGE_ID = re.compile(rb"(?im)^message-id:[ \t]*(?:\r?\n[ \t]+)?(\S+)")


@dataclass(frozen=True)
class Taken:
    """A letter the server has answered for, or was about to."""

    at: float
    sender: str
    recipients: tuple[str, ...]
    message_id: str
    sha256: str  # with LF line ends, as a content key
    raw: bytes = field(repr=False)


class Sink:
    """The server, in a thread of its own.

    features   what it offers at EHLO
    on_taken   called with each letter, before the answer: what a provider does by itself
    password   AUTH PLAIN wants it; None takes any
    greeting   what it says first
    away       seconds that each thing said needs to come back answered
    """

    FEATURES = ("PIPELINING", "8BITMIME", "SIZE 50000000", "AUTH PLAIN LOGIN XOAUTH2")

    def __init__(
        self,
        *,
        features: tuple[str, ...] = FEATURES,
        on_taken: Callable[[Taken], None] | None = None,
        password: str | None = None,
        greeting: str = "220 sink ESMTP",
        most: int = 100,
        away: float = 0.0,
    ) -> None:
        self.host, self.port = "127.0.0.1", 0
        self.features, self.on_taken, self.password = features, on_taken, password
        self.greeting, self.most, self.away = greeting, most, away
        self.commands: list[str] = []
        self.connections = 0
        self._open = 0
        self._ledger: list[Taken] = []
        self._seen: set[str] = set()
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> "Sink":
        self._thread.start()
        assert self._ready.wait(60)
        return self

    def __exit__(self, *_) -> None:
        if self._loop and self._over:
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    def ledger(self) -> list[Taken]:
        return list(self._ledger)

    def forget(self) -> None:
        """Begin the ledger anew."""
        self._ledger.clear()

    def counts(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(one.message_id for one in self._ledger)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._session, self.host, 0, limit=2**26)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open += 1
        try:
            if self._open > self.most:
                writer.write(b"421 too many of you\r\n")
                return
            await self._talk(reader, writer)
        except (ConnectionError, ValueError, asyncio.CancelledError):
            pass
        finally:
            self._open -= 1
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(text: str) -> None:
            writer.write(text.encode() + b"\r\n")
            await writer.drain()

        sender, recipients = "", []
        await say(self.greeting)
        while line := await self._heard(reader):
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            self.commands.append(text)
            verb = text[:4].upper()
            if verb == "EHLO":
                rows = ["sink", *self.features]
                await say("\r\n".join(f"250{'-' if n else ' '}{r}" for n, r in _last(rows)))
            elif verb == "AUTH":
                await self._sign_in(text, reader, say)
            elif verb == "MAIL":
                sender, recipients = text[10:].split(">")[0].strip("<"), []
                await say("250 2.1.0 ok")
            elif verb == "RCPT":
                await say(self._recipient(text[8:].split(">")[0].strip("< "), recipients))
            elif verb == "DATA":
                if not recipients:
                    await say("503 5.5.1 no recipient")
                    continue
                await say("354 go on")
                raw = await _text(reader)
                await asyncio.sleep(self.away)
                if raw is None or not await self._take(sender, recipients, raw, say):
                    return
                sender, recipients = "", []
            elif verb == "QUIT":
                await say("221 bye")
                return
            elif verb in ("RSET", "NOOP"):
                recipients = []
                await say("250 ok")
            else:
                await say("502 5.5.2 what?")

    async def _heard(self, reader: asyncio.StreamReader) -> bytes:
        """The next command; what came with the one before was on the way together with it."""
        if self.away and not reader._buffer:  # type: ignore[attr-defined]
            line = await reader.readline()
            await asyncio.sleep(self.away)
            return line
        return await reader.readline()

    async def _sign_in(self, text: str, reader: asyncio.StreamReader, say) -> None:
        if text.upper().startswith("AUTH LOGIN"):
            for prompt in ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"):
                await say(prompt)
                self.commands.append((await reader.readline()).decode().strip())
        elif self.password is not None and text.upper().startswith("AUTH XOAUTH2"):
            await say("334 eyJzdGF0dXMiOiI0MDEifQ==")
            await reader.readline()
            await say("535 5.7.8 no such token")
            return
        if self.password is not None:
            await say(f"535 5.7.8 not {text}")  # a server that repeats what it refuses
        else:
            await say("235 2.7.0 ok")

    def _recipient(self, address: str, recipients: list[str]) -> str:
        code = re.search(r"\+r(\d{3})@", address)
        if code:
            return f"{code[1]} {code[1][0]}.1.1 no such person"
        if "+once451@" in address and address not in self._seen:
            self._seen.add(address)
            return "451 4.7.1 greylisted"
        recipients.append(address)
        return "250 2.1.5 ok"

    async def _take(self, sender: str, recipients: list[str], raw: bytes, say) -> bool:
        joined = " ".join(recipients)
        code = re.search(r"\+d(\d{3})@", joined)
        if code:
            await say(f"{code[1]} {code[1][0]}.6.0 we do not like it")
            return True
        if "+deaf@" in joined:
            return False
        found = _MESSAGE_ID.search(raw)
        taken = Taken(
            time.time(),
            sender,
            tuple(recipients),
            found[1].decode() if found else "",
            hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest(),
            raw,
        )
        self._ledger.append(taken)
        if self.on_taken:
            await asyncio.to_thread(self.on_taken, taken)
        slow = re.search(r"\+slow([\d.]+)@", joined)
        if slow:
            await asyncio.sleep(float(slow[1]))
        if "+drop@" in joined:
            return False
        await say("250 2.0.0 taken")
        return True


def _last(rows: list[str]) -> list[tuple[int, str]]:
    """Each row with how many follow it: the last one has none."""
    return [(len(rows) - n, row) for n, row in enumerate(rows, 1)]


async def _text(reader: asyncio.StreamReader) -> bytes | None:
    """A letter up to its dot; None where the line broke before."""
    lines = []
    while (part := await reader.readline()) != b".\r\n":
        if not part.endswith(b"\n"):
            return None
        lines.append(part[1:] if part.startswith(b"..") else part)
    return b"".join(lines)
