"""Reading a stored letter again, from its raw bytes."""

from functools import lru_cache
from pathlib import Path

from postroom.kit.mime import Letter, content, read, read_guarded
from postroom.register import rules
from postroom.register.models import Attachment, Entry, StoredMail

EMPTY = read(b"")
# A page, its frame and its next look read the same letter within seconds.
KEPT = 16  # letters a process remembers
KEPT_SIZE = 5_000_000  # bytes of raw mail; a bigger one is read each time


def letter(entry: Entry) -> Letter:
    """The entry's letter, parsed. Never raises: what cannot be read says so in `problems`.

    A letter that was set aside because it kills its reader is not given to it again here.
    """
    if entry.kind != Entry.EMAIL:
        return EMPTY
    mail = entry.mails.order_by("id").first()
    if mail is None or _is_set_aside(entry, mail):
        return _without_text("set-aside")
    if entry.reason == rules.LIMITS or "limits" in mail.problems:
        return _without_text("limits")
    try:
        if mail.size > KEPT_SIZE:
            return read_guarded(mail.read())
        return _read(mail.path, mail.path.stat().st_mtime_ns)
    except OSError:
        return _without_text("missing")


def _is_set_aside(entry: Entry, mail: StoredMail) -> bool:
    """By the mail's own word: the entry's reason is another one once a person has filed it."""
    failed = entry.reason in (rules.SET_ASIDE, rules.UNREADABLE)
    return failed or rules.SET_ASIDE in mail.problems


def file_bytes(attachment: Attachment) -> bytes:
    """An attachment, cut out of its letter or stored by itself. Raises OSError where the bytes
    are missing."""
    if attachment.stored:
        return attachment.stored.read()
    assert attachment.mail is not None
    return content(attachment.mail.read(), attachment.n)


@lru_cache(KEPT)
def _read(path: Path, written: int) -> Letter:
    """`written` (ns) tells a file from one that took its place."""
    return read_guarded(path.read_bytes())


def _without_text(problem: str) -> Letter:
    return Letter(**{**vars(EMPTY), "problems": (problem,)})
