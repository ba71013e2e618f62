"""What the Outbox page shows: what waits, what is in doubt, what did not leave, what was sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from postroom.outbox import catching_up, rules
from postroom.outbox.catching_up import Question
from postroom.outbox.models import Message, SendingHold
from postroom.outbox.words import Why, why
from postroom.practice.models import Member
from postroom.practice.rules import RESOLVE
from postroom.register.models import Entry

MOST = 200  # rows of a list; «200+» beyond
SENT_ROWS = 50
UNNEEDED_ROWS = 20  # a run withdraws many: they must not hide a letter that failed


@dataclass(frozen=True)
class Line:
    """A row: the message, what is to be said of it, and whether its reader may act on it."""

    message: Message
    why: Why
    others: int  # recipients besides the first


@dataclass(frozen=True)
class Listing:
    waiting: list[Line]
    doubtful: list[Line]
    failed: list[Line]
    unneeded: list[Line]  # withdrawn
    sent: list[Line]
    hold: SendingHold | None
    question: Question | None  # about those that came due while nothing could leave
    more: bool  # wait than are shown


def readable_by(member: Member) -> QuerySet[Message]:
    """Messages whose letter this member may read: by its entry in the register; those that were
    kept out of it by whom wrote them, or who may read what is on no record."""
    entries = Entry.objects.readable_by(member).filter(pk=OuterRef("entry"))
    mine = Q(author=member)
    if member.may(RESOLVE):
        mine |= Q(entry=None)
    rows = Message.objects.seen_by(member).select_related("author", "account", "batch")
    return rows.filter(mine | Exists(entries))


def listing(member: Member, now: datetime) -> Listing:
    """All lists of the page. Nothing is counted beyond what is shown."""
    rows = readable_by(member)
    newest = rows.order_by("-created_at", "-pk")
    waiting = list(rows.filter(state__in=Message.WAITING).order_by("not_before", "pk")[: MOST + 1])
    doubtful = [message for message in on_desk(newest) if rules.is_on_desk(message.settled_at, now)]
    failed = newest.filter(state=Message.FAILED)
    return Listing(
        waiting=lines(waiting[:MOST]),
        doubtful=lines(doubtful),
        failed=lines(failed.exclude(reason__in=[rules.REPLACED, rules.BY_MEMBER])[:SENT_ROWS]),
        unneeded=lines(newest.filter(state=Message.WITHDRAWN)[:UNNEEDED_ROWS]),
        sent=lines(newest.filter(state=Message.SENT)[:10]),
        hold=SendingHold.objects.filter(practice=member.practice_id).first(),
        question=catching_up.question(rows),
        more=len(waiting) > MOST,
    )


def on_desk(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Those in doubt that nobody has decided about."""
    return rows.filter(state=Message.UNCERTAIN).exclude(reason=rules.REPLACED)[:MOST]


def sent_before(member: Member, before: int | None) -> tuple[list[Line], int | None]:
    """The messages that were sent, newest first, and the id to ask for older ones with."""
    rows = readable_by(member).filter(state=Message.SENT).order_by("-pk")
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: SENT_ROWS + 1])
    shown = found[:SENT_ROWS]
    return lines(shown), shown[-1].pk if len(found) > SENT_ROWS else None


def lines(messages: Iterable[Message]) -> list[Line]:
    return [Line(one, why(one), max(len(one.recipients) - 1, 0)) for one in messages]
