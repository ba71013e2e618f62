"""Files without a row: a worker died between writing a letter and committing it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from postroom.intake.models import Sighting
from postroom.register.models import StoredMail

KEPT = timedelta(days=1)


def drop_orphans(*, now: datetime) -> int:
    """Remove files older than a day that neither a mail nor a sighting names; how many.

    The letters themselves are still on the server, or are stored under another row.
    """
    limit = (now - KEPT).timestamp()
    dropped = 0
    for folder in settings.MAIL_FOLDER.glob("*/*"):
        old = {path.stem: path for path in _files(folder) if path.stat().st_mtime < limit}
        dropped += sum(_drop(path) for key, path in old.items() if not _named(folder, key))
    return dropped


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_file())


def _named(folder: Path, key: str) -> bool:
    practice = int(folder.parent.name)
    return (
        StoredMail.objects.filter(practice=practice, content_key=key).exists()
        or Sighting.objects.filter(
            practice=practice, content_key=key, state=Sighting.FETCHED
        ).exists()
    )


def _drop(path: Path) -> int:
    path.unlink(missing_ok=True)
    return 1
