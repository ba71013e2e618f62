"""Reading CSV files of appointments and due dates."""

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from postroom.appointments.importing import read_table
from postroom.appointments.values import Row
from postroom.appointments.words import placed
from postroom.kit.tables import NotATable
from tests.support.real_data import FOLDER

PARIS = ZoneInfo("Europe/Paris")
HEAD = "Appointment ID,Client number,Animal,Start,End,Status,Reason,Vet\n"


def read(text: str, kind: str = "appointments", **mapping: str) -> list[Row]:
    return list(read_table(io.BytesIO(text.encode()), kind, zone=PARIS, mapping=mapping))


def problems(rows: list[Row]) -> list[str]:
    return [placed(problem) for row in rows for problem in row.errors + row.warnings]


def test_a_row_is_read_with_everything_it_tells() -> None:
    (row,) = read(
        HEAD + "A1,4182,Biscuit,2026-11-26 09:20,2026-11-26 09:40,confirmed,Vaccine,Dr Alice\n"
    )
    assert (row.number, row.ref) == (2, "A1")
    assert row.values == {
        "client_ref": "4182",
        "patient_ref": "Biscuit",
        "start": datetime(2026, 11, 26, 8, 20, tzinfo=UTC),
        "end": datetime(2026, 11, 26, 8, 40, tzinfo=UTC),
        "state": "confirmed",
        "subject": "Vaccine",
        "practitioner_name": "Dr Alice",
    }


def test_french_headings_with_day_and_time_apart_are_understood() -> None:
    (row,) = read(
        "Numéro RDV;N° client;Date;Heure;Durée;Statut;Motif;Praticien\n"
        "7;88;26/11/2026;14h30;20;Honoré;Détartrage;Dr Petit\n"
    )
    assert row.ref == "7"
    assert row.values["client_ref"] == "88"
    assert row.values["start"] == datetime(2026, 11, 26, 13, 30, tzinfo=UTC)
    assert row.values["end"] == datetime(2026, 11, 26, 13, 50, tzinfo=UTC)
    assert row.values["state"] == "done"


def test_an_end_that_is_a_time_alone_is_on_the_same_day() -> None:
    (row,) = read("ref,start,end\n1,2026-07-01 09:00,09:30\n")
    assert row.values["end"] == datetime(2026, 7, 1, 7, 30, tzinfo=UTC)


def test_a_column_that_is_absent_says_nothing_and_an_empty_cell_says_none() -> None:
    (row,) = read("ref,start,client,state\n1,2026-07-01 09:00,,\n")
    assert row.values["client_ref"] == ""
    assert row.values["state"] == "booked"
    assert "subject" not in row.values and "end" not in row.values


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (",1,,2026-11-26 09:20,,,,", "Row 2, Appointment ID: This cell is empty."),
        ("A,1,,,,,,", "Row 2, Start: This cell is empty."),
        (
            "A,1,,soon,,,,",
            "Row 2, Start: “soon” is not a day and time. Write 2026-11-26 09:20, 26/11/2026 09:20"
            " or, beside a column with the day, 09:20.",
        ),
        (
            "A,1,,2026-11-26 09:20,2026-11-26 09:00,,,",
            "Row 2, End: The end is before the start, or more than 31 days after it.",
        ),
        (
            "A,1,,2026-11-26 09:20,,perhaps,,",
            "Row 2, Status: “perhaps” is not a state we know. Write booked, confirmed, arrived,"
            " done, missed or cancelled.",
        ),
        (
            f"A,{'1' * 65},,2026-11-26 09:20,,,,",
            f"Row 2, Client number: “{'1' * 65}” is longer than 64 characters.",
        ),
        (
            "A,1,,2026-11-26 09:20,,,,,9",
            "Row 2: This row has more cells than the file has columns.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(line: str, words: str) -> None:
    assert problems(read(HEAD + line + "\n")) == [words]


def test_a_time_the_clocks_skip_is_a_warning() -> None:
    rows = read("ref,start\n1,2026-03-29 02:30\n")
    assert rows[0].errors == ()
    assert problems(rows) == [
        "Row 2, start: “2026-03-29 02:30” did not exist: the clocks went forward. It is read as"
        " 2026-03-29 03:30."
    ]


def test_one_reference_twice_is_an_error_that_names_the_first() -> None:
    rows = read("ref,start\n1,2026-07-01 09:00\n1,2026-07-02 09:00\n")
    assert problems(rows) == ["Row 3, ref: The reference “1” is already in row 2."]


def test_a_file_without_a_start_says_which_columns_it_has() -> None:
    with pytest.raises(NotATable) as error:
        read("ref,client\n1,2\n")
    assert (error.value.code, error.value.data["field"]) == ("missing", "start")


def test_a_mapping_names_the_columns_of_another_language() -> None:
    (row,) = read("Nr,Wann\n1,2026-07-01 09:00\n", reference="Nr", start="Wann")
    assert row.ref == "1"


def test_due_dates_are_read() -> None:
    (row,) = read(
        "Client number,Animal,Vaccine,Due date,Done on\n4182,Pip,Rabies,26/11/2026,\n", "due"
    )
    assert row.values == {
        "client_ref": "4182",
        "patient_ref": "Pip",
        "kind": "Rabies",
        "due_on": date(2026, 11, 26),
        "done_on": None,
    }


def test_a_due_date_without_a_reference_is_known_by_whose_what_and_when() -> None:
    rows = read("client,animal,kind,due\n1,Pip,Rabies,2026-11-26\n1,Pip,Rabies,2027-11-26\n", "due")
    assert [row.ref for row in rows] == ["1/Pip/Rabies/2026-11-26", "1/Pip/Rabies/2027-11-26"]
    assert problems(rows) == []


def test_a_due_date_needs_a_client_a_kind_and_a_day() -> None:
    assert problems(read("client,kind,due,ref\n,,,7\n", "due")) == [
        "Row 2, client: This cell is empty.",
        "Row 2, kind: This cell is empty.",
        "Row 2, due: This cell is empty.",
    ]


def test_a_hospitals_list_of_encounters_is_read_as_it_is() -> None:
    text = (FOLDER / "practice" / "synthea" / "encounters.csv").read_text()
    rows = read(text)
    assert len(rows) == len(text.splitlines()) - 1
    assert problems(rows) == []
    first = rows[0]
    assert first.ref == "f78d73fc-9f9b-46d5-93aa-f5db86ba914c"
    assert first.values["client_ref"] == "5cbc121b-cd71-4428-b8b7-31e53eba8184"
    assert first.values["start"] == datetime(1965, 11, 15, 11, 22, 41, tzinfo=UTC)
    assert first.values["state"] == "done"
    assert first.values["practitioner_name"] == "MORTON HOSPITAL"
