"""Whether the reason for a message has gone by the time it is its turn (RELIABILITY 1.2 and 1.3).

Whoever queues it says so as data, and it is asked again when the message is claimed:

    {"client": 44, "came_since": "2026-11-02T08:00:00+00:00"}   they have come since
    {"client": 44, "has_next": true}                            they have an appointment again
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from postroom.appointments.models import Appointment
from postroom.clients.models import Client
from postroom.outbox import rules
from postroom.outbox.models import Message

_KNOWN = {"client", "came_since", "has_next"}


def checked(condition: Mapping[str, Any]) -> dict[str, Any]:
    """A condition as it may be queued. Raises ValueError for one that could never be judged."""
    if not condition:
        return {}
    came = condition.get("came_since")
    if type(condition.get("client")) is not int or not set(condition) <= _KNOWN:
        raise ValueError(f"nobody knows how to judge {condition}")
    if came is None and condition.get("has_next") is not True:
        raise ValueError(f"never withdrawn: {condition}")
    if came is not None and datetime.fromisoformat(came).tzinfo is None:
        raise ValueError(f"a time without its zone: {came}")
    return dict(condition)


def without_reason(
    messages: Sequence[Message], now: datetime
) -> dict[int, tuple[str, dict[str, str]]]:
    """Of messages of one practice, those to withdraw: why, and when the appointment is. Those
    without a condition cost nothing."""
    asked = [message for message in messages if message.withdraw_if]
    if not asked:
        return {}
    kept = _kept({message.withdraw_if["client"] for message in asked})
    book = Appointment.objects.filter(practice=asked[0].practice_id, client__in=set(kept.values()))
    came = dict(book.have_come(now).order_by("start").values_list("client", "start"))
    coming = dict(book.to_come(now).order_by("-start").values_list("client", "start"))
    found = {}
    for message in asked:
        client = kept[message.withdraw_if["client"]]
        since, last, next_ = message.withdraw_if.get("came_since"), came.get(client), None
        if message.withdraw_if.get("has_next"):
            next_ = coming.get(client)
        if since and last and last >= datetime.fromisoformat(since):
            found[message.pk] = rules.HAS_COME, {"start": last.isoformat()}
        elif next_:
            found[message.pk] = rules.HAS_NEXT, {"start": next_.isoformat()}
    return found


def _kept(clients: Collection[int]) -> dict[int, int]:
    """Each client, and as whom they go on where two records were merged since."""
    kept = {client: client for client in clients}
    while merged := dict(
        Client.objects.filter(pk__in=set(kept.values()), merged_into__isnull=False).values_list(
            "pk", "merged_into"
        )
    ):
        kept = {client: merged.get(one) or one for client, one in kept.items()}
    return kept
