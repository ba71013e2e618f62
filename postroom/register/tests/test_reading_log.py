"""Every reading of a client's correspondence is one line of the audit (RELIABILITY S8)."""

import sqlite3
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client as Browser

from postroom.clients.models import Group, GroupMember
from postroom.practice.models import AuditEvent
from postroom.register import actions
from postroom.register.models import Entry
from postroom.register.tests.post import NOON, PNG, mail, put
from tests.support.cast import Cast, make_client


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


@pytest.fixture
def letter(cast: Cast) -> Entry:
    raw = mail(
        html='<p>Look</p><img src="cid:pic@x">',
        inline=[("pic@x", "image/png", PNG)],
        files=[("form.pdf", "application/pdf", b"%PDF-1.7")],
    )
    return put(cast.practice, raw, clients=[cast.hollis])


def read(**which: Any) -> list[tuple[str, str, int]]:
    rows = AuditEvent.objects.filter(action__in=("read", "download"), **which).order_by("id")
    return [(row.action, row.object_kind, row.object_id) for row in rows]


def test_opening_a_letter_is_one_line_with_who_when_and_from_where(
    cast: Cast, bob: Browser, letter: Entry
) -> None:
    bob.get(f"/p/tern/entries/{letter.pk}", REMOTE_ADDR="192.0.2.7")
    (row,) = AuditEvent.objects.filter(action="read")
    assert (row.object_kind, row.object_id, row.practice) == ("entry", letter.pk, cast.practice)
    assert (row.member, row.who, row.network) == (cast.bob, "Bob Adeyemi", "192.0.2.7")


def test_a_page_with_its_frame_and_its_pictures_is_one_reading(bob: Browser, letter: Entry) -> None:
    bob.get(f"/p/tern/entries/{letter.pk}")
    frame = bob.get(f"/p/tern/entries/{letter.pk}/body").text
    picture = frame.partition('src="http://testserver')[2] or frame.partition('src="')[2]
    assert bob.get(picture.partition('"')[0]).status_code == 200
    assert read() == [("read", "entry", letter.pk)]


def test_the_frame_alone_is_a_reading_too(bob: Browser, letter: Entry) -> None:
    bob.get(f"/p/tern/entries/{letter.pk}/body")
    assert read() == [("read", "entry", letter.pk)]


def test_somebody_elses_reading_does_not_hide_ones_own(
    cast: Cast, bob: Browser, letter: Entry
) -> None:
    bob.get(f"/p/tern/entries/{letter.pk}")
    cast.browser(cast.rita).get(f"/p/tern/entries/{letter.pk}/body")
    assert read(member=cast.rita) == [("read", "entry", letter.pk)]


def test_each_opening_is_a_line_of_its_own(bob: Browser, letter: Entry) -> None:
    for _ in range(3):
        bob.get(f"/p/tern/entries/{letter.pk}")
    assert read() == [("read", "entry", letter.pk)] * 3


def test_a_download_is_one_line(bob: Browser, letter: Entry) -> None:
    file = letter.attachments.get(inline=False)
    bob.get(f"/p/tern/attachments/{file.pk}")
    list(bob.get(f"/p/tern/entries/{letter.pk}/raw"))
    assert read() == [("download", "entry", letter.pk)] * 2
    first = AuditEvent.objects.filter(action="download").earliest("id")
    assert first.data == {"attachment": file.pk}


def test_a_record_is_one_line(cast: Cast, bob: Browser, letter: Entry) -> None:
    bob.get(f"/p/tern/clients/{cast.hollis.pk}")
    assert read() == [("read", "client", cast.hollis.pk)]


def test_older_letters_of_a_record_are_a_line_that_says_from_where_on(
    cast: Cast, bob: Browser, letter: Entry
) -> None:
    bob.get(f"/p/tern/clients/{cast.hollis.pk}?before={letter.pk}")
    assert AuditEvent.objects.get(action="read").data == {"before": letter.pk}


def test_a_familys_page_names_whose_letters_were_shown(cast: Cast, bob: Browser) -> None:
    wren = make_client(cast.practice, "4183", "Wren Farrow", ["wren@example.org"])
    family = Group.objects.create(practice=cast.practice, name="Farrow")
    for client in (cast.hollis, wren):
        GroupMember.objects.create(practice=cast.practice, group=family, client=client)
    bob.get(f"/p/tern/clients/{cast.hollis.pk}/group")
    row = AuditEvent.objects.get(action="read")
    assert (row.object_kind, row.object_id) == ("client", cast.hollis.pk)
    assert row.data == {"clients": sorted([cast.hollis.pk, wren.pk])}


def test_a_letter_on_the_desk_is_one_line_however_one_chooses_the_client(
    cast: Cast, bob: Browser
) -> None:
    waiting = put(cast.practice)
    desk = f"/p/tern/unresolved?entry={waiting.pk}"
    bob.get(desk)
    bob.get(f"{desk}&client={cast.hollis.pk}")
    bob.get(f"{desk}&find=farrow")
    assert read() == [("read", "entry", waiting.pk)]


def test_the_next_letter_on_the_desk_is_read_too(cast: Cast, bob: Browser) -> None:
    older, newer = put(cast.practice, mail(subject="One")), put(cast.practice, mail(subject="Two"))
    newest = bob.get("/p/tern/unresolved").context["desk"].entry
    other = older if newest == newer else newer
    bob.post(
        f"/p/tern/entries/{newest.pk}/ignore",
        {"version": newest.version},
        headers={"HX-Request": "true", "HX-Target": "desk"},
    )
    assert read() == [("read", "entry", newest.pk), ("read", "entry", other.pk)]


def test_what_is_refused_is_no_reading(cast: Cast, letter: Entry) -> None:
    charlie = cast.browser(cast.charlie)
    for address in (
        f"entries/{letter.pk}",
        f"entries/{letter.pk}/raw",
        f"clients/{cast.hollis.pk}",
    ):
        assert charlie.get(f"/p/tern/{address}").status_code == 404
    assert read() == []


def test_asking_for_the_headers_is_no_reading(bob: Browser, letter: Entry) -> None:
    bob.head(f"/p/tern/entries/{letter.pk}")
    assert read() == []


def test_a_letter_that_was_read_since_can_still_be_taken_back(cast: Cast, bob: Browser) -> None:
    waiting = put(cast.practice)
    actions.ignore(waiting, by=cast.bob, now=NOON, version=waiting.version)
    bob.get(f"/p/tern/entries/{waiting.pk}")
    actions.undo(waiting, by=cast.bob, now=NOON)
    assert waiting.is_waiting


def test_a_full_disk_stops_no_reading_and_the_process_says_who_read(
    cast: Cast,
    bob: Browser,
    letter: Entry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*args: object, **options: object) -> None:
        raise OperationalError("database or disk is full") from sqlite3.OperationalError()

    monkeypatch.setattr(AuditEvent, "save", full)
    assert bob.get(f"/p/tern/entries/{letter.pk}").status_code == 200
    assert f"member {cast.bob.pk}, read, entry {letter.pk}" in caplog.text
