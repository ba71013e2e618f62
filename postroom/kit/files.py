"""Files that survive a power cut: written aside, synced, renamed, and their folder synced."""

import os
from collections.abc import Iterable
from pathlib import Path

from postroom.kit.crash import crash_point


def write_durably(items: Iterable[tuple[Path, bytes]]) -> None:
    """Write each file whole or not at all; when this returns, all of them are on the disk.

    A name stands for its content here (a hash), so a file that is already there is the same
    file, and writing it again after a crash is harmless. Raises OSError (a full disk).
    """
    waiting, folders = [], set()
    for path, data in items:
        if path.parent not in folders:
            make_folder(path.parent)
            folders.add(path.parent)  # also for a file found there: its name may not be synced
        if path.exists():
            continue
        aside = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            _write_all(handle, data)
        except OSError:
            os.close(handle)
            aside.unlink(missing_ok=True)
            raise
        waiting.append((handle, aside, path))
    # Synced after all are written: the disk then takes the batch in one go.
    for handle, _, _ in waiting:
        os.fsync(handle)
        os.close(handle)
    crash_point("inside-raw")
    for _, aside, path in waiting:
        aside.rename(path)
    for folder in folders:
        _sync_folder(folder)


def make_folder(folder: Path) -> None:
    """A folder that will still be there after a power cut, with those above it."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
