"""The tree of a mail's parts as places in its raw bytes: nothing is copied or decoded here.

One pass from delimiter to delimiter. Each open multipart remembers where its own delimiter comes
next, so the work is at most (open multiparts) searches over the mail, each in C.
"""

import re
from dataclasses import dataclass, field

from postroom.kit.mime import headers, params
from postroom.kit.mime.headers import Fields
from postroom.kit.mime.letter import DEPTH_LIMIT, PARTS_LIMIT
from postroom.kit.mime.notes import Notes
from postroom.kit.mime.words import words

# Lines that begin like a delimiter and are none; hostile mails have millions.
FALSE_DELIMITERS_LIMIT = 100_000

_REST = re.compile(rb"(--)?[ \t]*+(?:\r?\n|\r?\Z)")
# A delimiter nobody announced: the line before a part's own fields.
_UNANNOUNCED = re.compile(
    rb"(?:\A|(?<=\n))--([^\s-][^\r\n]{0,200}?)[ \t]*\r?\n[Cc]ontent-[A-Za-z-]+:"
)
UNANNOUNCED_WINDOW = 20_000


@dataclass(slots=True, eq=False)
class Part:
    """A part and where its body lies; `children` is None for a leaf."""

    type: str
    params: dict[str, str]
    disposition: str
    name: str
    encoding: str
    content_id: str
    location: str
    start: int
    end: int
    children: "list[Part] | None" = None


@dataclass(slots=True, eq=False)
class _Level:
    part: Part
    children: list[Part]
    delimiter: bytes
    next: int
    after: int = 0
    closing: bool = False
    closed: bool = False


def scan(raw: bytes, fields: Fields, notes: Notes) -> Part:
    """The root part of the mail whose top fields are given."""
    root = part_of(fields, "text/plain", len(raw))
    if root.type.startswith("multipart/"):
        _Scan(raw, notes).run(root)
    return root


def part_of(fields: Fields, default: str, end: int) -> Part:
    """The part that these fields announce, its body running to `end` until known better."""
    kind, settings = params.content_type(fields.first(b"content-type"))
    known = dict(settings)
    word, named = "", ""
    if disposition := fields.first(b"content-disposition"):
        word, more = params.disposition(disposition)
        named = dict(more).get("filename") or dict(more).get("name") or ""
    name = named or known.get("name") or known.get("filename") or ""
    if not kind:
        wrong = b"content-type" in fields.names and name
        kind = "application/octet-stream" if wrong else default
    return Part(
        type=kind,
        params=known,
        disposition=word,
        name=name,
        encoding=_encoding(fields),
        content_id=words(fields.first(b"content-id")).strip(" <>"),
        location=words(fields.first(b"content-location")),
        start=fields.end,
        end=end,
    )


def leaves(part: Part) -> "list[Part]":
    """The leaves in the order in which they stand in the mail."""
    if part.children is None:
        return [part]
    return [leaf for child in part.children for leaf in leaves(child)]


def _encoding(fields: Fields) -> str:
    value = fields.first(b"content-transfer-encoding").lower()
    return value.partition(";")[0].partition("(")[0].strip(" \t\"'")


@dataclass(slots=True)
class _Scan:
    raw: bytes
    notes: Notes
    levels: list[_Level] = field(default_factory=list)
    current: Part | None = None
    parts: int = 0
    misses: int = 0

    def run(self, root: Part) -> None:
        self.open(root, len(self.raw))
        pos = root.start
        while level := self.next_level(pos):
            at, pos, closing = level.next, level.after, level.closing
            self.end_current(at)
            while self.levels[-1] is not level:
                self.close_level(at)
            level.closed = closing
            if closing:
                continue
            if self.parts >= PARTS_LIMIT:
                self.keep_rest(at)
                break
            pos = self.begin_part(level, pos)
        self.end_current(len(self.raw))
        while self.levels:
            level = self.levels[-1]
            if level.children and not level.closed:
                self.notes.add("truncated")
            self.close_level(len(self.raw))

    def begin_part(self, level: _Level, pos: int) -> int:
        """Reads the fields of the part that starts at `pos`; returns where its body starts."""
        self.parts += 1
        following = self.next_level(pos)
        bound = _before(self.raw, pos, following.next) if following else len(self.raw)
        fields = headers.parse(self.raw, pos, bound, self.notes)
        digest = level.part.type == "multipart/digest"
        part = part_of(fields, "message/rfc822" if digest else "text/plain", bound)
        level.children.append(part)
        if not part.type.startswith("multipart/"):
            self.current = part
        elif len(self.levels) >= DEPTH_LIMIT:
            self.notes.add("too-deep")
            self.current = part
        else:
            self.open(part, following.next if following else len(self.raw))
        # A part without blank line or body ends at the delimiter itself.
        return following.next if following and fields.end >= bound else fields.end

    def open(self, part: Part, limit: int) -> None:
        boundary = part.params.get("boundary", "").rstrip()
        delimiter = b"--" + boundary.encode("utf-8", "replace")
        level = _Level(part, [], delimiter, -1)
        if boundary and all(level.delimiter != other.delimiter for other in self.levels):
            self.find(level, part.start, limit)
        else:
            level.next = len(self.raw)
        if level.next == len(self.raw):
            self.unannounced(level)
        self.levels.append(level)

    def unannounced(self, level: _Level) -> None:
        """A boundary that is missing or wrong is taken from the first part's own line."""
        start = level.part.start
        end = min(level.part.end, start + UNANNOUNCED_WINDOW)
        found = _UNANNOUNCED.search(self.raw, start, end)
        self.notes.add("boundary")
        if found and all(b"--" + found[1] != other.delimiter for other in self.levels):
            level.delimiter = b"--" + found[1]
            self.find(level, start, level.part.end)

    def next_level(self, pos: int) -> _Level | None:
        """The open multipart whose delimiter comes first from `pos`, a line's start."""
        best = None
        limit = len(self.raw)
        for level in self.levels:
            if level.next < pos:
                self.find(level, pos, limit)
            # A tie, "a" closing where "a--" stands: the inner one, or its parts would be lost.
            if level.next < len(self.raw) and level.next <= limit:
                best, limit = level, level.next
        return best

    def find(self, level: _Level, pos: int, limit: int) -> None:
        """Sets where the level's delimiter comes next before `limit`; the mail's end when nowhere.

        Looking no further than the outer delimiters keeps each byte from being searched twice.
        """
        raw, delimiter = self.raw, level.delimiter
        level.next = len(raw)
        at = pos if raw.startswith(delimiter, pos) else self.line_with(delimiter, pos, limit)
        while pos <= at <= limit:
            if rest := _REST.match(raw, at + len(delimiter)):
                level.next, level.after, level.closing = at, rest.end(), bool(rest[1])
                return
            self.misses += 1
            if self.misses > FALSE_DELIMITERS_LIMIT:
                self.notes.add("too-many-parts")
                return
            at = self.line_with(delimiter, at + len(delimiter), limit)

    def line_with(self, delimiter: bytes, pos: int, limit: int) -> int:
        """The start of the next line that begins so, -1 when there is none before `limit`."""
        return self.raw.find(b"\n" + delimiter, pos, limit + len(delimiter)) + 1 or -1

    def end_current(self, at: int) -> None:
        if self.current:
            self.current.end = _before(self.raw, self.current.start, at)
            self.current = None

    def close_level(self, at: int) -> None:
        level = self.levels.pop()
        level.part.end = _before(self.raw, level.part.start, at)
        level.part.children = level.children or None
        if not level.children:
            # No delimiter was found: the body is read as it stands.
            level.part.type = "text/plain"

    def keep_rest(self, at: int) -> None:
        self.notes.add("too-many-parts")
        rest = part_of(Fields([], [], at), "application/octet-stream", len(self.raw))
        self.levels[0].children.append(rest)
        for level in self.levels:
            level.closed = True


def _before(raw: bytes, start: int, at: int) -> int:
    """The end of what stands before the delimiter at `at`: its line end belongs to it."""
    if at >= len(raw) and not raw.startswith(b"--", at):
        return max(start, min(at, len(raw)))
    if at > start and raw[at - 1 : at] == b"\n":
        at -= 1
        if at > start and raw[at - 1 : at] == b"\r":
            at -= 1
    return max(start, at)
