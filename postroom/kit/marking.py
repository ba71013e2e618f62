"""Where searched words stand in a text, so that a page can mark them: folded as a search folds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from postroom.kit.text import fold

MOST = 60  # places marked in one text
BEFORE = 40  # characters shown before the first word found
_WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")  # accents may stand by themselves
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Piece:
    """A part of a text, marked or not. The text is as it was written: to be escaped."""

    text: str
    marked: bool = False


def pieces(text: str, words: Iterable[str], beginning: str = "") -> list[Piece]:
    """The whole text, parted where these folded words stand; `beginning` may go on."""
    found, at = [], 0
    for start, end in _places(text, words, beginning):
        found += [Piece(text[at:start]), Piece(text[start:end], True)]
        at = end
    return [piece for piece in (*found, Piece(text[at:])) if piece.text]


def excerpt(text: str, words: Iterable[str], beginning: str = "", length: int = 200) -> list[Piece]:
    """One line of the text around the first of these words; [] where none stands in it."""
    words = list(words)
    places = _places(text, words, beginning, most=1)
    if not places:
        return []
    start = max(places[0][0] - BEFORE, 0)
    if start:
        start = _after_space(text, start, places[0][0])
    cut = text[start : start + length]
    goes_on = start + length < len(text)
    if goes_on:
        cut = cut.rpartition(" ")[0] or cut
    line = ("…" if start else "") + _SPACES.sub(" ", cut).strip() + ("…" if goes_on else "")
    return pieces(line, words, beginning)


def _after_space(text: str, start: int, end: int) -> int:
    """Where a word begins; in the middle of one if it is so long."""
    space = _SPACES.search(text, start, end)
    return space.end() if space else start


def _places(
    text: str, words: Iterable[str], beginning: str, most: int = MOST
) -> list[tuple[int, int]]:
    whole = sorted({re.escape(word) for word in words}, key=len, reverse=True)
    wanted = [f"(?:{'|'.join(whole)})(?![^\\W_])"] if whole else []
    wanted += [f"{re.escape(beginning)}[^\\W_]*"] if beginning else []
    if not wanted:
        return []
    pattern = re.compile(f"(?<![^\\W_])(?:{'|'.join(wanted)})")
    found: list[tuple[int, int]] = []
    if _folds_letter_by_letter(text):
        for match in pattern.finditer(fold(text)):
            found.append(match.span())
            if len(found) == most:
                break
        return found
    for match in _WORD.finditer(text):
        if pattern.fullmatch(fold(match.group())):
            found.append(match.span())
            if len(found) == most:
                break
    return found


def _folds_letter_by_letter(text: str) -> bool:
    """Whether places in the folded text are those of the text itself («œ» becomes two)."""
    return text.isascii() or all(len(fold(letter)) == 1 for letter in set(text) - _ASCII)


_ASCII = frozenset(map(chr, range(128)))
