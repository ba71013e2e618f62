"""The sample practice's mail provider: an IMAP and an SMTP server on loopback, in two processes.

    letters ──SMTP──▶ demo.smtp ──APPEND──▶ demo.imap (pymap, in memory) ◀──IMAP── Postroom

The mail goes with the processes. `waiting()` gives what nobody has fetched yet, `put_back()`
returns it to a new server.
"""

from __future__ import annotations

import atexit
import imaplib
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path

from . import lifeline
from .mailbox import (
    INBOX,
    INCOMING,
    OUTSIDE,
    PASSWORD_VARIABLE,
    USER,
    Mailbox,
    folder_of,
    sent_at,
)

FOLDERS = (INCOMING, "Resolved", "Unresolved", "Sent", OUTSIDE)
TRIES = 5
START_SECONDS = 30.0


@dataclass(frozen=True)
class Ports:
    imap: int
    smtp: int


class MailServerError(Exception):
    """The mail server could not be started; the text says why."""


class MailServer:
    """Both processes, started and stopped together. `log` takes what they complain about."""

    def __init__(self, password: str, log: Path) -> None:
        self.password = password
        self.log = log
        self.ports = Ports(0, 0)
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, imap_port: int = 0) -> Ports:
        """Start on `imap_port` if it is free, else on any; raises MailServerError."""
        atexit.register(self.stop)
        for _ in range(TRIES):
            port = imap_port if imap_port and is_free(imap_port) else free_port()
            if self._start_imap(port):
                break
            # Somebody took the port between our look and pymap's bind.
            self.stop()
            imap_port = 0
        else:
            raise MailServerError(f"The IMAP server does not start; see {self.log}")
        self.ports = Ports(port, 0)
        with self.mailbox() as client:
            for folder in FOLDERS:
                client.create(f'"{folder}"')
        self.ports = Ports(port, self._start_smtp(port))
        return self.ports

    def is_running(self) -> bool:
        """Whether both processes live."""
        return all(one.poll() is None for one in self._processes) and bool(self._processes)

    def stop(self) -> None:
        """Stop both; harmless when they are not running."""
        atexit.unregister(self.stop)
        while self._processes:
            lifeline.stop(self._processes.pop())

    def deliver(self, letters: Iterable[bytes]) -> Iterator[bytes]:
        """Hand in letters by SMTP over one connection; gives each back once it is taken."""
        with smtplib.SMTP("127.0.0.1", self.ports.smtp, timeout=30) as client:
            for letter in letters:
                client.sendmail(handed_in_by(letter), [addressee(letter)], letter)
                yield letter

    def waiting(self) -> list[bytes]:
        """The letters that still lie where letters come in, oldest first."""
        letters: list[bytes] = []
        with self.mailbox() as client:
            for folder in (INCOMING, INBOX):
                client.select(folder, readonly=True)
                _, found = client.fetch("1:*", "(BODY.PEEK[])")
                letters += [part[1] for part in found if isinstance(part, tuple)]
        return letters

    def put_back(self, letters: Iterable[bytes]) -> None:
        """Lay letters where they lay, exactly as they are."""
        mailbox = Mailbox(self.ports.imap, self.password)
        parser = BytesHeaderParser()
        for raw in letters:
            folder = folder_of(addressee(raw))
            mailbox.append(folder, raw, sent_at(parser.parsebytes(raw), datetime.now(UTC)))
        mailbox.close()

    @contextmanager
    def mailbox(self) -> Iterator[imaplib.IMAP4]:
        """A connection of the practice's own user."""
        client = imaplib.IMAP4("127.0.0.1", self.ports.imap, timeout=20)
        try:
            client.login(USER, self.password)
            yield client
        finally:
            client.shutdown()

    def _start_imap(self, port: int) -> bool:
        process = self._run("imap", ["--port", str(port)], subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and process.poll() is None:
            if _greets(port) and process.poll() is None:
                return True
            time.sleep(0.05)
        return False

    def _start_smtp(self, imap_port: int) -> int:
        process = self._run("smtp", ["--imap-port", str(imap_port)], subprocess.PIPE)
        assert process.stdout
        word, _, number = process.stdout.readline().decode().partition(" ")
        if word != "port":
            self.stop()
            raise MailServerError(f"The SMTP server does not start; see {self.log}")
        return int(number)

    def _run(self, name: str, options: list[str], output: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"postroom.cli.demo.{name}", *options]
        env = lifeline.environment(**{PASSWORD_VARIABLE: self.password})
        with self.log.open("ab") as log:
            process = lifeline.start(command, env, output, log)
        self._processes.append(process)
        return process


def handed_in_by(letter: bytes) -> str:
    """The envelope's sender: the Sender header if there is one, else the author."""
    headers = BytesHeaderParser().parsebytes(letter)
    return parseaddr(str(headers["Sender"] or headers["From"]))[1]


def addressee(letter: bytes) -> str:
    """The address in its To."""
    return parseaddr(str(BytesHeaderParser().parsebytes(letter)["To"]))[1]


def is_free(port: int) -> bool:
    """Whether we could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as wire:
            return wire.recv(4) == b"* OK"
    except OSError:
        return False
