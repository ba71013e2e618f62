"""What one should know about a client: on the record, where one writes, on all of a group."""

import pytest

from postroom.clients.models import ClientNote, Group, GroupMember
from postroom.custody.actions import merge
from postroom.register.tests.post import NOON
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast, make_client


@pytest.fixture
def family(cast: Cast) -> list:
    """Hollis with Wren, and with Edda, whose record Bob may not open."""
    others = [
        make_client(cast.practice, ref, name, []) for ref, name in (("2", "Wren"), ("3", "Edda"))
    ]
    group = Group.objects.create(practice=cast.practice, name="Farrow family")
    for client in (cast.hollis, *others):
        GroupMember.objects.create(practice=cast.practice, group=group, client=client)
    others[1].restricted = True
    others[1].save()
    return others


def texts(client) -> list[str]:
    return list(client.notes.order_by("pk").values_list("text", flat=True))


def test_a_note_shows_on_the_record_and_where_one_writes(cast: Cast) -> None:
    bob = cast.browser(cast.bob)
    bob.post(f"/p/tern/clients/{cast.hollis.pk}/notes/new", {"text": "Invoices to <accounts@x>"})
    for page in (f"clients/{cast.hollis.pk}", f"entries/new/phone?client={cast.hollis.pk}"):
        assert "Invoices to &lt;accounts@x&gt;" in words(bob.get(f"/p/tern/{page}")).replace(
            "<br>", ""
        )
    empty = bob.post(f"/p/tern/clients/{cast.hollis.pk}/notes/new", {"text": " "})
    assert empty.status_code == 422


def test_one_note_goes_to_all_of_the_family_one_may_open_and_changes_everywhere(
    cast: Cast, family: list
) -> None:
    wren, edda = family
    bob, new = cast.browser(cast.bob), f"/p/tern/clients/{cast.hollis.pk}/notes/new"
    page = words(bob.get(new))
    assert "Wren" in page
    assert "Edda" not in page
    refused = bob.post(new, {"text": "Call late", "also": [wren.pk, edda.pk]})
    assert refused.status_code == 422
    for _ in range(2):
        bob.post(new, {"text": "Call late", "also": [wren.pk]})
    assert (texts(wren), texts(edda)) == (["Call late"], [])
    note = cast.hollis.notes.order_by("pk")[0]
    change = {"initial-text": "Call late", "text": "Call early", "everywhere": "on"}
    bob.post(f"/p/tern/notes/{note.pk}", change)
    assert (texts(cast.hollis)[0], texts(wren)) == ("Call early", ["Call early"])
    change["text"] = "Call never"
    late = cast.browser(cast.alice).post(f"/p/tern/notes/{note.pk}", change)
    assert late.status_code == 409
    bob.post(f"/p/tern/notes/{note.pk}/remove")
    assert texts(wren) == ["Call early"]


def test_a_restricted_clients_note_is_nobody_elses(cast: Cast, family: list) -> None:
    edda = family[1]
    note = ClientNote.objects.create(practice=cast.practice, client=edda, text="x", at=NOON)
    bob = cast.browser(cast.bob)
    assert bob.get(f"/p/tern/notes/{note.pk}").status_code == 404
    assert bob.post(f"/p/tern/notes/{note.pk}/remove").status_code == 404


def test_a_merge_brings_the_notes_along(cast: Cast, family: list) -> None:
    wren = family[0]
    ClientNote.objects.create(practice=cast.practice, client=wren, text="Call late", at=NOON)
    merge(cast.hollis, wren, by=cast.alice, now=NOON)
    assert texts(cast.hollis) == ["Call late"]
