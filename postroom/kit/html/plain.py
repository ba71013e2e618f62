"""A plain text mail as a fragment: escaped, its links made to work, its quotations folded."""

import re
from collections.abc import Callable
from html import escape

from django.utils.translation import gettext, ngettext

from postroom.kit.html import links
from postroom.kit.quotes import MARKS, blocks

LIMIT = 2_000_000
Away = Callable[[str], str] | None
DEEPEST = 8  # levels of '>' shown as levels
_LINK = re.compile(
    r"(?<![\w@])(?:https?://|www\.)[^\s<>\"]{1,2000}"
    r"|(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b",
    re.I,
)


def from_text(text: str, away: Away = None) -> str:
    """Plain text as a safe fragment; everything stays, quotations inside <details>.

    `away` gives the address of the page that a link to a web address goes by way of.
    """
    lines = text[:LIMIT].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").split("\n")
    parts = blocks(lines)
    only = not any(not quoted and "".join(part).strip() for quoted, part in parts)
    body = "".join(
        _folded(part, only, away) if quoted else _plain(part, away) for quoted, part in parts
    )
    if len(text) > LIMIT:
        cut = escape(gettext("The rest of this message is too long to show."))
        body += f'<p class="cut">{cut}</p>'
    return f'<div class="text">{body}</div>'


def _plain(lines: list[str], away: Away) -> str:
    text = "\n".join(lines).strip("\n")
    return f'<div class="lines">{_linked(text, away)}</div>' if text.strip() else ""


def _folded(lines: list[str], opened: bool, away: Away) -> str:
    count = sum(bool(line.strip()) for line in lines)
    words = ngettext("Quoted text, %(count)d line", "Quoted text, %(count)d lines", count)
    summary = escape(words % {"count": count})
    start = "<details open>" if opened else "<details>"
    return f"{start}<summary>{summary}</summary>{_levels(lines, away)}</details>"


def _levels(lines: list[str], away: Away) -> str:
    """Quoted lines with their marks turned into nested block quotations."""
    out: list[str] = []
    run: list[str] = []
    depth = 0
    for line in lines:
        mark = MARKS.match(line)
        level = min(mark[0].count(">"), DEEPEST) if mark else 0
        if level != depth:
            out.append(_plain(run, away))
            out.append("<blockquote>" * (level - depth) + "</blockquote>" * (depth - level))
            run, depth = [], level
        run.append(line[mark.end() :].removeprefix(" ") if mark else line)
    out.append(_plain(run, away) + "</blockquote>" * depth)
    return "".join(out)


def _linked(text: str, away: Away) -> str:
    out: list[str] = []
    at = 0
    for found in _LINK.finditer(text):
        shown = _trimmed(found[0])
        out.append(escape(text[at : found.start()]) + _link(shown, away))
        at = found.start() + len(shown)
    return "".join(out) + escape(text[at:])


def _link(shown: str, away: Away) -> str:
    lower = shown.lower()
    if lower.startswith("www."):
        target: str | None = f"https://{shown}"
    else:
        target = shown if lower.startswith("http") else f"mailto:{shown}"
    address = links.web_address(target or "")
    if not address:
        return escape(shown)
    title = links.true_host(address) if address.startswith("http") else address
    target = escape(links.by_way_of(address, away))
    return (
        f'<a href="{target}" title="{escape(title)}" target="_blank" '
        f'rel="noopener noreferrer">{escape(shown)}</a>'
    )


def _trimmed(address: str) -> str:
    """Without the full stop of the sentence, or a bracket opened before the address."""
    while address:
        last = address[-1]
        closing = {")": "(", "]": "[", "}": "{"}.get(last)
        if last in ".,;:!?'*_»”’" or (closing and address.count(last) > address.count(closing)):
            address = address[:-1]
        else:
            break
    return address
