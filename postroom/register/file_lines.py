"""A file as it stands in a list: its icon, what it is, and what to beware of."""

from collections.abc import Iterable
from dataclasses import dataclass

from postroom.register.mail_words import MESSAGES, what
from postroom.register.models import Attachment
from postroom.register.safety import PICTURES, PROGRAMS, ending, is_program

LARGEST_PICTURE = 20_000_000  # bytes
# Kinds that can do something when opened, or hide something that can (RELIABILITY 4.3).
RISKY = PROGRAMS | {
    *("chm", "docm", "htm", "html", "img", "one", "ppam", "pptm", "sldm", "svg", "url", "xhtml"),
    *("xla", "xlam", "xlsm", "xltm"),
}
ICONS = {
    "image": "image",
    "audio": "file-volume",
    "video": "file-play",
    "text": "file-text",
    "application/pdf": "file-text",
    "application/zip": "file-archive",
    "text/calendar": "calendar",
    "text/csv": "file-spreadsheet",
    "message/rfc822": "mail",
    "application/vnd.ms-excel": "file-spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "file-spreadsheet",
    "application/vnd.oasis.opendocument.spreadsheet": "file-spreadsheet",
}


@dataclass(frozen=True)
class FileLine:
    pk: int
    name: str
    size: int
    icon: str
    risky: bool
    what: str = ""  # a word on what it is, where its name does not tell
    is_message: bool = False  # it can be opened as a letter
    picture: bool = False  # a scan or photograph by itself, to be looked at in the page
    warned: bool = False  # a page stands before it: it carries a virus, or is a program
    opens: bool = False  # in a tab of its own, where the practice chose so
    checked: str = ""  # what the virus scanner says of it: a state of Scan
    virus: str = ""


def file_lines(
    attachments: Iterable[Attachment], locked: frozenset[int] = frozenset()
) -> list[FileLine]:
    return [
        file_line(a.pk, a.name, a.size, a.type, a.n in locked, is_picture(a)) for a in attachments
    ]


def file_line(
    pk: int, name: str, size: int, media_type: str, locked: bool, picture: bool = False
) -> FileLine:
    return FileLine(
        pk=pk,
        name=name,
        size=size,
        icon=_icon(media_type),
        risky=_is_risky(name),
        what=what(media_type, name, locked),
        is_message=is_message(media_type, name),
        picture=picture,
        warned=is_program(name),
    )


def is_message(media_type: str, name: str) -> bool:
    return media_type in MESSAGES or name.lower().endswith(".eml")


def is_picture(attachment: Attachment) -> bool:
    """Whether a stored file is a picture that a page can show."""
    shown = attachment.type in PICTURES and attachment.size <= LARGEST_PICTURE
    return attachment.stored_id is not None and shown


def _icon(media_type: str) -> str:
    family = media_type.partition("/")[0]
    return ICONS.get(media_type) or ICONS.get(family, "file")


def _is_risky(name: str) -> bool:
    return ending(name) in RISKY or is_program(name)
