"""What the words of a letter may name: telephone numbers, and names that begin with a capital.

Pure: which of them the practice knows is asked elsewhere (hints.py).
"""

import re
from collections.abc import Iterator

from postroom.clients.importing import UNREADABLE
from postroom.kit.phones import normalise_phone

READ = 20_000  # characters looked through
NUMBERS, NAMES = 20, 80  # of one letter
_NUMBER = re.compile(r"(?<![\w@./-])[+(]?\d[\d ().\u00a0\u202f/-]{6,20}\d(?![\w@])")
_NAME = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def own_words(text: str) -> str:
    """What the writer says, without the lines quoted from an earlier letter."""
    lines = text[:READ].splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(">"))


def numbers(text: str, country: str) -> dict[str, str]:
    """Telephone numbers, as they are compared -> as they are written; the last ones, where a
    signature stands. One that cannot be read equals itself alone."""
    found: dict[str, str] = {}
    for written in [match[0].strip() for match in _NUMBER.finditer(own_words(text))][-NUMBERS:]:
        found.setdefault(normalise_phone(written, country) or UNREADABLE + written, written)
    return found


def capitals(text: str) -> list[str]:
    """The words, and pairs of words, that begin with a capital, as they stand."""
    return list(dict.fromkeys(_capitals(own_words(text))))[:NAMES]


def _capitals(text: str) -> Iterator[str]:
    before, end = "", -1
    for match in _NAME.finditer(text):
        word = match[0]
        if not word[0].isupper() or len(word) < 2:
            before = ""
            continue
        yield word
        if before and match.start() == end + 1:
            yield f"{before} {word}"
        before, end = word, match.end()
