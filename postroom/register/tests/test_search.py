"""The index over what was said."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from postroom.register import search
from postroom.register.models import Entry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def add(practice, subject="", people="", body="", files=""):
    entry = Entry.objects.create(
        practice=practice, at=NOW, created_at=NOW, filing=Entry.UNRESOLVED, subject=subject
    )
    search.index([search.Words(entry.pk, practice.pk, subject, people, body, files)])
    return entry


def found(practice, text):
    return set(Entry.objects.filter(pk__in=search.matching(practice.pk, text)))


def test_accents_and_case_do_not_matter(cast):
    entry = add(cast.practice, body="La chienne Éloïse a mangé du CHŒUR de bœuf")
    for words in ("eloise", "ÉLOÏSE", "mange boeuf", "choeur"):
        assert found(cast.practice, words) == {entry}


def test_every_word_must_be_there_anywhere(cast):
    entry = add(cast.practice, subject="Limping", people="Hollis Farrow", files="left-leg.jpg")
    assert found(cast.practice, "limping farrow leg") == {entry}
    assert found(cast.practice, "limping maple") == set()


def test_the_beginning_of_a_word_is_enough(cast):
    entry = add(cast.practice, body="vaccination")
    assert found(cast.practice, "vacc") == {entry}


def test_another_practices_words_are_not_found(cast):
    add(cast.other, body="vaccination")
    assert found(cast.practice, "vaccination") == set()


def test_the_word_that_keeps_practices_apart_cannot_be_searched_for(cast):
    add(cast.other, body="vaccination")
    assert found(cast.practice, f"zp{cast.other.pk}") == set()


@pytest.mark.parametrize("text", ["", '"', "a OR b", "NEAR(", "x' --", "* & | !", "-", "é:*"])
def test_nothing_that_is_typed_is_an_error(cast, text):
    add(cast.practice, body="a b")
    found(cast.practice, text)


def test_a_removed_entry_leaves_the_index(cast):
    entry = add(cast.practice, body="vaccination")
    entry.delete()
    assert found(cast.practice, "vaccination") == set()


def test_a_very_long_text_is_indexed_as_far_as_it_goes(cast):
    entry = add(cast.practice, body="début " + "mot " * 400_000)
    assert found(cast.practice, "debut") == {entry}


def test_an_entry_that_goes_takes_its_words_with_it(cast):
    entry = add(cast.practice, "Biscuit", body="limps")
    Entry.objects.filter(pk=entry.pk).delete()
    column = "entry_id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM register_entrytext")
        assert cursor.fetchall() == []
