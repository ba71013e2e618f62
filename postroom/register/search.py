"""The search index over entries: one module, two databases.

Both are given words already folded and parted here, so that accents and case never matter and
both find the same: PostgreSQL's own parser would take «left-leg.jpg» for the name of a host.

Beside its words each row holds marks, which begin with a dot and which nobody can type: the
practice, and what is rare about the entry. They narrow within the index; a mark that most rows
have only costs (15 times the time of a frequent word), so there is none for an email received.
A row's `key` grows with the moment of its entry: SQLite keeps the rows by it, so that the newest
come first without being sorted. Triggers keep key and marks true when an entry changes (0003).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from postroom.kit.text import clean, fold
from postroom.practice.models import Practice
from postroom.register.models import Entry

LONGEST = 200_000  # characters of one entry that are indexed; a tsvector ends at 1 MB
LONGEST_WORD = 200
KEPT = 20_000  # characters of its text kept as they were written, to show where words stand
ASKED = 20  # words of a question
PREFIX = 3  # letters that begin a word; fewer stand for a word of their own
ROOM = 2**30  # for an entry's id in a key
FILE = ".f"  # before a word of a file's name: these words are there twice


@dataclass(frozen=True)
class Words:
    """What is said in one entry."""

    entry: int
    practice: int
    subject: str
    people: str
    body: str
    files: str


@dataclass(frozen=True)
class Asked:
    """What somebody looks for: every phrase, and a last word that may go on.

    A word is a phrase of one."""

    phrases: tuple[tuple[str, ...], ...] = ()
    beginning: str = ""

    @property
    def words(self) -> list[str]:
        """Every word of it, to be marked where it stands."""
        return [word for phrase in self.phrases for word in phrase]

    @property
    def in_files(self) -> "Asked":
        """The same in the names of attachments alone, where a phrase is only its words."""
        beginning = f"{FILE}{self.beginning}" if self.beginning else ""
        return Asked(tuple((f"{FILE}{word}",) for word in self.words), beginning)

    def __bool__(self) -> bool:
        return bool(self.phrases or self.beginning)


def asked(text: str) -> Asked:
    """Read what was typed: «"exact phrase" words las» (the last word may be a beginning)."""
    phrases: list[tuple[str, ...]] = []
    beginning = ""
    pieces = re.split('["“”„«»]', text)
    for n, piece in enumerate(pieces):
        words = _parted(piece)[:ASKED]
        quoted = n % 2 == 1 and n < len(pieces) - 1
        if quoted:
            phrases += [tuple(words)] if words else []
            continue
        if words and n == len(pieces) - 1 and not piece[-1:].isspace():
            last = words.pop()
            beginning = last if len(last) >= PREFIX else ""
            words += [] if beginning else [last]
        phrases += [(word,) for word in words]
    return Asked(tuple(dict.fromkeys(phrases))[:ASKED], beginning)


def index(rows: Iterable[Words]) -> None:
    """Put entries in the index, in the transaction that creates or changes them; what it held of
    them is replaced."""
    rows = list(rows)
    entries = Entry.objects.in_bulk([row.entry for row in rows])
    # By their key: FTS5 begins a new piece of its index whenever a smaller one comes.
    values = sorted(prepared(row, entries[row.entry]) for row in rows if row.entry in entries)
    with connection.cursor() as cursor:
        cursor.executemany(_POSTGRESQL if _on_postgresql() else _SQLITE, values)


def matching(practice: int, text: str) -> RawSQL:
    """A subquery of the ids of entries that hold all these words; the last may be a beginning."""
    question = query(asked(text), (f".zp{practice}",))
    if _on_postgresql():
        return RawSQL(
            "SELECT entry_id FROM register_entrytext WHERE words @@ %s::tsquery", [question]
        )
    return RawSQL(
        "SELECT rowid & 1073741823 FROM register_entrytext WHERE register_entrytext MATCH %s",
        [question],
    )


def key(at: datetime, entry: int) -> int:
    """The place of an entry among all: by the second it is of, then by its id."""
    return int(at.timestamp() // 1) * ROOM + entry


def entry_of(key: int) -> int:
    return key % ROOM


def key_of(text: str | None) -> int | None:
    """A key out of an address bar; None for anything else."""
    text = text or ""
    plain = text.isascii() and text.isdigit() and len(text) < 20
    return int(text) if plain and int(text) < 2**63 else None


def practice_marks(practice: int) -> tuple[str, ...]:
    """What keeps practices apart, where there are several."""
    return (f".zp{practice}",) if Practice.objects.exclude(pk=practice).exists() else ()


def marks_of(entry: Entry) -> list[str]:
    """What is kept of an entry beside its words. As the triggers of migration 0003 write them."""
    by_itself = entry.automatic or (entry.status and not entry.author_id)
    rare = {
        f".zk{entry.kind}": entry.kind != Entry.EMAIL,
        ".zdout": entry.direction == Entry.OUT,
        ".zf": bool(entry.files),
        ".za": bool(by_itself),
    }
    return [f".zp{entry.practice_id}", *(mark for mark, has in rare.items() if has)]


def rare_marks(
    kind: str = "", direction: str = "", *, files: bool = False, automatic: bool = False
) -> tuple[str, ...]:
    """What of a filter the index knows by itself; what is frequent is asked of the entries."""
    asked = {
        f".zk{kind}": kind and kind != Entry.EMAIL,
        ".zdout": direction == Entry.OUT,
        ".zf": files,
        ".za": automatic,
    }
    return tuple(mark for mark, wanted in asked.items() if wanted)


def query(asked: Asked, marks: Iterable[str], one_of: Iterable[str] = ()) -> str:
    """The question in the language of the database's index; with every mark, and one of those."""
    if _on_postgresql():
        return _tsquery(asked, marks, one_of)
    return _match(asked, marks)


def _match(asked: Asked, marks: Iterable[str]) -> str:
    said = [f'"{" ".join(phrase)}"' for phrase in asked.phrases]
    said += [f'"{asked.beginning}" *'] if asked.beginning else []
    return " AND ".join([*said, *(f'"{mark}"' for mark in marks)])


def _tsquery(asked: Asked, marks: Iterable[str], one_of: Iterable[str]) -> str:
    parts = [f"'{mark}'" for mark in marks]
    parts += ["({})".format(" | ".join(f"'{mark}'" for mark in one_of))] if one_of else []
    parts += [
        "({})".format(" <-> ".join(f"'{word}'" for word in phrase)) for phrase in asked.phrases
    ]
    parts += [f"'{asked.beginning}':*"] if asked.beginning else []
    return " & ".join(parts)


def prepared(row: Words, entry: Entry) -> tuple[Any, ...]:
    """A row of the index, in the order of its columns."""
    place, marks = key(entry.at, entry.pk), marks_of(entry)
    said = clean(row.body)[:KEPT]
    columns = [_parted(text) for text in (row.subject, row.people, row.files, row.body)]
    columns[2] += [f"{FILE}{word}" for word in columns[2]]
    if _on_postgresql():
        return (place, row.entry, _tsvector(columns, [*marks, *_days(entry.at)]), said)
    return (place, " ".join(marks), *(" ".join(words) for words in columns), said)


def _tsvector(columns: list[list[str]], marks: list[str]) -> str:
    """As PostgreSQL reads one: words with their places. A gap keeps phrases within a column."""
    places: dict[str, list[str]] = {}
    at = 0
    for words in columns:
        for word in words:
            at += 1
            places.setdefault(word, []).append(str(at))
        at += 1
    lexemes = [f"'{word}':{','.join(found)}" for word, found in places.items()]
    return " ".join([*(f"'{mark}'" for mark in marks), *lexemes])


def _days(at: datetime) -> list[str]:
    """PostgreSQL's index has no order: with these it looks at the newest days first."""
    return [day_mark(at), month_mark(at), year_mark(at)]


def day_mark(at: datetime) -> str:
    return f".zt{at.year:04}{at:%m%d}"


def month_mark(at: datetime) -> str:
    return f".zt{at.year:04}{at:%m}"


def year_mark(at: datetime) -> str:
    return f".zt{at.year:04}"


def _parted(text: str) -> list[str]:
    """The words of a text: runs of letters and digits, without accents, in lower case."""
    return [word[:LONGEST_WORD] for word in re.findall(r"[^\W_]+", fold(text[:LONGEST]))]


def _on_postgresql() -> bool:
    return connection.vendor == "postgresql"


_SQLITE = (
    "INSERT OR REPLACE INTO register_entrytext"
    " (rowid, marks, subject, people, files, body, said) VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
_POSTGRESQL = (
    "INSERT INTO register_entrytext (key, entry_id, words, said) VALUES (%s, %s, %s::tsvector, %s)"
    " ON CONFLICT (entry_id) DO UPDATE"
    " SET key = excluded.key, words = excluded.words, said = excluded.said"
)
