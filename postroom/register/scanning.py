"""What the virus scanner says of attachments: asked in the background, once for each content.

    filed ──→ waiting ──→ clean | infected
                 ↑  └───→ unchecked: the scanner refuses it, or did not answer five times
                 └──────── a person asks again

Without a scanner there are no rows, and everything is «not checked». Never «clean» by default.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from postroom.connections import clamd
from postroom.connections.trouble import PORT_CLOSED, Trouble
from postroom.register.letters import file_bytes
from postroom.register.models import Attachment, Scan, Spelt

AT_ONCE = 50  # files of one round
ROUND = 10.0  # seconds after which a round begins no other file: other work waits too
MOST_TRIES = 5
AGAIN = timedelta(minutes=5)  # after the scanner did not answer, times the tries


def expect(attachments: Iterable[Attachment], *, now: datetime) -> None:
    """New attachments are to be scanned; in the transaction that makes them."""
    if not clamd.is_there():
        return
    new = {(one.practice_id, one.sha256): one for one in attachments}
    Scan.objects.bulk_create(
        (
            Scan(practice_id=practice, sha256=sha256, attachment=one, at=now)
            for (practice, sha256), one in sorted(new.items())
        ),
        ignore_conflicts=True,
    )


def is_any_waiting(*, now: datetime) -> bool:
    """Whether there is something to ask, and somebody to be asked."""
    return clamd.is_there() and _waiting(now).exists()


def scan_waiting(*, now: datetime, clock: Callable[[], float] = time.monotonic) -> int:
    """Ask about what waits, the longest first; how many answers there were."""
    if not clamd.is_there():
        return 0
    done, ends = 0, clock() + ROUND
    waiting = _waiting(now).select_related("attachment__mail", "attachment__stored")
    for scan in waiting.order_by("at", "pk")[:AT_ONCE]:
        if clock() > ends:
            break
        try:
            done += ask(scan, now=now)
        except Trouble:
            break  # it does not answer: no use in asking about the others now
    return done


def again(attachment: Attachment, *, now: datetime) -> Scan:
    """Ask about this file at once, whatever was said before. Raises Trouble."""
    if not clamd.is_there():
        raise Trouble(PORT_CLOSED)
    scan, _made = Scan.objects.update_or_create(
        practice_id=attachment.practice_id,
        sha256=attachment.sha256,
        defaults={"attachment": attachment, "tries": 0, "at": now},
    )
    ask(scan, now=now)
    return scan


def ask(scan: Scan, *, now: datetime) -> bool:
    """One question; whether it was answered. Raises Trouble where the scanner does not answer."""
    if scan.attachment is None:  # gone meanwhile, with its letter
        scan.delete()
        return False
    try:
        virus = clamd.virus_in(file_bytes(scan.attachment))
    except (OSError, LookupError):
        _keep(scan, Scan.UNCHECKED, now=now)
        return False
    except Trouble as trouble:
        if trouble.final:  # the file's fault, not the scanner's
            _keep(scan, Scan.UNCHECKED, now=now)
            return False
        tries = scan.tries + 1
        state = Scan.UNCHECKED if tries >= MOST_TRIES else Scan.WAITING
        # What was found before stands until there is another answer.
        state = scan.state if scan.state in (Scan.CLEAN, Scan.INFECTED) else state
        _keep(scan, state, now=now + AGAIN * tries, tries=tries, virus=scan.virus)
        raise
    _keep(scan, Scan.INFECTED if virus else Scan.CLEAN, now=now, virus=virus)
    return True


def scans_of(attachments: Iterable[Attachment]) -> dict[str, Scan]:
    """What is known of these files of one entry, by their content."""
    of = {one.sha256: one.practice_id for one in attachments}
    if not of:
        return {}
    rows = Scan.objects.filter(practice__in=set(of.values()), sha256__in=of)
    return {row.sha256: row for row in rows}


def _waiting(now: datetime) -> QuerySet[Scan]:
    # Spelt out, so that SQLite finds them by the index that holds nothing else.
    return Scan.objects.filter(state=Spelt(Scan.WAITING), at__lte=now)


def _keep(scan: Scan, state: str, *, now: datetime, tries: int = 0, virus: str = "") -> None:
    scan.state, scan.virus, scan.tries, scan.at = state, virus, tries, now
    scan.save(update_fields=["state", "virus", "tries", "at"])
