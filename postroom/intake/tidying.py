"""Files without a row: a worker died between writing a letter and committing it."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from postroom.intake.models import Sighting
from postroom.outbox.models import Message
from postroom.register.models import StoredFile, StoredMail

log = logging.getLogger(__name__)
KEPT = timedelta(days=1)
MOST = 50  # orphans that need no proof that this is their database


def drop_orphans(*, now: datetime) -> int:
    """Remove files older than a day that no mail, message, stored file or sighting names; how many.

    The letters themselves are still on the server, or are stored under another row.
    """
    limit = (now - KEPT).timestamp()
    old = [
        path
        for folder in settings.MAIL_FOLDER.glob("*/*")
        for path in _files(folder)
        if path.stat().st_mtime < limit
    ]
    orphans = [path for path in old if not _named(path.parent, path.stem)]
    if len(orphans) > MOST and len(orphans) * 2 > len(old):
        # Not the trace of a crash but another database: nothing may be thrown away.
        log.error("%s of %s letters are in no row: they are left alone", len(orphans), len(old))
        return 0
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_file())


def _named(folder: Path, key: str) -> bool:
    practice = int(folder.parent.name)
    return (
        StoredMail.objects.filter(practice=practice, content_key=key).exists()
        or Message.objects.filter(practice=practice, content_key=key).exists()
        or StoredFile.objects.filter(practice=practice, content_key=key).exists()
        or Sighting.objects.filter(
            practice=practice, content_key=key, state=Sighting.FETCHED
        ).exists()
    )
