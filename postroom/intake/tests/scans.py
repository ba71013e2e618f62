"""A watched folder of scans, and a look into it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from postroom.connections.models import DropFolder
from postroom.intake import drop_folders
from tests.support.cast import Cast

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PDF = b"%PDF-1.7 a letter of the laboratory"


def watch(cast: Cast, place: Path, take_away: bool = True) -> DropFolder:
    return drop_folders.add_folder(
        cast.practice, "Scanner", place, take_away=take_away, minutes=5, by=cast.alice, now=NOW
    )


def names_in(place: Path) -> list[str]:
    return [path.name for path in place.iterdir()]


def look(folder: DropFolder, minutes: int = 0) -> int:
    """A look when its time has come."""
    DropFolder.objects.filter(pk=folder.pk).update(checked_at=None)
    return drop_folders.look_into(folder.pk, now=NOW + timedelta(minutes=minutes))
