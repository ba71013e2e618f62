"""`unpacking FILE`: the first sheet that has a cell, as CSV on standard output.

Run by `workbooks`, alone in its process. Ends with 0, or: 2 no workbook, 3 locked with a
password, 4 no cell in it, 5 or a signal: more than the limits allow.
"""

import csv
import io
import sys
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from postroom.kit.processes import Limits

# 100,000 rows of ten cells take 150 MB of memory.
LIMITS = Limits(memory=2 * 1024**3, written=400 * 1024**2, seconds=120)


def main(path: str) -> int:
    LIMITS.set()
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheets = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet
                and sheet.visible == SheetVisibleEnum.Visible
            ]
            for name in sheets:
                sheet = book.get_sheet_by_name(name)
                if sheet.height:
                    _write(sheet)
                    return 0
    except PasswordError:
        return 3
    except MemoryError:
        return 5
    except OSError as error:
        return 5 if error.errno == 27 else 2  # EFBIG
    except (CalamineError, ValueError):
        return 2
    return 4


def _write(sheet: CalamineSheet) -> None:
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="replace", newline="")
    writer = csv.writer(out)
    for cells in sheet.iter_rows():  # from the first on: rows keep their numbers
        texts = [_text(cell) for cell in cells]
        # A row of nothing is an empty line: csv would write one empty cell as "".
        writer.writerow(texts) if any(texts) else out.write("\n")
    out.flush()


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
