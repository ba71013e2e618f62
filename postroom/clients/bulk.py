"""Bringing many clients up to date with the rows of a file, in few queries.

`plan` only reads; `apply` writes what was planned, within the caller's transaction.
A column the file has decides: names, numbers, groups, patients and contacts become what its cell
says, except that what a member wrote of addresses and contacts is left alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model

from postroom.clients.holdings import Held, Kin, holdings, refresh_search
from postroom.clients.importing import Pairs, Person, Row
from postroom.clients.models import (
    IMPORT,
    MEMBER,
    Client,
    Contact,
    ContactLink,
    ContactPoint,
    Group,
    GroupMember,
    Patient,
)
from postroom.clients.rules import named_by_list, patient_ref
from postroom.kit.text import fold


class NewPoint(NamedTuple):
    kind: str
    value: str
    norm: str
    preferred: bool


class NewPatient(NamedTuple):
    ref: str
    name: str
    kind: str


@dataclass
class Change:
    """What one row changes; `held` is already as it will be, without what is new."""

    held: Held
    person: Contact  # the main one, whose addresses the file knows
    new: bool
    merged: bool = False  # into another client, whose own row decides
    claimed: bool = False  # it was made by hand, or by a list without a name: its source has it now
    fields: bool = False
    new_contact: bool = False
    contact: bool = False
    new_kin: list[Kin] = field(default_factory=list)
    kin: list[ContactLink] = field(default_factory=list)
    gone_kin: list[Kin] = field(default_factory=list)
    new_points: list[tuple[Contact, NewPoint]] = field(default_factory=list)
    points: list[ContactPoint] = field(default_factory=list)
    gone_points: list[int] = field(default_factory=list)
    new_patients: list[NewPatient] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)
    gone_patients: list[int] = field(default_factory=list)
    new_groups: list[str] = field(default_factory=list)
    gone_groups: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        said = ("held", "person", "merged", "claimed")
        return any(value for name, value in vars(self).items() if name not in said)


def plan(practice_id: int, rows: Sequence[Row], source_id: int | None = None) -> list[Change]:
    """What these rows change, row by row; a Change that is false changes nothing."""
    clients = Client.objects.filter(practice=practice_id, ref__in=[row.ref for row in rows])
    found = {held.client.ref: held for held in holdings(clients)}
    return [_change(practice_id, row, found.get(row.ref), source_id) for row in rows]


def apply(practice_id: int, changes: Iterable[Change], now: datetime) -> None:
    """Write the changes. Call within a transaction."""
    changes = [change for change in changes if change or change.claimed]
    if not changes:
        return
    _write_clients(changes)
    _write_contacts(practice_id, changes)
    _write_points(practice_id, changes, now)
    _write_patients(practice_id, changes)
    _write_groups(practice_id, changes)


def keep_statistics(chunk: int) -> None:
    """After the 1st, 2nd, 4th, 8th … chunk, let PostgreSQL count again what has grown.

    It plans by what it believes the tables to hold: a list brought into empty ones would be
    compared row by row with all of them.
    """
    if connection.vendor == "postgresql" and chunk & (chunk - 1) == 0:
        models = (Client, Contact, ContactLink, ContactPoint, Group, GroupMember, Patient)
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {tables}")


# --- planning -------------------------------------------------------------------------------


def _change(practice_id: int, row: Row, held: Held | None, source_id: int | None) -> Change:
    new = held is None
    held = held or Held(Client(practice_id=practice_id, ref=row.ref, source_id=source_id))
    person = held.contact or Contact(practice_id=practice_id, name=row.name)
    if held.client.merged_into_id:
        return Change(held, person, new=False, merged=True)
    change = Change(held, person, new=new, new_contact=held.contact is None)
    # A contact that was given a name of its own keeps it.
    name = {"name": row.name} if person.name == held.client.name else {}
    language = {} if row.language is None else {"language": row.language}
    change.contact = _set(person, name | language) and not change.new_contact
    change.fields = _set(held.client, _client_fields(row))
    change.claimed = bool(source_id) and _set(
        held.client, {"source_id": held.client.source_id or source_id}
    )
    for kind, pairs in ((ContactPoint.EMAIL, row.emails), (ContactPoint.PHONE, row.phones)):
        if pairs is not None:
            _change_points(change, person, held.points, kind, pairs)
    if row.contacts is not None:
        _change_kin(change, row.contacts)
    _change_patients(change, row.patients)
    if row.groups is not None:
        change.new_groups = [name for name in row.groups if name not in held.groups]
        change.gone_groups = [pk for name, pk in held.groups.items() if name not in row.groups]
    if change:
        points = [(point.value, point.norm) for _, point in change.new_points]
        patients = [patient.name for patient in change.new_patients]
        held.client.search_name = held.search_name(points, patients)
    return change


def _client_fields(row: Row) -> dict[str, object]:
    fields: dict[str, object] = {"name": row.name, "gone_at": None}
    if row.language is not None:
        fields["language"] = row.language
    if row.has_birth_date:
        fields["birth_date"] = row.birth_date
        fields["birthday"] = row.birthday
    if row.state is not None:
        fields["state"] = row.state
    return fields


def _set(thing: Model, fields: Mapping[str, object]) -> bool:
    """Set the fields; is anything different now?"""
    changed = [name for name, value in fields.items() if getattr(thing, name) != value]
    for name in changed:
        setattr(thing, name, fields[name])
    return bool(changed)


def _change_points(
    change: Change, contact: Contact, points: list[ContactPoint], kind: str, pairs: Pairs
) -> None:
    """`points` are all the contact's; afterwards, those it keeps."""
    wanted = {norm: value for value, norm in pairs}
    gone = [
        point
        for point in points
        if point.kind == kind and point.origin == point.IMPORT and point.norm not in wanted
    ]
    if gone:
        points[:] = [point for point in points if point not in gone]
        change.gone_points += [point.pk for point in gone]
    here = {point.norm: point for point in points if point.kind == kind}
    preferred = any(point.preferred for point in here.values())
    for norm, value in wanted.items():
        if norm not in here:
            change.new_points.append((contact, NewPoint(kind, value, norm, not preferred)))
            preferred = True
        elif here[norm].origin == ContactPoint.IMPORT and _set(here[norm], {"value": value}):
            change.points.append(here[norm])


def _change_kin(change: Change, people: Sequence[Person]) -> None:
    """A further contact is recognised by its name; one that a member added is left alone."""
    held = change.held
    here = {fold(kin.contact.name): kin for kin in held.kin}
    wanted = {fold(person[0]) for person in people}
    change.gone_kin = [
        kin for name, kin in here.items() if kin.link.origin == IMPORT and name not in wanted
    ]
    held.kin = [kin for kin in held.kin if kin not in change.gone_kin]
    for name, role, responsible, emails, phones in people:
        kin = here.get(fold(name)) or _new_kin(change, name)
        fields = {"role": role, "responsible": responsible}
        if kin.link.origin == IMPORT and _set(kin.link, fields) and kin.link.pk:
            change.kin.append(kin.link)
        _change_points(change, kin.contact, kin.points, ContactPoint.EMAIL, emails)
        _change_points(change, kin.contact, kin.points, ContactPoint.PHONE, phones)


def _new_kin(change: Change, name: str) -> Kin:
    contact = Contact(practice_id=change.person.practice_id, name=name)
    link = ContactLink(practice_id=contact.practice_id, contact=contact, origin=IMPORT)
    change.new_kin.append(Kin(link, contact))
    return change.new_kin[-1]


def _change_patients(change: Change, pairs: Pairs | None) -> None:
    """A patient is recognised by its reference or else by its name.

    One that came from another source, with a reference of its own, is never taken away.
    """
    if pairs is None:
        return
    held = change.held
    by_ref = {patient.ref: patient for patient in held.patients}
    by_name = {fold(p.name): p for p in held.patients if not named_by_list(p.ref, p.name)}
    kept = []
    for ref, (name, kind) in zip(_patient_refs(pairs), pairs, strict=True):
        patient = by_ref.get(ref) or by_name.pop(fold(name), None)
        if patient is None:
            change.new_patients.append(NewPatient(ref, name, kind))
            continue
        if _set(patient, {"name": name, "kind": kind}):
            change.patients.append(patient)
        kept.append(patient)
    for patient in held.patients:
        if patient not in kept:
            if named_by_list(patient.ref, patient.name):
                change.gone_patients.append(patient.pk)
            else:
                kept.append(patient)
    held.patients = kept


def _patient_refs(pairs: Pairs) -> list[str]:
    seen: dict[str, int] = {}
    refs = []
    for name, _ in pairs:
        stem = patient_ref(name)
        seen[stem] = seen.get(stem, 0) + 1
        refs.append(stem if seen[stem] == 1 else f"{stem}/{seen[stem]}")
    return refs


# --- writing --------------------------------------------------------------------------------


def _write_clients(changes: list[Change]) -> None:
    """New and changed in one statement; without its key the reference alone tells which."""
    clients = [change.held.client for change in changes]
    keys = [client.pk for client in clients]
    for client in clients:
        client.pk = None
    Client.objects.bulk_create(
        clients,
        update_conflicts=True,
        unique_fields=["practice", "ref"],
        update_fields=[
            "name",
            "language",
            "birth_date",
            "birthday",
            "state",
            "gone_at",
            "source",
            "search_name",
        ],
    )
    assert all(key in (None, client.pk) for key, client in zip(keys, clients, strict=True))


def _write_contacts(practice_id: int, changes: list[Change]) -> None:
    fresh = [change for change in changes if change.new_contact]
    Contact.objects.bulk_create([change.person for change in fresh])
    _insert(
        ContactLink,
        ("practice_id", "contact_id", "client_id", "role", "main", "responsible", "origin"),
        [
            (practice_id, change.person.pk, change.held.client.pk, "", True, False, IMPORT)
            for change in fresh
        ],
    )
    _write_kin(changes)
    known = [change.person for change in changes if change.contact]
    Contact.objects.bulk_update(known, ["name", "language"])


def _write_kin(changes: list[Change]) -> None:
    Contact.objects.bulk_create([kin.contact for change in changes for kin in change.new_kin])
    fresh = []
    for change in changes:
        for kin in change.new_kin:
            kin.link.contact, kin.link.client = kin.contact, change.held.client
            fresh.append(kin.link)
    ContactLink.objects.bulk_create(fresh)
    known = [link for change in changes for link in change.kin]
    ContactLink.objects.bulk_update(known, ["role", "responsible"])
    gone = [kin for change in changes for kin in change.gone_kin]
    ContactLink.objects.filter(pk__in=[kin.link.pk for kin in gone]).delete()
    # Nobody else's, and nothing about them was written by hand.
    alone = Contact.objects.filter(pk__in=[kin.contact.pk for kin in gone], links=None)
    alone.filter(professional=False).exclude(points__origin=MEMBER).delete()


def _write_points(practice_id: int, changes: list[Change], now: datetime) -> None:
    gone = [pk for change in changes for pk in change.gone_points]
    ContactPoint.objects.filter(pk__in=gone).delete()
    at = connection.ops.adapt_datetimefield_value(now)
    fresh = {"label": "", "automatic": True, "state": "ok"}
    _insert(
        ContactPoint,
        ("practice_id", "contact_id", *NewPoint._fields, *fresh, "origin", "created_at"),
        [
            (practice_id, contact.pk, *point, *fresh.values(), ContactPoint.IMPORT, at)
            for change in changes
            for contact, point in change.new_points
        ],
    )
    ContactPoint.objects.bulk_update([p for change in changes for p in change.points], ["value"])
    # A contact may stand for further clients, whose search must follow.
    touched = {
        change.person.pk: change.held.client.pk
        for change in changes
        if not change.new_contact and (change.new_points or change.gone_points or change.points)
    }
    links = ContactLink.objects.filter(contact__in=touched).values_list("contact", "client")
    refresh_search({client for contact, client in links if touched[contact] != client})


def _write_patients(practice_id: int, changes: list[Change]) -> None:
    gone = [pk for change in changes for pk in change.gone_patients]
    Patient.objects.filter(pk__in=gone).delete()
    _insert(
        Patient,
        ("practice_id", "client_id", *NewPatient._fields, "archived"),
        [
            (practice_id, change.held.client.pk, *patient, False)
            for change in changes
            for patient in change.new_patients
        ],
    )
    Patient.objects.bulk_update([p for c in changes for p in c.patients], ["name", "kind"])


def _write_groups(practice_id: int, changes: list[Change]) -> None:
    gone = [pk for change in changes for pk in change.gone_groups]
    GroupMember.objects.filter(pk__in=gone).delete()
    names = {name for change in changes for name in change.new_groups}
    Group.objects.bulk_create(
        [Group(practice_id=practice_id, name=name) for name in sorted(names)],
        ignore_conflicts=True,
    )
    groups = dict(
        Group.objects.filter(practice=practice_id, name__in=names).values_list("name", "id")
    )
    _insert(
        GroupMember,
        ("practice_id", "group_id", "client_id"),
        [
            (practice_id, groups[name], change.held.client.pk)
            for change in changes
            for name in change.new_groups
        ],
    )


def _insert(model: type[Model], columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    """Add rows whose keys nobody needs: five times faster than through model objects."""
    if not rows:
        return
    names = ", ".join(map(connection.ops.quote_name, columns))
    places = ", ".join(["%s"] * len(columns))
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        # Names of our own tables and columns; every value is a parameter.
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608
