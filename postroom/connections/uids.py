"""UIDs as commands name them, and as a server proves a move by them (RFC 3501, 4315)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PORTION = 500  # UIDs in one command: 20,000 were «Too long argument» to Dovecot


@dataclass(frozen=True)
class Moved:
    """What COPYUID proves: old UID to new UID in the folder with this UIDVALIDITY."""

    uidvalidity: int
    uids: dict[int, int]


def portions(uids: Iterable[int]) -> Iterator[list[int]]:
    """UIDs in groups whose command line every server takes."""
    wanted = sorted(set(uids))
    for start in range(0, len(wanted), PORTION):
        yield wanted[start : start + PORTION]


def ranges(uids: Iterable[int]) -> str:
    """A sequence set, runs joined: a command line has its limits."""
    runs: list[list[int]] = []
    for uid in sorted(set(uids)):
        if runs and runs[-1][1] == uid - 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in runs)


def copied(rows: list[bytes]) -> Moved | None:
    """RFC 4315: «COPYUID uidvalidity sources destinations», the n-th to the n-th."""
    validity = 0
    pairs: dict[int, int] = {}
    for row in rows:
        found = re.fullmatch(rb"(\d+) ([\d:,]+) ([\d:,]+)", row.strip())
        if not found:
            return None
        sources, targets = _numbers(found[2]), _numbers(found[3])
        if len(sources) != len(targets):
            return None
        validity = int(found[1])
        pairs.update(zip(sources, targets, strict=True))
    return Moved(validity, pairs) if pairs else None


def _numbers(text: bytes) -> list[int]:
    numbers: list[int] = []
    for part in text.split(b","):
        first, _, last = part.partition(b":")
        a, b = int(first), int(last or first)
        numbers.extend(range(a, b + 1) if a <= b else range(a, b - 1, -1))
    return numbers
