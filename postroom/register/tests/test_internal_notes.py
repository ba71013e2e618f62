"""Internal notes: the team's own, beside a letter, told to whom they name, and never sent."""

from pathlib import Path

import pytest
from django.test import Client as Browser

from postroom.clients.models import Client, ClientAccess
from postroom.practice.models import AuditEvent, Member
from postroom.register import internal_notes
from postroom.register.internal_notes import mentioned
from postroom.register.models import Entry, InternalNote, Mention
from postroom.register.tests.post import put
from postroom.register.tests.test_conversations import come, written
from postroom.register.tests.test_inboxes import in_inbox
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast

ROOMS, SENDING = Path(__file__).parents[2], ("outbox", "connections", "intake", "kit")
SAID = "@Alice please offer the 14:30"


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def at(entry: Entry, rest: str = "") -> str:
    return f"/p/tern/entries/{entry.pk}{rest}"


def write(browser: Browser, entry: Entry, text: str = SAID):
    return browser.post(at(entry, "/internal-notes"), {"text": text}, follow=True)


def test_a_note_stands_at_every_letter_of_the_conversation(cast: Cast, bob: Browser) -> None:
    first, second = come(cast.practice, written("1"), written("2", ["1"]), clients=[cast.hollis])
    third = put(cast.practice)
    assert "only your team sees it" in words(write(bob, first))
    assert "offer the 14:30" in words(bob.get(at(second)))
    assert "offer the 14:30" not in words(bob.get(at(third)))


def test_whoever_is_named_is_told_until_they_have_looked(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, clients=[cast.hollis])
    write(bob, entry)
    alice, rita = cast.browser(cast.alice), cast.browser(cast.rita)
    assert "offer the 14:30" in words(alice.get("/p/tern/"))
    assert "offer the 14:30" not in words(rita.get("/p/tern/"))
    rita.get(at(entry))
    assert Mention.objects.get().seen_at is None
    assert "offer the 14:30" in words(alice.get(at(entry)))
    assert Mention.objects.get().seen_at is not None
    assert "offer the 14:30" not in words(alice.get("/p/tern/"))


def test_what_was_asked_of_a_waiting_letter_stands_on_the_desk(cast: Cast, bob: Browser) -> None:
    waits = put(cast.practice)
    desk = f"/p/tern/unresolved?entry={waits.pk}"
    before = words(bob.get(desk))
    assert f'href="{at(waits)}#internal-note"' in before
    assert "only your team sees it" not in before
    write(bob, waits)
    assert "offer the 14:30" in words(cast.browser(cast.alice).get(desk))
    assert Mention.objects.get().seen_at is not None


def test_who_may_not_read_the_letter_is_not_told_of_it(cast: Cast, bob: Browser) -> None:
    own = in_inbox(cast, cast.bob)
    refused = write(bob, own)
    assert refused.status_code == 422
    assert "Alice Moreau may not read this message" in words(refused)
    assert SAID in words(refused)  # what was typed is not lost
    assert not InternalNote.objects.exists()
    assert write(cast.browser(cast.alice), own, "x").status_code == 404
    filed = put(cast.practice, clients=[cast.hollis])
    write(bob, filed)
    Client.objects.filter(pk=cast.hollis.pk).update(restricted=True)
    ClientAccess.objects.create(practice=cast.practice, client=cast.hollis, member=cast.bob)
    assert internal_notes.unseen(cast.alice) == []


def test_names_are_found_however_they_are_written(cast: Cast) -> None:
    def named(text: str) -> list[str]:
        return [member.name for member in mentioned(cast.practice.pk, text)]

    assert named("@alice moreau, @BOB: look") == ["Alice Moreau", "Bob Adeyemi"]
    assert named("mail to bob@tern.example or @Bobby") == []
    second = Member.objects.get(pk=cast.rita.pk)
    second.name = "Bob Sand"
    second.save()
    assert named("@Bob") == []  # which of the two
    assert named("@Bob Sand") == ["Bob Sand"]


def test_a_note_never_leaves_and_undoes_no_filing(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    bob.post(at(entry, "/resolve"), {"clients": cast.hollis.pk, "version": entry.version})
    write(bob, entry, "Between us alone")
    assert b"Between us" not in b"".join(bob.get(at(entry, "/raw")))
    bob.post(at(entry, "/undo"))
    entry.refresh_from_db()
    assert entry.filing == Entry.UNRESOLVED
    assert InternalNote.objects.get().text == "Between us alone"


def test_nothing_that_sends_knows_of_them() -> None:
    sources = [path for room in SENDING for path in (ROOMS / room).rglob("*.py")]
    assert len(sources) > 50
    assert [path for path in sources if "InternalNote" in path.read_text()] == []


def test_ones_own_note_is_taken_back_and_an_administrator_takes_back_any(
    cast: Cast, bob: Browser
) -> None:
    entry = put(cast.practice, clients=[cast.hollis])
    write(bob, entry, "one")
    note = InternalNote.objects.get()
    address = f"/p/tern/internal-notes/{note.pk}/remove"
    assert cast.browser(cast.rita).post(address).status_code == 403
    cast.browser(cast.alice).post(address)
    assert not InternalNote.objects.exists()
    lines = AuditEvent.objects.filter(object_kind="internal_note").order_by("pk")
    assert [(line.action, line.object_id) for line in lines] == [
        ("add", note.pk),
        ("remove", note.pk),
    ]
    assert "one" not in str([line.data for line in lines])
    assert write(bob, entry, " ").status_code == 422
