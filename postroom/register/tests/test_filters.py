"""The filters of the register as an address says them. Pure."""

from datetime import date

import pytest

from postroom.register.filters import Wanted, wanted_of


def test_an_address_and_its_filters_are_the_same_thing() -> None:
    wanted = Wanted(
        *("insurance form", "phone", "in", 7, None, 3, 2, date(2026, 1, 1), date(2026, 11, 30)),
        *("hand", True, "filed", True, True),
    )
    assert wanted_of(wanted.said) == wanted
    assert wanted.query(kind="", q="").startswith("direction=in&client=7&patient=3&member=2&since=")
    assert Wanted().query() == ""


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "carrier pigeon", "direction": "up", "how": "?", "state": "lost"},
        {"client": "0", "group": "-1", "member": "1e9", "patient": "9" * 19},
        {"since": "yesterday", "until": "2026-02-30"},
        {"since": "0001-01-01", "until": "9999-12-31"},
        {"files": "yes", "archived": "0", "oldest": "", "q": " \0 "},
    ],
)
def test_what_makes_no_sense_narrows_nothing(said: dict[str, str]) -> None:
    assert wanted_of(said) == Wanted()


@pytest.mark.parametrize(
    ("wanted", "impossible"),
    [
        (Wanted(kind="meeting", direction="in"), True),
        (Wanted(state="sent", direction="in"), True),
        (Wanted(state="failed", kind="phone"), True),
        (Wanted(since=date(2026, 2, 1), until=date(2026, 1, 1)), True),
        (Wanted(state="sent", kind="email", direction="out"), False),
        (Wanted(kind="phone", direction="out"), False),
    ],
)
def test_what_no_entry_can_be_is_known_without_looking(wanted: Wanted, impossible: bool) -> None:
    assert wanted.impossible is impossible
