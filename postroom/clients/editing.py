"""Verbs: a client and its patients, made and mended by hand."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from postroom.clients.holdings import refresh_search
from postroom.clients.mending import Changes, Done, filled, mend, told, wanted
from postroom.clients.models import Client, ClientAccess, Contact, Patient
from postroom.practice import audit
from postroom.practice.models import Member, Practice

STEM = "P-"  # a reference that Postroom makes up
TRIES = 20


class ReferenceTaken(Exception):
    """Another client of the practice has this reference, or had it before it was merged."""


@transaction.atomic
def create_client(
    practice: Practice, fields: Mapping[str, Any], *, by: Member | None, now: datetime
) -> Client:
    """A new client with its main contact; an empty `ref` is made up. Raises ReferenceTaken."""
    fields = dict(fields)
    ref = fields.pop("ref", "")
    access = fields.pop("access", ())
    client = Client(practice=practice, birthday=birthday(fields.get("birth_date")), **fields)
    _insert(client, ref)
    contact = Contact.objects.create(practice=practice, name=client.name, language=client.language)
    contact.links.create(practice=practice, client=client, main=True)
    _give_access(client, access, by=by)
    refresh_search([client.pk])
    _note(client, "create_client", filled(fields.items()), by=by, now=now)
    return client


@transaction.atomic
def edit_client(client: Client, changes: Changes, *, by: Member, now: datetime) -> Done:
    """Change fields of a client; `access` stands for those who may open it when restricted.

    Who restricts a client is always among them. Raises ChangedMeanwhile or ReferenceTaken;
    nothing is changed then.
    """
    row = Client.objects.select_for_update().get(pk=client.pk)
    fields = {name: change for name, change in changes.items() if name != "access"}
    name_before = row.name
    done = dict(mend(row, fields))
    if "access" in changes:
        listed = frozenset(row.access.values_list("member", flat=True))
        done |= wanted({"access": changes["access"]}, {"access": listed})
    if not done:
        return done
    if "ref" in done and _is_taken(row, row.ref):
        raise ReferenceTaken
    row.birthday = birthday(row.birth_date)
    row.save()
    if "name" in done:
        Contact.objects.filter(links__client=row, links__main=True, name=name_before).update(
            name=row.name
        )
    if row.restricted:
        new = done["access"][1] if "access" in done else row.access.values_list("member", flat=True)
        _give_access(row, new, by=by)
    refresh_search([row.pk])
    _note(row, "edit_client", told(done), by=by, now=now)
    return done


@transaction.atomic
def add_patient(client: Client, fields: Mapping[str, Any], *, by: Member, now: datetime) -> Patient:
    """A patient whom no list has named: an import leaves it alone."""
    patient = Patient.objects.create(
        practice_id=client.practice_id, client=client, ref=_own_ref(client), **fields
    )
    refresh_search([client.pk])
    data = {"patient": patient.pk, **filled(fields.items())}
    _note(client, "add_patient", data, by=by, now=now)
    return patient


@transaction.atomic
def edit_patient(patient: Patient, changes: Changes, *, by: Member, now: datetime) -> Done:
    """Change a patient. Raises ChangedMeanwhile."""
    row = Patient.objects.select_for_update().select_related("client").get(pk=patient.pk)
    done = mend(row, changes)
    if done:
        row.save()
        refresh_search([row.client_id])
        data = {"patient": row.pk, **told(done)}
        _note(row.client, "edit_patient", data, by=by, now=now)
    return done


def birthday(born: date | None) -> int | None:
    """Month and day as one number, by which birthdays are found: 1231 for 31 December."""
    return born.month * 100 + born.day if born else None


def _insert(client: Client, ref: str) -> None:
    """With the reference given, or else the next of our own that is free."""
    if ref:
        client.ref = ref
        if _is_taken(client, ref):
            raise ReferenceTaken
        client.save()
        return
    last = Client.objects.filter(practice=client.practice_id, ref__startswith=STEM)
    number = max(
        (_number(r) for r in last.order_by("-pk").values_list("ref", flat=True)[:100]), default=0
    )
    for following in range(number + 1, number + 1 + TRIES):
        client.ref = f"{STEM}{following:04}"
        try:
            with transaction.atomic():
                client.save(force_insert=True)
        except IntegrityError:
            client.pk = None
        else:
            return
    raise ReferenceTaken


def _number(ref: str) -> int:
    digits = ref.removeprefix(STEM)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


def _is_taken(client: Client, ref: str) -> bool:
    others = Client.objects.filter(practice=client.practice_id, ref=ref)
    return others.exclude(pk=client.pk).exists()


def _give_access(client: Client, members: Iterable[int], *, by: Member | None) -> None:
    """Replace the list of those who may open a restricted client; `by` stays on it."""
    if not client.restricted:
        return
    wanted_ones = set(members) | ({by.pk} if by else set())
    client.access.exclude(member__in=wanted_ones).delete()
    ClientAccess.objects.bulk_create(
        (
            ClientAccess(practice_id=client.practice_id, client=client, member_id=member)
            for member in sorted(wanted_ones)
        ),
        ignore_conflicts=True,
    )


def _own_ref(client: Client) -> str:
    """Beside those that a list makes of names, so that no import takes it for its own."""
    taken = set(client.patients.values_list("ref", flat=True))
    return next(ref for n in range(1, len(taken) + 2) if (ref := f"#{n}") not in taken)


def _note(
    client: Client, action: str, data: dict[str, Any], *, by: Member | None, now: datetime
) -> None:
    audit.record(client.practice_id, action, "client", client.pk, by=by, now=now, data=data)
