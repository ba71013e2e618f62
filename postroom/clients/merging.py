"""The clients room's part of a merge: all that one client has goes to another (MODEL 2).

Custody calls this last, after the rooms above: they still point at the patients it folds.
"""

from dataclasses import dataclass

from postroom.clients.holdings import refresh_search
from postroom.clients.models import (
    Client,
    ClientAccess,
    Consent,
    Contact,
    ContactPoint,
    Patient,
)
from postroom.clients.rules import named_by_list
from postroom.kit.text import fold
from postroom.practice.models import Member

NOTE = 2000  # characters of a note
FILLED = ("language", "birth_date", "birthday", "practitioner_id", "channel")


@dataclass(frozen=True)
class Twin:
    """A patient that both clients have: `gone` is folded into `kept`."""

    gone: Patient
    kept: Patient


def twins(keep: Client, gone: Client) -> list[Twin]:
    """The patients of one name and kind that both clients have."""
    kept = {(fold(p.name), fold(p.kind)): p for p in keep.patients.all()}
    found = []
    for patient in gone.patients.all():
        key = (fold(patient.name), fold(patient.kind))
        if twin := kept.pop(key, None):  # a second Biscuit stays a second Biscuit
            found.append(Twin(patient, twin))
    return found


def move_client(keep: Client, gone: Client, folded: list[Twin], *, by: Member | None) -> None:
    """People, addresses, patients, groups, access and note. Call within a transaction.

    `gone` stays as an empty row, so that its reference still leads to `keep`.
    """
    _move_people(keep, gone)
    _move_patients(keep, gone, folded)
    _move_groups(keep, gone)
    gone.notes.update(client=keep)
    _move_access(keep, gone, by=by)
    for field in FILLED:
        if getattr(keep, field) in ("", None):
            setattr(keep, field, getattr(gone, field))
    keep.note = "\n".join(note for note in (keep.note, gone.note) if note)[:NOTE]
    keep.save()
    Client.objects.filter(merged_into=gone).update(merged_into=keep)
    Client.objects.filter(pk=gone.pk).update(
        merged_into=keep, state="archived", note="", search_name=""
    )
    gone.refresh_from_db()
    refresh_search([keep.pk])


def stricter(one: Consent | None, other: Consent | None) -> Consent | None:
    """Of two notes about one purpose, the one that allows less; else the younger one."""
    if one is None or other is None:
        return one or other
    if one.given != other.given:
        return other if one.given else one
    return max(one, other, key=lambda consent: consent.at)


def _move_people(keep: Client, gone: Client) -> None:
    main = keep.links.filter(main=True).select_related("contact").first()
    known = set(keep.links.values_list("contact", flat=True))
    for link in gone.links.select_related("contact").order_by("pk"):
        shared = link.contact.links.exclude(client=gone).exists()
        if link.contact_id in known:
            link.delete()
        elif link.main and main is not None and not shared:
            _fold_points(link.contact, into=main.contact)
            link.contact.delete()
        else:
            # The same person for two clients in person: of the kept one, they are one more.
            link.client, link.main = keep, link.main and main is None
            link.save()


def _fold_points(contact: Contact, into: Contact) -> None:
    held = {(point.kind, point.norm): point for point in into.points.all()}
    preferred = {point.kind for point in held.values() if point.preferred}
    for point in contact.points.order_by("pk"):
        twin = held.get((point.kind, point.norm))
        if twin is not None:
            _fold_point(point, into=twin)
            continue
        point.contact = into
        point.preferred = point.preferred and point.kind not in preferred
        # The kept client's row in a list does not name it, and must not take it away.
        point.origin = ContactPoint.MEMBER
        point.save()


def _fold_point(point: ContactPoint, into: ContactPoint) -> None:
    """What was said of an address on either client holds, the stricter word first."""
    kept = {consent.purpose: consent for consent in into.consents.all()}
    for consent in point.consents.all():
        held = kept.get(consent.purpose)
        if stricter(held, consent) is consent:
            if held is not None:
                held.delete()
            consent.point = into
            consent.save()
    into.automatic = into.automatic and point.automatic
    into.state = max(into.state, point.state, key=_SEVERITY.index)
    into.label = into.label or point.label
    if point.origin == ContactPoint.MEMBER:
        into.origin = ContactPoint.MEMBER
    into.save()
    point.delete()


_SEVERITY = ["ok", "bouncing", "blocked"]


def _move_patients(keep: Client, gone: Client, folded: list[Twin]) -> None:
    for twin in folded:
        for field in ("birth_date", "died_on"):
            if getattr(twin.kept, field) is None:
                setattr(twin.kept, field, getattr(twin.gone, field))
        twin.kept.save()
        twin.gone.delete()
    taken = set(keep.patients.values_list("ref", flat=True))
    for patient in gone.patients.all():
        # As with addresses: no list of the kept client's patients names this one.
        by_name = named_by_list(patient.ref, patient.name)
        patient.ref = _free(f"#{patient.ref}" if by_name else patient.ref, taken)
        taken.add(patient.ref)
        patient.client = keep
        patient.save()


def _free(ref: str, taken: set[str]) -> str:
    """The reference itself, or with a number behind it when the kept client has it too."""
    if ref not in taken:
        return ref
    numbered = (f"{ref[:56]}~{n}" for n in range(2, len(taken) + 3))
    return next(one for one in numbered if one not in taken)


def _move_groups(keep: Client, gone: Client) -> None:
    held = set(keep.memberships.values_list("group", flat=True))
    gone.memberships.filter(group__in=held).delete()
    gone.memberships.update(client=keep)


def _move_access(keep: Client, gone: Client, *, by: Member | None) -> None:
    """Restricted if either was, and then open to those who could open both."""
    lists = [
        set(one.access.values_list("member", flat=True)) for one in (keep, gone) if one.restricted
    ]
    gone.access.all().delete()
    if not lists:
        return
    # Never nobody: the correspondence would be out of everybody's reach.
    allowed = (set.intersection(*lists) or lists[0]) | ({by.pk} if by else set())
    keep.restricted = True
    keep.access.exclude(member__in=allowed).delete()
    ClientAccess.objects.bulk_create(
        (
            ClientAccess(practice_id=keep.practice_id, client=keep, member_id=member)
            for member in sorted(allowed)
        ),
        ignore_conflicts=True,
    )
