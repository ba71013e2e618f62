"""Light formatting: what people type to make a word bold, a list, a link.

    **bold**   *italic*   [words](https://…)   https://…   - a list   1. a list in order

Only these; everything else is text. A backslash before \\ * [ ] ( ) { } takes its meaning away.
`html` gives clean paragraphs for a mail or a page, `plain` the words without the marks.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape as escaped

Block = tuple[str, list[str]]  # "p", "ul" or "ol", and its lines without their marks

DEEPEST = 3  # a link in italics in bold
_ESCAPABLE = r"\\*\[\]{}()"
_INLINE = re.compile(
    rf"\\([{_ESCAPABLE}])"
    r"|\[((?:\\.|[^\[\]\\\n]){1,300})\]\(((?:https?://|mailto:|tel:)[^\s()<>\"]{1,2000})\)"
    r"|\*\*(?=[^\s*])((?:\\.|[^\\\n]){1,2000}?)(?<=[^\s*])\*\*"
    r"|(?<![\w*])\*(?=[^\s*])((?:\\.|[^*\\\n]){1,2000}?)(?<=[^\s*])\*(?![\w*])"
    r"|(?<![\w/@])(https?://[^\s<>\"\\]{1,2000})"
)
_TRAILING = ".,;:!?)'»”"
_BULLET = re.compile(r"\s{0,3}[-•]\s+(?=\S)")
_NUMBER = re.compile(r"\s{0,3}(\d{1,3})[.)]\s+(?=\S)")


@dataclass(frozen=True)
class _Pen:
    words: Callable[[str], str]
    strong: Callable[[str], str]
    em: Callable[[str], str]
    link: Callable[[str, str], str]


def html(text: str) -> str:
    """The text as clean HTML: p, br, ul, ol, li, strong, em, a; nothing typed becomes a tag."""
    return "".join(_block(kind, lines) for kind, lines in blocks(text))


def plain(text: str) -> str:
    """The words as they are read: no marks, the address of a link behind its words."""
    return "\n".join(_inline(line, _PLAIN) for line in text.split("\n"))


def escape(value: str) -> str:
    """A value that is put into such a text and must stay what it is: a name, a number."""
    return re.sub(rf"([{_ESCAPABLE}])", r"\\\1", value)


def blocks(text: str) -> list[Block]:
    """Paragraphs and lists, in order; a blank line ends one."""
    found: list[Block] = []
    ended = True
    for line in text.split("\n"):
        if not line.strip():
            ended = True
            continue
        kind, words = _kind(line)
        if ended or found[-1][0] != kind:
            found.append((kind, []))
        found[-1][1].append(words)
        ended = False
    return found


def _kind(line: str) -> tuple[str, str]:
    if mark := _BULLET.match(line):
        return "ul", line[mark.end() :]
    if mark := _NUMBER.match(line):
        return "ol", line[mark.end() :]
    return "p", line


def _block(kind: str, lines: list[str]) -> str:
    drawn = [_inline(line.strip(), _HTML) for line in lines]
    if kind == "p":
        return f"<p>{'<br>'.join(drawn)}</p>"
    return f"<{kind}>{''.join(f'<li>{line}</li>' for line in drawn)}</{kind}>"


def _inline(line: str, pen: _Pen, depth: int = 0) -> str:
    return "".join(_pieces(line, pen, depth))


def _pieces(line: str, pen: _Pen, depth: int) -> Iterator[str]:
    at = 0
    for match in _INLINE.finditer(line):
        yield pen.words(line[at : match.start()])
        at = match.end()
        literal, words, address, strong, em, bare = match.groups()
        if literal:
            yield pen.words(literal)
        elif bare:
            end = len(bare.rstrip(_TRAILING))
            yield pen.link(pen.words(bare[:end]), bare[:end]) + pen.words(bare[end:])
        elif depth >= DEEPEST:
            yield pen.words(match[0])
        elif address:
            yield pen.link(_inline(words, _words_only(pen), depth + 1), address)
        elif strong:
            yield pen.strong(_inline(strong, pen, depth + 1))
        else:
            yield pen.em(_inline(em, pen, depth + 1))
    yield pen.words(line[at:])


def _words_only(pen: _Pen) -> _Pen:
    """Within a link there is no other one."""
    return _Pen(pen.words, pen.strong, pen.em, lambda words, address: words)


_HTML = _Pen(
    words=lambda words: escaped(words),
    strong=lambda inner: f"<strong>{inner}</strong>",
    em=lambda inner: f"<em>{inner}</em>",
    link=lambda words, address: f'<a href="{escaped(address)}">{words}</a>',
)
_PLAIN = _Pen(
    words=lambda words: words,
    strong=lambda inner: inner,
    em=lambda inner: inner,
    link=lambda words, address: (
        words if words in (address, address.partition(":")[2]) else f"{words} ({address})"
    ),
)
