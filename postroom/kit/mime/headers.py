"""A block of header fields: where it ends, and its fields in order."""

import re
from dataclasses import dataclass

from postroom.kit.mime.letter import HEADER_LIMIT, HEADERS_LIMIT
from postroom.kit.mime.notes import Notes
from postroom.kit.mime.words import header_text

# Possessive, so that a field of a million lines keeps no way back in memory.
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)\n?")
_END = re.compile(rb"\r?(?:\n|\Z)")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_ENVELOPE = re.compile(rb">?From [^\n]*(?:\n|\Z)")
# A line that is no field ends the headers, unless one of these still follows before a blank line.
_STILL_HEADERS = re.compile(
    rb"(?im)^(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|reply-to"
    rb"|references|in-reply-to|x-[a-z-]+)[ \t]*:"
)
# Looked at after each odd line; small, since a thousand parts may each hold odd lines.
JUNK_LIMIT = 20
JUNK_WINDOW = 8_000


@dataclass(slots=True)
class Fields:
    """Header fields in order: names in lower case, values raw; `end` is where the body starts."""

    names: list[bytes]
    values: list[bytes]
    end: int

    def first(self, name: bytes) -> str:
        """The first value of that name on one line, '' when absent; words still encoded."""
        if name in self.names:
            return header_text(self.values[self.names.index(name)])
        return ""

    def all(self, name: bytes) -> list[str]:
        """Every value of that name, in order."""
        return [header_text(self.values[i]) for i in self.places(name)]

    def places(self, name: bytes) -> list[int]:
        """The places of the fields of that name."""
        return [i for i, other in enumerate(self.names) if other == name]


def parse(raw: bytes, start: int, end: int, notes: Notes) -> Fields:
    """The fields from `start`, the body's start with them; limits and oddities go to `notes`."""
    names: list[bytes] = []
    values: list[bytes] = []
    pos = start
    junk = 0
    while pos < end:
        match = _FIELD.match(raw, pos, end)
        if match:
            if len(names) == HEADERS_LIMIT:
                notes.add("too-many-headers")
                return Fields(names, values, _after_blank_line(raw, pos, end))
            name, value = match.groups()
            if len(value) > HEADER_LIMIT:
                notes.add("header-cut")
                value = value[:HEADER_LIMIT]
            names.append(name.lower())
            values.append(value)
            pos = match.end()
            continue
        if blank := _END.match(raw, pos, end):
            return Fields(names, values, blank.end())
        skipped = _skip(raw, pos, end, first=not names)
        junk += 1
        if skipped == pos or junk > JUNK_LIMIT:
            # Text begins without a blank line before it.
            notes.add("headers")
            return Fields(names, values, pos)
        if not _ENVELOPE.match(raw, pos, end):
            notes.add("headers")
        pos = skipped
    return Fields(names, values, end)


def _skip(raw: bytes, pos: int, end: int, first: bool) -> int:
    """Past the line at `pos` when headers go on after it, else `pos`."""
    envelope = _ENVELOPE.match(raw, pos, end)
    if envelope and first:
        return envelope.end()
    if raw.startswith(b"--", pos):
        return pos
    blank = _BLANK_LINE.search(raw, pos, min(end, pos + JUNK_WINDOW))
    line_end = raw.find(b"\n", pos, end) + 1
    if blank and line_end and _STILL_HEADERS.search(raw, line_end, blank.start() + 1):
        return line_end
    return pos


def _after_blank_line(raw: bytes, pos: int, end: int) -> int:
    if raw.startswith(b"--", pos):
        return pos
    blank = _BLANK_LINE.search(raw, pos, end)
    return blank.end() if blank else end
