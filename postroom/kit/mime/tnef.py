"""winmail.dat: what Outlook wraps its attachments in (MS-OXTNEF, MS-OXRTFCP).

Everything is a slice of the wrapping; only the compressed RTF grows, and that has its limit.
What is damaged ends the reading: all files that came before are there.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
SIGNATURE = b"\x78\x9f\x3e\x22"
FILES_LIMIT = 500
PROPERTIES_LIMIT = 10_000
RTF_LIMIT = 5_000_000  # bytes of RTF taken out of its compression

_BODY, _CODEPAGE, _MESSAGE = 0x0002800C, 0x00069007, 0x00069003
_NEW_FILE, _TITLE, _DATA, _FILE = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_TEXT, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_NAME, _LONG_NAME, _SHOWN_NAME = 0x3704, 0x3707, 0x3001
_TYPE, _CONTENT_ID, _CONTENT, _METHOD = 0x370E, 0x3712, 0x3701, 0x3705
_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_OBJECT, _STRING, _WIDE, _BINARY = 0xD, 0x1E, 0x1F, 0x102
_MANY = 0x1000
_EMBEDDED = 5  # the method of a message attached to this one
_IID = 16  # bytes that name the interface, before an object's own

# What the compression knows before its first byte (MS-OXRTFCP 2.1.3.1.1).
_KNOWN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


@dataclass(slots=True)
class Inside:
    """A file in the wrapping."""

    name: str = ""
    type: str = ""
    content_id: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Wrapping:
    """The files, and the words of the letter where the wrapping has them."""

    files: list[Inside] = field(default_factory=list)
    text: str = ""
    html: bytes = b""
    charset: str = "cp1252"


def is_wrapping(media_type: str, name: str) -> bool:
    """By what a part says of itself; cheap, for every file of every mail."""
    return media_type in TYPES or name.lower() == "winmail.dat"


def unwrap(data: bytes) -> Wrapping:
    """All that can be read; an empty Wrapping where it is none. Never raises."""
    found = Wrapping()
    if data.startswith(SIGNATURE):
        with suppress(struct.error, ValueError, IndexError, LookupError):
            _Reader(data, found).run()
    found.files = [one for one in found.files if one.data or one.name]
    return found


@dataclass(slots=True)
class _Reader:
    data: bytes
    found: Wrapping

    def run(self) -> None:
        for name, value in _attributes(self.data):
            if name == _CODEPAGE and len(value) >= 4:
                self.found.charset = _charset(struct.unpack_from("<I", value)[0])
            elif name == _BODY:
                self.found.text = self.words(value)
            elif name == _MESSAGE:
                self.message(dict(_properties(value)))
            elif name == _NEW_FILE:
                if len(self.found.files) >= FILES_LIMIT:
                    return
                self.found.files.append(Inside())
            elif self.found.files and name == _TITLE:
                self.found.files[-1].name = self.found.files[-1].name or self.words(value)
            elif self.found.files and name == _DATA:
                self.found.files[-1].data = value
            elif self.found.files and name == _FILE:
                self.file(self.found.files[-1], dict(_properties(value)))

    def message(self, known: dict[int, tuple[int, bytes]]) -> None:
        self.found.text = self.found.text or self.string(known.get(_TEXT))
        self.found.html = known[_HTML][1] if _HTML in known else b""
        if _RTF in known and not self.found.html and (rtf := rtf_of(known[_RTF][1])):
            self.found.files.append(Inside("message.rtf", "application/rtf", "", rtf))

    def file(self, file: Inside, known: dict[int, tuple[int, bytes]]) -> None:
        named = (self.string(known.get(one)) for one in (_LONG_NAME, _SHOWN_NAME, _NAME))
        file.name = next(filter(None, named), "") or file.name
        file.type = self.string(known.get(_TYPE)).lower()
        file.content_id = self.string(known.get(_CONTENT_ID)).strip(" <>")
        embedded = known.get(_METHOD, (0, b""))[1][:1] == bytes([_EMBEDDED])
        if _CONTENT in known and (embedded or not file.data):
            # Of a message within, the other place only says that it is one.
            kind, data = known[_CONTENT]
            file.data = data[_IID:] if kind == _OBJECT else data
        if embedded:
            file.type = "application/vnd.ms-outlook"

    def string(self, value: tuple[int, bytes] | None) -> str:
        if value is None:
            return ""
        kind, data = value
        if kind == _WIDE:
            return data.decode("utf-16-le", "replace").rstrip("\x00")
        return self.words(data) if kind == _STRING else ""

    def words(self, data: bytes) -> str:
        return data.rstrip(b"\x00").decode(self.found.charset, "replace")


def rtf_of(data: bytes) -> bytes:
    """RTF out of its compression, up to RTF_LIMIT; b"" where it is none."""
    if len(data) < 16:
        return b""
    _, size, kind, _ = struct.unpack_from("<IIII", data)
    size = min(size, RTF_LIMIT)
    if kind == 0x414C454D:  # stored as it is
        return data[16 : 16 + size]
    if kind != 0x75465A4C:
        return b""
    out = bytearray(_KNOWN)
    at, most = 16, len(_KNOWN) + size
    while at < len(data) and len(out) < most:
        flags = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data) or len(out) >= most:
                break
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            if at + 1 >= len(data):
                return bytes(out[len(_KNOWN) :])
            place, length = data[at] << 4 | data[at + 1] >> 4, (data[at + 1] & 15) + 2
            at += 2
            # A place in a ring of 4,096 bytes; the end of what is written ends the text.
            back = (len(out) - place) & 4095
            if not back:
                return bytes(out[len(_KNOWN) :])
            for _ in range(length):
                out.append(out[-back] if back <= len(out) else 0)
    return bytes(out[len(_KNOWN) : most])


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6  # past the signature and a key that nobody needs
    while at + 9 <= len(data):
        level, name, size = struct.unpack_from("<BII", data, at)
        if level not in (1, 2):
            return
        yield name, data[at + 9 : at + 9 + size]
        at += 9 + size + 2  # a checksum ends it


def _properties(data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """(property, (kind, value)); of a property with many values the first."""
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(min(count, PROPERTIES_LIMIT)):
        if at + 4 > len(data):
            return
        kind, name = struct.unpack_from("<HH", data, at)
        at += 4
        if name >= 0x8000:
            at = _past_name(data, at)
        many, kind = bool(kind & _MANY), kind & ~_MANY
        variable = kind in (_OBJECT, _STRING, _WIDE, _BINARY)
        values = 1
        if many or variable:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        if not variable:
            size = _SIZES[kind]
            yield name, (kind, data[at : at + size])
            at += size * values
            continue
        for n in range(values):
            if at + 4 > len(data):
                return
            (size,) = struct.unpack_from("<I", data, at)
            if n == 0:
                yield name, (kind, data[at + 4 : at + 4 + size])
            at += 4 + size + -size % 4


def _past_name(data: bytes, at: int) -> int:
    (by_name,) = struct.unpack_from("<I", data, at + 16)
    at += 20
    if not by_name:
        return at + 4
    (size,) = struct.unpack_from("<I", data, at)
    return at + 4 + size + -size % 4


def _charset(codepage: int) -> str:
    known = {65001: "utf-8", 932: "shift_jis", 936: "gb18030", 28591: "cp1252", 20127: "cp1252"}
    name = known.get(codepage, f"cp{codepage}")
    try:
        "".encode(name)
    except LookupError:
        return "cp1252"
    return name
