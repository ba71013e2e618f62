"""Changing a row by hand while somebody else may be doing the same (RELIABILITY 5).

A form knows what each field held when it was opened. Only what the person changed is written,
and only where the row still holds what they saw: two people who change different things both
keep their work, and nobody's is overwritten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

# Told with their old and new value in the audit, which nobody can erase: choices and yes or no.
# Names, dates of birth, addresses, numbers and notes are content: only the field is named.
HARMLESS = frozenset(
    [
        "archived",
        "automatic",
        "calling",
        "channel",
        "language",
        "practitioner_id",
        "preferred",
        "ref",
        "responsible",
        "restricted",
        "state",
    ]
)


@dataclass(frozen=True)
class Change:
    """What a person saw in a field, and what they made of it."""

    seen: Any
    new: Any


Changes = Mapping[str, Change]
Done = Mapping[str, tuple[Any, Any]]  # field -> what was there, what is there now


class ChangedMeanwhile(Exception):
    """Somebody else has changed the same fields; nothing was written."""

    def __init__(self, current: Mapping[str, Any]) -> None:
        super().__init__(", ".join(sorted(current)))
        self.current = dict(current)


def wanted(changes: Changes, current: Mapping[str, Any]) -> Done:
    """Which of the changes are to be written. Raises ChangedMeanwhile."""
    clashes = {
        field: current[field]
        for field, change in changes.items()
        if current[field] not in (change.seen, change.new)
    }
    if clashes:
        raise ChangedMeanwhile(clashes)
    return {
        field: (current[field], change.new)
        for field, change in changes.items()
        if current[field] != change.new
    }


def mend(row: Model, changes: Changes) -> Done:
    """Set the fields of a row that its caller holds; saving is theirs. Raises ChangedMeanwhile."""
    done = wanted(changes, {field: getattr(row, field) for field in changes})
    for field, (_, new) in done.items():
        setattr(row, field, new)
    return done


def told(done: Done) -> dict[str, Any]:
    """What the audit says of it: names of fields; values only of what is harmless."""
    changes = {field: list(pair) for field, pair in done.items() if field in HARMLESS}
    return {"fields": sorted(done)} | ({"changes": changes} if changes else {})


def filled(fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """What the audit says of a new row: the fields that hold something."""
    return {"fields": sorted(name for name, value in fields if value not in ("", None, False))}
