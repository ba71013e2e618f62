"""Verbs that touch every room, top to bottom (MODEL 2)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from postroom.appointments import merging as book
from postroom.clients import merging as clients
from postroom.clients.models import Client
from postroom.custody import holding
from postroom.practice import audit
from postroom.practice.audit import Deed
from postroom.practice.models import Member
from postroom.register import merging as register


class NotTwoClients(Exception):
    """One and the same client, one of another practice, or one that was merged already."""


@transaction.atomic
def merge(
    keep: Client,
    gone: Client,
    *,
    by: Member | None,
    now: datetime,
    who: str = "",
) -> Client:
    """Give all that `gone` has to `keep`, and leave `gone` as an empty row that leads there.

    Cannot be undone. `who`: the practice system's token, where no member asked.
    Raises NotTwoClients; nothing is changed then.
    """
    rows = Client.objects.select_for_update().filter(practice=keep.practice_id, merged_into=None)
    # In one order, so that two merges of the same two clients wait for each other.
    found = {row.pk: row for row in rows.filter(pk__in=[keep.pk, gone.pk]).order_by("pk")}
    if len(found) != 2:
        raise NotTwoClients
    keep, gone = found[keep.pk], found[gone.pk]
    folded = clients.twins(keep, gone)
    entries = register.move_client(keep, gone, folded)
    dates = book.move_client(keep, gone, folded)
    holding.move_client(keep, gone)
    clients.move_client(keep, gone, folded, by=by)
    data = {"kept": keep.pk, "gone": gone.pk, "entries": entries, "dates": dates}
    deeds = [
        Deed("merge_client", "client", keep.pk, data),
        Deed("merged_client", "client", gone.pk, data),
    ]
    audit.record_all(keep.practice_id, deeds, by=by, now=now, who=who)
    return keep


def gather(now: datetime) -> int:
    """Bring to the kept client what was filed or booked under a merged one while the two were
    being merged; how many rows. Run by the clock, and safe to run twice."""
    holding = Q(placements__isnull=False)
    holding |= Q(appointments__isnull=False) | Q(due_items__isnull=False)
    strays = Client.objects.exclude(merged_into=None).filter(holding).distinct()
    return sum(_bring(gone, now) for gone in strays.select_related("merged_into"))


@transaction.atomic
def _bring(gone: Client, now: datetime) -> int:
    keep = gone.merged_into
    assert keep is not None
    entries, dates = register.move_client(keep, gone), book.move_client(keep, gone, [])
    data = {"kept": keep.pk, "gone": gone.pk, "entries": entries, "dates": dates}
    audit.record(keep.practice_id, "merge_client", "client", keep.pk, by=None, now=now, data=data)
    return entries + dates
