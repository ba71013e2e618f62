import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.kit.phones import normalise_phone
from tests.support.real_data import FOLDER

CASES = json.loads((FOLDER / "phones/libphonenumber.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_number_is_read_as_libphonenumber_reads_it_when_it_is_in_use(case):
    in_use = case.get("valid", "error" not in case)
    expected = case["e164"] if in_use else ""
    assert normalise_phone(case["input"], case["region"] or "") == expected


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06.12.34.56.78", "fr", "+33612345678"),
        ("+33 6 12 34 56 78", "GB", "+33612345678"),
        ("(01632) 960 960", "GB", ""),  # set aside for stories: it can never ring
        ("020 7946 0018 ext. 4", "GB", "+442079460018"),
        ("06 12", "FR", ""),
        ("ask at the desk", "FR", ""),
        ("", "FR", ""),
        ("06 12 34 56 78", "", ""),
        ("+442079460018", "", "+442079460018"),
        ("+" * 300, "GB", ""),
    ],
)
def test_a_number_as_people_write_it(text, country, number):
    assert normalise_phone(text, country) == number


def test_reading_a_read_number_changes_nothing():
    for case in CASES:
        number = normalise_phone(case["input"], case["region"] or "")
        assert normalise_phone(number, "GB") == number


@given(st.text(max_size=40) | st.from_regex(r"\+?[0-9 ().-]{0,20}", fullmatch=True))
def test_whatever_is_written_is_a_number_to_dial_or_nothing_and_read_again_the_same(text):
    number = normalise_phone(text, "GB")
    assert number == "" or re.fullmatch(r"\+[1-9]\d{4,16}", number)
    assert normalise_phone(number, "FR") == number
