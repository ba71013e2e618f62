"""What pages show of the book: a client's appointments, and how each source is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from postroom.appointments.feeds import INTERVALS, address, masked
from postroom.appointments.models import Appointment, DueItem, Look
from postroom.appointments.rules import is_stale
from postroom.appointments.words import counted, feed_trouble
from postroom.clients.models import Client, is_open
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice.models import Member, Source

DUES = 5  # shown of what is due
TODAY = 6  # appointments of the first page


@dataclass(frozen=True)
class Line:
    """An appointment; `day` alone where it was told without a time."""

    appointment: Appointment
    day: bool


@dataclass(frozen=True)
class Card:
    next: Line | None
    last: Line | None
    dues: list[DueItem]
    as_of: datetime  # how old the book is
    stale: bool


def card(client: Client, now: datetime) -> Card | None:
    """A client's next appointment and the last; None in a practice whose book never came."""
    as_of = freshness(client.practice_id)
    if as_of is None:
        return None
    mine = Appointment.objects.filter(client=client).select_related("patient", "practitioner")
    dues = DueItem.objects.standing().filter(client=client).select_related("patient")
    return Card(
        _line(mine.to_come(now).first()),
        _line(mine.past(now).first()),
        list(dues[:DUES]),
        as_of,
        is_stale(as_of, now),
    )


def still_today(member: Member, now: datetime) -> list[Line] | None:
    """The next appointments until midnight, of clients one may open; None without a book."""
    if freshness(member.practice_id) is None:
        return None
    local = timezone.localtime(now)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rows = Appointment.objects.filter(practice=member.practice_id, start__lt=midnight)
    mine = Q(client=None) | (Q(client__merged_into=None) & is_open(member, "client__"))
    coming = rows.to_come(now).filter(mine).select_related("client", "patient", "practitioner")
    return [line for line in map(_line, coming[:TODAY]) if line]


def freshness(practice_id: int) -> datetime | None:
    """When the book was last brought up to date: the oldest of its feeds or, where files are
    brought by hand, the newest of them. None where none ever came."""
    sources = Source.objects.filter(practice=practice_id, kind=Source.APPOINTMENTS)
    known = list(sources.exclude(fresh_at=None).values_list("fresh_at", "minutes"))
    fed = [at for at, minutes in known if at and minutes]
    return min(fed) if fed else max((at for at, _ in known if at), default=None)


class SourceState:
    """A source as its card shows it."""

    def __init__(self, source: Source, now: datetime) -> None:
        self.source = source
        self.stale = is_stale(source.fresh_at, now)
        self.trouble = feed_trouble(source.trouble)
        self.tone = "red" if self.trouble else "amber" if self.stale else ""

    @cached_property
    def look(self) -> Look | None:
        return getattr(self.source, "look", None)

    @property
    def fed(self) -> bool:
        return bool(self.source.url_sealed)

    @property
    def waiting(self) -> bool:
        """A feed that nobody has looked at yet."""
        return self.fed and self.source.fresh_at is None and not self.source.trouble

    @property
    def address(self) -> str:
        """Enough to recognise a feed by."""
        try:
            return masked(address(self.source))
        except (KeyMissing, Tampered):
            return "…"

    @property
    def rhythm(self) -> str:
        return str(INTERVALS.get(self.source.minutes, ""))

    @property
    def result(self) -> str:
        """What came of the last time."""
        return counted(self.look.counts) if self.look and self.look.counts else ""


def _line(appointment: Appointment | None) -> Line | None:
    """From midnight to midnight on the practice's wall is a day without a time."""
    if appointment is None:
        return None
    start, end = appointment.start, appointment.end
    midnights = end is not None and end > start and _is_midnight(start) and _is_midnight(end)
    return Line(appointment, midnights)


def _is_midnight(moment: datetime) -> bool:
    local = timezone.localtime(moment)
    return (local.hour, local.minute) == (0, 0)
