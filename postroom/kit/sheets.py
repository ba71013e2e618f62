"""Writing a table for a spreadsheet: no cell of it is a command (RELIABILITY S7)."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

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


def workbook(file: BinaryIO, name: str, rows: Iterable[Iterable[Any]]) -> None:
    """Write a workbook of one sheet (ECMA-376), a row at a time: its first row is the heading.

    Every cell is a text, guarded as in CSV: what is copied out of it is no command either.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for path, text in _PARTS.items():
            book.writestr(path, _DECLARED + text)
        title = escape(name[:31], {'"': "&quot;"})
        sheets = f'<sheets><sheet name="{title}" sheetId="1" r:id="rId1"/></sheets>'
        book.writestr(
            "xl/workbook.xml", f"{_DECLARED}<workbook {_MAIN} {_LINKS}>{sheets}</workbook>"
        )
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f"{_DECLARED}<worksheet {_MAIN}>{_FROZEN}<sheetData>".encode())
            for number, row in enumerate(islice(rows, MOST_ROWS), 1):
                style = ' s="1"' if number == 1 else ""
                cells = "".join(
                    f'<c t="inlineStr"{style}><is>{_cell(cell)}</is></c>' for cell in row
                )
                sheet.write(f'<row r="{number}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")


def _cell(value: Any) -> str:
    text = escape(_NOT_IN_XML.sub("", guarded(value)[:MOST_LETTERS]))
    return f'<t xml:space="preserve">{text}</t>'


MOST_ROWS = 1_048_576  # of a sheet; a cell holds so many letters
MOST_LETTERS = 32_767
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OF_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_OF_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS = f'xmlns:r="{_OF_OFFICE}"'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_FROZEN = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2"'
    ' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
)
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_OF_PACKAGE}content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_OF_PACKAGE}relationships"><Relationship Id="rId1"'
        f' Type="{_OF_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_OF_PACKAGE}relationships"><Relationship Id="rId1"'
        f' Type="{_OF_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2"'
        f' Type="{_OF_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet {_MAIN}><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        '</cellStyleXfs><cellXfs count="2">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
        "</cellStyles></styleSheet>"
    ),
}
