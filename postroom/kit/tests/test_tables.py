import io

import pytest

from postroom.kit.tables import NotATable, encoding_of, open_table

TEXT = "reference,name\n1,Zoé Lefèvre\n2,Œuvre\n"


def table_of(data: bytes):
    return open_table(
        io.BytesIO(data), lambda names: sum(n in ("reference", "name") for n in names)
    )


def rows_of(data: bytes):
    return list(table_of(data).records())


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_an_encoding_is_recognised_and_read(encoding, found):
    data = TEXT.encode(encoding)
    assert encoding_of(io.BytesIO(data)) == found
    assert rows_of(data) == [(2, ["1", "Zoé Lefèvre"]), (3, ["2", "Œuvre"])]


def test_utf_8_with_a_broken_byte_names_the_line_instead_of_spoiling_every_accent():
    data = "reference,name\n1,Zoé\n2,Élodie\n".encode() + b"3,Ren\xe9\n"
    with pytest.raises(NotATable) as told:
        table_of(data)
    assert (told.value.code, told.value.data) == ("damaged", {"line": "4"})


@pytest.mark.parametrize(
    "data",
    [b"reference,name\n1,\x81\x8d\n", b"\x00\x01\x02\xff\xfe\x80", b"\xff\xfe" + b"a" * 7],
)
def test_what_no_encoding_explains_is_refused(data):
    with pytest.raises(NotATable) as told:
        table_of(data)
    assert told.value.code == "encoding"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_told_apart(data):
    with pytest.raises(NotATable) as told:
        table_of(data)
    assert told.value.code == "nothing"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_makes_sense_of_the_header(delimiter):
    # More commas than anything else, and yet no comma between cells unless it is the delimiter.
    data = f'"a,b,c,d"{delimiter}reference{delimiter}name\nx{delimiter}1{delimiter}Ana\n'
    assert table_of(data.encode()).header == ("a,b,c,d", "reference", "name")
    assert rows_of(data.encode()) == [(2, ["x", "1", "Ana"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_one(end):
    assert rows_of(TEXT.replace("\n", end).encode())[1] == (3, ["2", "Œuvre"])


def test_rows_are_counted_as_a_spreadsheet_counts_them():
    data = b'\nreference,name\n1,"two\nlines"\n\n2,Ana\n'
    assert rows_of(data) == [(3, ["1", "two\nlines"]), (5, ["2", "Ana"])]


def test_excels_first_line_is_passed_over():
    assert rows_of(b"sep=;\nreference;name\n1;Ana\n") == [(3, ["1", "Ana"])]


def test_senseless_quotation_marks_spoil_one_row():
    data = b'reference,name\n1,"Rex" dog\n2,Ana\n'
    assert rows_of(data) == [(2, None), (3, ["2", "Ana"])]


def test_a_quotation_mark_that_never_closes_is_told():
    assert rows_of(b'reference,name\n1,Ana\n2,"Bo\n3,Cy\n') == [(2, ["1", "Ana"]), (3, None)]


def test_a_nul_is_left_out():
    assert rows_of(b"reference,name\n1,A\x00na\n") == [(2, ["1", "Ana"])]


def test_a_table_can_be_read_twice_and_its_file_stays_open():
    file = io.BytesIO(TEXT.encode())
    table = open_table(file, len)
    assert list(table.records()) == list(table.records())
    assert not file.closed
