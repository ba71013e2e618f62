"""How often and how patiently: the numbers both engines keep to. No database, no clock."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Retries:
    """A task that raised is tried again after 10 s, 30 s, 90 s, 4.5 and 13.5 minutes.

    `starts` also counts the times its worker died under it: a task that kills its worker each
    time must not do so for ever.
    """

    most: int = 5
    first: timedelta = timedelta(seconds=10)
    factor: int = 3
    starts: int = 10

    def wait_after(self, starts: int) -> timedelta | None:
        """The wait after the nth start (1, 2, …) raised; None when it has failed for good."""
        if starts > self.most:
            return None
        return self.first * self.factor ** (starts - 1)

    def may_start_again(self, starts: int) -> bool:
        """Whether a task whose worker died at its nth start is given to another."""
        return starts < self.starts


@dataclass(frozen=True)
class Pace:
    """Seconds. Tests go faster; nobody else needs to."""

    sqlite_poll: float = 0.2
    standby: float = 1.0  # between two looks whether the worker before us has gone
    postgres_poll: float = 1.0  # delayed tasks only: a new one is notified
    heartbeat: float = 10.0
    stalled_after: float = 30.0  # a worker silent for so long is dead
    reap_every: int = 15  # a divisor of 60
    finish_within: float = 60.0  # RELIABILITY: SIGTERM finishes what has begun
    restart: float = 5.0  # after the database went away
