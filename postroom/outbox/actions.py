"""Putting a letter in the outbox: its bytes on the disk, then its row, its place in the register,
an audit line and an event in one commit (arrow 1 of RELIABILITY 1.2)."""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from postroom.clients.models import Client, ContactPoint
from postroom.kit.addresses import normalise_email
from postroom.kit.crash import crash_point
from postroom.kit.files import write_durably
from postroom.kit.mime import content_key
from postroom.outbox import rules
from postroom.outbox.entering import enter, of_practice
from postroom.outbox.letter import NotSendable, OutgoingLetter, Person
from postroom.outbox.models import Batch, Message
from postroom.outbox.withdrawing import checked
from postroom.outbox.writing import Sheet, write
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice
from postroom.register import joining
from postroom.register.letters import letter as letter_of
from postroom.register.models import (
    Entry,
    StoredFile,
    Thread,
    mail_path,
)
from postroom.register.reply_tokens import reply_token

REFERENCES_LIMIT = 1500  # characters


def queue(
    practice: Practice,
    letter: OutgoingLetter,
    *,
    key: str,
    by: Member | None,
    now: datetime,
    batch: Batch | None = None,
    useless_after: datetime | None = None,
    withdraw_if: Mapping[str, Any] | None = None,
    resend_if_uncertain: bool = False,
    replaces: Message | None = None,
) -> Message:
    """Queue one letter to all it is addressed to, as one message; the sender threads do the rest.

    `key` names its cause, to whom and how («reply:55:email»): queued twice, it is one message,
    and the first is given back. To be called in the transaction of its cause, if there is one.
    `withdraw_if`: see withdrawing.py; asked when it is its turn. `resend_if_uncertain`: rather
    twice than never (RELIABILITY 1.2).
    Raises NotSendable for a letter that cannot leave as it is, ValueError for rows of another
    practice, OSError where its bytes cannot be written.
    """
    known = Message.objects.filter(practice=practice, key=key).first()
    if known:
        return known
    condition = checked(withdraw_if or {})
    sheet, recipients = _judge(practice, letter, now)
    conversation = _conversation(practice, letter)
    sheet = replace(sheet, message_id=_message_id(conversation, sheet.sender[1]))
    raw = write(sheet)
    if len(raw) > rules.MOST_BYTES:
        raise NotSendable(rules.TOO_BIG, size=len(raw), most=rules.MOST_BYTES)
    content = content_key(raw)
    write_durably([(mail_path(practice.pk, content), raw)])
    crash_point("queue-written")
    with transaction.atomic():
        undo = timedelta(seconds=by.undo_seconds) if by else rules.UNDO
        due = letter.not_before or now + undo
        first = (*letter.to, *letter.cc, *letter.bcc)[0]
        point = _points(practice, letter).first()
        clients = of_practice(Client, practice, letter.clients)
        message = Message(
            practice=practice,
            key=key,
            level=letter.level,
            due=due,
            not_before=due,
            useless_after=useless_after,
            account=letter.account,
            batch=batch,
            sender=sheet.sender[1],
            recipients=recipients,
            to_name=rules.one_line(first[0])[:200],
            to_address=rules.wire_address(first[1]),
            contact_point=point,
            client_id=clients[0] if clients else None,
            subject=sheet.subject[:400],
            message_id=sheet.message_id,
            content_key=content,
            size=len(raw),
            author=by,
            withdraw_if=condition,
            resend_if_uncertain=resend_if_uncertain,
            replaces=replaces,
            created_at=now,
            sent_copy=_copy_wanted(letter),
        )
        if letter.to_register:
            message.entry = enter(practice, letter, sheet, raw, point=point, by=by, at=due, now=now)
            if conversation:
                joining.put_in(conversation, message.entry)
        message.save(force_insert=True)
        audit.record(
            practice.pk, "queue", "message", message.pk, by=by, now=now, data=_traces(message)
        )
        events.tell(practice.pk, events.MESSAGE, [message.pk], now=now)
        crash_point("inside-queue")
    return message


def _judge(practice: Practice, letter: OutgoingLetter, now: datetime) -> tuple[Sheet, list[str]]:
    """What is to be written, and the envelope. Raises NotSendable and ValueError."""
    account = letter.account
    if account.practice_id != practice.pk or letter.level not in rules.LEVELS:
        raise ValueError("another practice's account, or no such level")
    if not account.active or (account.owner and not account.owner.active):
        raise NotSendable(rules.ACCOUNT_OFF, account=account.name)
    people = (*letter.to, *letter.cc, *letter.bcc)
    if not people:
        raise NotSendable(rules.NO_RECIPIENT)
    if len(people) > rules.MOST_RECIPIENTS:
        raise NotSendable(rules.TOO_MANY, count=len(people), most=rules.MOST_RECIPIENTS)
    sender = (letter.from_name or account.display_name, letter.from_address or account.address)
    names = [name for name, *_ in letter.files]
    everybody = [*people, *letter.reply_to, sender]
    if rules.has_break(letter.subject, *names, *(part for one in everybody for part in one)):
        raise NotSendable(rules.LINE_BREAK)
    to, cc, reply_to = (_people(some) for some in (letter.to, letter.cc, letter.reply_to))
    [from_] = _people([sender])
    recipients = [address for _, address in (*to, *cc, *_people(letter.bcc))]
    answered, references = _thread(letter.in_reply_to)
    sheet = Sheet(
        message_id="",  # it names the conversation, which is not made before all is judged
        date=max(now, letter.not_before or now).astimezone(ZoneInfo(practice.time_zone)),
        sender=from_,
        reply_to=reply_to,
        to=to,
        cc=cc,
        subject=rules.one_line(letter.subject),
        text=letter.text,
        html=letter.html,
        files=[(rules.one_line(n), t, _bytes(practice, c)) for n, t, c in letter.files],
        in_reply_to=answered,
        references=references,
        extra=_for_many(letter.unsubscribe),
    )
    return sheet, list({normalise_email(one): one for one in recipients}.values())


def _for_many(unsubscribe: str) -> list[tuple[str, str]]:
    """The headers of a letter one of many (RFC 2369, RFC 8058). Raises ValueError."""
    if not unsubscribe:
        return []
    if not re.fullmatch(r"https://[!-;=?-~]{1,900}", unsubscribe):
        raise ValueError("one click wants an https address")
    return [
        ("List-Unsubscribe", f"<{unsubscribe}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),  # holiday notices do not answer it
    ]


def _conversation(practice: Practice, letter: OutgoingLetter) -> Thread | None:
    """The conversation it belongs to, with a place for the answers; None for what is neither an
    answer nor kept."""
    if letter.in_reply_to:
        return joining.conversation_for(letter.in_reply_to)
    return Thread.objects.create(practice=practice) if letter.to_register else None


def _message_id(conversation: Thread | None, sender: str) -> str:
    """With the word by which an answer finds its conversation, whatever its subject (MG-24)."""
    unique = secrets.token_urlsafe(9 if conversation else 18)
    if conversation:
        unique += f".{reply_token(conversation.practice_id, conversation.pk)}"
    return f"<{unique}@{sender.rpartition('@')[2]}>"


def _people(people: Iterable[Person]) -> list[Person]:
    found = []
    for name, address in people:
        wire = rules.wire_address(address)
        if not wire:
            raise NotSendable(rules.BAD_ADDRESS, address=address[:320])
        found.append((rules.one_line(name)[:200], wire))
    return found


def _bytes(practice: Practice, content: bytes | int) -> bytes:
    if isinstance(content, bytes):
        return content
    found = StoredFile.objects.filter(practice=practice, pk=content).first()
    if found is None:
        raise ValueError("no such file in this practice")
    return found.read()


def _thread(entry: Entry | None) -> tuple[str, list[str]]:
    """In-Reply-To and References of an answer to this entry (RFC 5322, 3.6.4)."""
    mail = entry and entry.mails.order_by("id").first()
    if not entry or not mail or not mail.message_id.startswith("<"):
        return "", []
    earlier = letter_of(entry)
    ids = [*(earlier.references or earlier.in_reply_to[:1]), mail.message_id]
    good = [one for one in ids if one.isascii() and one.isprintable() and " " not in one]
    if mail.message_id not in good:
        return "", []
    return mail.message_id, rules.shortest(good, REFERENCES_LIMIT)


def _points(practice: Practice, letter: OutgoingLetter) -> Any:
    points = ContactPoint.objects.filter(practice=practice, pk__in=letter.contact_points)
    return points.order_by("-preferred", "pk")


def _copy_wanted(letter: OutgoingLetter) -> str:
    account = letter.account
    wanted = account.mail_account_id and account.copies == account.APPEND
    return Message.COPY_DUE if wanted else Message.NO_COPY


def _traces(message: Message) -> dict[str, Any]:
    """What the audit keeps of a message: no address and no word of it."""
    return {"entry": message.entry_id, "account": message.account_id, "level": message.level}
