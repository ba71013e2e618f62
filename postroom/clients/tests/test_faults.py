"""What is wrong with an address is said, and at which letter."""

import pytest

from postroom.clients.faults import Fault, fault
from postroom.clients.words import FAULTS, not_an_address
from postroom.kit.addresses import normalise_email


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada brook@example.org", Fault("space", 4)),
        ("ada\u200b@example.org", Fault("invisible", 4)),
        ("ada@example,org", Fault("letter", 12, ",")),
        ("ada;june@example.org", Fault("letter", 4, ";")),
        ("ada@exam_ple.org", Fault("letter", 9, "_")),
        ("ada.example.org", Fault("no-at")),
        ("ada@home@example.org", Fault("two-ats", 9)),
        ("@example.org", Fault("nothing-before", 1)),
        ("ada@", Fault("nothing-after", 4)),
        ("ada..b@example.org", Fault("dot", 5)),
        (".ada@example.org", Fault("dot", 1)),
        ("ada.@example.org", Fault("dot", 4)),
        ("ada@.example.org", Fault("dot", 5)),
        ("ada@example.org.", Fault("dot", 16)),
        ("ada@" + "x" * 300 + ".org", Fault("other")),
    ],
)
def test_the_first_fault_and_its_letter(text: str, found: Fault) -> None:
    assert normalise_email(text) == ""
    assert fault(text) == found


def test_the_sentence_names_the_letter_and_repeats_the_address() -> None:
    assert not_an_address("a b@x.org") == "There is a space at character 2 of “a b@x.org”."
    assert (
        not_an_address("{place}") == "“{place}” has no @: an address looks like name@example.org."
    )


def test_every_fault_has_words() -> None:
    texts = ["a b", "a\u200b", "a,", "a", "a@b@c", "@b", "a@", "a..b@c", "a@-"]
    assert {fault(text).code for text in texts} == set(FAULTS)
