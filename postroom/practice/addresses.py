"""A member's own addresses: further ones, and the one by which a person signs in (BS-111)."""

from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from postroom.kit.addresses import normalise_email
from postroom.kit.tokens import new_token, token_hash
from postroom.practice import audit, links
from postroom.practice.actions import Refused
from postroom.practice.models import Member, MemberAddress, OneTimeLink, Practice, User
from postroom.practice.system_mail import NotSent, deliver

KEPT = timedelta(hours=24)


@transaction.atomic
def add_address(member: Member, value: str, *, by: Member | None, now: datetime) -> MemberAddress:
    """Mail from this address is the member's own, never a client's (RX-118). Raises Refused."""
    norm = normalise_email(value)
    if not norm:
        raise Refused(_("This is not an email address."))
    practice = member.practice_id
    Practice.objects.select_for_update().get(pk=practice)  # two people with one address
    members = Member.objects.filter(practice=practice, active=True).select_related("user")
    taken = any(normalise_email(one.user.email) == norm for one in members)
    if taken or MemberAddress.objects.filter(practice=practice, norm=norm).exists():
        raise Refused(_("Somebody of the practice has this address already."))
    address = MemberAddress.objects.create(
        practice_id=practice, member=member, value=value.strip(), norm=norm
    )
    audit.record(practice, "add", "member_address", address.pk, by=by, now=now)
    return address


@transaction.atomic
def remove_address(address: MemberAddress, *, by: Member | None, now: datetime) -> None:
    """Mail from it is anybody's again."""
    audit.record(address.practice_id, "remove", "member_address", address.pk, by=by, now=now)
    address.delete()


def is_a_clients(practice_id: int, address: str) -> bool:
    """Whether a client has it too: letters from it are then filed on nobody's record (RX-118).

    Clients are up the stairs: asked by their table's name.
    """
    norm = normalise_email(address)
    points = apps.get_model("clients.ContactPoint")._base_manager.filter(
        practice=practice_id, kind="email", norm=norm, contact__professional=False
    )
    return bool(norm) and points.exists()


def ask_new_email(member: Member, email: str, *, now: datetime) -> None:
    """Send a link to the address by which this person wants to sign in from now on.

    An address that somebody else signs in with gets no link, and the person asking learns nothing
    of it: it may be of another practice. Raises Refused where the letter could not be sent.
    """
    email, user = email.strip().lower(), member.user
    if email == user.email:
        raise Refused(_("This is your address already."))
    if User.objects.filter(email=email).exists():
        return
    token = new_token()
    with transaction.atomic():
        links.void(user, OneTimeLink.ADDRESS, now)  # the newest alone counts
        link = OneTimeLink.objects.create(
            user=user,
            purpose=OneTimeLink.ADDRESS,
            email=email,
            hash=token_hash(token),
            created_at=now,
            expires_at=now + KEPT,
        )
        audit.record(member.practice_id, "ask-email", "member", member.pk, by=member, now=now)
    about = {
        "member": member,
        "practice": member.practice,
        "link": settings.ADDRESS + reverse("practice:confirm_email", args=[token]),
        "hours": int(KEPT.total_seconds() // 3600),
    }
    try:
        deliver(
            email,
            _("Confirm your new address"),
            render_to_string("practice/mail/new_email.txt", about),
        )
    except NotSent as why:
        link.delete()
        raise Refused(
            _("Postroom could not send the link, so your address stays. Ask who installed it.")
        ) from why


def find(token: str, *, now: datetime) -> OneTimeLink | None:
    """The link, while it is good."""
    return links.find(token, OneTimeLink.ADDRESS, now)


def confirm_email(link: OneTimeLink, *, now: datetime) -> str:
    """The person signs in with the new address from now on; gives the old one.

    The old one is told. Raises Refused where the link was used meanwhile or the address taken.
    """
    old = link.user.email
    try:
        with transaction.atomic():
            _change_email(link, now=now)
    except IntegrityError as error:
        raise Refused(_("Somebody else signs in with this address by now.")) from error
    body = render_to_string("practice/mail/email_changed.txt", {"email": link.email})
    try:
        deliver(old, _("Your address for signing in has changed"), body)
    except NotSent:
        return old  # it is done and in the audit; there is nobody left to tell
    return old


def _change_email(link: OneTimeLink, *, now: datetime) -> None:
    """The link is used, and so are those that went to the old address."""
    user = link.user
    good = OneTimeLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now)
    if not good.update(used_at=now):
        raise Refused(_("This link can no longer be used. Ask for a new one in your profile."))
    OneTimeLink.objects.filter(user=user, used_at=None).update(used_at=now)
    user.email = link.email
    user.save(update_fields=["email"])
    for member in Member.objects.filter(user=user):
        audit.record(
            member.practice_id,
            "change",
            "member",
            member.pk,
            by=member,
            now=now,
            data={"fields": ["email"]},
        )
