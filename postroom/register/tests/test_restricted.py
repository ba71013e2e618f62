"""A client whose access is restricted does not exist for whoever is not on its list."""

from typing import Any

import pytest
from django.test import Client as Browser

from postroom.clients.models import Client, ClientAccess, Group, GroupMember
from postroom.register.models import Entry
from postroom.register.tests.post import mail, put
from tests.support.cast import Cast, make_client

FILE = ("claim.pdf", "application/pdf", b"%PDF-1.4")


@pytest.fixture
def closed(cast: Cast) -> Client:
    """Open to Bob alone: not to Alice, who is an administrator."""
    made = make_client(cast.practice, "4183", "Wren Secret", ["wren@example.net"])
    Client.objects.filter(pk=made.pk).update(restricted=True)
    ClientAccess.objects.create(practice=cast.practice, client=made, member=cast.bob)
    return made


@pytest.fixture
def alice(cast: Cast) -> Browser:
    return cast.browser(cast.alice)


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def test_its_record_letters_and_files_are_404(
    cast: Cast, closed: Client, alice: Browser, bob: Browser
) -> None:
    entry = put(cast.practice, mail(subject="Private", files=[FILE]), clients=[closed])
    attachment = entry.attachments.get()
    addresses = [
        f"clients/{closed.pk}",
        f"clients/{closed.pk}/details",
        f"clients/{closed.pk}/edit",
        f"entries/{entry.pk}",
        f"entries/{entry.pk}/body",
        f"entries/{entry.pk}/raw",
        f"attachments/{attachment.pk}",
        f"points/{closed.contacts.get().points.get().pk}",
        f"people/{closed.contacts.get().pk}/points/new",
    ]
    for address in addresses:
        never = alice.get("/p/tern/clients/987654321")
        theirs = alice.get(f"/p/tern/{address}")
        assert (theirs.status_code, theirs.content) == (404, never.content), address
        opened = bob.get(f"/p/tern/{address}")
        assert opened.status_code == 200, address
        read = b"".join(opened.streaming_content) if opened.streaming else opened.content
        assert read, address


@pytest.mark.parametrize(
    "address",
    ["", "clients", "clients?q=secret", "clients/search?q=secret", "clients/shared", "unresolved"],
)
def test_no_list_and_no_search_names_it(
    cast: Cast, closed: Client, alice: Browser, address: str
) -> None:
    put(cast.practice, mail(subject="Private"), clients=[closed])
    put(cast.practice, mail(subject="From them", sender="W. <wren@example.net>"))
    make_client(cast.practice, "1", "Ada", ["wren@example.net"])
    page = alice.get(f"/p/tern/{address}").text
    assert "Wren Secret" not in page
    assert "4183" not in page
    assert "Private" not in page


def test_a_family_shows_only_whom_one_may_open(cast: Cast, closed: Client, alice: Browser) -> None:
    group = Group.objects.create(practice=cast.practice, name="Farrow family")
    for client in (cast.hollis, closed):
        GroupMember.objects.create(practice=cast.practice, group=group, client=client)
    put(cast.practice, mail(subject="Private"), clients=[closed])
    for address in (f"clients/{cast.hollis.pk}/group", f"groups/{group.pk}"):
        page = alice.get(f"/p/tern/{address}").text
        assert "Wren" not in page
        assert "Private" not in page


def test_a_letter_on_two_records_is_read_by_those_who_may_open_both(
    cast: Cast, closed: Client
) -> None:
    put(cast.practice, mail(subject="About both"), clients=[cast.hollis, closed])
    assert not Entry.objects.readable_by(cast.alice).exists()
    assert not Entry.objects.readable_by(cast.rita).exists()
    assert Entry.objects.readable_by(cast.bob).exists()
    ClientAccess.objects.create(practice=cast.practice, client=closed, member=cast.rita)
    assert Entry.objects.readable_by(cast.rita).exists()


def test_no_letter_can_be_filed_to_it_by_guessing_its_id(
    cast: Cast, closed: Client, alice: Browser
) -> None:
    entry = put(cast.practice, mail())
    data: dict[str, Any] = {"clients": closed.pk, "version": entry.version}
    answer = alice.post(f"/p/tern/entries/{entry.pk}/resolve", data)
    assert answer.status_code == 422
    assert Entry.objects.get(pk=entry.pk).is_waiting


def test_a_faster_colleague_does_not_give_its_name_away(
    cast: Cast, closed: Client, alice: Browser, bob: Browser
) -> None:
    entry = put(cast.practice, mail())
    data = {"clients": closed.pk, "version": entry.version}
    assert bob.post(f"/p/tern/entries/{entry.pk}/resolve", data).status_code == 302
    late = alice.post(f"/p/tern/entries/{entry.pk}/resolve", {**data, "clients": cast.hollis.pk})
    assert late.status_code == 404
    assert "Wren" not in late.text


def test_off_a_restricted_record_is_said_to_be_read_by_more(
    cast: Cast, closed: Client, bob: Browser
) -> None:
    words = b"everybody who files messages can read it"
    entry = put(cast.practice, mail(subject="Private"), clients=[closed])
    assert bob.get(f"/p/tern/entries/{entry.pk}").content.count(words) == 2
    open_one = put(cast.practice, mail(subject="Public"), clients=[cast.hollis])
    assert words not in bob.get(f"/p/tern/entries/{open_one.pk}").content
