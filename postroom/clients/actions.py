"""Verbs of the clients room: addresses remembered and forgotten, a list of clients imported."""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import Any

from django.db import transaction

from postroom.clients import bulk
from postroom.clients.checking import Check, checked
from postroom.clients.importing import Problem, Row
from postroom.clients.models import Client, Contact, ContactLink, ContactPoint
from postroom.clients.words import sentence
from postroom.kit.addresses import normalise_email
from postroom.practice import audit
from postroom.practice.models import Member, Practice

CHUNK = 2_000


def remember_address(
    client: Client, address: str, *, by: Member | None, now: datetime
) -> ContactPoint | None:
    """From now on, letters from this address are this client's (RX-117).

    The new point, so that the act can be taken back; None when nothing was added: it cannot be
    an address, or the client has it already.
    """
    norm = normalise_email(address)
    if not norm:
        return None
    with transaction.atomic():
        Client.objects.select_for_update().get(pk=client.pk)
        theirs = ContactPoint.objects.filter(
            contact__links__client=client, kind=ContactPoint.EMAIL, norm=norm
        )
        if theirs.exists():
            return None
        contact = _main_contact(client)
        point = contact.points.create(
            practice_id=client.practice_id,
            kind=ContactPoint.EMAIL,
            value=address.strip(),
            norm=norm,
            preferred=not contact.points.filter(kind=ContactPoint.EMAIL, preferred=True).exists(),
            origin=ContactPoint.MEMBER,
        )
        bulk.refresh_search(contact.links.values_list("client", flat=True))
        data = {"point": point.pk}
        audit.record(
            client.practice_id, "remember_address", "client", client.pk, by=by, now=now, data=data
        )
    return point


def forget_address(point: ContactPoint, *, by: Member | None, now: datetime) -> None:
    """Letters from this address are nobody's from now on; what is filed stays filed.

    Harmless when it is already forgotten. An address still in an imported list comes back with
    the next import of that list.
    """
    with transaction.atomic():
        data = {"point": point.pk}
        deleted, _ = ContactPoint.objects.filter(pk=point.pk).delete()
        if not deleted:
            return
        clients = list(point.contact.links.values_list("client", flat=True))
        bulk.refresh_search(clients)
        for client in clients:
            audit.record(
                point.practice_id, "forget_address", "client", client, by=by, now=now, data=data
            )


@dataclass(frozen=True)
class Report:
    """What an import did, or would do. The four counts add up to the rows of the file."""

    created: int
    updated: int
    unchanged: int
    skipped: int
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        """For programs: counts, and problems with their sentences."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "errors": [_told(problem) for problem in self.errors],
            "warnings": [_told(problem) for problem in self.warnings],
            "dry_run": self.dry_run,
        }


def import_clients(
    practice: Practice,
    rows: Iterable[Row],
    *,
    by: Member | None,
    now: datetime,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: Callable[[str, int], None] = lambda stage, rows: None,
) -> Report:
    """Bring the clients up to date with the rows, by reference (XP-38); repeatable.

    With one bad row nothing is imported, unless `skip_bad`. All rows are read first and put
    aside on disk, then written 2,000 to a transaction: killed half way, run it again.
    `progress` is told the stage ("read", "write") and how many rows are through.
    """
    with TemporaryFile("w+", encoding="utf-8") as aside:
        check = checked(practice.pk, rows, aside, lambda done: progress("read", done))
        if check.errors and not skip_bad:
            return _report(check, 0, 0, 0, dry_run)
        created = updated = unchanged = 0
        good = check.good_rows()
        while chunk := list(islice(good, CHUNK)):
            with nullcontext() if dry_run else transaction.atomic():
                changes = bulk.plan(practice.pk, chunk)
                new = sum(change.new for change in changes)
                changed = sum(map(bool, changes)) - new
                counts = {"created": new, "updated": changed}
                if not dry_run and any(counts.values()):
                    bulk.apply(practice.pk, changes, now)
                    audit.record(
                        practice.pk,
                        "import_clients",
                        "practice",
                        practice.pk,
                        by=by,
                        now=now,
                        data=counts,
                    )
            created, updated = created + new, updated + changed
            unchanged += len(chunk) - new - changed
            progress("write", created + updated + unchanged)
        return _report(check, created, updated, unchanged, dry_run)


def _report(check: Check, created: int, updated: int, unchanged: int, dry_run: bool) -> Report:
    skipped = check.rows - created - updated - unchanged
    errors, warnings = tuple(check.errors), tuple(check.warnings)
    return Report(created, updated, unchanged, skipped, errors, warnings, dry_run)


def _told(problem: Problem) -> dict[str, Any]:
    return asdict(problem) | {"sentence": sentence(problem)}


def _main_contact(client: Client) -> Contact:
    link = ContactLink.objects.filter(client=client, main=True).select_related("contact").first()
    if link:
        return link.contact
    contact = Contact.objects.create(
        practice_id=client.practice_id, name=client.name, language=client.language
    )
    contact.links.create(practice_id=client.practice_id, client=client, main=True)
    return contact
