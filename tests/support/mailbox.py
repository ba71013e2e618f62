"""A mailbox as a test sees it: plain imaplib, so that it shares no code with the product."""

import contextlib
import datetime
import hashlib
import imaplib
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imapclient import imap_utf7

OWN_NAME = "postroom-tests"  # by which a test's own sessions are told from the product's
_ITEMS = re.compile(rb"UID (\d+).*?FLAGS \(([^)]*)\).*?RFC822\.SIZE (\d+)", re.DOTALL)
_LISTED = re.compile(rb'^\(([^)]*)\) (?:"[^"]*"|NIL) (.+)$')
_MESSAGE_ID = re.compile(rb"(?im)^message-id:[ \t]*(?:\r?\n[ \t]+)?(.*?)[ \t]*\r?$")


@dataclass(frozen=True)
class Message:
    """One mail in one folder. sha256 is of the bytes with LF line ends, raw_sha256 as fetched."""

    uid: int
    size: int
    flags: tuple[str, ...]
    message_id: str | None
    sha256: str
    raw_sha256: str


@dataclass(frozen=True)
class Folder:
    """What a folder held at one moment."""

    uidvalidity: int
    uidnext: int
    messages: tuple[Message, ...]


class MailboxError(Exception):
    """The server said NO or BAD; the text is the server's."""


class Mailbox:
    """One logged-in connection; close it with `with`."""

    def __init__(self, imap: imaplib.IMAP4, user: str, password: str) -> None:
        self.imap = imap
        try:
            _checked(imap.login(user, password))
            _checked(imap.xatom("ID", f'("name" "{OWN_NAME}")'))
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> "Mailbox":
        return self

    def __exit__(self, *_) -> None:
        try:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                self.imap.logout()
        finally:
            self._close()

    def _close(self) -> None:
        with contextlib.suppress(OSError):  # logging out has closed it already
            self.imap.shutdown()

    def add_folders(self, *names: str) -> None:
        """Create folders; one that exists already is left alone."""
        for name in names:
            status, data = self.imap.create(quoted(name))
            if status != "OK" and b"ALREADYEXISTS" not in b"".join(data):
                raise MailboxError(f"CREATE {name}: {data!r}")

    def append(self, folder: str, raw: bytes, flags: Iterable[str] = (), date=None) -> int:
        """Put a mail into a folder as it is (imaplib's own append would mend line ends).

        Returns its UID. `date` is an aware datetime, the server's clock if None.
        """
        when = imaplib.Time2Internaldate(date or datetime.datetime.now(datetime.UTC))
        for attempt in range(20):
            self.imap.literal = raw
            status, data = self.imap._simple_command(
                "APPEND", quoted(folder), f"({' '.join(flags)})", when
            )
            if status == "OK":
                found = re.search(rb"APPENDUID \d+ (\d+)", data[0])
                return int(found[1]) if found else 0
            if b"deleted under us" not in data[0]:
                break
            time.sleep(0.05 * attempt)  # it was just built anew: as post would, come again
        raise MailboxError(f"APPEND {folder}: {data!r}")

    def folders(self) -> list[str]:
        """Names of all folders that can be selected, in the server's order."""
        names = []
        for row in _checked(self.imap.list()):
            flags, name = _LISTED.match(row if isinstance(row, bytes) else b"".join(row)).groups()
            if b"\\noselect" not in flags.lower():
                names.append(_plain(name))
        return names

    def select(self, folder: str, *, readonly: bool = False) -> int:
        """Open a folder and return the number of its mails."""
        return int(_checked(self.imap.select(quoted(folder), readonly=readonly))[0])

    def uids(self) -> list[int]:
        """UIDs of the open folder."""
        return [int(uid) for uid in (_checked(self.imap.uid("SEARCH", "ALL"))[0] or b"").split()]

    def raw(self, uid: int) -> bytes | None:
        """One mail of the open folder, byte for byte; None when it is gone."""
        rows = _checked(self.imap.uid("FETCH", str(uid), "(BODY.PEEK[])"))
        return next((row[1] for row in rows if isinstance(row, tuple)), None)

    def flag(self, uid: int, flag: str) -> None:
        """Set one flag on a mail of the open folder."""
        _checked(self.imap.uid("STORE", str(uid), "+FLAGS", f"({flag})"))

    def move(self, uids: str, folder: str) -> None:
        """Move mails of the open folder; one that is gone already is no error."""
        status, data = self.imap.uid("MOVE", uids, quoted(folder))
        if status != "OK" and b"EXPUNGEISSUED" not in b"".join(data):
            raise MailboxError(f"MOVE to {folder}: {data!r}")

    def dump(self) -> dict[str, Folder]:
        """Every folder and every mail in it, without setting \\Seen."""
        return {name: self._dump_folder(name) for name in self.folders()}

    def _dump_folder(self, name: str) -> Folder:
        total = self.select(name, readonly=True)
        uidvalidity = int(self.imap.response("UIDVALIDITY")[1][0])
        uidnext = int((self.imap.response("UIDNEXT")[1] or [b"0"])[0] or 0)
        return Folder(uidvalidity, uidnext, tuple(self._messages(total)))

    def _messages(self, total: int) -> Iterator[Message]:
        for first in range(1, total + 1, 200):  # in slices, so that a big folder fits in memory
            rows = _checked(
                self.imap.fetch(
                    f"{first}:{min(first + 199, total)}", "(UID FLAGS RFC822.SIZE BODY.PEEK[])"
                )
            )
            for row in rows:
                if isinstance(row, tuple):
                    yield _message(*row)


def content_key(raw: bytes) -> str:
    """SHA-256 of a mail with LF line ends (MODEL, decision 1)."""
    return hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()


def quoted(folder: str) -> str:
    """A folder's name as IMAP wants it on the wire (modified UTF-7, quoted)."""
    name = imap_utf7.encode(folder).decode("ascii")
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(name: bytes) -> str:
    if name.startswith(b'"'):
        name = name[1:-1].replace(b'\\"', b'"').replace(b"\\\\", b"\\")
    return imap_utf7.decode(name)


def _message(items: bytes, raw: bytes) -> Message:
    uid, flags, size = _ITEMS.search(items).groups()
    found = _MESSAGE_ID.search(re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0])
    return Message(
        uid=int(uid),
        size=int(size),
        flags=tuple(sorted(set(flags.decode().split()) - {"\\Recent"})),
        message_id=found[1].decode("latin-1") if found else None,
        sha256=content_key(raw),
        raw_sha256=hashlib.sha256(raw).hexdigest(),
    )


def _checked(answer: tuple[str, list]) -> list:
    status, data = answer
    if status != "OK":
        raise MailboxError(repr(data))
    return data
