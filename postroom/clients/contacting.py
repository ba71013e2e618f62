"""Verbs: the people of a client, their addresses and numbers, what they consented to; and
correspondents, who belong to no client (MG-25, MODEL decision 5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from postroom.clients.holdings import refresh_search
from postroom.clients.mending import Changes, Done, filled, mend, told
from postroom.clients.models import Client, Consent, Contact, ContactLink, ContactPoint
from postroom.clients.rules import search_name
from postroom.practice import audit
from postroom.practice.audit import Deed
from postroom.practice.models import Member, Practice


class AlreadyThere(Exception):
    """This person has this address or number already."""


@dataclass(frozen=True)
class Said:
    """A consent as somebody noted it: `given` None takes the note back."""

    purpose: str
    given: bool | None
    source: str = ""


@transaction.atomic
def add_contact(
    client: Client, fields: Mapping[str, Any], *, by: Member, now: datetime
) -> ContactLink:
    """A further person of this client: name and language, role and responsible."""
    contact = Contact.objects.create(
        practice_id=client.practice_id, name=fields["name"], language=fields.get("language", "")
    )
    link = contact.links.create(
        practice_id=client.practice_id,
        client=client,
        role=fields.get("role", ""),
        responsible=fields.get("responsible", False),
    )
    data = {"contact": contact.pk, **filled(fields.items())}
    audit.record(client.practice_id, "add_contact", "client", client.pk, by=by, now=now, data=data)
    return link


@transaction.atomic
def edit_contact(link: ContactLink, changes: Changes, *, by: Member, now: datetime) -> Done:
    """Change a person and what they are to this client. Raises ChangedMeanwhile."""
    row = ContactLink.objects.select_for_update().get(pk=link.pk)
    person = Contact.objects.select_for_update().get(pk=link.contact_id)
    of_link = {name: change for name, change in changes.items() if name in LINK_FIELDS}
    of_person = {name: change for name, change in changes.items() if name not in LINK_FIELDS}
    done = {**mend(row, of_link), **mend(person, of_person)}
    if done:
        row.save()
        person.save()
        data = {"contact": person.pk, **told(done)}
        audit.record(
            row.practice_id, "edit_contact", "client", row.client_id, by=by, now=now, data=data
        )
    return done


LINK_FIELDS = ("role", "responsible")


@transaction.atomic
def remove_contact(link: ContactLink, *, by: Member, now: datetime) -> None:
    """This person is no longer the client's; gone altogether when they are nobody else's.

    The client in person cannot be removed. Harmless when already done.
    """
    removed, _ = ContactLink.objects.filter(pk=link.pk, main=False).delete()
    if not removed:
        return
    if not ContactLink.objects.filter(contact=link.contact_id).exists():
        Contact.objects.filter(pk=link.contact_id, professional=False).delete()
    refresh_search([link.client_id])
    data = {"contact": link.contact_id}
    audit.record(
        link.practice_id, "remove_contact", "client", link.client_id, by=by, now=now, data=data
    )


@transaction.atomic
def add_point(
    contact: Contact, fields: Mapping[str, Any], *, by: Member, now: datetime
) -> ContactPoint:
    """A new address or number (`kind`, `value`, `norm` and more). Raises AlreadyThere."""
    Contact.objects.select_for_update().get(pk=contact.pk)
    held = contact.points.filter(kind=fields["kind"])
    if held.filter(norm=fields["norm"]).exists():
        raise AlreadyThere
    first = not held.filter(preferred=True).exists()
    fields = {**fields, "preferred": fields.get("preferred", False) or first}
    point = contact.points.create(
        practice_id=contact.practice_id, origin=ContactPoint.MEMBER, **fields
    )
    _only_one_preferred(point)
    data = {"point": point.pk, "kind": point.kind}
    _note(contact, "add_point", data, by=by, now=now)
    return point


@transaction.atomic
def edit_point(
    point: ContactPoint,
    changes: Changes,
    *,
    norm: str,
    said: Iterable[Said] = (),
    by: Member,
    now: datetime,
) -> Done:
    """Change an address or number and what it may be used for.

    `norm` belongs to the new value; a value written by hand is a member's from now on, so that
    no import takes it away. Raises ChangedMeanwhile or AlreadyThere.
    """
    row = ContactPoint.objects.select_for_update().select_related("contact").get(pk=point.pk)
    done = dict(mend(row, changes))
    if "value" in done:
        row.norm, row.origin = norm, ContactPoint.MEMBER
        twins = row.contact.points.filter(kind=row.kind, norm=norm).exclude(pk=row.pk)
        if twins.exists():
            raise AlreadyThere
    purposes = _note_consents(row, said, by=by, now=now)
    if done:
        row.save()
        _only_one_preferred(row)
    if done or purposes:
        data = {"point": row.pk, "kind": row.kind, **told(done)}
        data |= {"consents": purposes} if purposes else {}
        _note(row.contact, "edit_point", data, by=by, now=now)
    return done


@transaction.atomic
def create_correspondent(
    practice: Practice, fields: Mapping[str, Any], *, by: Member, now: datetime
) -> Contact:
    """A laboratory, an insurer, a colleague elsewhere: a contact without client."""
    contact = Contact.objects.create(practice=practice, professional=True, **fields)
    refresh_correspondent(contact)
    data = filled(fields.items())
    audit.record(
        practice.pk, "create_correspondent", "contact", contact.pk, by=by, now=now, data=data
    )
    return contact


@transaction.atomic
def edit_correspondent(contact: Contact, changes: Changes, *, by: Member, now: datetime) -> Done:
    """Change a correspondent. Raises ChangedMeanwhile."""
    row = Contact.objects.select_for_update().get(pk=contact.pk)
    done = mend(row, changes)
    if done:
        row.save()
        refresh_correspondent(row)
        _note(row, "edit_correspondent", told(done), by=by, now=now)
    return done


@transaction.atomic
def remove_point(point: ContactPoint, *, by: Member, now: datetime) -> None:
    """Forget a correspondent's address or number."""
    contact = point.contact
    deleted, _ = ContactPoint.objects.filter(pk=point.pk).delete()
    if deleted:
        data = {"point": point.pk, "kind": point.kind}
        _note(contact, "remove_point", data, by=by, now=now)


def refresh_correspondent(contact: Contact) -> None:
    """Let searches find a correspondent by what is kept about it now."""
    points = contact.points.values_list("value", "norm")
    words = search_name(contact.name, contact.organisation, [], points)
    Contact.objects.filter(pk=contact.pk).update(search_name=words)


def _note_consents(
    point: ContactPoint, said: Iterable[Said], *, by: Member, now: datetime
) -> dict[str, list[bool | None]]:
    """Write down what changed: purpose -> what was noted, what is noted now."""
    held = {consent.purpose: consent for consent in point.consents.all()}
    changed: dict[str, list[bool | None]] = {}
    for one in said:
        before = held.get(one.purpose)
        was = before.given if before else None
        if (was, before.source if before else "") == (one.given, one.source):
            continue
        if one.given is None:
            if before is None:
                continue
            before.delete()
        else:
            Consent.objects.update_or_create(
                point=point,
                purpose=one.purpose,
                defaults={
                    "practice_id": point.practice_id,
                    "given": one.given,
                    "source": one.source,
                    "at": now,
                    "by": by,
                },
            )
        changed[one.purpose] = [was, one.given]
    return changed


def _only_one_preferred(point: ContactPoint) -> None:
    if point.preferred:
        others = ContactPoint.objects.filter(contact=point.contact_id, kind=point.kind)
        others.exclude(pk=point.pk).filter(preferred=True).update(preferred=False)


def _note(
    contact: Contact, action: str, data: dict[str, Any], *, by: Member, now: datetime
) -> None:
    """One line on each client this person belongs to; a correspondent has its own."""
    clients = list(contact.links.values_list("client", flat=True))
    if contact.professional:
        refresh_correspondent(contact)
    refresh_search(clients)
    deeds = [Deed(action, "client", pk, data) for pk in clients]
    if contact.professional:
        deeds.append(Deed(action, "contact", contact.pk, data))
    audit.record_all(contact.practice_id, deeds, by=by, now=now)
