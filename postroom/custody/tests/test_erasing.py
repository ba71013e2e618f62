"""Erasing: nothing planted is found again, what is others' stays, and no look brings it back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from postroom.appointments.models import Appointment, DueItem
from postroom.clients.holdings import refresh_search
from postroom.clients.models import (
    Client,
    ClientNote,
    Contact,
    ContactLink,
    Group,
    Patient,
    SenderRule,
)
from postroom.custody import erasing, exporting, holding, shelf
from postroom.custody.exporting import CLIENT
from postroom.custody.tests.things import NOW, clock, erase, export, furnish, letter, note
from postroom.outbox import enclosures
from postroom.outbox.actions import queue
from postroom.outbox.enclosures import NewFile
from postroom.outbox.models import Draft
from postroom.outbox.tests.post import a_letter, make_account
from postroom.practice import longwork
from postroom.practice.models import AuditEvent, Job
from postroom.register import list_exports, note_drafts, search
from postroom.register.filters import Wanted
from postroom.register.models import (
    Attachment,
    Entry,
    SavedView,
    StoredFile,
    StoredMail,
    Tombstone,
    file_path,
)
from postroom.register.tests.post import mail, put
from tests.support.cast import Cast, make_cast, make_client

PLANTED = [f"zkanarie{n:02}q" for n in range(28)]


@pytest.fixture
def other(cast: Cast) -> Client:
    return make_client(cast.practice, "9001", "Maud Ibsen", ["maud@example.org"])


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """What is to happen after a commit happens."""
    return django_capture_on_commit_callbacks


def found_in(word: str) -> list[str]:
    """Where the word stands: in the database's own files, in its rows, on the disk."""
    places = [path.name for path in _files() if word.encode() in path.read_bytes()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            if any(word in repr(row) for row in cursor.fetchall()):
                places.append(table)
    return places


def _files() -> Iterator:
    for root in (settings.MAIL_FOLDER, settings.EXPORTS_FOLDER, settings.ENCLOSURES_FOLDER):
        if root.is_dir():
            yield from (path for path in root.rglob("*") if path.is_file())
    if connection.vendor == "sqlite":
        for end in ("", "-wal"):
            path = Path(f"{connection.settings_dict['NAME']}{end}")
            assert end or path.is_file()
            if path.is_file():
                yield path


def plant(cast: Cast) -> None:
    """Words no text has, each where words of a client may stand."""
    words = iter(PLANTED)
    hollis = cast.hollis
    hollis.name = next(words)
    hollis.search_name = f"{hollis.name} 4182"
    hollis.save()
    patient = furnish(cast, hollis, next(words))
    for n in range(6):  # some pages of the table and of the index
        sender = f"Hollis {next(words)} <hollis.farrow@example.org>"
        subject, text = next(words), f"{next(words)} " + "words and words " * (400 * n)
        raw = mail(
            sender=sender,
            subject=subject,
            text=text,
            files=[(f"{n}.txt", "text/plain", text.encode())],
        )
        entry = put(cast.practice, raw, clients=[hollis])
        search.index([search.Words(entry.pk, cast.practice.pk, subject, sender, text, f"{n}.txt")])
    raw = mail(subject="Elsewhere", text="Of others")
    put(cast.practice, raw)
    about = {"practice": cast.practice, "client": hollis}
    ClientNote.objects.create(text=next(words), at=NOW, **about)
    note_drafts.keep(
        cast.bob,
        note_drafts.place_of("phone", hollis.pk),
        {"body": next(words), "clients": []},
        now=NOW,
    )
    account = make_account(cast.practice)
    to = (("Hollis Farrow", "hollis.farrow@example.org"),)
    others = (("Wren", "wren@elsewhere.example"),)
    hidden = a_letter(account, to=others, bcc=to, text=next(words), to_register=False)
    queue(cast.practice, hidden, key="hidden", by=cast.bob, now=NOW)
    for n, in_register in enumerate((True, False)):  # waiting to be sent, with a place and without
        clients = (hollis.pk,) if in_register else ()
        told = a_letter(account, to=to, text=next(words), clients=clients, to_register=in_register)
        queue(cast.practice, told, key=str(n), by=cast.bob, now=NOW)
    draft = Draft.objects.create(
        author=cast.bob, key="a", text=next(words), created_at=NOW, saved_at=NOW, **about
    )
    content = next(words).encode()
    for enclosure in enclosures.keep(cast.practice.pk, [NewFile("a.txt", "text/plain", content)]):
        enclosure.draft = draft
        enclosure.save()
    assert next(words) == PLANTED[-1]
    assert list(words) == []
    note(cast, hollis, PLANTED[-1], patient=patient)


@pytest.mark.django_db(transaction=True)
def test_of_the_words_planted_everywhere_none_is_found_again() -> None:
    cast = make_cast()
    plant(cast)
    export(cast, CLIENT, cast.hollis.pk, "zip")
    assert [word for word in PLANTED if not found_in(word)] == []
    if connection.vendor == "sqlite":  # or this test would look in the wrong place
        assert any("sqlite3" in place for place in found_in(PLANTED[0]))
    job = erase(cast, cast.hollis)
    assert (job.state, job.result["journal"]) == (Job.DONE, True)
    assert {word: found_in(word) for word in PLANTED if found_in(word)} == {}


def test_letters_of_others_stay_with_them_and_lose_the_link(
    cast: Cast, other: Client, commit
) -> None:
    patient = furnish(cast, cast.hollis)
    both = letter(cast, [cast.hollis, other], "Both", files=[("a.txt", "text/plain", b"a")])
    both.about.create(practice=cast.practice, patient=patient, at=NOW)
    alone = letter(cast, [cast.hollis], "Alone")
    paths = [alone.mails.get().path, both.mails.get().path]
    with commit(execute=True):
        erase(cast, cast.hollis)
    assert list(Entry.objects.values_list("subject", flat=True)) == ["Both"]
    assert list(both.clients.all()) == [other]
    assert not both.about.exists()
    assert [path.exists() for path in paths] == [False, True]
    assert not Client.objects.filter(pk=cast.hollis.pk).exists()
    assert Appointment.objects.count() == DueItem.objects.count() == Group.objects.count() == 0
    assert Contact.objects.get().name == "Maud Ibsen"


def test_people_of_another_record_and_rules_about_their_addresses_stay(
    cast: Cast, other: Client
) -> None:
    hollis = cast.hollis.contacts.get()
    for pattern in ("hollis.farrow@example.org", "maud@example.org"):
        SenderRule.objects.create(
            practice=cast.practice, pattern=pattern, kind=SenderRule.IGNORE, at=NOW
        )
    erasing.people.erase_client(cast.hollis)
    assert not Contact.objects.filter(pk=hollis.pk).exists()
    assert SenderRule.objects.get().pattern == "maud@example.org"
    shared = other.contacts.get()
    third = make_client(cast.practice, "9002", "Third", ["third@example.org"])
    ContactLink.objects.create(practice=cast.practice, contact=shared, client=third)
    erasing.people.erase_client(other)
    assert Contact.objects.filter(pk=shared.pk).exists()


def test_a_scan_that_two_entries_have_outlives_the_first_of_them(cast: Cast, other: Client) -> None:
    first, second = (
        Entry.objects.create(
            practice=cast.practice, kind=Entry.LETTER, at=NOW, created_at=NOW,
            filing=Entry.RESOLVED, subject="scan.pdf",
        )
        for _ in range(2)
    )  # fmt: skip
    key = "ab" * 32
    path = file_path(cast.practice.pk, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"scan")
    stored = StoredFile.objects.create(practice=cast.practice, entry=first, content_key=key, size=4)
    for entry, client in ((first, cast.hollis), (second, other)):
        entry.placements.create(practice=cast.practice, client=client, at=NOW)
        Attachment.objects.create(
            practice=cast.practice, entry=entry, stored=stored, n=1, name="scan.pdf", size=4
        )
    erase(cast, cast.hollis)
    stored.refresh_from_db()
    assert (stored.entry, path.exists()) == (second, True)
    assert not Tombstone.objects.exists()
    erase(cast, other)
    assert not path.exists()
    assert Tombstone.objects.get().content_key == key


def test_a_mail_that_a_member_has_too_keeps_its_file(cast: Cast) -> None:
    entry = letter(cast, [cast.hollis], "Twice")
    stored = entry.mails.get()
    own = put(cast.practice, filing=Entry.UNFILED, owner=cast.bob)
    StoredMail.objects.filter(entry=own).update(
        content_key=stored.content_key, mailbox_of=cast.bob.pk
    )
    erase(cast, cast.hollis)
    assert stored.path.exists()
    assert Entry.objects.get() == own


@pytest.mark.parametrize("of", ["client", "entry"])
def test_a_legal_hold_refuses(cast: Cast, of: str) -> None:
    entry = letter(cast, [cast.hollis], "Kept")
    what = cast.hollis if of == "client" else entry
    holding.hold(what, "Complaint", by=cast.alice, now=NOW)
    with pytest.raises(holding.Held):
        erasing.begin(cast.hollis, by=cast.alice, now=NOW)
    assert Entry.objects.filter(pk=entry.pk).exists()
    holding.release(what, by=cast.alice, now=NOW)
    assert erase(cast, cast.hollis).state == Job.DONE


def test_a_hold_that_comes_half_way_stops_it(cast: Cast) -> None:
    letter(cast, [cast.hollis], "Kept")
    job = erasing.begin(cast.hollis, by=cast.alice, now=NOW)
    holding.hold(cast.hollis, "", by=cast.alice, now=NOW)
    erasing.advance(job.pk, clock=lambda: NOW)
    job.refresh_from_db()
    assert (job.state, job.result["trouble"]) == (Job.FAILED, "held")
    assert Entry.objects.count() == 1


def test_it_goes_on_where_a_dead_worker_left_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        letter(cast, [cast.hollis], f"Letter {n}")
    monkeypatch.setattr(erasing, "AT_ONCE", 2)
    job = erasing.begin(cast.hollis, by=cast.alice, now=NOW)
    rest = erasing.erase_rest
    monkeypatch.setattr(erasing, "erase_rest", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erasing._erase(longwork.take(job.pk, now=NOW), lambda: NOW)
    assert (Entry.objects.count(), Client.objects.filter(pk=cast.hollis.pk).exists()) == (0, True)
    monkeypatch.setattr(erasing, "erase_rest", rest)
    later = NOW + 2 * longwork.LEASE
    erasing.advance(job.pk, clock=lambda: later)
    job.refresh_from_db()
    assert (job.state, job.result["entries"]) == (Job.DONE, 5)
    assert not Client.objects.filter(pk=cast.hollis.pk).exists()


def test_what_was_made_to_hand_over_goes_with_it(cast: Cast, other: Client) -> None:
    entry = letter(cast, [cast.hollis], "One")
    letter(cast, [other], "Two")
    jobs = [
        export(cast, CLIENT, cast.hollis.pk, "zip"),
        export(cast, exporting.ENTRY, entry.pk, "zip"),
        export(cast, CLIENT, other.pk, "zip"),
    ]
    listed = list_exports.begin(cast.alice, Wanted(), list_exports.CSV, now=NOW)
    list_exports.advance(listed.pk, clock=clock)
    assert list_exports.path_of(listed).exists()
    erase(cast, cast.hollis)
    assert [shelf.folder(job.data["key"]).exists() for job in jobs] == [False, False, True]
    assert not list_exports.path_of(listed).exists()
    assert list(Job.objects.filter(kind__startswith="export")) == [jobs[2]]


def test_what_somebody_is_typing_about_others_stays(cast: Cast, other: Client) -> None:
    changed = note_drafts.place_of("phone", None, entry=cast.hollis.pk)  # the same number
    note_drafts.keep(cast.bob, changed, {"body": "Of Maud", "clients": [str(other.pk)]}, now=NOW)
    about = note_drafts.place_of("phone", other.pk)
    typed = {"body": "Of both", "clients": [cast.hollis.pk, str(other.pk)]}
    note_drafts.keep(cast.bob, about, typed, now=NOW)
    erase(cast, cast.hollis)
    assert [note_drafts.kept(cast.bob, place) is None for place in (changed, about)] == [
        *(False, True),
    ]


def test_saved_views_that_name_them_go_and_no_others(cast: Cast, other: Client) -> None:
    make_client(cast.practice, "9003", "Wren Farrow", ["wren@elsewhere.test"])
    Patient.objects.create(practice=cast.practice, client=cast.hollis, ref="1", name="Zéphyr")
    refresh_search([cast.hollis.pk])
    cast.hollis.refresh_from_db()
    going = {
        "a": "q=Hollis+invoice",
        "b": "q=%22farrow+hollis%22&kind=email",
        "c": "q=farrowjoinery",
        "d": "q=4182",
        "e": f"client={cast.hollis.pk}",
        "f": "q=zephyr",
        "Hollis again": "kind=phone",
    }
    staying = {"g": "q=farrow", "h": "q=invoice", "i": "q=maud", "Calls": "kind=phone", "j": "q=ho"}
    for name, query in {**going, **staying}.items():
        SavedView.objects.create(practice=cast.practice, member=cast.bob, name=name, query=query)
    assert erasing.preview(cast.hollis).views == len(going)
    page = cast.browser(cast.alice).get(f"/p/tern/clients/{cast.hollis.pk}/erase").text
    assert "7 saved views of the register that name them" in page
    job = erase(cast, cast.hollis)
    assert set(SavedView.objects.values_list("name", flat=True)) == set(staying)
    assert job.result["views"] == len(going)
    page = cast.browser(cast.alice).get(f"/p/tern/erasures/{job.pk}").text
    assert "7 saved views that named them are gone." in page


def test_rows_of_clients_merged_into_it_go_too(cast: Cast, other: Client) -> None:
    Client.objects.filter(pk=other.pk).update(merged_into=cast.hollis)
    erase(cast, cast.hollis)
    assert not Client.objects.exists()


def test_the_audit_says_that_it_was_and_no_word_of_it(cast: Cast) -> None:
    letter(cast, [cast.hollis], "Secret matter")
    pk = cast.hollis.pk
    erase(cast, cast.hollis)
    line = AuditEvent.objects.get(action="erase_client")
    assert (line.object_id, line.member_id) == (pk, cast.alice.pk)
    assert line.data == {"entries": 1, "shared": 0, "dates": 0, "messages": 0, "views": 0}


def test_the_preview_counts_what_then_happens(cast: Cast, other: Client) -> None:
    furnish(cast, cast.hollis)
    letter(cast, [cast.hollis], "One", files=[("a.txt", "text/plain", b"a")])
    note(cast, cast.hollis, "Called")
    letter(cast, [cast.hollis, other], "Both")
    put(cast.practice, mail(sender="hollis.farrow@example.org"))
    seen = erasing.preview(cast.hollis)
    assert (seen.goes.entries, seen.goes.files, seen.shared) == (2, 1, 1)
    assert (seen.dates, seen.people, seen.patients, seen.waiting) == (3, 1, 1, 1)
    job = erase(cast, cast.hollis)
    assert (job.result["entries"], job.result["shared"], job.result["dates"]) == (2, 1, 3)
