"""What happens by the clock, each thing once a slot however many workers there are.

    every(60, "outbox.due")(outbox.tasks.send_due)        a beat: slots are instants
    every("03:10", "practice.tidy")(practice.tasks.tidy)  a day: slots are local dates

A task is enqueued in the commit that claims its slot: it is neither lost nor doubled. A plain
function is called after that commit, in the ticker's thread: it should be short, and one that
dies is next called in the next slot. Only the latest slot counts: whoever was away is not made
to catch up on beats, and does a day's work late on the same day.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db import close_old_connections, connections, transaction
from django.utils import timezone

from postroom.kit.background import Task

logger = logging.getLogger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOOK = 1.0  # seconds: also how late a clock that was set forward is noticed
PAUSE = 5.0  # seconds, after the database refused


class Claim(Protocol):
    """True for exactly one caller of the same name and slot; called inside a transaction."""

    def __call__(self, name: str, slot: str) -> bool: ...


@dataclass(frozen=True)
class Beat:
    period: timedelta

    def slot(self, now: datetime) -> str:
        """The instant, in UTC, at which the running period began."""
        start = now - (now - EPOCH) % self.period
        return start.astimezone(UTC).isoformat(timespec="milliseconds")

    def wait(self, now: datetime) -> timedelta:
        return self.period - (now - EPOCH) % self.period


@dataclass(frozen=True)
class Daily:
    at: time
    zone: ZoneInfo

    def slot(self, now: datetime) -> str:
        """The local date whose time has come last."""
        today = now.astimezone(self.zone).date()
        return str(today if self._moment(today) <= now else today - timedelta(days=1))

    def wait(self, now: datetime) -> timedelta:
        today = now.astimezone(self.zone).date()
        moments = (self._moment(today + timedelta(days=n)) for n in (0, 1))
        return next(moment for moment in moments if moment > now) - now

    def _moment(self, day: date) -> datetime:
        # PEP 495, fold=0: a time the clocks skip comes later by the gap, a doubled one at first.
        return datetime.combine(day, self.at, self.zone).astimezone(UTC)


@dataclass(frozen=True)
class Entry:
    name: str
    period: Beat | Daily
    work: Task[Any, Any] | Callable[[], Any]


def every(
    period: float | str, name: str, zone: str = "UTC"
) -> Callable[[Task[Any, Any] | Callable[[], Any]], Entry]:
    """An entry of the timetable: every so many seconds, or daily at "HH:MM" in a time zone.

    Raises ValueError for a time that is none, and for a period that is not above zero.
    """
    if isinstance(period, str):
        rhythm: Beat | Daily = Daily(time.fromisoformat(period), ZoneInfo(zone))
    elif period > 0:
        rhythm = Beat(timedelta(seconds=period))
    else:
        raise ValueError(f"{name}: a period of {period} s never passes.")
    return lambda work: Entry(name, rhythm, work)


class Ticker(threading.Thread):
    """Looks at the clock and does what is due: `.start()`, `.stop()`, `.join(timeout)`.

    Raises ValueError when two entries have the same name: they would share their slots.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        claim: Claim,
        clock: Callable[[], datetime] = timezone.now,
    ) -> None:
        super().__init__(name="postroom-ticker", daemon=True)
        self.entries = list(entries)
        if len({entry.name for entry in self.entries}) < len(self.entries):
            raise ValueError("Two entries of the timetable have the same name.")
        self.claim = claim
        self.clock = clock
        self._seen: dict[str, str] = {}
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Begin nothing more; returns at once."""
        self._stopping.set()

    def run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._stopping.wait(self.look())
        finally:
            connections.close_all()

    def look(self) -> float:
        """Do what is due now; the seconds until the next look."""
        now, refused = self.clock(), False
        for entry in self.entries:
            slot = entry.period.slot(now)
            if self._stopping.is_set() or self._seen.get(entry.name) == slot:
                continue
            try:
                ours = self._take(entry, slot)
            except Exception:
                logger.exception("The slot %s of %s could not be claimed.", slot, entry.name)
                refused = True
                continue
            self._seen[entry.name] = slot
            if ours and not isinstance(entry.work, Task):
                _call(entry.name, entry.work)
        waits = (entry.period.wait(self.clock()).total_seconds() for entry in self.entries)
        return PAUSE if refused else min([LOOK, *waits])

    def _take(self, entry: Entry, slot: str) -> bool:
        close_old_connections()
        with transaction.atomic():
            ours = self.claim(entry.name, slot)
            if ours and isinstance(entry.work, Task):
                entry.work.enqueue()
        return ours


def _call(name: str, work: Callable[[], Any]) -> None:
    try:
        work()
    except Exception:
        logger.exception("%s failed; its next slot will come.", name)
