"""Our idea of an address beside a well-known list of cases; where they differ, why."""

import json

import pytest

from postroom.kit.addresses import normalise_email
from tests.support.real_data import FOLDER

CASES = json.loads((FOLDER / "addresses" / "isemail.json").read_text())["cases"]

# The list calls these valid but not usable; we take them, for the reason given.
ACCEPTED = {
    "isemail-42": "a plain word in quotes is the same mailbox as the word",
    "isemail-157": "a space before is a slip of the hand",
    "isemail-158": "a space after, too",
    "isemail-166": "a domain of one label is found inside a network",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_an_address_is_taken_when_it_is_usable_or_listed(case):
    expected = case["usable"] or case["id"] in ACCEPTED
    assert bool(normalise_email(case["address"])) == expected


def test_what_is_listed_is_at_least_valid():
    valid = {case["id"] for case in CASES if case["valid"] and not case["usable"]}
    assert set(ACCEPTED) <= valid


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_an_address_that_was_read_is_read_again_the_same(case):
    norm = normalise_email(case["address"])
    assert normalise_email(norm) == norm
    if norm.isascii():
        assert normalise_email(norm.upper()) == norm
