"""Whom a letter introduces: a new client or correspondent, made of what the letter says, and the
letter filed at once (XP-22)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from postroom.clients import contacting, editing
from postroom.clients.models import Client, Contact, ContactPoint
from postroom.kit.mime import Letter
from postroom.practice.models import Member
from postroom.register import actions, rules
from postroom.register.clues import numbers
from postroom.register.likeness import SAME_NAME
from postroom.register.models import Entry
from postroom.register.remembering import remember
from postroom.register.suggestions import holders, namesakes

ALIKE = 5  # people who may be the same


@dataclass(frozen=True)
class Said:
    """What the letter says of its writer. `email` is empty where it is not theirs alone; then
    `why_not` says why (a code of words.unremembered)."""

    name: str
    email: str
    phone: str
    why_not: str


@dataclass(frozen=True)
class Made:
    """A new record, and what it is called by."""

    name: str
    contact: Contact
    points: tuple[Mapping[str, Any], ...]


def said(member: Member, entry: Entry, letter: Letter) -> Said:
    box = remember(entry, None, set(holders(member, entry)))
    theirs = box.offered and box.ticked
    written = numbers(letter.text, member.practice.country).items()
    # One of another country cannot be read, and is a number all the same; a date is none.
    readable = [number for norm, number in written if norm.startswith("+") or "-" not in number]
    return Said(
        name=_name(entry),
        email=entry.sender_norm if theirs else "",
        phone=readable[-1] if readable else "",
        why_not=box.why_not,
    )


def alike(member: Member, name: str, points: list[Mapping[str, Any]]) -> list[Client]:
    """Who may be this person already: by an address or number of theirs, or by the name."""
    same = [pk for pk, one in namesakes(member, name).items() if one.code == SAME_NAME]
    held = Q(pk__in=same)
    for point in points:
        owners = ContactPoint.objects.filter(
            practice=member.practice_id, kind=point["kind"], norm=point["norm"]
        )
        held |= Q(pk__in=owners.values("contact__clients"))
    rows = Client.objects.open_to(member).filter(held).prefetch_related("patients")
    return list(rows.order_by("name", "pk")[:ALIKE])


@transaction.atomic
def add_client(
    entry: Entry,
    fields: Mapping[str, Any],
    points: list[Mapping[str, Any]],
    *,
    by: Member,
    now: datetime,
    version: int,
) -> Client:
    """A new client with these addresses and numbers, and the letter on the record at once.

    `fields`: name, ref, language, and `patient`, the name of one of theirs, or "". Raises
    AlreadyFiled or ReferenceTaken; nobody is added then.
    """
    patient = fields["patient"]
    about = {name: fields[name] for name in ("name", "ref", "language")}
    client = editing.create_client(by.practice, about, by=by, now=now)
    _add_points(client.contacts.get(), points, by=by, now=now)
    theirs = [editing.add_patient(client, {"name": patient}, by=by, now=now)] if patient else []
    actions.resolve(entry, [client], by=by, now=now, version=version, patients=theirs)
    return client


@transaction.atomic
def add_correspondent(
    entry: Entry,
    fields: Mapping[str, Any],
    points: list[Mapping[str, Any]],
    *,
    by: Member,
    now: datetime,
    version: int,
    set_aside: bool,
) -> Contact:
    """A new correspondent: the letter is theirs, and goes on waiting (about whom?), or is set
    aside as about nobody. Raises AlreadyFiled; nobody is added then."""
    contact = contacting.create_correspondent(by.practice, fields, by=by, now=now)
    _add_points(contact, points, by=by, now=now)
    if set_aside:
        actions.ignore(entry, by=by, now=now, version=version)
    else:
        data = {"address": entry.sender_norm, "contact": contact.pk}
        actions.mark(entry, rules.PROFESSIONAL, data, by=by, now=now, version=version)
    Entry.objects.filter(pk=entry.pk).update(contact=contact)
    return contact


def _add_points(
    contact: Contact, points: list[Mapping[str, Any]], *, by: Member, now: datetime
) -> None:
    for point in points:
        contacting.add_point(contact, point, by=by, now=now)


def _name(entry: Entry) -> str:
    """As one writes it: «FARROW, Hollis» is Hollis Farrow; without a name, what is before the @."""
    last, comma, first = entry.sender_name.partition(",")
    name = f"{first.strip()} {last.strip()}".strip() if comma else entry.sender_name.strip()
    if not name or "@" in name:
        local = entry.sender_norm.partition("@")[0].partition("+")[0]
        name = " ".join(local.replace(".", " ").replace("_", " ").split()).title()
    words = [word.title() if word.isupper() and len(word) > 2 else word for word in name.split()]
    return " ".join(words)[:200]
