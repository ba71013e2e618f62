"""Roles: which rights each one has, and roles of the practice's own."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from postroom.practice import audit, events
from postroom.practice.actions import Refused
from postroom.practice.models import Invitation, Member, Practice, Role
from postroom.practice.rules import may_give, rights_of_role


@transaction.atomic
def add_role(
    practice: Practice, name: str, rights: Iterable[str], *, by: Member | None, now: datetime
) -> Role:
    """A role of the practice's own. Raises Refused for rights that `by` does not have."""
    Practice.objects.select_for_update().get(pk=practice.pk)  # one key at a time
    key = _free_key(practice, name)
    kept = rights_of_role(key, rights)
    _need_rights(by, kept)
    role = Role.objects.create(practice=practice, key=key, name=name, rights=kept)
    audit.record(practice.pk, "add", "role", role.pk, by=by, now=now, data={"rights": kept})
    return role


@transaction.atomic
def save_role(
    role: Role, name: str, rights: Iterable[str], *, by: Member | None, now: datetime
) -> bool:
    """Rename a role and set its rights; whether anything changed. It counts from the next request.

    A seeded role under its own name keeps being translated. Raises Refused for rights that `by`
    does not have.
    """
    role = Role.objects.select_for_update().get(pk=role.pk)
    kept = rights_of_role(role.key, rights)
    added = [right for right in kept if right not in role.rights]
    removed = [right for right in role.rights if right not in kept]
    _need_rights(by, added + removed)
    if name == str(Role.SEEDED.get(role.key, "")):
        name = ""
    if not (added or removed or name != role.name):
        return False
    data = {"added": added, "removed": removed, "renamed": name != role.name}
    role.name, role.rights = name, kept
    role.save(update_fields=["name", "rights"])
    audit.record(role.practice_id, "change", "role", role.pk, by=by, now=now, data=data)
    events.tell(role.practice_id, events.MEMBER, [role.pk], now=now)
    return True


@transaction.atomic
def remove_role(role: Role, *, by: Member | None, now: datetime) -> None:
    """Remove a role nobody has or had. Raises Refused, saying why."""
    Practice.objects.select_for_update().get(pk=role.practice_id)
    if role.key in Role.SEEDED:
        raise Refused(_("“%s” is one of the roles every practice has. It stays.") % str(role))
    if role.members.exists():
        raise Refused(
            _("“%s” is the role of somebody, here or gone. Give them another one first.")
            % str(role)
        )
    waiting = Invitation.objects.filter(role=role, accepted_at=None, withdrawn_at=None)
    if waiting.filter(expires_at__gt=now).exists():
        raise Refused(_("Somebody is invited as “%s”. Withdraw the invitation first.") % str(role))
    audit.record(role.practice_id, "remove", "role", role.pk, by=by, now=now)
    role.delete()


def _need_rights(by: Member | None, rights: list[str]) -> None:
    if by is not None and not may_give(by.role.key, by.role.rights, rights):
        raise Refused(_("You can only give or take rights that you have yourself."))


def _free_key(practice: Practice, name: str) -> str:
    base = slugify(name)[:40] or "role"
    taken = {*practice.roles.values_list("key", flat=True), *Role.SEEDED}
    return next(
        key
        for key in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
        if key not in taken
    )
