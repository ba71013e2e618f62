"""Verbs: families, households and groups of companies (MG-25)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from postroom.clients.mending import Change, told, wanted
from postroom.clients.models import Client, Group, GroupMember
from postroom.practice import audit
from postroom.practice.models import Member


class NameTaken(Exception):
    """Another group of the practice is called so."""


@transaction.atomic
def join(client: Client, name: str, *, by: Member, now: datetime) -> Group:
    """Put a client in the group of this name, which is made when there is none."""
    group = _called(client.practice_id, name)
    if group is None:
        group, _ = Group.objects.get_or_create(practice_id=client.practice_id, name=name)
    _, new = GroupMember.objects.get_or_create(
        group=group, client=client, defaults={"practice_id": client.practice_id}
    )
    if new:
        _note(client, "join_group", {"group": group.pk}, by=by, now=now)
    return group


@transaction.atomic
def leave(client: Client, group: Group, *, by: Member, now: datetime) -> None:
    """Take a client out of a group; a group without clients is no more."""
    removed, _ = GroupMember.objects.filter(group=group, client=client).delete()
    if not removed:
        return
    _note(client, "leave_group", {"group": group.pk}, by=by, now=now)
    if not group.members.exists():
        Group.objects.filter(pk=group.pk).delete()


@transaction.atomic
def rename(group: Group, change: Change, *, by: Member, now: datetime) -> None:
    """Give a group another name. Raises NameTaken or ChangedMeanwhile."""
    row = Group.objects.select_for_update().get(pk=group.pk)
    done = wanted({"name": change}, {"name": row.name})
    if not done:
        return
    other = _called(row.practice_id, change.new)
    if other is not None and other.pk != row.pk:
        raise NameTaken
    row.name = change.new
    row.save()
    audit.record(row.practice_id, "rename_group", "group", row.pk, by=by, now=now, data=told(done))


def _called(practice_id: int, name: str) -> Group | None:
    """The group of this name; capitals do not matter."""
    groups = Group.objects.filter(practice=practice_id)
    return groups.filter(name=name).first() or groups.filter(name__iexact=name).first()


def _note(client: Client, action: str, data: dict[str, Any], *, by: Member, now: datetime) -> None:
    audit.record(client.practice_id, action, "client", client.pk, by=by, now=now, data=data)
