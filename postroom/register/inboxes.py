"""The two inboxes: a member's own, and the one the practice shares."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from postroom.connections.models import Workflow
from postroom.practice.models import Member
from postroom.practice.rules import RESOLVE
from postroom.register.models import Conversation, Entry
from postroom.register.paging import SIZE, Page, cut, newer, older

# What a line of the list shows of a letter; the rest stays where it is.
LINE = (
    *("kind", "at", "sender_name", "sender_norm", "subject", "snippet"),
    *("files", "filing", "conversation"),
)


@dataclass(frozen=True)
class Row:
    """A letter of the list, and the conversation it stands for."""

    entry: Entry
    talk: Conversation


def mine(member: Member) -> QuerySet[Conversation]:
    """The conversations of this member's own mailbox: nobody else's to see."""
    return Conversation.objects.filter(practice=member.practice_id, owner=member)


def shared(member: Member) -> QuerySet[Conversation]:
    """Those of the shared inbox, for who may file what nobody has filed."""
    found = Conversation.objects.filter(practice=member.practice_id, owner=None)
    return found if member.may(RESOLVE) else found.none()


def still_open(member: Member, talks: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Those of them that nobody has closed, and of which this member may read something."""
    letters = Entry.objects.readable_by(member).filter(conversation=OuterRef("pk"))
    return talks.filter(Exists(letters), state=Conversation.OPEN)


@dataclass(frozen=True)
class Beside:
    """The letters above and below one in the list; None at its ends."""

    previous: int | None
    next: int | None


def page(
    member: Member, talks: QuerySet[Conversation], state: str, before: Conversation | None
) -> Page:
    """A page of rows, the newest first: one index walk, then the letters one may read."""
    talks = talks.filter(state=state)
    if before is not None:
        talks = talks.filter(older(before.last_at, before.pk, at_field="last_at"))
    listed = cut(list(talks.order_by("-last_at", "-pk")[: SIZE + 1]), key=lambda talk: talk.pk)
    return Page(_rows(member, listed.rows), listed.next)


def beside(member: Member, talks: QuerySet[Conversation], state: str, here: Conversation) -> Beside:
    """Where one goes on from here."""
    talks = talks.filter(state=state)
    above = talks.filter(newer(here.last_at, here.pk, at_field="last_at"))
    below = talks.filter(older(here.last_at, here.pk, at_field="last_at"))
    return Beside(
        _nearest(member, above.order_by("last_at", "pk")),
        _nearest(member, below.order_by("-last_at", "-pk")),
    )


def _nearest(member: Member, talks: QuerySet[Conversation]) -> int | None:
    """The letter that the first of these conversations is listed by."""
    ids = list(talks.values_list("pk", flat=True)[:SIZE])
    letters = Entry.objects.readable_by(member).filter(conversation__in=ids)
    newest = dict(letters.order_by("at", "pk").values_list("conversation", "pk"))
    return next((newest[pk] for pk in ids if pk in newest), None)


def _rows(member: Member, talks: Iterable[Conversation]) -> list[Row]:
    """Of each conversation its newest letter; those of which one may read none are left out."""
    talks = list(talks)
    ids = [talk.pk for talk in talks]
    letters = Entry.objects.readable_by(member).filter(conversation__in=ids)
    newest = {entry.conversation_id: entry for entry in letters.order_by("at", "pk").only(*LINE)}
    return [Row(newest[talk.pk], talk) for talk in talks if talk.pk in newest]


def news(
    member: Member, talks: QuerySet[Conversation], state: str, shown: Collection[int]
) -> tuple[int, int]:
    """How many letters the first page would show besides these, and how many of these not any
    more: said above the list, which stays as it is (DESIGN 8.12)."""
    last = min(talks.filter(entries__in=shown).values_list("last_at", "pk"), default=None)
    came = [
        row
        for row in page(member, talks, state, None).rows
        if row.entry.pk not in shown
        and (last is None or len(shown) < SIZE or (row.talk.last_at, row.talk.pk) > last)
    ]
    there = talks.filter(state=state, entries__in=shown).values_list("entries", flat=True)
    return len(came), len(set(shown) - set(there))


def conversation_of(member: Member, entry: Entry) -> Conversation | None:
    """The conversation of a letter, if this member handles it."""
    if entry.conversation_id is None:
        return None
    both = (mine(member), shared(member))
    return next((t for talks in both for t in talks.filter(pk=entry.conversation_id)), None)


def inboxes_of(member: Member) -> tuple[bool, bool]:
    """Whether this member has a mailbox of their own here, and a shared inbox to look into: one
    question, since every page asks it. A mailbox that rests counts."""
    looked = Q(account__owner=member)
    if member.may(RESOLVE):
        looked |= Q(account__owner=None, kind=Workflow.INBOX)
    owners = Workflow.objects.filter(looked, practice=member.practice_id)
    found = set(owners.values_list("account__owner", flat=True).distinct())
    return member.pk in found, None in found
