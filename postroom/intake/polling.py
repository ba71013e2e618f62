"""Accounts beyond the cap of watchers: looked at in turn by a few threads, each at its interval.

They hold no connection between two looks.
"""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connections

from postroom.connections.models import MailAccount
from postroom.intake.actions import note_standing, sync
from postroom.kit.processes import Worker

log = logging.getLogger(__name__)
BUSY_SECONDS = 2.0  # before a folder that another worker holds is tried again
FRESH = timedelta(hours=2)  # so long what lies below a folder's cursor is not asked for again


def utc_now() -> datetime:
    return datetime.now(UTC)


def let_go() -> None:
    """Give back this thread's connection to the database before it waits for a server or a turn.

    Two hundred accounts that wait must not hold two hundred: PostgreSQL has 100 for everybody.
    """
    connections.close_all()


class Rota:
    """Whose turn it is, and when. Each account is with one thread at a time."""

    def __init__(self) -> None:
        self._due: dict[int, float] = {}  # monotonic seconds
        self._taken: dict[int, bool] = {}  # True: woken while somebody is at it
        self._changed = threading.Condition()
        self._closed = False

    def add(self, account: int) -> None:
        """Put an account on the rota, due at once. One that is on it stays as it is."""
        with self._changed:
            if account not in self._due and account not in self._taken:
                self._due[account] = time.monotonic()
                self._changed.notify()

    def wake(self, account: int) -> None:
        """Its turn is now; if somebody is at it, once more after that."""
        with self._changed:
            if account in self._taken:
                self._taken[account] = True
            elif account in self._due:
                self._due[account] = time.monotonic()
                self._changed.notify()

    def drop(self, account: int) -> bool:
        """Take an account off the rota. False: somebody is at it just now."""
        with self._changed:
            self._due.pop(account, None)
            return account not in self._taken

    def take(self) -> int | None:
        """Wait for the next account whose turn it is, and keep it until `put_back`.

        None when the rota is closed.
        """
        with self._changed:
            while not self._closed:
                account = min(self._due, key=self._due.__getitem__, default=None)
                wait = None if account is None else self._due[account] - time.monotonic()
                if account is not None and wait is not None and wait <= 0:
                    del self._due[account]
                    self._taken[account] = False
                    return account
                self._changed.wait(wait)
        return None

    def put_back(self, account: int, seconds: float | None) -> None:
        """Its next turn is in so many seconds; None: it is off the rota."""
        with self._changed:
            woken = self._taken.pop(account)
            if seconds is not None:
                self._due[account] = time.monotonic() + (0 if woken else seconds)
                self._changed.notify()

    def late(self) -> float:
        """For how many seconds an account has been waiting for somebody to be free."""
        with self._changed:
            return max(time.monotonic() - min(self._due.values(), default=float("inf")), 0.0)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Poller(threading.Thread):
    """Looks at the accounts of a rota until it is closed."""

    def __init__(self, rota: Rota, worker: Worker, number: int) -> None:
        super().__init__(name=f"poll-{number}", daemon=True)
        self.rota, self.worker = rota, worker

    def run(self) -> None:
        try:
            while (account := self.rota.take()) is not None:
                self.rota.put_back(account, self._look(account))
        finally:
            let_go()

    def _look(self, pk: int) -> float | None:
        """One pass; how many seconds to the next. None for an account that rests."""
        try:
            account = MailAccount.objects.working().filter(pk=pk).first()
            if account is None:
                return None
            wait = seconds_until(account.retry_at)
            if wait > 0:
                return wait
            note_standing(account, False)
            full = not _is_fresh(account)
            outcome = sync(account, worker=self.worker, clock=utc_now, full=full)
            if outcome.busy:
                return BUSY_SECONDS
            return seconds_until(account.retry_at) or interval(account)
        except Exception:
            log.exception("polling account %s", pk)  # the database may be away for a moment
            return settings.RETRY_SECONDS
        finally:
            let_go()


def _is_fresh(account: MailAccount) -> bool:
    """Was it looked at, well, a short while ago? Then what is new lies beyond the cursor, and not
    each UID of a folder that may hold a million is asked for again (PE-11)."""
    before = account.checked_at
    return bool(before and not account.trouble and utc_now() - before < FRESH)


def interval(account: MailAccount) -> float:
    """Seconds between two looks when the server says nothing by itself."""
    if settings.POLL_SECONDS:
        return settings.POLL_SECONDS
    minutes = account.workflows.filter(active=True).values_list("minutes", flat=True)
    return 60.0 * min(minutes, default=5)


def seconds_until(moment: datetime | None) -> float:
    """0 for none, and for one that is past."""
    return max((moment - utc_now()).total_seconds(), 0.0) if moment else 0.0
