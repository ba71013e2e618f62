"""How likely it is that a letter is a client's: judgement on names, and on what speaks for them.

Pure. A reason is a code, with what it names behind a colon where it names something:
«names-patient:Biscuit».
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from postroom.kit.text import fold

# The same names are compared with every list of what waits: some 6 MB for a process.
NAMES_KEPT = 20_000
VERY_LIKELY, POSSIBLE, WEAK = "very-likely", "possible", "weak"
SAME_ADDRESS, SHARED_ADDRESS, UNCONFIRMED = "same-address", "shared-address", "unconfirmed"
IN_THREAD, REFERENCE, REPLY_TO = "in-thread", "reference", "reply-to"
LIKE_ADDRESS, IN_TEXT, COPIED = "like-address", "in-text", "copied"
PHONE, CHOSEN_BEFORE, NAMES_PATIENT = "phone", "chosen-before", "names-patient"
SAME_NAME, LIKE_NAME = "same-name", "like-name"
SURNAME, OTHER_FIRST_NAME, DOMAIN = "surname", "other-first-name", "domain"

# How much each says, the strongest first. Anybody may write anything into a letter, so that two
# different things have to agree before a client is very likely.
POINTS = {
    SAME_ADDRESS: 3,
    IN_THREAD: 3,
    REFERENCE: 3,
    CHOSEN_BEFORE: 3,
    PHONE: 3,
    REPLY_TO: 3,
    LIKE_ADDRESS: 3,
    IN_TEXT: 2,
    COPIED: 2,
    SAME_NAME: 2,
    LIKE_NAME: 2,
    NAMES_PATIENT: 2,
    DOMAIN: 1,
    SURNAME: 1,
}
ENOUGH = 5  # points of two reasons or more
_ORDER = list(POINTS)
_NAMES = (SAME_NAME, LIKE_NAME, SURNAME)
_WEAK = (NAMES_PATIENT, DOMAIN, SURNAME)
_WORD = re.compile(r"[^\W_]+")
_SHORT = 3  # letters that a word has at least, to say something by itself


def kind(reason: str) -> str:
    """The code of a reason, without what it names."""
    return reason.partition(":")[0]


def weight(reasons: Iterable[str]) -> int:
    """The place of the strongest reason: 0 comes first."""
    return min((_ORDER.index(kind(one)) for one in reasons), default=len(_ORDER))


def points(reasons: Iterable[str]) -> int:
    """What the reasons say together; several of one kind count once, and so do names."""
    kinds = {kind(one) for one in reasons}
    names = [POINTS[one] for one in kinds if one in _NAMES]
    return sum(POINTS[one] for one in kinds if one not in _NAMES) + max(names, default=0)


def likelihood(reasons: Sequence[str], *, sure: bool, doubted: bool) -> str:
    """`sure`: its address alone says so; `doubted`: the sender may be somebody else."""
    kinds = {kind(one) for one in reasons}
    # Those who share an address are not told apart by what the letter says besides.
    apart = SAME_ADDRESS not in kinds and points(reasons) >= ENOUGH
    if (sure or apart) and not doubted:
        return VERY_LIKELY
    return WEAK if len(kinds) == 1 and kinds <= set(_WEAK) else POSSIBLE


@lru_cache(NAMES_KEPT)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared; what stands before a comma comes last."""
    last, comma, first = name.partition(",")
    return tuple(_words(f"{first} {last}" if comma else name))


def names_alike(written: Sequence[str], held: Sequence[str]) -> str:
    """How alike two names are, given as words: SAME_NAME, LIKE_NAME, SURNAME or "".

    A first name alone says nothing.
    """
    if len(written) < 2 or len(held) < 2:
        return ""
    if set(written) == set(held):
        return SAME_NAME
    shorter, longer = sorted((list(written), list(held)), key=len)
    if any(len(word) >= _SHORT and word in longer for word in shorter) and _fits(shorter, longer):
        return LIKE_NAME
    surname = written[-1]
    return SURNAME if len(surname) >= _SHORT and surname in (held[-1], held[0]) else ""


def _fits(shorter: list[str], longer: list[str]) -> bool:
    """Has every word its fellow, each a different one? Whole words choose first."""
    left = list(longer)
    for word in sorted(shorter, key=lambda word: (word not in longer, -len(word))):
        for other in left:
            if _near(word, other):
                left.remove(other)
                break
        else:
            return False
    return True


def _near(one: str, other: str) -> bool:
    """The same, an initial, or one letter apart in words long enough for a slip."""
    if one == other:
        return True
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) == 1:
        return long.startswith(short)
    return len(short) > _SHORT and len(long) - len(short) < 2 and _one_apart(short, long)


def _one_apart(short: str, long: str) -> bool:
    """Of words equally long, or of which the longer has one letter more."""
    at = 0
    while at < len(short) and short[at] == long[at]:
        at += 1
    if len(short) == len(long):
        return short[at + 1 :] == long[at + 1 :]
    return short[at:] == long[at + 1 :]


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))
