"""All sending of one worker: a lane for each account, the copies to Sent, and who wakes them."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import close_old_connections, connections

from postroom.connections.models import SmtpAccount
from postroom.kit.processes import Worker
from postroom.outbox.catching_up import Beat
from postroom.outbox.copier import Copier
from postroom.outbox.lane import Lane
from postroom.outbox.models import Message
from postroom.outbox.recording import heal
from postroom.practice import events
from postroom.practice.models import Event

log = logging.getLogger(__name__)
LISTEN_SECONDS = 0.25  # how soon what was queued elsewhere is taken up
HEAL_SECONDS = 5.0  # how soon what a dead worker left is put right
LOOK_BACK = 200  # events


def utc_now() -> datetime:
    return datetime.now(UTC)


class Senders:
    def __init__(self, worker: Worker, clock: Callable[[], datetime] = utc_now) -> None:
        self.worker, self.clock = worker, clock
        self.over = threading.Event()
        self.lanes: dict[int, Lane] = {}
        self.copier, self.beat = Copier(worker, clock), Beat(clock)
        self.listener = threading.Thread(target=self._listen, name="send-listen", daemon=True)
        self._heard: dict[int, None] = {}
        self._deadline = 0.0

    def start(self) -> None:
        self.listener.start()
        self.copier.start()

    def close(self, seconds: float) -> None:
        """No new letter from now on; those past their text are finished, within so many seconds
        (RELIABILITY R4). Returns at once; `join` waits."""
        self._deadline = time.monotonic() + seconds
        self.over.set()
        self.copier.stop()
        for lane in list(self.lanes.values()):
            lane.stop(self._deadline)

    def join(self) -> None:
        self.listener.join(max(self._deadline - time.monotonic(), 1.0))
        for lane in list(self.lanes.values()):
            lane.stop(self._deadline)
            lane.join(max(self._deadline + 2 - time.monotonic(), 1.0))
        self.copier.join(max(self._deadline - time.monotonic(), 1.0))

    def _listen(self) -> None:
        heard: int | None = None
        looked = 0.0
        try:
            while not self.over.is_set():
                try:
                    self.beat.strike()
                    if looked <= 0:
                        heal(self.worker, self.clock())
                        self._take_up()
                        looked = HEAL_SECONDS
                    heard = self._hear(heard)
                except Exception:
                    log.exception("listening for what is to be sent")
                    connections.close_all()
                close_old_connections()
                self.over.wait(LISTEN_SECONDS)
                looked -= LISTEN_SECONDS
        finally:
            connections.close_all()

    def _take_up(self) -> None:
        """A lane for each working account; one that ended by itself is begun anew."""
        self.lanes = {pk: lane for pk, lane in self.lanes.items() if lane.is_alive()}
        for account in SmtpAccount.objects.working().values_list("pk", flat=True):
            if account not in self.lanes and not self.over.is_set():
                steady = self.beat.is_steady
                self.lanes[account] = Lane(account, self.worker, self.clock, steady)
                self.lanes[account].start()

    def _hear(self, after: int | None) -> int:
        if after is None:
            return Event.objects.latest_id()
        kinds = (events.MESSAGE, events.SENDING)
        # Two commits may show up in another order than their numbers: look back a little.
        rows = list(
            Event.objects.filter(pk__gt=after - LOOK_BACK)
            .order_by("pk")
            .values_list("pk", "kind", "object_id")[: LOOK_BACK + 1000]
        )
        news = [row for row in rows if row[0] not in self._heard and row[1] in kinds]
        self._heard = dict.fromkeys(row[0] for row in rows)
        if any(kind == events.SENDING for _, kind, _ in news):
            self._take_up()
            for lane in self.lanes.values():
                lane.wake()
        self._wake_lanes({pk for _, kind, pk in news if kind == events.MESSAGE})
        return max([after, *self._heard])

    def _wake_lanes(self, messages: set[int]) -> None:
        if not messages:
            return
        accounts = Message.objects.filter(pk__in=messages).values_list("account", flat=True)
        concerned = set(accounts.distinct())
        if concerned - set(self.lanes):
            self._take_up()
        for account in concerned & set(self.lanes):
            self.lanes[account].wake()
        self.copier.woken.set()
