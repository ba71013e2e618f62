"""The mails behind the scripted IMAP server: folders, searches and FETCH items, all in memory."""

import datetime
import hashlib
import imaplib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from .mailbox import Folder, Message, content_key


@dataclass
class Mail:
    """One mail of a folder."""

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)
    date: datetime.datetime = field(default_factory=lambda: datetime.datetime.now(datetime.UTC))


@dataclass
class Box:
    """One folder."""

    name: str
    uidvalidity: int
    uidnext: int = 1
    mails: dict[int, Mail] = field(default_factory=dict)

    def add(self, raw: bytes, flags=(), date=None) -> int:
        """Put a mail at the end; its UID."""
        uid, self.uidnext = self.uidnext, self.uidnext + 1
        self.mails[uid] = Mail(uid, raw, set(flags), date or datetime.datetime.now(datetime.UTC))
        return uid

    def chosen(self, uid_set: str) -> list[Mail]:
        """Mails of a UID set such as `3,7:9,12:*`."""
        top = max(self.mails, default=0)
        wanted: set[int] = set()
        for piece in uid_set.split(","):
            low, _, high = piece.partition(":")
            ends = sorted(top if end == "*" else int(end) for end in (low, high or low))
            wanted.update(uid for uid in self.mails if ends[0] <= uid <= ends[1])
        return [self.mails[uid] for uid in sorted(wanted)]


class Store:
    """All folders of the one mailbox; take `lock` around what must not be interleaved."""

    def __init__(self, *folders: str) -> None:
        self.lock = threading.RLock()
        self.boxes: dict[str, Box] = {}
        self._uidvalidity = 1000
        for name in folders:
            self.add_folder(name)

    def add_folder(self, name: str) -> Box:
        """Create a folder with a UIDVALIDITY no folder had before."""
        self._uidvalidity += 1
        self.boxes[name] = Box(name, self._uidvalidity)
        return self.boxes[name]

    def reset_uidvalidity(self, name: str) -> None:
        """Build a folder anew: other UIDVALIDITY, UIDs from 1 on, the mails kept."""
        with self.lock:
            old = self.boxes[name].mails.values()
            box = self.add_folder(name)
            for mail in old:
                box.add(mail.raw, mail.flags, mail.date)

    def dump(self) -> dict[str, Folder]:
        """What every folder holds, in the form Dovecot's dump has."""
        with self.lock:
            return {name: _dump(box) for name, box in self.boxes.items()}


def matches(mail: Mail, keys: list) -> bool:
    """Whether a mail answers IMAP search keys (the few that mail programs use)."""
    words = iter(keys)
    return all(_matches_one(mail, word, words) for word in words)


def _matches_one(mail: Mail, word, words: Iterator) -> bool:
    if isinstance(word, list):
        return matches(mail, word)
    name = word.upper()
    if name in _FLAG_KEYS:
        flag, wanted = _FLAG_KEYS[name]
        return (flag in mail.flags) == wanted
    if name == "ALL":
        return True
    if name == "NOT":
        return not _matches_one(mail, next(words), words)
    if name == "OR":
        return any([_matches_one(mail, next(words), words), _matches_one(mail, next(words), words)])
    if name == "UID":
        return in_set(mail.uid, next(words))
    if name in ("KEYWORD", "UNKEYWORD"):
        return (next(words) in mail.flags) == (name == "KEYWORD")
    if name == "HEADER":
        field_name, wanted = next(words), next(words)
        return wanted.lower() in header(mail.raw, field_name).lower()
    if name in ("SINCE", "BEFORE", "ON"):
        date = datetime.datetime.strptime(next(words), "%d-%b-%Y").date()  # noqa: DTZ007
        at = mail.date.date()
        return {"SINCE": at >= date, "BEFORE": at < date, "ON": at == date}[name]
    if name in ("SMALLER", "LARGER"):
        size = int(next(words))
        return len(mail.raw) < size if name == "SMALLER" else len(mail.raw) > size
    if re.fullmatch(r"[\d:*,]+", name):
        return True  # sequence numbers: only ever the whole folder here
    raise ValueError(f"the scripted server cannot search by {word}")


_FLAGS = ("Seen", "Deleted", "Flagged", "Answered", "Draft")
_FLAG_KEYS = {flag.upper(): (f"\\{flag}", True) for flag in _FLAGS} | {
    f"UN{flag.upper()}": (f"\\{flag}", False) for flag in _FLAGS
}


def header(raw: bytes, name: str) -> str:
    """A header's text as it stands, folded lines joined; empty when there is none."""
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0].decode("latin-1")
    found = re.search(rf"(?im)^{re.escape(name)}:(.*(?:\r?\n[ \t].*)*)", head)
    return re.sub(r"\r?\n", "", found[1]).strip() if found else ""


def fetch_item(mail: Mail, item: str) -> bytes:
    """One FETCH item as `NAME value`, for instance `RFC822.SIZE 1234`."""
    name = item.upper()
    if name == "UID":
        return b"UID %d" % mail.uid
    if name == "FLAGS":
        return b"FLAGS (" + " ".join(sorted(mail.flags)).encode() + b")"
    if name == "RFC822.SIZE":
        return b"RFC822.SIZE %d" % len(mail.raw)
    if name == "INTERNALDATE":
        return b"INTERNALDATE " + imaplib.Time2Internaldate(mail.date).encode()
    if name in ("RFC822", "RFC822.PEEK"):
        return b"RFC822 " + literal(mail.raw)
    body = re.fullmatch(r"BODY(?:\.PEEK)?\[(.*)\](?:<(\d+)\.(\d+)>)?", name)
    if not body:
        raise ValueError(f"the scripted server cannot fetch {item}")
    if not name.startswith("BODY.PEEK"):
        mail.flags.add("\\Seen")
    section, first, count = body.groups()
    content = _section(mail.raw, section)
    part = ""
    if first is not None:
        content, part = content[int(first) : int(first) + int(count)], f"<{first}>"
    return f"BODY[{section}]{part} ".encode() + literal(content)


def literal(content: bytes) -> bytes:
    """Bytes as an IMAP literal."""
    return b"{%d}\r\n%s" % (len(content), content)


def _section(raw: bytes, section: str) -> bytes:
    head, _, text = raw.partition(b"\r\n\r\n")
    if section == "":
        return raw
    if section == "HEADER":
        return head + b"\r\n\r\n"
    if section == "TEXT":
        return text
    names = re.fullmatch(r"HEADER\.FIELDS \((.*)\)", section)
    if not names:
        raise ValueError(f"the scripted server has no section {section}")
    wanted = {name.strip('"').lower().encode() for name in names[1].split()}
    fields = re.split(rb"\r\n(?![ \t])", head)
    kept = [one for one in fields if one.partition(b":")[0].strip().lower() in wanted]
    return b"".join(one + b"\r\n" for one in kept) + b"\r\n"


def in_set(uid: int, uid_set: str) -> bool:
    """Is this UID, or sequence number, in a sequence set such as «1:3,7»?"""
    for piece in uid_set.split(","):
        low, _, high = piece.partition(":")
        ends = [float("inf") if end == "*" else int(end) for end in (low, high or low)]
        if min(ends) <= uid <= max(ends):
            return True
    return False


def _dump(box: Box) -> Folder:
    messages = tuple(
        Message(
            uid=mail.uid,
            size=len(mail.raw),
            flags=tuple(sorted(mail.flags)),
            message_id=header(mail.raw, "Message-ID") or None,
            sha256=content_key(mail.raw),
            raw_sha256=hashlib.sha256(mail.raw).hexdigest(),
        )
        for mail in box.mails.values()
    )
    return Folder(box.uidvalidity, box.uidnext, messages)
