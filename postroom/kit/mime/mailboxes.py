"""Lists of mailboxes as they are written (RFC 5322 3.4, and what else is seen)."""

import re
from collections.abc import Iterable
from itertools import groupby

from postroom.kit.mime.letter import ADDRESSES_LIMIT, HEADER_LIMIT, Address
from postroom.kit.mime.words import shown, words

# What nearly every mail has: one address with a plain or quoted name before it.
_SIMPLE = re.compile(r'(?:"([^"\\]*+)"\s*+|([^"()<>,:;@\\]*+))<([^\s<>"(),:;\\]++)>')
_BARE = re.compile(r'[^\s<>"(),:;\\@]+@[^\s<>"(),:;\\@]+')
_TOKEN = re.compile(
    r'"((?:[^"\\]|\\.)*+)"'  # 1 quoted
    r'|<((?:"[^"<>]*"|[^<>"])*+)>?'  # 2 angle
    r'|([^\s"<>(),;:]++)'  # 3 word
    r"|(\s++)"  # 4 space
    r"|(.)",  # 5 mark
    re.S,
)
_UNQUOTE = re.compile(r"\\(.)", re.S)
_ROUTE = re.compile(r"(?:@[^,:]*,?)++:")
_INNER_COMMENT = re.compile(r"\([^()]*+\)")
# A hostile header may open a comment in every letter.
COMMENT_LIMIT = 2_000
OPEN_COMMENTS_LIMIT = 10

_Piece = tuple[str, bool]  # text, and whether it stood in quotes
_SPACE: _Piece = (" ", False)


def parse_all(values: Iterable[str]) -> tuple[Address, ...]:
    """Every mailbox of these header values, groups opened, at most ADDRESSES_LIMIT."""
    found: list[Address] = []
    spent = 0
    for value in values:
        found.extend(parse(value))
        spent += len(value)
        if len(found) >= ADDRESSES_LIMIT or spent > HEADER_LIMIT:
            break
    return tuple(found[:ADDRESSES_LIMIT])


def parse(value: str) -> list[Address]:
    """The mailboxes of one header value on one line, encoded words still encoded."""
    value = value.strip()
    if simple := _SIMPLE.fullmatch(value):
        name = simple[1] if simple[1] is not None else simple[2].strip()
        return [Address(shown(name) if name else "", words(simple[3]))]
    if _BARE.fullmatch(value):
        return [Address("", words(value))]
    return _Reader(value).read() if value else []


class _Reader:
    """Walks the tokens once; a mailbox ends at a comma, a semicolon or the end."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.has_groups = ";" in value
        self.open_comments = 0
        self.found: list[Address] = []
        self.prefix = ""
        self.begin()

    def begin(self) -> None:
        self.pieces: list[_Piece] = []
        self.comments: list[str] = []
        self.angle: str | None = None
        self.has_at = False

    def read(self) -> list[Address]:
        pos = 0
        while pos < len(self.value) and len(self.found) < ADDRESSES_LIMIT:
            match = _TOKEN.match(self.value, pos)
            if match is None:  # pragma: no cover - the pattern takes any character
                break
            pos = match.end()
            if match[5] == "(":
                pos = self.comment(pos)
            elif match[5] == '"':
                # Never closed: it and those after it mean nothing.
                self.value = self.value[:pos] + self.value[pos:].replace('"', " ")
            else:
                self.take(match)
        self.finish("")
        return self.found

    def take(self, match: re.Match[str]) -> None:
        quoted, angle, word, space, mark = match.groups()
        if quoted is not None:
            self.quoted(match, quoted)
        elif angle is not None:
            if self.angle and "@" in self.angle and "@" in angle:
                self.finish(",")
            self.angle = angle if not self.angle or "@" in angle else self.angle
        elif word is not None:
            self.word(word)
        elif space is not None:
            self.pieces.append(_SPACE)
        elif mark in ",;":
            self.finish(mark)
        elif mark == ":" and self.has_groups and self.angle is None and not self.has_at:
            # The name of a group: its members follow.
            self.prefix = ""
            self.begin()
        elif mark != ">":
            self.word(mark)

    def word(self, text: str) -> None:
        self.pieces.append((text, False))
        self.has_at = self.has_at or "@" in text

    def quoted(self, match: re.Match[str], quoted: str) -> None:
        if match.string.startswith("@", match.end()):
            # "john doe"@example.org: the quotes belong to the address.
            self.word(match[0])
            return
        text = _UNQUOTE.sub(r"\1", quoted) if "\\" in quoted else quoted
        self.pieces.append((text, True))

    def comment(self, pos: int) -> int:
        depth = 1
        last = min(len(self.value), pos + COMMENT_LIMIT)
        for end in range(pos, last if self.open_comments < OPEN_COMMENTS_LIMIT else pos):
            letter = self.value[end]
            if letter in "()" and self.value[end - 1] != "\\":
                depth += 1 if letter == "(" else -1
                if not depth:
                    self.comments.append(self.value[pos:end])
                    return end + 1
        # Never closed: a bracket is a letter like another.
        self.open_comments += 1
        self.word("(")
        return pos

    def finish(self, mark: str) -> None:
        if self.angle is None:
            name, address = _split(self.pieces)
        else:
            name, address = "".join(text for text, _ in self.pieces), self.angle
        name = (self.prefix + name.strip()).strip()
        self.prefix = ""
        if self.angle is None and not address and mark == "," and name:
            # "Doe, John <john@x>": the comma stands inside a name without quotes.
            self.prefix = name + ", "
            self.begin()
            return
        if not name and address:
            name = " ".join(_UNQUOTE.sub(r"\1", piece).strip() for piece in self.comments)
        name = " ".join(shown(name.removesuffix(",")).split())
        address = words(_plain(address))
        if name or address:
            self.found.append(Address(name, address))
        self.begin()


def _split(pieces: list[_Piece]) -> tuple[str, str]:
    """Without angle brackets: the other words, and the last word with an @ outside quotes."""
    grouped = [_word(list(group)) for space, group in groupby(pieces, _is_space) if not space]
    for n in range(len(grouped) - 1, -1, -1):
        text, quoted = grouped[n]
        if "@" in text and not quoted:
            others = grouped[:n] + grouped[n + 1 :]
            return " ".join(other for other, _ in others), text
    return " ".join(text for text, _ in grouped), ""


def _is_space(piece: _Piece) -> bool:
    return piece is _SPACE


def _word(pieces: list[_Piece]) -> _Piece:
    return "".join(text for text, _ in pieces), any(quoted for _, quoted in pieces)


def _plain(address: str) -> str:
    if "(" in address:
        address = _INNER_COMMENT.sub("", address)
    if address.startswith("@"):
        address = _ROUTE.sub("", address, count=1) or address
    if address[:7].lower() == "mailto:":
        address = address[7:].partition("?")[0]
    # Spaces around the marks of an address are folding, never part of it.
    return address.strip() if '"' in address else "".join(address.split())
