"""Looking into a watched folder: what lies still is taken in, and then taken away.

    found ─ still for some seconds ─ read, the same before and after ─→ in the register, committed
      │                                                                   │ still the same file
      └ a link, a pipe, empty, too big, a program: left, and said         └→ removed ─→ done

A worker that dies in between leaves a row that is `stored`: the file is seen again, known by its
content, and taken away then.
"""

import hashlib
import logging
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from postroom.connections.models import DropFolder
from postroom.intake import rules
from postroom.intake.dropping import Found, refuse, take_file
from postroom.intake.erasing import veiled
from postroom.intake.models import Dropped
from postroom.intake.places import NOT_ALLOWED, Unsuitable, real_folder
from postroom.kit.crash import crash_point
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice

log = logging.getLogger(__name__)
STILL = 5.0  # seconds a file must have been left alone
MOST = 200  # files of one look; what is left comes with the next one
UNREADABLE, KEPT_THERE, DISK = "unreadable", "kept-there", "disk"


@dataclass(frozen=True)
class Seen:
    """A file of the folder: what it was like when it was looked at."""

    name: str
    known_as: str  # its name as the ledger keeps it
    size: int
    changed_ns: int
    inode: int
    odd: bool  # not a plain file of its own
    touched: float  # when the system itself noted a change last, in seconds since 1970


def due(now: datetime) -> list[int]:
    """The folders it is time to look into."""
    found = DropFolder.objects.filter(active=True)
    return [
        folder.pk for folder in found.only("pk", "minutes", "checked_at") if _is_due(folder, now)
    ]


def look_into(pk: int, *, now: datetime) -> int:
    """Look into one folder, if nobody else does; how many files were taken in. Never raises for
    what lies there."""
    folder = DropFolder.objects.filter(pk=pk, active=True).select_related("practice").first()
    if folder is None or not _is_due(folder, now):
        return 0
    claimed = DropFolder.objects.filter(pk=pk, checked_at=folder.checked_at)
    if not claimed.update(checked_at=now):
        return 0
    taken, trouble, detail = 0, "", ""
    try:
        with _opened(folder) as handle:
            _forget_what_went(folder, handle)
            for seen, known in _to_take(folder, handle):
                if trouble and known:  # what cannot be taken away must not keep the others out
                    continue
                trouble = _take(folder, handle, seen, known, now=now) or trouble
                taken += 1
                if taken >= MOST:
                    DropFolder.objects.filter(pk=pk).update(checked_at=None)  # more is waiting
                    break
    except Unsuitable as fault:
        trouble = fault.code
    except OSError as error:
        log.warning("drop folder %s: %s", pk, error)
        ours = str(error.filename or "").startswith(str(settings.MAIL_FOLDER))
        trouble, detail = DISK if ours else UNREADABLE, error.strerror or ""
    _say(folder, trouble, detail, now=now)
    return taken


@transaction.atomic
def add_folder(
    practice: Practice,
    name: str,
    path: Path,
    *,
    take_away: bool,
    minutes: int,
    by: Member,
    now: datetime,
) -> DropFolder:
    """Watch a folder from now on; `path` as places.free_folder gives it."""
    folder = DropFolder.objects.create(
        practice=practice, name=name, path=str(path), take_away=take_away, minutes=minutes
    )
    audit.record(practice.pk, "add", "drop_folder", folder.pk, by=by, now=now)
    return folder


@transaction.atomic
def set_active(folder: DropFolder, active: bool, *, by: Member, now: datetime) -> None:
    """Rest a folder, or wake it; what came from it stays."""
    DropFolder.objects.filter(pk=folder.pk).update(active=active, checked_at=None)
    action = "activate" if active else "deactivate"
    audit.record(folder.practice_id, action, "drop_folder", folder.pk, by=by, now=now)


@contextmanager
def _opened(folder: DropFolder) -> Iterator[int]:
    """A handle of the folder, through which alone its files are reached. Raises Unsuitable."""
    real = real_folder(folder.practice, folder.path)
    if str(real) != folder.path:  # a link has taken its place
        raise Unsuitable(NOT_ALLOWED)
    handle = os.open(real, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield handle
    finally:
        os.close(handle)


def _to_take(folder: DropFolder, handle: int) -> Iterator[tuple[Seen, Dropped | None]]:
    """What lies still and is new, changed since it was seen, or was not taken away; the oldest
    first, each with its row."""
    now = time.time()
    found = []
    with os.scandir(handle) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                if rules.is_file_for_us(entry.name) and not entry.is_dir(follow_symlinks=False):
                    found.append(_look(entry.name, handle))
    for seen in sorted(found, key=lambda seen: (seen.changed_ns, seen.name)):
        if not _is_still(seen, now):
            continue
        known = _known(folder, seen)
        if known is None or (known.state != Dropped.REFUSED and folder.take_away):
            yield seen, known


def _take(
    folder: DropFolder, handle: int, seen: Seen, known: Dropped | None, *, now: datetime
) -> str:
    """Take a file in, then away; why it had to stay there, or ""."""
    found = Found(folder.practice, seen.known_as, b"", seen.changed_ns, folder)
    if seen.odd:
        refuse(found, seen.size, rules.ODD, now=now)
        return ""
    if seen.size > rules.LARGEST_FILE:
        refuse(found, seen.size, rules.TOO_BIG, now=now)
        return ""
    try:
        raw = _read(seen, handle)
    except FileNotFoundError:  # somebody has taken it away meanwhile
        return ""
    except OSError:
        refuse(found, seen.size, rules.UNREADABLE, now=now)
        return ""
    if raw is None:  # somebody is at it: next time
        return ""
    # Nothing is ever removed but what was read just now and is in the register.
    if known is None or known.state != Dropped.STORED or known.content_key != _key(raw):
        found = Found(folder.practice, seen.known_as, raw, seen.changed_ns, folder)
        known = take_file(found, now=now)
    return _take_away(folder, handle, seen) if known.state == Dropped.STORED else ""


def _key(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _read(seen: Seen, handle: int) -> bytes | None:
    """The bytes of a file that was not touched meanwhile; None for one that was."""
    # Not waiting: a pipe put in its place would hold the worker for ever.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with os.fdopen(os.open(seen.name, flags, dir_fd=handle), "rb") as file:
        raw = file.read(rules.LARGEST_FILE + 1)
        after = os.fstat(file.fileno())
    return raw if _same(after, seen) and len(raw) == seen.size else None


def _take_away(folder: DropFolder, handle: int, seen: Seen) -> str:
    """Remove what was stored, if it is the same still; its rows are done then."""
    try:
        if _same(os.stat(seen.name, dir_fd=handle, follow_symlinks=False), seen):
            os.unlink(seen.name, dir_fd=handle)
            os.fsync(handle)
    except FileNotFoundError:
        pass
    except OSError:
        return KEPT_THERE
    crash_point("after-take-away")
    _rows(folder, seen).filter(state=Dropped.STORED).update(state=Dropped.DONE)
    return ""


def _forget_what_went(folder: DropFolder, handle: int) -> None:
    """Rows of files that are no longer there: taken away before the worker died, or by hand."""
    open_still = Dropped.objects.filter(folder=folder, state=Dropped.STORED)
    if not open_still.exists():
        return
    there = {_known_as(name) for name in os.listdir(handle)}
    for row in open_still:
        if row.name not in there:
            Dropped.objects.filter(pk=row.pk).update(state=Dropped.DONE)


def _known(folder: DropFolder, seen: Seen) -> Dropped | None:
    return _rows(folder, seen).order_by("-pk").first()


def _rows(folder: DropFolder, seen: Seen) -> QuerySet[Dropped]:
    # Of what was erased, the name too is kept as a hash only.
    names = (seen.known_as, veiled(seen.known_as))
    return Dropped.objects.filter(
        folder=folder, name__in=names, size=seen.size, changed_ns=seen.changed_ns
    )


def _look(name: str, handle: int) -> Seen:
    found = os.stat(name, dir_fd=handle, follow_symlinks=False)
    # A second name of a file elsewhere would bring in what its owner may not read.
    odd = not stat.S_ISREG(found.st_mode) or found.st_nlink != 1
    size = found.st_size if stat.S_ISREG(found.st_mode) else 0
    known_as, changed = _known_as(name), found.st_mtime_ns
    return Seen(name, known_as, size, changed, found.st_ino, odd, found.st_ctime)


def _known_as(name: str) -> str:
    """A name as the tables can keep it, whatever bytes it is made of."""
    return re.sub("[\udc80-\udcff]", lambda m: f"%{ord(m[0]) - 0xDC00:02X}", name)[:255]


def _is_still(seen: Seen, now: float) -> bool:
    """Neither written nor touched for some seconds: a copy may have brought its old date along,
    so that the moment the system itself notes counts as well. What changes after it was looked at
    is found out when it is read."""
    changed = seen.changed_ns / 1e9
    # A date that has not come yet says nothing.
    return now - max(seen.touched, changed if changed <= now else 0) >= STILL


def _same(found: os.stat_result, seen: Seen) -> bool:
    now = (found.st_ino, found.st_size, found.st_mtime_ns)
    return stat.S_ISREG(found.st_mode) and now == (seen.inode, seen.size, seen.changed_ns)


def _is_due(folder: DropFolder, now: datetime) -> bool:
    interval = timedelta(seconds=settings.POLL_SECONDS or 60 * folder.minutes)
    return folder.checked_at is None or folder.checked_at + interval <= now


def _say(folder: DropFolder, trouble: str, detail: str, *, now: datetime) -> None:
    if (folder.trouble, folder.trouble_detail) == (trouble, detail):
        return
    since = None if not trouble else (folder.trouble_since if folder.trouble else now)
    with transaction.atomic():
        DropFolder.objects.filter(pk=folder.pk).update(
            trouble=trouble, trouble_detail=detail, trouble_since=since
        )
        events.tell(folder.practice_id, events.ACCOUNT, [0], now=now)
