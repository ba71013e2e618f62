import random
import re
from datetime import UTC, datetime

import pytest

from postroom.cli.demo.client_mail import fits
from postroom.cli.demo.people import clients
from postroom.cli.demo.texts import SPECIES, Text, texts
from postroom.cli.demo.texts.ours import OURS
from postroom.cli.demo.writing import fields, quote_line, write

WHEN = datetime(2026, 11, 24, 19, 5, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_at_least_sixty_different_texts(language):
    assert len({text.body for text in texts(language)}) >= 60


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_text_can_be_written_for_every_animal_it_fits(language):
    rng = random.Random(1)
    written = set()
    for client in clients():
        if client.language != language:
            continue
        for animal in client.patients:
            words = fields(rng, client, animal, WHEN)
            for text in texts(language):
                letter = write(rng, text, client, words)
                assert not re.search(r"[{}]", letter.subject + letter.body + letter.quoted)
                assert letter.subject
                if fits(text, client, animal):
                    written.add(text.body)
    special = {t.body for t in texts(language) if t.conditions & {"died", "moved"}}
    assert written | special == {text.body for text in texts(language)}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_kind_of_our_letters_is_answered(language):
    assert {text.answers for text in texts(language)} - {""} == set(OURS[language])


@pytest.mark.parametrize("species", sorted(SPECIES))
@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_kind_of_animal_has_texts_enough(language, species):
    assert sum(not t.species or species in t.species for t in texts(language)) >= 25


def _words(language, *, female_animal):
    for client in clients():
        for animal in client.patients:
            if client.language == language and animal.female is female_animal:
                return animal, client, fields(random.Random(3), client, animal, WHEN)
    raise AssertionError("nobody")


def test_french_agrees_with_the_animal():
    _, _, her = _words("fr", female_animal=True)
    _, _, him = _words("fr", female_animal=False)
    pattern = "{Il} est rentré{e}, je {le} garde, malheureu{x}"
    assert pattern.format_map(her) == "Elle est rentrée, je la garde, malheureuse"
    assert pattern.format_map(him) == "Il est rentré, je le garde, malheureux"


def test_english_agrees_with_the_animal():
    _, _, her = _words("en", female_animal=True)
    assert "{He} hurt {himself}, help {him} and {his} leg".format_map(her) == (
        "She hurt herself, help her and her leg"
    )


def test_french_elides_before_a_vowel():
    for client in clients():
        for animal in client.patients:
            if client.language == "fr" and animal.name in ("Oscar", "Étoile", "Ulysse", "Iris"):
                words = fields(random.Random(1), client, animal, WHEN)
                assert words["de_animal"] == f"d'{animal.name}"
                assert words["que_animal"] == f"qu'{animal.name}"
                return
    raise AssertionError("no animal with a vowel")


def test_the_hour_chooses_the_greeting():
    _, _, words = _words("fr", female_animal=True)
    assert words["good_day"] == "Bonsoir"


def test_the_telephone_number_stands_at_most_once_in_a_letter():
    animal, client, _ = _words("en", female_animal=True)
    text = Text("S", "{animal}", frozenset(), "", "", frozenset())
    for seed in range(60):
        rng = random.Random(seed)
        words = fields(rng, client, animal, WHEN)
        assert write(rng, text, client, words).body.count(words["phone"]) <= 1


def test_quote_lines_are_those_of_mail_programs():
    assert quote_line("en", WHEN, "A B", "a@example.com") == (
        "On Tue, 24 Nov 2026 at 19:05, A B <a@example.com> wrote:"
    )
    assert quote_line("fr", WHEN, "A B", "a@example.com") == (
        "Le mar. 24 novembre 2026 à 19:05, A B <a@example.com> a écrit :"
    )
