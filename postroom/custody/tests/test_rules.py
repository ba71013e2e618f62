"""How far back, how many, what files are called."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.custody.rules import LONGEST_NAME, may_go, months_before, unlike


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ((2026, 3, 31), 1, (2026, 2, 28)),
        ((2028, 2, 29), 12, (2027, 2, 28)),
        ((2026, 1, 15), 1, (2025, 12, 15)),
        ((2026, 1, 15), 120, (2016, 1, 15)),
    ],
)
def test_so_many_months_ago_is_the_same_day_or_the_last_of_the_month(
    day: tuple[int, int, int], months: int, before: tuple[int, int, int]
) -> None:
    assert months_before(datetime(*day, tzinfo=UTC), months) == datetime(*before, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "agreed", "runs", "goes"),
    [
        (20, 0, [], True),  # a few always may
        (21, 0, [], False),  # nobody has said so, and nothing is usual yet
        (500, 500, [], True),  # somebody saw that number
        (501, 500, [], False),
        (300, 0, [100, 100, 100], True),
        (301, 0, [100, 100, 100], False),
        (300, 0, [100, 90, 5000], True),  # one great run makes no habit
        (50, 0, [900] * 8 + [10] * 8, False),  # only the last runs count
    ],
)
def test_more_than_usual_waits_for_a_person(
    due: int, agreed: int, runs: list[int], goes: bool
) -> None:
    assert may_go(due, agreed, runs) is goes


def test_doubles_are_numbered_whatever_their_capitals() -> None:
    assert unlike(["scan.pdf", "Scan.PDF", "scan.pdf", "scan (2).pdf"]) == [
        "scan.pdf",
        "Scan (2).PDF",
        "scan (3).pdf",
        "scan (2) (2).pdf",
    ]


@given(st.lists(st.text(min_size=1, max_size=260), max_size=8))
def test_no_two_names_are_alike_and_none_is_long(names: list[str]) -> None:
    made = unlike(names)
    assert len({name.casefold() for name in made}) == len(names)
    assert all(0 < len(name) <= LONGEST_NAME for name in made)
