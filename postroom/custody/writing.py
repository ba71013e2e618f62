"""Writing what is handed over, a slice at a time: an archive, or volumes of paper.

    mark {} ── advance ──→ mark ── advance ──→ … ──→ mark with "file"

A mark says how far it is, and is all that has to be remembered: whoever goes on after a crash
begins where the last mark was written down, and leaves nothing out and writes nothing twice.
"""

import json
import shutil
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from postroom.appointments.erasing import export_client as book_of
from postroom.clients.erasing import export_client as person_of
from postroom.clients.models import Client
from postroom.custody import packing, paper, shelf, unregistered
from postroom.custody.sheets import Sheet, readable, sheets
from postroom.practice import audit
from postroom.practice.models import AuditEvent, Member, Practice
from postroom.practice.words import words_of
from postroom.register.letters import file_bytes

PDF, ZIP, ACCESS = "pdf", "zip", "access"
FORMATS = (PDF, ZIP, ACCESS)
VERSION = 1  # of the JSON files: docs/reference/access-export.md
SLICE = 2.0  # seconds of work between two marks
AT_ONCE = 25  # entries that are read in one question


@dataclass(frozen=True)
class Order:
    """What is wanted: `clients` whose entries these are, `title` of it all. `by` None is who runs
    the server. `expected`: so many entries; `closed`: so many more this member may not read."""

    practice: Practice
    format: str
    title: str
    clients: tuple[Client, ...]
    language: str
    by: Member | None
    at: datetime
    expected: int
    closed: int = 0
    reads: bool = False  # with who has read it

    @property
    def of(self) -> frozenset[int]:
        return frozenset(client.pk for client in self.clients)


def advance(order: Order, here: Path, mark: dict[str, Any]) -> dict[str, Any]:
    """Do the next slice; the mark that stands then. Done when it has "file", the name of what was
    made in this folder. Raises OSError."""
    with _spoken(order):
        if order.format == PDF:
            return _volume(order, here, dict(mark))
        try:
            return _slice(order, here, dict(mark))
        except (zipfile.BadZipFile, FileNotFoundError):
            if not mark:
                raise
            return _slice(order, here, {})  # a power cut took more than the last slice


def context_of(order: Order) -> dict[str, Any]:
    """What the pages of an order speak of."""
    return {
        "order": order,
        "css": mark_safe(paper.css()),  # noqa: S308 - a file of ours
        **words_of(order.practice).within(),
    }


@contextmanager
def _spoken(order: Order) -> Iterator[None]:
    zone = ZoneInfo(order.practice.time_zone)
    with translation.override(order.language), timezone.override(zone):
        yield


# --- paper ----------------------------------------------------------------------------------


def _volume(order: Order, here: Path, mark: dict[str, Any]) -> dict[str, Any]:
    done, number = mark.get("done", 0), mark.get("volumes", 0) + 1
    chosen: list[Sheet] = []
    looked = done
    while not paper.enough(chosen):
        wanted = shelf.planned(here, looked, 1)
        if not wanted:
            break
        looked += 1
        chosen += sheets(readable(order.practice, order.by), wanted, order.of)
    if chosen or number == 1:
        context = {**context_of(order), "number": number, "first": number == 1}
        path = here / f"volume-{number:03}.pdf"
        path.write_bytes(paper.volume(chosen, context))
        mark |= {"volumes": number}
    mark |= {"done": looked, "written": mark.get("written", 0) + len(chosen)}
    if looked >= order.expected:
        mark["file"] = _bound(here, mark["volumes"])
    return mark


def _bound(here: Path, volumes: int) -> str:
    """One volume as it is; several in one archive."""
    names = [f"volume-{number:03}.pdf" for number in range(1, volumes + 1)]
    if volumes == 1:
        return names[0]
    with zipfile.ZipFile(here / packing.NAME, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            archive.write(here / name, name)
    for name in names:
        (here / name).unlink()
    return packing.NAME


# --- an archive -----------------------------------------------------------------------------


def _slice(order: Order, here: Path, mark: dict[str, Any]) -> dict[str, Any]:
    began = time.monotonic()
    packing.forget_contents(here, but=mark.get("start"))
    with packing.grown(here, mark) as archive, _parts(here, mark) as parts:
        while True:  # once at least: a slow disk gets on too
            wanted = shelf.planned(here, mark.get("done", 0), AT_ONCE)
            if not wanted:
                break
            entries = readable(order.practice, order.by)
            for sheet in sheets(entries, wanted, order.of):
                _put(order, archive, parts, sheet, mark)
            mark["done"] = mark.get("done", 0) + len(wanted)
            if time.monotonic() - began > SLICE:
                break
        over = mark.get("done", 0) >= order.expected
        if over:
            _finish(order, archive, parts, here, mark)
    if over:
        packing.forget_contents(here)
        for path in here.glob("*.part"):
            path.unlink()
        mark["file"] = packing.NAME
    return mark


class _Parts:
    """Files that grow beside the archive and are put into it in the end."""

    def __init__(self, here: Path, sizes: dict[str, int]) -> None:
        self.files = {}
        for name in ("index", "correspondence", "reading"):
            path = here / f"{name}.part"
            path.touch()
            file = path.open("r+b")
            file.truncate(sizes.get(name, 0))
            file.seek(0, 2)
            self.files[name] = file

    def add(self, name: str, text: str) -> None:
        self.files[name].write(text.encode())

    def add_json(self, name: str, row: dict[str, Any]) -> None:
        between = ",\n" if self.files[name].tell() else ""
        self.add(name, between + json.dumps(row, ensure_ascii=False))

    def sizes(self) -> dict[str, int]:
        return {name: file.tell() for name, file in self.files.items()}

    def close(self) -> None:
        for file in self.files.values():
            file.close()


@contextmanager
def _parts(here: Path, mark: dict[str, Any]) -> Iterator[_Parts]:
    parts = _Parts(here, mark.get("parts", {}))
    try:
        yield parts
        mark["parts"] = parts.sizes()
    finally:
        parts.close()


def _put(
    order: Order, archive: zipfile.ZipFile, parts: _Parts, sheet: Sheet, mark: dict[str, Any]
) -> None:
    """One entry: its mails and files as they came, a page, a line of the index, its JSON."""
    missing: list[str] = []
    for name, mail in sheet.mails:
        try:
            with (
                mail.path.open("rb") as raw,
                packing.member(archive, f"mails/{name}", sheet.at) as file,
            ):
                shutil.copyfileobj(raw, file, 1 << 20)
        except FileNotFoundError:
            missing.append(name)
    for name, attachment in sheet.files:
        try:
            content = file_bytes(attachment)
        except (OSError, LookupError):
            missing.append(name)
            continue
        with packing.member(archive, f"attachments/{sheet.number:05}/{name}", sheet.at) as file:
            file.write(content)
    context = {**context_of(order), "sheet": sheet, "missing": missing}
    with packing.member(archive, f"letters/{sheet.number:05}.html", sheet.at) as file:
        file.write(render_to_string("custody/archive/letter.html", context).encode())
    parts.add("index", render_to_string("custody/archive/row.html", context))
    if order.format == ACCESS:
        said = {**_facts(sheet, missing), "earlier": sheet.earlier(order.of)}
        said["internal_notes"] = sheet.internal
        parts.add_json("correspondence", said)
        if order.reads:
            for row in _reads(order, "entry", sheet.entry.pk):
                parts.add_json("reading", {**row, "number": sheet.number})
    mark["written"] = mark.get("written", 0) + 1
    mark["files"] = mark.get("files", 0) + len(sheet.attached)
    mark["missing"] = mark.get("missing", 0) + len(missing)


def _finish(
    order: Order, archive: zipfile.ZipFile, parts: _Parts, here: Path, mark: dict[str, Any]
) -> None:
    """The index, and of an access request the JSON files."""
    if order.format == ACCESS:
        _put_json(order, archive, parts, here, mark)
    context = {**context_of(order), "mark": mark}
    with packing.member(archive, "index.html", order.at) as file:
        file.write(render_to_string("custody/archive/head.html", context).encode())
        _pour(parts, here, "index", file)
        file.write(render_to_string("custody/archive/tail.html", context).encode())


def _put_json(
    order: Order, archive: zipfile.ZipFile, parts: _Parts, here: Path, mark: dict[str, Any]
) -> None:
    (client,) = order.clients
    if order.reads:
        for row in _reads(order, "client", client.pk):
            parts.add_json("reading", {**row, "number": None})
    messages, closed = unregistered.about(client, order.by)
    besides = list(unregistered.put(archive, messages))
    said = {
        "format": "postroom-access",
        "version": VERSION,
        "made_at": order.at.isoformat(),
        "practice": {
            "name": order.practice.name,
            "address": order.practice.address,
            "telephone": order.practice.telephone,
            "time_zone": order.practice.time_zone,
        },
        **person_of(client),
        **book_of(client),
        "counts": {
            "correspondence": mark.get("written", 0),
            "missing_files": mark.get("missing", 0),
            "left_out": order.closed,
            **unregistered.counted(besides, closed),
        },
    }
    with packing.member(archive, "unregistered.json", order.at) as file:
        file.write(json.dumps(besides, ensure_ascii=False, indent=1).encode())
    mark["unregistered"] = len(besides)
    with packing.member(archive, "client.json", order.at) as file:
        file.write(json.dumps(said, ensure_ascii=False, indent=1).encode())
    for name in ("correspondence", "reading"):
        if name == "reading" and not order.reads:
            continue
        with packing.member(archive, f"{name}.json", order.at) as file:
            file.write(b"[\n")
            _pour(parts, here, name, file)
            file.write(b"\n]\n")


def _pour(parts: _Parts, here: Path, name: str, into: Any) -> None:
    parts.files[name].flush()
    with (here / f"{name}.part").open("rb") as file:
        shutil.copyfileobj(file, into, 1 << 20)


def _facts(sheet: Sheet, missing: Iterable[str]) -> dict[str, Any]:
    """An entry as docs/reference/access-export.md says."""
    entry = sheet.entry
    return {
        "number": sheet.number,
        "kind": entry.kind,
        "direction": entry.direction,
        "at": entry.at.isoformat(),
        "subject": entry.subject,
        "from": {"name": entry.sender_name, "address": entry.sender_norm},
        "to": sheet.to,
        "cc": sheet.cc,
        "text": sheet.text,
        "text_cut": sheet.cut,
        "bcc": sheet.bcc,
        "author": sheet.author,
        "details": entry.details,
        "fields": [{"name": name, "value": words} for name, words in sheet.told],
        "status": entry.status,
        "patients": sheet.patients,
        "also_about_others": sheet.others,
        "sender_verified": entry.verified,
        "archived": entry.archived_at is not None,
        "mails": [
            {
                "path": f"mails/{name}",
                "sha256": mail.raw_sha256,
                "size": mail.size,
                "message_id": mail.message_id,
                "missing": name in missing,
            }
            for name, mail in sheet.mails
        ],
        "files": [
            {
                "path": f"attachments/{sheet.number:05}/{name}",
                "name": file.name,
                "type": file.type,
                "size": file.size,
                "sha256": file.sha256,
                "missing": name in missing,
            }
            for name, file in sheet.files
        ],
    }


def _reads(order: Order, kind: str, pk: int) -> Iterator[dict[str, Any]]:
    rows = AuditEvent.objects.filter(
        practice=order.practice, object_kind=kind, object_id=pk, action__in=audit.READS
    ).order_by("at", "id")
    for at, who, action in rows.values_list("at", "who", "action").iterator():
        yield {"at": at.isoformat(), "who": who, "what": kind, "action": action}
