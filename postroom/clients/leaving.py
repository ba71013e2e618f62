"""A client is no longer in the practice's own system; what was written stays."""

from datetime import datetime

from django.db import transaction

from postroom.clients.models import Client
from postroom.practice import audit


@transaction.atomic
def mark_gone(client: Client, *, now: datetime, who: str = "") -> bool:
    """Say so of this client; False where it was said already. `who`: the program that told us."""
    if not Client.objects.filter(pk=client.pk, gone_at=None).update(gone_at=now):
        return False
    audit.record(
        client.practice_id,
        "mark_gone",
        "client",
        client.pk,
        by=None,
        now=now,
        who=who,
    )
    return True
