"""Guessing passwords gets slower and slower, and costs the house little (RELIABILITY S3).

A try is counted before the password is looked at, so that a hundred tries at once are a hundred
tries; the right password takes its own try away. Three counters, and each may say «wait»:

    account and network   5 tries, then pauses of 30 s to 15 min
    account               25 an hour, from wherever; a browser in which this account signed in
                          before has a count of its own, so that nobody can lock the owner out
    network               50 an hour, for whichever accounts

What else costs others something is counted by `take_turn`: so many an hour for each member.
"""

import ipaddress
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from postroom.practice.models import SignInFailure

FREE = 5  # tries within WINDOW that cost nothing
WINDOW = timedelta(minutes=15)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
HOUR = timedelta(hours=1)
OF_AN_ACCOUNT = 25  # tries an hour
OF_A_NETWORK = 50
KEPT = timedelta(days=1)

AT_ONCE = 3  # passwords being looked at: Argon2 takes 100 MB for each
WAITING = 16  # requests that wait for that; each keeps a thread
PATIENCE = 10.0  # seconds

_looking = threading.BoundedSemaphore(AT_ONCE)
_room = threading.BoundedSemaphore(AT_ONCE + WAITING)


class Busy(Exception):
    """Too many people are signing in at this moment."""


@contextmanager
def turn() -> Iterator[None]:
    """One's turn to have a password looked at. Raises Busy when it does not come in time."""
    if not _room.acquire(blocking=False):
        raise Busy
    try:
        if not _looking.acquire(timeout=PATIENCE):
            raise Busy
        try:
            yield
        finally:
            _looking.release()
    finally:
        _room.release()


@dataclass(frozen=True)
class Place:
    """Who tries, and from where. `device`: a browser known to this account, else ""."""

    account: str
    address: str
    device: str = ""

    def hourly(self) -> list[tuple[str, int]]:
        """The counts of the hour that this try is held against, with the limit of each."""
        network = _network(self.address)
        who = f"device {self.device}" if self.device else "account"
        counts = [(_key(who, self.account), OF_AN_ACCOUNT)]
        if network and not self.device:
            counts.append((_key("network", network), OF_A_NETWORK))
        return counts

    @property
    def key(self) -> str:
        return _key("place", self.account, _network(self.address))


@transaction.atomic
def take_try(place: Place, now: datetime) -> timedelta:
    """Count a try; how long this place must wait first (zero: look at the password now)."""
    counts = [(_row(key, now), limit) for key, limit in place.hourly()]
    row = _row(place.key, now)
    waits = [row.until - now] if row.until and now < row.until else []
    waits += [c.until - now for c, most in counts if c.until and now < c.until and c.tries >= most]
    if waits:
        return max(waits)
    quiet_since = max(row.last_at, row.until or row.last_at)
    row.tries = 1 if now - quiet_since > WINDOW else row.tries + 1
    row.last_at, row.until = now, now + pause(row.tries)
    row.save()
    for count, _most in counts:
        if count.until is None or now >= count.until:
            count.tries, count.until = 0, now + HOUR
        count.tries, count.last_at = count.tries + 1, now
        count.save()
    return timedelta(0)


@transaction.atomic
def take_turn(kind: str, member: int, most: int, now: datetime) -> timedelta:
    """Count an act of this kind against `most` an hour; how long to wait (zero: go on)."""
    row = _row(_key(kind, str(member)), now)
    if row.until is None or now >= row.until:
        row.tries, row.until = 0, now + HOUR
    if row.tries >= most:
        return row.until - now
    row.tries, row.last_at = row.tries + 1, now
    row.save()
    return timedelta(0)


@transaction.atomic
def forgive(place: Place) -> None:
    """The password was right: this try was none, and nothing is held against this place."""
    SignInFailure.objects.filter(key=place.key).delete()
    keys = [key for key, _limit in place.hourly()]
    SignInFailure.objects.filter(key__in=keys, tries__gt=0).update(tries=F("tries") - 1)


def pause(tries: int) -> timedelta:
    """How long nothing is looked at after so many tries: 30 s, 1 min, 2 min … 15 min."""
    if tries < FREE:
        return timedelta(0)
    return min(FIRST_PAUSE * 2 ** min(tries - FREE, 10), LONGEST_PAUSE)


def _row(key: str, now: datetime) -> SignInFailure:
    row, created = SignInFailure.objects.select_for_update().get_or_create(
        key=key, defaults={"last_at": now}
    )
    if created:
        SignInFailure.objects.filter(last_at__lt=now - KEPT).delete()
    return row


def _key(kind: str, *parts: str) -> str:
    value = " ".join((kind, *(part.strip().lower() for part in parts)))
    return salted_hmac("postroom.practice.throttle", value, algorithm="sha256").hexdigest()


def _network(address: str) -> str:
    """The network one subscriber has: an IPv4 address, or a /64 of IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    prefix = 64 if ip.version == 6 else 32
    return str(ipaddress.ip_network((ip, prefix), strict=False))
