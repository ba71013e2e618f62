"""A filed letter: on more records, on another one, off one; each leaves a trace and is undone."""

import pytest
from django.test import Client as Browser

from postroom.clients.models import Client, ClientAccess, Patient
from postroom.practice.models import AuditEvent
from postroom.register import actions
from postroom.register.models import Entry
from postroom.register.tests.post import NOON, mail, put
from postroom.register.tests.test_resolve import act, toasts
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast, make_client


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


@pytest.fixture
def june(cast: Cast) -> Client:
    return make_client(cast.practice, "77", "June Farrow", [])


@pytest.fixture
def letter(cast: Cast) -> Entry:
    """Filed to Hollis by Bob, about Moss."""
    moss = Patient.objects.create(practice=cast.practice, client=cast.hollis, ref="1", name="Moss")
    entry = put(cast.practice)
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOON, version=1, patients=[moss])
    return entry


def state(entry: Entry) -> tuple[str, str, list[str], list[str]]:
    entry.refresh_from_db()
    clients = sorted(entry.clients.values_list("name", flat=True))
    return entry.filing, entry.reason, clients, [one.name for one in entry.patients.all()]


FILED = ("resolved", "by-member", ["Hollis Farrow"], ["Moss"])


def undone(browser: Browser, entry: Entry) -> None:
    answer = browser.post(f"/p/tern/entries/{entry.pk}/undo")
    assert toasts(answer)[-1][0] == "Taken back. The message is filed as it was before."
    assert state(entry) == FILED


def test_a_letter_is_put_on_another_record_too(
    cast: Cast, bob: Browser, june: Client, letter: Entry
) -> None:
    page = bob.get(f"/p/tern/entries/{letter.pk}/assign", {"find": "June"})
    assert [card.client for card in page.context["desk"].cards] == [june]  # not Hollis again
    act(bob, letter, "assign", clients=june.pk)
    assert state(letter) == ("resolved", "by-member", ["Hollis Farrow", "June Farrow"], ["Moss"])
    undone(bob, letter)


def test_a_letter_is_moved_with_a_trace(
    cast: Cast, bob: Browser, june: Client, letter: Entry
) -> None:
    fern = Patient.objects.create(practice=cast.practice, client=june, ref="1", name="Fern")
    more = {"instead": cast.hollis.pk, "clients": june.pk, "patients": fern.pk}
    answer = act(bob, letter, "assign", **more)
    assert toasts(answer)[0][0] == "Moved from Hollis Farrow to June Farrow."
    assert state(letter) == ("resolved", "by-member", ["June Farrow"], ["Fern"])
    page = words(bob.get(f"/p/tern/entries/{letter.pk}"))
    assert "Moved from Hollis Farrow to June Farrow by Bob Adeyemi" in page
    line = AuditEvent.objects.get(action="move")
    assert (line.data["gone"], line.data["clients"]) == ([cast.hollis.pk], [june.pk])
    bob.post(f"/p/tern/entries/{letter.pk}/undo")
    assert state(letter) == FILED


def test_the_trace_names_no_record_one_may_not_open(
    cast: Cast, bob: Browser, june: Client, letter: Entry
) -> None:
    act(bob, letter, "assign", instead=cast.hollis.pk, clients=june.pk)
    assert "Hollis Farrow" in words(bob.get(f"/p/tern/entries/{letter.pk}"))
    Client.objects.filter(pk=cast.hollis.pk).update(restricted=True)
    ClientAccess.objects.create(practice=cast.practice, client=cast.hollis, member=cast.alice)
    page = words(bob.get(f"/p/tern/entries/{letter.pk}"))
    assert "Moved from … to June Farrow" in page
    assert "Hollis Farrow" not in page


def test_taken_off_its_last_record_it_waits_again_and_that_is_undone(
    cast: Cast, bob: Browser, letter: Entry
) -> None:
    act(bob, letter, "unassign", client=cast.hollis.pk)
    assert state(letter) == ("unresolved", "taken-back", [], [])
    undone(bob, letter)


def test_taken_off_one_of_two_records_it_is_put_back_as_it_was(
    cast: Cast, bob: Browser, june: Client, letter: Entry
) -> None:
    act(bob, letter, "assign", clients=june.pk)
    letter.refresh_from_db()
    act(bob, letter, "unassign", client=cast.hollis.pk)
    assert state(letter)[2:] == (["June Farrow"], [])
    bob.post(f"/p/tern/entries/{letter.pk}/undo")
    assert state(letter)[2:] == (["Hollis Farrow", "June Farrow"], ["Moss"])
    assert letter.reason_data["before"] == {"address": "hollis@farrow.example"}


def test_whom_it_is_about_is_said_later_too(cast: Cast, bob: Browser, letter: Entry) -> None:
    other = Patient.objects.create(practice=cast.practice, client=cast.hollis, ref="2", name="Ash")
    act(bob, letter, "about", patients=other.pk)
    assert state(letter)[3] == ["Ash"]
    undone(bob, letter)


@pytest.mark.parametrize("what", ["assign", "move", "about", "unassign"])
def test_the_second_of_two_people_changes_nothing(
    cast: Cast, june: Client, letter: Entry, what: str
) -> None:
    stale = Entry.objects.get(pk=letter.pk)
    actions.about(letter, [], by=cast.bob, now=NOON, version=letter.version)
    data = {"assign": {"clients": june.pk}, "unassign": {"client": cast.hollis.pk}}
    data["move"] = {"clients": june.pk, "instead": cast.hollis.pk}
    alice = cast.browser(cast.alice)
    answer = act(alice, stale, "assign" if what == "move" else what, **data.get(what, {}))
    assert toasts(answer)[0][0].startswith("Somebody else has just changed")
    assert state(letter) == ("resolved", "by-member", ["Hollis Farrow"], [])


def test_what_another_filed_is_not_moved_without_the_right(
    cast: Cast, june: Client, letter: Entry
) -> None:
    Entry.objects.filter(pk=letter.pk).update(filed_by=cast.alice)
    answer = act(cast.browser(cast.bob), letter, "assign", instead=cast.hollis.pk, clients=june.pk)
    assert answer.status_code == 403
    assert state(letter) == FILED


def test_who_else_of_the_clients_got_it_is_offered(cast: Cast, bob: Browser, letter: Entry) -> None:
    wren = make_client(cast.practice, "78", "Wren Farrow", ["wren@farrow.example"])
    closed = make_client(cast.practice, "79", "Una Secret", ["una@farrow.example"])
    Client.objects.filter(pk=closed.pk).update(restricted=True)
    to = "desk@tern.example, Wren <WREN@farrow.example>, una@farrow.example"
    copied = put(cast.practice, mail(to=to), clients=[cast.hollis])
    page = words(bob.get(f"/p/tern/entries/{copied.pk}"))
    assert "It went to Wren Farrow too." in page
    assert f"/p/tern/entries/{copied.pk}/assign?client={wren.pk}" in page
    assert "Una Secret" not in page
    actions.assign(copied, [wren], by=cast.bob, now=NOON, version=copied.version)
    assert "It went to" not in words(bob.get(f"/p/tern/entries/{copied.pk}"))
    assert "It went to" not in words(bob.get(f"/p/tern/entries/{letter.pk}"))
