"""Reading a practice's list of clients, as its own system wrote it (XP-38).

Whatever the file is, it is read as a table: see `vcards` and `fhir`.

A cell is data, whatever it begins with: "=1+1" is a strange name and nothing else.
A column that is absent says nothing (None in the row); an empty cell says "none".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from postroom.clients.fhir import is_json, patients_in
from postroom.clients.headings import columns, understood
from postroom.clients.vcards import Cards, head_of, is_vcards
from postroom.kit.addresses import normalise_email
from postroom.kit.phones import normalise_phone
from postroom.kit.tables import Table, open_table
from postroom.kit.text import fold

UNREADABLE = "?"  # before the norm of a number that cannot be read: it equals itself alone
# What the tables hold, in characters.
LIMITS = {
    "reference": 64, "name": 200, "group": 160, "patients": 120, "kind": 60, "phone": 300,
    "contacts": 200, "role": 60,
}  # fmt: skip

Pairs = tuple[tuple[str, str], ...]
Person = tuple[str, str, bool, Pairs, Pairs]  # name, role, responsible, emails, phones


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to tell about a row; `words.sentence` says it."""

    row: int  # as a spreadsheet counts: the first row of the file is 1
    column: str  # as the file names it, "" for the whole row
    code: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One client of the file. With errors, only `number` and `errors` mean something."""

    number: int
    ref: str = ""
    name: str = ""
    email_column: str = ""  # as the file names it
    emails: Pairs | None = None  # (as written, norm)
    phones: Pairs | None = None
    groups: tuple[str, ...] | None = None
    language: str | None = None
    birth_date: date | None = None
    birthday: int | None = None  # month * 100 + day
    has_birth_date: bool = False
    patients: Pairs | None = None  # (name, kind)
    contacts: tuple[Person, ...] | None = None
    state: str | None = None  # of Client; None: as it is
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class ClientFile:
    """The rows of a file, read afresh each time they are walked."""

    table: Table
    columns: Mapping[str, tuple[int, ...]]
    country: str  # reads numbers written without one

    def __iter__(self) -> Iterator[Row]:
        names = {field: self.table.header[places[0]] for field, places in self.columns.items()}
        first: dict[str, int] = {}
        for number, cells in self.table.records():
            if cells is None:
                yield Row(number, errors=(Problem(number, "", "quotes"),))
            elif any(cells[len(self.table.header) :]):
                yield Row(number, errors=(Problem(number, "", "cells"),))
            else:
                yield _Reading(number, cells, self, names, first).row()


def read_clients(
    file: BinaryIO, *, country: str, mapping: Mapping[str, str] | None = None
) -> ClientFile:
    """The clients in a seekable file: a table as text or a workbook, vCards, FHIR.

    Raises NotATable; what is wrong in a row is in it.
    """
    mapping = mapping or {}
    table = client_table(file, mapping)
    return ClientFile(table, columns(table.header, mapping), country)


def client_table(file: BinaryIO, mapping: Mapping[str, str] | None = None) -> Table:
    """What is in the file as a table, by its content, whatever it is called. Raises NotATable."""
    start = head_of(file)
    if is_vcards(start):
        return Cards.of(file)
    if is_json(start):
        return patients_in(file)
    return open_table(file, lambda header: understood(header, mapping or {}))


_BETWEEN_ADDRESSES = re.compile(r"[;,\s]+")
_BETWEEN_NUMBERS = re.compile(r"[;,\n]+")
_BETWEEN_NAMES = re.compile(r"[;\n]+")
_PATIENT = re.compile(r"(.*?)\s*\(([^()]*)\)")
_PERSON = re.compile(r"([^():]+?)\s*(?:\(([^()]*)\))?\s*(?::\s*(.*))?")
_RESPONSIBLE = ("responsible", "responsable")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+Z?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_NO_YEAR = re.compile(r"--(\d\d)-?(\d\d)")  # ISO 8601:2000, as in vCards
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_][a-z]{2,4})?")
_LANGUAGES = {
    "english": "en", "anglais": "en", "french": "fr", "francais": "fr", "german": "de",
    "deutsch": "de", "allemand": "de", "dutch": "nl", "nederlands": "nl", "neerlandais": "nl",
    "italian": "it", "italiano": "it", "italien": "it", "spanish": "es", "espanol": "es",
    "espagnol": "es", "portuguese": "pt", "portugues": "pt", "portugais": "pt",
}  # fmt: skip
_EARLIEST = 1850
_STATES = {
    "active": "active", "current": "active", "actif": "active", "active client": "active",
    "archived": "archived", "inactive": "archived", "former": "archived", "archive": "archived",
    "inactif": "archived", "ancien": "archived",
    "deceased": "deceased", "dead": "deceased", "died": "deceased", "decede": "deceased",
    "decedee": "deceased",
}  # fmt: skip
_NOT_DEAD = ("", "no", "non", "false", "faux", "0", "n", "-", "alive", "vivant")


class _Reading:
    """One row being read: its cells, and what there is to say about them."""

    def __init__(
        self,
        number: int,
        cells: list[str],
        file: ClientFile,
        names: Mapping[str, str],
        first: dict[str, int],
    ) -> None:
        self.number, self.cells, self.file, self.names = number, cells, file, names
        self.first = first  # reference -> the row that has it
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def row(self) -> Row:
        birth_text = self.cell("birth_date")
        birth_date, birthday = self.birth_date(birth_text) if birth_text else (None, None)
        return Row(
            number=self.number,
            ref=self.reference(),
            name=self.name(),
            email_column=self.names.get("email", ""),
            emails=self.emails(),
            phones=self.phones(),
            groups=self.group_names(),
            language=self.language(),
            birth_date=birth_date,
            birthday=birthday,
            has_birth_date=birth_text is not None,
            patients=self.patients(),
            contacts=self.contacts(),
            state=self.state(),
            errors=tuple(self.errors),
            warnings=tuple(self.warnings),
        )

    def reference(self) -> str:
        ref = self.required("reference")
        first = self.first.setdefault(ref, self.number)
        if ref and first != self.number:
            self.error("reference", "duplicate", text=ref, first=str(first))
        return ref

    def required(self, column: str) -> str:
        text = self.short(column, " ".join((self.cell(column) or "").split()))
        if not text:
            self.error(column, "empty")
        return text

    def name(self) -> str:
        name = self.required("name")
        first = " ".join((self.cell("first_name") or "").split())
        if not first or not name or fold(first) in fold(name):
            return name
        return self.short("name", f"{first} {name}")

    def emails(self) -> Pairs | None:
        texts = self.pieces("email", _BETWEEN_ADDRESSES)
        return None if texts is None else self.addresses("email", texts)

    def addresses(self, column: str, texts: list[str]) -> Pairs:
        found: dict[str, str] = {}
        for text in texts:
            if norm := normalise_email(text):
                found.setdefault(norm, text)
            else:
                self.error(column, "email", text=text)
        return _pairs(found)

    def phones(self) -> Pairs | None:
        texts = self.pieces("phone", _BETWEEN_NUMBERS)
        return None if texts is None else self.numbers("phone", texts)

    def numbers(self, column: str, texts: list[str]) -> Pairs:
        found: dict[str, str] = {}
        for text in texts:
            norm = normalise_phone(text, self.file.country)
            if not norm:
                self.warning(column, "phone", text=text)
                norm = UNREADABLE + self.short(column, text, "phone")
            found.setdefault(norm, text)
        return _pairs(found)

    def group_names(self) -> tuple[str, ...] | None:
        names = self.pieces("group", _BETWEEN_NAMES)
        if names is None:
            return None
        return tuple(dict.fromkeys(self.short("group", " ".join(name.split())) for name in names))

    def language(self) -> str | None:
        text = fold(self.cell("language") or "")
        if not text:
            return self.cell("language")
        if text in _LANGUAGES:
            return _LANGUAGES[text]
        if code := _LANGUAGE.fullmatch(text):
            return code[1]
        self.warning("language", "language", text=text)
        return None

    def birth_date(self, text: str) -> tuple[date | None, int | None]:
        """The date, and the day in the year as month * 100 + day."""
        if without := _NO_YEAR.fullmatch(text):
            year, month, day = "2000", without[1], without[2]
        elif found := _YEAR_FIRST.fullmatch(text):
            year, month, day = found[1], found[2], found[3]
        elif found := _DAY_FIRST.fullmatch(text):
            year, month, day = found[4], found[3], found[1]
        else:
            year = ""
        try:
            if year and int(year) >= _EARLIEST:
                born = date(int(year), int(month), int(day))
                return None if without else born, born.month * 100 + born.day
        except ValueError:
            pass  # the 30th of February is told like any other text
        self.error("birth_date", "date", text=text)
        return None, None

    def state(self) -> str | None:
        if fold(self.cell("deceased") or "").strip() not in _NOT_DEAD:
            return "deceased"
        text = " ".join(fold(self.cell("state") or "").split())
        if not text:
            return None
        if text not in _STATES:
            self.warning("state", "state", text=text)
        return _STATES.get(text)

    def contacts(self) -> tuple[Person, ...] | None:
        pieces = self.pieces("contacts", _BETWEEN_NAMES)
        if pieces is None:
            return None
        people = [person for piece in pieces if (person := self.person(" ".join(piece.split())))]
        return tuple({fold(person[0]): person for person in people}.values())

    def person(self, text: str) -> Person | None:
        """ "June Farrow (mother, responsible): june@x.example, 020 7946 0018"."""
        found = _PERSON.fullmatch(text)
        if not found:
            self.error("contacts", "person", text=text)
            return None
        words = [word.strip() for word in (found[2] or "").split(",")]
        role = ", ".join(word for word in words if word and fold(word) not in _RESPONSIBLE)
        ways = [way.strip() for way in (found[3] or "").split(",") if way.strip()]
        return (
            self.short("contacts", found[1]),
            self.short("contacts", role, "role"),
            any(fold(word) in _RESPONSIBLE for word in words),
            self.addresses("contacts", [way for way in ways if "@" in way]),
            self.numbers("contacts", [way for way in ways if "@" not in way]),
        )

    def patients(self) -> Pairs | None:
        pieces = self.pieces("patients", _BETWEEN_NAMES)
        if pieces is None:
            return None
        return tuple(self.patient(" ".join(piece.split())) for piece in pieces)

    def patient(self, text: str) -> tuple[str, str]:
        found = _PATIENT.fullmatch(text)
        name, kind = (found[1], found[2].strip()) if found and found[1] else (text, "")
        return self.short("patients", name), self.short("patients", kind, "kind")

    def cell(self, column: str) -> str | None:
        """The text of a column, "" when the row ends before it, None when there is no such."""
        places = self.file.columns.get(column)
        if places is None:
            return None
        texts = [_bare(self.cells[place]) for place in places if place < len(self.cells)]
        return texts[0] if len(texts) == 1 else "\n".join(text for text in texts if text)

    def pieces(self, column: str, between: re.Pattern[str]) -> list[str] | None:
        text = self.cell(column)
        if text is None:
            return None
        return [piece for part in between.split(text) if (piece := part.strip())]

    def short(self, column: str, text: str, limit: str = "") -> str:
        most = LIMITS[limit or column]
        if len(text) > most:
            self.error(column, "long", text=text, most=str(most))
        return text

    def error(self, column: str, code: str, **data: str) -> None:
        self.errors.append(self.problem(column, code, data))

    def warning(self, column: str, code: str, **data: str) -> None:
        self.warnings.append(self.problem(column, code, data))

    def problem(self, column: str, code: str, data: dict[str, str]) -> Problem:
        if len(text := data.get("text", "")) > 80:
            data["text"] = text[:79] + "…"
        return Problem(self.number, self.names.get(column, column), code, data)


def _pairs(found: Mapping[str, str]) -> Pairs:
    return tuple((text, norm) for norm, text in found.items())


def _bare(cell: str) -> str:
    """Without the mark that keeps a spreadsheet program from calculating: '+44 becomes +44."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell
