"""Members: what is known of them, their role, their leaving and coming back."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from postroom.practice import audit, events, factors, seats
from postroom.practice.actions import Refused
from postroom.practice.models import AccessToken, Member, Practice, Role
from postroom.practice.rules import ADMINISTRATOR, may_give


@transaction.atomic
def save_member(
    member: Member, facts: dict[str, Any], *, by: Member | None, now: datetime
) -> list[str]:
    """Change what is known of a member; the names of the fields that changed."""
    changed = [field for field, value in facts.items() if getattr(member, field) != value]
    if changed:
        for field in changed:
            setattr(member, field, facts[field])
        member.save(update_fields=changed)
        _record("change", member, by=by, now=now, data={"fields": changed})
    return changed


@transaction.atomic
def change_role(member: Member, role: Role, *, by: Member | None, now: datetime) -> bool:
    """Give a member another role; it counts from the next request. False when it is theirs.

    Raises Refused for the last administrator, and for rights that `by` does not have.
    """
    member = _locked(member)
    if member.role_id == role.pk:
        return False
    need_at_least(by, role, member.role)
    if member.active:
        _need_another_administrator(member)
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    _record("role", member, by=by, now=now, data={"from": before.key, "to": role.key})
    return True


@transaction.atomic
def deactivate(member: Member, *, by: Member | None, now: datetime) -> None:
    """Somebody leaves: signed out everywhere, no way in, their tokens revoked; at once (BS-110).

    What they filed and wrote stays. Raises Refused for oneself and for the last administrator.
    """
    member = _locked(member)
    if not member.active:
        return
    if by is not None and by.pk == member.pk:
        raise Refused(_("You cannot end your own access: ask another administrator."))
    need_at_least(by, member.role)
    _need_another_administrator(member)
    member.active, member.left_at = False, now
    member.save(update_fields=["active", "left_at"])
    AccessToken.objects.filter(created_by=member, revoked_at=None).update(revoked_at=now)
    seats.end_all(member.user)
    _record("deactivate", member, by=by, now=now)


@transaction.atomic
def readmit(member: Member, *, by: Member | None, now: datetime) -> None:
    """Let a former member in again, in their old role. Raises Refused for rights `by` lacks."""
    member = _locked(member)
    if member.active:
        return
    need_at_least(by, member.role)
    member.active, member.left_at = True, None
    member.save(update_fields=["active", "left_at"])
    _record("readmit", member, by=by, now=now)


@transaction.atomic
def reset_second_factor(member: Member, *, by: Member | None, now: datetime) -> int:
    """Forget somebody's apps, passkeys and recovery codes, and sign them out; how many factors
    went. For the installer: the person may belong to other practices too."""
    gone = factors.remove_all(member.user)
    seats.end_all(member.user)
    _record("reset-factor", member, by=by, now=now)
    return gone


def need_at_least(by: Member | None, *roles: Role) -> None:
    """Raises Refused where one of these roles may do what `by` may not."""
    if by is None:
        return
    for role in roles:
        if not may_give(by.role.key, by.role.rights, role.rights):
            raise Refused(
                _("The role “%s” may do more than yours: ask an administrator.") % str(role)
            )


def _need_another_administrator(member: Member) -> None:
    if member.role.key != ADMINISTRATOR:
        return
    others = Member.objects.filter(
        practice=member.practice_id, active=True, role__key=ADMINISTRATOR
    ).exclude(pk=member.pk)
    if not others.exists():
        raise Refused(
            _("%s is the last administrator. Give somebody else that role first.") % member.name
        )


def _locked(member: Member) -> Member:
    """The member as they are now; two administrators cannot demote each other at once."""
    Practice.objects.select_for_update().get(pk=member.practice_id)
    return Member.objects.select_related("role", "user").get(pk=member.pk)


def _record(
    action: str,
    member: Member,
    *,
    by: Member | None,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    audit.record(member.practice_id, action, "member", member.pk, by=by, now=now, data=data)
    events.tell(member.practice_id, events.MEMBER, [member.pk], now=now)
