"""A workbook (.xlsx, .xlsb, .xls, .ods) becomes a text: the cells of its first sheet with any.

What a stranger wrote is unpacked by a process of its own that may use so much memory, time and
disk and no more: two cells far apart are a table of terabytes, and the sizes a zip file declares
are its own word.
"""

import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import IO

from postroom.kit.processes import run_alone
from postroom.kit.tables.problems import NotATable

UNPACKED = 600 * 1024 * 1024  # bytes that the parts of a workbook may declare
PARTS = 5_000
SECONDS = 180  # on the clock; the processor's own limit is in unpacking.py
MODULE = "postroom.kit.tables.unpacking"

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CODES = {3: "locked", 4: "nothing"}


def is_workbook(file: IO[bytes]) -> bool:
    """By its first bytes, whatever it is called."""
    file.seek(0)
    return file.read(4) in (_ZIP, _OLE)


def workbook_as_text(file: IO[bytes]) -> IO[bytes]:
    """The sheet as CSV in UTF-8, row for row, in a file without a name. Raises NotATable.

    Formulas are what they last came to; dates are written 1980-12-31.
    """
    _refuse_bombs(file)
    with tempfile.NamedTemporaryFile(prefix="workbook-") as whole:
        file.seek(0)
        while block := file.read(1 << 20):
            whole.write(block)
        whole.flush()
        text = tempfile.TemporaryFile()  # noqa: SIM115 - it is what we return
        try:
            _unpack(Path(whole.name), text)
        except BaseException:
            text.close()
            raise
    text.seek(0)
    return text


def _refuse_bombs(file: IO[bytes]) -> None:
    """What a look at the directory of the zip file tells; the limits of the child are the wall."""
    file.seek(0)
    if file.read(4) != _ZIP:
        return
    try:
        with zipfile.ZipFile(file) as parts:
            found = parts.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise NotATable("unreadable") from error
    if len(found) > PARTS or sum(part.file_size for part in found) > UNPACKED:
        raise NotATable("huge")


def _unpack(path: Path, text: IO[bytes]) -> None:
    try:
        done = run_alone(MODULE, str(path), stdout=text, patience=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise NotATable("huge") from error
    if done.returncode == 0:
        return
    if done.returncode < 0 or done.returncode == 5:
        raise NotATable("huge")  # stopped by a limit
    raise NotATable(_CODES.get(done.returncode, "unreadable"))
