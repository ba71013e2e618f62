"""Plain text from the other forms of text: HTML, and flowed lines (RFC 3676)."""

import re
from html import unescape

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml.etree import LxmlError

# inscriptis pads every line of a table to its widest cell: lines times width is its memory.
HTML_LIMIT = 300_000
AREA_LIMIT = 30_000_000

SIGNATURE = "-- "

_CONFIG = ParserConfig(css=CSS_PROFILES["strict"])
_HIDDEN = re.compile(
    r"(?is)<!--.*?(?:-->|\Z)|<(script|style|head|title|template)\b[^>]*+>?.*?(?:</\1\s*>|\Z)"
)
_BREAK = re.compile(r"(?i)<(?:br|/?p|/?div|/?tr|/?table|/?li|/?h[1-6]|/?blockquote|hr)\b[^>]*+>?")
_TAG = re.compile(r"<[/!?a-zA-Z][^>]*+>?")
_BLANKS = re.compile(r"\s+")
_CELL = re.compile(r"(?i)<t[dh]\b")
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*+\n){2,}")
_NOT_XML = re.compile(r"(?i)^\s*<\?xml[^>]*>")


def from_html(html: str) -> str:
    """The words of an HTML body, tables in line; never raises, time in step with the length."""
    html = _NOT_XML.sub("", html[:4_000]) + html[4_000:]
    if len(html) <= HTML_LIMIT and _area(html) <= AREA_LIMIT:
        try:
            text = get_text(html, _CONFIG)
        except (RecursionError, ValueError, LxmlError, IndexError, KeyError, AttributeError):
            text = ""
        if text.strip():
            return _tidy(text)
    return _tidy(_stripped(html))


def unflowed(text: str, delsp: bool) -> str:
    """Lines that were wrapped for transport joined again (RFC 3676 4.1 to 4.5)."""
    out: list[str] = []
    pieces: list[str] = []
    depth = 0  # quote marks of the paragraph that goes on
    for raw in text.split("\n"):
        quotes = len(raw) - len(raw.lstrip(">"))
        line = raw[quotes:].removeprefix(" ")
        if pieces and (depth != quotes or line == SIGNATURE):
            out.append(_quoted("".join(pieces).rstrip(), depth))
            pieces = []
        if line.endswith(" ") and line != SIGNATURE:
            pieces.append(line[:-1] if delsp else line)
            depth = quotes
        else:
            out.append(_quoted("".join(pieces) + line, quotes))
            pieces = []
    if pieces:
        out.append(_quoted("".join(pieces).rstrip(), depth))
    return "\n".join(out)


def _quoted(line: str, depth: int) -> str:
    return ">" * depth + " " + line if depth else line


def _area(html: str) -> int:
    """At most so many characters could the tables of this HTML fill."""
    if not _CELL.search(html):
        return 0
    width = len(_BLANKS.sub(" ", _TAG.sub("", html)))
    return width * (len(_BREAK.findall(html)) + 1)


def _stripped(html: str) -> str:
    text = _HIDDEN.sub(" ", html)
    text = " ".join(text.split())
    return unescape(_TAG.sub("", _BREAK.sub("\n", text)))


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.split("\n")]
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
