"""Patients as FHIR R4 has them."""

import io
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.clients import fhir
from postroom.clients.importing import read_clients
from postroom.clients.imports import import_clients
from postroom.clients.models import Client
from postroom.kit.tables import NotATable
from tests.support.real_data import FOLDER

SYNTHEA, CARE = FOLDER / "practice" / "synthea", FOLDER / "practice" / "carebundle"
ANA = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [
        {"type": {"coding": [{"code": "SS"}]}, "value": "999"},
        {"type": {"coding": [{"code": "MR"}]}, "value": "4182"},
    ],
    "name": [
        {"use": "maiden", "family": "Diaz", "given": ["Ana"]},
        {"use": "official", "family": "Ruiz", "given": ["Ana", "Maria"]},
    ],
    "telecom": [
        {"system": "phone", "value": "020 7946 0018", "rank": 2},
        {"system": "phone", "value": "+33 6 12 34 56 78", "rank": 1},
        {"system": "fax", "value": "020 7946 0001"},
        {"system": "email", "value": "ana@x.example"},
        {"system": "email", "value": "old@x.example", "use": "old"},
    ],
    "birthDate": "2015-05-06",
    "communication": [
        {"language": {"coding": [{"code": "en-GB"}]}},
        {"language": {"coding": [{"code": "fr-FR"}]}, "preferred": True},
    ],
}
JUNE = {
    "resourceType": "RelatedPerson",
    "patient": {"reference": "Patient/p1"},
    "relationship": [{"coding": [{"code": "MTH", "display": "mother"}]}],
    "name": [{"family": "Ruiz (née Ford)", "given": ["June"]}],
    "telecom": [{"system": "email", "value": "june@x.example"}],
}


def read(*things, **options):
    text = "\n".join(json.dumps(thing) for thing in things)
    return list(read_clients(io.BytesIO(text.encode()), country=options.get("country", "GB")))


def bundle(*things, **options):
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": thing} for n, thing in enumerate(things)]
    return read({"resourceType": "Bundle", "type": "collection", "entry": entries}, **options)


def of_file(path):
    with path.open("rb") as file:
        return list(read_clients(file, country="US"))


def test_a_patient_is_read():
    (row,) = read(ANA)
    assert not row.errors
    assert (row.ref, row.name, row.language) == ("4182", "Ana Maria Ruiz", "fr")
    assert (row.birth_date, row.birthday) == (date(2015, 5, 6), 506)
    assert [norm for _, norm in row.emails] == ["ana@x.example"]
    assert [norm for _, norm in row.phones] == ["+33612345678", "+442079460018"]


@pytest.mark.parametrize("related", [JUNE, JUNE | {"patient": {"reference": "urn:uuid:0"}}])
def test_a_related_person_is_a_contact_who_answers_for_the_patient(related):
    (row,) = bundle(ANA, related)
    ((name, role, responsible, emails, phones),) = row.contacts
    assert (name, role, responsible) == ("June Ruiz née Ford", "mother", True)
    assert [norm for _, norm in emails] == ["june@x.example"]
    assert phones == ()


def test_a_related_person_may_come_first_and_on_a_line_of_its_own():
    assert [person[0] for person in read(JUNE, ANA)[0].contacts] == ["June Ruiz née Ford"]


def test_a_neighbour_answers_for_nobody():
    neighbour = JUNE | {"relationship": [{"coding": [{"code": "NBOR", "display": "neighbor"}]}]}
    ((_, role, responsible, *_),) = bundle(ANA, neighbour)[0].contacts
    assert (role, responsible) == ("neighbor", False)


def test_the_contacts_of_a_patient_are_contacts():
    contact = {"name": {"text": "Max Lind"}, "relationship": [{"text": "uncle, guardian"}]}
    ((name, role, *_),) = read(ANA | {"contact": [contact]})[0].contacts
    assert (name, role) == ("Max Lind", "uncle guardian")


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, None),
        ({"deceasedBoolean": False}, None),
        ({"deceasedBoolean": True}, "deceased"),
        ({"deceasedDateTime": "2020-01-01"}, "deceased"),
        ({"active": False}, "archived"),
    ],
)
def test_whether_a_patient_lives(more, state):
    assert read(ANA | more)[0].state == state


@pytest.mark.parametrize("text", ["2015", "2015-05"])
def test_a_birth_date_without_a_day_is_left_out(text):
    (row,) = read(ANA | {"birthDate": text})
    assert (row.birth_date, row.errors) == (None, ())


def test_a_patient_without_a_number_goes_by_its_id():
    assert read({key: ANA[key] for key in ("resourceType", "id", "name")})[0].ref == "p1"


def test_synthetic_patients_one_a_line_are_those_of_the_table_made_of_them():
    table = of_file(SYNTHEA / "patients.csv")
    rows = of_file(SYNTHEA / "Patient.ndjson")
    assert len(rows) == len(table) == 12
    for row, told in zip(rows, table, strict=True):
        assert not row.errors
        assert (row.name, row.birth_date, row.phones) == (told.name, told.birth_date, told.phones)
        assert row.language == told.language == "en"


@pytest.mark.parametrize(
    ("path", "name", "born"),
    [
        (SYNTHEA / "bundle-a.json", "Aaron697 Brekke496", date(1945, 12, 10)),
        (CARE / "bundle-anaemia.json", "Emet Dummett", date(1979, 4, 6)),
        (CARE / "bundle-healthy.json", "Emet Dummett", date(1979, 4, 6)),
        (CARE / "bundle-type2_diabetes.json", "Emet Dummett", date(1979, 4, 6)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_bundle_of_somebody_elses_gives_its_patient_alone(path, name, born):
    (row,) = of_file(path)
    assert (row.name, row.birth_date, row.errors) == (name, born, ())
    assert row.ref


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "json"),
        ('{"resourceType": "Patient"}\nnot this', "json"),
        ("[" * 200_000, "json"),
        ('{"a": ' * 200_000, "json"),
        ("[]", "no_patients"),
        ('{"resourceType": "Bundle", "entry": "none"}', "no_patients"),
    ],
)
def test_what_has_no_patient_is_told(text, code):
    with pytest.raises(NotATable) as told:
        read_clients(io.BytesIO(text.encode()), country="GB")
    assert told.value.code == code


def test_one_document_is_read_up_to_a_size(monkeypatch):
    monkeypatch.setattr(fhir, "LARGEST", 100)
    with pytest.raises(NotATable) as told:
        read_clients(io.BytesIO(b"[" + b" " * 200 + b"]"), country="GB")
    assert told.value.code == "bundle_big"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*ANA, "contact", "active"]), JSON, max_size=6))
def test_any_patient_gives_a_row_or_a_sentence(more):
    thing = ANA | more | {"resourceType": "Patient"}
    for row in read(thing):
        assert row.errors or (row.ref and row.name)


def test_a_patient_and_those_around_are_imported(cast):
    from_file = io.BytesIO("\n".join(map(json.dumps, (ANA | {"id": "p1"}, JUNE))).encode())
    rows = read_clients(from_file, country="GB")
    report = import_clients(cast.practice, rows, by=None, now=cast.alice.joined_at)
    assert (report.created, report.updated) == (0, 1)  # Hollis has that number
    client = Client.objects.get(practice=cast.practice, ref="4182")
    june = client.links.get(main=False)
    assert (june.contact.name, june.role, june.responsible) == (
        "June Ruiz née Ford",
        "mother",
        True,
    )
    assert june.contact.points.get().norm == "june@x.example"
    assert client.birthday == 506
    assert Client.objects.search("june@x.example").get() == client
