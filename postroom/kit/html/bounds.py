"""Mail HTML written again so that no tree builder can be made to work without end.

The tree builder of HTML is quadratic in depth, in attributes and in formatting elements left open
(measured with nh3 0.3.8: 50,000 nested <div> 5 s; 20 kB of <font> and <p> 25 MB and 300 MB of
memory); its tokenizer in entities without end (400,000 times "&nbsp": minutes); its writer in the
length of one text with many "&" (a million: 10 s). This pass is linear and bounds them all.

It is no sanitiser: what it lets through is judged again. Every tag it writes is its own, so that
the next parser sees the same tags.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape

from postroom.kit.html.allowed import FORMATTING, TAGS, VOID, attributes_of, words

DEPTH = 200  # Chromium flattens at 512; the deepest real newsletters stay under 100
TABLES = 40  # tables within tables
FORMATTING_OPEN = 24
WRITTEN = 150_000  # start tags; beyond, only text is kept. 2 MB of real newsletter has 40,000
REOPENED = 200_000  # characters of start tags written again
PIECE = 4_000  # characters of one text node
SPLIT = 6  # blocks one formatting end tag may split; past 8 the standard leaves it open for ever

# Their content is never text for a reader.
_RAW = frozenset({"iframe", "script", "style", "title"})
_TO_THE_END = frozenset({"script", "style"})
_CELLS = frozenset({"td", "th", "caption"})
_SECTIONS = frozenset({"tbody", "thead", "tfoot"})
_TABLE_PARTS = _CELLS | _SECTIONS | {"tr", "colgroup"}
_ALIASES = {"body": "div", "image": "img"}
# A start tag on the left ends what is open of the right, down to a boundary.
_ENDS: dict[str, frozenset[str]] = {
    "li": frozenset({"li"}),
    "dd": frozenset({"dd", "dt"}),
    "dt": frozenset({"dd", "dt"}),
}
_ROW = frozenset({"tr", "colgroup"})
_ENDS_IN_TABLE: dict[str, tuple[frozenset[str], ...]] = {
    **dict.fromkeys(_CELLS, (_CELLS,)),
    "tr": (_CELLS, _ROW),
    **dict.fromkeys(_SECTIONS | {"colgroup"}, (_CELLS, _ROW, _SECTIONS)),
}
_INLINE = (
    FORMATTING
    | VOID
    | _TABLE_PARTS
    | words("abbr acronym bdi cite del dfn ins kbd mark q rp rt ruby samp span sub sup time var")
) - {"hr"}  # everything else ends a paragraph

_TEXT = re.compile(r"[^<]+|(?:<(?![a-zA-Z/!?]))+")
_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/>\x00]*)")
_ATTRIBUTE = re.compile(r"[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]*)))?")
_NUMBERED = r"#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?"
_ENTITY = re.compile(rf"&(?:{_NUMBERED}|[a-zA-Z][a-zA-Z0-9]{{1,31}};?)")
# In an address, &copy=1 is no copyright sign: names count only when they end.
_ENTITY_IN_VALUE = re.compile(rf"&(?:{_NUMBERED}|[a-zA-Z][a-zA-Z0-9]{{1,31}};)")
_TAG_END = re.compile(r"[\s/]*>")


def bounded(source: str) -> str:
    """The same mail with bounded depth, attributes and open formatting; linear in its length."""
    writer = _Writer()
    reader = _Reader(source)
    at = 0
    while at < len(source):
        if text := _TEXT.match(source, at):
            writer.text(text[0])
            at = text.end()
        elif tag := _NAME.match(source, at):
            at = _tag(reader, writer, tag)
        else:
            at = reader.after_comment(at)
    writer.close_all()
    return "".join(writer.out)


def _tag(reader: "_Reader", writer: "_Writer", tag: re.Match[str]) -> int:
    """Handle one tag; where to read on."""
    name = tag[2].lower()
    attributes, at = reader.attributes(tag.end(), attributes_of(name))
    if at is None:
        return len(reader.source)  # cut in the middle of a tag
    if tag[1]:
        writer.end(_ALIASES.get(name, name))
    elif name in _RAW:
        return reader.after_raw(name, at)
    else:
        if name == "body":
            attributes = _body_as_division(attributes)
        writer.start(_ALIASES.get(name, name), attributes)
    return at


def _body_as_division(attributes: dict[str, str]) -> dict[str, str]:
    ground = attributes.pop("bgcolor", "")
    if ground:
        attributes["style"] = f"background-color:{ground};{attributes.get('style', '')}"
    return attributes


@dataclass
class _Reader:
    source: str
    gone: set[str] = field(default_factory=set)  # ends already sought in vain

    def attributes(self, at: int, wanted: frozenset[str]) -> tuple[dict[str, str], int | None]:
        found: dict[str, str] = {}
        while not (end := _TAG_END.match(self.source, at)):
            one = _ATTRIBUTE.match(self.source, at)
            if not one:
                return found, None
            name = one[1].lower()
            if name in wanted and name not in found:
                found[name] = one[2] or one[3] or one[4] or ""
            at = one.end()
        return found, end.end()

    def after_raw(self, name: str, at: int) -> int:
        if name not in self.gone:
            end = re.compile(rf"</{name}(?=[\s/>])", re.I).search(self.source, at)
            if end:
                _, after = self.attributes(end.end(), frozenset())
                return len(self.source) if after is None else after
            self.gone.add(name)
        return len(self.source) if name in _TO_THE_END else at

    def after_comment(self, at: int) -> int:
        """A comment that never ends hides nothing: only its opening is dropped."""
        if self.source.startswith("<!--", at):
            if self.source.startswith((">", "->"), at + 4):
                return self.source.index(">", at + 4) + 1
            for mark in ("-->", "--!>"):
                end = -1 if mark in self.gone else self.source.find(mark, at + 4)
                if end >= 0:
                    return end + len(mark)
                self.gone.add(mark)
            return at + 4
        if ">" in self.gone:
            return at + 2
        end = self.source.find(">", at)
        if end < 0:
            self.gone.add(">")
            return at + 2
        return end + 1


@dataclass
class _Writer:
    out: list[str] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)  # name, start tag as written
    count: Counter[str] = field(default_factory=Counter)  # of what is open
    formatting: int = 0
    written: int = 0
    run: int = 0  # characters of text since the last comment or more
    reopened: int = 0

    def text(self, text: str) -> None:
        decoded = _line_ends(_decoded(_ENTITY, text))
        for at in range(0, len(decoded), PIECE):
            piece = decoded[at : at + PIECE]
            self.run += len(piece)
            if self.run > PIECE:
                self.out.append("<!---->")  # ends a text node; the sanitiser drops it
                self.run = len(piece)
            self.out.append(_escaped(piece))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name not in TAGS or self.written >= WRITTEN:
            return
        self.written += 1
        self._reopen(self._end_implied(name))
        written = _written(name, attributes)
        if name in VOID:
            self.out.append(written)
        elif self._may_open(name):
            self._push(name, written)

    def end(self, name: str) -> None:
        at = self._find({name}, _boundary(name))
        if at is None:
            return
        if name not in FORMATTING:
            self._reopen(self._close_from(at))
        elif sum(one not in FORMATTING for one, _ in self.open[at:]) <= SPLIT:
            # Others stay open: the parser behind us splits them as the standard says.
            self.out.append(f"</{name}>")
            del self.open[at]
            self.count[name] -= 1
            self.formatting -= 1

    def _may_open(self, name: str) -> bool:
        if len(self.open) >= DEPTH or (name == "table" and self.count["table"] >= TABLES):
            return False
        if name in ("a", "nobr"):  # HTML 13.2.6.4.7: neither stands within itself
            self.end(name)
            if self._find({name}, _boundary(name)) is not None:
                return False
        return name not in FORMATTING or self.formatting < FORMATTING_OPEN

    def close_all(self) -> None:
        self._close_from(0)

    def _end_implied(self, name: str) -> list[tuple[str, str]]:
        for names in _ENDS_IN_TABLE.get(name, ()):
            self._end_nearest(names, frozenset({"table"}))
        again = self._end_nearest(_ENDS.get(name, frozenset()), _boundary(name))
        if name not in _INLINE:
            again += self._end_nearest(frozenset({"p"}), _CELLS | {"table"})
        return again

    def _end_nearest(
        self, names: frozenset[str], boundary: frozenset[str]
    ) -> list[tuple[str, str]]:
        at = self._find(names, boundary) if names else None
        return [] if at is None else self._close_from(at)

    def _find(self, names: frozenset[str] | set[str], boundary: frozenset[str]) -> int | None:
        if not any(self.count[name] for name in names):
            return None
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at][0] in names:
                return at
            if self.open[at][0] in boundary:
                return None
        return None

    def _close_from(self, at: int) -> list[tuple[str, str]]:
        """Close everything from a place on; what was formatting comes back to be reopened."""
        closed = self.open[at:]
        for name, _ in reversed(closed):
            self.out.append(f"</{name}>")
            self.count[name] -= 1
            self.formatting -= name in FORMATTING
        del self.open[at:]
        if any(name in _CELLS for name, _ in closed):
            return []  # formatting ends with its cell
        return [one for one in closed if one[0] in FORMATTING]

    def _reopen(self, again: list[tuple[str, str]]) -> None:
        for name, written in again:
            self.reopened += len(written)
            if self.reopened < REOPENED and len(self.open) < DEPTH:
                self._push(name, written)

    def _push(self, name: str, written: str) -> None:
        self.out.append(written)
        self.open.append((name, written))
        self.count[name] += 1
        self.formatting += name in FORMATTING


def _boundary(name: str) -> frozenset[str]:
    if name == "table":
        return frozenset()
    if name in _TABLE_PARTS:
        return frozenset({"table"})
    if name == "li":
        return _CELLS | {"table", "ul", "ol", "dir"}
    if name in ("dd", "dt"):
        return _CELLS | {"table", "dl"}
    return _CELLS | {"table"}


def _written(name: str, attributes: dict[str, str]) -> str:
    return f"<{name}{''.join(map(_attribute, attributes.items()))}>"


def _attribute(pair: tuple[str, str]) -> str:
    name, value = pair
    if len(value) > (140_000 if name == "src" else 8_000):
        return ""
    quoted = _escaped(_line_ends(_decoded(_ENTITY_IN_VALUE, value))).replace('"', "&quot;")
    return f' {name}="{quoted}"'


def _decoded(entity: re.Pattern[str], text: str) -> str:
    if "&" not in text:
        return text
    return entity.sub(lambda found: unescape(found[0]), text)


def _line_ends(text: str) -> str:
    """As the standard reads them, and without NUL."""
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
