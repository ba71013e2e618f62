"""Judgement of the outbox: what may be queued, when to try again, what an answer means. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from postroom.kit.addresses import normalise_email

# Why a letter cannot be queued.
NO_RECIPIENT = "no-recipient"
BAD_ADDRESS = "bad-address"
LINE_BREAK = "line-break"
TOO_MANY = "too-many-recipients"
TOO_BIG = "too-big"
ACCOUNT_OFF = "account-off"

# Why a message is where it is.
SERVER_LATER = "server-later"  # the server asked us to come again
SERVER_REFUSED = "server-refused"
NOT_REACHED = "not-reached"  # no connection, or it broke before the end
NO_ANSWER = "no-answer"  # the end went out, the answer did not come
WORKER_GONE = "worker-gone"  # ours stopped before the answer was written down
CATCH_UP = "catch-up"  # it came due while nothing could leave: somebody is asked
OVERDUE = "overdue"  # of no use any more
FILE_MISSING = "file-missing"
ADDRESS_CHANGED = "address-changed"
ADDRESS_BLOCKED = "address-blocked"
HAS_COME = "has-come"  # since the message was written
HAS_NEXT = "has-next"  # appointment
BOUNCED = "bounced"
TAKEN_BACK = "taken-back"
REPLACED = "replaced"
# What told us that an uncertain one did arrive, or that it did not.
BY_SENT_FOLDER, BY_REPLY, BY_BOUNCE = "in-sent-folder", "reply", "bounce"
BY_COPY = "copy"  # it came in itself, to one of our own mailboxes
BY_MEMBER = "member"

# What became of one try.
SENT, LATER, REFUSED, UNKNOWN, UNTRIED = "sent", "later", "refused", "unknown", "untried"

CLAIM_LEASE = timedelta(minutes=15)  # to hand over the text
SENDING_LEASE = timedelta(minutes=12)  # to wait for the answer to the dot
UNDO = timedelta(seconds=10)  # of what nobody sends in person; a member says for themselves
ON_DESK = timedelta(minutes=15)  # an uncertain one waits so long for evidence
FIRST_WAIT = timedelta(minutes=5)
LONGEST = timedelta(hours=24)  # of trying again, from when it was due
SILENCE = timedelta(hours=1)  # of the worker or the clock: what is longer is a gap
AT_ONCE = 20  # messages due after a gap; more are not let out unasked
PAUSE_AFTER = 10  # letters refused in a row
MOST_RECIPIENTS = 100
MOST_BYTES = 35_000_000  # as they travel: 25 MB of files
LEVELS = range(6)

_BREAKS = re.compile("[\r\n\x00]")
# What ends a line for one program or another, and marks nobody types on purpose.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def has_break(*texts: str) -> bool:
    """Whether one of these could end a header line (RELIABILITY 4.4)."""
    return any(_BREAKS.search(text) for text in texts)


def one_line(text: str) -> str:
    """A subject or a name as it may stand in a header: controls as spaces, trimmed."""
    return " ".join(_CONTROLS.sub(" ", text.encode("utf-8", "replace").decode()).split())


def wire_address(text: str) -> str:
    """An address as it goes on the wire, its domain in A-labels; "" when it is none.

    The part before the @ keeps its letters' case, which is the other server's affair.
    """
    norm = normalise_email(text)
    plain = text.strip()
    local, _, domain = plain.rpartition("@")
    if not norm or not plain.isascii() or '"' in plain:
        return norm
    return f"{local}@{domain.lower()}"


def compared(address: str) -> str:
    """An address as two of them are compared."""
    return normalise_email(address)


def next_try(
    now: datetime, *, attempts: int, due: datetime, useless_after: datetime | None
) -> datetime | None:
    """When to try again after the nth attempt (1, 2 …): 5 minutes, 10, 20 …; None when that is
    later than a day after it was due, or of no use by then."""
    again = now + FIRST_WAIT * 2 ** (min(attempts, 12) - 1)
    last = due + LONGEST
    if useless_after:
        last = min(last, useless_after)
    if again <= last:
        return again
    # The last try is made when the time is nearly over, not skipped.
    return last if now + FIRST_WAIT < last else None


def is_on_desk(since: datetime | None, now: datetime) -> bool:
    """Whether an uncertain message has waited long enough for evidence to ask a person."""
    return since is None or now - since >= ON_DESK


def is_gap(last: datetime | None, now: datetime) -> bool:
    """Whether nothing could leave for long: the clock jumped, or Postroom stood still."""
    return last is not None and now - last > SILENCE


def shortest(ids: Iterable[str], limit: int) -> list[str]:
    """References of a reply: the first and the newest, if all are too long (RFC 5322, 3.6.4)."""
    found = list(dict.fromkeys(ids))
    while len(found) > 2 and sum(len(one) + 1 for one in found) > limit:
        del found[1]
    return found
