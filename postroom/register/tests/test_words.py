"""Every reason has words, in both languages."""

import pytest
from django.utils import translation

from postroom.register import rules, words
from postroom.register.models import Entry

CODES = [value for name, value in vars(rules).items() if name.isupper() and isinstance(value, str)]


def entry(reason: str) -> Entry:
    data = {"address": "a@example.org", "clients": [1, 2, 3], "domain": "example.org"}
    return Entry(reason=reason, reason_data=data, sender_norm="a@example.org")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("code", CODES)
def test_each_reason_is_a_whole_sentence(code: str, language: str) -> None:
    with translation.override(language):
        sentence = words.why(entry(code))
    assert sentence.endswith((".", "?"))
    assert "%(" not in sentence


def test_the_promised_words_of_unresolved() -> None:
    assert words.why(entry("unknown-address")) == "No client has the address ‹a@example.org›."
    assert words.why(entry("several-clients")) == "3 clients have the address ‹a@example.org›."
    with translation.override("fr"):
        assert words.why(entry("unknown-address")) == "Aucun client n’a l’adresse ‹a@example.org›."


def test_a_reason_nobody_knows_says_nothing() -> None:
    assert words.why(entry("from the future")) == ""


def test_reason_data_of_an_older_version_breaks_nothing() -> None:
    for code in CODES:
        assert words.why(Entry(reason=code, reason_data={}))


def test_percent_signs_in_an_address_stay_as_they_are() -> None:
    odd = Entry(reason="unknown-address", reason_data={"address": "50%(x)s@example.org"})
    assert words.why(odd) == "No client has the address ‹50%(x)s@example.org›."
