"""JSON as the rows that files are read into, so that both are judged by the same rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from postroom.api.shapes import PatientIn, Strict
from postroom.appointments.importing import Dues, Slots
from postroom.appointments.values import Kind
from postroom.appointments.values import Row as BookRow
from postroom.clients.importing import ClientFile, Problem
from postroom.clients.importing import Row as ClientRow
from postroom.kit.tables import Table
from postroom.kit.text import clean
from postroom.practice.models import Practice, Source

# Our field of a client -> the column of a file that says the same.
_COLUMNS = {"emails": "email", "phones": "phone", "groups": "group"}


def told_by(reference: str, sent: Strict) -> dict[str, Any]:
    """The fields that were sent, and the reference."""
    fields = sent.model_fields_set - {"reference"}
    return {"reference": reference, **{name: getattr(sent, name) for name in fields}}


def client_rows(practice: Practice, sent: Sequence[Mapping[str, Any]]) -> list[ClientRow]:
    """Clients as rows, counted from 0."""
    rows = [_client_row(practice, number, told) for number, told in enumerate(sent)]
    return [replace(row, errors=(*row.errors, *_twice(row.number, row.ref, rows))) for row in rows]


def book_rows(practice: Practice, kind: Kind, sent: Sequence[Mapping[str, Any]]) -> list[BookRow]:
    """Appointments or due dates as rows, counted from 0."""
    zone, first = practice.zone, dict[str, int]()
    reading = Slots if kind == Source.APPOINTMENTS else Dues
    return [
        reading(number, {name: _text(value) for name, value in told.items()}, {}, zone, first).row()
        for number, told in enumerate(sent)
    ]


def remark(problem: Problem, sentence: str) -> dict[str, Any]:
    """A problem of a row as the API tells it."""
    field = {column: name for name, column in _COLUMNS.items()}.get(problem.column, problem.column)
    return {"row": problem.row, "field": field, "detail": sentence}


@dataclass(frozen=True)
class _OneRow:
    """A table of one row."""

    header: tuple[str, ...]
    number: int
    cells: list[str]

    def records(self) -> Iterator[tuple[int, list[str] | None]]:
        yield self.number, list(self.cells)


def _client_row(practice: Practice, number: int, told: Mapping[str, Any]) -> ClientRow:
    names = tuple(_COLUMNS.get(name, name) for name in told)
    table = _OneRow(names, number, [_cell(value) for value in told.values()])
    places = {name: (place,) for place, name in enumerate(names)}
    (row,) = ClientFile(cast(Table, table), places, practice.country)
    return row


def _cell(value: Any) -> str:
    """A list as a cell has it: with «;» between, and a patient's kind in brackets."""
    if not isinstance(value, list):
        return _text(value)
    return ";".join(_text(each).replace(";", ",") for each in value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, PatientIn):
        kind = value.kind.translate({ord("("): " ", ord(")"): " "})
        return f"{_text(value.name)} ({_text(kind)})"
    return " ".join(clean(str(value)).split())


def _twice(number: int, ref: str, rows: Sequence[ClientRow]) -> Iterator[Problem]:
    first = next(row.number for row in rows if row.ref == ref)
    if ref and first != number:
        data = {"text": ref, "first": str(first)}
        yield Problem(number, "reference", "duplicate", data)
