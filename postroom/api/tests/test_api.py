"""The API as a practice's system meets it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import translation

from postroom.api import door
from postroom.api.door import Rate
from postroom.api.tests.system import DUE, HOLLIS, ONE_OF_EACH, SLOT, System, problem
from postroom.appointments.models import Appointment, DueItem, Look
from postroom.clients.models import Client
from postroom.practice.models import AuditEvent, Practice, Source
from tests.support.cast import Cast, make_client

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


# --- clients --------------------------------------------------------------------------------


def test_a_client_is_made_and_made_again_to_no_effect(system: System, cast: Cast) -> None:
    answer = system("PUT", "/clients/77", {**HOLLIS, "name": "June Farrow", "language": "fr"})
    assert (answer.status_code, answer.json()["created"]) == (201, 1)
    june = Client.objects.get(practice=cast.practice, ref="77")
    assert (june.name, june.language) == ("June Farrow", "fr")
    again = system("PUT", "/clients/77", {**HOLLIS, "name": "June Farrow", "language": "fr"})
    assert (again.status_code, again.json()["unchanged"]) == (200, 1)


def test_a_client_is_of_the_system_that_first_told_of_it(system: System, cast: Cast) -> None:
    system("PUT", "/clients/77?source=Front%20desk", HOLLIS)
    system("PUT", "/clients/78", HOLLIS)
    system("PUT", "/clients/77", {**HOLLIS, "name": "June"})
    found = Client.objects.filter(ref__in=["77", "78"]).order_by("ref")
    assert [client.source.name for client in found if client.source] == ["Front desk", "API"]
    sources = Source.objects.filter(kind=Source.CLIENTS, practice=cast.practice)
    assert all(source.fresh_at for source in sources)


def test_a_field_left_out_stays_and_null_empties_it(system: System) -> None:
    system("PUT", "/clients/77", {**HOLLIS, "birth_date": "1980-12-31"})
    system("PUT", "/clients/77", {"name": "Hollis Farrow"})
    client = Client.objects.get(ref="77")
    assert str(client.birth_date) == "1980-12-31"
    assert client.contacts.get().points.count() == 2
    system("PUT", "/clients/77", {"name": "Hollis Farrow", "birth_date": None, "emails": []})
    client.refresh_from_db()
    assert client.birth_date is None
    assert [point.kind for point in client.contacts.get().points.all()] == ["phone"]


def test_patients_and_families_come_along(system: System) -> None:
    patients = [{"name": "Rex (old)", "kind": "dog; big"}, {"name": "Pip"}]
    system("PUT", "/clients/77", {**HOLLIS, "patients": patients, "groups": ["Farrow"]})
    client = Client.objects.get(ref="77")
    found = {(patient.name, patient.kind) for patient in client.patients.all()}
    assert found == {("Rex (old)", "dog, big"), ("Pip", "")}
    assert [group.name for group in client.groups.all()] == ["Farrow"]


def test_a_batch_with_one_bad_row_changes_nothing_and_names_it(system: System) -> None:
    rows = [{"reference": str(n), **HOLLIS} for n in range(3)]
    rows[1]["emails"] = ["not-one"]
    told = problem(system("POST", "/clients", rows), 422)
    assert told["detail"] == "Some of it cannot be read. Nothing was changed."
    assert told["errors"] == [
        {"row": 1, "field": "emails", "detail": "“not-one” is not an email address."}
    ]
    assert not Client.objects.filter(ref__in=["0", "1", "2"]).exists()


def test_a_partial_batch_leaves_the_bad_rows_out(system: System) -> None:
    rows = [{"reference": str(n), **HOLLIS} for n in range(3)]
    rows[1]["birth_date"] = "soon"
    answer = system("POST", "/clients?partial=true", rows)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["created"], told["skipped"], told["errors"][0]["row"]) == (2, 1, 1)


def test_one_reference_twice_in_a_batch_is_an_error(system: System) -> None:
    rows = [{"reference": "1", **HOLLIS}, {"reference": "1", **HOLLIS}]
    told = problem(system("POST", "/clients", rows), 422)
    assert (told["errors"][0]["row"], told["errors"][0]["field"]) == (1, "reference")


def test_a_client_that_left_the_system_is_marked_and_keeps_everything(
    system: System, cast: Cast
) -> None:
    assert system("DELETE", "/clients/4182").status_code == 204
    cast.hollis.refresh_from_db()
    assert cast.hollis.gone_at
    assert system("DELETE", "/clients/4182").status_code == 204
    assert AuditEvent.objects.filter(action="mark_gone").count() == 1
    problem(system("DELETE", "/clients/never"), 404)


# --- the book -------------------------------------------------------------------------------


def test_an_appointment_is_made_changed_and_taken_away(system: System, cast: Cast) -> None:
    assert system("PUT", "/appointments/A1", SLOT).status_code == 201
    slot = Appointment.objects.get()
    assert slot.start == datetime(2026, 11, 26, 8, 20, tzinfo=UTC)
    assert (slot.client, slot.subject, slot.state) == (cast.hollis, "Vaccine", "booked")
    answer = system("PUT", "/appointments/A1", {"start": SLOT["start"], "state": "missed"})
    assert (answer.status_code, answer.json()["updated"]) == (200, 1)
    slot.refresh_from_db()
    assert (slot.state, slot.client, slot.subject) == ("missed", cast.hollis, "Vaccine")
    assert system("DELETE", "/appointments/A1").status_code == 204
    slot.refresh_from_db()
    assert slot.gone_at
    problem(system("DELETE", "/appointments/A2"), 404)


def test_a_time_without_an_offset_is_the_practices_own(system: System, cast: Cast) -> None:
    Practice.objects.filter(pk=cast.practice.pk).update(time_zone="Europe/Paris")
    system("PUT", "/appointments/A1", {"start": "2026-07-01 09:00"})
    assert Appointment.objects.get().start.hour == 7


def test_a_bad_state_is_told(system: System) -> None:
    told = problem(system("PUT", "/appointments/A1", {**SLOT, "state": "perhaps"}), 422)
    assert told["errors"][0]["field"] == "state"
    assert not Source.objects.exists()


def test_a_warning_is_no_error(system: System, cast: Cast) -> None:
    Practice.objects.filter(pk=cast.practice.pk).update(time_zone="Europe/Paris")
    told = system("PUT", "/appointments/A1", {"start": "2026-03-29 02:30"}).json()
    assert told["warnings"][0]["field"] == "start"


def test_two_systems_of_one_practice_do_not_mix(system: System) -> None:
    system("PUT", "/appointments/A1", SLOT)
    system("PUT", "/appointments/A1?source=Second%20site", SLOT)
    assert Appointment.objects.count() == 2
    problem(system("DELETE", "/appointments/A1?source=Third"), 404)


def test_the_data_are_fresh_when_the_system_has_spoken(system: System) -> None:
    system("POST", "/appointments", [{"reference": "A1", **SLOT}])
    source = Source.objects.get()
    assert (source.name, source.kind) == ("API", "appointments")
    assert source.fresh_at
    assert Look.objects.get().way == Look.API


def test_due_dates_are_made_and_done(system: System, cast: Cast) -> None:
    assert system("PUT", "/due/D1", DUE).status_code == 201
    system("PUT", "/due/D1", {**DUE, "done": "2026-11-30"})
    item = DueItem.objects.get()
    assert (item.client, str(item.done_on)) == (cast.hollis, "2026-11-30")
    assert system("DELETE", "/due/D1").status_code == 204


def test_a_thousand_at_once(system: System) -> None:
    rows = [{"reference": str(n), **SLOT} for n in range(1000)]
    assert system("POST", "/appointments", rows).json()["created"] == 1000


# --- limits and manners ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_more_than_a_thousand_rows_are_refused(kind: str, system: System) -> None:
    rows = [{"reference": str(n), **ONE_OF_EACH[kind]} for n in range(1001)]
    problem(system("POST", f"/{kind}", rows), 422)


def test_more_than_five_megabytes_are_refused(system: System) -> None:
    problem(system("POST", "/clients", [{"reference": "1", "name": "x" * (6 << 20)}]), 413)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ([{"reference": "1"}], "name"),
        ([{"reference": "1", "name": 5}], "name"),
        ([{"reference": "1", "name": "x", "emial": []}], "emial"),
        ([{"reference": "", "name": "x"}], "reference"),
    ],
)
def test_a_row_of_another_shape_is_told_with_its_place(
    sent: Any, field: str, system: System
) -> None:
    (error,) = problem(system("POST", "/clients", sent), 422)["errors"]
    assert (error["row"], error["field"]) == (0, field)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1"])
def test_what_is_no_json_is_told(body: bytes, token: Any) -> None:
    headers = {"Authorization": f"Bearer {token[1]}"}
    answer = Browser().generic(
        "POST", "/api/v1/clients", body, content_type="application/json", headers=headers
    )
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("bad", ["\x00", "\u202e", "=1+1", "<script>", "a'; DROP--"])
def test_odd_letters_do_no_harm(bad: str, system: System) -> None:
    answer = system("PUT", "/clients/77", {"name": f"June{bad}", "groups": [f"g{bad}"]})
    assert answer.status_code == 201
    assert Client.objects.get(ref="77").name.startswith("June")
    assert (
        system("PUT", "/appointments/1", {**SLOT, "subject": bad, "client": bad}).status_code == 201
    )
    assert system("DELETE", "/clients/%00").status_code == 404
    assert system("DELETE", "/appointments/%00?source=%00").status_code == 404


def test_half_a_letter_is_refused(system: System) -> None:
    problem(system("PUT", "/clients/77", {"name": "June\ud800"}), 422)


def test_a_method_that_is_not_there_is_refused(system: System) -> None:
    assert system("GET", "/clients/4182").status_code == 405
    assert system("PATCH", "/clients/4182", {}).status_code == 405


def test_too_many_requests_are_asked_to_wait(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "RATE", Rate(2))
    assert [system("DELETE", "/clients/x").status_code for _ in range(3)] == [404, 404, 429]
    answer = system("DELETE", "/clients/x")
    problem(answer, 429)
    assert answer["Retry-After"] == "60"


def test_the_rate_slides_and_is_each_tokens_own() -> None:
    rate = Rate(2)
    assert [rate.take("a", NOW + timedelta(seconds=s)) for s in (0, 30, 59)] == [True, True, False]
    assert rate.take("b", NOW)
    assert rate.take("a", NOW + timedelta(seconds=60))
    assert not rate.take("a", NOW + timedelta(seconds=61))


def test_the_audit_names_the_token(system: System, token: Any, cast: Cast) -> None:
    system("PUT", "/clients/77", HOLLIS)
    system("PUT", "/appointments/A1", SLOT)
    system("DELETE", "/clients/77")
    named = AuditEvent.objects.filter(practice=cast.practice, who="Practice system")
    assert list(named.order_by("id").values_list("action", "object_kind", "network")) == [
        ("api_clients", "token", "127.0.0.1"),
        ("import_appointments", "source", "127.0.0.1"),
        ("mark_gone", "client", "127.0.0.1"),
    ]


def test_sentences_are_in_the_callers_language(system: System) -> None:
    system.headers["Accept-Language"] = "fr"
    with translation.override("en"):  # and back: the request leaves its own behind
        answer = system("PUT", "/clients/77", {"name": "June", "emails": ["not-one"]})
    assert answer["Content-Language"] == "fr"


def test_a_merge_in_the_practices_system_is_followed_once(system: System, cast: Cast) -> None:
    double = make_client(cast.practice, "4183", "H. Farrow", ["h@farrow.example"])
    for _ in range(2):
        answer = system("POST", "/clients/4183/merge-into/4182")
        assert answer.status_code == 204
    double.refresh_from_db()
    assert double.merged_into == cast.hollis
    lines = AuditEvent.objects.filter(action="merge_client")
    assert [line.who for line in lines] == ["Practice system"]


def test_only_two_clients_of_this_practice_are_merged(system: System, cast: Cast) -> None:
    make_client(cast.other, "77", "Nobody Here", [])
    problem(system("POST", "/clients/4182/merge-into/4182"), 409)
    problem(system("POST", "/clients/4182/merge-into/77"), 404)
    problem(system("POST", "/clients/77/merge-into/4182"), 404)
