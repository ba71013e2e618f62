"""The sample provider's SMTP side as a process of its own.

    POSTROOM_DEMO_MAIL_PASSWORD=… python -m postroom.cli.demo.smtp --imap-port 14300

Prints `port N` once it listens on loopback. Letters to the practice go into the IMAP folder
Incoming, as by a provider's rule; letters to anybody else go nowhere, they are kept in the folder
"Sent outside" so that one can see what would have left.
"""

from __future__ import annotations

import argparse
import asyncio
import imaplib
import logging
import os
import signal
import socket
import threading
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime, parseaddr, parsedate_to_datetime

from aiosmtpd.smtp import SMTP, Envelope, Session

from .imap import PASSWORD_VARIABLE, USER

HOST = "mail.ternthistle.example"
DOMAIN = "ternthistle.example"
INCOMING, OUTSIDE = "Incoming", "Sent outside"
LIMIT = 50 * 1024 * 1024


def main() -> None:
    """Take in mail until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--imap-port", type=int, required=True)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    args = parser.parse_args()
    mailbox = Mailbox(args.imap_port, os.environ[PASSWORD_VARIABLE])
    asyncio.run(serve(mailbox, args.port))


async def serve(mailbox: Mailbox, port: int) -> None:
    """Listen until told to stop."""
    loop = asyncio.get_running_loop()
    enough = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, enough.set)
    door = Door(mailbox)

    def protocol() -> SMTP:
        return SMTP(door, hostname=HOST, ident="Postroom demo", data_size_limit=LIMIT, loop=loop)

    server = await loop.create_server(protocol, "127.0.0.1", port)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    await enough.wait()
    server.close()


class Door:
    """What aiosmtpd asks for each letter."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content
        if not isinstance(raw, bytes):
            return "554 5.6.0 Bytes expected"
        inside = any(one.lower().endswith("@" + DOMAIN) for one in envelope.rcpt_tos)
        headers = BytesHeaderParser().parsebytes(raw)
        when = sent_at(headers, datetime.now(UTC))
        if inside:
            raw = stamp(headers, envelope.mail_from or "", when) + raw
        folder = INCOMING if inside else OUTSIDE
        try:
            await asyncio.to_thread(self.mailbox.append, folder, raw, when)
        except (OSError, imaplib.IMAP4.error):
            logging.exception("The mailbox took no letter")
            return "451 4.3.0 The mailbox does not answer, try again"
        return "250 2.0.0 Taken"


def sent_at(headers: Message, now: datetime) -> datetime:
    """The letter's own date, as the moment it arrived: the sample post reaches back for months."""
    try:
        date = parsedate_to_datetime(headers["Date"])
    except (TypeError, ValueError):
        return now
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    return min(date, now)


def stamp(headers: Message, mail_from: str, when: datetime) -> bytes:
    """What a provider writes above a letter: Return-Path, its verdict (RFC 8601), Received.

    The verdict is DMARC's by SPF alone: pass when the envelope's domain is the author's. It only
    depends on the letter, so that one delivered twice stays the same bytes.
    """
    author = parseaddr(str(headers["From"]))[1].rpartition("@")[2].lower()
    sender = mail_from.rpartition("@")[2].lower()
    verdict = "pass" if author == sender else "fail"
    lines = (
        f"Return-Path: <{mail_from}>",
        f"Authentication-Results: {HOST}; dmarc={verdict} header.from={author}",
        f"Received: from {sender or 'localhost'} by {HOST} with ESMTP; {format_datetime(when)}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")


class Mailbox:
    """One IMAP connection that comes back when it was lost."""

    def __init__(self, port: int, password: str) -> None:
        self._port, self._password = port, password
        self._lock = threading.Lock()
        self._client: imaplib.IMAP4 | None = None

    def append(self, folder: str, raw: bytes, when: datetime) -> None:
        """Store a letter; raises OSError or IMAP4.error when a second try fails too."""
        with self._lock:
            try:
                self._append(folder, raw, when)
            except (OSError, imaplib.IMAP4.abort):
                self._client = None
                self._append(folder, raw, when)

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._client is not None:
            self._client.shutdown()
            self._client = None

    def _append(self, folder: str, raw: bytes, when: datetime) -> None:
        client = self._connected()
        moment = imaplib.Time2Internaldate(when)
        answer, text = client.append(f'"{folder}"', "", moment, raw)
        if answer != "OK":
            raise imaplib.IMAP4.error(text)

    def _connected(self) -> imaplib.IMAP4:
        if self._client is None:
            client = imaplib.IMAP4("127.0.0.1", self._port, timeout=20)
            # A letter is sent in two pieces: without this each one waits 40 ms for an ACK.
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.login(USER, self._password)
            self._client = client
        return self._client


if __name__ == "__main__":
    main()
