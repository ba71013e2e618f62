"""Verbs of the notes on a client that one sees when writing to them (AK-105)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from postroom.clients.mending import Changes, Done, mend
from postroom.clients.models import Client, ClientNote
from postroom.practice import audit
from postroom.practice.models import Member


@transaction.atomic
def add_note(
    client: Client, text: str, *, also: Iterable[Client] = (), by: Member, now: datetime
) -> ClientNote:
    """Put a note on a client, and the same on others of their groups; who says it already, by the
    same words, is left alone."""
    note = _put(client, text, None, by=by, now=now)
    said = set(
        ClientNote.objects.filter(client__in=also, text=text).values_list("client", flat=True)
    )
    for other in also:
        if other.pk != client.pk and other.pk not in said:
            _put(other, text, note, by=by, now=now)
    return note


@transaction.atomic
def edit_note(
    note: ClientNote, changes: Changes, *, everywhere: bool = False, by: Member, now: datetime
) -> Done:
    """Change a note; `everywhere`: its copies on other clients too, where they still say the same
    and are the member's to open. Raises ChangedMeanwhile."""
    row = ClientNote.objects.select_for_update().get(pk=note.pk)
    before = row.text
    done = mend(row, changes)
    if not done:
        return done
    row.by, row.at = by, now
    row.save()
    _note(row, "edit_note", by=by, now=now)
    if everywhere:
        for copy in copies(row, by).filter(text=before):
            copy.text, copy.by, copy.at = row.text, by, now
            copy.save()
            _note(copy, "edit_note", by=by, now=now)
    return done


@transaction.atomic
def remove_note(note: ClientNote, *, by: Member, now: datetime) -> None:
    """Take a note off this client. Harmless when already done."""
    if ClientNote.objects.filter(pk=note.pk).delete()[0]:
        _note(note, "remove_note", by=by, now=now)


def copies(note: ClientNote, member: Member) -> QuerySet[ClientNote]:
    """The same note on other clients the member may open, as far as it is still the same one."""
    first = note.copied_from_id or note.pk
    notes = ClientNote.objects.filter(practice=note.practice_id).exclude(pk=note.pk)
    family = notes.filter(copied_from=first) | notes.filter(pk=first)
    return family.filter(client__in=Client.objects.open_to(member))


def _put(
    client: Client, text: str, first: ClientNote | None, *, by: Member, now: datetime
) -> ClientNote:
    note = ClientNote.objects.create(
        practice_id=client.practice_id, client=client, text=text, by=by, at=now, copied_from=first
    )
    _note(note, "add_note", by=by, now=now)
    return note


def _note(note: ClientNote, action: str, *, by: Member, now: datetime) -> None:
    data = {"fields": ["note"]}
    audit.record(note.practice_id, action, "client", note.client_id, by=by, now=now, data=data)
