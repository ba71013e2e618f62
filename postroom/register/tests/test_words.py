"""Every reason has words, in both languages."""

import re

import pytest
from django.utils import translation

from postroom.clients.words import kinds_of_senders
from postroom.practice.words import words_of
from postroom.register import rules, suggestions, words
from postroom.register.forms import ResolveForm
from postroom.register.models import Entry
from postroom.register.ruling import KINDS
from tests.support.cast import Cast

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


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_word_for_clients_is_said_but_the_practices_own(cast: Cast, language: str) -> None:
    cast.practice.client_word = cast.bob.practice.client_word = "owner"
    nouns = words_of(cast.practice).within()
    with translation.override(language):
        nouns = words_of(cast.practice).within()
        said = [words.tick(code, nouns) for code in suggestions.WEIGHT]
        said += [words.tick(code, nouns) for code in (words.SHARED_ADDRESS, words.UNCONFIRMED)]
        said += [words.ruling(kind, nouns) for kind in KINDS]
        said += [words.pill(entry(code), 0, "", False, nouns).text for code in CODES]
        said += [words.pill(entry(""), count, "", False, nouns).text for count in (0, 2)]
        said += [words.unremembered(why, ["A"], nouns) for why in ("", "held", "professional")]
        said += [str(kind) for kind in kinds_of_senders(cast.practice).values()]
        ignored = Entry(pk=0, practice=cast.practice, filing=Entry.IGNORED)
        said += [words.done(ignored, cast.bob), words.why(entry("not-a-client"), nouns)]
        form = ResolveForm(cast.bob, ignored, {})
        said += [str(error) for errors in form.errors.values() for error in errors]
    assert [one for one in said if "client" in one.casefold() or "%(" in one] == []
    assert sum(nouns["client_word"] in one for one in said) > 5


def test_the_pages_speak_as_the_practice_does(cast: Cast) -> None:
    type(cast.practice).objects.filter(pk=cast.practice.pk).update(client_word="owner")
    alice = cast.browser(cast.alice)
    for path in ("settings/senders", "settings/accounts", "settings/accounts/add", "upload", ""):
        page = alice.get(f"/p/tern/{path}")
        assert page.status_code == 200
        shown = re.sub(r"<[^>]*>", " ", page.text)
        assert not re.search(r"\bclients?\b", shown, re.IGNORECASE), path
