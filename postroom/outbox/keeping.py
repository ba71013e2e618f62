"""Put in the register afterwards what was sent without a place there (AK-36)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from postroom.clients.models import Client
from postroom.kit.mime import read_guarded
from postroom.outbox.desk import letter_of
from postroom.outbox.entering import enter, fold_key_of
from postroom.outbox.models import Message
from postroom.outbox.recording import STATUS
from postroom.outbox.writing import Sheet
from postroom.practice import audit, events
from postroom.practice.models import Member
from postroom.register import joining
from postroom.register.models import Entry, StoredMail

# What never left is no correspondence.
_NEVER_LEFT = (Message.CANCELLED, Message.WITHDRAWN)


class KeptAlready(Exception):
    """It is in the register: as `entry`."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"entry {entry.pk}")
        self.entry = entry


def may_keep(message: Message, member: Member) -> bool:
    """Whether this member may put it there: who wrote it alone, since filing is publishing."""
    is_there = message.entry_id is not None or not message.content_key
    mine = message.author_id == member.pk
    return mine and not is_there and message.state not in _NEVER_LEFT


@transaction.atomic
def keep(message: Message, clients: Iterable[Client], *, by: Member, now: datetime) -> Entry:
    """Its entry, on these records, in the conversation it belongs to, as of when it was sent.

    Raises KeptAlready, also where a copy of it came in by a mailbox; ValueError for what may not
    be kept; OSError where its bytes are missing.
    """
    rows = Message.objects.select_for_update(of=("self",)).filter(pk=message.pk)
    one = rows.select_related("account", "practice", "author", "entry").get()
    if one.entry:
        raise KeptAlready(one.entry)
    if not may_keep(one, by):
        raise ValueError(f"message {one.pk} is not to be kept by member {by.pk}")
    raw = one.read()
    if copy := _copy(one, raw):
        raise KeptAlready(copy)
    letter = replace(letter_of(one), clients=tuple(client.pk for client in clients))
    at = one.sent_at or one.sending_at or one.due
    sheet = Sheet(
        message_id=one.message_id,
        date=at,
        sender=(letter.from_name, letter.from_address),
        reply_to=letter.reply_to,
        to=letter.to,
        cc=letter.cc,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        files=[(name, kind, data) for name, kind, data in letter.files if isinstance(data, bytes)],
    )
    point, status = one.contact_point, STATUS.get(one.state, Entry.WAITING_TO_GO)
    entry = enter(
        *(one.practice, letter, sheet, raw),
        point=point,
        by=by,
        at=at,
        now=now,
        author=one.author,
        status=status,
    )
    joining.join(one.practice_id, [(entry, read_guarded(raw))])
    Message.objects.filter(pk=one.pk).update(entry=entry)
    audit.record(one.practice_id, "keep", "message", one.pk, by=by, now=now)
    events.tell(one.practice_id, events.MESSAGE, [one.pk], now=now)
    return entry


def _copy(message: Message, raw: bytes) -> Entry | None:
    """The entry of a copy that came in, byte for byte or by another way (AK-112)."""
    owner = (message.account.owner_id if message.account else None) or 0
    mails = StoredMail.objects.filter(practice=message.practice_id, mailbox_of=owner)
    fold = fold_key_of(raw)
    found = mails.filter(content_key=message.content_key).first()
    found = found or (mails.filter(fold_key=fold).order_by("-pk").first() if fold else None)
    return found.entry if found else None
