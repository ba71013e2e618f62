"""Internal notes: what the team says to each other beside a letter, and nobody else ever reads
(XP-18, PE-34).

A note stands with its letter and is read by whoever may read that one; it shows at every letter of
the conversation. `@Name` tells that member, who must be able to read the letter.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from postroom.kit.text import fold
from postroom.practice import audit, events
from postroom.practice.models import Member
from postroom.register.models import Entry, InternalNote, Mention, ThreadEntry

LONGEST = 5000  # letters of a note
LOOKED_AT, SHOWN = 500, 100  # letters, and notes, of one conversation
TOLD = 20  # mentions on the first page


class CannotRead(Exception):
    """Somebody is named who may not read the letter; `members` are those."""

    def __init__(self, members: list[Member]) -> None:
        super().__init__(", ".join(member.name for member in members))
        self.members = members


@transaction.atomic
def add(entry: Entry, text: str, *, by: Member, now: datetime) -> InternalNote:
    """Say something beside a letter, and tell whom it names. Raises CannotRead; nothing is kept
    then."""
    named = [member for member in mentioned(by.practice_id, text) if member.pk != by.pk]
    shut_out = [member for member in named if not _reads(member, entry)]
    if shut_out:
        raise CannotRead(shut_out)
    note = InternalNote.objects.create(
        practice_id=entry.practice_id, entry=entry, by=by, at=now, text=text
    )
    Mention.objects.bulk_create(
        Mention(practice_id=entry.practice_id, note=note, member=member) for member in named
    )
    _written(note, "add", by=by, now=now)
    return note


@transaction.atomic
def remove(note: InternalNote, *, by: Member, now: datetime) -> None:
    """Take back what one said; that something was said stays in the audit."""
    _written(note, "remove", by=by, now=now)
    note.delete()


def beside(member: Member, entry: Entry) -> list[InternalNote]:
    """What was said in the conversation of this letter, the oldest first, as far as one may read
    the letters it was said beside."""
    places = ThreadEntry.objects.filter(thread__places__entry=entry).order_by("-entry_id")
    there = [*places.values_list("entry", flat=True)[:LOOKED_AT], entry.pk]
    letters = Entry.objects.readable_by(member).filter(pk__in=there)
    notes = InternalNote.objects.filter(practice=entry.practice_id, entry__in=letters)
    found = notes.select_related("by").order_by("-at", "-pk")[:SHOWN]
    return sorted(found, key=lambda note: (note.at, note.pk))


def mentioned(practice: int, text: str) -> list[Member]:
    """Whom `@Name` means: by the whole name, or by a first name that is one member's alone."""
    if "@" not in text:
        return []
    members = list(Member.objects.filter(practice=practice, active=True).order_by("pk"))
    said = fold(text)
    return [
        member for member in members if any(_names(said, one) for one in _calls(member, members))
    ]


def seen(member: Member, notes: Iterable[InternalNote], *, now: datetime) -> None:
    """They stand before the one who was named."""
    Mention.objects.filter(
        member=member, note__in=[note.pk for note in notes], seen_at=None
    ).update(seen_at=now)


def unseen(member: Member) -> list[InternalNote]:
    """Where this member was named and has not looked yet, the newest first."""
    mine = Mention.objects.filter(practice=member.practice_id, member=member, seen_at=None)
    named = list(mine.values_list("note", flat=True))
    if not named:  # as mostly: nothing of letters is asked
        return []
    readable = Entry.objects.readable_by(member)
    notes = InternalNote.objects.filter(pk__in=named, entry__in=readable)
    return list(notes.select_related("by", "entry").order_by("-at", "-pk")[:TOLD])


def _calls(member: Member, members: list[Member]) -> list[str]:
    whole, first = fold(member.name), fold(member.name).split()[0]
    alone = sum(fold(other.name).split()[0] == first for other in members) == 1
    return [whole, first] if alone else [whole]


def _names(said: str, name: str) -> bool:
    return re.search(rf"@{re.escape(name)}(?!\w)", said) is not None


def _reads(member: Member, entry: Entry) -> bool:
    return Entry.objects.readable_by(member).filter(pk=entry.pk).exists()


def _written(note: InternalNote, action: str, *, by: Member, now: datetime) -> None:
    # Not on the entry's own line: what is undone there is the last act on it.
    data = {"entry": note.entry_id}
    audit.record(note.practice_id, action, "internal_note", note.pk, by=by, now=now, data=data)
    events.tell(note.practice_id, events.ENTRY_FILING, [note.entry_id], now=now)
