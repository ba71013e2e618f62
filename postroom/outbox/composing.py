"""From a draft to the letter that leaves: signature, quotation, its text and its clean HTML."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from postroom.clients.models import ContactPoint
from postroom.connections.models import SmtpAccount
from postroom.kit import light
from postroom.kit.addresses import normalise_email
from postroom.kit.mime import Letter
from postroom.outbox import addressing
from postroom.outbox.draft_models import Draft
from postroom.outbox.letter import OutgoingLetter
from postroom.outbox.template_models import Enclosure
from postroom.practice.models import Member
from postroom.practice.signatures import signature_of
from postroom.register.letters import letter as letter_of
from postroom.register.models import Entry

MOST = 25_000_000  # bytes of files: what common servers take once they are encoded
QUOTED = 200_000  # characters of the letter below

# As plain as can be: what every mail program shows alike, on a phone and in the dark.
_FONTS = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_BODY = f"font-family:{_FONTS};font-size:15px;line-height:1.5"
_QUOTE = "margin:0 0 0 8px;padding:0 0 0 12px;border-left:2px solid #b9b9b9"


@dataclass(frozen=True)
class Quote:
    """The letter below: its introduction, and its lines."""

    introduction: str
    lines: list[str]
    marked: bool  # quoted in an answer; what is passed on stands as it is


def account_for(member: Member, *, mine: bool = False) -> SmtpAccount | None:
    """The account to send by: one's own where `mine` is asked for and there is one, else the
    practice's first."""
    usable = list(SmtpAccount.objects.usable_by(member))
    own = [one for one in usable if one.owner_id]
    shared = [one for one in usable if not one.owner_id]
    return next(iter([*own, *shared] if mine else [*shared, *own]), None)


def signature(member: Member) -> str:
    """What stands under a letter; never nothing: a letter says who wrote it."""
    lines = [member.full_name, member.job, member.practice.name]
    return signature_of(member) or "\n".join(line for line in lines if line)


def language_of(draft: Draft) -> str:
    """What the letter is written in, as far as anybody said."""
    said = (
        draft.template.template.language if draft.template else "",
        draft.contact.language if draft.contact else "",
        draft.client.language if draft.client else "",
    )
    return next((code for code in said if code), draft.practice.language)


def quote_of(draft: Draft) -> Quote | None:
    """The letter that is answered or passed on, as it stands below; None where there is none."""
    if not draft.quote or draft.origin is None:
        return None
    mail = letter_of(draft.origin)
    with translation.override(language_of(draft)):
        passed_on = draft.way == Draft.FORWARD
        said = _passed_on(draft.origin, mail) if passed_on else _introduction(draft.origin)
    lines = mail.text[:QUOTED].rstrip().split("\n")
    return Quote(said, lines, marked=not passed_on)


def text_of(draft: Draft, sign: str) -> str:
    """The plain text of the whole letter."""
    parts = [light.plain(draft.text).rstrip(), sign]
    if quote := quote_of(draft):
        lines = [_marked(line) for line in quote.lines] if quote.marked else quote.lines
        parts.append("\n".join([quote.introduction, *([] if quote.marked else [""]), *lines]))
    return "\n\n".join(part for part in parts if part) + "\n"


def body_of(draft: Draft, sign: str, *, styled: bool) -> str:
    """The same as HTML. `styled` for a mail, which brings no style sheet; a page has its own."""
    quoted = f' style="{_QUOTE}"' if styled else ""
    parts = [light.html(draft.text)]
    if sign:
        parts.append(f"<p>{_lines(sign.split(chr(10)))}</p>")
    if quote := quote_of(draft):
        lines = _lines(quote.lines)
        head = f"<p>{_lines(quote.introduction.split(chr(10)))}</p>"
        below = f"<blockquote{quoted}>{lines}</blockquote>" if quote.marked else f"<p>{lines}</p>"
        parts.append(head + below)
    return "".join(parts)


def html_of(draft: Draft, sign: str) -> str:
    """The HTML part."""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language_of(draft))}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"></head>'
        f'<body style="{_BODY}">{body_of(draft, sign, styled=True)}</body></html>\n'
    )


@dataclass(frozen=True)
class OwnAnswers:
    """Where answers to oneself go: to one's own account, else to where one signs in with."""

    address: str
    has_account: bool


def own_answers(member: Member) -> OwnAnswers:
    """To be said before sending: without an account of one's own it is an address that may be
    private (MG-24)."""
    own = account_for(member, mine=True)
    if own and own.owner_id:
        return OwnAnswers(own.address, has_account=True)
    return OwnAnswers(member.user.email, has_account=False)


def reply_to(draft: Draft, member: Member) -> tuple[addressing.Person, ...]:
    """Where answers go, where that is not whom it is from (MG-24)."""
    account = draft.account
    if account is None:
        return ()
    if draft.replies == Draft.ME:
        address, name = own_answers(member).address, member.full_name
    else:
        shared = account_for(member)
        if shared is None or shared.owner_id:
            return ()
        address, name = shared.address, shared.display_name or draft.practice.name
    same = normalise_email(address) == normalise_email(account.address)
    return () if same else ((name, address),)


def letter_of_draft(
    draft: Draft, member: Member, files: Iterable[Enclosure], *, not_before: datetime | None
) -> OutgoingLetter:
    """The letter as the outbox takes it. Raises FileNotFoundError."""
    assert draft.account is not None
    sign = signature(member)
    mine = bool(draft.account.owner_id)
    to = tuple((name, address) for name, address in draft.to)
    cc, bcc = (tuple(addressing.typed(text)[0]) for text in (draft.cc, draft.bcc))
    norms = [normalise_email(address) for _name, address in (*to, *cc, *bcc)]
    points = ContactPoint.objects.filter(
        practice=draft.practice_id, kind=ContactPoint.EMAIL, norm__in=norms
    )
    points = points.filter(contact=draft.contact) if draft.contact else points.none()
    return OutgoingLetter(
        account=draft.account,
        from_name=draft.account.display_name or (member.full_name if mine else draft.practice.name),
        to=to,
        cc=cc,
        bcc=bcc,
        reply_to=reply_to(draft, member),
        subject=draft.subject,
        text=text_of(draft, sign),
        html=html_of(draft, sign),
        files=tuple((one.name, one.type, one.read()) for one in files),
        in_reply_to=draft.origin if draft.way in (Draft.REPLY, Draft.REPLY_ALL) else None,
        clients=(draft.client.pk,) if draft.client else (),
        patients=tuple(draft.patients) if draft.client else (),
        contact_points=tuple(points.values_list("pk", flat=True)),
        to_register=draft.to_register,
        not_before=not_before,
    )


def _introduction(entry: Entry) -> str:
    words = {"when": _moment(entry.at), "who": entry.sender_name or entry.sender_norm}
    return _("On %(when)s, %(who)s wrote:") % words


def _passed_on(entry: Entry, mail: Letter) -> str:
    """The head of a letter that is passed on, as mail programs know it."""
    sender = f"{entry.sender_name} <{entry.sender_norm}>".strip()
    title = _("Forwarded message")
    lines = [f"---------- {title} ----------"]
    if entry.sender_norm:
        lines.append(_("From: %(who)s") % {"who": sender})
    lines.append(_("Date: %(when)s") % {"when": _moment(entry.at)})
    lines.append(_("Subject: %(subject)s") % {"subject": entry.subject})
    if mail.to:
        lines.append(_("To: %(who)s") % {"who": ", ".join(one.address for one in mail.to[:20])})
    return "\n".join(lines)


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


def _marked(line: str) -> str:
    return f">{line}" if line.startswith(">") else f"> {line}".rstrip()


def _lines(lines: Iterable[str]) -> str:
    return "<br>".join(escape(line) for line in lines)
