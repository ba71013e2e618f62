"""A plain text mail as a fragment: escaped, its links made to work, its quotations folded."""

import re
from html import escape

from django.utils.translation import gettext, ngettext

from postroom.kit.html import links

LIMIT = 2_000_000
DEEPEST = 8  # levels of '>' shown as levels
BLOCKS = 400  # changes between quoted and own words; the rest stands unfolded
_LINK = re.compile(
    r"(?<![\w@])(?:https?://|www\.)[^\s<>\"]{1,2000}"
    r"|(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b",
    re.I,
)
_QUOTE = re.compile(r"(?:\s{0,2}>)+")
_INTRODUCTION = re.compile(
    r"\s*(?:(?:on|le|am|el|il|op|em|den|w dniu)\s.{3,200}\s?"
    r"(?:wrote|a écrit|schrieb|escribió|ha scritto|schreef|escreveu|skrev|napisał)\b.{0,80}:)\s*",
    re.I,
)
_INTRODUCTION_START = re.compile(r"\s*(?:on|le|am|el|il|op|em|den|w dniu)\s", re.I)
_SEPARATOR = re.compile(
    r"\s*-{2,12}\s?(?:original message|forwarded message|message d'origine|message original|"
    r"message transféré|ursprüngliche nachricht|weitergeleitete nachricht|mensaje original|"
    r"messaggio originale|oorspronkelijk bericht)\s?-{2,12}\s*",
    re.I,
)


def from_text(text: str) -> str:
    """Plain text as a safe fragment; everything stays, quotations inside <details>."""
    lines = text[:LIMIT].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").split("\n")
    blocks = _blocks(lines)
    only = not any(not quoted and "".join(part).strip() for quoted, part in blocks)
    body = "".join(_folded(part, only) if quoted else _plain(part) for quoted, part in blocks)
    if len(text) > LIMIT:
        cut = escape(gettext("The rest of this message is too long to show."))
        body += f'<p class="cut">{cut}</p>'
    return f'<div class="text">{body}</div>'


def _blocks(lines: list[str]) -> list[tuple[bool, list[str]]]:
    """Runs of lines, quoted or not, in order; the words "On ... wrote:" go with their quotation."""
    blocks: list[tuple[bool, list[str]]] = []
    at = 0
    while at < len(lines):
        if len(blocks) >= BLOCKS:
            blocks.append((False, lines[at:]))
            break
        size = _introduction(lines, at) if lines[at] else 0
        if _SEPARATOR.fullmatch(lines[at]) or (size and not _quoted_from(lines, at + size)):
            blocks.append((True, lines[at:]))  # quoted without marks, to the end
            break
        quoted = bool(size) or (">" in lines[at] and bool(_QUOTE.match(lines[at])))
        size = max(size, 1)
        if blocks and blocks[-1][0] == quoted:
            blocks[-1][1].extend(lines[at : at + size])
        else:
            blocks.append((quoted, lines[at : at + size]))
        at += size
    return _joined(blocks)


def _introduction(lines: list[str], at: int) -> int:
    """Number of lines of an introduction that starts here: 0, 1 or 2 (mailers wrap it)."""
    if len(lines[at]) > 300 or not _INTRODUCTION_START.match(lines[at]):
        return 0
    for size in (1, 2):
        if _INTRODUCTION.fullmatch(" ".join(lines[at : at + size])[:600]):
            return size
    return 0


def _quoted_from(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 4] if line.strip()), "")
    return bool(_QUOTE.match(following))


def _joined(blocks: list[tuple[bool, list[str]]]) -> list[tuple[bool, list[str]]]:
    """Blank lines between two quoted runs belong to the quotation."""
    joined: list[tuple[bool, list[str]]] = []
    for quoted, part in blocks:
        blank = not "".join(part).strip()
        if joined and joined[-1][0] and (quoted or blank):
            joined[-1][1].extend(part)
        else:
            joined.append((quoted, part))
    return joined


def _plain(lines: list[str]) -> str:
    text = "\n".join(lines).strip("\n")
    return f'<div class="lines">{_linked(text)}</div>' if text.strip() else ""


def _folded(lines: list[str], opened: bool) -> str:
    count = sum(bool(line.strip()) for line in lines)
    words = ngettext("Quoted text, %(count)d line", "Quoted text, %(count)d lines", count)
    summary = escape(words % {"count": count})
    start = "<details open>" if opened else "<details>"
    return f"{start}<summary>{summary}</summary>{_levels(lines)}</details>"


def _levels(lines: list[str]) -> str:
    """Quoted lines with their marks turned into nested block quotations."""
    out: list[str] = []
    run: list[str] = []
    depth = 0
    for line in lines:
        mark = _QUOTE.match(line)
        level = min(mark[0].count(">"), DEEPEST) if mark else 0
        if level != depth:
            out.append(_plain(run))
            out.append("<blockquote>" * (level - depth) + "</blockquote>" * (depth - level))
            run, depth = [], level
        run.append(line[mark.end() :].removeprefix(" ") if mark else line)
    out.append(_plain(run) + "</blockquote>" * depth)
    return "".join(out)


def _linked(text: str) -> str:
    out: list[str] = []
    at = 0
    for found in _LINK.finditer(text):
        shown = _trimmed(found[0])
        out.append(escape(text[at : found.start()]) + _link(shown))
        at = found.start() + len(shown)
    return "".join(out) + escape(text[at:])


def _link(shown: str) -> str:
    lower = shown.lower()
    if lower.startswith("www."):
        target: str | None = f"https://{shown}"
    else:
        target = shown if lower.startswith("http") else f"mailto:{shown}"
    address = links.web_address(target or "")
    if not address:
        return escape(shown)
    title = links.true_host(address) if address.startswith("http") else address
    return (
        f'<a href="{escape(address)}" title="{escape(title)}" target="_blank" '
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
