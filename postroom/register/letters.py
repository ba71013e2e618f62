"""Reading a stored letter again, from its raw bytes."""

from postroom.kit.mime import Letter, content, read
from postroom.register import rules
from postroom.register.models import Attachment, Entry

EMPTY = read(b"")


def letter(entry: Entry) -> Letter:
    """The entry's letter, parsed. Never raises: what cannot be read says so in `problems`.

    A letter that was set aside because it kills the parser is not given to it again here.
    """
    mail = entry.mails.order_by("id").first()
    if mail is None or entry.reason == rules.SET_ASIDE:
        return _without_text("set-aside")
    try:
        return read(mail.read())
    except OSError:
        return _without_text("missing")


def file_bytes(attachment: Attachment) -> bytes:
    """An attachment, cut out of its letter. Raises OSError where the letter is missing."""
    return content(attachment.mail.read(), attachment.n)


def _without_text(problem: str) -> Letter:
    return Letter(**{**vars(EMPTY), "problems": (problem,)})
