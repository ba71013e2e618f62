"""A ZIP file that grows a slice at a time, and is whole after each.

Python's zipfile writes the list of contents over the old one's place: what a crash leaves in
between has none. So the list is kept beside the file, and is put back before it grows again.
"""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.utils import timezone

NAME = "archive.zip"
LEVEL = 3  # of deflate: mails are base64, which gains little more by trying harder


@contextmanager
def grown(folder: Path, mark: dict[str, Any]) -> Iterator[zipfile.ZipFile]:
    """The archive in this folder as `mark` left it, open to take more; nothing of it is sure
    before `mark` was written down again. `mark` gets "start", where the list of contents begins.
    """
    path, start = folder / NAME, mark.get("start")
    if start is None:
        path.unlink(missing_ok=True)
    else:
        with path.open("r+b") as file, _kept(folder, start).open("rb") as contents:
            file.truncate(start)
            file.seek(start)
            shutil.copyfileobj(contents, file)
    with zipfile.ZipFile(
        path, "a", zipfile.ZIP_DEFLATED, compresslevel=LEVEL, strict_timestamps=False
    ) as archive:
        yield archive
    with zipfile.ZipFile(path) as archive:
        mark["start"] = archive.start_dir
    with path.open("rb") as file, _kept(folder, mark["start"]).open("wb") as contents:
        file.seek(mark["start"])
        shutil.copyfileobj(file, contents)


def forget_contents(folder: Path, but: int | None = None) -> None:
    """Drop the lists kept beside the file, but for the one that begins there."""
    for path in folder.glob("contents-*"):
        if but is None or path != _kept(folder, but):
            path.unlink(missing_ok=True)


@contextmanager
def member(archive: zipfile.ZipFile, name: str, at: datetime) -> Iterator[IO[bytes]]:
    """A file inside the archive, of that time, to be written."""
    local = timezone.localtime(at)
    moment = (max(local.year, 1980), local.month, local.day, local.hour, local.minute, local.second)
    info = zipfile.ZipInfo(name, moment)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as file:
        yield file


def _kept(folder: Path, start: int) -> Path:
    return folder / f"contents-{start}"
