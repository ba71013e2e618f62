"""No cell of a file for a spreadsheet is a command (RELIABILITY S7)."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.kit.sheets import csv_lines, guarded

COMMANDS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@pytest.mark.parametrize("text", ["Hollis", "", "a=b", "4182", "é", "'", "1-2", "x\ty"])
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("\u00a0@SUM(A1)", "'\u00a0@SUM(A1)"),
        ("+33 1 23", "'+33 1 23"),
        ("＝1", "'＝1"),
        ("a\r\nb", "a b"),
        ("\0=1", "'=1"),
        ("a\u2028=b", "a =b"),
        (-5, "'-5"),
        (None, "None"),
    ],
)
def test_what_a_spreadsheet_would_carry_out_is_text(text: object, cell: str) -> None:
    assert guarded(text) == cell


@given(st.lists(st.lists(st.text(), min_size=2, max_size=4), max_size=5))
def test_every_record_is_one_line_and_no_cell_is_a_command(rows: list[list[str]]) -> None:
    lines = list(csv_lines(rows))
    assert [line.count("\n") for line in lines] == [1] * len(rows)
    read = list(csv.reader(io.StringIO("".join(lines), newline=""), strict=True))
    assert [len(row) for row in read] == [len(row) for row in rows]
    assert not any(cell.lstrip(" \u00a0").startswith(COMMANDS) for row in read for cell in row)
