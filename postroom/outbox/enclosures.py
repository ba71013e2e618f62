"""The files of drafts and templates: kept durably, before the row that names them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from postroom.kit.files import write_durably
from postroom.kit.text import safe_file_name
from postroom.outbox.template_models import Enclosure, enclosure_path

KEPT = timedelta(days=1)  # a file without a row: its row may be about to be written


@dataclass(frozen=True)
class NewFile:
    name: str
    type: str
    content: bytes


def keep(practice_id: int, files: Iterable[NewFile]) -> list[Enclosure]:
    """Rows of these files, still to be saved; the bytes are on the disk. Raises OSError."""
    rows, written = [], []
    for file in files:
        key = hashlib.sha256(file.content).hexdigest()
        written.append((enclosure_path(practice_id, key), file.content))
        rows.append(
            Enclosure(
                practice_id=practice_id,
                name=safe_file_name(file.name) or "file",
                type=(file.type or "application/octet-stream")[:120],
                size=len(file.content),
                content_key=key,
            )
        )
    write_durably(written)
    return rows


def copies(files: Iterable[Enclosure]) -> list[Enclosure]:
    """Rows of the same files for another draft or version, still to be saved."""
    return [
        Enclosure(
            practice_id=one.practice_id,
            name=one.name,
            type=one.type,
            size=one.size,
            content_key=one.content_key,
        )
        for one in files
    ]


def unlink_unnamed(keys: Iterable[tuple[int, str]]) -> None:
    """Remove these files (practice, content key) where no row names them. Safe to repeat."""
    for practice, key in keys:
        if not Enclosure.objects.filter(practice=practice, content_key=key).exists():
            enclosure_path(practice, key).unlink(missing_ok=True)


def drop_unnamed(*, now: datetime) -> int:
    """Remove files older than a day that no row names; how many."""
    limit = (now - KEPT).timestamp()
    gone = 0
    for path in settings.ENCLOSURES_FOLDER.glob("*/*/*"):
        practice = path.parent.parent.name
        if path.stat().st_mtime >= limit or not practice.isdigit():
            continue
        if not Enclosure.objects.filter(practice=int(practice), content_key=path.name).exists():
            path.unlink(missing_ok=True)
            gone += 1
    return gone
