"""Two clients become one, in every room, and nothing of either is lost."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from postroom.appointments.models import Appointment, DueItem
from postroom.clients.bulk import apply, plan
from postroom.clients.importing import Row
from postroom.clients.matching import match_all
from postroom.clients.models import (
    Client,
    ClientAccess,
    Consent,
    ContactPoint,
    Group,
    GroupMember,
    Patient,
)
from postroom.clients.rules import One
from postroom.custody.actions import NotTwoClients, gather, merge
from postroom.practice.models import AuditEvent, Source
from postroom.register import list_exports
from postroom.register.filters import Wanted
from postroom.register.models import Entry, EntryClient
from postroom.register.tests.post import mail, put
from tests.support.cast import Cast, make_client

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def gone(cast: Cast) -> Client:
    return make_client(
        cast.practice, "4183", "H. Farrow", ["hollis.farrow@example.org", "second@example.org"]
    )


@pytest.fixture
def alice(cast: Cast) -> Browser:
    return cast.browser(cast.alice)


def put_together(cast: Cast, gone: Client) -> Client:
    return merge(cast.hollis, gone, by=cast.alice, now=NOW)


def patient(client: Client, name: str, ref: str = "", **more: Any) -> Patient:
    return Patient.objects.create(
        practice_id=client.practice_id, client=client, ref=ref or name.lower(), name=name, **more
    )


def test_all_letters_are_on_the_kept_record_each_once(cast: Cast, gone: Client) -> None:
    both = put(cast.practice, mail(subject="Both"), clients=[cast.hollis, gone])
    put(cast.practice, mail(subject="Theirs"), clients=[gone])
    put_together(cast, gone)
    placed = EntryClient.objects.filter(client=cast.hollis)
    assert sorted(row.entry.subject for row in placed) == ["Both", "Theirs"]
    assert EntryClient.objects.filter(entry=both).count() == 1
    assert not EntryClient.objects.filter(client=gone).exists()
    assert Entry.objects.readable_by(cast.rita).count() == 2


def test_addresses_stand_once_and_match_the_kept_client(cast: Cast, gone: Client) -> None:
    put_together(cast, gone)
    points = ContactPoint.objects.filter(contact__clients=cast.hollis)
    assert sorted(points.values_list("norm", flat=True)) == [
        "hollis.farrow@example.org",
        "hollis@farrowjoinery.example.com",
        "second@example.org",
    ]
    norms = ["hollis.farrow@example.org", "second@example.org"]
    assert set(match_all(cast.practice.pk, norms).values()) == {One(cast.hollis.pk)}
    assert Client.objects.open_to(cast.rita).search("second@example").get() == cast.hollis


@pytest.mark.parametrize(("kept", "other"), [(True, False), (False, True)])
def test_of_two_consents_the_stricter_holds(
    cast: Cast, gone: Client, kept: bool, other: bool
) -> None:
    for client, given in ((cast.hollis, kept), (gone, other)):
        point = ContactPoint.objects.get(contact__clients=client, norm="hollis.farrow@example.org")
        Consent.objects.create(
            practice=cast.practice, point=point, purpose="reminder", given=given, at=NOW
        )
    put_together(cast, gone)
    assert [consent.given for consent in Consent.objects.all()] == [False]


def test_a_consent_only_one_of_them_gave_goes_along(cast: Cast, gone: Client) -> None:
    point = ContactPoint.objects.get(contact__clients=gone, norm="hollis.farrow@example.org")
    Consent.objects.create(
        practice=cast.practice, point=point, purpose="marketing", given=True, at=NOW
    )
    put_together(cast, gone)
    consent = Consent.objects.get()
    assert consent.point.contact.clients.get() == cast.hollis


def test_the_same_animal_is_one_and_keeps_its_appointments(cast: Cast, gone: Client) -> None:
    kept, twin = patient(cast.hollis, "Biscuit"), patient(gone, "BISCUIT", "b2")
    other = patient(gone, "Maple")
    source = Source.objects.create(practice=cast.practice, kind="appointments", name="Book")
    common = {"practice": cast.practice, "source": source, "client": gone, "imported_at": NOW}
    Appointment.objects.create(ref="1", patient=twin, start=NOW, **common)
    DueItem.objects.create(ref="1", patient=other, kind="vaccine", due_on=NOW.date(), **common)
    put_together(cast, gone)
    names = sorted(p.name for p in cast.hollis.patients.all())
    assert names == ["Biscuit", "Maple"]
    appointment = Appointment.objects.get()
    assert (appointment.client, appointment.patient) == (cast.hollis, kept)
    assert (DueItem.objects.get().client, DueItem.objects.get().patient) == (cast.hollis, other)


def test_what_is_empty_is_filled_and_what_is_there_stays(cast: Cast, gone: Client) -> None:
    Client.objects.filter(pk=gone.pk).update(
        birth_date=date(1980, 12, 31), birthday=1231, language="fr", note="Calls on Mondays"
    )
    Client.objects.filter(pk=cast.hollis.pk).update(language="en", note="Has a van")
    kept = put_together(cast, gone)
    kept.refresh_from_db()
    assert (kept.language, kept.birth_date, kept.birthday) == ("en", date(1980, 12, 31), 1231)
    assert kept.note == "Has a van\nCalls on Mondays"


def test_groups_are_those_of_both(cast: Cast, gone: Client) -> None:
    for name, clients in (("Common", [cast.hollis, gone]), ("Theirs", [gone])):
        group = Group.objects.create(practice=cast.practice, name=name)
        for client in clients:
            GroupMember.objects.create(practice=cast.practice, group=group, client=client)
    put_together(cast, gone)
    names = cast.hollis.groups.order_by("name").values_list("name", flat=True)
    assert list(names) == ["Common", "Theirs"]


def test_restricted_if_either_was_and_open_to_those_who_could_open_both(
    cast: Cast, gone: Client
) -> None:
    for client, members in ((cast.hollis, "alice bob"), (gone, "alice rita")):
        Client.objects.filter(pk=client.pk).update(restricted=True)
        for name in members.split():
            ClientAccess.objects.create(
                practice=cast.practice, client=client, member=getattr(cast, name)
            )
    kept = put_together(cast, gone)
    assert kept.restricted
    assert [row.member for row in kept.access.all()] == [cast.alice]


def test_a_program_that_merges_locks_nobody_out(cast: Cast, gone: Client) -> None:
    for client, member in ((cast.hollis, cast.bob), (gone, cast.rita)):
        Client.objects.filter(pk=client.pk).update(restricted=True)
        ClientAccess.objects.create(practice=cast.practice, client=client, member=member)
    kept = merge(cast.hollis, gone, by=None, now=NOW)
    assert [row.member for row in kept.access.all()] == [cast.bob]


def test_no_list_takes_away_what_the_merge_brought(cast: Cast, gone: Client) -> None:
    ContactPoint.objects.update(origin=ContactPoint.IMPORT)
    patient(gone, "Maple")
    put_together(cast, gone)
    row = Row(
        1,
        ref="4182",
        name="Hollis Farrow",
        emails=(("hollis.farrow@example.org", "hollis.farrow@example.org"),),
        patients=(("Biscuit", "dog"),),
    )
    apply(cast.practice.pk, plan(cast.practice.pk, [row]), NOW)
    norms = set(ContactPoint.objects.values_list("norm", flat=True))
    assert norms == {"hollis.farrow@example.org", "second@example.org"}
    assert sorted(p.name for p in cast.hollis.patients.all()) == ["Biscuit", "Maple"]


def test_the_merged_row_stays_archived_and_leads_to_the_kept_one(cast: Cast, gone: Client) -> None:
    earlier = make_client(cast.practice, "4100", "Hollis F", [])
    merge(gone, earlier, by=cast.alice, now=NOW)
    put_together(cast, gone)
    for ref in ("4183", "4100"):
        row = Client.objects.get(ref=ref)
        assert (row.merged_into, row.state) == (cast.hollis, "archived")
        assert Client.objects.named(cast.practice.pk, ref) == cast.hollis
    assert list(Client.objects.open_to(cast.alice)) == [cast.hollis]


def test_both_have_their_line_in_the_audit(cast: Cast, gone: Client) -> None:
    put(cast.practice, mail(), clients=[gone])
    put_together(cast, gone)
    data = {"kept": cast.hollis.pk, "gone": gone.pk, "entries": 1, "dates": 0}
    for action, pk in (("merge_client", cast.hollis.pk), ("merged_client", gone.pk)):
        line = AuditEvent.objects.get(action=action)
        assert (line.object_kind, line.object_id, line.member) == ("client", pk, cast.alice)
        assert line.data == data


def test_one_client_with_itself_a_foreign_or_a_merged_one_is_refused(
    cast: Cast, gone: Client
) -> None:
    foreign = make_client(cast.other, "1", "Not Ours", [])
    for other in (cast.hollis, foreign):
        with pytest.raises(NotTwoClients):
            merge(cast.hollis, other, by=cast.alice, now=NOW)
    put_together(cast, gone)
    with pytest.raises(NotTwoClients):
        put_together(cast, gone)


def test_a_letter_filed_while_two_were_merged_is_brought_along(cast: Cast, gone: Client) -> None:
    put_together(cast, gone)
    put(cast.practice, mail(), clients=[gone], at=NOW - timedelta(days=1))
    assert gather(NOW) == 1
    assert gather(NOW) == 0
    assert EntryClient.objects.get().client == cast.hollis


def test_the_page_shows_both_and_merges(cast: Cast, gone: Client, alice: Browser) -> None:
    address = f"/p/tern/clients/{cast.hollis.pk}/merge"
    assert "H. Farrow" in alice.get(address, {"find": "4183"}).text
    page = alice.get(address, {"with": gone.pk}).text
    assert "second@example.org" in page
    assert "This cannot be undone." in page
    answer = alice.post(address, {"gone": gone.pk})
    assert answer.url == f"/p/tern/clients/{cast.hollis.pk}"
    old = alice.get(f"/p/tern/clients/{gone.pk}")
    assert old.url == f"/p/tern/clients/{cast.hollis.pk}"
    again = alice.post(address, {"gone": gone.pk}, follow=True)
    assert "Nothing was merged" in again.text


def test_a_client_one_may_not_open_cannot_be_merged(
    cast: Cast, gone: Client, alice: Browser
) -> None:
    Client.objects.filter(pk=gone.pk).update(restricted=True)
    address = f"/p/tern/clients/{cast.hollis.pk}/merge"
    assert alice.get(address, {"with": gone.pk}).status_code == 404
    alice.post(address, {"gone": gone.pk})
    assert Client.objects.get(pk=gone.pk).merged_into is None
    assert "H. Farrow" not in alice.get(address, {"find": "4183"}).text


def test_merging_takes_the_right_to_move_others_letters(cast: Cast, gone: Client) -> None:
    answer = cast.browser(cast.bob).post(
        f"/p/tern/clients/{cast.hollis.pk}/merge", {"gone": gone.pk}
    )
    assert answer.status_code == 403


def test_a_list_that_names_them_closes_with_the_record_they_come_to(
    cast: Cast, gone: Client, settings: Any, tmp_path: Any
) -> None:
    settings.IMPORTS_FOLDER = tmp_path
    Client.objects.filter(pk=cast.hollis.pk).update(restricted=True)
    put(cast.practice, mail(subject="Theirs"), clients=[gone])
    job = list_exports.begin(cast.bob, Wanted(), list_exports.CSV, now=NOW)
    list_exports.advance(job.pk, clock=lambda: NOW)
    job.refresh_from_db()
    assert list_exports.is_open(job, cast.bob)
    put_together(cast, gone)
    assert not list_exports.is_open(job, cast.bob)
