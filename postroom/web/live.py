"""Open pages hear that something changed: kinds only, one stream a browser.
Which entry it was is not said: not every member may read every one.

    room ── Event row, same commit ──→ table ──→ Broadcaster (one a process, one query each
                                                  0.5 s for all streams) ──→ queue of a stream

A stream holds no database connection. Whoever misses an event finds the change in the rows.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError, close_old_connections, connections
from django.http import (
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.utils import timezone

from postroom.practice import rules, seats
from postroom.practice.access import enter
from postroom.practice.models import Event, Member

log = logging.getLogger(__name__)

POLL = 0.5  # seconds between two looks at the table
HEARTBEAT = 15.0  # so that a proxy keeps the line open
RECHECK = 60.0  # is this still a member, and still signed in?
LONGEST = 3600.0  # then the browser comes back by itself
STREAMS = 500  # of one process
OF_ONE_MEMBER = 10  # a browser needs one; several may be open
LONGEST_ID = 18  # digits: what every database can hold
WAITING = 500  # events of one stream that its browser has not taken; beyond, it starts again
# Two transactions may commit in another order than their ids: rows this young are looked at again.
SETTLED = 10.0


async def events(request: Any, practice: str) -> HttpResponseBase:
    """Server-sent events of this practice, from Last-Event-ID or from now on."""
    user = await request.auser()
    if not user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    await sync_to_async(enter)(request, practice, rules.READ)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    station = Broadcaster.here()
    if len(station.streams) >= STREAMS:
        return HttpResponse(status=503, headers={"Retry-After": "60"})
    if sum(one.member.pk == request.member.pk for one in station.streams) >= OF_ONE_MEMBER:
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    after = _number(request.headers.get("Last-Event-ID", ""))
    stream = Stream(request.member, request.seat.pk, after)
    await sync_to_async(_let_go)()
    return StreamingHttpResponse(
        station.listen(stream),
        content_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


events.right = rules.READ  # type: ignore[attr-defined]


@dataclass(eq=False)
class Stream:
    """One browser that listens."""

    member: Member
    seat: int  # of SignedIn
    after: int | None  # the last event it has seen
    queue: asyncio.Queue[Event | None] = field(
        default_factory=lambda: asyncio.Queue(maxsize=WAITING)
    )

    def end(self) -> None:
        """Whoever listened is not here any more: nothing else is told."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)

    def offer(self, event: Event) -> None:
        """Hand over an event; a browser that takes none is told to start again."""
        if self.queue.full():
            self.queue.get_nowait()
            self.queue.put_nowait(None)
        elif self.after is None or event.pk > self.after:
            self.queue.put_nowait(event)

    def still_allowed(self) -> bool:
        """Still signed in and not locked, still a member, still with the right to read."""
        close_old_connections()
        member = Member.objects.of(self.member.user).filter(pk=self.member.pk).first()
        return (
            member is not None
            and member.user.is_active
            and member.may(rules.READ)
            and self.seat in seats.open_among([self.seat], timezone.now())
        )


class Broadcaster:
    """Reads the table for all streams of one event loop, while there are any."""

    _by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, "Broadcaster"] = WeakKeyDictionary()

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.reader = ThreadPoolExecutor(1, thread_name_prefix="live")  # one connection, its own
        self.task: asyncio.Task[None] | None = None

    @classmethod
    def here(cls) -> "Broadcaster":
        return cls._by_loop.setdefault(asyncio.get_running_loop(), cls())

    async def listen(self, stream: Stream) -> AsyncIterator[str]:
        """The text of one stream, until it is an hour old or no longer allowed."""
        self.streams.add(stream)
        try:
            yield "retry: 3000\n\n"
            await self._start()
            missed = await self._ask(_missed, stream.member.practice_id, stream.after)
            for event in missed:
                yield _line(event)
            async for text in self._follow(stream, {event.pk for event in missed}):
                yield text
        finally:
            self.streams.discard(stream)

    async def _follow(self, stream: Stream, told: set[int]) -> AsyncIterator[str]:
        opened = checked = time.monotonic()
        while time.monotonic() - opened < LONGEST:
            try:
                event = await asyncio.wait_for(stream.queue.get(), HEARTBEAT)
            except TimeoutError:
                yield ": still here\n\n"
            else:
                if event is None:
                    return
                if event.pk not in told:
                    yield _line(event)
            if time.monotonic() - checked >= RECHECK:
                checked = time.monotonic()
                if not await self._ask(stream.still_allowed):
                    return

    async def _start(self) -> None:
        """Let somebody read the table; what comes after this is not missed."""
        if self.task is None or self.task.done():
            floor = await self._ask(_latest)
            if self.task is None or self.task.done():
                self.task = asyncio.create_task(self._read(floor))

    async def _read(self, floor: int) -> None:
        seen: set[int] = set()
        marks: deque[tuple[float, int]] = deque()
        while True:
            if not self.streams:
                await self._ask(connections.close_all)
                if not self.streams:
                    return
            await asyncio.sleep(POLL)
            try:
                found = [event for event in await self._ask(_since, floor) if event.pk not in seen]
                if found:
                    await self._end_those_away({event.practice_id for event in found})
            except DatabaseError:
                log.exception("Events could not be read; trying again.")
                continue
            self._hand_out(found)
            seen.update(event.pk for event in found)
            now = time.monotonic()
            if found:
                marks.append((now, found[-1].pk))
            while marks and now - marks[0][0] > SETTLED:
                floor = max(floor, marks.popleft()[1])
                seen = {pk for pk in seen if pk > floor}

    async def _end_those_away(self, practices: set[int]) -> None:
        """A desk that is locked by now, or signed out, hears nothing of what is told now."""
        concerned = [one for one in self.streams if one.member.practice_id in practices]
        open_ = await self._ask(_open_among, [one.seat for one in concerned])
        for stream in concerned:
            if stream.seat not in open_:
                self.streams.discard(stream)
                stream.end()

    def _hand_out(self, events: list[Event]) -> None:
        for event in events:
            for stream in list(self.streams):
                if stream.member.practice_id == event.practice_id:
                    stream.offer(event)

    async def _ask(self, question: Any, *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.reader, question, *args)


def _number(last: str) -> int | None:
    """The event a browser says it saw last; None for what we never sent."""
    ours = last.isascii() and last.isdigit() and len(last) <= LONGEST_ID
    return int(last) if ours else None


def _let_go() -> None:
    """This request's own thread is done with the database, for as long as the stream lasts."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _open_among(seat_ids: list[int]) -> set[int]:
    close_old_connections()
    return seats.open_among(seat_ids, timezone.now())


def _latest() -> int:
    close_old_connections()
    return Event.objects.latest_id()


def _since(floor: int) -> list[Event]:
    close_old_connections()
    return list(Event.objects.filter(pk__gt=floor).order_by("pk")[: 4 * WAITING])


def _missed(practice_id: int, after: int | None) -> list[Event]:
    """What came while the browser was away; the newest, if it was away for long."""
    if after is None:
        return []
    rows = Event.objects.filter(practice=practice_id, pk__gt=after).order_by("-pk")
    return list(rows[:WAITING])[::-1]


def _line(event: Event) -> str:
    # A browser drops an event without data.
    return f"event: {event.kind}\nid: {event.pk}\ndata: -\n\n"
