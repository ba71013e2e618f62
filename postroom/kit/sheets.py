"""Writing a table for a spreadsheet: no cell of it is a command (RELIABILITY S7)."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from postroom.kit.text import clean

# What begins a formula in Excel, LibreOffice or Google Sheets, full-width forms among them.
_COMMANDS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
_INVISIBLE = " \u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff\u3000\u2028\u2029\x85\x0b\x0c"


def guarded(value: Any) -> str:
    """A cell as text, with an apostrophe before what a spreadsheet would carry out.

    Controls are left out; a line break of any kind becomes a space, so that a record is a line.
    """
    text = " ".join(clean(str(value)).splitlines())
    bare = text.lstrip(_INVISIBLE)
    return f"'{text}" if bare.startswith(_COMMANDS) or text.startswith(_COMMANDS) else text


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Lines of CSV (RFC 4180), every cell guarded and quoted."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line, quoting=csv.QUOTE_ALL).writerow([guarded(cell) for cell in row])
        yield line.getvalue()
