"""Restricted records that nobody can open any more, because all who could have left."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from postroom.clients.models import Client, ClientAccess
from postroom.practice import audit
from postroom.practice.models import Member


class SomebodyReads(Exception):
    """There is a member who can open it: they decide who else may."""


@transaction.atomic
def name_readers(client: Client, members: Iterable[Member], *, by: Member, now: datetime) -> None:
    """These members may open it from now on. `by` reads nothing by naming them.

    Raises SomebodyReads.
    """
    Client.objects.select_for_update().get(pk=client.pk)
    if not Client.objects.nobodys(by.practice).filter(pk=client.pk).exists():
        raise SomebodyReads
    named = sorted(member.pk for member in members)
    ClientAccess.objects.bulk_create(
        ClientAccess(practice_id=client.practice_id, client=client, member_id=pk) for pk in named
    )
    data = {"members": named}
    audit.record(client.practice_id, "name_readers", "client", client.pk, by=by, now=now, data=data)
