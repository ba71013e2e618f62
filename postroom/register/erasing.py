"""The register's part of an erasure: letters with all that hangs on them, down to their files.

What is only these clients' goes: entry, words of the index, raw mail, attachments. A letter that
is on somebody else's record too stays for them, and loses its link to these. What went leaves a
tombstone: hashes that say nothing, and keep a later look at the mailbox from bringing it back.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum

from postroom.practice import events
from postroom.register import note_drafts
from postroom.register.models import (
    Attachment,
    Conversation,
    Entry,
    EntryClient,
    EntryPatient,
    NoteSource,
    RemovedEntry,
    StoredFile,
    StoredMail,
    Tombstone,
    file_path,
    mail_path,
)

MERGED = 1000  # pages of the search index that are tidied in one transaction
NOTHING_LEFT = 2  # rows: an FTS5 merge that changed fewer had nothing to do (SQLite's own words)


@dataclass(frozen=True)
class Burden:
    """How much some entries are; `size` in bytes of raw mail and files of their own."""

    entries: int
    files: int
    size: int
    oldest: datetime | None
    newest: datetime | None


def theirs_alone(practice: int, clients: Collection[int]) -> QuerySet[Entry]:
    """The entries on the records of these clients and on nobody else's."""
    placed = EntryClient.objects.filter(entry=OuterRef("pk"))
    return Entry.objects.filter(
        Exists(placed.filter(client__in=clients)),
        ~Exists(placed.exclude(client__in=clients)),
        practice=practice,
        pk__in=EntryClient.objects.filter(client__in=clients).values("entry"),
    )


def shared(practice: int, clients: Collection[int]) -> QuerySet[Entry]:
    """The entries on the records of these clients and of others too."""
    placed = EntryClient.objects.filter(entry=OuterRef("pk"))
    return Entry.objects.filter(
        Exists(placed.exclude(client__in=clients)),
        practice=practice,
        pk__in=EntryClient.objects.filter(client__in=clients).values("entry"),
    )


def burden(entries: QuerySet[Entry]) -> Burden:
    """What would go with these entries."""
    ours = entries.order_by().values("pk")
    said = entries.order_by().aggregate(n=Count("pk"), oldest=Min("at"), newest=Max("at"))
    mails = StoredMail.objects.filter(entry__in=ours).aggregate(size=Sum("size"))
    stored = Attachment.objects.filter(entry__in=ours, stored__isnull=False)
    files = Attachment.objects.filter(entry__in=ours, inline=False).count()
    size = (mails["size"] or 0) + (stored.aggregate(size=Sum("size"))["size"] or 0)
    return Burden(said["n"], files, size, said["oldest"], said["newest"])


def erase_entries(practice: int, ids: Collection[int], *, now: datetime) -> None:
    """Erase these entries whole. Call within a transaction; the files go when it has committed."""
    mails = StoredMail.objects.filter(practice=practice, entry__in=ids)
    keys = list(mails.values_list("content_key", "fold_key"))
    files = _own_files(practice, ids)
    notes = NoteSource.objects.filter(practice=practice, entry__in=ids)
    by_itself = [*files, *notes.values_list("key", flat=True)]
    Tombstone.objects.bury(practice, {**dict.fromkeys(by_itself, ""), **dict(keys)}, now=now)
    entries = Entry.objects.filter(practice=practice, pk__in=ids)
    talks = set(entries.exclude(conversation=None).values_list("conversation", flat=True))
    entries.delete()
    Conversation.objects.filter(practice=practice, pk__in=talks, entries=None).delete()
    events.tell(practice, events.ENTRY_FILING, ids, now=now)
    paths = {mail_path(practice, key) for key, _ in keys}
    paths |= {file_path(practice, key) for key in files}
    transaction.on_commit(partial(unlink_unnamed, practice, paths))


def let_go(practice: int, clients: Collection[int]) -> int:
    """Take the letters that are others' too off these records; how many. In a transaction."""
    entries = list(shared(practice, clients).values_list("pk", flat=True))
    EntryPatient.objects.filter(practice=practice, patient__client__in=clients).delete()
    EntryClient.objects.filter(practice=practice, client__in=clients).delete()
    note_drafts.erase_clients(practice, clients)
    # What somebody removed a moment ago cannot be brought back any more, whoever it was about.
    removed = RemovedEntry.objects.filter(practice=practice)
    paths = {file_path(practice, key) for one in removed for key in one.paths}
    removed.delete()
    transaction.on_commit(partial(unlink_unnamed, practice, paths))
    return len(entries)


def unlink_unnamed(practice: int, paths: Iterable[Path]) -> None:
    """Remove files of mails and scans that no row names any more. Safe to repeat."""
    for path in paths:
        if path.suffix == ".eml":
            rows: QuerySet[StoredMail] | QuerySet[StoredFile] = StoredMail.objects.all()
        else:
            rows = StoredFile.objects.all()
        if not rows.filter(practice=practice, content_key=path.stem).exists():
            path.unlink(missing_ok=True)


def unlink_erased(practice: int, since: datetime) -> None:
    """Remove what an erasure that died left on the disk: files of tombstones from then on."""
    stones = Tombstone.objects.filter(practice=practice, at__gte=since)
    for key in stones.values_list("content_key", flat=True).iterator():
        paths = [mail_path(practice, key), file_path(practice, key)]
        unlink_unnamed(practice, (path for path in paths if path.exists()))


def squeeze_index(first: bool) -> bool:
    """Take erased words out of the search index too; False when nothing is left to do.

    FTS5 only marks what was deleted until its pieces are merged, and knows `secure-delete` from
    SQLite 3.42 on. Merged a little at a time: nobody waits for it. `first` begins anew.
    """
    if connection.vendor != "sqlite":
        return False
    pages = -MERGED if first else MERGED
    more = False
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("register_entrytext", "clients_pieces"):
            before = _changes(cursor)
            cursor.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', %s)", [pages])  # noqa: S608 - two names of ours
            more |= _changes(cursor) - before >= NOTHING_LEFT
    return more


def _changes(cursor: object) -> int:
    cursor.execute("SELECT total_changes()")  # type: ignore[attr-defined]
    return int(cursor.fetchone()[0])  # type: ignore[attr-defined]


def _own_files(practice: int, ids: Collection[int]) -> list[str]:
    """The content keys of stored files that go with these entries. A file is stored once however
    many entries have it, and names the first of them: where another one stays, so does the file."""
    attached = Attachment.objects.filter(practice=practice, stored__isnull=False)
    held = Q(entry__in=ids) | Q(pk__in=attached.filter(entry__in=ids).values("stored"))
    gone = []
    for file in StoredFile.objects.filter(held, practice=practice):
        heir = attached.filter(stored=file).exclude(entry__in=ids).order_by("pk").first()
        if heir is None:
            gone.append(file.content_key)
        elif file.entry_id in ids:
            StoredFile.objects.filter(pk=file.pk).update(entry=heir.entry_id)
    return gone
