"""Workbooks as people send them, and as nobody well-meaning would."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from postroom.kit.tables import NotATable, is_workbook, open_table


def workbook(*rows):
    """The bytes of an .xlsx file with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def table_of(data):
    return open_table(io.BytesIO(data), lambda names: "reference" in names)


def refused(data):
    with pytest.raises(NotATable) as told:
        table_of(data)
    return told.value.code


def changed(data, part, change):
    """The workbook with one of its parts another."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", 8) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name.endswith(part) else content)
    return file.getvalue()


def test_cells_become_text():
    table = table_of(
        workbook(
            ["reference", "name", "born", "since"],
            [1001, "Zoé", date(1980, 12, 31), datetime(2020, 1, 2, 8, 30)],  # noqa: DTZ001 - as a workbook has it
            [2.5, True, None, "007"],
        )
    )
    assert table.header == ("reference", "name", "born", "since")
    assert list(table.records()) == [
        (2, ["1001", "Zoé", "1980-12-31", "2020-01-02T08:30:00"]),
        (3, ["2.5", "true", "", "007"]),
    ]


def test_rows_keep_their_numbers():
    table = table_of(workbook([], [], ["reference", "name"], [], ["C1", "two\nlines"]))
    assert (table.header_row, list(table.records())) == (3, [(5, ["C1", "two\nlines"])])


def test_a_formula_is_what_it_last_came_to_and_never_calculated():
    data = changed(
        workbook(["reference", "name"], ["C1", "=1+1"]),
        "sheet1.xml",
        lambda xml: xml.replace(b"<v></v>", b"<v>5</v>").replace(b"<v />", b"<v>5</v>"),
    )
    assert list(table_of(data).records()) == [(2, ["C1", "5"])]


def test_the_first_sheet_that_has_a_cell_is_read_and_hidden_ones_are_not():
    book = openpyxl.Workbook()
    hidden, wanted = book.create_sheet("old"), book.create_sheet("clients")
    hidden.sheet_state = "hidden"
    for sheet, name in ((hidden, "Old"), (wanted, "Ana")):
        sheet.append(["reference", "name"])
        sheet.append(["C1", name])
    assert list(table_of(saved(book)).records()) == [(2, ["C1", "Ana"])]


def test_a_workbook_is_known_by_its_content():
    assert is_workbook(io.BytesIO(workbook(["a"])))
    assert not is_workbook(io.BytesIO(b"reference,name\n"))


def test_a_workbook_without_a_cell_is_told():
    assert refused(workbook()) == "nothing"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + bytes(100),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        workbook(["a"])[:900],
        changed(workbook(["a"]), "sheet1.xml", lambda xml: b"<worksheet><sheetData><row>"),
    ],
    ids=["a stub", "an old stub", "cut off", "no XML"],
)
def test_a_damaged_workbook_is_told(data):
    assert refused(data) == "unreadable"


def test_another_zip_file_is_no_workbook():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("word/document.xml", "<w/>")
    assert refused(file.getvalue()) == "unreadable"


def test_two_cells_far_apart_do_not_fill_the_memory():
    book = openpyxl.Workbook()
    book.active["A1"] = "reference"
    book.active.cell(1_048_576, 16_384, "x")
    assert refused(saved(book)) == "huge"


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    text = b"<row><c t='inlineStr'><is><t>" + b"A" * (700 * 1024 * 1024) + b"</t></is></c></row>"
    bomb = changed(workbook(["a"]), "sheet1.xml", lambda xml: text)
    assert len(bomb) < 2_000_000
    assert refused(bomb) == "huge"


def test_entities_that_multiply_are_not_expanded():
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'.encode()
    cell = b'<row r="2"><c r="A2" t="inlineStr"><is><t>&a11;</t></is></c></row></sheetData>'
    bomb = changed(
        workbook(["reference"]),
        "sheet1.xml",
        lambda xml: head + xml.replace(b"</sheetData>", cell),
    )
    assert refused(bomb) == "unreadable"


def test_a_workbook_of_too_many_parts_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        for n in range(5_001):
            parts.writestr(str(n), "")
    assert refused(file.getvalue()) == "huge"
