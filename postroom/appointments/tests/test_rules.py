from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.appointments.rules import (
    LONGEST_REF,
    day_of,
    is_stale,
    localised,
    moment_of,
    plain_ref,
    short_ref,
    state_of,
    time_of,
)

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-26 09:20", "2026-11-26 08:20"),
        ("2026-11-26T09:20:30", "2026-11-26 08:20:30"),
        ("26/11/2026 9h20", "2026-11-26 08:20"),
        ("26.11.2026, 14:05", "2026-11-26 13:05"),
        ("1/7/2026 2:30 pm", "2026-07-01 12:30"),
        ("1/7/2026 12:00 am", "2026-06-30 22:00"),
        ("2026-11-26T09:20:00-05:00", "2026-11-26 14:20"),
        ("2026-11-26T09:20:00.000Z", "2026-11-26 09:20"),
        ("2026-11-26 09:20+0530", "2026-11-26 03:50"),
    ],
)
def test_a_day_and_time_is_a_moment(text: str, utc: str) -> None:
    found = moment_of(text, PARIS)
    assert found and found.at == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert found.odd == ""


@pytest.mark.parametrize(
    "text",
    [
        *("", "tomorrow", "2026-11-26", "09:20", "2026-02-30 10:00", "2026-11-26 25:00"),
        *("31/02/2026 10:00", "2026-11-26 13:00 pm", "0026-01-01 10:00", "26/11-2026 10:00"),
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert moment_of(text, PARIS) is None


def test_a_time_alone_stands_beside_its_day() -> None:
    found = moment_of("9h", PARIS, date(2026, 7, 1))
    assert found and found.at == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert moment_of("soon", PARIS, date(2026, 7, 1)) is None


def test_a_time_the_clocks_skip_is_told_and_comes_later_by_the_gap() -> None:
    found = moment_of("2026-03-29 02:30", PARIS)
    assert found and (found.odd, found.at) == ("gap", datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    assert found.at.astimezone(PARIS).time() == time(3, 30)


def test_a_time_that_comes_twice_is_told_and_is_the_first() -> None:
    found = moment_of("2026-10-25 02:30", PARIS)
    assert found and (found.odd, found.at) == ("twice", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_every_time_that_is_not_odd_stands_on_the_wall_again(naive: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    found = localised(naive, zone)
    back = found.at.astimezone(zone).replace(tzinfo=None)
    assert (back == naive) == (found.odd != "gap")
    assert back >= naive


@pytest.mark.parametrize(
    ("word", "state"),
    [
        *(("Booked", "booked"), ("Prévu", "booked"), ("confirmée", "confirmed")),
        *(("Checked-in", "arrived"), ("En salle d'attente", "arrived"), ("finished", "done")),
        *(("Honorée", "done"), ("terminé(e)", "done"), ("no-show", "missed"), ("DNA", "missed")),
        *(("Non honoré", "missed"), ("Annulée", "cancelled"), ("canceled", "cancelled")),
    ],
)
def test_states_are_understood_in_english_and_french(word: str, state: str) -> None:
    assert state_of(word) == state


def test_a_state_we_do_not_know_is_none() -> None:
    assert state_of("perhaps") is None
    assert state_of("") is None


@pytest.mark.parametrize("text", ["2026-11-26", "26/11/2026", "26-11-2026", "2026-11-26 00:00:00"])
def test_days_are_read_with_the_day_first(text: str) -> None:
    assert day_of(text) == date(2026, 11, 26)


def test_what_is_no_day_or_time_is_none() -> None:
    assert day_of("11/26/2026") is None
    assert time_of("9") is None
    assert time_of("24:00") is None


def test_a_reference_loses_what_its_system_puts_around_it() -> None:
    assert plain_ref(" urn:uuid:5cbc121b ") == "5cbc121b"
    assert plain_ref("Patient/77") == "77"
    assert plain_ref("41  82") == "41 82"


@given(st.lists(st.text(max_size=200), min_size=1, max_size=4))
def test_a_made_up_reference_fits_its_column(parts: list[str]) -> None:
    assert len(short_ref(*parts)) <= LONGEST_REF


def test_long_references_that_differ_at_the_end_stay_different() -> None:
    assert short_ref("x" * 200, "1") != short_ref("x" * 200, "2")


def test_data_are_stale_after_a_day_or_when_they_never_came() -> None:
    now = datetime(2026, 11, 26, 9, 20, tzinfo=UTC)
    assert is_stale(None, now)
    assert is_stale(now - timedelta(hours=24, seconds=1), now)
    assert not is_stale(now - timedelta(hours=24), now)
