"""The practice's mailbox as the sample provider reaches it: names, and a door to store letters."""

from __future__ import annotations

import imaplib
import socket
import threading
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from .envelope import HELLO

PASSWORD_VARIABLE = "POSTROOM_DEMO_MAIL_PASSWORD"  # noqa: S105
USER = "desk"
INBOX, INCOMING, OUTSIDE = "INBOX", "Incoming", "Sent outside"


def folder_of(address: str) -> str:
    """Where the provider lays a letter to this address of the practice."""
    return INBOX if address.lower() == HELLO else INCOMING


def sent_at(headers: Message, now: datetime) -> datetime:
    """The letter's own date, as the moment it arrived: the sample post reaches back for months."""
    try:
        date = parsedate_to_datetime(headers["Date"])
    except (TypeError, ValueError):
        return now
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    return min(date, now)


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
