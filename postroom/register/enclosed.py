"""A message attached to a letter, read as a letter of its own.

`within` says where it lies: () is the attachment itself, (2,) file 2 of it, (2, 1) file 1 of that.
Nothing of it is a row: it is cut out of the raw mail each time (docs/decisions/0007).
"""

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from postroom.kit import html
from postroom.kit.mime import File, Letter, content, read_guarded
from postroom.practice.models import Practice
from postroom.register import outside
from postroom.register.away import Away
from postroom.register.file_lines import FileLine, file_line, is_message
from postroom.register.letters import file_bytes
from postroom.register.mail_words import kept_shut
from postroom.register.models import Attachment
from postroom.register.reading import Look, Shown, people
from postroom.register.words import odd

DEEPEST = 10  # messages inside one another
Within = tuple[int, ...]


@dataclass(frozen=True)
class Enclosed:
    """The message as its page shows it; `files` with the place of each."""

    letter: Letter
    framed: bool
    body: SafeString
    outside: Shown
    senders: list[str]
    to: list[str]
    cc: list[str]
    problems: list[str]
    notes: list[str]
    files: list[tuple[str, FileLine]]


def place(text: str) -> Within | None:
    """«2.1» as (2, 1); None for what is no place."""
    numbers = [one for one in text.split(".") if one] if text else []
    if len(numbers) > DEEPEST or not all(one.isascii() and one.isdigit() for one in numbers):
        return None
    return tuple(int(one[:9]) for one in numbers)


def enclosed(attachment: Attachment, within: Within) -> Letter:
    """The message at that place. Raises LookupError where there is none, OSError as file_bytes."""
    name, media_type, data = _found(attachment, within)
    if not is_message(media_type, name):
        raise LookupError(f"{name} is no message")
    return read_guarded(data)


def enclosed_file(attachment: Attachment, within: Within) -> tuple[str, bytes]:
    """Name and bytes of the file at that place. Raises as `enclosed`."""
    name, _, data = _found(attachment, within)
    return name, data


def shown(attachment: Attachment, within: Within, practice: Practice, look: Look) -> Enclosed:
    """The message ready for its page. Raises as `enclosed`."""
    letter = enclosed(attachment, within)
    as_text = look.as_text
    framed = bool(letter.html) and not as_text
    return Enclosed(
        letter=letter,
        framed=framed,
        body=mark_safe("" if framed else html.from_text(letter.text, Away(practice.slug))),  # noqa: S308 - escaped there
        outside=_outside(attachment, letter, practice, look) if framed else Shown(),
        senders=people(letter.senders),
        to=people(letter.to),
        cc=people(letter.cc),
        problems=[words for words in map(odd, letter.problems) if words],
        notes=kept_shut(letter),
        files=[
            (
                ".".join(map(str, (*within, file.n))),
                file_line(0, file.name, file.size, file.type, file.locked),
            )
            for file in letter.files
        ],
    )


def document(attachment: Attachment, within: Within, practice: Practice, look: Look) -> str:
    """The document inside the frame; pictures sent along are not shown here, but are files."""
    letter = enclosed(attachment, within)
    return html.document(html.folded(_safe(attachment, letter, practice, look).body))


def _outside(attachment: Attachment, letter: Letter, practice: Practice, look: Look) -> Shown:
    found = _safe(attachment, letter, practice, look)
    return Shown(
        blocked=found.blocked,
        shown=found.outside,
        by=outside.ONCE if found.outside else "",
        token=outside.once_token(practice.slug, attachment.entry_id),
    )


def _safe(attachment: Attachment, letter: Letter, practice: Practice, look: Look) -> html.Safe:
    """Nobody vouches for it: its pictures from the internet are shown once, never always."""
    entry = attachment.entry_id
    return html.safe(
        letter.html,
        picture=lambda content_id: None,
        show_remote=outside.is_once(practice.slug, entry, look.pictures),
        remote=outside.Outside(practice.slug, entry),
        away=Away(practice.slug),
    )


def _found(attachment: Attachment, within: Within) -> tuple[str, str, bytes]:
    """Name, type and bytes."""
    name, media_type, data = attachment.name, attachment.type, file_bytes(attachment)
    for n in within:
        if not is_message(media_type, name):
            raise LookupError(f"{name} is no message")
        file = _listed(read_guarded(data), n)
        name, media_type, data = file.name, file.type, content(data, n)
    return name, media_type, data


def _listed(letter: Letter, n: int) -> File:
    for file in letter.files:
        if file.n == n:
            return file
    raise LookupError(f"no file {n}")
