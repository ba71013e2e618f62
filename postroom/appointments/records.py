"""What a client's record shows of the book: the next appointment, the last, what is due."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from postroom.appointments.models import Appointment, DueItem
from postroom.appointments.rules import is_stale
from postroom.clients.models import Client
from postroom.practice.models import Practice, Source

DUES = 5  # shown of what is due


@dataclass(frozen=True)
class Card:
    next: Appointment | None
    last: Appointment | None
    dues: list[DueItem]
    as_of: datetime | None  # how old the book is
    stale: bool


def card(client: Client, now: datetime) -> Card | None:
    """None for a practice whose book never came."""
    as_of = freshness(client.practice_id)
    if as_of is None:
        return None
    mine = Appointment.objects.filter(client=client).select_related("patient", "practitioner")
    dues = DueItem.objects.standing().filter(client=client).select_related("patient")
    return Card(
        mine.to_come(now).first(),
        mine.past(now).first(),
        list(dues[:DUES]),
        as_of,
        is_stale(as_of, now),
    )


def freshness(practice_id: int) -> datetime | None:
    """When the book was last brought up to date: the oldest of its sources with a feed, or the
    newest where files are brought by hand. None where none ever came."""
    sources = Source.objects.filter(practice=practice_id, kind=Source.APPOINTMENTS)
    known = list(sources.exclude(fresh_at=None).values_list("fresh_at", "minutes"))
    fed = [at for at, minutes in known if at and minutes]
    return min(fed) if fed else max((at for at, _ in known if at), default=None)


def all_day(appointment: Appointment, practice: Practice) -> bool:
    """Told as a day without a time: from midnight to midnight on the practice's wall."""
    zone = ZoneInfo(practice.time_zone)
    start = timezone.localtime(appointment.start, zone)
    end = timezone.localtime(appointment.end, zone) if appointment.end else None
    midnight = (0, 0)
    return (start.hour, start.minute) == midnight and (
        end is not None and (end.hour, end.minute) == midnight and end > start
    )
