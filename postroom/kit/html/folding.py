"""Quotations of an HTML letter folded away, as those of a plain one are."""

import re
from html import escape

from django.utils.translation import gettext

FOLDS = 50  # quotations; the rest stands open
# Values keep their raw "<" when the sanitiser writes them out: a tag is read with its quotes.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:[^>\"]|\"[^\"]*\")*+>")
_SPACE = re.compile(r"(?:\s|&nbsp;|\xa0)+")


def folded(body: str) -> str:
    """The fragment of `safe`, each outermost <blockquote> behind words to open it.

    A letter that is nothing but a quotation stays as it is. Every word stays in it.
    """
    if "<blockquote" not in body:
        return body
    spans = _outermost(body)
    if not spans or not _has_words(body, spans):
        return body
    words = gettext("Show quoted text")
    summary = f"<details><summary>{escape(words)}</summary>"
    out = []
    at = 0
    for start, end in spans[:FOLDS]:
        out += [body[at:start], summary, body[start:end], "</details>"]
        at = end
    return "".join((*out, body[at:]))


def _outermost(body: str) -> list[tuple[int, int]]:
    found = []
    depth = start = 0
    for tag in _TAG.finditer(body):
        if tag[2].lower() != "blockquote":
            continue
        if not tag[1]:
            depth += 1
            start = tag.start() if depth == 1 else start
        elif depth:
            depth -= 1
            if not depth:
                found.append((start, tag.end()))
    return found


def _has_words(body: str, spans: list[tuple[int, int]]) -> bool:
    """Whether anything is said outside the quotations."""
    at = 0
    for start, end in [*spans, (len(body), len(body))]:
        if _SPACE.sub("", _TAG.sub("", body[at:start])):
            return True
        at = end
    return False
