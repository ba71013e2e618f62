import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from postroom.appointments.fhir import read_fhir
from postroom.appointments.values import Row
from postroom.appointments.words import placed
from postroom.kit.tables import NotATable
from tests.support.real_data import FOLDER

PARIS = ZoneInfo("Europe/Paris")
REAL = sorted([*(FOLDER / "practice").rglob("*.json"), *(FOLDER / "practice").rglob("*.ndjson")])


def appointment(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "id": "a1",
        "status": "booked",
        "start": "2026-11-26T09:20:00+00:00",
        "end": "2026-11-26T09:40:00Z",
        "created": "2026-11-01",
        "description": "Vaccine",
        "participant": [
            {"actor": {"reference": "Patient/77", "display": "Hollis"}, "status": "accepted"},
            {"actor": {"reference": "Practitioner/3", "display": "Dr Alice"}},
        ],
        **more,
    }


def bundle(*resources: dict[str, Any]) -> bytes:
    entries = [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def read(*resources: dict[str, Any]) -> list[Row]:
    return read_fhir(bundle(*resources), zone=PARIS)


def problems(rows: list[Row]) -> list[str]:
    return [placed(problem) for row in rows for problem in row.errors]


def test_an_appointment_is_read() -> None:
    (row,) = read(appointment())
    assert (row.number, row.ref, row.hints) == (1, "a1", ())
    assert row.values == {
        "start": datetime(2026, 11, 26, 9, 20, tzinfo=UTC),
        "end": datetime(2026, 11, 26, 9, 40, tzinfo=UTC),
        "state": "booked",
        "subject": "Vaccine",
        "client_ref": "77",
        "practitioner_name": "Dr Alice",
    }


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *(("proposed", "booked"), ("arrived", "arrived"), ("checked-in", "arrived")),
        *(("fulfilled", "done"), ("noshow", "missed"), ("cancelled", "cancelled")),
        ("entered-in-error", "cancelled"),
    ],
)
def test_every_status_of_r4_has_its_state(status: str, state: str) -> None:
    (row,) = read(appointment(status=status))
    assert row.values["state"] == state


def test_a_patient_of_the_bundle_lends_its_identifiers() -> None:
    patient = {
        "resourceType": "Patient",
        "id": "77",
        "identifier": [
            {"value": "SSN-1"},
            {"value": "4182", "type": {"coding": [{"code": "MR"}]}},
        ],
    }
    (row,) = read(patient, appointment())
    assert row.values["client_ref"] == "4182"
    assert row.hints == (("ref", "SSN-1"), ("ref", "77"))


def test_a_patient_named_by_identifier_alone_is_understood() -> None:
    actor = {"type": "Patient", "identifier": {"value": "4182"}}
    (row,) = read(appointment(participant=[{"actor": actor}]))
    assert row.values["client_ref"] == "4182"


def test_a_list_a_single_resource_and_lines_are_read_like_a_bundle() -> None:
    one, two = appointment(), appointment(id="a2")
    lines = (json.dumps(one) + "\n" + json.dumps(two)).encode()
    assert [row.ref for row in read_fhir(lines, zone=PARIS)] == ["a1", "a2"]
    assert [row.ref for row in read_fhir(json.dumps([one, two]).encode(), zone=PARIS)] == [
        "a1",
        "a2",
    ]
    assert [row.ref for row in read_fhir(json.dumps(one).encode(), zone=PARIS)] == ["a1"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"id": ""}, "Row 1, id: This cell is empty."),
        ({"status": "maybe"}, "Row 1, status: “maybe” is not a state we know."),
        ({"start": None}, "Row 1, start: “None” is not a day and time."),
        ({"end": "2026-11-26T08:00:00Z"}, "Row 1, end: The end is before the start"),
        ({"participant": ["x"]}, "Row 1: This appointment cannot be read"),
    ],
)
def test_what_is_wrong_is_said(wrong: dict[str, Any], words: str) -> None:
    (problem,) = problems(read(appointment(**wrong)))
    assert problem.startswith(words)


def test_broken_json_is_no_table() -> None:
    with pytest.raises(NotATable) as error:
        read_fhir(b'{"resourceType": ', zone=PARIS)
    assert error.value.code == "json"


def test_nesting_without_end_is_no_table() -> None:
    with pytest.raises(NotATable) as error:
        read_fhir(b"[" * 200_000, zone=PARIS)
    assert error.value.code == "json"


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_real_records_without_an_appointment_give_none(path: Path) -> None:
    assert read_fhir(path.read_bytes(), zone=PARIS) == []


def test_an_appointment_for_a_patient_of_a_real_bundle_finds_its_record_number() -> None:
    real = json.loads((FOLDER / "practice" / "synthea" / "bundle-a.json").read_text())
    (entry,) = [e for e in real["entry"] if e["resource"]["resourceType"] == "Patient"]
    visit = appointment(participant=[{"actor": {"reference": entry["fullUrl"]}}])
    real["entry"].append({"resource": visit})
    (row,) = read_fhir(json.dumps(real).encode(), zone=PARIS)
    numbers = {each["value"] for each in entry["resource"]["identifier"]}
    assert row.values["client_ref"] in numbers
    assert {text for _, text in row.hints} >= numbers - {row.values["client_ref"]}
