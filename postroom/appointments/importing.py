"""Reading appointments or due dates from a table, as another system wrote it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from postroom.appointments.headings import APPOINTMENTS, DUE
from postroom.appointments.rules import (
    Moment,
    day_of,
    moment_of,
    plain_ref,
    short_ref,
    state_of,
    time_of,
)
from postroom.appointments.values import CUT, LIMITS, LONGEST, Kind, Row
from postroom.clients.importing import Problem
from postroom.kit.columns import Headings
from postroom.kit.tables import Table, open_table
from postroom.practice.models import Source

HEADINGS: dict[str, Headings] = {Source.APPOINTMENTS: APPOINTMENTS, Source.DUE: DUE}


@dataclass(frozen=True)
class TableBook:
    """The rows of a table, read afresh each time they are walked."""

    kind: Kind
    table: Table
    columns: Mapping[str, int]
    zone: ZoneInfo

    def __iter__(self) -> Iterator[Row]:
        reading = Slots if self.kind == Source.APPOINTMENTS else Dues
        first: dict[str, int] = {}
        for number, cells in self.table.records():
            if cells is None:
                yield Row(number, errors=(Problem(number, "", "quotes"),))
            elif any(cells[len(self.table.header) :]):
                yield Row(number, errors=(Problem(number, "", "cells"),))
            else:
                told = {
                    name: cells[place] if place < len(cells) else ""
                    for name, place in self.columns.items()
                }
                names = {name: self.table.header[place] for name, place in self.columns.items()}
                yield reading(number, told, names, self.zone, first).row()


def read_table(
    file: BinaryIO, kind: Kind, *, zone: ZoneInfo, mapping: Mapping[str, str] | None = None
) -> TableBook:
    """The rows of a seekable table. Raises NotATable; what is wrong in a row is in it."""
    mapping, headings = mapping or {}, HEADINGS[kind]
    table = open_table(file, lambda header: headings.understood(header, mapping))
    return TableBook(kind, table, headings.places(table.header, mapping), zone)


class Reading:
    """One row being read: the texts told for each field, and what there is to say about them."""

    def __init__(
        self,
        number: int,
        told: Mapping[str, str],
        names: Mapping[str, str],
        zone: ZoneInfo,
        first: dict[str, int],
    ) -> None:
        self.number, self.told, self.names, self.zone = number, told, names, zone
        self.first = first  # reference -> the row that has it
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def row(self) -> Row:
        values = self.values()
        ref = self.reference(values)
        errors, warnings = tuple(self.errors), tuple(self.warnings)
        return Row(self.number, ref, values, errors=errors, warnings=warnings)

    def values(self) -> dict[str, Any]:
        raise NotImplementedError

    def reference(self, values: Mapping[str, Any]) -> str:
        return self.once("reference", self.required("reference", plain_ref))

    def once(self, column: str, ref: str) -> str:
        first = self.first.setdefault(ref, self.number)
        if ref and first != self.number:
            self.error(column, "duplicate", text=ref, first=str(first))
        return ref

    def whose(self) -> dict[str, str]:
        """The client's reference and the patient's, where told."""
        found = {}
        for column, place in (("client", "client_ref"), ("patient", "patient_ref")):
            if column in self.told:
                found[place] = self.short(column, plain_ref(self.told[column]))
        return found

    def required(self, column: str, tidy: Any = lambda text: " ".join(text.split())) -> str:
        text = self.short(column, tidy(self.told.get(column, "")))
        if not text:
            self.error(column, "empty")
        return text

    def short(self, column: str, text: str) -> str:
        if len(text) > LIMITS[column]:
            self.error(column, "long", text=text, most=str(LIMITS[column]))
        return text

    def day(self, column: str) -> date | None:
        text = self.told.get(column, "")
        found = day_of(text)
        if text and found is None:
            self.error(column, "date", text=text)
        return found

    def moment(self, column: str, on: date | None = None) -> datetime | None:
        text = self.told.get(column, "")
        found = moment_of(text, self.zone, on)
        if found is None:
            if text:
                self.error(column, "moment", text=text)
            return None
        self.odd(column, found)
        return found.at

    def odd(self, column: str, found: Moment) -> None:
        if found.odd:
            local = found.at.astimezone(self.zone)
            self.warning(
                column, found.odd, text=self.told.get(column, ""), read=f"{local:%Y-%m-%d %H:%M}"
            )

    def error(self, column: str, code: str, **data: str) -> None:
        self.errors.append(self.problem(column, code, data))

    def warning(self, column: str, code: str, **data: str) -> None:
        self.warnings.append(self.problem(column, code, data))

    def problem(self, column: str, code: str, data: dict[str, str]) -> Problem:
        if len(text := data.get("text", "")) > 80:
            data["text"] = text[:79] + "…"
        return Problem(self.number, self.names.get(column, column), code, data)


class Slots(Reading):
    """An appointment."""

    def values(self) -> dict[str, Any]:
        values: dict[str, Any] = dict(self.whose())
        values["start"] = start = self.start()
        if "end" in self.told or "minutes" in self.told:
            values["end"] = self.end(start)
        if "state" in self.told:
            values["state"] = self.state()
        if "subject" in self.told:
            values["subject"] = self.cut("subject")
        if "practitioner" in self.told:
            values["practitioner_name"] = self.cut("practitioner")
        if "booked" in self.told:
            values["booked_at"] = self.booked()
        return values

    def start(self) -> datetime | None:
        """Day and time in one cell, or the time apart from its day."""
        if not self.told.get("start"):
            self.error("start", "empty")
            return None
        if "date" in self.told and time_of(self.told["start"]):
            on = self.day("date")
            if on is None and not self.told["date"]:
                self.error("date", "empty")
            return self.moment("start", on) if on else None
        return self.moment("start")

    def end(self, start: datetime | None) -> datetime | None:
        text = self.told.get("end", "")
        if text:
            on = start.astimezone(self.zone).date() if start and time_of(text) else None
            end = self.moment("end", on)
        else:
            minutes = self.minutes()
            end = start + minutes if start and minutes else None
        if start and end and not timedelta(0) <= end - start <= LONGEST:
            self.error("end" if text else "minutes", "order", text=text)
        return end

    def minutes(self) -> timedelta | None:
        text = self.told.get("minutes", "").strip()
        if not text:
            return None
        digits = text.removesuffix("min").strip()
        if digits.isascii() and digits.isdigit() and len(digits) <= 5:
            return timedelta(minutes=int(digits))
        self.error("minutes", "minutes", text=text)
        return None

    def state(self) -> str:
        text = self.told["state"]
        state = state_of(text) if text else "booked"
        if state is None:
            self.error("state", "state", text=text)
        return state or ""

    def booked(self) -> datetime | None:
        """A day alone will do: its midnight."""
        text = self.told["booked"]
        if text and (on := day_of(text)) and moment_of(text, self.zone) is None:
            return datetime(on.year, on.month, on.day, tzinfo=self.zone)
        return self.moment("booked")

    def cut(self, column: str) -> str:
        return " ".join(self.told[column].split())[: CUT[column]]


class Dues(Reading):
    """Something that falls due. Without a reference of its own it is known by whose, what, when."""

    def values(self) -> dict[str, Any]:
        values: dict[str, Any] = dict(self.whose())
        if not values.get("client_ref"):
            self.error("client", "empty")
        values["kind"] = self.required("kind")
        values["due_on"] = self.day("due")
        if not self.told.get("due"):
            self.error("due", "empty")
        if "done" in self.told:
            values["done_on"] = self.day("done")
        return values

    def reference(self, values: Mapping[str, Any]) -> str:
        if "reference" in self.told:
            return super().reference(values)
        parts = (values.get(name, "") for name in ("client_ref", "patient_ref", "kind", "due_on"))
        return self.once("client", short_ref(*map(str, parts)))
