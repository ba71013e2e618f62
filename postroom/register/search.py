"""The search index over entries: one module, two databases.

Both are given words already folded and parted here, so that accents and case never matter and
both find the same: PostgreSQL's own parser would take «left-leg.jpg» for the name of a host. A
word `zp<practice>` stands in every row: with it in the query the index itself
keeps practices apart, and SQLite never walks the date index (measured: 0.1 to 6 ms instead of
1 to 3 s at 400,000 rows).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models.expressions import RawSQL

from postroom.kit.text import fold

LONGEST = 200_000  # characters of one entry that are indexed; a tsvector ends at 1 MB


@dataclass(frozen=True)
class Words:
    """What is said in one entry."""

    entry: int
    practice: int
    subject: str
    people: str
    body: str
    files: str


def index(rows: Iterable[Words]) -> None:
    """Put new entries in the index, in the transaction that creates them."""
    values: list[tuple[int | str, ...]] = [
        (
            row.entry,
            _token(row.practice),
            *(" ".join(_parted(t)) for t in (row.subject, row.people, row.body, row.files)),
        )
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_POSTGRESQL if connection.vendor == "postgresql" else _SQLITE, values)


def forget(entries: Iterable[int]) -> None:
    """Take entries out of the index, before they are put in anew."""
    column = "entry_id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.executemany(
            f"DELETE FROM register_entrytext WHERE {column} = %s",  # noqa: S608 - one of two words
            [(entry,) for entry in entries],
        )


def matching(practice: int, text: str) -> RawSQL:
    """A subquery of the ids of entries that hold all these words, or words that begin so."""
    words = _parted(text)
    if connection.vendor == "postgresql":
        query = " & ".join([_token(practice), *(f"{word}:*" for word in words)])
        return RawSQL(
            "SELECT entry_id FROM register_entrytext WHERE words @@ to_tsquery('simple', %s)",
            [query],
        )
    query = " AND ".join([f'practice:"{_token(practice)}"', *(f'"{word}"*' for word in words)])
    return RawSQL("SELECT rowid FROM register_entrytext WHERE register_entrytext MATCH %s", [query])


def _parted(text: str) -> list[str]:
    """The words of a text: runs of letters and digits, without accents, in lower case."""
    return re.findall(r"[^\W_]+", fold(text[:LONGEST]))


def _token(practice: int) -> str:
    return f"zp{practice}"


_SQLITE = (
    "INSERT INTO register_entrytext (rowid, practice, subject, people, body, files)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)
_POSTGRESQL = (
    "INSERT INTO register_entrytext (entry_id, words) SELECT e, "
    "to_tsvector('simple', p || ' ' || s || ' ' || f || ' ' || d || ' ' || b) "
    "FROM (VALUES (%s::bigint, %s, %s, %s, %s, %s)) AS v (e, p, s, f, b, d)"
)
