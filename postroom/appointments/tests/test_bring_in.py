"""Bringing the book in: by reference, again and again, and whose it is."""

import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from postroom.appointments import matching
from postroom.appointments.actions import Report, bring_in, source_named, take_away
from postroom.appointments.formats import read_book
from postroom.appointments.models import Appointment, DueItem, Look
from postroom.appointments.values import Row
from postroom.clients.models import Patient
from postroom.kit.tables import NotATable
from postroom.practice.models import AuditEvent, Event, Source
from tests.support.cast import Cast, make_client, make_member

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
CSV = (
    "ref,client,animal,start,end,status,reason,vet\n"
    "A1,4182,Biscuit,2026-11-26 09:20,2026-11-26 09:40,booked,Vaccine,Dr Moreau\n"
    "A2,9999,,2026-11-27 10:00,,booked,,\n"
)


def bring(cast: Cast, text: str, kind: Any = "appointments", **how: Any) -> Report:
    now = how.pop("now", NOW)
    rows = read_book(cast.practice, io.BytesIO(text.encode()), kind, now=now)
    return bring_in(source_of(cast, kind), rows, by=cast.alice, now=now, **how)


def source_of(cast: Cast, kind: str = "appointments") -> Source:
    return source_named(cast.practice, kind, "system")


def slot(ref: str, start: datetime, **values: Any) -> Row:
    return Row(1, ref, {"start": start, **values})


def numbers(report: Report) -> tuple[int, ...]:
    return tuple(report.counts.values())


def test_appointments_are_brought_in_and_linked(cast: Cast) -> None:
    biscuit = Patient.objects.create(
        practice=cast.practice, client=cast.hollis, ref="p1", name="Biscuit"
    )
    report = bring(cast, CSV)
    assert report.counts == {
        **{"created": 2, "updated": 0, "unchanged": 0, "skipped": 0, "gone": 0, "unknown": 1}
    }
    first = Appointment.objects.get(ref="A1")
    assert first.start == datetime(2026, 11, 26, 9, 20, tzinfo=UTC)
    assert (first.client, first.patient, first.practitioner) == (cast.hollis, biscuit, cast.alice)
    second = Appointment.objects.get(ref="A2")
    assert (second.client, second.client_ref, second.imported_at) == (None, "9999", NOW)


def test_a_second_time_nothing_changes(cast: Cast) -> None:
    bring(cast, CSV)
    assert numbers(bring(cast, CSV, now=LATER)) == (0, 0, 2, 0, 0, 1)
    assert set(Appointment.objects.values_list("imported_at", flat=True)) == {NOW}
    assert source_of(cast).fresh_at == LATER


def test_what_changed_is_changed_by_reference(cast: Cast) -> None:
    bring(cast, CSV)
    report = bring(cast, CSV.replace("booked,Vaccine", "cancelled,Vaccine"), now=LATER)
    assert numbers(report)[:3] == (0, 1, 1)
    assert Appointment.objects.get(ref="A1").state == "cancelled"


def test_a_column_that_is_absent_changes_nothing(cast: Cast) -> None:
    bring(cast, CSV)
    bring(cast, "ref,start\nA1,2026-11-26 11:00\n", now=LATER)
    first = Appointment.objects.get(ref="A1")
    assert (first.subject, first.client, first.practitioner) == (
        *("Vaccine", cast.hollis, cast.alice),
    )
    assert first.start.hour == 11


def test_with_one_bad_row_nothing_is_imported(cast: Cast) -> None:
    report = bring(cast, CSV + "A3,1,,soon,,,,\n")
    assert (len(report.errors), report.skipped) == (1, 3)
    assert not Appointment.objects.exists()
    assert source_of(cast).fresh_at is None


def test_bad_rows_are_left_out_when_asked(cast: Cast) -> None:
    report = bring(cast, CSV + "A3,1,,soon,,,,\n", skip_bad=True)
    assert (report.created, report.skipped) == (2, 1)


def test_a_dry_run_tells_the_same_and_writes_nothing(cast: Cast) -> None:
    rows = [slot("1", NOW), slot("2", NOW)]
    source = source_named(cast.practice, "appointments", "new one", dry_run=True)
    report = bring_in(source, rows, by=None, now=NOW, dry_run=True, mark_gone=True)
    assert (report.created, report.dry_run) == (2, True)
    assert not Appointment.objects.exists()
    assert not Source.objects.filter(name="new one").exists()


def test_what_a_full_file_has_no_longer_is_marked_gone_in_its_days_only(cast: Cast) -> None:
    rows = [slot(str(day), NOW + timedelta(days=day)) for day in range(5)]
    source = source_of(cast)
    bring_in(source, rows, by=None, now=NOW)
    report = bring_in(source, [rows[1], rows[3]], by=None, now=LATER, mark_gone=True)
    assert report.gone == 1
    gone = Appointment.objects.exclude(gone_at=None)
    assert list(gone.values_list("ref", "gone_at")) == [("2", LATER)]


def test_what_comes_back_is_there_again(cast: Cast) -> None:
    rows, source = [slot("1", NOW), slot("2", NOW)], source_of(cast)
    bring_in(source, rows, by=None, now=NOW)
    bring_in(source, rows[:1], by=None, now=NOW, mark_gone=True)
    report = bring_in(source, rows, by=None, now=LATER)
    assert (report.updated, report.unchanged) == (1, 1)
    assert not Appointment.objects.exclude(gone_at=None).exists()


def test_a_feed_is_all_that_is_to_come(cast: Cast) -> None:
    source, soon = source_of(cast), NOW + timedelta(minutes=30)
    past, next_week = NOW - timedelta(days=3), NOW + timedelta(days=7)
    rows = [slot("past", past), slot("soon", soon), slot("next week", next_week)]
    bring_in(source, rows, by=None, now=NOW, way=Look.FEED, mark_gone=True)
    bring_in(source, rows[2:], by=None, now=NOW, way=Look.FEED, mark_gone=True)
    assert list(Appointment.objects.exclude(gone_at=None).values_list("ref", flat=True)) == ["soon"]


def test_nothing_is_gone_when_no_row_was_read(cast: Cast) -> None:
    source = source_of(cast)
    bring_in(source, [slot("1", NOW)], by=None, now=NOW)
    assert bring_in(source, [], by=None, now=LATER, mark_gone=True).gone == 0


def test_another_source_with_the_same_references_is_another_book(cast: Cast) -> None:
    other = source_named(cast.practice, "appointments", "second site")
    bring(cast, CSV)
    report = bring_in(other, [slot("A1", NOW)], by=None, now=NOW, mark_gone=True)
    assert (report.created, report.gone) == (1, 0)
    assert Appointment.objects.filter(ref="A1").count() == 2


def test_a_client_is_known_by_the_address_invited_where_it_is_one_clients_alone(cast: Cast) -> None:
    make_client(cast.practice, "5", "June", ["shared@example.org"])
    make_client(cast.practice, "6", "Max", ["shared@example.org"])
    rows = [
        Row(1, "a", {"start": NOW}, hints=(("email", "hollis.farrow@example.org"),)),
        Row(2, "b", {"start": NOW}, hints=(("email", "shared@example.org"),)),
    ]
    bring_in(source_of(cast), rows, by=None, now=NOW)
    found = dict(Appointment.objects.values_list("ref", "client"))
    assert found == {"a": cast.hollis.pk, "b": None}
    assert Appointment.objects.get(ref="a").client_ref == "4182"


def test_another_practices_client_of_the_same_reference_is_not_ours(cast: Cast) -> None:
    make_client(cast.other, "9999", "Theirs", [])
    bring(cast, CSV)
    matching.link_waiting()
    assert Appointment.objects.get(ref="A2").client is None


def test_the_reference_of_a_merged_client_leads_to_the_one_kept(cast: Cast) -> None:
    old = make_client(cast.practice, "9999", "Hollis F.", [])
    old.merged_into = cast.hollis
    old.save()
    bring(cast, CSV)
    assert Appointment.objects.get(ref="A2").client == cast.hollis


def test_clients_merged_in_a_circle_do_not_hang(cast: Cast) -> None:
    one, two = (make_client(cast.practice, ref, ref, []) for ref in ("m1", "m2"))
    one.merged_into, two.merged_into = two, one
    one.save()
    two.save()
    assert set(matching.clients_by_ref(cast.practice.pk, ["m1"])) == {"m1"}


@pytest.mark.parametrize(
    "name", ["Alice Moreau", "Dr. Alice MOREAU", "MOREAU", "dr moreau", "Docteur Moreau"]
)
def test_a_practitioner_is_known_by_name(cast: Cast, name: str) -> None:
    row = slot("1", NOW, practitioner_name=name)
    bring_in(source_of(cast), [row], by=None, now=NOW)
    assert Appointment.objects.get().practitioner == cast.alice


def test_a_last_name_that_two_have_is_nobodys(cast: Cast) -> None:
    make_member(cast.practice, "Zoe Moreau", "practitioner")
    row = slot("1", NOW, practitioner_name="Dr Moreau")
    bring_in(source_of(cast), [row], by=None, now=NOW)
    assert Appointment.objects.get().practitioner is None


def test_rows_whose_client_comes_later_are_linked_with_their_patient(cast: Cast) -> None:
    bring(cast, CSV)
    bring(cast, "client,animal,kind,due\n9999,Pip,Rabies,2026-12-01\n", "due")
    assert matching.link_waiting() == 0
    late = make_client(cast.practice, "9999", "Late Comer", [])
    pip = Patient.objects.create(practice=cast.practice, client=late, ref="p", name="Pip")
    assert matching.link_waiting() == 2
    assert Appointment.objects.get(ref="A2").client == late
    due = DueItem.objects.get()
    assert (due.client, due.patient) == (late, pip)
    assert matching.link_waiting() == 0


def test_however_many_wait_all_are_linked_at_once(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(matching, "BATCH", 2)
    rows = [slot(str(n), NOW, client_ref="9999") for n in range(5)]
    bring_in(source_of(cast), rows, by=None, now=NOW)
    make_client(cast.practice, "9999", "Late Comer", [])
    assert matching.link_waiting() == 5


def test_due_dates_are_brought_in_and_done(cast: Cast) -> None:
    text = "ref,client,kind,due,done\nD1,4182,Rabies,2026-12-01,{}\n"
    assert bring(cast, text.format(""), "due").created == 1
    assert list(DueItem.objects.standing()) == [DueItem.objects.get(ref="D1")]
    assert bring(cast, text.format("2026-11-30"), "due").updated == 1
    item = DueItem.objects.get()
    assert (item.client, item.done_on) == (cast.hollis, date(2026, 11, 30))
    assert not DueItem.objects.standing().exists()


def test_due_dates_missing_from_a_full_file_are_gone(cast: Cast) -> None:
    text = "ref,client,kind,due\n" + "".join(f"D{n},4182,X,2026-12-0{n}\n" for n in range(1, 5))
    bring(cast, text, "due")
    rest = "ref,client,kind,due\nD1,4182,X,2026-12-01\nD4,4182,X,2026-12-04\n"
    assert bring(cast, rest, "due", mark_gone=True).gone == 2


def test_every_import_is_in_the_audit_and_heard_by_open_pages(cast: Cast) -> None:
    bring(cast, CSV)
    source = source_of(cast)
    line = AuditEvent.objects.get(action="import_appointments")
    assert (line.object_kind, line.object_id, line.who) == ("source", source.pk, cast.alice.name)
    assert line.data == {"created": 2, "updated": 0}
    assert Event.objects.filter(kind="source", object_id=source.pk).count() == 1
    look = Look.objects.get(source=source)
    assert (look.way, look.at, look.counts["created"]) == (Look.FILE, NOW, 2)


def test_an_import_that_changes_nothing_leaves_no_line(cast: Cast) -> None:
    bring(cast, CSV)
    bring(cast, CSV)
    assert AuditEvent.objects.filter(action="import_appointments").count() == 1


def test_one_appointment_taken_away_is_gone(cast: Cast) -> None:
    bring(cast, CSV)
    source = source_of(cast)
    assert take_away(source, ["A1", "never"], by=None, now=LATER, who="PMS") == 1
    assert take_away(source, ["A1"], by=None, now=LATER) == 0
    assert Appointment.objects.get(ref="A1").gone_at == LATER
    assert AuditEvent.objects.get(action="gone_appointments").who == "PMS"


def test_many_rows_are_brought_in_few_queries(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    source = source_of(cast)
    rows = [slot(str(n), NOW, client_ref="4182") for n in range(1000)]
    with django_assert_max_num_queries(40):
        bring_in(source, rows, by=None, now=NOW)


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("due", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no-due"),
        ("due", b'{"resourceType": "Bundle"}', "no-due"),
        ("appointments", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "no-events"),
        ("appointments", b'\xef\xbb\xbf {"resourceType": "Bundle"}', "no-events"),
        ("appointments", b"", "nothing"),
        ("appointments", b"[" + b" " * (20 << 20), "size"),
    ],
)
def test_a_file_that_will_not_do_says_why(cast: Cast, kind: Any, data: bytes, code: str) -> None:
    with pytest.raises(NotATable) as error:
        read_book(cast.practice, io.BytesIO(data), kind, now=NOW)
    assert error.value.code == code


def test_the_format_is_told_by_the_content(cast: Cast) -> None:
    event = b"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261126T092000Z\r\nEND:VEVENT\r\n"
    calendar = b"\xef\xbb\xbfBEGIN:VCALENDAR\r\n" + event + b"END:VCALENDAR\r\n"
    fhir = b'{"resourceType":"Appointment","id":"1","status":"booked","start":"2026-11-26T09:20Z"}'
    for data in (calendar, fhir, b"ref,start\n1,2026-11-26 09:20\n"):
        rows: Iterable[Row] = read_book(cast.practice, io.BytesIO(data), "appointments", now=NOW)
        assert [row.ref for row in rows] == ["1"]
