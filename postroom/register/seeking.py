"""Walking through what the search index holds, the newest first, a handful at a time.

SQLite's index lies in that order. PostgreSQL's has none: the newest day is asked first, then a
week, three months, two years and all the rest, so that a frequent word never brings up more than
a page needs, and a rare one costs five small questions.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Any

from django.db import connection

from postroom.register import search
from postroom.register.models import Entry
from postroom.register.search import ROOM, Asked, entry_of, key

FIRST, MORE, MOST = 201, 400, 900  # keys in a handful; SQLite's statements end at 999 values
WINDOWS = (1, 7, 90, 730)  # days


def keys(
    practice: int, asked: Asked, marks: Sequence[str], *, below: int | None, above: int | None
) -> Iterator[list[int]]:
    """The keys of the entries that hold what is asked, the newest first, in handfuls.

    below   exclusive: where to go on from, or the end of a span of time
    above   inclusive: the beginning of one
    """
    if connection.vendor == "postgresql":
        return _by_windows(practice, asked, marks, below, above)
    return _in_order(asked, marks, below, above)


def keys_among(asked: Asked, marks: Sequence[str], among: Sequence[int]) -> list[int]:
    """The same for a few keys that are known: these alone are looked at, the newest first."""
    if not among:
        return []
    ask = _held_on_postgresql if connection.vendor == "postgresql" else _held_on_sqlite
    return sorted(ask(asked, marks, among), reverse=True)


def texts(among: Sequence[int]) -> dict[int, str]:
    """Entry -> its text as it was written, as far as it is kept, for a few keys."""
    if not among:
        return {}
    holes = ", ".join(["%s"] * len(among))
    column = "key" if connection.vendor == "postgresql" else "rowid"
    ids = list(among)
    if column == "key":
        column, ids = "entry_id", [entry_of(one) for one in among]
    rows = _rows(
        f"SELECT {column}, said FROM register_entrytext WHERE {column} IN ({holes})",  # noqa: S608
        ids,
    )
    return {entry_of(one): said for one, said in rows}


def _in_order(
    asked: Asked, marks: Sequence[str], below: int | None, above: int | None
) -> Iterator[list[int]]:
    between = [(" AND rowid < %s", below), (" AND rowid >= %s", above)]
    statement = "SELECT rowid FROM register_entrytext WHERE register_entrytext MATCH %s"
    statement += "".join(words for words, value in between if value is not None)
    values: list[Any] = [search.query(asked, marks)]
    values += [value for _, value in between if value is not None]
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"{statement} ORDER BY rowid DESC", values)
        for size in chain((FIRST, MORE), repeat(MOST)):
            rows = cursor.fetchmany(size)
            if not rows:
                return
            yield [row[0] for row in rows]


def _by_windows(
    practice: int, asked: Asked, marks: Sequence[str], below: int | None, above: int | None
) -> Iterator[list[int]]:
    top = _top(practice, below)
    if top is None:
        return
    sizes = chain((FIRST, MORE), repeat(MOST))
    for since, until in _windows(top):
        low = None if since is None else key(since, 0)
        dates = () if since is None else _dates(since, until)
        if above is not None and (low is None or low < above):
            low = above
        while True:
            size = next(sizes)
            found = _asked(search.query(asked, marks, dates), below, low, size)
            if found:
                yield found
            if len(found) < size:
                break
            below = found[-1]
        below = low
        if low is None or low == above:
            return


def _asked(question: str, below: int | None, above: int | None, size: int) -> list[int]:
    between = [(" AND key < %s", below), (" AND key >= %s", above)]
    statement = "SELECT key FROM register_entrytext WHERE words @@ %s::tsquery"
    statement += "".join(words for words, value in between if value is not None)
    values = [question, *(value for _, value in between if value is not None)]
    return [row[0] for row in _rows(f"{statement} ORDER BY key DESC LIMIT {size}", values)]


def _top(practice: int, below: int | None) -> datetime | None:
    """The moment from which to look back: of the newest entry, or where one goes on from."""
    if below is not None:
        return datetime.fromtimestamp(below // ROOM, UTC)
    newest = Entry.objects.filter(practice=practice).order_by("-at", "-pk")
    return newest.values_list("at", flat=True).first()


def _windows(top: datetime) -> Iterator[tuple[datetime | None, datetime]]:
    """Spans that lie behind each other, each with its beginning; the last one has none."""
    until = top.astimezone(UTC)
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    for days in WINDOWS:
        since = _evenly(midnight - timedelta(days=days), days)
        yield since, until
        until = since - timedelta(seconds=1)
    yield None, until


def _evenly(since: datetime, days: int) -> datetime:
    """The beginning of the month or year, where a window is counted in them."""
    if days > 365:
        return since.replace(month=1, day=1)
    return since.replace(day=1) if days > 31 else since


def _dates(since: datetime, until: datetime) -> tuple[str, ...]:
    """The marks that together say «between these»."""
    days = (until - since).days
    if days > 365:
        return tuple(f".zt{year:04}" for year in range(since.year, until.year + 1))
    mark = search.month_mark if days > 31 else search.day_mark
    every = (since + timedelta(days=n) for n in range(days + 2))
    return tuple(dict.fromkeys(mark(day) for day in every))


def _held_on_postgresql(asked: Asked, marks: Sequence[str], among: Sequence[int]) -> list[int]:
    statement = (
        "SELECT key FROM register_entrytext WHERE entry_id = ANY(%s) AND words @@ %s::tsquery"
    )
    ids = [entry_of(one) for one in among]
    return [row[0] for row in _rows(statement, [ids, search.query(asked, marks)])]


def _held_on_sqlite(asked: Asked, marks: Sequence[str], among: Sequence[int]) -> list[int]:
    """By comparing: each question of the index would begin with all its words anew."""
    wanted = [f" {' '.join(phrase)} " for phrase in asked.phrases]
    wanted += [f" {asked.beginning}"] if asked.beginning else []
    wanted += [f" {mark} " for mark in marks]
    holes = ", ".join(["%s"] * len(among))
    tests = " AND ".join(["instr(line, %s) > 0"] * len(wanted)) or "1"
    line = " || ' | ' || ".join(("marks", "subject", "people", "files", "body"))
    lines = f"SELECT rowid, ' ' || {line} || ' ' AS line FROM register_entrytext"  # noqa: S608
    statement = f"SELECT rowid FROM ({lines} WHERE rowid IN ({holes})) WHERE {tests}"  # noqa: S608
    return [row[0] for row in _rows(statement, [*among, *wanted])]


def _rows(statement: str, values: Sequence[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
