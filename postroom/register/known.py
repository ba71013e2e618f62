"""Letters that wait although the sender's address is on a record by now: an address that was
added since, wherever that was done. They are offered, and filed when somebody says so (MODEL 2).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from postroom.clients.matching import match_all
from postroom.clients.models import Client, ContactPoint
from postroom.clients.rules import One
from postroom.connections.models import MailAccount
from postroom.practice.models import Member
from postroom.practice.rules import RESOLVE
from postroom.register import rules
from postroom.register.models import Entry

MOST = 200  # letters at once


@dataclass(frozen=True)
class Known:
    """A waiting letter, and the one client who has its address now."""

    entry: Entry
    client: Client


def known(member: Member, client: Client | None = None) -> list[Known]:
    """What this member may file so, the newest first, at most MOST; of one client, or of all."""
    if not member.may(RESOLVE):
        return []
    rows = Entry.objects.waiting_for(member).filter(owner=None, reason__in=rules.BY_ADDRESS)
    points = ContactPoint.objects.filter(practice=member.practice_id, kind=ContactPoint.EMAIL)
    if client is not None:
        norms = list(points.filter(contact__clients=client).values_list("norm", flat=True))
        rows = rows.filter(sender_norm__in=norms) if norms else rows.none()
    else:
        held = points.filter(norm=OuterRef("sender_norm"), contact__clients__isnull=False)
        rows = rows.filter(Exists(held))
    return judged(member, rows.order_by("-at", "-pk")[:MOST], client)


def judged(member: Member, entries: Iterable[Entry], client: Client | None = None) -> list[Known]:
    """Those of these letters whose address is one client's, by the rules that file letters."""
    matched = _matched(member, entries)
    mine = Client.objects.open_to(member).in_bulk({pk for _, pk in matched})
    return [
        Known(entry, mine[pk])
        for entry, pk in matched
        if pk in mine and (client is None or client.pk == pk)
    ]


def count(member: Member, entries: Iterable[Entry]) -> int:
    """How many of these letters `judged` would give."""
    matched = _matched(member, entries)
    mine = Client.objects.open_to(member).filter(pk__in={pk for _, pk in matched})
    there = set(mine.values_list("pk", flat=True))
    return sum(pk in there for _, pk in matched)


def _matched(member: Member, entries: Iterable[Entry]) -> list[tuple[Entry, int]]:
    """Those whose address is one client's, with the client's number, open to the member or not."""
    entries = [entry for entry in entries if entry.reason in rules.BY_ADDRESS and entry.sender_norm]
    if not entries:
        return []
    users = MailAccount.objects.users_of(member.practice_id)
    norms = {entry.sender_norm for entry in entries}
    matches = match_all(member.practice_id, norms, own=users)
    return [
        (entry, found.client)
        for entry in entries
        if isinstance(found := matches[entry.sender_norm], One)
    ]
