"""Sender rules, applied to what waits already: an act of its own, offered and confirmed.

A letter that comes is judged by intake in the same way; here nothing is taken out of a person's
hands that they have touched: what was put back stays where it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from postroom.clients.matching import match_all
from postroom.clients.models import Client, SenderRule
from postroom.clients.rules import Form, Ignored, Match, Own, Professional
from postroom.connections.models import MailAccount
from postroom.practice.models import Member
from postroom.register import actions, rules, threads
from postroom.register.deciding import Asked, Placed, by_form, matched, only
from postroom.register.letters import letter
from postroom.register.models import Entry

MOST = 2000  # letters at once
CHUNK = 100  # in one commit

# What waits for another reason is not for a rule to explain, or to file.
_BY_FORM = (*rules.BY_ADDRESS, rules.OWN_ADDRESS, rules.PROFESSIONAL)
_NEVER = (rules.NO_SENDER, rules.SEVERAL_SENDERS, rules.TAKEN_BACK)


@dataclass(frozen=True)
class Done:
    """How many letters were set aside, filed, or wait for another reason now."""

    ignored: int = 0
    filed: int = 0
    marked: int = 0


@dataclass(frozen=True)
class Due:
    """A waiting letter, and what the rules say of its sender."""

    entry: Entry
    found: Match


def due(member: Member, rule: SenderRule | None = None) -> list[Due]:
    """What waits and would be judged otherwise by the rules of now; at most MOST, the newest.

    `rule`: only letters it speaks of.
    """
    rows = Entry.objects.readable_by(member).waiting().filter(owner=None)
    rows = rows.exclude(sender_norm="").exclude(reason__in=_NEVER)
    if rule is not None:
        rows = rows.filter(_of(rule))
    entries = list(rows.order_by("-at", "-id")[:MOST])
    matches = _matches(member.practice_id, (entry.sender_norm for entry in entries))
    judged = (Due(entry, matches[entry.sender_norm]) for entry in entries)
    return [one for one in judged if _is_due(one)]


def apply(found: Iterable[Due], *, by: Member, now: datetime) -> Done:
    """Do to these letters what the rules say. What somebody filed meanwhile is left alone."""
    ignored = filed = marked = 0
    waiting = list(found)
    for start in range(0, len(waiting), CHUNK):
        with transaction.atomic():
            for one in waiting[start : start + CHUNK]:
                try:
                    filing = _apply(one, by=by, now=now)
                except actions.AlreadyFiled:
                    continue
                ignored += filing == Entry.IGNORED
                filed += filing == Entry.RESOLVED
                marked += filing in Entry.WAITING
    return Done(ignored, filed, marked)


def _is_due(one: Due) -> bool:
    reason, data = one.entry.reason, one.entry.reason_data
    match one.found:
        case Ignored():
            return True
        case Form():
            return reason in _BY_FORM and "form" not in data
        case Own() | Professional():
            return reason in rules.BY_ADDRESS
    return False


def _apply(one: Due, *, by: Member, now: datetime) -> str:
    """One letter; how it is filed then."""
    entry = one.entry
    how: dict[str, Any] = {"by": by, "now": now, "version": entry.version}
    match one.found:
        case Ignored(pattern):
            actions.ignore(entry, rule=pattern, **how)
        case Form():
            _by_form(entry, how)
        case found:
            placed = matched(found, Asked.of(entry.sender_norm, entry.sender_name))
            actions.mark(entry, placed.reason, placed.data, **how)
    return entry.filing


def _by_form(entry: Entry, how: dict[str, Any]) -> None:
    read = letter(entry)
    person = only(read.reply_to)
    matches = _matches(entry.practice_id, [person.norm] if person else [])
    known = threads.earlier(entry.practice_id, entry.owner_id, [read])
    asked = Asked.of(entry.sender_norm, entry.sender_name, threads.history(read, known))
    _carry_out(entry, by_form(read, matches, asked), how)


def _carry_out(entry: Entry, placed: Placed, how: dict[str, Any]) -> None:
    if placed.filing == Entry.RESOLVED:
        clients = Client.objects.filter(practice=entry.practice_id, pk__in=placed.clients)
        actions.resolve(entry, clients, reason=placed.reason, data=placed.data, **how)
    elif placed.filing == Entry.IGNORED:
        actions.ignore(entry, rule=placed.data["rule"], **how)
    else:
        actions.mark(entry, placed.reason, placed.data, **how)
    if placed.sender:
        entry.sender_norm, entry.sender_name = placed.sender.norm[:320], placed.sender.name[:200]
        entry.verified, entry.direction, entry.to = False, Entry.IN, []
        entry.save(update_fields=["sender_norm", "sender_name", "verified", "direction", "to"])


def _of(rule: SenderRule) -> Q:
    if not rule.is_domain:
        return Q(sender_norm=rule.pattern)
    at, under = f"@{rule.pattern}", f".{rule.pattern}"
    return Q(sender_norm__endswith=at) | Q(sender_norm__endswith=under)


def _matches(practice_id: int, norms: Iterable[str]) -> dict[str, Match]:
    return match_all(practice_id, set(norms), own=MailAccount.objects.users_of(practice_id))
