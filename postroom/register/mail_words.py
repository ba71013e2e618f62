"""What a letter is, besides its text, in words: reports, invitations, signatures, kinds of file."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from postroom.kit.mime import Failure, Letter
from postroom.register import invitations
from postroom.register.invitations import Invitation

MESSAGES = ("message/rfc822", "message/global", "message/news")
_WRAPPINGS = ("application/ms-tnef", "application/vnd.ms-tnef")
_SIGNATURES = (
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
)
_ENVELOPES = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
_REPORTS = (
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
)


def failed(failure: Failure) -> str:
    """One sentence: which address did not get a letter, and why."""
    address = failure.address or pgettext("no address known", "somebody")
    why = {
        "unknown": _("There is no such address."),
        "full": _("The mailbox there is full."),
        "too-big": _("The message is too big for it."),
        "blocked": _("The other mail server refused the message."),
    }.get(failure.reason, "")
    said = (
        _("‹%(address)s› did not get the message.")
        if failure.permanent
        else _("‹%(address)s› has not got the message yet; the mail server keeps trying.")
    )
    return " ".join(filter(None, (said % {"address": address}, why)))


def kept_shut(mail: Letter) -> list[str]:
    """What cannot be read or checked here, and what to do."""
    notes = {
        "smime": _("It is encrypted (S/MIME). Download it to open it in your mail program."),
        "pgp": _("It is encrypted (PGP). Download it to open it in your mail program."),
        "signed-smime": _("It is signed (S/MIME). Postroom does not check the signature."),
        "signed-pgp": _("It is signed (PGP). Postroom does not check the signature."),
    }
    code = mail.encrypted or (mail.signed and f"signed-{mail.signed}")
    return [notes[code]] if code else []


def what(media_type: str, name: str, locked: bool = False) -> str:
    """A word on a file that no browser opens by itself; "" where its name says enough (XP-42)."""
    name = name.lower()
    if locked:
        return _("opens with a password")
    if media_type in MESSAGES or name.endswith(".eml"):
        return _("a message")
    if name.endswith(".msg") or media_type == "application/vnd.ms-outlook":
        return _("a message from Outlook")
    if media_type in _WRAPPINGS or name == "winmail.dat":
        return _("Outlook’s wrapping: its files are listed too")
    if media_type.startswith(("image/heic", "image/heif")) or name.endswith((".heic", ".heif")):
        return _("a photo from a phone")
    if media_type.startswith("audio/"):
        return _("a voice message or a sound")
    if media_type.startswith("video/"):
        return _("a film")
    if invitations.is_calendar(media_type, name):
        return _("an invitation")
    if media_type in _SIGNATURES:
        return _("the signature")
    if media_type in _ENVELOPES:
        return _("encrypted")
    if media_type in _REPORTS:
        return _("the technical report")
    return ""


def state(invitation: Invitation) -> str:
    """What the sender wants: the heading of an invitation."""
    if invitation.state == invitations.ANSWERED:
        answer = {
            "accepted": _("%(who)s accepts the invitation"),
            "declined": _("%(who)s declines the invitation"),
            "tentative": _("%(who)s accepts the invitation with reserve"),
        }.get(invitation.answer, _("%(who)s answers the invitation"))
        return answer % {"who": invitation.who or pgettext("no address known", "somebody")}
    return {
        invitations.ASKED: _("Invitation"),
        invitations.CHANGED: _("Invitation, changed"),
        invitations.CANCELLED: _("Cancelled"),
        invitations.TOLD: _("Event"),
    }[invitation.state]


def when(invitation: Invitation) -> str:
    """Day and hours in the practice's zone."""
    if invitation.starts is None:
        return ""
    first, last = invitation.starts, invitation.ends or invitation.starts
    if invitation.all_day:
        days = [date_format(moment, "DATE_FORMAT") for moment in (first, last)]
        return days[0] if days[0] == days[1] else " – ".join(days)
    first, last = timezone.localtime(first), timezone.localtime(last)
    if first == last:
        return _on(first)
    if first.date() == last.date():
        return f"{_on(first)} – {time_format(last, 'TIME_FORMAT')}"
    return f"{_on(first)} – {_on(last)}"


def _on(moment: datetime) -> str:
    return f"{date_format(moment, 'DATE_FORMAT')}, {time_format(moment, 'TIME_FORMAT')}"
