"""Where what is handed over lies until it is fetched: a folder each, for seven days.

exports/<key>/plan         the entries, an id a line: what is in it was settled at the beginning
exports/<key>/archive.zip  or volume-001.pdf, volume-002.pdf … as they grow
exports/<key>/*.part       pieces of the index and of the JSON files
"""

import re
import secrets
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings

from postroom.kit.files import make_folders

KEPT = timedelta(days=7)
_KEY = re.compile("[0-9a-f]{32}")


def new(entries: Iterable[int]) -> tuple[str, int]:
    """A new place with this plan: its key, and how many entries there are. Raises OSError."""
    key = secrets.token_hex(16)
    make_folders([folder(key)])
    return key, plan(folder(key), entries)


def plan(here: Path, entries: Iterable[int]) -> int:
    """Write down what is to be handed over; how many."""
    ids = list(entries)
    (here / "plan").write_text("".join(f"{pk}\n" for pk in ids))
    return len(ids)


def planned(here: Path, done: int, most: int) -> Sequence[tuple[int, int]]:
    """The next entries, each with its place, from 1."""
    with (here / "plan").open() as lines:
        found = islice(enumerate(lines, 1), done, done + most)
        return [(number, int(line)) for number, line in found]


def planned_all(key: str) -> list[int]:
    """All entries of a plan; none where it is gone."""
    try:
        return [int(line) for line in (folder(key) / "plan").read_text().split()]
    except FileNotFoundError:
        return []


def folder(key: str) -> Path:
    """Raises ValueError for what is no key of ours."""
    if not _KEY.fullmatch(key):
        raise ValueError(key)
    return settings.EXPORTS_FOLDER / key


def drop(key: str) -> None:
    """Harmless when it is gone already."""
    shutil.rmtree(folder(key), ignore_errors=True)


def tidy(known: Iterable[str], now: datetime) -> int:
    """Remove what is older than it may be, and what no row names any more; how many."""
    if not settings.EXPORTS_FOLDER.is_dir():
        return 0
    limit, kept = (now - KEPT).timestamp(), set(known)
    gone = [
        each
        for each in settings.EXPORTS_FOLDER.iterdir()
        if _KEY.fullmatch(each.name) and each.name not in kept and each.stat().st_mtime < limit
    ]
    for each in gone:
        shutil.rmtree(each, ignore_errors=True)
    return len(gone)
