"""Merge fields: `{first_name}`, or `{first_name|there}` with a word for when it is empty.

Nothing else is understood, on purpose: no conditions, no loops, no code (MODEL decision 20). A
backslash before a brace makes it an ordinary one.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from postroom.kit.text import fold

_FIELD = re.compile(r"(?<!\\)\{([^{}|\n]{0,80})(?:\|([^{}\n]{0,200}))?\}")


@dataclass(frozen=True)
class Field:
    """A field as it stands in a text; `fallback` is None where it has none."""

    name: str
    fallback: str | None = None


@dataclass(frozen=True)
class Unknown:
    """What stands in braces and is no field; `nearest` is the one that may be meant, or ""."""

    written: str
    nearest: str


@dataclass(frozen=True)
class Filled:
    """A text with its values; what had neither value nor fallback still stands in its braces."""

    text: str
    missing: tuple[str, ...]


def fields(text: str) -> list[Field]:
    """The fields of a text, in its order. An empty fallback is none: it would leave «Dear ,»."""
    return [_field(match) for match in _FIELD.finditer(text)]


def unknown(text: str, known: Mapping[str, str]) -> list[Unknown]:
    """What is in braces and not among `known` (name -> how it is called on the page), once each."""
    written = dict.fromkeys(field.name for field in fields(text) if field.name not in known)
    return [Unknown(name, nearest(name, known)) for name in written]


def nearest(written: str, known: Mapping[str, str]) -> str:
    """The field whose name, or whose words on the page, come nearest; "" where none does."""
    spelt: dict[str, str] = {}
    for name, words in known.items():
        spelt[_spelt(words)] = name
    spelt |= {_spelt(name): name for name in known}
    close = get_close_matches(_spelt(written), spelt, n=1, cutoff=0.5)
    return spelt[close[0]] if close else ""


def fill(
    text: str, values: Mapping[str, str], escape: Callable[[str], str] = lambda value: value
) -> Filled:
    """The text with each field's value, else its fallback.

    `escape` is done to the values, so that somebody's name cannot be read as formatting.
    """
    missing: dict[str, None] = {}

    def value(match: re.Match[str]) -> str:
        field = _field(match)
        if found := values.get(field.name, "").strip():
            return escape(found)
        if field.fallback is not None:
            return field.fallback
        missing[field.name] = None
        return match[0]

    return Filled(_FIELD.sub(value, text), tuple(missing))


def unfilled(text: str, known: Iterable[str]) -> list[str]:
    """The fields that still stand in a text somebody is about to send, once each."""
    known = set(known)
    return list(dict.fromkeys(f.name for f in fields(text) if f.name in known))


def _field(match: re.Match[str]) -> Field:
    fallback = (match[2] or "").strip()
    return Field(match[1].strip(), match[2] if fallback else None)


def _spelt(words: str) -> str:
    return re.sub(r"[\W_]+", " ", fold(words)).strip()
