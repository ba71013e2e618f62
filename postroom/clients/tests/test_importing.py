import csv
import io
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from postroom.clients import models
from postroom.clients.importing import LIMITS, UNREADABLE, read_clients
from postroom.clients.uploads import guarded
from postroom.clients.words import placed, sentence
from postroom.kit.tables import NotATable


def read(text: str, **options):
    file = io.BytesIO(text.encode())
    return list(read_clients(file, country=options.pop("country", "FR"), **options))


def codes(problems):
    return [(problem.row, problem.column, problem.code) for problem in problems]


def test_an_english_file_is_read():
    (row,) = read(
        "reference,name,email,phone,group,language,birth_date,patients\n"
        'C1,Ana Ruiz,Ana@X.example; b@x.example,"06 12 34 56 78; +44 20 7946 0018",Ruiz,fr,'
        "1980-12-31,Biscuit (dog); Maple (cat)\n"
    )
    assert not row.errors
    assert not row.warnings
    assert (row.ref, row.name, row.groups, row.language) == ("C1", "Ana Ruiz", ("Ruiz",), "fr")
    assert row.emails == (("Ana@X.example", "ana@x.example"), ("b@x.example", "b@x.example"))
    assert row.phones == (
        ("06 12 34 56 78", "+33612345678"),
        ("+44 20 7946 0018", "+442079460018"),
    )
    assert row.birth_date == date(1980, 12, 31)
    assert row.patients == (("Biscuit", "dog"), ("Maple", "cat"))


def test_a_french_file_is_read():
    (row,) = read(
        "Référence;NOM;Courriel;Téléphone;Foyer;Langue;Date de naissance;Patients/animaux\n"
        "C1;Zoé;z@x.example;0612345678;Martin;Français;31/12/1980;Œdipe (chat)\n"
    )
    assert not row.errors
    assert (row.language, row.birth_date) == ("fr", date(1980, 12, 31))
    assert row.patients == (("Œdipe", "chat"),)
    assert row.phones == (("0612345678", "+33612345678"),)


def test_an_absent_column_says_nothing_and_an_empty_cell_says_none():
    (absent,) = read("reference,name\nC1,Ana\n")
    assert (absent.emails, absent.phones, absent.groups, absent.patients) == (None,) * 4
    assert (absent.language, absent.has_birth_date) == (None, False)
    (empty,) = read("reference,name,email,phone,group,language,birth_date,patients\nC1,Ana\n")
    assert (empty.emails, empty.phones, empty.groups, empty.patients) == ((),) * 4
    assert (empty.language, empty.has_birth_date, empty.birth_date) == ("", True, None)


@pytest.mark.parametrize("between", [";", "; ", ",", ", ", " ", "\n"])
def test_addresses_may_be_separated_in_any_usual_way(between):
    (row,) = read(f'reference,name,email\nC1,Ana,"a@x.example{between}b@x.example"\n')
    assert [norm for _, norm in row.emails] == ["a@x.example", "b@x.example"]


def test_the_same_address_twice_in_a_cell_is_one():
    (row,) = read("reference,name,email\nC1,Ana,A@x.example;a@x.example\n")
    assert row.emails == (("A@x.example", "a@x.example"),)


def test_several_columns_of_numbers_and_addresses_are_all_read():
    (row,) = read(
        "ref,name,Email 1,Email 2,Mobile,Home phone\n"
        "C1,Ana,a@x.example,b@x.example,0612345678,0140205050\n"
    )
    assert len(row.emails) == len(row.phones) == 2


def test_first_and_last_names_become_one_name():
    rows = read("Réf,Nom,Prénom\n1,Martin,Zoé\n2,Zoé Martin,Zoé\n")
    assert [row.name for row in rows] == ["Zoé Martin", "Zoé Martin"]


@pytest.mark.parametrize("cell", ["=1+1", "=cmd|' /C calc'!A0", "+SUM(A1)", "-2", "@here"])
def test_a_formula_is_a_strange_name_and_nothing_else(cell):
    (row,) = read(f'reference,name,group\n"{cell}","{cell}","{cell}"\n')
    assert (row.ref, row.name, row.groups, row.errors) == (cell, cell, (cell,), ())


@pytest.mark.parametrize(
    "text",
    ["1980-02-01", "01/02/1980", "1/2/1980", "01.02.1980", "01-02-1980", "1980-02-01T00:00:00"],
)
def test_a_birth_date_is_read(text):
    (row,) = read(f"reference,name,dob\nC1,Ana,{text}\n")
    assert row.birth_date == date(1980, 2, 1)


@pytest.mark.parametrize("text", ["30/02/1980", "1980", "02/01/80", "1/2.1980", "0001-01-01", "x"])
def test_an_unreadable_date_is_an_error(text):
    (row,) = read(f"reference,name,dob\nC1,Ana,{text}\n")
    assert codes(row.errors) == [(2, "dob", "date")]


def test_an_unreadable_number_is_kept_as_written_with_a_warning():
    (row,) = read("reference,name,phone\nC1,Ana,06 12; ask June\n")
    assert row.phones == (("06 12", f"{UNREADABLE}06 12"), ("ask June", f"{UNREADABLE}ask June"))
    assert not row.errors
    assert codes(row.warnings) == [(2, "phone", "phone")] * 2


def test_an_unknown_language_is_left_out_with_a_warning():
    (row,) = read("reference,name,language\nC1,Ana,Klingon\n")
    assert row.language is None
    assert codes(row.warnings) == [(2, "language", "language")]


@pytest.mark.parametrize(("text", "code"), [("EN", "en"), ("fr-CA", "fr"), ("Anglais", "en")])
def test_a_language_is_read_by_code_or_name(text, code):
    (row,) = read(f"reference,name,language\nC1,Ana,{text}\n")
    assert row.language == code


def test_each_bad_row_says_where_and_why():
    rows = read(
        "Reference,Name,Email\n"
        ",Ana,a@x.example\n"
        "C2,,b@x.example\n"
        "C3,Cy,not one\n"
        "C4,Di,d@x.example\n"
        "C4,Ed,e@x.example\n"
        "C6,Flo,f@x.example,g@x.example\n"
        'C7,"Gil" x,g@x.example\n'
    )
    found = [problem for row in rows for problem in codes(row.errors)]
    assert found == [
        (2, "Reference", "empty"),
        (3, "Name", "empty"),
        (4, "Email", "email"),
        (4, "Email", "email"),
        (6, "Reference", "duplicate"),
        (7, "", "cells"),
        (8, "", "quotes"),
    ]
    assert placed(rows[4].errors[0]) == (
        "Row 6, Reference: The reference “C4” is already in row 5."
    )
    assert placed(rows[5].errors[0]) == "Row 7: This row has more cells than the file has columns."


@pytest.mark.parametrize("column", ["reference", "name", "group", "patients"])
def test_a_text_that_is_too_long_is_an_error(column):
    cells = {"reference": "C1", "name": "Ana", "group": "", "patients": ""}
    cells[column] = "x" * (LIMITS[column] + 1)
    (row,) = read(",".join(cells) + "\n" + ",".join(cells.values()) + "\n")
    assert codes(row.errors) == [(2, column, "long")]
    assert "is longer than" in sentence(row.errors[0])


def test_the_limits_are_those_of_the_tables():
    def limit(model, name):
        return model._meta.get_field(name).max_length

    assert LIMITS["reference"] == limit(models.Client, "ref")
    assert LIMITS["name"] == limit(models.Client, "name") == limit(models.Contact, "name")
    assert LIMITS["group"] == limit(models.Group, "name")
    assert LIMITS["patients"] == limit(models.Patient, "name")
    assert LIMITS["kind"] == limit(models.Patient, "kind")
    assert LIMITS["phone"] + len(UNREADABLE) <= limit(models.ContactPoint, "norm")


@pytest.mark.parametrize("header", ["name,email", "reference,email", "foo;bar"])
def test_a_missing_column_is_told_with_the_columns_found(header):
    with pytest.raises(NotATable) as told:
        read(header + "\nx,y\n")
    assert told.value.code == "missing"
    assert header.replace(";", ",").replace(",", ", ") in sentence(told.value)


def test_the_mapping_comes_before_what_we_would_guess():
    (row,) = read(
        "name,Kundennummer,Anzeige\nignored,C1,Ana\n",
        mapping={"reference": "kundennummer", "name": "Anzeige"},
    )
    assert (row.ref, row.name) == ("C1", "Ana")


@pytest.mark.parametrize(
    ("mapping", "code"), [({"name": "Nobody"}, "column"), ({"surname": "name"}, "field")]
)
def test_a_mapping_that_names_what_is_not_there_is_refused(mapping, code):
    with pytest.raises(NotATable) as told:
        read("reference,name\nC1,Ana\n", mapping=mapping)
    assert told.value.code == code
    assert sentence(told.value)


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(NotATable) as told:
        read("reference,name,name\nC1,Ana,Bo\n")
    assert sentence(told.value) == ("Two columns are called “name”. Give one of them another name.")


@given(st.lists(st.lists(st.text(max_size=12), min_size=8, max_size=9), max_size=4))
def test_any_cells_give_a_row_or_a_sentence(rows):
    header = "reference;name;email;phone;group;language;birth_date;patients"
    lines = [";".join(f'"{cell.replace(chr(34), "")}"' for cell in cells) for cells in rows]
    text = "\n".join([header, *lines]).encode("utf-8", "replace")
    for row in read_clients(io.BytesIO(text), country="GB"):
        assert row.errors or (row.ref and row.name)
        for problem in row.errors + row.warnings:
            assert placed(problem).startswith(f"Row {row.number}")


@given(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20))
def test_a_cell_guarded_for_a_spreadsheet_is_read_as_it_was(cell):
    assume(cell[0] != "'" and cell.strip() == cell)
    text = io.StringIO()
    csv.writer(text).writerows([["reference", "name"], ["C1", guarded(cell)]])
    assert guarded(cell)[0] not in "=+-@"
    (row,) = read(text.getvalue())
    assert row.name == " ".join(cell.split())
