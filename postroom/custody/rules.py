"""How far back is too old, how many are more than usual, how files are named. Pure."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median

LONGEST_NAME = 100  # letters of a file's name in an archive: Windows opens paths of 260
RUNS = 8  # of which the middle one is what is usual
USUAL = 3  # times as many as usual go without a question
FEW = 20  # so many always


def months_before(moment: datetime, months: int) -> datetime:
    """The same day so many months earlier; of a shorter month, its last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def may_go(due: int, agreed: int, before: Sequence[int]) -> bool:
    """Whether so many may be erased with nobody asked: as many as a person agreed to, a few, or
    not much more than `before` (the newest last)."""
    usual = median(before[-RUNS:]) if before else 0
    return due <= max(agreed, FEW, USUAL * usual)


def unlike(names: Iterable[str]) -> list[str]:
    """Names of files for one folder, none like another, whatever the system that unpacks them
    thinks of capitals: `scan.pdf`, `scan (2).pdf`."""
    taken: set[str] = set()
    made = []
    for name in names:
        stem, dot, ending = name.rpartition(".")
        if not dot or len(ending) > 20:
            stem, dot, ending = name, "", ""
        stem = stem[: LONGEST_NAME - len(ending) - 8].rstrip(". ") or "file"
        one, n = f"{stem}{dot}{ending}", 1
        while one.casefold() in taken:
            n += 1
            one = f"{stem} ({n}){dot}{ending}"
        taken.add(one.casefold())
        made.append(one)
    return made
