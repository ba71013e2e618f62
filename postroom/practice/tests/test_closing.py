"""When the practice is closed: weekdays, public holidays, days of its own."""

from datetime import date, datetime

import pytest
import time_machine
from django.utils import timezone

from postroom.practice import closing, holiday_names, rules
from postroom.practice.models import AuditEvent, ClosedDay
from tests.support.cast import Cast

DAYS = "/p/tern/settings/days"
NOVEMBER = datetime.fromisoformat("2026-11-20T10:00:00+00:00")
CHRISTMAS = date(2026, 12, 25)


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        (date(2026, 11, 20), False),  # a Friday
        (date(2026, 11, 22), True),  # a Sunday
        (date(2026, 12, 6), False),  # a Sunday on which it is open
        (CHRISTMAS, True),
        (date(2026, 12, 28), False),  # a holiday on which it is open
        (date(2026, 12, 29), True),  # its own
    ],
)
def test_its_own_days_win_over_holidays_and_weekdays(day: date, closed: bool) -> None:
    own = {date(2026, 12, 6): True, date(2026, 12, 28): True, date(2026, 12, 29): False}
    holidays = {CHRISTMAS, date(2026, 12, 28)}
    assert rules.is_closed(day, [6], holidays, own) is closed


def test_the_region_decides_about_holidays(cast: Cast) -> None:
    practice = cast.practice
    practice.country, good_friday = "FR", date(2026, 4, 3)
    assert not closing.closed_on(practice, good_friday)
    practice.region = "57"
    assert closing.closed_on(practice, good_friday)


def test_a_country_we_know_no_holidays_of_is_open_on_all_days(cast: Cast) -> None:
    cast.practice.country, cast.practice.region = "ZZ", "1"
    assert not closing.closed_on(cast.practice, CHRISTMAS)
    assert closing.regions("ZZ") == ()


def test_holidays_speak_the_readers_language_where_they_can() -> None:
    assert (CHRISTMAS, "Noël") in closing.public_holidays("FR", "", 2026, "fr")
    assert (CHRISTMAS, "Christmas Day") in closing.public_holidays("FR", "", 2026, "en")
    assert (CHRISTMAS, "Christmas Day") in closing.public_holidays("GB", "", 2026, "en")


def test_what_the_library_names_in_english_alone_is_put_into_the_readers_words(monkeypatch) -> None:
    monkeypatch.setitem(holiday_names.NAMES, "Boxing Day", "the day of boxes")
    named = dict(closing.public_holidays("GB", "ENG", 2036, "de"))  # on a Friday
    assert named[date(2036, 12, 26)] == "the day of boxes"
    assert holiday_names.translated("Boxing Day (observed); A Day", "de") == (
        "the day of boxes (observed); A Day"
    )


@pytest.mark.parametrize("place", ["GB ENG", "GB WLS", "GB SCT", "GB NIR", "IE"])
def test_every_yearly_holiday_of_the_british_isles_can_be_translated(place: str) -> None:
    country, _, region = place.partition(" ")
    found = {name for year in range(2027, 2037)
             for _, name in closing.public_holidays(country, region, year, "en")}  # fmt: skip
    parts = {part.removesuffix(" (observed)") for name in found for part in name.split("; ")}
    assert parts <= set(holiday_names.NAMES)


def test_the_schools_zones_are_no_regions() -> None:
    names = dict(closing.regions("FR"))
    assert names["57"] == "Moselle"
    assert not any(name.startswith("Zone") for name in names)


def test_the_page_lists_this_year_and_the_next(cast: Cast) -> None:
    with time_machine.travel(NOVEMBER, tick=False):
        page = cast.browser(cast.alice).get(DAYS).text
    assert "Public holidays 2026–2027" in page
    assert page.count("Christmas Day") >= 2
    assert "1 Jan 2026" not in page  # over
    assert "1 Jan 2027" in page


def test_a_holiday_can_be_opened_and_closed_after_all(cast: Cast) -> None:
    with time_machine.travel(NOVEMBER, tick=False):
        browser = cast.browser(cast.alice)
        browser.post(f"{DAYS}/open", {"day": "2026-12-25"})
        assert not closing.closed_on(cast.practice, CHRISTMAS)
        page = browser.get(DAYS).text
        assert "Closed after all" in page
        browser.post(f"{DAYS}/{ClosedDay.objects.get().pk}/forget")
    assert closing.closed_on(cast.practice, CHRISTMAS)
    assert [
        (e.action, e.data["day"])
        for e in AuditEvent.objects.exclude(action="sign-in").order_by("pk")
    ] == [
        ("add", "2026-12-25"),
        ("remove", "2026-12-25"),
    ]


def test_a_day_of_its_own_is_added_once(cast: Cast) -> None:
    browser, form = cast.browser(cast.alice), {"day": "2030-07-01", "name": "Works"}
    assert browser.post(f"{DAYS}/close", form).url == DAYS
    assert "Works" in browser.get(DAYS).text
    again = browser.post(f"{DAYS}/close", form)
    assert again.status_code == 422
    assert "This day is in the list already." in again.text


@pytest.mark.parametrize("day", ["", "yesterday", "2026-02-30", "0000-00-00"])
def test_what_is_no_date_is_refused(cast: Cast, day: str) -> None:
    assert cast.browser(cast.alice).post(f"{DAYS}/close", {"day": day}).status_code == 422
    page = cast.browser(cast.alice).post(f"{DAYS}/open", {"day": day}, follow=True)
    assert "This is not a date." in page.text
    assert not ClosedDay.objects.exists()


def test_weekdays_are_saved_and_one_must_be_open(cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    browser.post(DAYS, {"weekdays": ["6", "5"]})
    cast.practice.refresh_from_db()
    assert cast.practice.closed_weekdays == [5, 6]
    refused = browser.post(DAYS, {"weekdays": [str(day) for day in range(7)]})
    assert refused.status_code == 422
    assert "At least one day of the week must be open." in refused.text
    browser.post(DAYS, {})
    cast.practice.refresh_from_db()
    assert cast.practice.closed_weekdays == []


def test_the_same_weekdays_again_are_not_written_down(cast: Cast) -> None:
    now = timezone.now()
    assert closing.set_weekdays(cast.practice, [6], by=cast.alice, now=now)
    assert not closing.set_weekdays(cast.practice, [6], by=cast.alice, now=now)
    assert AuditEvent.objects.filter(object_kind="practice").count() == 1
