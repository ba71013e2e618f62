"""How likely a letter is a client's: names, and reasons weighed against each other."""

import pytest

from postroom.register import clues
from postroom.register.likeness import (
    LIKE_NAME,
    POSSIBLE,
    SAME_NAME,
    SURNAME,
    VERY_LIKELY,
    WEAK,
    likelihood,
    name_words,
    names_alike,
)


@pytest.mark.parametrize(
    ("written", "held", "code"),
    [
        ("Hollis Farrow", "FARROW, Hollis", SAME_NAME),
        ("Hollis F.", "Hollis Farrow", LIKE_NAME),
        ("M Osei-Lund", "Mara Osei-Lund", LIKE_NAME),
        ("Hollis Farrow", "Hollis Wren Farrow", LIKE_NAME),
        ("Tilda Brand", "Tilda Brandt", LIKE_NAME),
        ("Wren Farrow", "Hollis Farrow", SURNAME),
        ("Hollis G.", "Hollis Farrow", ""),
        ("Hollis", "Hollis Farrow", ""),
        ("Jan Li", "Jan Lo", ""),
        ("H. F.", "Hollis Farrow", ""),
    ],
)
def test_names_are_alike_by_words_initials_and_a_slip(written: str, held: str, code: str) -> None:
    assert names_alike(name_words(written), name_words(held)) == code


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (["phone:07700 900142", "like-name"], VERY_LIKELY),
        (["in-thread", "same-name"], VERY_LIKELY),
        (["phone:07700 900142"], POSSIBLE),
        (["same-name", "surname", "names-patient:Moss"], POSSIBLE),  # a name counts once
        (["names-patient:Moss", "names-patient:Fern"], WEAK),
        (["surname"], WEAK),
        (["surname", "names-patient:Moss"], POSSIBLE),
        (["same-address", "in-thread", "same-name"], POSSIBLE),  # others have it too
        ([], POSSIBLE),
    ],
)
def test_two_different_things_have_to_agree(reasons: list[str], expected: str) -> None:
    assert likelihood(reasons, sure=False, doubted=False) == expected
    assert likelihood(reasons, sure=True, doubted=True) != VERY_LIKELY


def test_numbers_are_read_as_they_are_written_and_quoted_ones_are_not() -> None:
    text = "Call 07700 900142, or +33 6 12 34 56 78.\nOn 2026-11-20 12:00\n> 020 7946 0018\n"
    # The first is of a range that is nobody's: it equals itself alone.
    assert clues.numbers(text, "GB") == {
        "?07700 900142": "07700 900142",
        "+33612345678": "+33 6 12 34 56 78",
        "?2026-11-20 12": "2026-11-20 12",
    }
    text = "Mobile: (020) 7946 0018"
    assert clues.numbers(text, "GB") == {"+442079460018": "(020) 7946 0018"}


def test_names_begin_with_a_capital_and_may_be_of_two_words() -> None:
    said = clues.capitals("Please look at Miss Kitty’s paw, and at Jean-Luc.\n> And Biscuit")
    assert said == ["Please", "Miss", "Kitty", "Miss Kitty", "Jean-Luc"]
