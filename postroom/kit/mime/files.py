"""The files of a mail: bytes, names, kinds."""

import hashlib

from postroom.kit.mime import headers, transfer
from postroom.kit.mime.letter import File
from postroom.kit.mime.names import EXTENSIONS
from postroom.kit.mime.notes import Notes
from postroom.kit.mime.parts import Part
from postroom.kit.mime.words import words
from postroom.kit.text import clean, safe_file_name

MESSAGES = ("message/rfc822", "message/global", "message/news")


def describe(raw: bytes, n: int, part: Part, shown: bool, notes: Notes) -> File:
    """File `n`; `shown` when the letter's page shows it, if it is a picture."""
    data = content(raw, part, notes)
    return File(
        n=n,
        name=_name(n, part, data),
        type=clean(part.type),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content_id=part.content_id,
        inline=shown and part.type.startswith("image/"),
    )


def content(raw: bytes, part: Part, notes: Notes) -> bytes:
    """The file's bytes, its transfer encoding undone; damage goes to `notes`."""
    encoding = part.encoding
    data = raw[part.start : part.end]
    if part.type in MESSAGES and encoding == "base64" and b":" in data[:200]:
        # A message must not be encoded (RFC 2046 5.2.1); some say so and do not do so.
        return data
    data, problem = transfer.decoded(data, encoding)
    if problem:
        notes.add(problem)
    return data


def _name(n: int, part: Part, data: bytes) -> str:
    if part.type in MESSAGES:
        return safe_file_name(part.name) or _from_subject(data) or f"attachment-{n}.eml"
    return safe_file_name(part.name) or f"attachment-{n}{EXTENSIONS.get(part.type, '.bin')}"


def _from_subject(data: bytes) -> str:
    subject = words(headers.parse(data, 0, len(data), Notes()).first(b"subject"))
    # A subject is no path: "Re: 3/4" keeps its words.
    subject = subject.replace("/", "-").replace("\\", "-")
    return safe_file_name(subject + ".eml") if subject.strip(" .") else ""
