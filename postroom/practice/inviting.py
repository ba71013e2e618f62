"""Inviting people: a place kept for 48 hours, opened once by the link that was sent (PE-55).

open ──accept──→ accepted        The link's secret part is shown or sent once; the row has its
  ├──withdraw──→ withdrawn       digest. Sending again makes a new link, and the old one dies.
  └──48 hours──→ expired ──send again──→ open
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from postroom.kit.tokens import new_token, token_hash
from postroom.practice import audit, events
from postroom.practice.actions import Refused
from postroom.practice.models import Invitation, Member, Practice, Role, User
from postroom.practice.people import need_at_least
from postroom.practice.system_mail import NotSent, deliver

KEPT = timedelta(hours=48)


@dataclass(frozen=True)
class Invited:
    """An invitation with its link; `refusal` says why the link was not sent, or is empty."""

    invitation: Invitation
    link: str
    refusal: str = ""


def invite(
    practice: Practice, email: str, name: str, role: Role, *, by: Member | None, now: datetime
) -> Invited:
    """Keep a place for somebody and send them the link. Raises Refused."""
    return _send(keep_place(practice, email, name, role, by=by, now=now), now=now)


def invite_again(invitation: Invitation, *, by: Member | None, now: datetime) -> Invited:
    """A new link, good for 48 hours from now; the old one is dead. Raises Refused."""
    with transaction.atomic():
        need_at_least(by, invitation.role)
        _need_no_member(invitation.practice, invitation.email)
        token = new_token()
        renewed = _waiting().filter(pk=invitation.pk)
        if not renewed.update(
            hash=token_hash(token), expires_at=now + KEPT, sent_at=None, refusal=""
        ):
            raise Refused(_("This invitation is used or withdrawn. Invite them anew."))
        invitation.refresh_from_db()
        _record("resend", invitation, by=by, now=now)
    return _send(Invited(invitation, _link(token)), now=now)


@transaction.atomic
def keep_place(
    practice: Practice, email: str, name: str, role: Role, *, by: Member | None, now: datetime
) -> Invited:
    """Keep a place and make its link, without sending it. Raises Refused."""
    email = email.strip().lower()
    need_at_least(by, role)
    Practice.objects.select_for_update().get(pk=practice.pk)
    _need_no_member(practice, email)
    waiting = _waiting().filter(practice=practice, email=email)
    if waiting.filter(expires_at__gt=now).exists():
        raise Refused(_("%s is invited already. You can send the invitation again.") % email)
    waiting.update(withdrawn_at=now)  # those that have expired: one line for each person
    token = new_token()
    invitation = Invitation.objects.create(
        practice=practice,
        email=email,
        name=name,
        role=role,
        hash=token_hash(token),
        invited_by=by,
        created_at=now,
        expires_at=now + KEPT,
    )
    _record("invite", invitation, by=by, now=now, data={"role": role.key})
    return Invited(invitation, _link(token))


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Member | None, now: datetime) -> bool:
    """The link opens nothing any more; False when it was used before."""
    if not _waiting().filter(pk=invitation.pk).update(withdrawn_at=now):
        return False
    _record("withdraw", invitation, by=by, now=now)
    return True


def find(token: str) -> Invitation | None:
    """The invitation of a link, whatever became of it."""
    rows = Invitation.objects.select_related("practice", "role", "invited_by")
    return rows.filter(hash=token_hash(token)).first()


def accept_as_new(invitation: Invitation, name: str, password: str, *, now: datetime) -> Member:
    """Somebody who was never here takes their place, with a password of their own.

    Raises Refused where the password is too weak, the link is used up, or the address has an
    account, whose owner must sign in.
    """
    user = User(email=invitation.email)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    user.set_password(password)  # slow on purpose: before the transaction
    try:
        with transaction.atomic():
            user.save()
            return _join(invitation, user, name, now=now)
    except IntegrityError as error:
        raise Refused(_("You have an account here already: sign in with it.")) from error


@transaction.atomic
def accept(invitation: Invitation, user: User, *, now: datetime) -> Member:
    """Somebody who has an account joins with it. Raises Refused."""
    if user.email != invitation.email:
        raise Refused(_("This invitation is for %s.") % invitation.email)
    return _join(invitation, user, invitation.name, now=now)


def _join(invitation: Invitation, user: User, name: str, *, now: datetime) -> Member:
    claimed = _waiting().filter(pk=invitation.pk, expires_at__gt=now)
    if not claimed.update(accepted_at=now):
        raise Refused(_("This invitation can no longer be used. Ask for a new one."))
    member, _created = Member.objects.update_or_create(
        practice=invitation.practice,
        user=user,
        defaults={"role": invitation.role, "active": True, "left_at": None},
        create_defaults={
            "role": invitation.role,
            "name": name,
            "language": invitation.language,
        },
    )
    audit.record(
        member.practice_id,
        "join",
        "member",
        member.pk,
        by=member,
        now=now,
        data={"invitation": invitation.pk, "role": invitation.role.key},
    )
    events.tell(member.practice_id, events.MEMBER, [member.pk], now=now)
    return member


def _send(invited: Invited, *, now: datetime) -> Invited:
    """The row first, the letter after: a link that was not sent is shown to who invited."""
    invitation, practice = invited.invitation, invited.invitation.practice
    about = {
        "invitation": invitation,
        "practice": practice,
        "link": invited.link,
        "hours": int(KEPT.total_seconds() // 3600),
    }
    with translation.override(invitation.language or practice.language):
        subject = _("Your place at %s") % practice.name
        body = render_to_string("practice/mail/invitation.txt", about)
    try:
        deliver(invitation.email, subject, body)
    except NotSent as why:
        Invitation.objects.filter(pk=invitation.pk).update(refusal=str(why))
        return Invited(invitation, invited.link, str(why))
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=now)
    return invited


def _waiting() -> QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None)


def _need_no_member(practice: Practice, email: str) -> None:
    member = Member.objects.filter(practice=practice, user__email=email).first()
    if member and member.active:
        raise Refused(_("%s is a member already.") % email)
    if member:
        raise Refused(_("%s was a member before: let them in again from the list.") % email)


def _link(token: str) -> str:
    return settings.ADDRESS + reverse("practice:invitation", args=[token])


def _record(
    action: str,
    invitation: Invitation,
    *,
    by: Member | None,
    now: datetime,
    data: dict[str, str] | None = None,
) -> None:
    practice, id = invitation.practice_id, invitation.pk
    audit.record(practice, action, "invitation", id, by=by, now=now, data=data)
    events.tell(practice, events.MEMBER, [id], now=now)
