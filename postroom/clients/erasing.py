"""The clients room's part of an erasure and of handing over: who somebody is, how to reach them.

Custody calls this last, after the rooms above: they still point at the patients and people.
"""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from postroom.clients.models import (
    Client,
    Contact,
    ContactLink,
    ContactPoint,
    Group,
    SenderRule,
)


def with_merged(client: Client) -> list[Client]:
    """A client, and the empty rows of those that were merged into it."""
    return [client, *Client.objects.filter(merged_into=client).order_by("pk")]


def people_of(client: Client) -> QuerySet[Contact]:
    """The people who are this client's alone, and go with it."""
    others = ContactLink.objects.filter(contact=OuterRef("pk")).exclude(client=client)
    theirs = Contact.objects.filter(practice=client.practice_id, links__client=client)
    return theirs.filter(~Exists(others), professional=False)


def erase_client(client: Client) -> None:
    """Delete a client, with people who are nobody else's, patients, rules about their addresses,
    groups left empty, and rows once merged into it. In a transaction."""
    people = list(people_of(client).values_list("pk", flat=True))
    points = ContactPoint.objects.filter(contact__in=people, kind=ContactPoint.EMAIL)
    norms = set(points.values_list("norm", flat=True))
    kept = ContactPoint.objects.filter(practice=client.practice_id, norm__in=norms)
    norms -= set(kept.exclude(contact__in=people).values_list("norm", flat=True))
    SenderRule.objects.filter(practice=client.practice_id, pattern__in=norms).delete()
    groups = list(client.groups.values_list("pk", flat=True))
    Contact.objects.filter(pk__in=people).delete()
    Client.objects.filter(pk__in=[row.pk for row in with_merged(client)]).delete()
    Group.objects.filter(pk__in=groups, members=None).delete()


def export_client(client: Client) -> dict[str, Any]:
    """All that is kept of them, as docs/reference/access-export.md says."""
    links = client.links.select_related("contact").prefetch_related("contact__points__consents")
    practitioner = client.practitioner
    return {
        "client": {
            "number": client.ref,
            "merged_numbers": [row.ref for row in with_merged(client)[1:]],
            "name": client.name,
            "language": client.language,
            "birth_date": _day(client.birth_date),
            "state": client.state,
            "restricted": client.restricted,
            "preferred_channel": client.channel,
            "practitioner": practitioner.name if practitioner else None,
            "note": client.note,
            "created_at": client.created_at.isoformat(),
            "source": client.source.name if client.source else None,
            "groups": list(client.groups.order_by("name").values_list("name", flat=True)),
        },
        "people": [_person(link) for link in links.order_by("-main", "pk")],
        "patients": [
            {
                "reference": row.ref,
                "name": row.name,
                "kind": row.kind,
                "birth_date": _day(row.birth_date),
                "died_on": _day(row.died_on),
                "archived": row.archived,
            }
            for row in client.patients.all()
        ],
        "notes": [
            {"text": note.text, "by": note.by.name if note.by else None, "at": note.at.isoformat()}
            for note in client.notes.select_related("by").order_by("pk")
        ],
    }


def _person(link: Any) -> dict[str, Any]:
    person = link.contact
    return {
        "name": person.name,
        "role": link.role,
        "in_person": link.main,
        "responsible": link.responsible,
        "language": person.language,
        "organisation": person.organisation,
        "note": person.note,
        "addresses": [
            {
                "kind": point.kind,
                "value": point.value,
                "label": point.label,
                "preferred": point.preferred,
                "automatic": point.automatic,
                "state": point.state,
                "origin": point.origin,
                "created_at": point.created_at.isoformat(),
                "consents": [
                    {
                        "purpose": consent.purpose,
                        "given": consent.given,
                        "source": consent.source,
                        "at": consent.at.isoformat(),
                    }
                    for consent in sorted(point.consents.all(), key=lambda one: one.pk)
                ],
            }
            for point in sorted(person.points.all(), key=lambda one: one.pk)
        ],
    }


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
