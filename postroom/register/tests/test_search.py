"""The index over what was said."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from postroom.register import search, seeking
from postroom.register.models import Entry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def add(practice, subject="", people="", body="", files="", at=NOW, **fields):
    entry = Entry.objects.create(
        practice=practice, at=at, created_at=NOW, filing=Entry.UNRESOLVED, subject=subject, **fields
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


def newest(practice, text, marks=(), below=None, above=None):
    """The entries that hold these words, in the order of a search."""
    handfuls = seeking.keys(practice.pk, search.asked(text), marks, below=below, above=above)
    return [Entry.objects.get(pk=search.entry_of(key)) for keys in handfuls for key in keys]


SAID = {
    "leg": {"subject": "Biscuit’s left leg", "people": "Hollis Farrow hollis@farrow.example"},
    "photo": {"body": "Here is the picture. Left?", "files": "left-leg.jpg x_ray.PNG"},
    "coeur": {"body": "Le cœur de Maÿlis bat fort, à gauche. Légumes interdits."},
    "straße": {"body": "Straße 12, 1E5 units; leg left on the left"},
}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("left leg", ["leg", "photo", "straße"]),
        ('"left leg"', ["leg", "photo"]),
        ('"leg left"', ["straße"]),
        ('"leg left" units', ["straße"]),
        ("“left leg” farr", ["leg"]),
        ("«\N{NO-BREAK SPACE}left leg\N{NO-BREAK SPACE}» farr", ["leg"]),
        ('"leg biscuit"', []),
        ('"jpg here"', []),  # no phrase goes from a file's name into the text
        ('"unfinished leg', []),
        ('"left leg', ["leg", "photo", "straße"]),
        ("leg", ["coeur", "leg", "photo", "straße"]),  # the last word may go on
        ("leg ", ["leg", "photo", "straße"]),
        ("le ", ["coeur"]),
        ("le", ["coeur"]),  # two letters are a word of their own
        ("COEUR MAYLIS", ["coeur"]),
        ("strasse", ["straße"]),
        ("1e5", ["straße"]),
        ("ray png", ["photo"]),
        ("farrow.example", ["leg"]),
        ("hollis@farrow.example", ["leg"]),
        ("nowhere", []),
        ("left nowhere", []),
    ],
)
def test_both_databases_find_the_same(cast, typed, expected):
    names = {add(cast.practice, **said).pk: name for name, said in SAID.items()}
    add(cast.other, **SAID["leg"])
    assert sorted(names[e.pk] for e in newest(cast.practice, typed)) == expected
    assert sorted(names[e.pk] for e in found(cast.practice, typed)) == expected
    keys = [search.key(e.at, e.pk) for e in Entry.objects.filter(practice=cast.practice)]
    among = seeking.keys_among(search.asked(typed), (), keys)
    assert sorted(names[search.entry_of(key)] for key in among) == expected


def test_a_files_name_is_found_by_itself(cast):
    add(cast.practice, **SAID["leg"])
    photo = add(cast.practice, **SAID["photo"])
    asked = search.asked("left le").in_files
    handfuls = list(seeking.keys(cast.practice.pk, asked, (), below=None, above=None))
    assert [search.entry_of(key) for keys in handfuls for key in keys] == []
    asked = search.asked("left jpg").in_files
    handfuls = list(seeking.keys(cast.practice.pk, asked, (), below=None, above=None))
    assert [search.entry_of(key) for keys in handfuls for key in keys] == [photo.pk]


DAYS = (0, 1, 3, 8, 20, 45, 95, 200, 400, 740, 1100, 4000, 20_000)


def test_the_newest_come_first_from_today_to_long_ago(cast, monkeypatch):
    monkeypatch.setattr(seeking, "LOOKED", 2)
    monkeypatch.setattr(seeking, "AT_ONCE", 2)
    shuffled = DAYS[::2] + DAYS[1::2]
    entries = {d: add(cast.practice, body="leg", at=NOW - timedelta(days=d)) for d in shuffled}
    ordered = [entries[d] for d in DAYS]
    assert newest(cast.practice, "leg") == ordered
    for n, entry in enumerate(ordered):
        key = search.key(entry.at, entry.pk)
        assert newest(cast.practice, "leg", below=key) == ordered[n + 1 :]
        assert newest(cast.practice, "leg", above=key) == ordered[: n + 1]


def test_of_one_second_the_last_added_comes_first(cast):
    entries = [add(cast.practice, body="leg") for _ in range(3)]
    assert newest(cast.practice, "leg") == entries[::-1]


def test_an_entry_found_by_thousands_is_found_once(cast, monkeypatch):
    monkeypatch.setattr(seeking, "HANDFUL", 3)
    monkeypatch.setattr(seeking, "AT_ONCE", 4)
    entries = [
        add(cast.practice, body="leg", at=NOW - timedelta(hours=7 * n * n)) for n in range(20)
    ]
    add(cast.practice, body="arm", at=NOW - timedelta(days=4))
    for looked in (1, 2, 3, 8, 500):
        monkeypatch.setattr(seeking, "LOOKED", looked)
        assert newest(cast.practice, "leg") == entries


def test_marks_and_order_follow_the_entry(cast):
    first = add(cast.practice, body="leg", direction=Entry.IN)
    second = add(cast.practice, body="leg", at=NOW - timedelta(days=1))
    assert newest(cast.practice, "leg", (".zkphone",)) == []
    Entry.objects.filter(pk=second.pk).update(
        at=NOW + timedelta(days=400), kind="phone", direction="out", files=2, automatic="bounce"
    )
    assert newest(cast.practice, "leg") == [second, first]
    for mark in (".zkphone", ".zdout", ".zf", ".za"):
        assert newest(cast.practice, "leg", (mark,)) == [second]
    second.refresh_from_db()
    search.index([search.Words(second.pk, cast.practice.pk, "", "", "arm", "")])
    assert newest(cast.practice, "leg") == [first]
    assert newest(cast.practice, "arm", (".zkphone",)) == [second]
    second.delete()
    assert newest(cast.practice, "arm") == []


def test_the_text_is_kept_as_it_was_written(cast):
    entry = add(cast.practice, body="Éloïse\0 a mangé.\r\nBien.")
    key = search.key(entry.at, entry.pk)
    assert seeking.texts([key]) == {entry.pk: "Éloïse a mangé.\nBien."}


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
