"""Restricted records whose readers have all left."""

import pytest
from django.utils import timezone

from postroom.clients.models import Client, ClientAccess
from postroom.clients.opening import SomebodyReads, name_readers
from postroom.practice.models import AuditEvent, Member
from postroom.practice.people import deactivate
from tests.support.cast import Cast

PAGE = "/p/tern/clients/closed"


@pytest.fixture
def left(cast: Cast) -> Client:
    """Only Bob could open it, and he has left."""
    Client.objects.filter(pk=cast.hollis.pk).update(restricted=True)
    ClientAccess.objects.create(practice=cast.practice, client=cast.hollis, member=cast.bob)
    deactivate(cast.bob, by=None, now=timezone.now())
    return cast.hollis


def text_of(cast: Cast, member: Member, page: str) -> str:
    answer = cast.browser(member).get(page)
    assert answer.status_code == 200
    return answer.content.decode()


def test_who_runs_the_practice_is_told_and_reads_nothing(cast: Cast, left: Client) -> None:
    assert PAGE in text_of(cast, cast.alice, "/p/tern/")
    assert PAGE not in text_of(cast, cast.rita, "/p/tern/")
    text = text_of(cast, cast.alice, PAGE)
    assert "No. 4182" in text and "Bob Adeyemi" in text
    assert "Hollis" not in text
    assert cast.browser(cast.alice).get(f"/p/tern/clients/{left.pk}").status_code == 404


def test_new_readers_are_named_and_written_down(cast: Cast, left: Client) -> None:
    browser = cast.browser(cast.alice)
    assert browser.post(f"{PAGE}/{left.pk}/readers", {"readers": [cast.rita.pk]}).status_code == 302
    assert Client.objects.open_to(cast.rita).filter(pk=left.pk).exists()
    assert not Client.objects.open_to(cast.alice).filter(pk=left.pk).exists()
    row = AuditEvent.objects.get(action="name_readers")
    assert (row.member, row.object_id, row.data) == (
        cast.alice,
        left.pk,
        {"members": [cast.rita.pk]},
    )
    assert "Every record has a reader" in text_of(cast, cast.alice, PAGE)


def test_a_record_that_somebody_can_open_is_left_to_them(cast: Cast, left: Client) -> None:
    ClientAccess.objects.create(practice=cast.practice, client=left, member=cast.rita)
    with pytest.raises(SomebodyReads):
        name_readers(left, [cast.alice], by=cast.alice, now=timezone.now())
    cast.browser(cast.alice).post(f"{PAGE}/{left.pk}/readers", {"readers": [cast.alice.pk]})
    assert not Client.objects.open_to(cast.alice).filter(pk=left.pk).exists()


def test_a_reader_is_of_this_practice_and_here(cast: Cast, left: Client) -> None:
    browser = cast.browser(cast.alice)
    for nobody in (cast.charlie, cast.bob):
        browser.post(f"{PAGE}/{left.pk}/readers", {"readers": [nobody.pk]})
    assert not ClientAccess.objects.exclude(member=cast.bob).exists()
