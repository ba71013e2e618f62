"""The sample provider's SMTP side as a process of its own.

    POSTROOM_DEMO_MAIL_PASSWORD=… python -m postroom.cli.demo.smtp --imap-port 14300

Prints `port N` once it listens on loopback. Letters to the practice go into the IMAP folder
Incoming, as by a provider's rule, those to its general address stay in the inbox; letters to
anybody else go nowhere, they are kept in the folder "Sent outside" so that one can see what would
have left.
"""

from __future__ import annotations

import argparse
import asyncio
import imaplib
import logging
import os
import signal
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime, parseaddr

from aiosmtpd.smtp import SMTP, Envelope, Session

from .mailbox import OUTSIDE, PASSWORD_VARIABLE, Mailbox, folder_of, sent_at

HOST = "mail.ternthistle.example"
DOMAIN = "ternthistle.example"
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
        inside = [one for one in envelope.rcpt_tos if one.lower().endswith("@" + DOMAIN)]
        headers = BytesHeaderParser().parsebytes(raw)
        when = sent_at(headers, datetime.now(UTC))
        if inside:
            raw = stamp(headers, envelope.mail_from or "", when) + raw
        folder = folder_of(inside[0]) if inside else OUTSIDE
        try:
            await asyncio.to_thread(self.mailbox.append, folder, raw, when)
        except (OSError, imaplib.IMAP4.error):
            logging.exception("The mailbox took no letter")
            return "451 4.3.0 The mailbox does not answer, try again"
        return "250 2.0.0 Taken"


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


if __name__ == "__main__":
    main()
