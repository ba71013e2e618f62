"""For whom a person filed an address by hand: an earlier choice is told at the next letter, and
decides nothing (PE-24)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from postroom.register.models import EarlierChoice, Entry
from postroom.register.rules import NOBODYS_ADDRESS, PROFESSIONAL


def learn(entry: Entry, reason: str, clients: Iterable[int], now: datetime) -> list[int]:
    """A person filed a letter that waited for this reason; the clients it is noted of.

    Not where the sender's address says nothing of whom the letter is about. Call within the
    transaction that files it.
    """
    if not entry.sender_norm or entry.owner_id or entry.direction == Entry.OUT:
        return []
    if reason in (*NOBODYS_ADDRESS, PROFESSIONAL):
        return []
    chosen = list(clients)
    for client in chosen:
        row, made = EarlierChoice.objects.get_or_create(
            practice_id=entry.practice_id,
            norm=entry.sender_norm,
            client_id=client,
            defaults={"at": now},
        )
        if not made:
            EarlierChoice.objects.filter(pk=row.pk).update(times=F("times") + 1, at=now)
    return chosen


def unlearn(entry: Entry, clients: Iterable[int]) -> None:
    """Such a filing was taken back; harmless where it was not noted."""
    rows = EarlierChoice.objects.filter(
        practice=entry.practice_id, norm=entry.sender_norm, client__in=list(clients)
    )
    rows.filter(times__lte=1).delete()
    rows.update(times=F("times") - 1)


def chosen(practice_id: int, norms: Iterable[str]) -> dict[str, list[int]]:
    """Address -> the clients somebody filed its letters to, the last choice first."""
    found: dict[str, list[int]] = defaultdict(list)
    wanted = {norm for norm in norms if norm}
    if wanted:
        rows = EarlierChoice.objects.filter(practice=practice_id, norm__in=wanted)
        for norm, client in rows.order_by("-at", "-pk").values_list("norm", "client"):
            found[norm].append(client)
    return found
