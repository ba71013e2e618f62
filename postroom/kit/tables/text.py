"""A table written as text: its encoding, its delimiter, its records."""

import codecs
import csv
import io
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Protocol

from postroom.kit.tables.problems import NotATable
from postroom.kit.tables.workbooks import is_workbook, workbook_as_text
from postroom.kit.text import clean

DELIMITERS = (",", ";", "\t")
_BLOCK = 1 << 20
_HEAD = 1 << 16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r\f\x1a")


class Table(Protocol):
    """Rows of cells under a header. They can be walked as often as one likes."""

    @property
    def header(self) -> tuple[str, ...]: ...

    def records(self) -> Iterator[tuple[int, list[str] | None]]: ...


@dataclass(frozen=True)
class TextTable:
    """A file of records; it can be read as often as one likes, a block at a time."""

    file: IO[bytes]
    encoding: str
    delimiter: str
    header_row: int  # as a spreadsheet counts: the first row is 1
    header: tuple[str, ...]

    def records(self) -> Iterator[tuple[int, list[str] | None]]:
        """Row number and cells; None for cells whose quotation marks make no sense."""
        self.file.seek(0)
        text = io.TextIOWrapper(self.file, self.encoding, newline="")
        try:
            numbered = enumerate(_cells(text, self.delimiter), 1)
            for number, cells in islice(numbered, self.header_row, None):
                if cells is None or any(cells):
                    yield number, cells
        finally:
            text.detach()


def open_table(file: IO[bytes], score: Callable[[list[str]], int]) -> TextTable:
    """The table in a seekable file. `score` tells how many of a header's names are understood.

    A workbook is unpacked into a file of its own. Raises NotATable.
    """
    if not is_workbook(file):
        return _text_table(file, score)
    text = workbook_as_text(file)
    try:
        table = _text_table(text, score)
    except BaseException:
        text.close()
        raise
    weakref.finalize(table, text.close)
    return table


def _text_table(file: IO[bytes], score: Callable[[list[str]], int]) -> TextTable:
    encoding = encoding_of(file)
    head = _head(file, encoding)
    found = [_header(head, delimiter) for delimiter in DELIMITERS]
    # The most understood names win; then the most columns.
    delimiter, (row, names) = max(
        zip(DELIMITERS, found, strict=True),
        key=lambda each: (score(each[1][1]), len(each[1][1])),
    )
    if not names:
        raise NotATable("nothing")
    return TextTable(file, encoding, delimiter, row, tuple(names))


def encoding_of(file: IO[bytes]) -> str:
    """utf-8-sig, utf-16(-le, -be) or cp1252: the first in which every byte has a meaning.

    Raises NotATable when there is none, and when a UTF-8 file has a few bytes that are not:
    read as cp1252 every accent in it would be spoilt in silence.
    """
    file.seek(0)
    start = file.read(_BLOCK)
    encoding = _by_mark(start) or _by_zeros(start) or "utf-8-sig"
    if _reads_as(file, encoding):
        return encoding
    if encoding != "utf-8-sig":
        raise NotATable("encoding")
    damaged, line = _damaged_utf8(file)
    if damaged:
        raise NotATable("damaged", line=str(line))
    if _has_controls(file) or not _reads_as(file, "cp1252"):
        raise NotATable("encoding")
    return "cp1252"


def _by_mark(start: bytes) -> str:
    return next((name for bom, name in _BOMS if start.startswith(bom)), "")


def _by_zeros(start: bytes) -> str:
    """In UTF-16 every other byte of plain letters is zero."""
    enough = len(start) // 4
    if enough and start[1::2].count(0) > enough:
        return "utf-16-le"
    if enough and start[0::2].count(0) > enough:
        return "utf-16-be"
    return ""


def _reads_as(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in _blocks(file):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _damaged_utf8(file: IO[bytes]) -> tuple[bool, int]:
    """Is it UTF-8 with a few bad bytes, and in which line is the first? cp1252 is hardly ever."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    good = bad = 0
    line = 1
    for block in _blocks(file):
        text = decoder.decode(block)
        wrong = text.count("\ufffd")
        if not bad:
            line += text.partition("\ufffd")[0].count("\n")
        bad += wrong
        good += len(text) - wrong - sum(map(text.count, _ascii(text)))
    return good > bad, line


def _ascii(text: str) -> set[str]:
    return {letter for letter in set(text) if letter < "\x80"}


def _has_controls(file: IO[bytes]) -> bool:
    return any(len(block.translate(None, _CONTROLS)) < len(block) for block in _blocks(file))


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(_BLOCK):
        yield block


def _head(file: IO[bytes], encoding: str) -> str:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    return decoder.decode(file.read(_HEAD))


def _header(head: str, delimiter: str) -> tuple[int, list[str]]:
    """The first row that is not empty, with its number; a line "sep=;" (Excel) is passed over."""
    for number, cells in enumerate(_cells(io.StringIO(head, newline=""), delimiter), 1):
        names = [" ".join(cell.split()) for cell in cells or []]
        if any(names) and not names[0].lower().startswith("sep="):
            return number, names
    return 0, []


def _cells(text: io.TextIOBase, delimiter: str) -> Iterator[list[str] | None]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        try:
            yield [clean(cell).strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield None
