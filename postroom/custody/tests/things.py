"""A client with something of everything, and what is done to them at once."""

import io
import json
import zipfile
from datetime import UTC, date, datetime
from typing import Any

from postroom.appointments.models import Appointment, DueItem
from postroom.clients.models import Client, Consent, Group, GroupMember, Patient
from postroom.custody import erasing, exporting, shelf
from postroom.custody.exporting import Asked
from postroom.practice.models import Job, Source
from postroom.register import search
from postroom.register.models import Entry, EntryPatient
from postroom.register.tests.post import mail, put
from tests.support.cast import Cast

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def furnish(cast: Cast, client: Client, word: str = "plain") -> Patient:
    """Patient, appointment, due date, consent, group; `word` stands in each of them."""
    client.note = f"note {word}"
    client.save()
    patient = Patient.objects.create(
        practice=cast.practice, client=client, ref=word, name=f"Biscuit {word}"
    )
    source = Source.objects.get_or_create(practice=cast.practice, kind="appointments", name="Book")[
        0
    ]
    common = {"practice": cast.practice, "source": source, "imported_at": NOW}
    Appointment.objects.create(
        ref=f"a-{word}", client=client, patient=patient, subject=word, start=NOW, **common
    )
    Appointment.objects.create(ref=f"w-{word}", client_ref=client.ref, start=NOW, **common)
    DueItem.objects.create(
        ref=f"d-{word}", client=client, kind=f"vaccine {word}", due_on=date(2026, 12, 1), **common
    )
    point = client.contacts.get().points.order_by("pk")[0]
    Consent.objects.create(
        practice=cast.practice, point=point, purpose="reminder", given=True, source=word, at=NOW
    )
    group = Group.objects.create(practice=cast.practice, name=f"Family {word}")
    GroupMember.objects.create(practice=cast.practice, group=group, client=client)
    return patient


def letter(
    cast: Cast, clients: list[Client], subject: str, text: str = "Hello", **more: Any
) -> Entry:
    """A letter on these records, in the index too."""
    files = more.pop("files", ())
    entry = put(
        cast.practice, mail(subject=subject, text=text, files=files), clients=clients, **more
    )
    words = " ".join(name for name, _type, _data in files)
    search.index([search.Words(entry.pk, cast.practice.pk, subject, "", text, words)])
    return entry


def note(cast: Cast, client: Client, text: str, *, patient: Patient | None = None) -> Entry:
    """A file note, which no mail holds."""
    entry = Entry.objects.create(
        practice=cast.practice, kind=Entry.NOTE, direction="", at=NOW, created_at=NOW,
        subject="Note", body=text, filing=Entry.RESOLVED, author=cast.bob,
    )  # fmt: skip
    entry.placements.create(practice=cast.practice, client=client, at=NOW)
    if patient:
        EntryPatient.objects.create(practice=cast.practice, entry=entry, patient=patient, at=NOW)
    search.index([search.Words(entry.pk, cast.practice.pk, "Note", "", text, "")])
    return entry


def export(cast: Cast, what: str, pk: int, format: str, **more: Any) -> Job:
    """Ask, and go on until it is done."""
    by = more.pop("by", cast.alice)
    job = exporting.ask(Asked(what, pk, format, "en", **more), by=by, now=NOW)
    exporting.advance(job.pk, clock=clock)
    job.refresh_from_db()
    return job


def erase(cast: Cast, client: Client) -> Job:
    job = erasing.begin(client, by=cast.alice, now=NOW)
    erasing.advance(job.pk, clock=clock)
    job.refresh_from_db()
    return job


def opened(job: Job) -> zipfile.ZipFile:
    path = shelf.folder(job.data["key"]) / job.result["file"]
    return zipfile.ZipFile(io.BytesIO(path.read_bytes()))


def loaded(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))
