"""The sample practice's book is one that Postroom can read."""

import io
from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

from postroom.appointments.importing import read_table
from postroom.cli.demo.book import FALLING_DUE, TEAM, appointments_csv, due_csv
from postroom.cli.demo.people import clients
from postroom.practice.rules import ROLES

TODAY = date(2026, 11, 26)  # a Thursday
LONDON = ZoneInfo("Europe/London")


def read(text, kind):
    return list(read_table(io.BytesIO(text.encode()), kind, zone=LONDON))


def test_every_row_can_be_read_and_is_a_clients():
    known = {client.reference for client in clients()}
    for kind, text in (("appointments", appointments_csv(TODAY)), ("due", due_csv(TODAY))):
        rows = read(text, kind)
        assert not [row for row in rows if row.errors or row.warnings]
        assert {row.values["client_ref"] for row in rows} <= known
        assert len({row.ref for row in rows}) == len(rows)


def test_the_book_is_of_three_weeks_and_knows_what_is_past():
    rows = read(appointments_csv(TODAY), "appointments")
    days = sorted({row.values["start"].astimezone(LONDON).date() for row in rows})
    assert (days[0], days[-1]) == (date(2026, 11, 16), date(2026, 12, 5))
    now = datetime.combine(TODAY, datetime.min.time(), LONDON)
    past = Counter(row.values["state"] for row in rows if row.values["start"] < now)
    coming = Counter(row.values["state"] for row in rows if row.values["start"] >= now)
    assert set(past) == {"done", "missed", "cancelled"}
    assert set(coming) == {"booked", "confirmed", "cancelled"}


def test_an_appointment_keeps_its_reference_as_the_days_go_by():
    before = {row.ref: row.values for row in read(appointments_csv(TODAY), "appointments")}
    after = read(appointments_csv(date(2026, 11, 27)), "appointments")
    assert {row.ref for row in after} == set(before)
    assert all(row.values["start"] == before[row.ref]["start"] for row in after)


def test_some_are_due_and_some_are_overdue():
    rows = read(due_csv(TODAY), "due")
    assert len(rows) == FALLING_DUE
    assert any(row.values["due_on"] < TODAY and not row.values["done_on"] for row in rows)
    assert any(row.values["due_on"] > TODAY for row in rows)


def test_everybody_has_a_role_there_is():
    assert {role for _name, _email, role, _here in TEAM} <= set(ROLES)
