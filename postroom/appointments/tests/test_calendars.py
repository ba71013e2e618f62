"""Reading iCalendar: our own cases first, then the files others keep for their oddities."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from postroom.appointments.calendars import AFTER, BEFORE, read_calendar
from postroom.appointments.repeating import PATIENCE
from postroom.appointments.values import Row
from postroom.appointments.words import placed
from postroom.kit.tables import NotATable
from tests.support.real_data import FOLDER

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CORPUS = sorted((FOLDER / "ical" / "icalendar").glob("*.ics"))


def calendar(*events: str, before: str = "") -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{before}{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(*events: str, before: str = "", now: datetime = NOW) -> list[Row]:
    return read_calendar(calendar(*events, before=before), zone=PARIS, now=now)


def starts(rows: list[Row]) -> list[str]:
    return [f"{row.values['start'].astimezone(UTC):%Y-%m-%d %H:%M}" for row in rows]


def warnings(rows: list[Row]) -> list[str]:
    return [placed(problem) for row in rows for problem in row.warnings]


def test_an_event_is_read_with_everything_it_tells() -> None:
    (row,) = read(
        """UID:a1@book
DTSTART;TZID=Europe/London:20261126T092000
DTEND;TZID=Europe/London:20261126T094000
SUMMARY:Vaccine\\, Biscuit
ORGANIZER;CN=Dr Alice:mailto:alice@tern.example
ATTENDEE;CN=Hollis:MAILTO:Hollis.Farrow@Example.org
CREATED:20261101T080000Z
DESCRIPTION:Bring the card.\\nClient: 4182
STATUS:CONFIRMED"""
    )
    assert (row.number, row.ref) == (1, "a1@book")
    assert row.values == {
        "start": datetime(2026, 11, 26, 9, 20, tzinfo=UTC),
        "end": datetime(2026, 11, 26, 9, 40, tzinfo=UTC),
        "subject": "Vaccine, Biscuit",
        "practitioner_name": "Dr Alice",
        "client_ref": "4182",
        "booked_at": datetime(2026, 11, 1, 8, tzinfo=UTC),
        "state": "booked",
    }
    assert row.hints == (("email", "hollis.farrow@example.org"),)


def test_a_time_without_a_zone_is_the_practices_own() -> None:
    (row,) = read("UID:1\nDTSTART:20260701T090000\nDURATION:PT30M")
    assert row.values["start"] == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert row.values["end"] == datetime(2026, 7, 1, 7, 30, tzinfo=UTC)


def test_a_whole_day_is_from_midnight_to_midnight_on_the_practices_wall() -> None:
    (row,) = read("UID:1\nDTSTART;VALUE=DATE:20261025")  # 25 hours long
    assert row.values["start"] == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert row.values["end"] == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_a_weekly_appointment_stays_at_nine_when_the_clocks_change() -> None:
    rows = read(
        "UID:w\nDTSTART;TZID=Europe/Paris:20261012T090000\nRRULE:FREQ=WEEKLY;COUNT=4",
        now=datetime(2026, 10, 1, tzinfo=UTC),
    )
    assert starts(rows) == [
        *("2026-10-12 07:00", "2026-10-19 07:00", "2026-10-26 08:00", "2026-11-02 08:00"),
    ]
    assert [row.ref for row in rows][:2] == ["w/20261012T070000Z", "w/20261019T070000Z"]


def test_what_repeats_for_ever_is_read_for_400_days() -> None:
    rows = read("UID:d\nDTSTART:20200101T090000\nRRULE:FREQ=DAILY")
    assert len(rows) == (BEFORE + AFTER).days == 400
    assert all(NOW - BEFORE <= row.values["start"] <= NOW + AFTER for row in rows)


def test_an_exception_takes_the_place_of_its_day_and_keeps_its_reference() -> None:
    rows = read(
        "UID:w\nRECURRENCE-ID:20261208T080000Z\nDTSTART:20261209T100000Z\nSUMMARY:Moved",
        "UID:w\nDTSTART;TZID=Europe/Paris:20261201T090000\nRRULE:FREQ=WEEKLY;COUNT=3",
    )
    assert {row.ref: f"{row.values['start']:%d %H:%M}" for row in rows} == {
        "w/20261201T080000Z": "01 08:00",
        "w/20261208T080000Z": "09 10:00",
        "w/20261215T080000Z": "15 08:00",
    }


def test_a_cancelled_day_of_what_repeats_is_cancelled_alone() -> None:
    rows = read(
        "UID:w\nDTSTART:20261201T080000Z\nRRULE:FREQ=WEEKLY;COUNT=2",
        "UID:w\nRECURRENCE-ID:20261208T080000Z\nDTSTART:20261208T080000Z\nSTATUS:CANCELLED",
    )
    states = {row.ref: row.values["state"] for row in rows}
    assert states == {"w/20261201T080000Z": "booked", "w/20261208T080000Z": "cancelled"}


def test_excluded_and_added_days_are_heard() -> None:
    rows = read(
        "UID:w\nDTSTART;TZID=Europe/Paris:20261201T090000\nRRULE:FREQ=DAILY;COUNT=3\n"
        "EXDATE;TZID=Europe/Paris:20261202T090000\nRDATE;TZID=Europe/Paris:20261224T100000"
    )
    assert starts(rows) == ["2026-12-01 08:00", "2026-12-03 08:00", "2026-12-24 09:00"]


def test_until_in_utc_is_read_on_the_events_own_wall() -> None:
    rows = read(
        "UID:w\nDTSTART;TZID=America/New_York:20261201T090000\n"
        "RRULE:FREQ=DAILY;UNTIL=20261203T140000Z"
    )
    assert starts(rows)[-1] == "2026-12-03 14:00"


def test_a_whole_day_that_repeats_until_a_day_includes_it() -> None:
    rows = read("UID:y\nDTSTART;VALUE=DATE:20261201\nRRULE:FREQ=DAILY;UNTIL=20261203")
    assert [row.ref for row in rows] == ["y/20261201", "y/20261202", "y/20261203"]


def test_what_repeats_every_hour_is_told_and_not_followed() -> None:
    rows = read("UID:h\nDTSTART:20261201T080000Z\nRRULE:FREQ=HOURLY")
    assert starts(rows) == ["2026-12-01 08:00"]
    assert warnings(rows) == [
        "Row 1, RRULE: It repeats in a way we cannot follow (“FREQ=HOURLY”), so that part is left"
        " out."
    ]


def test_a_rule_that_never_comes_ends_by_itself() -> None:
    rule = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    assert starts(read(f"UID:n\nDTSTART:20261201T080000Z\nRRULE:{rule}")) == ["2026-12-01 08:00"]


def test_only_so_many_rules_that_never_come_are_walked() -> None:
    never = "UID:n{}\nDTSTART:20261201T080000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    daily = "UID:d\nDTSTART:20261201T080000Z\nRRULE:FREQ=DAILY;COUNT=2"
    rows = read(*(never.format(n) for n in range(PATIENCE + 2)), daily)
    assert len(rows) == PATIENCE + 3
    assert len(warnings(rows)) == 3  # they keep their first day


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=YEARLY", ["2026-12-01"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", ["2026-12-01", "2026-12-25", "2027-01-29"]),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;UNTIL=20261218",
            ["2026-12-01", "2026-12-03", "2026-12-15", "2026-12-17"],
        ),
        ("FREQ=YEARLY;BYYEARDAY=1,100;COUNT=2", ["2026-12-01", "2027-01-01", "2027-04-10"]),
        ("FREQ=DAILY;UNTIL=20261101T000000Z", ["2026-12-01"]),
    ],
)
def test_rules_give_the_days_of_the_calendar(rule: str, days: list[str]) -> None:
    rows = read(f"UID:r\nDTSTART:20261201T080000Z\nRRULE:{rule}", now=NOW - timedelta(days=60))
    assert [start[:10] for start in starts(rows)] == days


def test_a_time_the_clocks_skip_is_told() -> None:
    rows = read("UID:1\nDTSTART;TZID=Europe/Paris:20260329T023000")
    assert starts(rows) == ["2026-03-29 01:30"]
    assert "did not exist: the clocks went forward" in warnings(rows)[0]


def test_a_zone_of_the_files_own_is_used() -> None:
    zone = """BEGIN:VTIMEZONE
TZID:Surgery
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0530
TZOFFSETTO:+0530
END:STANDARD
END:VTIMEZONE
"""
    rows = read("UID:1\nDTSTART;TZID=Surgery:20261126T092000", before=zone)
    assert starts(rows) == ["2026-11-26 03:50"]
    assert warnings(rows) == []


def test_one_files_zone_is_not_the_next_files() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Custom\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
    zone += "TZOFFSETFROM:{0}\nTZOFFSETTO:{0}\nEND:STANDARD\nEND:VTIMEZONE\n"
    event = "UID:1\nDTSTART;TZID=Custom:20261126T092000"
    assert starts(read(event, before=zone.format("+0500"))) == ["2026-11-26 04:20"]
    assert starts(read(event, before=zone.format("-0500"))) == ["2026-11-26 14:20"]


def test_a_zone_nobody_knows_is_told() -> None:
    rows = read("UID:1\nDTSTART;TZID=Surgery:20261126T092000")
    assert starts(rows) == ["2026-11-26 08:20"]
    assert warnings(rows) == [
        "Row 1, TZID: The time zone “Surgery” is not known, so the practice’s own is taken."
    ]


def test_a_calendar_that_calls_off_cancels() -> None:
    (row,) = read("UID:1\nDTSTART:20261126T092000Z", before="METHOD:CANCEL\n")
    assert row.values["state"] == "cancelled"


def test_the_later_word_on_one_reference_counts() -> None:
    rows = read(
        "UID:1\nDTSTART:20261126T092000Z\nSUMMARY:Old",
        "UID:1\nDTSTART:20261127T092000Z\nSUMMARY:New",
    )
    assert [row.values["subject"] for row in rows] == ["New"]


def test_an_event_without_a_uid_is_known_again() -> None:
    event = "DTSTART:20261126T092000Z\nSUMMARY:Vaccine"
    assert read(event)[0].ref == read(event)[0].ref == "no-uid/20261126T092000Z/Vaccine"


def test_an_event_without_a_start_is_a_row_with_an_error() -> None:
    rows = read("UID:1\nSUMMARY:When?", "UID:2\nDTSTART:20261126T092000Z")
    assert [bool(row.errors) for row in rows] == [True, False]


def test_an_end_that_makes_no_sense_is_left_out() -> None:
    (row,) = read("UID:1\nDTSTART:20261126T092000Z\nDTEND:20251126T092000Z")
    assert row.values["end"] is None


def test_something_else_is_no_calendar() -> None:
    with pytest.raises(NotATable) as error:
        read_calendar(b"BEGIN:VCALENDAR\r\nnonsense", zone=PARIS, now=NOW)
    assert error.value.code == "calendar"


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_odd_calendar_is_read_or_refused_in_words(path: Path) -> None:
    try:
        rows = read_calendar(path.read_bytes(), zone=PARIS, now=NOW)
    except NotATable as error:
        assert error.code == "calendar"
        return
    assert len({row.ref for row in rows if not row.errors}) == sum(not row.errors for row in rows)
    for row in rows:
        assert all(placed(problem) for problem in row.errors + row.warnings)
        if not row.errors:
            assert row.values["start"].tzinfo is UTC
            assert row.ref and len(row.ref) <= 128


def test_a_series_moved_in_one_place_is_read_from_a_real_file() -> None:
    rows = read_calendar(
        (FOLDER / "ical" / "icalendar" / "issue_466_respect_unique_timezone.ics").read_bytes(),
        zone=PARIS,
        now=NOW,
    )
    assert len(rows) == 57
    assert all(row.values["end"] - row.values["start"] < timedelta(days=2) for row in rows)
