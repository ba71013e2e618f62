"""Walking through what the search index holds, the newest first, a handful at a time.

SQLite's index lies in that order. PostgreSQL's has none: there the newest few hundred entries are
looked through without it. Frequent words are found among them; and how often they are tells how
far back the index has to be asked for a page, by the marks of days, months or years.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from postroom.register import search
from postroom.register.search import ROOM, Asked, entry_of, key

HANDFUL = 201  # keys; of twice as many PostgreSQL asks less cleverly whether one may read them
AT_ONCE = 1000  # keys that one question of PostgreSQL's index brings up
LOOKED = 500  # rows looked through without the index
FARTHER = 8  # times as far back as the time before
DAYS, MONTHS, YEARS = 12, 120, 1100  # up to so many days one asks by days, by months, by years


def keys(
    practice: int, asked: Asked, marks: Sequence[str], *, below: int | None, above: int | None
) -> Iterator[list[int]]:
    """The keys of a practice's entries that hold what is asked, the newest first, in handfuls.

    marks   what each of them must have besides
    below   exclusive: where to go on from, or the end of a span of time
    above   inclusive: the beginning of one
    """
    marks = list(dict.fromkeys((*search.practice_marks(practice), *marks)))
    if connection.vendor == "postgresql":
        return _by_windows(asked, marks, below, above)
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
        while rows := cursor.fetchmany(HANDFUL):
            yield [row[0] for row in rows]


def _by_windows(
    asked: Asked, marks: Sequence[str], below: int | None, above: int | None
) -> Iterator[list[int]]:
    newest = _looked_through(search.query(asked, marks), below, above)
    found = [one for one, holds in newest if holds]
    yield from _parted(found)
    if len(newest) < LOOKED:
        return
    top, below = newest[0][0], newest[-1][0]
    for since in _steps(top, below, len(found)):
        low = None if since is None else key(since, 0)
        if above is not None and (low is None or low < above):
            low = above
        dates = () if since is None else _dates(since, _moment(below))
        question = search.query(asked, marks, dates)
        while True:
            found = _asked(question, below, low)
            yield from _parted(found)
            if len(found) < AT_ONCE:
                break
            below = found[-1]
        if low is None or low == above:
            return
        below = low


def _looked_through(question: str, below: int | None, above: int | None) -> list[tuple[int, bool]]:
    """The newest rows without asking the index, and whether each holds what is asked."""
    between = [("key < %s", below), ("key >= %s", above)]
    where = " AND ".join(words for words, value in between if value is not None) or "true"
    values = [value for _, value in between if value is not None]
    statement = "SELECT key, words @@ %s::tsquery FROM register_entrytext"
    statement += f" WHERE {where} ORDER BY key DESC LIMIT {LOOKED}"
    return [(one, holds) for one, holds in _rows(statement, [question, *values])]


def _asked(question: str, below: int, above: int | None) -> list[int]:
    # «+ 0»: else PostgreSQL, which misjudges how frequent words are together, may walk by key.
    statement = "SELECT key FROM register_entrytext WHERE words @@ %s::tsquery AND key + 0 < %s"
    values: list[Any] = [question, below]
    if above is not None:
        statement += " AND key + 0 >= %s"
        values.append(above)
    return [row[0] for row in _rows(f"{statement} ORDER BY key + 0 DESC LIMIT {AT_ONCE}", values)]


def _parted(found: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(found), HANDFUL):
        yield found[start : start + HANDFUL]


def _steps(top: int, below: int, found: int) -> Iterator[datetime | None]:
    """From when on to ask the index: far enough, by how often it was found so far, for a page;
    then, for whoever wants more, each time so much farther; at last for all the rest."""
    days = (_moment(top) - _moment(below)).days + 1
    back = max(2 * days * HANDFUL // max(found, 1), 1)
    while (since := _evenly(_moment(below), back)) is not None:
        yield since
        back *= FARTHER
    yield None


def _evenly(until: datetime, days: int) -> datetime | None:
    """The beginning of a day, a month or a year about so many days before; None: too far back."""
    if days > YEARS:
        return None
    since = (until - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    if days > MONTHS:
        return since.replace(month=1, day=1)
    return since.replace(day=1) if days > DAYS else since


def _dates(since: datetime, until: datetime) -> tuple[str, ...]:
    """The marks that together say «between these»."""
    days = (until - since).days
    if days > MONTHS + 31:
        return tuple(f".zt{year:04}" for year in range(since.year, until.year + 1))
    mark = search.month_mark if days > DAYS + 31 or since.day == 1 else search.day_mark
    every = (since + timedelta(days=n) for n in range(days + 2))
    return tuple(dict.fromkeys(mark(day) for day in every))


def _moment(key_: int) -> datetime:
    return datetime.fromtimestamp(key_ // ROOM, UTC)


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
