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

MOST = 200  # rows of a list
PAGE = 50  # rows of a list that stands alone
# A run withdraws many: they must not hide a letter that failed.
ROWS = {"waiting": MOST, "doubtful": MOST, "failed": 50, "unneeded": 20, "sent": 10}


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
    more: frozenset[str]  # the lists that hold more than is shown


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
    """All lists of the page. Nothing is counted beyond what is shown; of a list with more, its
    name is in `more` (PE-50)."""
    rows = readable_by(member)
    found = {name: list(of(rows, name, now)[: most + 1]) for name, most in ROWS.items()}
    shown = {name: lines(some[: ROWS[name]]) for name, some in found.items()}
    return Listing(
        **shown,
        hold=SendingHold.objects.filter(practice=member.practice_id).first(),
        question=catching_up.question(rows),
        more=frozenset(name for name, some in found.items() if len(some) > ROWS[name]),
    )


def of(rows: QuerySet[Message], name: str, now: datetime) -> QuerySet[Message]:
    """Those of one of the lists: what waits, the next one first; all else, the newest first."""
    newest = rows.order_by("-created_at", "-pk")
    match name:
        case "waiting":
            return rows.filter(state__in=Message.WAITING).order_by("not_before", "pk")
        case "doubtful":
            asked = Q(settled_at=None) | Q(settled_at__lte=now - rules.ON_DESK)
            return newest.filter(asked, state=Message.UNCERTAIN).exclude(reason=rules.REPLACED)
        case "failed":
            decided = [rules.REPLACED, rules.BY_MEMBER]
            return newest.filter(state=Message.FAILED).exclude(reason__in=decided)
        case "unneeded":
            return newest.filter(state=Message.WITHDRAWN)
    return newest.filter(state=Message.SENT)


def all_of(
    member: Member, name: str, before: int | None, now: datetime
) -> tuple[list[Line], int | None]:
    """One of the lists, whole and newest first, and the id to ask for older ones with."""
    rows = of(readable_by(member), name, now).order_by("-pk")
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return lines(shown), shown[-1].pk if len(found) > PAGE else None


def lines(messages: Iterable[Message]) -> list[Line]:
    return [Line(one, why(one), max(len(one.recipients) - 1, 0)) for one in messages]
