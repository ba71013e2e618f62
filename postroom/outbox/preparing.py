"""What a new letter begins with: to a client, in answer to a letter, or passing one on."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from postroom.clients.models import Client
from postroom.connections.models import SmtpAccount
from postroom.kit.addresses import normalise_email
from postroom.kit.mime import Address
from postroom.outbox import addressing
from postroom.outbox.addressing import Whom
from postroom.outbox.composing import account_for
from postroom.outbox.draft_models import Draft
from postroom.practice.models import Member
from postroom.register.conversing import newest_of
from postroom.register.letters import letter as letter_of
from postroom.register.models import Attachment, Entry, EntryClient

_ANSWERED = re.compile(r"(?:re|ré|rép|aw|sv|antw)\s?:\s", re.I)
_PASSED_ON = re.compile(r"(?:fwd?|tr|wg)\s?:\s", re.I)


@dataclass(frozen=True)
class Prepared:
    """A draft that is not saved yet, and the files of the letter that is passed on."""

    draft: Draft
    files: list[Attachment] = field(default_factory=list)


def may_answer(entry: Entry) -> bool:
    """Only mail is answered; a note, a call, a meeting has nobody to go to (PE-34)."""
    return entry.kind == Entry.EMAIL


def may_pass_on(entry: Entry) -> bool:
    """Mail, and a scan that came by itself; what a member noted never leaves."""
    return entry.kind in (Entry.EMAIL, Entry.LETTER)


def to_client(member: Member, client: Client | None, key: str, now: datetime) -> Prepared:
    """A new letter, to a client in person where one is named."""
    draft = _empty(member, key, now)
    choose(draft, addressing.main_contact(client) if client else None, member)
    draft.client, draft.client_named = client, client is not None
    return Prepared(draft)


def in_answer(member: Member, entry: Entry, way: str, key: str, now: datetime) -> Prepared:
    """An answer to a letter, to its sender or to everybody, or the letter passed on; `way` is
    one of Draft.WAYS. Raises ValueError for what cannot be answered."""
    passes_on = way == Draft.FORWARD
    if not (may_pass_on(entry) if passes_on else may_answer(entry)):
        raise ValueError(f"{entry.kind} {entry.pk} cannot be sent")
    draft = _empty(member, key, now)
    draft.way, draft.origin, draft.quote = way, entry, True
    draft.seen = None if passes_on else newest_of(entry)
    clients = list(Client.objects.open_to(member).filter(placements__entry=entry)[:2])
    draft.client = clients[0] if len(clients) == 1 else None
    draft.client_named = draft.client is not None
    draft.patients = list(entry.about.values_list("patient", flat=True)) if draft.client else []
    if passes_on:
        draft.subject = _marked(entry.subject, "Fwd: ", _PASSED_ON)
        settle(draft, member)
        return Prepared(draft, list(entry.attachments.all()))
    draft.subject = _marked(entry.subject, "Re: ", _ANSWERED)
    _address(draft, member, entry, everybody=way == Draft.REPLY_ALL)
    settle(draft, member)
    return Prepared(draft)


def choose(draft: Draft, whom: Whom | None, member: Member) -> None:
    """Write to this person, at the main address, about that client."""
    add(draft, whom)
    settle(draft, member)


def add(draft: Draft, whom: Whom | None) -> None:
    """This person to whom it goes; from whom it is stays as it is."""
    draft.contact = whom.contact if whom else None
    if whom and whom.address:
        person = [whom.contact.name, whom.address]
        if normalise_email(whom.address) not in {normalise_email(a) for _, a in draft.to}:
            draft.to = [*draft.to, person]
    if whom and whom.client and draft.client is None:
        draft.client = whom.client


@dataclass(frozen=True)
class Ways:
    """From whom a letter is, where answers go, and whether it is in the register."""

    account: SmtpAccount | None
    replies: str
    to_register: bool


def settle(draft: Draft, member: Member) -> None:
    """The ways of a letter about which nobody has said anything."""
    usual = ways(draft, member)
    draft.account, draft.replies = usual.account, usual.replies
    draft.to_register = usual.to_register


def settle_again(draft: Draft, member: Member, before: Ways) -> None:
    """The same when it goes to somebody else, but for what a person has chosen: what is not as it
    would have been of itself `before` (DESIGN 5)."""
    usual = ways(draft, member)
    if draft.account == before.account:
        draft.account = usual.account
    if draft.replies == before.replies:
        draft.replies = usual.replies
    if draft.to_register == before.to_register:
        draft.to_register = usual.to_register


def ways(draft: Draft, member: Member) -> Ways:
    """From whom it is and where answers go, when nobody has said (MG-24, BS-107): to a client the
    practice and the team, to a professional oneself; in the register where a client is named.

    What answers a letter of one's own that is on no record is one's own, too: it quotes what
    nobody else may read, and filing is publishing (MG-3).
    """
    private = draft.origin is not None and is_private(draft.origin)
    mine = private or bool(draft.contact and draft.contact.professional)
    return Ways(
        account=account_for(member, mine=mine),
        replies=Draft.ME if mine else Draft.TEAM,
        to_register=draft.client is not None and not private,
    )


def is_private(entry: Entry) -> bool:
    """Whether it lies in a member's own mailbox and nowhere else."""
    return entry.owner_id is not None and entry.filing != Entry.RESOLVED


def _empty(member: Member, key: str, now: datetime) -> Draft:
    draft = Draft(
        practice_id=member.practice_id, author=member, key=key, created_at=now, saved_at=now
    )
    settle(draft, member)
    return draft


def _address(draft: Draft, member: Member, entry: Entry, *, everybody: bool) -> None:
    """Whoever wrote, or asked for the answer; of a letter of ours, whom it went to."""
    mail, ours = letter_of(entry), addressing.ours(member)
    if entry.direction == Entry.OUT:
        went = [Address(name, address) for name, address in entry.to] or [*mail.to, *mail.cc]
        first, others = went[: len(mail.to) or 1], went[len(mail.to) or 1 :]
    else:
        first = list(mail.reply_to or mail.senders)
        others = [*mail.to, *mail.cc]
    first = [one for one in first if one.norm] or [Address(entry.sender_name, entry.sender_norm)]
    if not first[0].norm:
        return
    draft.to = [[one.name, one.address] for one in first]
    if everybody:
        seen = ours | {one.norm for one in first}
        rest = {one.norm: one for one in others if one.norm and one.norm not in seen}
        draft.cc = ", ".join(_written(one) for one in rest.values())[:2000]
    found = addressing.by_address(member, first[0].norm)
    draft.contact = found.contact if found else None
    if draft.client is None and found:
        draft.client = found.client


def _written(one: Address) -> str:
    name = one.name.replace('"', "")
    return f'"{name}" <{one.address}>' if name else one.address


def _marked(subject: str, mark: str, there: re.Pattern[str]) -> str:
    """The subject with its mark, which it does not get twice."""
    return subject if there.match(subject) else f"{mark}{subject}".strip()[:400]


def files_of(member: Member, client: Client | None, most: int = 12) -> list[Attachment]:
    """The newest files on a client's record, of letters this member may read."""
    if client is None:
        return []
    placed = EntryClient.objects.filter(client=client, entry__files__gt=0)
    newest = list(placed.order_by("-at", "-entry_id").values_list("entry_id", flat=True)[:most])
    readable = Entry.objects.readable_by(member).filter(pk__in=newest)
    rows = Attachment.objects.filter(entry__in=readable, inline=False).select_related("entry")
    return sorted(rows, key=lambda one: (newest.index(one.entry_id), one.n))[:most]
