"""The files of a mail: bytes, names, kinds."""

import hashlib

from postroom.kit.mime import headers, params, transfer
from postroom.kit.mime.letter import File
from postroom.kit.mime.names import EXTENSIONS, TYPES
from postroom.kit.mime.notes import Notes
from postroom.kit.mime.parts import Part
from postroom.kit.mime.tnef import Inside
from postroom.kit.mime.words import words
from postroom.kit.text import clean, safe_file_name

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
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
        locked=is_locked(data),
    )


def describe_inside(n: int, inside: Inside, shown: frozenset[str]) -> File:
    """A file inside a winmail.dat; `shown` are the Content-IDs which the letter's page shows."""
    media_type = params.content_type(inside.type)[0] or guessed_type(inside.name)
    return File(
        n=n,
        name=safe_file_name(clean(inside.name))
        or f"attachment-{n}{EXTENSIONS.get(media_type, '.bin')}",
        type=media_type,
        size=len(inside.data),
        sha256=hashlib.sha256(inside.data).hexdigest(),
        content_id=clean(inside.content_id),
        inline=inside.content_id in shown and media_type.startswith("image/"),
        locked=is_locked(inside.data),
    )


def guessed_type(name: str) -> str:
    """By the end of its name, where nobody said it."""
    ending = "." + name.rpartition(".")[2].lower()
    return TYPES.get(ending, "application/octet-stream")


def is_locked(data: bytes) -> bool:
    """Whether a PDF, a zip or an Office file asks for a password before it opens."""
    if data.startswith(b"%PDF"):
        return b"/Encrypt" in data
    if data.startswith(b"PK\x03\x04"):
        return bool(data[6:7]) and bool(data[6] & 1)
    return data.startswith(_OLE) and _ENCRYPTED_PACKAGE in data


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
