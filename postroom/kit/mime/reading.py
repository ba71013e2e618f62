"""Reading a raw mail: the one door (docs/decisions/0002-reading-mail.md).

raw -> headers.parse -> parts.scan -> bodies.layout -> bodies.words_of, files.describe -> Letter
"""

import hashlib
import logging
from dataclasses import replace

from postroom.kit.mime import (
    bodies,
    bounces,
    charsets,
    cms,
    envelope,
    files,
    headers,
    machines,
    params,
    parts,
    plain,
    tnef,
)
from postroom.kit.mime.headers import Fields
from postroom.kit.mime.letter import INSIDE, PARSE_LIMIT, TEXT_LIMIT, Failure, File, Letter
from postroom.kit.mime.notes import Notes
from postroom.kit.mime.parts import Part
from postroom.kit.mime.words import words
from postroom.kit.text import clean

logger = logging.getLogger(__name__)

_BOM = b"\xef\xbb\xbf"


def read(raw: bytes) -> Letter:
    """The mail as nouns; raises nothing but MemoryError. What is odd is named in `problems`."""
    notes = Notes()
    try:
        return _read(_lined(raw), notes)
    except MemoryError:
        raise
    except Exception:
        # A mail that we cannot read is still a mail: its bytes are shown as they are.
        logger.exception("A mail of %d bytes could not be read", len(raw))
        return _unread(raw, notes)


def read_headers(raw: bytes) -> Letter:
    """The mail's header alone: who, to whom, when, about what."""
    notes = Notes()
    raw = _lined(raw)
    return envelope.letter(headers.parse(raw, _start(raw), len(raw), notes), notes)


def content(raw: bytes, n: int) -> bytes:
    """The bytes of file `n` of `read(raw).files`; LookupError when there is no such file."""
    raw = _lined(raw)
    wrapping, inside = divmod(n, INSIDE)
    place = wrapping or inside
    if len(raw) <= PARSE_LIMIT and place > 0:
        notes = Notes()
        fields = headers.parse(raw, _start(raw), len(raw), notes)
        found = bodies.layout(parts.scan(raw, fields, notes)).files
        if place <= len(found):
            data = files.content(raw, found[place - 1], Notes())
            if not wrapping:
                return data
            if found[place - 1].type in cms.TYPES:
                return content(cms.signed_content(data), inside)
            wrapped = tnef.unwrap(data).files
            if 0 < inside <= len(wrapped):
                return wrapped[inside - 1].data
    raise LookupError(f"no file {n} in this mail")


def content_key(raw: bytes) -> str:
    """SHA-256 in hex of the raw mail with LF line ends (MODEL decision 1)."""
    return hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()


def _read(raw: bytes, notes: Notes) -> Letter:
    fields = headers.parse(raw, _start(raw), len(raw), notes)
    if len(raw) > PARSE_LIMIT:
        notes.add("too-big")
        return envelope.letter(fields, notes)
    root = parts.scan(raw, fields, notes)
    found = bodies.layout(root)
    text, html = bodies.words_of(raw, found, notes)
    pictures = bodies.pictures_of(html)
    related = bodies.related(root) if html else frozenset()
    attached = [
        files.describe(raw, n, part, id(part) in related or part.content_id in pictures, notes)
        for n, part in enumerate(found.files, start=1)
    ]
    if any(tnef.is_wrapping(part.type, part.name) for part in found.files):
        text, html = _unwrapped(raw, found.files, attached, text, html, notes)
    encrypted, signed = bodies.encrypted(root, text), bodies.signed(root, text)
    if root.type in cms.TYPES and (inside := _signed_inside(raw, root, notes)):
        text, html, encrypted, signed = inside.text, inside.html, "", "smime"
        attached += [replace(one, n=INSIDE + one.n) for one in inside.files if one.n < INSIDE]
    automatic = machines.kind(fields, root, text)
    failures: tuple[Failure, ...] = ()
    if automatic == machines.BOUNCE:
        failures = bounces.failures(raw, root, fields, text, words(fields.first(b"subject")))
    return envelope.letter(
        fields,
        notes,
        text=text,
        html=html,
        files=tuple(attached),
        encrypted=encrypted,
        signed=signed,
        automatic=automatic,
        failures=failures,
    )


def _signed_inside(raw: bytes, root: Part, notes: Notes) -> Letter | None:
    """The letter which an S/MIME signature wraps; one in another is a file."""
    inside = _lined(cms.signed_content(files.content(raw, root, notes)))
    fields = headers.parse(inside, 0, len(inside), Notes())
    kind, _ = params.content_type(fields.first(b"content-type"))
    return _read(inside, notes) if inside and kind not in cms.TYPES else None


def _unwrapped(
    raw: bytes, found: list[Part], attached: list[File], text: str, html: str, notes: Notes
) -> tuple[str, str]:
    """Adds the files inside each winmail.dat; its words where the letter has none of its own."""
    for n, part in enumerate(found, start=1):
        if not tnef.is_wrapping(part.type, part.name):
            continue
        wrapping = tnef.unwrap(files.content(raw, part, notes))
        if not text.strip() and not html:
            html = clean(charsets.decode(wrapping.html[:TEXT_LIMIT], "", notes, html=True))
            text = clean(wrapping.text[:TEXT_LIMIT]) or (plain.from_html(html) if html else "")
        shown = bodies.pictures_of(html)
        attached += [
            files.describe_inside(n * INSIDE + place, inside, shown)
            for place, inside in enumerate(wrapping.files, start=1)
        ]
    return text, html


def _unread(raw: bytes, notes: Notes) -> Letter:
    notes.add("unreadable")
    text = clean(charsets.decode_plain(raw[:TEXT_LIMIT]))
    return envelope.letter(Fields([], [], 0), notes, text=text)


def _lined(raw: bytes) -> bytes:
    """Mails saved with CR line ends (old Macs) become readable; all others stay untouched."""
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _start(raw: bytes) -> int:
    """Past a byte order mark and empty lines, which some archives put before the first field."""
    start = len(_BOM) if raw.startswith(_BOM) else 0
    while raw[start : start + 1] in (b"\n", b"\r") and start < len(raw):
        start += 1
    return start


EMPTY = envelope.letter(Fields([], [], 0), Notes())
