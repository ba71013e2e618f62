"""Legal hold: somebody says of a client, or of one entry, that nothing may be erased."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from postroom.clients.models import Client, ContactPoint
from postroom.custody.models import Hold
from postroom.outbox.erasing import sent_to
from postroom.outbox.models import Message
from postroom.practice import audit
from postroom.practice.models import Member
from postroom.register.models import Entry, EntryClient


class Held(Exception):
    """A legal hold stands in the way: nothing was erased."""


@transaction.atomic
def hold(what: Client | Entry, reason: str, *, by: Member | None, now: datetime) -> None:
    """Keep this from being erased. Harmless when it is held already."""
    kind = "client" if isinstance(what, Client) else "entry"
    given = {"practice_id": what.practice_id, "reason": reason[:200], "by": by, "at": now}
    _, new = Hold.objects.get_or_create(**{kind: what}, defaults=given)
    if new:
        audit.record(what.practice_id, "hold", kind, what.pk, by=by, now=now)


@transaction.atomic
def release(what: Client | Entry, *, by: Member | None, now: datetime) -> None:
    """Let it be erased again. Harmless when it is not held."""
    kind = "client" if isinstance(what, Client) else "entry"
    if Hold.objects.filter(**{kind: what}).delete()[0]:
        audit.record(what.practice_id, "release", kind, what.pk, by=by, now=now)


def move_client(keep: Client, gone: Client) -> None:
    """A hold on one of two clients that become one is on both: without it, what is brought to
    the kept one could be too old to stay. Call within a transaction."""
    theirs = Hold.objects.filter(client=gone).first()
    kept = Hold.objects.filter(client=keep).first()
    if theirs is None:
        return
    if kept is None:
        Hold.objects.filter(pk=theirs.pk).update(client=keep)
        return
    reasons = dict.fromkeys(one.reason for one in (kept, theirs) if one.reason)
    Hold.objects.filter(pk=kept.pk).update(reason="; ".join(reasons)[:200])
    theirs.delete()


def holds_on(clients: Collection[Client]) -> list[Hold]:
    """The holds on these clients and on anything of theirs."""
    of_client = Hold.objects.filter(client__in=clients)
    placed = EntryClient.objects.filter(client__in=clients, entry=OuterRef("entry"))
    of_entries = Hold.objects.filter(Exists(placed), entry__isnull=False)
    return [*of_client.select_related("by"), *of_entries.select_related("by")]


def refuse(clients: Collection[Client]) -> None:
    """Raises Held."""
    if holds_on(clients):
        raise Held


def not_held(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Those of the entries that no hold keeps, neither their own nor a client's."""
    placed = EntryClient.objects.filter(entry=OuterRef("pk"), client__holds__isnull=False)
    return entries.filter(~Exists(Hold.objects.filter(entry=OuterRef("pk"))), ~Exists(placed))


def messages_not_held(practice: int, messages: QuerySet[Message]) -> QuerySet[Message]:
    """Those of the messages in no register that are neither about a client under hold nor to one
    of theirs."""
    of_it = Q(client=OuterRef("client")) | Q(client=OuterRef("client__merged_into"))
    free = messages.filter(~Exists(Hold.objects.filter(of_it)))
    points = ContactPoint.objects.filter(practice=practice, kind=ContactPoint.EMAIL)
    held = points.filter(contact__clients__holds__isnull=False).values_list("norm", flat=True)
    return free.exclude(pk__in=sent_to(free, set(held)))
