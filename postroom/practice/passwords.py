"""Changing a password, and getting in when it is forgotten.

Asking for a reset does the same work whether the address is known or not: one sealed task. The
worker then looks whose address it is; the page's answer and its time tell nothing.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from postroom.kit.background import task
from postroom.practice import deeds, links, mailing, seats, system_mail
from postroom.practice.models import Member, OneTimeLink, SignedIn, User

LASTS = timedelta(hours=1)
AT_MOST = 3  # open links of one person: nobody's mailbox is filled with them
PLACE = "password reset"


def ask_reset(email: str) -> None:
    """Send a link to this address if somebody signs in with it."""
    write_link.enqueue(settings.KEYRING.seal(email.strip().lower(), PLACE))


@task()
def write_link(sealed: str) -> None:
    """The part of `ask_reset` that knows who is who."""
    send_link(settings.KEYRING.open(sealed, PLACE), timezone.now())


@transaction.atomic
def send_link(email: str, now: datetime) -> bool:
    """Mail a link that is good for an hour, once; False when nobody should get one."""
    user = User.objects.filter(email=email, is_active=True).first()
    member = Member.objects.of(user).order_by("id").first() if user else None
    if user is None or member is None:
        return False
    lately = user.links.filter(purpose=OneTimeLink.RESET, created_at__gt=now - LASTS)
    if lately.count() >= AT_MOST:
        return False
    token = links.make(user, OneTimeLink.RESET, email=email, lasts=LASTS, now=now)
    address = settings.ADDRESS + reverse("practice:new_password", args=[token])
    with translation.override(member.language or member.practice.language):
        mailing.send(
            email,
            _("Choose a new password for Postroom"),
            _(
                "Somebody asked for a new password for %(email)s. If that was you, open this "
                "link within an hour and choose one:\n\n%(address)s\n\nThe link works once. If "
                "it was not you, do nothing: your password stays as it is."
            )
            % {"email": email, "address": address},
        )
    return True


@transaction.atomic
def reset(link: OneTimeLink, password: str, now: datetime) -> bool:
    """Use a link to give its owner a new password: all their sessions end. False: too late."""
    if not links.use(link, now):
        return False
    links.void(link.user, OneTimeLink.RESET, now)
    _set(link.user, password)
    seats.end_all(link.user)
    deeds.record_own(link.user, "reset-password", now=now)
    _tell(link.user)
    return True


@transaction.atomic
def change(user: User, password: str, *, seat: SignedIn | None, now: datetime) -> None:
    """A new password; sessions elsewhere end, this one stays."""
    links.void(user, OneTimeLink.RESET, now)
    _set(user, password)
    seats.end_all(user, but=seat)
    deeds.record_own(user, "change-password", now=now)
    _tell(user)


def _set(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])


def _tell(user: User) -> None:
    member = Member.objects.of(user).order_by("id").first()
    if member is None or not system_mail.is_set_up():
        return
    with translation.override(member.language or member.practice.language):
        mailing.send(
            user.email,
            _("Your password for Postroom was changed"),
            _(
                "The password of %(email)s was changed just now, and sessions elsewhere were "
                "ended. If that was not you, ask for a new password at once and tell the "
                "administrator of your practice."
            )
            % {"email": user.email},
        )
