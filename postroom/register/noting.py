"""Verbs of what is written by hand: note, change, remove, and bring back.

A note is filed at once and never waits; each change keeps what stood there before, and raises
the entry's version, so that of two people who change one note the second is told.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core import serializers
from django.db import transaction
from django.db.models import Q

from postroom.clients.models import Client, Contact, ContactLink, Patient
from postroom.kit.files import write_durably
from postroom.kit.rows import insert_each
from postroom.kit.text import snippet
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice
from postroom.register import rules, scanning, search
from postroom.register.models import (
    Attachment,
    EarlierVersion,
    Entry,
    EntryClient,
    EntryPatient,
    NoteSource,
    RemovedEntry,
    StoredFile,
    Tombstone,
    file_path,
)

HAND, IMPORTED = "hand", "import"
UNDONE_WITHIN = timedelta(minutes=2)  # the toast offers it for ten seconds
TITLE = 80  # letters of a summary that nobody wrote
# What a change may change; `details` holds the fields of its kind.
SAID = ("direction", "at", "subject", "body", "sender_name", "contact_id", "details")


class ChangedMeanwhile(Exception):
    """Somebody else has changed or removed this note."""


class Held(Exception):
    """A legal hold stands in the way: nothing was removed."""


@dataclass(frozen=True)
class Said:
    """What somebody wrote down."""

    kind: str
    at: datetime
    body: str
    subject: str = ""
    direction: str = ""
    who: str = ""  # with whom, as it was written
    contact: Contact | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    clients: tuple[Client, ...] = ()
    patients: tuple[Patient, ...] = ()

    def fields(self, noted: str) -> dict[str, Any]:
        return {
            "direction": self.direction,
            "at": self.at,
            "subject": self.subject or title_of(self.body),
            "body": self.body,
            "sender_name": self.who[:200],
            "contact_id": self.contact.pk if self.contact else None,
            "details": {**self.details, "noted": noted},
        }


@dataclass(frozen=True)
class File:
    """A file brought with a note."""

    name: str
    type: str
    content: bytes


def note(
    practice: Practice, said: Said, files: Iterable[File] = (), *, by: Member, now: datetime
) -> Entry:
    """Put what somebody wrote on the records of these clients. Raises OSError: the disk."""
    files = list(files)
    write_durably([(file_path(practice.pk, _key(file)), file.content) for file in files])
    with transaction.atomic():
        [entry] = put(practice, [said], by=by, now=now, noted=HAND, reason=rules.NOTED)
        _attach(entry, files, now)
        _index([entry])
        data = {"kind": entry.kind, "clients": _clients(entry), "version": 1}
        audit.record(practice.pk, "note", "entry", entry.pk, by=by, now=now, data=data)
        events.tell(practice.pk, events.ENTRY_NEW, [entry.pk], now=now)
    return entry


def put(
    practice: Practice,
    saids: Iterable[Said],
    *,
    by: Member | None,
    now: datetime,
    noted: str,
    reason: str,
    authors: Iterable[Member | None] | None = None,
) -> list[Entry]:
    """The rows of several notes, in the caller's transaction; not yet in the search index."""
    saids = list(saids)
    writers = list(authors) if authors is not None else [by] * len(saids)
    entries = [
        Entry(
            practice=practice,
            kind=said.kind,
            created_at=now,
            snippet=snippet(said.body)[:200],
            author=writer,
            filing=Entry.RESOLVED,
            reason=reason,
            filed_by=by,
            filed_at=now,
            **said.fields(noted),
        )
        for said, writer in zip(saids, writers, strict=True)
    ]
    insert_each(entries)
    placed: list[Any] = []
    for entry, said in zip(entries, saids, strict=True):
        placed += _places(entry, said)
    for model in (EntryClient, EntryPatient):
        insert_each(row for row in placed if isinstance(row, model))
    return entries


def change(
    entry: Entry,
    said: Said,
    files: Iterable[File] = (),
    *,
    by: Member,
    now: datetime,
    version: int,
) -> Entry:
    """Change a note; what stood there before is kept. Raises ChangedMeanwhile, OSError; nothing is
    changed then.

    A record that `by` may not open is not theirs to take it off: such clients stay.
    """
    files = list(files)
    write_durably([(file_path(entry.practice_id, _key(file)), file.content) for file in files])
    with transaction.atomic():
        fields = said.fields(entry.details.get("noted", HAND))
        before = {name: _plain(getattr(entry, name)) for name in SAID}
        before |= {"clients": _clients(entry), "patients": _patients(entry)}
        rows = Entry.objects.filter(practice=entry.practice_id, pk=entry.pk, version=version)
        changed = rows.update(**fields, snippet=snippet(said.body)[:200], version=version + 1)
        if not changed:
            raise ChangedMeanwhile
        entry.refresh_from_db()
        _place_again(entry, said, by)
        _attach(entry, files, now)
        now_says = {name: _plain(getattr(entry, name)) for name in SAID}
        now_says |= {"clients": _clients(entry), "patients": _patients(entry)}
        was = {name: value for name, value in before.items() if now_says[name] != value}
        if files:
            was["files"] = entry.files - len(files)
        EarlierVersion.objects.create(
            practice_id=entry.practice_id, entry=entry, version=version, by=by, at=now, said=was
        )
        _index([entry])
        # No words of the note: the audit outlives it (MG-4).
        data = {"fields": sorted(was), "version": entry.version}
        audit.record(entry.practice_id, "change", "entry", entry.pk, by=by, now=now, data=data)
        events.tell(entry.practice_id, events.ENTRY_FILING, [entry.pk], now=now)
    return entry


@transaction.atomic
def remove(entry: Entry, *, by: Member, now: datetime, version: int) -> RemovedEntry:
    """Take a note off every page and out of the search; a line of the audit stays (MG-4). For two
    minutes `bring_back` undoes it. Raises ChangedMeanwhile, Held."""
    rows = Entry.objects.select_for_update().filter(practice=entry.practice_id, pk=entry.pk)
    found = rows.filter(version=version).first()
    if found is None or not found.is_noted:
        raise ChangedMeanwhile
    if _is_held(found):
        raise Held
    clients = _clients(found)
    kept, paths = _belongings(found)
    removed = RemovedEntry.objects.create(
        practice_id=found.practice_id,
        by=by,
        at=now,
        rows=serializers.serialize("json", kept),
        paths=paths,
    )
    # Its file, imported again, does not bring it back.
    sources = {row.key: "" for row in kept if isinstance(row, NoteSource)}
    Tombstone.objects.bury(found.practice_id, sources, now=now)
    found.delete()
    data = {"kind": entry.kind, "clients": clients, "version": version}
    audit.record(entry.practice_id, "remove", "entry", entry.pk, by=by, now=now, data=data)
    events.tell(entry.practice_id, events.ENTRY_FILING, [entry.pk], now=now)
    return removed


@transaction.atomic
def bring_back(removed: RemovedEntry, *, by: Member, now: datetime) -> Entry | None:
    """Undo a removal; None when it is too late for that."""
    rows = RemovedEntry.objects.filter(pk=removed.pk, by=by, at__gt=now - UNDONE_WITHIN)
    if not rows.delete()[0]:
        return None
    entry = _put_back(removed)
    _index([entry])
    data = {"kind": entry.kind, "clients": _clients(entry), "version": entry.version}
    audit.record(entry.practice_id, "bring_back", "entry", entry.pk, by=by, now=now, data=data)
    events.tell(entry.practice_id, events.ENTRY_NEW, [entry.pk], now=now)
    return entry


def sweep(now: datetime) -> int:
    """Forget what was removed longer ago than can be undone, and its files; how many."""
    gone = list(RemovedEntry.objects.filter(at__lte=now - UNDONE_WITHIN))
    for removed in gone:
        RemovedEntry.objects.filter(pk=removed.pk).delete()
        for key in removed.paths:
            # Brought again meanwhile, the same file is somebody else's.
            held = StoredFile.objects.filter(practice=removed.practice_id, content_key=key)
            if not held.exists():
                Path(file_path(removed.practice_id, key)).unlink(missing_ok=True)
    return len(gone)


@transaction.atomic
def archive(
    practice_id: int, entries: Iterable[int], *, by: Member, now: datetime, back: bool = False
) -> list[int]:
    """Put entries among the archived, or take them out again; those it changed. They stay filed."""
    rows = Entry.objects.filter(practice=practice_id, pk__in=list(entries))
    rows = rows.filter(archived_at__isnull=not back)
    changed = sorted(rows.values_list("pk", flat=True))
    Entry.objects.filter(pk__in=changed).update(archived_at=None if back else now)
    verb = "unarchive" if back else "archive"
    audit.record_all(
        practice_id, (audit.Deed(verb, "entry", pk, {}) for pk in changed), by=by, now=now
    )
    events.tell(practice_id, events.ENTRY_FILING, changed, now=now)
    return changed


def known_contact(practice: Practice, clients: Iterable[Client], name: str) -> Contact | None:
    """Whom a name means: a contact of one of these clients, else a correspondent; None for nobody,
    or for several of that name."""
    ids = [client.pk for client in clients]
    of_them = Contact.objects.filter(practice=practice, clients__in=ids, name__iexact=name)
    professionals = Contact.objects.filter(practice=practice, professional=True, name__iexact=name)
    for rows in (of_them.distinct(), professionals):
        found = list(rows[:2])
        if found:
            return found[0] if len(found) == 1 else None
    return None


def names_of(practice: Practice, clients: Iterable[Client]) -> list[str]:
    """Names to choose from: the contacts of these clients, then the correspondents."""
    ids = [client.pk for client in clients]
    links = ContactLink.objects.filter(practice=practice, client__in=ids).order_by("-main", "pk")
    theirs = links.values_list("contact__name", flat=True)
    others = Contact.objects.filter(practice=practice, professional=True).order_by("name")
    return list(dict.fromkeys([*theirs[:50], *others.values_list("name", flat=True)[:150]]))


def title_of(body: str) -> str:
    """A summary for a note that has none: how it begins."""
    return snippet(body.strip().partition("\n")[0], TITLE)


def _is_held(entry: Entry) -> bool:
    """Whether a legal hold keeps it, its own or a client's."""
    # Custody's holds, by their names: that room stands above this one.
    held = Q(holds__isnull=False) | Q(placements__client__holds__isnull=False)
    return Entry.objects.filter(held, pk=entry.pk).exists()


def _places(entry: Entry, said: Said) -> list[Any]:
    of = {"practice_id": entry.practice_id, "entry": entry, "at": entry.at}
    return [
        *(EntryClient(**of, client=client) for client in said.clients),
        *(EntryPatient(**of, patient=patient) for patient in said.patients),
    ]


def _place_again(entry: Entry, said: Said, by: Member) -> None:
    open_to = Client.objects.open_to(by)
    entry.placements.filter(client__in=open_to).delete()
    entry.about.filter(patient__client__in=open_to).delete()
    for rows in (entry.placements, entry.about):
        rows.update(at=entry.at)
    held = set(entry.placements.values_list("client", flat=True))
    for row in _places(entry, said):
        if not isinstance(row, EntryClient) or row.client_id not in held:
            row.save()


def _attach(entry: Entry, files: list[File], now: datetime) -> None:
    """Files are already on the disk. The same content is kept once in a practice."""
    made = []
    taken = entry.attachments.order_by("-n").values_list("n", flat=True).first() or 0
    for number, file in enumerate(files, taken + 1):
        key = _key(file)
        stored, _ = StoredFile.objects.get_or_create(
            practice_id=entry.practice_id,
            content_key=key,
            defaults={"entry": entry, "size": len(file.content)},
        )
        made.append(
            Attachment.objects.create(
                **{"practice_id": entry.practice_id, "entry": entry, "stored": stored, "n": number},
                **{"name": file.name, "type": file.type, "size": len(file.content), "sha256": key},
            )
        )
    scanning.expect(made, now=now)
    if files:
        entry.files = taken + len(files)
        entry.save(update_fields=["files"])


def _index(entries: list[Entry]) -> None:
    search.index(words_of(entry) for entry in entries)


def words_of(entry: Entry) -> search.Words:
    """What is found of a note: its text, with whom, the fields of its kind, names of files."""
    details = [str(value) for name, value in entry.details.items() if name != "noted"]
    names = entry.attachments.values_list("name", flat=True) if entry.files else ()
    return search.Words(
        entry.pk,
        entry.practice_id,
        entry.subject,
        entry.sender_name,
        "\n".join([entry.body, *details]),
        "\n".join(names),
    )


def _belongings(entry: Entry) -> tuple[list[Any], list[str]]:
    """All rows of an entry, those that others point at first; and the files only it holds."""
    stored = list(StoredFile.objects.filter(attachments__entry=entry).distinct())
    only = []
    for file in stored:
        other = file.attachments.exclude(entry=entry).order_by("pk").first()
        if other is None:
            only.append(file)
        elif file.entry_id == entry.pk:
            # Another entry has the same file: it is that one's from now on.
            StoredFile.objects.filter(pk=file.pk).update(entry=other.entry_id)
    related = (
        entry.placements.all(),
        entry.about.all(),
        entry.attachments.all(),
        entry.earlier.all(),
        NoteSource.objects.filter(entry=entry),
    )
    rows = [entry, *only, *(row for rows in related for row in rows)]
    return rows, [file.content_key for file in only]


def _put_back(removed: RemovedEntry) -> Entry:
    """The rows as they were; a file that came again meanwhile is that one now."""
    again = StoredFile.objects.filter(practice=removed.practice_id, content_key__in=removed.paths)
    by_key = dict(again.values_list("content_key", "pk"))
    moved: dict[int, int] = {}
    back = None
    for each in serializers.deserialize("json", removed.rows):
        row: Any = each.object
        if isinstance(row, StoredFile) and row.content_key in by_key:
            moved[row.pk] = by_key[row.content_key]
            continue
        if isinstance(row, Attachment):
            row.stored_id = moved.get(row.stored_id or 0, row.stored_id)
        if isinstance(row, NoteSource):
            Tombstone.objects.filter(practice=row.practice_id, content_key=row.key).delete()
        each.save()
        back = row if isinstance(row, Entry) else back
    assert back is not None
    return back


def _clients(entry: Entry) -> list[int]:
    return sorted(entry.placements.values_list("client", flat=True))


def _patients(entry: Entry) -> list[int]:
    return sorted(entry.about.values_list("patient", flat=True))


def _key(file: File) -> str:
    return hashlib.sha256(file.content).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
