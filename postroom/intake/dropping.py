"""A file that comes by itself: stored whole, put on the record its name tells, or asked about.

The bytes are on the disk before there is a row; the row is there before anything is taken away
from where the file came from. A file whose content is in the register already is not put there
twice, whatever its name: unless it names another client, who was given the same sheet.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from postroom.connections.models import DropFolder
from postroom.intake import rules
from postroom.intake.erasing import veiled
from postroom.intake.models import Dropped
from postroom.intake.naming import Named, whose
from postroom.kit.crash import crash_point
from postroom.kit.files import write_durably
from postroom.kit.text import safe_file_name
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice
from postroom.register import rules as reasons
from postroom.register import scanning, search
from postroom.register.models import (
    Attachment,
    Entry,
    EntryClient,
    StoredFile,
    Tombstone,
    file_path,
)

BEGIN = 16  # bytes that tell what a file is


@dataclass(frozen=True)
class Found:
    """A file as it was found; `changed_ns` is its mtime, 0 where there is none."""

    practice: Practice
    name: str
    raw: bytes
    changed_ns: int = 0
    folder: DropFolder | None = None
    by: Member | None = None


def take_file(found: Found, *, now: datetime) -> Dropped:
    """Put a file in the register, and write down that it came. Safe to repeat.

    Raises OSError where this machine's disk does not take it.
    """
    fault = rules.file_fault(found.name, len(found.raw), found.raw[:BEGIN])
    if fault:
        return refuse(found, len(found.raw), fault, now=now)
    key = hashlib.sha256(found.raw).hexdigest()
    # What a person brings again by hand is wanted again.
    if found.folder and Tombstone.objects.among(found.practice.pk, [key]):
        return refuse(found, len(found.raw), rules.ERASED, now=now)
    write_durably([(file_path(found.practice.pk, key), found.raw)])
    crash_point("after-file-raw")
    for attempt in range(3):
        try:
            with transaction.atomic():
                dropped = _store(found, key, now=now)
                crash_point("inside-file-store")
            break
        except IntegrityError:  # the same file by another way at this moment
            if attempt == 2:
                raise
    crash_point("after-file-commit")
    return dropped


def refuse(found: Found, size: int, fault: str, *, now: datetime) -> Dropped:
    """Write down that a file is not taken, and why."""
    row = _row(found, size, now)
    row.state, row.refusal = Dropped.REFUSED, fault
    if fault == rules.ERASED:
        row.name = veiled(row.name)
    row.save()
    return row


def _store(found: Found, key: str, *, now: datetime) -> Dropped:
    known = StoredFile.objects.filter(practice=found.practice, content_key=key).first()
    meant = whose(found.practice.pk, _plain(found.name))
    before = _before(known, meant, found) if known else None
    row = _row(found, len(found.raw), now)
    row.content_key, row.again = key, before is not None
    row.entry = before or _enter(found, key, meant, known, now=now)
    taken_away = found.folder is not None and found.folder.take_away
    row.state = Dropped.STORED if taken_away else Dropped.DONE
    row.save()
    return row


def _before(known: StoredFile, meant: Named, found: Found) -> Entry | None:
    """The entry that says this already. None: the same sheet, handed to another client as well,
    or by a name that says whose it is, where the one that waits does not: that one goes on."""
    entries = Entry.objects.filter(attachments__stored=known).order_by("pk")
    if meant.sure:
        theirs = entries.filter(placements__client__in=meant.clients)
        same = Q(pk__in=theirs.values("pk")) | Q(subject=_plain(found.name)[:400])
        return entries.filter(same).first()
    return entries.first()


def _enter(
    found: Found, key: str, meant: Named, known: StoredFile | None, *, now: datetime
) -> Entry:
    """The entry of a new file, with all that hangs on it; `known`: the bytes are kept already."""
    practice, name = found.practice, _plain(found.name)
    entry = _entry(found, name, meant, now)
    entry.save()
    clients = entry.reason_data["clients"] if entry.filing == Entry.RESOLVED else []
    stored = known or StoredFile.objects.create(
        practice=practice, entry=entry, content_key=key, size=len(found.raw)
    )
    EntryClient.objects.bulk_create(
        EntryClient(practice=practice, entry=entry, client_id=client, at=entry.at)
        for client in clients
    )
    attachment = Attachment.objects.create(
        **{"practice": practice, "entry": entry, "stored": stored, "n": 1, "name": name},
        **{"type": rules.file_type(name, found.raw[:BEGIN]), "size": stored.size, "sha256": key},
    )
    scanning.expect([attachment], now=now)
    search.index([search.Words(entry.pk, practice.pk, entry.subject, "", "", name)])
    data = {"filing": entry.filing}
    audit.record(practice.pk, "file", "entry", entry.pk, by=found.by, now=now, data=data)
    events.tell(practice.pk, events.ENTRY_NEW, [entry.pk], now=now)
    return entry


def _entry(found: Found, name: str, meant: Named, now: datetime) -> Entry:
    filing = Entry.RESOLVED if meant.sure else Entry.UNRESOLVED
    changed = datetime.fromtimestamp(found.changed_ns / 1e9, UTC) if found.changed_ns else None
    return Entry(
        practice=found.practice,
        kind=Entry.LETTER,
        at=rules.written_at(changed, now),
        created_at=now,
        subject=name[:400],
        files=1,
        filing=filing,
        reason=_reason(meant),
        reason_data={"clients": list(meant.clients[:8])},
        filed_at=now if meant.sure else None,
    )


def _reason(meant: Named) -> str:
    if meant.sure:
        return reasons.FILE_NAME
    if not meant.clients:
        return reasons.NO_FILE_NAME
    return reasons.ONLY_NUMBERS if meant.numbers else reasons.SEVERAL_FILE_NAMES


def _row(found: Found, size: int, now: datetime) -> Dropped:
    return Dropped(
        practice=found.practice,
        folder=found.folder,
        member=found.by,
        name=found.name if found.folder else _plain(found.name),
        size=size,
        changed_ns=found.changed_ns,
        seen_at=now,
    )


def _plain(name: str) -> str:
    return safe_file_name(name) or "file"
