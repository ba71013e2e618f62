"""Written by hand: a call, a meeting, a letter, a note; kept whole, changed by two, removed."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from postroom.clients.models import Contact, Patient
from postroom.custody.actions import merge
from postroom.practice.models import AuditEvent
from postroom.register import noting, search
from postroom.register.models import Entry, NoteDraft, RemovedEntry, StoredFile
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast, make_client

CALL = {"body": "Biscuit is awake.\nOwner collects at 17:00.", "direction": "in"}


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def fill(cast: Cast, **changes: Any) -> dict[str, Any]:
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    return {**CALL, "at": now, "clients": [cast.hollis.pk], **changes}


def log(cast: Cast, bob: Browser, kind: str = "phone", **changes: Any) -> Entry:
    answer = bob.post(f"/p/tern/entries/new/{kind}", fill(cast, **changes))
    assert answer.status_code == 302, words(answer)
    return Entry.objects.order_by("-pk")[0]


def found(cast: Cast, text: str) -> set[int]:
    ids = search.matching(cast.practice.pk, text)
    return set(Entry.objects.filter(pk__in=ids).values_list("pk", flat=True))


def test_a_call_needs_its_text_alone_and_is_found_and_read_by_the_team(
    cast: Cast, bob: Browser
) -> None:
    page = bob.get(f"/p/tern/entries/new/phone?client={cast.hollis.pk}")
    assert "Hollis Farrow" in words(page)
    entry = log(cast, bob)
    assert (entry.subject, entry.author, entry.filing) == (
        "Biscuit is awake.",
        cast.bob,
        Entry.RESOLVED,
    )
    assert found(cast, "collects") == {entry.pk}
    shown = words(cast.browser(cast.rita).get(f"/p/tern/entries/{entry.pk}"))
    assert "Owner collects at 17:00." in shown
    assert "Change" not in shown
    record = words(bob.get(f"/p/tern/clients/{cast.hollis.pk}"))
    assert "Biscuit is awake." in record
    line = AuditEvent.objects.get(action="note")
    assert "Biscuit" not in str(line.data)


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("phone", {"number": "020 7946 0018", "minutes": 4, "call_back": True}),
        ("meeting", {"place": "Room 2", "present": "Hollis, Wren"}),
        (
            "letter",
            {
                "method": "special",
                "tracking": "RX 1234",
                "received_on": "2026-11-18",
                "action": "Send the form",
                "actioned_on": "2026-11-19",
                "address": "1 High Street",
            },
        ),
        ("note", {}),
        ("sms", {"number": "07700 900142"}),
    ],
)
def test_each_kind_keeps_its_own_fields(
    cast: Cast, bob: Browser, kind: str, own: dict[str, Any]
) -> None:
    entry = log(cast, bob, kind, **own)
    assert {name: entry.details[name] for name in own} == own
    assert entry.direction == ("" if kind in ("meeting", "note") else "in")
    if kind == "letter":
        assert found(cast, "RX 1234") == {entry.pk}
    bob.post(f"/p/tern/entries/{entry.pk}/edit", fill(cast, **own, body="Other", version=1))
    entry.refresh_from_db()
    assert {name: entry.details[name] for name in own} == own


def test_a_free_name_is_kept_and_may_become_a_contact(cast: Cast, bob: Browser) -> None:
    entry = log(cast, bob, who="Ms Grant")
    assert (entry.sender_name, entry.contact) == ("Ms Grant", None)
    entry = log(cast, bob, who="Ms Grant", add_contact="on", role="bank manager")
    assert entry.contact == cast.hollis.contacts.get(name="Ms Grant")
    assert cast.hollis.links.get(contact=entry.contact).role == "bank manager"
    assert log(cast, bob, who="ms grant", add_contact="on").contact == entry.contact
    assert Contact.objects.filter(name__iexact="ms grant").count() == 1


def test_it_is_about_several_clients_and_their_animals_alone(cast: Cast, bob: Browser) -> None:
    wren = make_client(cast.practice, "4183", "Wren Farrow", [])
    ada = make_client(cast.practice, "5", "Ada Brook", [])
    pets = [
        Patient.objects.create(practice=cast.practice, client=owner, ref="1", name=name)
        for owner, name in ((cast.hollis, "Biscuit"), (wren, "Maple"), (ada, "Pip"))
    ]
    entry = log(
        cast,
        bob,
        clients=[cast.hollis.pk, wren.pk],
        patients=[pet.pk for pet in pets],
    )
    assert set(entry.clients.all()) == {cast.hollis, wren}
    assert {pet.name for pet in entry.patients.all()} == {"Biscuit", "Maple"}


def test_without_words_or_client_nothing_is_saved_and_what_was_typed_stays(
    cast: Cast, bob: Browser
) -> None:
    for changes in ({"body": " "}, {"clients": []}, {"clients": [987654321]}):
        answer = bob.post(
            "/p/tern/entries/new/phone", fill(cast, subject="Typed already", **changes)
        )
        assert answer.status_code == 422
        assert "Typed already" in words(answer)
    assert not Entry.objects.exists()
    again = words(bob.get("/p/tern/entries/new/phone"))
    assert "Typed already" in again
    assert "What you wrote is still here" in again


def test_what_is_being_typed_is_kept_for_its_writer_alone_until_it_is_saved(
    cast: Cast, bob: Browser
) -> None:
    new = f"/p/tern/entries/new/phone?client={cast.hollis.pk}"
    kept = bob.post(new.replace("phone", "phone/draft"), fill(cast, body="Half a sen"))
    assert kept.status_code == 204
    assert "Half a sen" in words(bob.get(new))
    assert "Half a sen" not in words(cast.browser(cast.alice).get(new))
    bob.post(new, fill(cast))
    assert not NoteDraft.objects.exists()
    bob.post(new.replace("phone", "phone/draft"), fill(cast, body="Half a sen"))
    bob.post(new.replace("phone", "phone/anew"))
    assert "Half a sen" not in words(bob.get(new))


def test_a_client_is_looked_for_and_added_without_script(cast: Cast, bob: Browser) -> None:
    step = bob.post(
        "/p/tern/entries/new/phone", {"body": "Typed", "find": "hollis", "step": "find"}
    )
    assert f'value="add:{cast.hollis.pk}"' in words(step)
    step = bob.post("/p/tern/entries/new/phone", {"body": "Typed", "step": f"add:{cast.hollis.pk}"})
    assert f'name="clients" value="{cast.hollis.pk}"' in words(step)
    assert "Typed" in words(step)
    part = bob.post(
        "/p/tern/entries/new/phone",
        {"clients": [cast.hollis.pk], "step": f"drop:{cast.hollis.pk}"},
        headers={"HX-Request": "true"},
    )
    assert 'name="clients"' not in words(part)
    assert words(part).startswith('<section class="card" id="whom"')


def test_a_change_keeps_what_stood_there_and_the_second_of_two_is_told(
    cast: Cast, bob: Browser
) -> None:
    entry = log(cast, bob)
    url = f"/p/tern/entries/{entry.pk}/edit"
    alice = cast.browser(cast.alice)
    assert alice.post(url, fill(cast, body="Alice’s words", version=1)).status_code == 302
    late = bob.post(url, fill(cast, body="Bob’s words", version=1))
    assert late.status_code == 409
    assert "Alice Moreau has just changed this" in words(late)
    assert "Bob’s words" in words(late)
    entry.refresh_from_db()
    assert entry.body == "Alice’s words"
    assert found(cast, "alice") == {entry.pk}
    assert found(cast, "collects") == set()
    assert bob.post(url, fill(cast, body="Bob’s words", version=2)).status_code == 302
    page = words(bob.get(f"/p/tern/entries/{entry.pk}"))
    for expected in ("Changed 2 times", "Owner collects at 17:00.", "Alice’s words", "Bob’s words"):
        assert expected in page
    assert entry.earlier.get(version=1).by == cast.alice


def test_its_day_moves_on_every_record(cast: Cast, bob: Browser) -> None:
    entry = log(cast, bob)
    bob.post(f"/p/tern/entries/{entry.pk}/edit", fill(cast, at="2026-01-05T09:30", version=1))
    entry.refresh_from_db()
    assert f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M}" == "2026-01-05 09:30"
    assert entry.placements.get().at == entry.at
    ahead = f"{timezone.localtime() + timedelta(days=3):%Y-%m-%dT%H:%M}"
    late = bob.post(f"/p/tern/entries/{entry.pk}/edit", fill(cast, at=ahead, version=2))
    assert late.status_code == 422


def test_files_are_kept_once_and_programs_are_not(cast: Cast, bob: Browser) -> None:
    def scan() -> io.BytesIO:
        file = io.BytesIO(b"%PDF-1.7 one page")
        file.name = "estimate.pdf"
        return file

    first, second = (log(cast, bob, attached=[scan()]) for _ in range(2))
    assert StoredFile.objects.get().read() == b"%PDF-1.7 one page"
    assert second.attachments.get().type == "application/pdf"
    assert found(cast, "estimate") == {first.pk, second.pk}
    program = io.BytesIO(b"MZ program")
    program.name = "estimate.exe"
    answer = bob.post("/p/tern/entries/new/phone", fill(cast, attached=[program]))
    assert answer.status_code == 422
    assert "is a program" in words(answer)
    path = StoredFile.objects.get().path
    for entry in (first, second):
        bob.post(f"/p/tern/entries/{entry.pk}/remove")
    later = timezone.now() + timedelta(minutes=3)
    assert noting.sweep(later) == 2
    assert not path.exists()


def test_removed_is_gone_from_everywhere_and_can_be_undone_at_once(
    cast: Cast, bob: Browser
) -> None:
    file = io.BytesIO(b"%PDF-1.7 x")
    file.name = "a.pdf"
    entry = log(cast, bob, attached=[file])
    bob.post(f"/p/tern/entries/{entry.pk}/edit", fill(cast, body="Planted words", version=1))
    gone = bob.post(f"/p/tern/entries/{entry.pk}/remove", {"version": 2}, follow=True)
    assert not Entry.objects.exists()
    assert found(cast, "planted") == set()
    undo = f"/p/tern/entries/bring-back?n={RemovedEntry.objects.get().pk}"
    assert undo in words(gone)
    assert cast.browser(cast.alice).post(undo).status_code == 302  # nobody else’s to undo
    assert not Entry.objects.exists()
    bob.post(undo)
    back = Entry.objects.get(pk=entry.pk)
    assert (back.body, back.clients.get()) == ("Planted words", cast.hollis)
    assert back.attachments.get().stored.read() == b"%PDF-1.7 x"
    assert back.earlier.count() == 1
    assert found(cast, "planted") == {entry.pk}
    assert not RemovedEntry.objects.exists()
    lines = AuditEvent.objects.filter(object_id=entry.pk, action__in=["remove", "bring_back"])
    assert lines.count() == 2
    assert "Planted" not in str(list(lines.values_list("data", flat=True)))


def test_what_another_wrote_is_removed_by_who_may_take_off_others_entries(
    cast: Cast, bob: Browser
) -> None:
    entry = log(cast, bob)
    entry.author = cast.alice
    entry.save()
    assert bob.post(f"/p/tern/entries/{entry.pk}/remove").status_code == 403
    assert cast.browser(cast.alice).post(f"/p/tern/entries/{entry.pk}/remove").status_code == 302
    assert not Entry.objects.exists()
    for url in ("entries/new/phone", f"entries/{entry.pk}/edit"):
        assert cast.browser(cast.rita).get(f"/p/tern/{url}").status_code == 403


def test_a_restricted_clients_note_is_nobody_elses(cast: Cast, bob: Browser) -> None:
    entry = log(cast, bob)
    cast.hollis.restricted = True
    cast.hollis.save()
    for url in (f"entries/{entry.pk}", f"entries/{entry.pk}/edit"):
        assert bob.get(f"/p/tern/{url}").status_code == 404
    assert bob.post(f"/p/tern/entries/{entry.pk}/remove").status_code == 404
    assert "Biscuit is awake" not in words(bob.get("/p/tern/register"))


def test_a_merge_keeps_what_is_noted_about_a_folded_animal(cast: Cast, bob: Browser) -> None:
    twice = make_client(cast.practice, "4183", "Hollis Farrow", [])
    pets = [
        Patient.objects.create(practice=cast.practice, client=owner, ref="1", name="Biscuit")
        for owner in (cast.hollis, twice)
    ]
    entry = log(cast, bob, clients=[twice.pk], patients=[pets[1].pk])
    merge(cast.hollis, twice, by=cast.alice, now=timezone.now())
    assert (entry.clients.get(), entry.patients.get()) == (cast.hollis, pets[0])
