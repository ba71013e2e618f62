"""Merge fields: read, filled, and refused when nobody knows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.kit import light
from postroom.outbox.templating import Field, Unknown, fields, fill, unfilled, unknown

KNOWN = {"first_name": "First name", "due_date": "Due date", "patient_name": "Name of the animal"}


def test_a_field_may_have_a_word_for_when_it_is_empty() -> None:
    assert fields("Dear {first_name|there}, { due_date }") == [
        Field("first_name", "there"),
        Field("due_date"),
    ]


def test_a_brace_alone_and_one_with_a_backslash_are_text() -> None:
    assert fields(r"a { b } } {{ \{first_name\} {due_date") == [Field("b")]


@pytest.mark.parametrize(
    ("text", "values", "filled", "missing"),
    [
        ("Dear {first_name},", {"first_name": "Wren"}, "Dear Wren,", ()),
        ("Dear {first_name|there},", {"first_name": " "}, "Dear there,", ()),
        ("Dear {first_name},", {}, "Dear {first_name},", ("first_name",)),
        ("Dear {first_name|},", {}, "Dear {first_name|},", ("first_name",)),
        ("{a} {a} {b}", {}, "{a} {a} {b}", ("a", "b")),
    ],
)
def test_a_text_is_filled_or_says_what_is_missing(
    text: str, values: dict[str, str], filled: str, missing: tuple[str, ...]
) -> None:
    done = fill(text, values)
    assert (done.text, done.missing) == (filled, missing)


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("firstname", "first_name"),
        ("First name", "first_name"),
        ("frist_name", "first_name"),
        ("due-date", "due_date"),
        ("animal name", "patient_name"),
        ("qwxz", ""),
    ],
)
def test_an_unknown_field_is_named_with_the_nearest_known(written: str, nearest: str) -> None:
    assert unknown(f"{{{written}}} {{first_name}}", KNOWN) == [Unknown(written, nearest)]


@given(st.text(max_size=30))
def test_no_value_becomes_a_field_or_a_format(value: str) -> None:
    done = fill("x {a} y", {"a": value}, light.escape)
    if value.strip():
        assert unfilled(done.text, ["a", "first_name"]) == []
        assert light.plain(done.text) == f"x {value.strip()} y"
