"""The arrows of RELIABILITY 1.2, each one transaction: claimed, sending, and what came of it.

Every change asks again whether the row is still ours: two workers by mistake, or one that was
thought dead, never send one message twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from postroom.clients.models import ContactPoint
from postroom.connections.models import SmtpAccount
from postroom.kit.processes import Worker
from postroom.kit.rows import insert_each, update_each
from postroom.outbox import rules
from postroom.outbox.models import Attempt, Message, SendingHold
from postroom.outbox.withdrawing import without_reason
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice
from postroom.register.models import Entry, Spelt

STATUS = {  # of the entry, by the state of its message
    Message.QUEUED: Entry.WAITING_TO_GO,
    Message.SENT: Entry.SENT,
    Message.FAILED: Entry.NOT_SENT,
    Message.UNCERTAIN: Entry.UNCERTAIN,
    Message.WITHDRAWN: Entry.NOT_SENT,
    Message.CANCELLED: Entry.NOT_SENT,
}


# Said some hundred times a minute: to build such a statement anew costs the ORM ten times what the
# database needs for it. Names come from the models; every value is a parameter.
_MESSAGES, _ACCOUNTS = Message._meta.db_table, SmtpAccount._meta.db_table
_HOLDS, _MEMBERS = SendingHold._meta.db_table, Member._meta.db_table
_MAY_LEAVE = f"""
    a.id = %s AND a.active AND a.paused_at IS NULL
    AND (a.owner_id IS NULL
         OR EXISTS (SELECT 1 FROM {_MEMBERS} o WHERE o.id = a.owner_id AND o.active))
    AND NOT EXISTS (SELECT 1 FROM {_HOLDS} h
                    WHERE h.practice_id = a.practice_id AND h.channel IN ('', 'email'))
"""  # noqa: S608
_LOOK = f"SELECT a.id FROM {_ACCOUNTS} a WHERE {_MAY_LEAVE}"  # noqa: S608
# 'queued' in the words, not as a value: SQLite finds the partial index by nothing else.
_CLAIM = f"""
    UPDATE {_MESSAGES} SET state = 'claimed', worker = %s, lease = %s
    WHERE state = 'queued' AND id IN (
        SELECT m.id FROM {_MESSAGES} m
        WHERE m.account_id = %s AND m.state = 'queued' AND m.not_before <= %s
              AND m.reason <> '{rules.CATCH_UP}'
              AND EXISTS (SELECT 1 FROM {_ACCOUNTS} a WHERE {_MAY_LEAVE})
        ORDER BY m.level, m.not_before, m.id LIMIT %s)
    RETURNING id
"""  # noqa: S608
_MARK = f"""
    UPDATE {_MESSAGES} SET state = 'sending', sending_at = %s, lease = %s
    WHERE state = 'claimed' AND worker = %s AND id IN ({{}}) RETURNING id
"""  # noqa: S608
_COUNT = f"UPDATE {_ACCOUNTS} SET refused = %s WHERE id = %s AND refused <> %s RETURNING id"  # noqa: S608


@dataclass(frozen=True)
class Outcome:
    """What one try came to: `what` of rules.SENT …, how far it got, and the server's answer."""

    message: Message
    what: str
    phase: str = ""
    code: int = 0
    said: str = ""
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def may_leave(account: SmtpAccount) -> bool:
    """Whether nobody has said meanwhile that nothing leaves by this account (PE-41)."""
    return bool(_rows(_LOOK, [account.pk]))


@transaction.atomic
def claim(account: SmtpAccount, most: int, *, worker: Worker, now: datetime) -> list[Message]:
    """Take up to so many due messages of an account: the urgent first, then the oldest.

    Those that must not leave any more (an address that was changed or blocked, too late to be
    of use, the client has come meanwhile) are settled here, where nothing has been offered.
    """
    at, lease = _when(now), _when(now + rules.CLAIM_LEASE)
    ids = _rows(_CLAIM, [worker.name, lease, account.pk, at, account.pk, most])
    if not ids:
        return []
    rows = Message.objects.filter(pk__in=ids).select_related("contact_point").only(*_OFFERED)
    found = sorted(rows, key=lambda one: (one.level, one.not_before, one.pk))
    stopped = without_reason(found, now) | _blocked(found)
    stopped |= {message.pk: (why, {}) for message in found if (why := _why_not(message, now))}
    for message in found:
        if message.pk in stopped:
            message.refresh_from_db()
            reason, data = stopped[message.pk]
            _settle(message, Message.WITHDRAWN, reason, now, **data)
    return [message for message in found if message.pk not in stopped]


def _blocked(messages: Sequence[Message]) -> dict[int, tuple[str, dict[str, str]]]:
    """Those to a blocked address that name no contact any more: two records may have become one
    since. What a person writes by hand (level 0) was asked about."""
    loose = [one for one in messages if one.level and one.contact_point is None]
    if not loose:
        return {}
    norms = {one.pk: rules.compared(one.to_address) for one in loose}
    points = ContactPoint.objects.filter(
        practice=loose[0].practice_id,
        kind=ContactPoint.EMAIL,
        norm__in=set(norms.values()),
        state="blocked",
    )
    blocked = set(points.values_list("norm", flat=True))
    return {pk: (rules.ADDRESS_BLOCKED, {}) for pk, norm in norms.items() if norm in blocked}


def _why_not(message: Message, now: datetime) -> str:
    """What forbids to send this message now; "" is nothing."""
    if message.useless_after and message.useless_after < now:
        return rules.OVERDUE
    point = message.contact_point
    if point is None or message.level == 0:  # a person has been warned, and wants it (XP-6)
        return ""
    if point.state == "blocked":
        return rules.ADDRESS_BLOCKED
    if point.kind == ContactPoint.EMAIL and rules.wire_address(point.value) != message.to_address:
        return rules.ADDRESS_CHANGED
    return ""


@transaction.atomic
def mark_sending(messages: Sequence[Message], *, worker: Worker, now: datetime) -> list[Message]:
    """Commit the point of no return for these; those that are still ours to send."""
    if not messages:
        return []
    ids = [message.pk for message in messages]
    lease = _when(now + rules.SENDING_LEASE)
    mark = _MARK.format(", ".join(["%s"] * len(ids)))
    kept = set(_rows(mark, [_when(now), lease, worker.name, *ids]))
    return [message for message in messages if message.pk in kept]


@transaction.atomic
def record(outcomes: Sequence[Outcome], *, worker: Worker, now: datetime) -> None:
    """Write down what came of these tries, all of one account."""
    if not outcomes:
        return
    ids = [outcome.message.pk for outcome in outcomes]
    # A message given up for uncertain while we waited is ours again when its answer comes.
    rows = Message.objects.select_for_update().only(*_KEPT)
    rows = rows.filter(
        Q(state__in=Message.HELD_BY_A_WORKER) | Q(state=Message.UNCERTAIN),
        pk__in=ids,
        worker=worker.name,
    )
    ours = {message.pk: message for message in rows}
    tries: list[Attempt] = []
    for outcome in outcomes:
        message = ours.get(outcome.message.pk)
        if message is None:
            continue
        if outcome.what != rules.UNTRIED:
            message.attempts += 1
            tries.append(_attempt(message, outcome, now))
        _apply(message, outcome, now)
    _save(list(ours.values()), now)
    insert_each(tries)
    _count_refusals(outcomes, ours, now)


def _attempt(message: Message, outcome: Outcome, now: datetime) -> Attempt:
    return Attempt(
        practice_id=message.practice_id,
        message=message,
        n=message.attempts,
        at=now,
        phase=outcome.phase,
        outcome=outcome.what,
        code=outcome.code,
        said=outcome.said[:500],
    )


def _apply(message: Message, outcome: Outcome, now: datetime) -> None:
    """What this outcome makes of the row."""
    message.reason, message.reason_data = outcome.reason, dict(outcome.data)
    message.said = outcome.said[:500]
    message.lease = None
    match outcome.what:
        case rules.SENT:
            message.state, message.sent_at, message.settled_at = Message.SENT, now, now
            message.worker = ""
            message.copy_at = now if message.sent_copy == Message.COPY_DUE else None
        case rules.REFUSED:
            message.state, message.settled_at, message.worker = Message.FAILED, now, ""
        case rules.UNKNOWN:
            message.state, message.settled_at = Message.UNCERTAIN, now
            message.copy_at = now + timedelta(seconds=settings.RETRY_SECONDS)
        case rules.UNTRIED:
            message.state, message.worker, message.sending_at = Message.QUEUED, "", None
        case rules.LATER:
            again = rules.next_try(
                now,
                attempts=message.attempts,
                due=message.due,
                useless_after=message.useless_after,
            )
            message.worker, message.sending_at = "", None
            if again is None:
                message.state, message.settled_at = Message.FAILED, now
            else:
                message.state, message.not_before = Message.QUEUED, again


# What is asked of a claimed message, and of one whose end is written down.
_OFFERED = (
    *("practice", "account", "level", "not_before", "useless_after", "withdraw_if"),
    *("sender", "recipients", "to_address", "content_key", "size", "message_id"),
    *("contact_point__kind", "contact_point__state", "contact_point__value"),
)
_KEPT = (
    *("practice", "account", "entry", "state", "worker", "attempts", "due", "not_before"),
    *("useless_after", "sending_at", "sent_at", "settled_at", "sent_copy", "copy_at"),
)
_FIELDS = (
    *("state", "reason", "reason_data", "said", "lease", "worker", "attempts", "not_before"),
    *("sending_at", "sent_at", "settled_at", "copy_at"),
)


def _save(messages: Sequence[Message], now: datetime) -> None:
    """The rows, what the register says of them, an audit line and an event each."""
    if not messages:
        return
    update_each(messages, _FIELDS)
    for state in {message.state for message in messages}:
        entries = [m.entry_id for m in messages if m.state == state and m.entry_id]
        if entries and state != Message.QUEUED:
            Entry.objects.filter(pk__in=entries).update(status=STATUS[state])
    practice = messages[0].practice_id
    deeds = (
        audit.Deed(message.state, "message", message.pk, {"reason": message.reason})
        for message in messages
        if message.state != Message.QUEUED
    )
    audit.record_all(practice, deeds, by=None, now=now)
    events.tell(practice, events.MESSAGE, [message.pk for message in messages], now=now)


def _count_refusals(
    outcomes: Sequence[Outcome], ours: Mapping[int, Message], now: datetime
) -> None:
    """A run of letters refused for good pauses their account: it is not each of them (listmonk)."""
    pk, row = outcomes[0].message.account_id or 0, 0
    for outcome in outcomes:
        if outcome.message.pk in ours:
            row = row + 1 if outcome.what == rules.REFUSED else row
            row = 0 if outcome.what == rules.SENT else row
    if any(outcome.what == rules.SENT for outcome in outcomes):
        _rows(_COUNT, [row, pk, row])
    accounts = SmtpAccount.objects.filter(pk=pk)
    if row and not any(outcome.what == rules.SENT for outcome in outcomes):
        accounts.update(refused=F("refused") + row)
    if not row:
        return
    full = accounts.filter(refused__gte=rules.PAUSE_AFTER, paused_at=None)
    for account in full:
        if full.filter(pk=account.pk).update(paused_at=now):
            audit.record(account.practice_id, "pause", "smtp", account.pk, by=None, now=now)
            events.tell(account.practice_id, events.SENDING, [account.pk], now=now)


def _rows(statement: str, values: Sequence[Any]) -> list[int]:
    """The ids that a statement answers with."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [pk for (pk,) in cursor.fetchall()]


def _when(moment: datetime) -> Any:
    """A time as this database keeps it."""
    return connection.ops.adapt_datetimefield_value(moment)


def _settle(message: Message, state: str, reason: str, now: datetime, **data: Any) -> None:
    """A last state for one message that nobody sends any more."""
    message.state, message.reason, message.reason_data = state, reason, data
    message.worker, message.lease, message.settled_at = "", None, now
    _save([message], now)


def settle(
    messages: Iterable[Message], state: str, reason: str, *, now: datetime, **data: Any
) -> None:
    """By evidence or a person's word: for rows that the caller has locked or claimed."""
    for message in messages:
        if state == Message.SENT:
            message.sent_at = message.sent_at or message.sending_at or now
            message.copy_at = now if message.sent_copy == Message.COPY_DUE else None
        _settle(message, state, reason, now, **data)


def open_work(now: datetime, *, practice: Practice | None = None) -> int:
    """How many messages are under way or due, and copies for Sent: not those held back."""
    rows = Message.objects.filter(practice=practice) if practice else Message.objects.all()
    held = SendingHold.objects.on_mail().values("practice")
    due = rows.filter(state=Message.QUEUED, not_before__lte=now, account__paused_at=None)
    due = due.filter(account__active=True).exclude(practice__in=held)
    due = due.exclude(reason=rules.CATCH_UP)
    under_way = rows.filter(state__in=Message.HELD_BY_A_WORKER)
    copies = rows.filter(sent_copy=Message.COPY_DUE, state=Message.SENT)
    return due.count() + under_way.count() + copies.count()


def heal(worker: Worker, now: datetime, *, account: int | None = None) -> int:
    """Put right what a dead worker held: what was only claimed waits again, what was past the
    point of no return is uncertain. With `account`, what we ourselves held there and no thread
    of ours is at. How many.
    """
    held = Message.objects.filter(state__in=[Spelt(one) for one in Message.HELD_BY_A_WORKER])
    if account is not None:
        stale = held.filter(account=account, worker=worker.name)
    else:
        names = set(held.values_list("worker", flat=True).distinct())
        dead = [name for name in names if worker.knows_dead(name)]
        stale = held.filter(Q(worker__in=dead) | Q(lease__lt=now))
    healed = 0
    for message in list(stale):
        with transaction.atomic():
            mine = Message.objects.select_for_update().filter(
                pk=message.pk, state=message.state, worker=message.worker, lease=message.lease
            )
            one = mine.first()
            if one is None:
                continue
            healed += 1
            if one.state == Message.CLAIMED:
                outcome = Outcome(one, rules.UNTRIED, reason=one.reason, data=one.reason_data)
            else:
                one.attempts += 1
                outcome = Outcome(one, rules.UNKNOWN, phase="dot", reason=rules.WORKER_GONE)
                insert_each([_attempt(one, outcome, now)])
            _apply(one, outcome, now)
            _save([one], now)
    return healed
