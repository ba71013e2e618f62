"""Reading notes that another system wrote down: a table with whom, when and what was said."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from postroom.appointments.rules import day_of, moment_of, plain_ref, time_of
from postroom.clients.importing import Problem
from postroom.kit.columns import Headings
from postroom.kit.tables import Table, open_table
from postroom.kit.text import clean, fold

PHONE, MEETING, LETTER, NOTE, SMS = "phone", "meeting", "letter", "note", "sms"
IN, OUT = "in", "out"
# fmt: off
KINDS: dict[str, tuple[str, ...]] = {
    PHONE: ("phone", "phone call", "call", "telephone", "telephone call", "phone message",
            "appel", "appel telephonique", "tel"),
    MEETING: ("meeting", "meeting note", "visit", "consultation", "conversation", "reunion",
              "entretien", "rendez vous", "visite", "compte rendu"),
    LETTER: ("letter", "post", "mail", "fax", "courrier", "lettre", "courrier postal"),
    SMS: ("sms", "text", "text message", "texto"),
    NOTE: ("note", "file note", "memo", "comment", "remark", "email", "e mail", "note au dossier",
           "commentaire", "remarque", "courriel", ""),
}
WAYS: dict[str, tuple[str, ...]] = {
    IN: ("in", "received", "incoming", "inbound", "recu", "entrant"),
    OUT: ("out", "sent", "outgoing", "outbound", "envoye", "sortant", "emis"),
}
HEADINGS = Headings(
    {
        "client": (
            "client reference", "client ref", "client number", "client no", "client id",
            "client code", "reference client", "ref client", "numero client", "numero de client",
            "code client", "dossier", "numero de dossier", "patient id", "patient number",
            "owner id", "owner", "client", "patient",
        ),
        "reference": (
            "note reference", "note id", "note number", "reference note", "id note", "reference",
            "ref", "id",
        ),
        "date": (
            "date", "day", "date and time", "date time", "datetime", "at", "when", "created",
            "created at", "jour", "date et heure", "date heure", "cree le", "le",
        ),
        "time": ("time", "hour", "heure"),
        "kind": ("kind", "type", "category", "nature", "categorie", "genre"),
        "direction": ("direction", "way", "in out", "sens"),
        "who": ("with", "with whom", "contact", "from", "correspondent", "avec", "avec qui",
                "correspondant", "de"),
        "author": ("author", "by", "written by", "user", "member", "staff", "entered by",
                   "auteur", "par", "redige par", "saisi par", "utilisateur"),
        "subject": ("subject", "summary", "title", "objet", "sujet", "resume", "titre"),
        "text": ("text", "note", "notes", "body", "content", "comment", "comments", "details",
                 "description", "message", "texte", "contenu", "commentaire", "commentaires"),
        "patient": ("patient name", "animal", "animal name", "pet", "pet name",
                    "nom de l animal", "nom du patient"),
    },
    required=("client", "date", "text"),
)
# fmt: on
_KIND = {word: kind for kind, words in KINDS.items() for word in words}
_WAY = {word: way for way, words in WAYS.items() for word in words}
LIMITS = {"client": 64, "reference": 200, "who": 200, "author": 120, "subject": 400, "patient": 120}
LONGEST = 100_000  # letters of a note


@dataclass(frozen=True)
class NoteRow:
    """One note of the file. With errors, only `number` and `errors` mean something."""

    number: int
    client: str = ""
    at: datetime | None = None
    kind: str = NOTE
    text: str = ""
    subject: str = ""
    direction: str = ""
    who: str = ""
    author: str = ""
    patient: str = ""
    ref: str = ""
    client_column: str = ""
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def key(self) -> str:
        """What is the same when the row comes again: its own reference, or all it says."""
        at = self.at.isoformat() if self.at else ""
        said = ("content", self.client, at, self.kind, self.author, self.subject, self.text)
        parts = ("reference", self.ref) if self.ref else said
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class NoteFile:
    """The rows of a table, read afresh each time they are walked."""

    table: Table
    columns: Mapping[str, int]
    zone: ZoneInfo

    def __iter__(self) -> Iterator[NoteRow]:
        first: dict[str, int] = {}
        for number, cells in self.table.records():
            if cells is None:
                yield NoteRow(number, errors=(Problem(number, "", "quotes"),))
            elif any(cells[len(self.table.header) :]):
                yield NoteRow(number, errors=(Problem(number, "", "cells"),))
            else:
                told = {
                    name: _bare(cells[place]) if place < len(cells) else ""
                    for name, place in self.columns.items()
                }
                names = {name: self.table.header[place] for name, place in self.columns.items()}
                yield _Reading(number, told, names, self.zone, first).row()


def read_notes(file: BinaryIO, *, zone: ZoneInfo) -> NoteFile:
    """The rows of a seekable table: CSV or a workbook. Raises NotATable; what is wrong in a row is
    in it."""
    table = open_table(file, lambda header: HEADINGS.understood(header, {}))
    return NoteFile(table, HEADINGS.places(table.header, {}), zone)


class _Reading:
    """One row being read, and what there is to say about it."""

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

    def row(self) -> NoteRow:
        return NoteRow(
            number=self.number,
            client=self.required("client", plain_ref(self.told["client"])),
            at=self.at(),
            kind=self.kind(),
            text=self.required("text", clean(self.told["text"]).strip()),
            subject=self.line("subject"),
            direction=self.direction(),
            who=self.line("who"),
            author=self.line("author"),
            patient=self.line("patient"),
            ref=self.reference(),
            client_column=self.names["client"],
            errors=tuple(self.errors),
            warnings=tuple(self.warnings),
        )

    def at(self) -> datetime | None:
        """Day and time in one cell, or beside each other; a day alone is its midnight."""
        text, clock = self.told["date"].strip(), self.told.get("time", "").strip()
        if not text:
            self.error("date", "empty")
            return None
        day = day_of(text)
        found = moment_of(text, self.zone)
        if day and clock and time_of(clock):
            found = moment_of(clock, self.zone, day)
        if found is not None:
            return found.at
        if day is None:
            self.error("date", "moment", text=text)
            return None
        return datetime(day.year, day.month, day.day, tzinfo=self.zone)

    def kind(self) -> str:
        word = _plain(self.told.get("kind", ""))
        if word not in _KIND:
            self.warning("kind", "kind", text=self.told["kind"])
        return _KIND.get(word, NOTE)

    def direction(self) -> str:
        return _WAY.get(_plain(self.told.get("direction", "")), "")

    def reference(self) -> str:
        ref = self.line("reference")
        first = self.first.setdefault(ref, self.number) if ref else self.number
        if first != self.number:
            self.error("reference", "duplicate", text=ref, first=str(first))
        return ref

    def required(self, column: str, text: str) -> str:
        if not text:
            self.error(column, "empty")
        return self.short(column, text)

    def line(self, column: str) -> str:
        return self.short(column, " ".join(clean(self.told.get(column, "")).split()))

    def short(self, column: str, text: str) -> str:
        most = LIMITS.get(column, LONGEST)
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


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())


def _bare(cell: str) -> str:
    """Without the mark that keeps a spreadsheet program from calculating."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell
