"""What tells us that a message arrived, or that it did not: bounces, answers and copies that come
in.

A message in doubt is never sent again by itself; it is closed by what is known (RELIABILITY 1.2).
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from postroom.kit.addresses import normalise_email
from postroom.kit.mime import Letter
from postroom.outbox import rules
from postroom.outbox.models import Message
from postroom.outbox.recording import settle
from postroom.register.models import StoredMail

IDS_LIMIT = 50
_RETURNED = re.compile(rb"(?im)^message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{3,250}>)")


@dataclass(frozen=True)
class Heard:
    """A letter that has just come in."""

    letter: Letter
    raw: bytes


@transaction.atomic
def hear(practice: int, heard: Sequence[Heard], *, now: datetime) -> int:
    """Judge letters that came in: an answer to a message in doubt says that it arrived, a bounce
    that it did not. To be called with the letters of one practice; how many messages changed."""
    ids = [(one, _ids(one)) for one in heard]
    wanted = {message_id for _, some in ids for message_id in some}
    if not wanted:
        return 0
    # Of one that has come back from somebody, others may still come back.
    rows = Message.objects.select_for_update().filter(
        practice=practice,
        message_id__in=wanted,
        state__in=[Message.UNCERTAIN, Message.SENT, Message.FAILED],
    )
    found = {message.message_id: message for message in rows}
    changed = 0
    for one, its in ids:
        for message in (found[message_id] for message_id in its if message_id in found):
            changed += _judge(message, one.letter, now)
    return changed


@transaction.atomic
def came_back(practice: int, message_ids: Collection[str], *, now: datetime) -> int:
    """Letters with these Message-IDs came in: what was in doubt of them was sent. Nobody else
    knows an id of ours before the letter is there. How many messages changed."""
    rows = Message.objects.select_for_update().filter(
        practice=practice, message_id__in=set(message_ids) - {""}, state=Message.UNCERTAIN
    )
    found = list(rows.exclude(reason=rules.REPLACED))
    settle(found, Message.SENT, rules.BY_COPY, now=now)
    return len(found)


def has_come_back(message: Message) -> bool:
    """Whether the register holds a copy that travelled: it came while nobody was in doubt yet."""
    copies = StoredMail.objects.filter(practice=message.practice_id, message_id=message.message_id)
    return copies.exclude(content_key=message.content_key).exists()


def _judge(message: Message, letter: Letter, now: datetime) -> int:
    if message.state == Message.FAILED and message.reason not in (rules.BOUNCED, rules.REPLACED):
        return 0  # the server never took it, or a person has said so
    if letter.automatic != "bounce":
        if message.state != Message.UNCERTAIN:
            return 0
        settle([message], Message.SENT, rules.BY_REPLY, now=now)
        return 1
    envelope = {normalise_email(address) for address in message.recipients}
    failed = {normalise_email(one.address): one for one in letter.failures if one.permanent}
    # Without a name it speaks of the one it was written to; elsewhere led on, of nobody known.
    named = sorted(envelope & set(failed)) or sorted(failed if len(envelope) == 1 else ())
    if not named:
        if message.state != Message.UNCERTAIN:
            return 0
        # It is delayed, or reached some: the server has it.
        settle([message], Message.SENT, rules.BY_BOUNCE, now=now)
        return 1
    was = message.reason_data.get("was") or {}
    if message.reason == rules.REPLACED and was.get("reason") != rules.BOUNCED:
        # All of them have been written to again: nobody needs to look at it.
        settle([message], Message.FAILED, rules.REPLACED, now=now, **message.reason_data)
        return 1
    known, resent = _returned(message)
    new = [one for one in named if one not in known]
    if not new:
        return 0
    first = failed[new[0]]
    message.said = first.text[:500]
    address = new[0] or message.to_address
    told = {"why": first.reason, "addresses": [*known, *new], "resent": resent}
    settle([message], Message.FAILED, rules.BOUNCED, now=now, address=address, **told)
    return 1


def _returned(message: Message) -> tuple[list[str], list[str]]:
    """From whom it has come back before, and to whom of them it was sent again since."""
    data = message.reason_data
    if message.reason == rules.REPLACED:
        known = data["was"]["data"].get("addresses", [])
        return known, known
    if message.reason == rules.BOUNCED:
        return data.get("addresses", []), data.get("resent", [])
    return [], []


def _ids(heard: Heard) -> list[str]:
    """The Message-IDs this letter answers or, for a bounce, brings back."""
    letter = heard.letter
    ids: Iterable[str] = (*letter.in_reply_to, *letter.references)
    if letter.automatic == "bounce":
        returned = (one.decode("ascii", "replace") for one in _RETURNED.findall(heard.raw))
        ids = [*ids, *(one for one in returned if one != letter.message_id)]
    return list(dict.fromkeys(ids))[-IDS_LIMIT:]
