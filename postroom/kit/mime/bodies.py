"""Which parts are the letter's words and which are its files, and the words themselves."""

import re
from dataclasses import dataclass
from html import escape
from urllib.parse import unquote

from postroom.kit.mime import charsets, plain, transfer
from postroom.kit.mime.letter import TEXT_LIMIT
from postroom.kit.mime.notes import Notes
from postroom.kit.mime.parts import Part, leaves
from postroom.kit.text import clean

_CID = re.compile(r"(?i)\bcid:([^\"'\s<>()]{1,1000})")
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_PGP = "-----BEGIN PGP MESSAGE-----"
_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_BODY_TYPES = ("text/plain", "text/html")


@dataclass(frozen=True)
class Layout:
    """The parts to read as text, those to read as a page, and the files in their order."""

    texts: list[Part]
    pages: list[Part]
    files: list[Part]


def layout(root: Part) -> Layout:
    """Sorts the leaves: each is in the words or among the files, an overlong text in both.

    The kinship with RFC 8621 4.1.4 is meant; ours never drops a part.
    """
    texts, pages = _bodies(root)
    shown = {id(part) for part in (*texts, *pages)}
    room = dict.fromkeys(_BODY_TYPES, TEXT_LIMIT)
    files = []
    for leaf in leaves(root):
        if id(leaf) not in shown:
            files.append(leaf)
            continue
        room[_kind(leaf)] -= leaf.end - leaf.start
        if room[_kind(leaf)] < 0:
            files.append(leaf)
    if not shown:
        # A text that only has a name is still what the letter says.
        texts = [leaf for leaf in files if leaf.type in _BODY_TYPES and not _attached(leaf)][:1]
        pages = texts
    return Layout(texts, pages, files)


def words_of(raw: bytes, parts: Layout, notes: Notes) -> tuple[str, str]:
    """The letter's plain text and its HTML ('' when it has none), both clean."""
    reader = _Words(raw, notes, {})
    # In the order of layout(), which has listed among the files what is going to be cut.
    for part in sorted({*parts.texts, *parts.pages}, key=lambda part: part.start):
        reader.of(part)
    html = ""
    if any(part.type == "text/html" for part in parts.pages):
        html = "\n".join(filter(None, map(reader.as_html, parts.pages)))
    text = _joined([reader.of(part) for part in parts.texts if part.type != "text/html"])
    rich = [part for part in parts.texts if part.type == "text/html"]
    if not rich and not text.strip():
        rich = [part for part in parts.pages if part.type == "text/html"]
    if rich:
        text = _with_html(text, parts.texts, rich, reader)
    return text, html


def pictures_of(html: str) -> frozenset[str]:
    """The Content-IDs which the page shows."""
    if "cid:" not in html and "CID:" not in html:
        return frozenset()
    return frozenset(unquote(found) for found in _CID.findall(html))


def related(root: Part) -> frozenset[int]:
    """The ids of the parts that stand in a multipart/related beside its page, and do not say
    that they are attachments."""
    found: set[int] = set()
    waiting = [root]
    while waiting:
        part = waiting.pop()
        waiting.extend(part.children or ())
        if part.type == "multipart/related" and part.children:
            found.update(id(child) for child in part.children if not _attached(child))
    return frozenset(found)


def encrypted(root: Part, text: str) -> str:
    """'smime' or 'pgp' when the words are in an envelope which we do not open, else ''."""
    kind = root.params.get("smime-type", "").lower()
    if root.type in _SMIME and kind not in ("certs-only", "signed-data"):
        return "smime"
    if root.type == "multipart/encrypted" or _PGP in text:
        return "smime" if "pkcs7" in root.params.get("protocol", "") else "pgp"
    return ""


def signed(root: Part, text: str) -> str:
    """'smime' or 'pgp' when the letter says that it is signed; nobody checks it here."""
    kind = root.params.get("smime-type", "").lower()
    if root.type in _SMIME and kind in ("signed-data", "certs-only"):
        return "smime" if kind == "signed-data" else ""
    if root.type == "multipart/signed":
        return "pgp" if "pgp" in root.params.get("protocol", "").lower() else "smime"
    return "pgp" if _PGP_SIGNED in text else ""


def _bodies(part: Part) -> tuple[list[Part], list[Part]]:
    if part.children is None:
        return ([part], [part]) if _shown(part) else ([], [])
    children = part.children
    if part.type == "multipart/related":
        children = [child for n, child in enumerate(children) if n == 0 or not _resource(child)]
    offers = [_bodies(child) for child in children]
    if part.type != "multipart/alternative":
        return (
            [leaf for texts, _ in offers for leaf in texts],
            [leaf for _, pages in offers for leaf in pages],
        )
    simple = [offer for offer in offers if not _has_page(offer[1])]
    rich = [offer for offer in offers if _has_page(offer[1])]
    return (
        [leaf for texts, _ in simple if texts for leaf in texts]
        or [leaf for texts, _ in rich for leaf in texts],
        [leaf for _, pages in rich for leaf in pages]
        or [leaf for _, pages in simple for leaf in pages],
    )


def _has_page(parts: list[Part]) -> bool:
    return any(part.type == "text/html" for part in parts)


def _shown(part: Part) -> bool:
    return part.type in _BODY_TYPES and not _attached(part) and not part.name


def _attached(part: Part) -> bool:
    # RFC 2183 2.8: an unknown word counts as attachment.
    return part.disposition not in ("", "inline")


def _resource(part: Part) -> bool:
    return part.children is None and bool(part.content_id or part.location)


def _kind(part: Part) -> str:
    return "text/html" if part.type == "text/html" else "text/plain"


def _joined(texts: list[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())


def _with_html(text: str, texts: list[Part], rich: list[Part], reader: "_Words") -> str:
    """The words of the HTML parts in their places, unless the text says the same already."""
    said = " ".join(text.split())
    out = []
    for part in texts if any(part in texts for part in rich) else rich:
        if part.type != "text/html":
            out.append(reader.of(part))
            continue
        derived = plain.from_html(reader.of(part))
        if not said or " ".join(derived.split()) not in said:
            out.append(derived)
    return _joined(out)


@dataclass(slots=True)
class _Words:
    raw: bytes
    notes: Notes
    known: dict[int, str]

    def of(self, part: Part) -> str:
        if id(part) not in self.known:
            self.known[id(part)] = self.read(part)
        return self.known[id(part)]

    def as_html(self, part: Part) -> str:
        text = self.of(part)
        if part.type == "text/html" or not text.strip():
            return text
        return f'<div style="white-space: pre-wrap">{escape(text)}</div>'

    def read(self, part: Part) -> str:
        data, problem = transfer.decoded(self.raw[part.start : part.end], part.encoding)
        if problem:
            self.notes.add(problem)
        granted = self.notes.room_for(_kind(part), len(data))
        if granted < len(data):
            self.notes.add("text-cut")
            data = data[:granted]
        html = part.type == "text/html"
        text = clean(charsets.decode(data, part.params.get("charset", ""), self.notes, html))
        if part.params.get("format", "").lower() == "flowed" and not html:
            return plain.unflowed(text, part.params.get("delsp", "").lower() == "yes")
        return text
