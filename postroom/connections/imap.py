"""The one wire to an IMAP server (RFC 3501, 4315, 6851).

Only what filing needs, in our own words, and no faith in an «OK»: a server that moved nothing
says OK as well, so that COPYUID alone is taken as proof (RELIABILITY E1).
"""

import imaplib
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from imapclient import IMAPClient

from postroom.connections.bodies import Seen, whole_bodies
from postroom.connections.idling import idle, until_readable
from postroom.connections.trouble import (
    FOLDER_MISSING,
    FOLDER_READ_ONLY,
    SERVER_ERROR,
    Trouble,
    from_library,
)
from postroom.connections.uids import Moved, copied, portions, ranges

# One line of SEARCH names every mail of a folder; imaplib's own limit of 1 MB would stop at
# about 150,000 of them.
imaplib._MAXLINE = 32 * 1024 * 1024  # type: ignore[attr-defined]

HEADERS = 100  # letters whose headers are asked for at once
SENT_NAMES = (
    *("Sent", "Sent Items", "Sent Messages", "Gesendet", "Gesendete Elemente"),
    *("Envoyés", "Messages envoyés", "Éléments envoyés", "OUTBOX"),
)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Folder:
    """A folder as the server describes it when it is opened."""

    name: str
    uidvalidity: int
    next_uid: int


@dataclass(frozen=True)
class Header:
    """A letter's header fields as sent, and when the server took it in (UTC)."""

    raw: bytes
    received_at: datetime | None


def _ours(method: Callable[P, T]) -> Callable[P, T]:
    """A NO or BAD to one command becomes Refused; what breaks the connection stays as it is."""

    @wraps(method)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        mailbox: Any = args[0]
        mailbox.began = time.monotonic()
        try:
            return method(*args, **kwargs)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise from_library(error) from error
        finally:
            mailbox.began = None

    return called


class Mailbox:
    def __init__(self, client: IMAPClient) -> None:
        self.client = client
        self.can_move = client.has_capability("MOVE")
        self.can_idle = client.has_capability("IDLE")
        self.has_uidplus = client.has_capability("UIDPLUS")
        self.began: float | None = None  # an operation that is under way, by the monotonic clock
        self.was_cut = False
        self._opened: Folder | None = None
        self._writable = False

    def busy_for(self) -> float:
        """For how many seconds it has been at one operation; 0 when it is at none."""
        began = self.began
        return 0.0 if began is None else time.monotonic() - began

    def cut(self) -> None:
        """End the connection from another thread: whoever waits for an answer gets none."""
        self.was_cut = True
        # Of the plain socket below TLS: TLS's own is in the hands of the thread that reads.
        with suppress(OSError):
            socket.socket.shutdown(self.client.socket(), socket.SHUT_RDWR)

    # -- folders ---------------------------------------------------------------------------

    @_ours
    def folders(self) -> list[str]:
        """The names of all folders that can hold mail."""
        return [name for flags, _, name in self.client.list_folders() if b"\\Noselect" not in flags]

    @_ours
    def prefix(self) -> str:
        """What stands before the name of a new folder of one's own: "" or such as «INBOX.»
        (RFC 2342)."""
        if not self.client.has_capability("NAMESPACE"):
            return ""
        personal = self.client.namespace().personal
        return personal[0][0] if personal else ""

    @_ours
    def create(self, folder: str) -> None:
        """Make a folder, and show it in mail programs. One that exists is left as it is."""
        if not self.client.folder_exists(folder):
            self.client.create_folder(folder)
            self.client.subscribe_folder(folder)

    @_ours
    def open(self, folder: str, *, to_move: bool = False) -> Folder:
        """Open a folder for reading or, `to_move`, for taking mail out of it.

        Reading leaves even \\Recent alone. A folder that is open already is not asked for again:
        while it is selected the server may not renumber it (RFC 3501, 2.3.1.1).
        Raises Trouble: missing, read-only.
        """
        if self._opened and self._opened.name == folder and (self._writable or not to_move):
            return self._opened
        self._opened, self._writable = None, to_move
        try:
            answer = self.client.select_folder(folder, readonly=not to_move)
        except imaplib.IMAP4.readonly as error:  # an `abort` by its class, but not by nature
            raise Trouble(FOLDER_READ_ONLY, folder) from error
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            if self.client.folder_exists(folder):
                raise
            raise Trouble(FOLDER_MISSING, folder) from error
        if b"UIDVALIDITY" not in answer:
            raise Trouble(SERVER_ERROR, f"{folder}: no UIDVALIDITY")
        next_uid = answer.get(b"UIDNEXT") or self._next_uid()
        self._opened = Folder(folder, answer[b"UIDVALIDITY"], next_uid)
        return self._opened

    def look_again(self) -> None:
        """Ask the server anew for the next folder that is opened."""
        self._opened = None

    @_ours
    def status(self, folder: str) -> Folder:
        """A folder's UIDVALIDITY and next UID without opening it. Raises Trouble: missing."""
        try:
            answer = self.client.folder_status(folder, ["UIDVALIDITY", "UIDNEXT"])
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            if self.client.folder_exists(folder):
                raise
            raise Trouble(FOLDER_MISSING, folder) from error
        return Folder(folder, answer[b"UIDVALIDITY"], answer[b"UIDNEXT"])

    @_ours
    def messages(self, folder: str) -> int:
        """How many mails lie in a folder, also those marked \\Deleted. Raises Trouble.

        Some servers have no STATUS for the folder that is open (RFC 3501, 6.3.10).
        """
        try:
            return int(self.client.folder_status(folder, ["MESSAGES"])[b"MESSAGES"])
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, KeyError):
            self.open(folder)
            return len(self.client.search(["ALL"]))

    @_ours
    def sent_folder(self) -> str:
        """The folder that holds what was sent: by its use (RFC 6154), else by its usual names; ""
        where there is none."""
        rows = self.client.list_folders()
        for flags, _, name in rows:
            if b"\\Sent" in flags:
                return str(name)
        names = {
            str(name).rpartition(sep.decode() if sep else "/")[2]: name for _, sep, name in rows
        }
        return next((str(names[usual]) for usual in SENT_NAMES if usual in names), "")

    @_ours
    def append(self, folder: str, raw: bytes, at: datetime) -> None:
        """Put a letter in a folder, as read. Raises Trouble: missing, full."""
        try:
            self.client.append(folder, raw, [b"\\Seen"], at)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            if "TRYCREATE" in str(error).upper():
                raise Trouble(FOLDER_MISSING, folder) from error
            raise

    # -- reading: never sets \\Seen, never looks at it (PE-2) --------------------------------

    @_ours
    def uids(self, first: int = 1, since: date | None = None) -> list[int]:
        """The UIDs of the open folder from `first` on, ascending; of those only that the server
        received on this day or later, by its own calendar (RFC 3501, SEARCH SINCE)."""
        # «n:*» names the last mail even when its UID is below n (RFC 3501, 6.4.8). What is
        # marked \\Deleted is on its way out: ours without UIDPLUS, or a person's.
        dated = ["SINCE", since] if since else []
        found = self.client.search(["UID", f"{first}:*", "UNDELETED", *dated])
        return sorted(uid for uid in found if uid >= first)

    @_ours
    def before(self, day: date) -> list[int]:
        """The UIDs in the open folder of what the server received before this day, by its own
        calendar."""
        return sorted(self.client.search(["BEFORE", day]))

    @_ours
    def present(self, uids: Iterable[int]) -> set[int]:
        """Which of these UIDs are in the open folder now."""
        found: set[int] = set()
        for wanted in portions(uids):
            found |= set(self.client.search(["UID", ranges(wanted)])) & set(wanted)
        return found

    @_ours
    def with_message_id(self, message_id: str) -> list[int]:
        """The UIDs in the open folder whose Message-ID header holds this text."""
        if not message_id.isascii():  # would need a CHARSET, which some servers refuse (PE-16)
            return []
        return sorted(self.client.search(["HEADER", "Message-ID", message_id]))

    @_ours
    def look(self, uids: Iterable[int]) -> list[Seen]:
        """Sizes and dates, for those of the UIDs that are still there."""
        found = []
        for wanted in portions(uids):
            answer = self.client.fetch(wanted, ["RFC822.SIZE", "INTERNALDATE"])
            found += [
                Seen(uid, answer[uid][b"RFC822.SIZE"], _utc(answer[uid].get(b"INTERNALDATE")))
                for uid in wanted
                if b"RFC822.SIZE" in answer.get(uid, {})
            ]
        return found

    def newest(self, folder: str, most: int) -> Iterator[list[Header]]:
        """The headers of a folder's last letters, newest first, in portions; only looks (EXAMINE).

        By sequence numbers: the cost is that of the letters looked at, whatever lies before them.
        """
        self._opened = None
        count = self._examine(folder)
        for last in range(count, max(count - most, 0), -HEADERS):
            first = max(last - HEADERS, count - most, 0) + 1
            yield self._headers(first, last)

    @_ours
    def _examine(self, folder: str) -> int:
        self.open(folder)
        return int(self.client._imap.untagged_responses.get("EXISTS", [b"0"])[-1])

    @_ours
    def _headers(self, first: int, last: int) -> list[Header]:
        self.client.use_uid = False
        try:
            wanted = list(range(first, last + 1))
            answer = self.client.fetch(wanted, ["BODY.PEEK[HEADER]", "INTERNALDATE"])
        finally:
            self.client.use_uid = True
        return [
            Header(row[b"BODY[HEADER]"] or b"", _utc(row.get(b"INTERNALDATE")))
            for _, row in sorted(answer.items(), reverse=True)
            if b"BODY[HEADER]" in row
        ]

    @_ours
    def bodies(self, seen: Iterable[Seen]) -> list[tuple[Seen, bytes]]:
        """The raw bytes of each, in one request; those gone meanwhile are left out. Raises
        Trouble where a body does not come whole."""
        return whole_bodies(self.client, seen)

    # -- moving ----------------------------------------------------------------------------

    @_ours
    def move(self, uids: Iterable[int], folder: str) -> Moved | None:
        """UID MOVE. None, or a UID missing from the answer, means: ask the server.

        Raises Refused where the server will not: full, read-only, no such folder.
        """
        return self._with_copyuid("MOVE", uids, folder)

    @_ours
    def copy(self, uids: Iterable[int], folder: str) -> Moved | None:
        """UID COPY, for servers without MOVE. Not repeatable: look in the folder first."""
        return self._with_copyuid("COPY", uids, folder)

    @_ours
    def remove(self, uids: Iterable[int]) -> None:
        """Take these, and only these, out of the open folder after they were copied.

        A plain EXPUNGE would also take what other people have marked \\Deleted, so that without
        UIDPLUS the copies here stay marked and hidden until their mail program cleans up.
        """
        originals = ranges(uids)
        self.client.add_flags(originals, [b"\\Deleted"], silent=True)
        if self.has_uidplus:
            self.client.uid_expunge(originals)

    # -- waiting ---------------------------------------------------------------------------

    def wait(self, seconds: float, wake: socket.socket) -> None:
        """Return when the server has news, when `wake` can be read, or when the time is over."""
        if not self.can_idle:
            until_readable(seconds, wake)
            return
        idle(self.client, seconds, wake)

    # -- below -----------------------------------------------------------------------------

    def _with_copyuid(self, command: str, uids: Iterable[int], folder: str) -> Moved | None:
        imap = self.client._imap
        imap.response("COPYUID")  # forget an older answer
        kind, data = imap.uid(command, ranges(uids), self.client._normalise_folder(folder))
        rows = [row for row in imap.response("COPYUID")[1] if row]
        if rows or kind == "OK":
            return copied(rows)
        said = (data[0] or b"").decode("utf-8", "replace")
        if "EXPUNGEISSUED" in said.upper():  # another hand was faster (RFC 5530)
            return None
        raise from_library(imaplib.IMAP4.error(said))

    def _next_uid(self) -> int:
        uids = self.uids()
        return (uids[-1] if uids else 0) + 1


def _utc(moment: Any) -> datetime | None:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else None
