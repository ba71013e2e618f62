import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone, translation

from postroom.web.templatetags import house

POSTROOM = Path(__file__).resolve().parents[2]
MONDAY = datetime(2026, 11, 23, 10, 40, tzinfo=UTC)
NARROW = "\xa0"


@pytest.fixture(autouse=True)
def monday_in_london():
    with time_machine.travel(MONDAY, tick=False), timezone.override("Europe/London"):
        yield


def test_every_icon_named_anywhere_exists() -> None:
    names = set()
    for page in POSTROOM.rglob("templates/**/*.html"):
        names.update(re.findall(r'{% icon "([\w-]+)"', page.read_text()))
    for module in POSTROOM.glob("*/*.py"):
        text = module.read_text()
        names.update(re.findall(r'_item\("\w+", _\("[^"]+"\), "([\w-]+)"', text))
        names.update(re.findall(r'\bicon = .*"([\w-]+)"', text))
    assert {"mail", "house", "circle-question-mark", "search"} <= names
    for name in names:
        assert house.icon(name).startswith('<svg class="i" viewBox="0 0 24 24" aria-hidden="true">')


def test_an_icon_has_the_size_asked_for() -> None:
    assert 'class="i s"' in house.icon("mail", "s")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Hollis Farrow", "HF"),
        ("Jean-Luc de la Tour", "JT"),
        ("hollis@farrowjoinery.example.com", "H"),
        ("Édith", "É"),
        ("07700 900 388", "#"),
        ("", "#"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert house.initials(name) == letters


def test_the_colour_of_an_avatar_is_always_the_same() -> None:
    assert house.avatar_class("Hollis Farrow") == house.avatar_class("HOLLIS FARROW")
    assert {house.avatar_class(str(n)) for n in range(99)} == {f"c{n}" for n in range(1, 7)}


@pytest.mark.parametrize(
    ("moment", "english", "french"),
    [
        (datetime(2026, 11, 23, 9, 5, tzinfo=UTC), "09:05", "9 h 05"),
        (datetime(2026, 11, 22, 9, 5, tzinfo=UTC), "Sun", "dim."),
        (datetime(2026, 11, 17, 9, 5, tzinfo=UTC), "Tue", "mar."),
        (datetime(2026, 11, 16, 9, 5, tzinfo=UTC), "Mon 16 Nov", "lun. 16 nov."),
        (datetime(2026, 11, 26, 9, 5, tzinfo=UTC), "Thu 26 Nov", "jeu. 26 nov."),
        (datetime(2024, 2, 26, 9, 5, tzinfo=UTC), "26 Feb 2024", "26 fév. 2024"),
        (None, "", ""),
    ],
)
def test_when_is_as_short_as_is_clear(moment, english: str, french: str) -> None:
    assert house.when(moment) == english
    with translation.override("fr"):
        assert house.when(moment).replace(NARROW, " ") == french


def test_when_follows_the_practices_clock() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert house.when(late) == "Sun"
    with timezone.override("Europe/Paris"):
        assert house.when(late) == "00:30"


def test_moment_gives_day_and_time() -> None:
    moment = datetime(2026, 11, 26, 9, 20, tzinfo=UTC)
    assert house.moment(moment) == "Thu 26 Nov, 09:20"
    with translation.override("fr"):
        assert house.moment(moment) == "jeu.\xa026\xa0nov., 9\xa0h\xa020"
    assert house.moment(moment.replace(year=2025)) == "Wed 26 Nov 2025, 09:20"


def test_day_heads_a_group_of_letters() -> None:
    assert house.day(MONDAY) == "Today"
    assert house.day(MONDAY.replace(day=22)) == "Yesterday"
    assert house.day(MONDAY.replace(day=20)) == "Friday 20 November"
    assert house.day(MONDAY.replace(year=2024)) == "23 Nov 2024"


@pytest.mark.parametrize(
    ("minutes", "english", "french"),
    [
        (0, "just now", "à l’instant"),
        (2, "2 min ago", "il y a 2 min"),
        (125, "2 h ago", "il y a 2 h"),
        (1500, "Sun 22 Nov, 09:40", "dim. 22 nov., 9 h 40"),
    ],
)
def test_ago_speaks_of_a_day_at_most(minutes: int, english: str, french: str) -> None:
    moment = MONDAY - timedelta(minutes=minutes)
    assert house.ago(moment) == english
    with translation.override("fr"):
        assert house.ago(moment).replace(NARROW, " ") == french


@pytest.mark.parametrize(
    ("octets", "english", "french"),
    [
        (1, "1 byte", "1 octet"),
        (999, "999 bytes", "999 octets"),
        (248_300, "248 KB", "248 Ko"),
        (1_240_000, "1.2 MB", "1,2 Mo"),
        (25_000_000, "25 MB", "25 Mo"),
        (2_500_000_000, "2.5 GB", "2,5 Go"),
    ],
)
def test_sizes_are_in_words(octets: int, english: str, french: str) -> None:
    assert house.size(octets).replace(NARROW, " ") == english
    with translation.override("fr"):
        assert house.size(octets).replace(NARROW, " ") == french
