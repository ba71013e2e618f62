"""Harm done to a working house, in order or at random; what must hold afterwards is the test's."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from .faultproxy import FaultProxy
from .faults import Fault
from .mailbox import MailboxError
from .mails import Mail
from .meddler import Meddler
from .office import Office
from .postroom import Process

CUTS = (0.6, 60_000)  # on so many connections, somewhere in 60 kB
# A worker that lives for a second does nothing on a machine that is busy with other things: there
# its lives, and all patience, last so many times longer.
PACE = float(os.environ.get("POSTROOM_CHAOS_PACE", "1"))


def hits() -> range:
    """Which passings of a crash point to die at: the 1st, or up to POSTROOM_CHAOS_HITS."""
    return range(1, int(os.environ.get("POSTROOM_CHAOS_HITS", "1")) + 1)


def here(points: Iterable[str]) -> list[str]:
    """The crash points to die at in this run: on PostgreSQL those beside what it is asked for, but
    for a release, which wants all of them on both."""
    of_rows = ("inside", "commit", "claim", "heal", "resume", "queue")
    if not os.environ.get("POSTROOM_DATABASE_URL") or len(hits()) > 1:
        return list(points)
    return [point for point in points if any(word in point for word in of_rows)]


def crash(office: Office, point: str, hit: int, waves: Sequence[Sequence[Mail]], proxy) -> bool:
    """Run a worker that is to die at the point's nth passing, while mails arrive in waves.

    For a later passing the line is cut after each wave, so that what is done once for each
    connection is done again. All mails have arrived at the end. False: it was never passed.
    """
    worker = office.house.spawn("worker", POSTROOM_CRASH_AT=f"{point}:{hit}")
    left = list(waves)
    try:
        limit = time.monotonic() + 30
        while worker.poll() is None and time.monotonic() < limit:
            if left:
                office.put(left.pop(0))
            pause = time.monotonic() + 2
            while time.monotonic() < pause and worker.poll() is None:
                if left and office.all_filed():
                    break
                time.sleep(0.05)
            if hit > 1 and worker.poll() is None:
                proxy.cut_all()
        return worker.poll() == -signal.SIGKILL
    finally:
        office.house.kill(worker)
        for wave in left:
            office.put(wave)


@dataclass
class Campaign:
    """Random harm to one office until enough of it has happened.

    Mails arrive, the worker is killed, its line cut, a person meddles and snatches mails away the
    moment before they are moved, UIDVALIDITY changes; all drawn from one seed.
    """

    office: Office
    proxy: FaultProxy
    meddler: Meddler
    reset: Callable[[bool], None]
    seed: int
    kills: int = 0
    resets: int = 0
    stops: int = 0
    timeline: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self._begin = time.monotonic()

    @property
    def faults(self) -> int:
        """How much has happened. A kill counts when the worker had connected, an act of the person
        when it did more than look."""
        acts = sum(act != "seen" for act in self.meddler.acts)
        return self.kills + self.resets + self.cuts + acts

    @property
    def cuts(self) -> int:
        """How often the line broke."""
        return sum(event.act != "run" for event in self.proxy.events)

    def run(self, mails: Sequence[Mail], faults: int, limit: float = 1200) -> None:
        """Do harm until the faults are done and the mails are all in. Ends with a good line.

        At least a fifth of the faults are kills and a fifth are cuts: kills that come before the
        first word prove nothing.
        """
        self.proxy.set_faults(*self._line_faults(), chance=CUTS)
        left = list(mails)
        share = max(1, len(left) * 2 // max(faults, 1))
        while (
            left
            or self.faults < faults
            or min(self.kills, self.cuts) < faults / 5
            or not self.resets
        ):
            assert time.monotonic() - self._begin < limit * PACE, f"too slow: {self.report()}"
            self._turn(left, share)
        self.proxy.set_faults()

    def report(self) -> str:
        """What was done, for a failing test to show."""
        cuts = Counter(event.act for event in self.proxy.events)
        summary = (
            f"seed {self.seed}: {self.kills} kills, {self.stops} stops, {self.resets} resets, "
            f"on the line {dict(cuts)}, by hand {dict(Counter(self.meddler.acts))}"
        )
        return "\n".join([summary, *self.timeline[-40:]])

    def _turn(self, left: list[Mail], share: int) -> None:
        self._arrive(left, share)
        before = self.proxy.connections
        worker = self.office.house.spawn("worker")
        connected = self._wait_for_connection(worker, before)
        try:
            self._live_through(worker, left, share)
        finally:
            if self.rng.random() < 0.15:
                self._note(f"SIGTERM, ended with {self.office.house.stop(worker)}")
                self.stops += 1
            else:
                alive = worker.poll() is None
                self.office.house.kill(worker)
                self.kills += connected and alive
                self._note("kill -9" if alive else f"had ended: {worker.returncode}")
        if self.rng.random() < 0.2:
            self._do_reset(keep_uids=False)

    def _wait_for_connection(self, worker: Process, before: int) -> bool:
        limit = time.monotonic() + 20 * PACE
        while worker.poll() is None and time.monotonic() < limit:
            if self.proxy.connections > before:
                return True
            time.sleep(0.02)
        self._note("never connected")
        return False

    def _live_through(self, worker, left: list[Mail], share: int) -> None:
        """The worker's short life, with what happens in it."""
        until = time.monotonic() + self.rng.uniform(0.05, 1.3) * PACE
        hand = threading.Thread(target=self._meddle, args=[until, self.rng.random() < 0.4])
        hand.start()
        while time.monotonic() < until and worker.poll() is None:
            time.sleep(min(0.15, max(0.0, until - time.monotonic())))
            if self.rng.random() < 0.4:
                self._arrive(left, share)
        hand.join()
        if self.rng.random() < 0.1:
            self._do_reset(keep_uids=True)

    def _meddle(self, until: float, busy: bool) -> None:
        while busy and time.monotonic() < until:
            try:
                if self.meddler.act():
                    self._note(f"by hand: {self.meddler.acts[-1]}")
            except MailboxError as error:  # the worker was faster
                self._note(f"by hand: {error}")
            time.sleep(0.4)

    def _arrive(self, left: list[Mail], share: int) -> None:
        wave = [left.pop() for _ in range(min(share, len(left)))]
        if wave:
            self.office.put(wave)
            self._note(f"{len(wave)} mails arrive")

    def _do_reset(self, *, keep_uids: bool) -> None:
        self.reset(keep_uids)
        self.resets += 1
        self._note(f"UIDVALIDITY of Incoming changed, UIDs {'kept' if keep_uids else 'anew'}")

    def _line_faults(self) -> list[Fault]:
        move = rb"UID MOVE (\d+)"
        return [
            Fault("c2s", "deaf", match=move + rb"[^\n]*\n", amount=0.1, share=0.15),
            Fault("c2s", "cut", match=move, before=True, share=0.1),
            Fault("c2s", "run", match=move, before=True, share=0.15, hook=self._snatch),
        ]

    def _snatch(self, groups: tuple[str, ...]) -> None:
        self.meddler.snatch(groups)
        self._note(f"UID {groups[0]} snatched away")

    def _note(self, what: str) -> None:
        self.timeline.append(f"{time.monotonic() - self._begin:8.3f} {what}")
