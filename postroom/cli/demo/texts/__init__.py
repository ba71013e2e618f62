"""What people write to a veterinary practice.

Each text is a heading line and a paragraph:

    == Subject with {fields} [tag, tag] [tag]
    The text itself, with {fields}, over as many lines as it needs.

A tag is a kind of animal (no such tag: any animal), `furry`, what the letter carries (`photo`,
`photos`, `claim`, `receipt`), `re:KIND` (an answer to the practice, see ours.py), or a condition:
`two` (animals), `female` (animal), `woman` (writer), `died` (the animal's last letter),
`moved` (comes from an address that is new).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from . import english_care, english_desk, french_care, french_desk

FURRY = frozenset({"dog", "cat", "rabbit", "guinea pig", "ferret"})
SPECIES = FURRY | {"tortoise", "budgie", "pony"}
CARRIED = frozenset({"photo", "photos", "claim", "receipt"})
CONDITIONS = frozenset({"two", "female", "woman", "died", "moved"})


@dataclass(frozen=True)
class Text:
    """One text: `species` empty means any, `answers` names what the practice had written."""

    subject: str
    body: str
    species: frozenset[str]
    carries: str
    answers: str
    conditions: frozenset[str]


@cache
def texts(language: str) -> tuple[Text, ...]:
    """All texts of a language (`en` or `fr`); KeyError for another."""
    source = {
        "en": english_desk.DESK + english_care.CARE,
        "fr": french_desk.DESK + french_care.CARE,
    }[language]
    blocks = re.split(r"^== ", source, flags=re.MULTILINE)[1:]
    return tuple(_text(block) for block in blocks)


def _text(block: str) -> Text:
    heading, _, body = block.partition("\n")
    tags = {
        tag.strip() for group in re.findall(r"\[([^\]]*)\]", heading) for tag in group.split(",")
    }
    answers = {tag for tag in tags if tag.startswith("re:")}
    strange = tags - SPECIES - CARRIED - CONDITIONS - answers - {"furry"}
    if strange:
        raise ValueError(f"{heading}: unknown {', '.join(sorted(strange))}")
    return Text(
        subject=heading.split("[")[0].strip(),
        body=" ".join(body.split()),
        species=frozenset(tags & SPECIES) | (FURRY if "furry" in tags else frozenset()),
        carries="".join(tags & CARRIED),
        answers="".join(answers).removeprefix("re:"),
        conditions=frozenset(tags & CONDITIONS),
    )
