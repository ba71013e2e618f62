"""Rights and signatures, without a database."""

import pytest

from postroom.practice import rules

VALUES = {"name": "Ines Okafor", "first_name": "Ines", "practice": "Tern", "job": "", "title": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{name}\n{practice}", "Ines Okafor\nTern"),
        ("{title} {name}", "Ines Okafor"),
        ("{job}\nTern", "Tern"),
        ("{job|Reception}", "Reception"),
        ("{job|} · {first_name}", "· Ines"),
        ("{ name }", "Ines Okafor"),
        ("a  b\n\n{name}", "a  b\n\nIneS Okafor".replace("S", "s")),
        ("{unknown}", ""),
        ("{", "{"),
        ("", ""),
    ],
)
def test_a_signature_is_filled_in_and_empty_lines_go(text: str, filled: str) -> None:
    assert rules.fill(text, VALUES) == filled


def test_a_value_is_not_filled_in_again() -> None:
    assert rules.fill("{name}", {"name": "{practice}", "practice": "Tern"}) == "{practice}"


def test_unknown_placeholders_are_named_in_order() -> None:
    assert rules.unknown_places("{b} {name} {a|x} {}") == ["b", "a", ""]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ines Okafor", ("Ines", "Okafor")),
        ("Ines de la Cour", ("Ines", "de la Cour")),
        ("Ines", ("Ines", "")),
        ("  ", ("", "")),
    ],
)
def test_the_first_name_is_the_first_word(name: str, parts: tuple[str, str]) -> None:
    assert rules.first_and_last(name) == parts


def test_nobody_gives_more_than_they_have_but_an_administrator() -> None:
    assert rules.may_give("desk", ["read", "members"], ["read"])
    assert not rules.may_give("desk", ["read", "members"], ["read", "audit"])
    assert rules.may_give("administrator", ["members"], ["audit"])
