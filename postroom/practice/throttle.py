"""Guessing passwords gets slower and slower (RELIABILITY S3).

A try is counted before the password is looked at, so that a hundred tries at once are a hundred
tries; the right password takes the count away.
"""

import ipaddress
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from postroom.practice.models import SignInFailure

FREE = 5  # tries within WINDOW that cost nothing
WINDOW = timedelta(minutes=15)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
KEPT = timedelta(days=1)


@transaction.atomic
def take_try(account: str, address: str, now: datetime) -> timedelta:
    """Count a try; how long this account and network must wait first (zero: look at it now)."""
    row, created = SignInFailure.objects.select_for_update().get_or_create(
        key=_key(account, address), defaults={"last_at": now}
    )
    if row.until and now < row.until:
        return row.until - now
    if created:
        SignInFailure.objects.filter(last_at__lt=now - KEPT).delete()
    quiet_since = max(row.last_at, row.until or row.last_at)
    row.tries = 1 if now - quiet_since > WINDOW else row.tries + 1
    row.last_at, row.until = now, now + pause(row.tries)
    row.save()
    return timedelta(0)


def forgive(account: str, address: str) -> None:
    """The password was right: nothing is held against this place any more."""
    SignInFailure.objects.filter(key=_key(account, address)).delete()


def pause(tries: int) -> timedelta:
    """How long nothing is looked at after so many tries: 30 s, 1 min, 2 min … 15 min."""
    if tries < FREE:
        return timedelta(0)
    return min(FIRST_PAUSE * 2 ** min(tries - FREE, 10), LONGEST_PAUSE)


def _key(account: str, address: str) -> str:
    value = f"{account.strip().lower()} {_network(address)}"
    return salted_hmac("postroom.practice.throttle", value, algorithm="sha256").hexdigest()


def _network(address: str) -> str:
    """The network one subscriber has: an IPv4 address, or a /64 of IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    prefix = 64 if ip.version == 6 else 32
    return str(ipaddress.ip_network((ip, prefix), strict=False))
