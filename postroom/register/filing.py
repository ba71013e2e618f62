"""What every act of filing does to the rows: the claim, the placing, the line in the audit.

Call within a transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from postroom.clients.models import Client, Patient
from postroom.practice import audit, events
from postroom.practice.models import Member
from postroom.register.models import Entry, EntryClient, EntryPatient, Refiled


class AlreadyFiled(Exception):
    """Somebody was faster; `entry` says who and when."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"entry {entry.pk} was filed meanwhile")
        self.entry = entry


class NothingToUndo(Exception):
    """The last act on this entry was not this member's, or was none."""


def claim(
    entry: Entry, version: int, *, only: Iterable[str], now: datetime, **fields: Any
) -> dict[str, Any]:
    """Change the row only if it is still the one that was seen, and filed in `only` these ways:
    two people, one letter. Gives back how it was filed before. Raises AlreadyFiled.
    """
    # For the audit, which names no sender: what else `undo` wants stays with the entry.
    before = {"filing": entry.filing, "reason": entry.reason}
    rows = Entry.objects.filter(practice=entry.practice_id, pk=entry.pk, version=version)
    changed = rows.filter(filing__in=only).update(
        version=version + 1, **{"filed_at": now, **fields}
    )
    entry.refresh_from_db()
    if not changed:
        raise AlreadyFiled(entry)
    note_refiled(entry)
    return before


def note_refiled(entry: Entry) -> None:
    """Have its copies on the server follow. Call within the transaction that filed it."""
    if entry.kind == Entry.EMAIL:
        Refiled.objects.create(practice_id=entry.practice_id, entry=entry)


def place(entry: Entry, clients: Iterable[Client]) -> None:
    EntryClient.objects.bulk_create(
        (
            EntryClient(practice_id=entry.practice_id, entry=entry, client=client, at=entry.at)
            for client in clients
        ),
        ignore_conflicts=True,
    )


def place_about(entry: Entry, patients: Iterable[Patient]) -> None:
    EntryPatient.objects.bulk_create(
        (
            EntryPatient(practice_id=entry.practice_id, entry=entry, patient=patient, at=entry.at)
            for patient in patients
        ),
        ignore_conflicts=True,
    )


def take_off(entry: Entry, clients: Iterable[int]) -> dict[str, list[int]]:
    """Off these clients' records, and no longer about their patients; what was there."""
    placed = EntryClient.objects.filter(entry=entry, client__in=list(clients))
    about = EntryPatient.objects.filter(entry=entry, patient__client__in=list(clients))
    was = {
        "clients": sorted(placed.values_list("client", flat=True)),
        "patients": sorted(about.values_list("patient", flat=True)),
    }
    placed.delete()
    about.delete()
    return was


def put_back(entry: Entry, was: dict[str, list[int]]) -> None:
    """On the records it was taken off, or those they were merged into. Raises NothingToUndo where
    a filed letter would be on none: nobody would find it."""
    practice = entry.practice_id
    clients = Client.objects.filter(practice=practice, pk__in=was.get("clients", ()))
    kept = {client.merged_into_id or client.pk for client in clients}
    place(entry, Client.objects.filter(practice=practice, pk__in=kept, merged_into=None))
    if entry.filing == Entry.RESOLVED and not entry.placements.exists():
        raise NothingToUndo
    patients = Patient.objects.filter(practice=practice, pk__in=was.get("patients", ()))
    place_about(entry, patients)


def note_filing(entry: Entry, action: str, *, by: Member, now: datetime, **data: Any) -> None:
    """The line in the audit, and the word to open pages and to the worker."""
    data["version"] = entry.version
    audit.record(entry.practice_id, action, "entry", entry.pk, by=by, now=now, data=data)
    events.tell(entry.practice_id, events.ENTRY_FILING, [entry.pk], now=now)
