"""How much of a mailbox may be fetched in a day (PE-19).

Gmail shuts a mailbox for a day once programs have taken 2,500 MB of it by IMAP. The past is
fetched up to less than that, the newest first; what has just arrived is fetched always.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django.db.models import Case, F, When

from postroom.connections.bodies import Seen
from postroom.connections.models import MailAccount

MB = 1_000_000
DAILY = {"imap.gmail.com": 2_000 * MB, "imap.googlemail.com": 2_000 * MB}  # bytes, by host
FRESH = timedelta(days=1)


def allows(account: MailAccount, batch: Sequence[Seen], *, now: datetime) -> bool:
    """May these be fetched today? Always where they are fresh, or the host counts nothing."""
    most = DAILY.get(account.host.lower())
    if most is None or all(one.received_at and one.received_at > now - FRESH for one in batch):
        return True
    spent = account.fetched_bytes if account.fetched_on == _day(now) else 0
    return spent + sum(one.size for one in batch) <= most


def spend(account: MailAccount, batch: Sequence[Seen], *, now: datetime) -> None:
    """Count what was fetched, where somebody counts. Two workers may be at one account."""
    if account.host.lower() not in DAILY:
        return
    size, today = sum(one.size for one in batch), _day(now)
    MailAccount.objects.filter(pk=account.pk).update(
        fetched_bytes=Case(When(fetched_on=today, then=F("fetched_bytes") + size), default=size),
        fetched_on=today,
    )
    account.refresh_from_db(fields=["fetched_bytes", "fetched_on"])


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()
