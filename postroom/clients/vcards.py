"""vCards as a table: versions 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), many in a file.

Read a card at a time and by our own hand: programs write the versions mixed up, and of a card
only few lines matter here.
"""

import base64
import binascii
import hashlib
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from typing import BinaryIO, NamedTuple

from postroom.kit.tables import NotATable
from postroom.kit.text import clean, fold

HEADER = ("reference", "name", "email", "phone", "language", "birth_date", "deceased")
LONGEST = 1 << 20  # bytes of a line; a picture is on many
REFERENCE = 64

_BEGIN, _END = "begin:vcard", "end:vcard"
_LINE = re.compile(
    r"(?:[\w-]+\.)?([\w-]+)((?:;(?:\"[^\"]*\"|[^\":;])*(?:\"[^\"]*\")?)*):(.*)", re.S
)
_PARAM = re.compile(r";((?:\"[^\"]*\"|[^\";])*)")
_ESCAPED = re.compile(r"\\(.)", re.S)
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T.*)?")
_NO_YEAR = re.compile(r"--(\d\d)-?(\d\d)(?:T.*)?")


class Line(NamedTuple):
    """A property: its name and parameters in lower case."""

    name: str
    params: frozenset[str]  # "type=home" and, as version 2.1 has it, "home"
    value: str


@dataclass(frozen=True)
class Cards:
    """The cards of a file; a row each, counted from 2 as if under a header.

    A column that no card fills is absent, and says nothing.
    """

    file: BinaryIO
    header: tuple[str, ...]

    @classmethod
    def of(cls, file: BinaryIO) -> "Cards":
        """Raises NotATable when there is no card."""
        filled: set[str] = set()
        for cells in _rows(file):
            filled.update(name for name, cell in zip(HEADER, cells, strict=True) if cell)
        if filled <= {"reference"}:  # which is made up for a card that says nothing
            raise NotATable("nothing")
        return cls(file, tuple(name for name in HEADER if name in filled or name == "name"))

    def records(self) -> Iterator[tuple[int, list[str] | None]]:
        places = [HEADER.index(name) for name in self.header]
        for number, cells in enumerate(_rows(self.file), 2):
            yield number, [cells[place] for place in places]


def head_of(file: BinaryIO) -> str:
    """The first letters of a file, in capitals or not as they are, without marks and spaces."""
    file.seek(0)
    start = file.read(512)
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return start.decode(encoding, "replace").lstrip()


def is_vcards(start: str) -> bool:
    return start[: len(_BEGIN)].lower() == _BEGIN


def _rows(file: BinaryIO) -> Iterator[list[str]]:
    for lines in _cards(file):
        if not any(line.name == "kind" and fold(line.value) == "group" for line in lines):
            yield _cells(lines)


def _cells(lines: list[Line]) -> list[str]:
    name = _name(lines)
    emails = [address.removeprefix("mailto:") for address in _ranked(lines, "email")]
    phones = [_number(text) for text in _ranked(lines, "tel", without="fax")]
    uid = _first(lines, "uid").removeprefix("urn:uuid:")
    ways = (emails or phones or [""])[0]
    return [
        uid if 0 < len(uid) <= REFERENCE else _made_of(uid or f"{fold(name)} {fold(ways)}"),
        name,
        "; ".join(emails),
        "; ".join(phones),
        _first(lines, "lang"),
        _birth_date(lines),
        "yes" if _first(lines, "deathdate") or _first(lines, "x-deathdate") else "",
    ]


def _made_of(words: str) -> str:
    """The same card gives the same reference each time."""
    return f"vcard-{hashlib.sha256(words.encode()).hexdigest()[:20]}"


def _name(lines: list[Line]) -> str:
    if full := _first(lines, "fn"):
        return full
    raw = next((line.value for line in lines if line.name == "n"), "")
    family, given, *_ = [*_parts(raw), "", ""]
    if plain := f"{given} {family}".strip():
        return plain
    raw = next((line.value for line in lines if line.name == "org"), "")
    return (_parts(raw) or [""])[0]


def _birth_date(lines: list[Line]) -> str:
    text = _first(lines, "bday")
    if found := _DATE.fullmatch(text):
        return "-".join(found.groups())
    if found := _NO_YEAR.fullmatch(text):
        return f"--{found[1]}-{found[2]}"
    return ""  # a year alone, or words: version 4 allows both


def _number(text: str) -> str:
    return text.removeprefix("tel:").partition(";")[0].replace(",", " ")


def _first(lines: list[Line], name: str) -> str:
    return next((text for line in lines if line.name == name and (text := _plain(line.value))), "")


def _ranked(lines: list[Line], name: str, without: str = "") -> list[str]:
    """What is preferred comes first."""
    found = [line for line in lines if line.name == name and _plain(line.value)]
    if without:
        found = [line for line in found if not _has(line, without) or _has(line, "voice")]
    found.sort(key=lambda line: not (_has(line, "pref") or "pref=1" in line.params))
    return [_plain(line.value) for line in found]


def _has(line: Line, kind: str) -> bool:
    return any(kind in re.split(r"[=,]", param) for param in line.params)


def _plain(value: str) -> str:
    return " ".join(_ESCAPED.sub(_meant, value).split())


def _meant(found: re.Match[str]) -> str:
    return " " if found[1] in "nN" else found[1]


def _parts(value: str) -> list[str]:
    """The parts between semicolons that are not escaped."""
    pieces = re.split(r"(?<!\\);", value)
    return [_plain(piece.replace("\\;", ";")) for piece in pieces]


# --- lines ----------------------------------------------------------------------------------


def _cards(file: BinaryIO) -> Iterator[list[Line]]:
    card: list[Line] | None = None
    for text in _unfolded(file):
        mark = text.strip().lower()
        if mark == _BEGIN:
            card = []
        elif mark == _END:
            if card is not None:
                yield card
            card = None
        elif card is not None and (line := _line(text)):
            card.append(line)
    if card:
        yield card  # cut off: what is there is kept


def _line(text: str) -> Line | None:
    found = _LINE.fullmatch(text)
    if not found:
        return None
    params = frozenset(param.replace('"', "").lower() for param in _PARAM.findall(found[2]))
    value = found[3]
    if _quoted_printable(params):
        value = quopri.decodestring(value.encode("utf-8", "replace")).decode("utf-8", "replace")
    elif params & {"encoding=b", "encoding=base64", "base64"}:
        value = _from_base64(value)
    return Line(found[1].lower(), params, clean(value))


def _quoted_printable(params: frozenset[str]) -> bool:
    return bool(params & {"encoding=quoted-printable", "quoted-printable"})


def _from_base64(value: str) -> str:
    try:
        return base64.b64decode(value[: 4 * REFERENCE * 4]).decode()
    except (binascii.Error, ValueError):
        return ""  # a picture


def _unfolded(file: BinaryIO) -> Iterator[str]:
    """Whole lines: what goes on after a space is joined, and after the = of quoted-printable."""
    held: str | None = None
    soft = False
    for text in _texts(file):
        if held is not None and (soft or text[:1] in (" ", "\t")):
            joined = held[:-1] if soft else held
            held = (joined + text.removeprefix(" ").removeprefix("\t"))[:LONGEST]
        else:
            if held is not None:
                yield held
            held = text
        soft = held.endswith("=") and "quoted-printable" in held.partition(":")[0].lower()
    if held is not None:
        yield held


def _texts(file: BinaryIO) -> Iterator[str]:
    file.seek(0)
    if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
        file.seek(0)
        wrapped = TextIOWrapper(file, "utf-16", errors="replace")
        try:
            for text in wrapped:
                yield text.rstrip("\r\n")
        finally:
            wrapped.detach()
        return
    file.seek(0)
    while line := file.readline(LONGEST):
        # Line by line: address books were written in two encodings.
        try:
            text = line.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = line.decode("cp1252", "replace")
        yield text.rstrip("\r\n")
