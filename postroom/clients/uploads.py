"""Files that somebody brings to be imported, kept for a week in a folder of their own each.

imports/<key>/list       what was brought, as a table of text
imports/<key>/raw        or as it came, where that is a calendar or the like (appointments)
imports/<key>/good       its good rows, once it was checked
imports/<key>/problems   what is wrong with the others
imports/<key>/gone       whom it does not name
"""

import csv
import io
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, BinaryIO

from django.conf import settings

from postroom.clients.importing import ClientFile, client_table
from postroom.kit.files import make_folders
from postroom.kit.tables import NotATable, Table, TextTable

LARGEST = 200 * 1024 * 1024  # bytes
MOST_COLUMNS = 200
RAW = "raw"
KEPT = timedelta(days=7)

_KEY = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Kept:
    """An upload that is a table: where it lies, and how many rows it has."""

    key: str
    header: tuple[str, ...]
    rows: int


def keep(file: BinaryIO, size: int) -> Kept:
    """Put a file aside, whatever it is made a table of text. Raises NotATable (also: too_big,
    columns), OSError; then nothing is kept."""
    if size > LARGEST:
        raise NotATable("too_big", most=str(LARGEST >> 20))
    table = client_table(file)
    if len(table.header) > MOST_COLUMNS:
        raise NotATable("columns", most=str(MOST_COLUMNS))
    key = secrets.token_hex(16)
    try:
        make_folders([folder(key)])
        with writing(key, "list") as kept:
            if isinstance(table, TextTable):
                _copy(table.file, kept)
            else:
                _write(table, kept)
            kept.flush()
            os.fsync(kept.fileno())
        with opened(key) as again:
            return Kept(key, again.header, sum(1 for _ in again.records()))
    except BaseException:
        drop(key)
        raise


def keep_raw(file: BinaryIO) -> str:
    """Put a file aside as it is; its key. Raises OSError; then nothing is kept."""
    key = secrets.token_hex(16)
    try:
        make_folders([folder(key)])
        with writing(key, RAW) as kept:
            _copy(file, kept)
            kept.flush()
            os.fsync(kept.fileno())
    except BaseException:
        drop(key)
        raise
    return key


class opened:
    """The table of an upload, open for the length of a block. Raises NotATable, OSError."""

    def __init__(self, key: str) -> None:
        self.file = path(key, "list").open("rb")

    def __enter__(self) -> Table:
        try:
            return client_table(self.file)
        except BaseException:
            self.file.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.file.close()


def clients_of(table: Table, places: dict[str, list[int]], country: str) -> ClientFile:
    """The rows of a table, its columns read as these fields."""
    columns = {field: tuple(found) for field, found in places.items() if found}
    return ClientFile(table, columns, country)


def folder(key: str) -> Path:
    """Where an upload lies. Raises ValueError for what is no key of ours."""
    if not _KEY.fullmatch(key):
        raise ValueError(key)
    return settings.IMPORTS_FOLDER / key


def path(key: str, name: str) -> Path:
    return folder(key) / name


def writing(key: str, name: str) -> IO[bytes]:
    """A file of an upload, empty and for nobody else to read."""
    handle = os.open(path(key, name), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    return os.fdopen(handle, "wb")


def drop(key: str) -> None:
    """Harmless when it is gone already."""
    shutil.rmtree(folder(key), ignore_errors=True)


def tidy(now: datetime) -> int:
    """Remove what was brought more than a week ago; how many."""
    limit = (now - KEPT).timestamp()
    old = [each for each in _all() if each.stat().st_mtime < limit]
    for each in old:
        shutil.rmtree(each, ignore_errors=True)
    return len(old)


def some_rows(table: Table, told: dict[int, list[str]], heading: str) -> bytes:
    """The rows told of as a CSV file, their cells as they were, and last what is told."""
    rows = [[*table.header, heading]]
    for number, cells in table.records():
        if number in told:
            # It stands under its heading also where a row is short.
            row = [*(cells or []), *[""] * (len(table.header) - len(cells or []))]
            rows.append([*row, " ".join(told[number])])
    return as_csv(rows, table.delimiter if isinstance(table, TextTable) else ",")


def as_csv(rows: Iterable[Sequence[str]], delimiter: str = ",") -> bytes:
    """Rows as a file for a spreadsheet program, which calculates nothing of them."""
    text = io.StringIO(newline="")
    text.write("\ufeff")  # without it, such a program spoils every accent
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def guarded(cell: str) -> str:
    """A cell that a spreadsheet program takes for words, not for a formula; `importing` takes the
    mark away again."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _all() -> Iterator[Path]:
    if settings.IMPORTS_FOLDER.is_dir():
        yield from (each for each in settings.IMPORTS_FOLDER.iterdir() if _KEY.fullmatch(each.name))


def _copy(file: IO[bytes], kept: IO[bytes]) -> None:
    file.seek(0)
    shutil.copyfileobj(file, kept, 1 << 20)


def _write(table: Table, kept: IO[bytes]) -> None:
    text = io.TextIOWrapper(kept, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(table.header)
    writer.writerows(cells for _, cells in table.records() if cells is not None)
    text.flush()
    text.detach()
