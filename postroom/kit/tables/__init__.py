"""Reading a table that somebody exported, as text or as a workbook."""

from postroom.kit.tables.problems import NotATable
from postroom.kit.tables.text import DELIMITERS, Table, TextTable, encoding_of, open_table
from postroom.kit.tables.workbooks import is_workbook, workbook_as_text

__all__ = [
    "DELIMITERS",
    "NotATable",
    "Table",
    "TextTable",
    "encoding_of",
    "is_workbook",
    "open_table",
    "workbook_as_text",
]
