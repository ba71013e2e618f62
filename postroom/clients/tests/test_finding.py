"""Search as one types: what the index names, and what it may leave to the comparison."""

import pytest

from postroom.clients import finding
from postroom.clients.models import Client
from tests.support.cast import Cast, make_client


def found(words: str) -> list[str]:
    return sorted(Client.objects.search(words).values_list("name", flat=True))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("joinery", ["Hollis Farrow"]),  # in the middle of a word
        ("fa", ["Hollis Farrow"]),  # two letters begin a word
        ("ar", ["Ada Arrow"]),
        ("h", ["Hollis Farrow"]),
        ("hol far", ["Hollis Farrow"]),
        ("farow", []),
        ('"', []),
        ('ex"am', []),
        ("% _ *", []),
        ("AND", []),
        ("", ["Ada Arrow", "Hollis Farrow"]),
    ],
)
def test_what_is_found(cast: Cast, words: str, names: list[str]) -> None:
    make_client(cast.practice, "1", "Ada Arrow", [])
    assert found(words) == names


def test_the_index_follows_changes_and_deletions(cast: Cast) -> None:
    ada = make_client(cast.practice, "1", "Ada Quiver", [])
    Client.objects.filter(pk=ada.pk).update(search_name="bertha bolt")
    assert (found("quiver"), found("bolt")) == ([], ["Ada Quiver"])
    Client.objects.bulk_create(
        [Client(practice=cast.practice, ref="1", name="Ada Quiver", search_name="carla crane")],
        update_conflicts=True,
        unique_fields=["practice", "ref"],
        update_fields=["search_name"],
    )
    assert (found("bolt"), found("crane")) == ([], ["Ada Quiver"])
    ada.delete()
    assert found("crane") == []


def test_many_candidates_are_walked_by_name_and_give_the_same(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        make_client(cast.practice, f"n{n}", f"Farrow {n}", [])
    few = found("farrow")
    monkeypatch.setattr(finding, "FEW", 2)
    assert finding.candidates(["farrow"]) is None
    assert found("farrow") == few
    assert len(few) == 6


def test_a_word_of_one_letter_asks_no_index(cast: Cast) -> None:
    assert finding.candidates(["a"]) is None
    assert finding.candidates([]) is None
