"""What a person does with messages: cancel, send now, edit, correct and send again, say what
became of a doubtful one; hold all sending."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from postroom.clients.models import ContactPoint
from postroom.connections.models import SmtpAccount
from postroom.kit.mime import Letter, content, read_guarded
from postroom.outbox import rules
from postroom.outbox.actions import queue
from postroom.outbox.letter import OutgoingLetter
from postroom.outbox.models import Message, SendingHold
from postroom.outbox.recording import settle
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice
from postroom.register.erasing import unlink_unnamed
from postroom.register.models import Entry, StoredMail

_UNSUBSCRIBE = re.compile(rb"(?m)^List-Unsubscribe: <(https://[!-~]+)>\r?$")


class TooLate(Exception):
    """It has left, or somebody has decided about it meanwhile; `message` says how it stands."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"message {message.pk} is {message.state}")
        self.message = message


@transaction.atomic
def cancel(message: Message, *, by: Member | None, now: datetime) -> bool:
    """Stop a message that waits, or let a failed one be. What never left is no correspondence:
    its entry goes from the register, and its words go too, since nobody who is erased later would
    be found by them. True for such a one. Raises TooLate."""
    one = _take(message, Message.QUEUED, Message.FAILED)
    never_left = one.sending_at is None and one.state == Message.QUEUED
    entry = one.entry
    settle([one], Message.CANCELLED, rules.TAKEN_BACK, now=now)
    _note(one, "cancel", by, now)
    if one.replaces:
        _stand_again(one.replaces, now)
    if not never_left:
        return False
    Message.objects.filter(pk=one.pk).update(subject="", content_key="")
    transaction.on_commit(partial(unlink_unnamed, one.practice_id, [one.path]))
    if entry:
        clients = sorted(entry.placements.values_list("client", flat=True))
        data = {"clients": clients, "message": one.pk}
        audit.record(one.practice_id, "cancel", "entry", entry.pk, by=by, now=now, data=data)
        Entry.objects.filter(pk=entry.pk).delete()
        events.tell(one.practice_id, events.ENTRY_FILING, [entry.pk], now=now)
    return True


@transaction.atomic
def send_now(message: Message, *, by: Member | None, now: datetime) -> None:
    """Send what waits as the next one, whatever time was chosen. Raises TooLate.

    Not at level 0, which is a person's own letter: a blocked address goes on stopping this one.
    """
    one = _take(message, Message.QUEUED)
    fields: dict[str, Any] = {
        "not_before": now,
        "due": min(one.due, now),
        "level": min(one.level, 1),
    }
    if one.reason == rules.CATCH_UP:  # the question is answered for this one
        fields |= {"due": now, "reason": "", "reason_data": {}}
    Message.objects.filter(pk=one.pk).update(**fields)
    _note(one, "send_now", by, now)


@transaction.atomic
def send_again(message: Message, *, by: Member | None, now: datetime, address: str = "") -> Message:
    """Queue a failed or doubtful message anew, to a corrected address if one is given; one that
    came back from some, to them alone. By nobody, it is still asked whether it is of use.

    A message of its own, with a Message-ID of its own; the old one says by which it was replaced,
    for as long as that one is not taken back. Raises TooLate, NotSendable, OSError.
    """
    one = _take(message, Message.FAILED, Message.UNCERTAIN)
    if replacement_of(one) and not one.reason_data.get("resent"):
        raise TooLate(one)
    letter = replace(letter_of(one), not_before=now)
    if kept := returned_from(one):
        letter = _to_them(letter, one, kept)
    if address:
        letter = _corrected(letter, one, address)
    key = f"again:{one.pk}:{Message.objects.filter(replaces=one).count()}"
    fresh = queue(
        *(one.practice, letter),
        key=key,
        by=by,
        now=now,
        replaces=one,
        batch=one.batch,
        useless_after=None if by else one.useless_after,
        withdraw_if=None if by else one.withdraw_if,
        # By itself once: a line that always breaks would send it for ever.
        resend_if_uncertain=one.resend_if_uncertain and by is not None,
    )
    was = {"reason": one.reason, "data": one.reason_data}
    settle([one], one.state, rules.REPLACED, now=now, by=fresh.pk, was=was)
    _note(one, "send_again", by, now)
    return fresh


def returned_from(message: Message) -> list[str]:
    """Of a message that came back, those of its addresses that do not get it; none where that is
    all of them, or where nobody got it."""
    if message.reason != rules.BOUNCED:
        return []
    said = message.reason_data
    failed = set(said.get("addresses", ())) - set(said.get("resent", ()))
    envelope = {rules.compared(one) for one in message.recipients}
    return sorted(failed & envelope) if envelope - failed else []


def replacement_of(message: Message) -> Message | None:
    """The message it was sent again as, if that was not taken back."""
    rows = Message.objects.filter(replaces=message).exclude(state=Message.CANCELLED)
    return rows.order_by("-pk").first()


@transaction.atomic
def mark_sent(message: Message, *, by: Member, now: datetime) -> None:
    """A person knows that a doubtful message arrived. Raises TooLate."""
    one = _take(message, Message.UNCERTAIN)
    settle([one], Message.SENT, rules.BY_MEMBER, now=now)
    _note(one, "mark_sent", by, now)


@transaction.atomic
def mark_failed(message: Message, *, by: Member, now: datetime) -> None:
    """A person knows that a doubtful message did not arrive, and leaves it at that. Raises
    TooLate."""
    one = _take(message, Message.UNCERTAIN)
    settle([one], Message.FAILED, rules.BY_MEMBER, now=now)
    _note(one, "mark_failed", by, now)


@transaction.atomic
def hold(practice: Practice, *, by: Member | None, now: datetime, channel: str = "") -> None:
    """Nothing leaves any more, by this channel or by any; what the server has already is gone."""
    _row, new = SendingHold.objects.get_or_create(
        practice=practice, channel=channel, defaults={"by": by, "since": now}
    )
    if new:
        _tell_hold(practice, "hold", channel, by, now)


@transaction.atomic
def resume(practice: Practice, *, by: Member | None, now: datetime, channel: str = "") -> None:
    """Let it leave again."""
    gone, _ = SendingHold.objects.filter(practice=practice, channel=channel).delete()
    if gone:
        _tell_hold(practice, "resume", channel, by, now)


@transaction.atomic
def release_all(practice: Practice, *, by: Member | None, now: datetime) -> int:
    """Send all that waits without more delay; how many messages. A hold goes on holding."""
    waiting = Message.objects.filter(practice=practice, state=Message.QUEUED, not_before__gt=now)
    ids = list(waiting.values_list("pk", flat=True))
    Message.objects.filter(pk__in=ids, state=Message.QUEUED).update(not_before=now)
    SmtpAccount.objects.filter(practice=practice).update(retry_at=None)
    deeds = [audit.Deed("send_now", "message", pk) for pk in ids]
    audit.record_all(practice.pk, deeds, by=by, now=now)
    events.tell(practice.pk, events.SENDING, [0], now=now)
    return len(ids)


def letter_of(message: Message) -> OutgoingLetter:
    """A message as the letter it was made from. Raises OSError where its bytes are missing."""
    raw = message.read()
    written = read_guarded(raw)
    [sender] = [(one.name, one.address) for one in written.senders]
    shown = {one.norm for one in (*written.to, *written.cc)}
    hidden = [one for one in message.recipients if rules.compared(one) not in shown]
    entry = message.entry
    point = message.contact_point_id
    return OutgoingLetter(
        account=_account(message),
        to=tuple((one.name, one.address) for one in written.to),
        cc=tuple((one.name, one.address) for one in written.cc),
        bcc=tuple(("", address) for address in hidden),
        from_name=sender[0],
        from_address=sender[1],
        reply_to=tuple((one.name, one.address) for one in written.reply_to),
        subject=written.subject,
        text=written.text,
        html=written.html,
        files=tuple((one.name, one.type, content(raw, one.n)) for one in written.files),
        in_reply_to=_answered(message.practice, written),
        clients=_clients(message),
        patients=tuple(entry.about.values_list("patient", flat=True)) if entry else (),
        contact_points=(point,) if point else (),
        to_register=entry is not None,
        not_before=message.due,
        level=message.level,
        unsubscribe=_way_out(raw),
    )


def _clients(message: Message) -> tuple[int, ...]:
    """Whom it is about: as it is filed now or, in no register, as it was written."""
    if message.entry:
        return tuple(message.entry.placements.values_list("client", flat=True))
    return (message.client_id,) if message.client_id else ()


def _way_out(raw: bytes) -> str:
    """Where it can be ended, of a letter that went to many."""
    found = _UNSUBSCRIBE.search(raw.partition(b"\r\n\r\n")[0])
    return found[1].decode("ascii") if found else ""


def _account(message: Message) -> SmtpAccount:
    assert message.account is not None  # every mail has one
    return message.account


def _answered(practice: Practice, written: Letter) -> Entry | None:
    wanted = written.in_reply_to[:1]
    mails = StoredMail.objects.filter(practice=practice, message_id__in=wanted)
    mail = mails.select_related("entry").order_by("id").first()
    return mail.entry if mail else None


def _stand_again(replaced: Message, now: datetime) -> None:
    """What was sent again by a message that is taken back waits for somebody as before."""
    rows = Message.objects.select_for_update(of=("self",)).filter(pk=replaced.pk)
    old = rows.filter(reason=rules.REPLACED).first()
    was = old and old.reason_data.get("was")
    if old and was:
        settle([old], old.state, was["reason"], now=now, **was["data"])


def _to_them(letter: OutgoingLetter, message: Message, kept: Sequence[str]) -> OutgoingLetter:
    """To these of its people alone."""

    def theirs(people: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple(one for one in people if rules.compared(one[1]) in kept)

    first = rules.compared(message.to_address) in kept
    return replace(
        letter,
        to=theirs(letter.to),
        cc=theirs(letter.cc),
        bcc=theirs(letter.bcc),
        contact_points=letter.contact_points if first else (),
    )


def _corrected(letter: OutgoingLetter, message: Message, address: str) -> OutgoingLetter:
    """With another address in the place of the one that failed, the first where none is named, or
    one to which it was led on elsewhere."""
    wrong = rules.compared(message.reason_data.get("address", ""))
    if wrong not in {rules.compared(one) for one in message.recipients}:
        wrong = rules.compared(message.to_address)

    def mended(people: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple(
            (name, address if rules.compared(one) == wrong else one) for name, one in people
        )

    points = ContactPoint.objects.filter(practice=message.practice_id, norm=rules.compared(address))
    return replace(
        letter,
        to=mended(letter.to),
        cc=mended(letter.cc),
        bcc=mended(letter.bcc),
        contact_points=tuple(points.values_list("pk", flat=True)[:1]),
    )


def _take(message: Message, *states: str) -> Message:
    """The row as it is now, locked, in one of these states. Raises TooLate."""
    rows = Message.objects.select_for_update(of=("self",)).filter(pk=message.pk)
    one = rows.select_related("entry", "account", "practice").get()
    if one.state not in states or one.reason == rules.REPLACED:
        raise TooLate(one)
    return one


def _note(message: Message, action: str, by: Member | None, now: datetime) -> None:
    audit.record(message.practice_id, action, "message", message.pk, by=by, now=now)
    events.tell(message.practice_id, events.MESSAGE, [message.pk], now=now)


def _tell_hold(
    practice: Practice, action: str, channel: str, by: Member | None, now: datetime
) -> None:
    data = {"channel": channel}
    audit.record(practice.pk, action, "sending", practice.pk, by=by, now=now, data=data)
    events.tell(practice.pk, events.SENDING, [0], now=now)
