"""The first walk through a list of clients: nothing is written but a copy put aside.

The copy is a file without a name: it goes with the process, and memory holds no row twice.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import IO

from postroom.clients.importing import Problem, Row
from postroom.clients.matching import own_addresses
from postroom.clients.models import ContactPoint

CHUNK = 2_000
PACKED = (
    "number", "ref", "name", "emails", "phones", "groups", "language", "birthday",
    "has_birth_date", "patients", "contacts", "state",
)  # fmt: skip


@dataclass
class Check:
    """The rows of a file: what is wrong with them, and those that may be imported."""

    aside: IO[str]
    rows: int = 0
    bad: int = 0  # rows with errors
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    refs: set[str] = field(default_factory=set)  # of all rows, the bad ones too
    nameless: int = 0  # bad rows whose reference is not known

    def good_rows(self) -> Iterator[Row]:
        """The rows without errors, from the copy."""
        self.aside.seek(0)
        for line in self.aside:
            yield unpacked(line)


@dataclass(frozen=True, slots=True)
class _Owner:
    words: str  # "" of one whose access is restricted: the file of problems is read by many
    groups: frozenset[str]


def checked(
    practice_id: int, rows: Iterable[Row], aside: IO[str], progress: Callable[[int], None]
) -> Check:
    """Walk all rows once: collect their problems, put the good ones aside.

    An address of two clients who share no group is a warning that names the other (MG-26).
    """
    check = Check(aside)
    own = own_addresses(practice_id)
    refs: set[str] = set()  # of the good rows
    owners: dict[str, _Owner] = {}  # within the file: the first who has an address
    elsewhere: list[tuple[str, Problem]] = []  # shared with a client the file may still name
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        check.rows += len(chunk)
        good = [row for row in chunk if not row.errors]
        kept = _kept_owners(practice_id, good)
        for row in chunk:
            check.bad += bool(row.errors)
            check.refs.add(row.ref)
            check.nameless += not row.ref
            check.errors += row.errors
            check.warnings += row.warnings
        for row in good:
            refs.add(row.ref)
            aside.write(_packed(row))
            for _, norm in row.emails or ():
                if norm in own:
                    check.warnings.append(_warning(row, "own", norm))
                if other := _shared_in_file(row, norm, owners):
                    check.warnings.append(_shared(row, norm, other))
                for ref, owner in kept.get(norm, {}).items():
                    if ref != row.ref and not owner.groups & set(row.groups or ()):
                        elsewhere.append((ref, _shared(row, norm, owner)))
        progress(check.rows)
    check.warnings += [problem for ref, problem in elsewhere if ref not in refs]
    check.warnings.sort(key=lambda problem: problem.row)
    return check


def _shared_in_file(row: Row, norm: str, owners: dict[str, _Owner]) -> _Owner | None:
    mine = _Owner(f"{row.name} ({row.ref})", frozenset(row.groups or ()))
    other = owners.setdefault(norm, mine)
    return None if other is mine or other.groups & mine.groups else other


def _kept_owners(practice_id: int, rows: list[Row]) -> dict[str, dict[str, _Owner]]:
    """Address -> reference -> the client who has it already."""
    norms = {norm for row in rows for _, norm in row.emails or ()}
    points = ContactPoint.objects.filter(
        practice=practice_id,
        kind=ContactPoint.EMAIL,
        norm__in=norms,
        contact__links__client__isnull=False,
    )
    client = "contact__links__client__"
    owners: dict[str, dict[str, _Owner]] = {}
    fields = ("ref", "name", "restricted", "memberships__group__name")
    found = points.values_list("norm", *(f"{client}{field}" for field in fields))
    for norm, ref, name, restricted, group in found:
        groups = frozenset([group]) if group else frozenset()
        known = owners.setdefault(norm, {}).get(ref)
        words = "" if restricted else f"{name} ({ref})"
        owners[norm][ref] = _Owner(words, groups | (known.groups if known else groups))
    return owners


def _shared(row: Row, norm: str, other: _Owner) -> Problem:
    if not other.words:
        return _warning(row, "shared-closed", norm)
    return _warning(row, "shared", norm, client=other.words)


def _warning(row: Row, code: str, norm: str, **data: str) -> Problem:
    return Problem(row.number, row.email_column, code, {"text": norm, **data})


def _packed(row: Row) -> str:
    cells = [getattr(row, name) for name in PACKED]
    return json.dumps([row.birth_date.isoformat() if row.birth_date else None, *cells]) + "\n"


def unpacked(line: str) -> Row:
    """The row of a line of the copy."""
    born, *cells = json.loads(line)
    birth_date = date.fromisoformat(born) if born else None
    return Row(**dict(zip(PACKED, cells, strict=True)), birth_date=birth_date)
