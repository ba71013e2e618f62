"""Filing by hand, taking it back, and two people at one letter."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from postroom.clients.models import ContactPoint
from postroom.practice.models import AuditEvent, Event
from postroom.register import actions
from postroom.register.models import Entry
from tests.support.cast import make_client

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def entry(cast):
    return Entry.objects.create(
        practice=cast.practice,
        at=NOW,
        created_at=NOW,
        subject="Biscuit",
        sender_norm="hollis.f@work.example",
        filing=Entry.UNRESOLVED,
        reason="unknown-address",
        reason_data={"address": "hollis.f@work.example"},
    )


def test_a_resolved_letter_stands_on_the_record(cast, entry):
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
    assert entry.filing == Entry.RESOLVED
    assert entry.filed_by == cast.bob
    assert list(entry.clients.all()) == [cast.hollis]
    assert entry.placements.get().at == entry.at


def test_resolving_is_written_down_and_told(cast, entry):
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
    line = AuditEvent.objects.get(object_kind="entry", object_id=entry.pk)
    assert (line.action, line.member, line.data["clients"]) == (
        "resolve",
        cast.bob,
        [cast.hollis.pk],
    )
    assert Event.objects.filter(kind="entry.filing", object_id=entry.pk).exists()


def test_the_audit_of_filing_names_no_sender(cast, entry):
    """It is sealed for ever, and read by who may not read the letter."""
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
    actions.undo(entry, by=cast.bob, now=NOW)
    actions.ignore(entry, by=cast.bob, now=NOW, version=3)
    actions.undo(entry, by=cast.bob, now=NOW)
    assert entry.reason_data == {"address": "hollis.f@work.example"}
    lines = AuditEvent.objects.filter(object_kind="entry", object_id=entry.pk)
    assert len(lines) == 4
    assert "work.example" not in str([line.data for line in lines])


def test_several_clients_get_one_letter(cast, entry):
    wren = make_client(cast.practice, "4183", "Wren Farrow", [])
    actions.resolve(entry, [cast.hollis, wren], by=cast.bob, now=NOW, version=1)
    assert set(entry.clients.all()) == {cast.hollis, wren}


def test_a_remembered_address_is_the_clients_from_then_on(cast, entry):
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1, remember=True)
    point = ContactPoint.objects.get(practice=cast.practice, norm="hollis.f@work.example")
    assert point.contact.clients.get() == cast.hollis


def test_without_being_asked_no_address_is_remembered(cast, entry):
    before = ContactPoint.objects.count()
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
    assert ContactPoint.objects.count() == before


def test_the_second_of_two_people_is_told_who_was_first(cast, entry):
    seen_by_alice = Entry.objects.get(pk=entry.pk)
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
    wren = make_client(cast.practice, "4183", "Wren Farrow", [])
    with pytest.raises(actions.AlreadyFiled) as told:
        actions.resolve(seen_by_alice, [wren], by=cast.alice, now=NOW, version=1, remember=True)
    assert told.value.entry.filed_by == cast.bob
    assert list(entry.clients.all()) == [cast.hollis]
    assert not ContactPoint.objects.filter(norm="hollis.f@work.example").exists()


def test_what_is_filed_already_is_not_filed_again_by_anybody(cast, entry):
    """Only who may unassign takes a letter off a record: there is no way round it."""
    actions.resolve(entry, [cast.hollis], by=cast.alice, now=NOW, version=1)
    wren = make_client(cast.practice, "4183", "Wren Farrow", [])
    with pytest.raises(actions.AlreadyFiled):
        actions.resolve(entry, [wren], by=cast.bob, now=NOW, version=entry.version)
    with pytest.raises(actions.AlreadyFiled):
        actions.ignore(entry, by=cast.bob, now=NOW, version=entry.version)
    assert list(entry.clients.all()) == [cast.hollis]
    assert entry.filed_by == cast.alice


def test_taking_it_off_one_record_leaves_who_filed_it_on_the_other(cast, entry):
    wren = make_client(cast.practice, "4183", "Wren Farrow", [])
    actions.resolve(entry, [cast.hollis, wren], by=cast.alice, now=NOW, version=1)
    actions.unassign(entry, wren, by=cast.bob, now=NOW)
    assert (entry.filed_by, entry.filed_at) == (cast.alice, NOW)


def test_ignoring_takes_it_off_the_list(cast, entry):
    actions.ignore(entry, by=cast.bob, now=NOW, version=1)
    assert not Entry.objects.waiting().filter(pk=entry.pk).exists()
    assert entry.reason == "not-a-client"


def test_undo_puts_everything_back(cast, entry):
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1, remember=True)
    actions.undo(entry, by=cast.bob, now=NOW)
    assert (entry.filing, entry.reason) == (Entry.UNRESOLVED, "unknown-address")
    assert entry.reason_data == {"address": "hollis.f@work.example"}
    assert not entry.clients.exists()
    assert not ContactPoint.objects.filter(norm="hollis.f@work.example").exists()
    assert entry.filed_by is None


def test_undo_does_not_forget_an_address_the_client_had_before(cast, entry):
    Entry.objects.filter(pk=entry.pk).update(sender_norm="hollis.farrow@example.org")
    entry.refresh_from_db()
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1, remember=True)
    actions.undo(entry, by=cast.bob, now=NOW)
    assert ContactPoint.objects.filter(norm="hollis.farrow@example.org").exists()


def test_an_ignored_letter_can_be_taken_back(cast, entry):
    actions.ignore(entry, by=cast.bob, now=NOW, version=1)
    actions.undo(entry, by=cast.bob, now=NOW)
    assert entry.is_waiting


def test_nobody_undoes_what_another_did(cast, entry):
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
    with pytest.raises(actions.NothingToUndo):
        actions.undo(entry, by=cast.alice, now=NOW)
    assert entry.clients.exists()


def test_there_is_no_undoing_twice(cast, entry):
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
    actions.undo(entry, by=cast.bob, now=NOW)
    with pytest.raises(actions.NothingToUndo):
        actions.undo(entry, by=cast.bob, now=NOW)


def test_unassigning_the_last_client_sends_it_back_to_unresolved(cast, entry):
    wren = make_client(cast.practice, "4183", "Wren Farrow", [])
    actions.resolve(entry, [cast.hollis, wren], by=cast.bob, now=NOW, version=1)
    actions.unassign(entry, wren, by=cast.bob, now=NOW)
    assert entry.filing == Entry.RESOLVED
    actions.unassign(entry, cast.hollis, by=cast.bob, now=NOW)
    assert (entry.filing, entry.reason) == (Entry.UNRESOLVED, "taken-back")


def test_a_record_merged_meanwhile_is_put_back_on_the_one_that_stayed(cast, entry):
    wren = make_client(cast.practice, "4183", "Wren Farrow", [])
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
    actions.unassign(entry, cast.hollis, by=cast.bob, now=NOW)
    cast.hollis.merged_into = wren
    cast.hollis.save()
    actions.undo(entry, by=cast.bob, now=NOW)
    assert (entry.filing, list(entry.clients.all())) == (Entry.RESOLVED, [wren])


def test_nothing_is_put_back_on_no_record_at_all(cast, entry):
    gone = make_client(cast.practice, "4183", "Wren Farrow", [])
    actions.resolve(entry, [gone], by=cast.bob, now=NOW, version=1)
    actions.unassign(entry, gone, by=cast.bob, now=NOW)
    gone.delete()
    with pytest.raises(actions.NothingToUndo), transaction.atomic():
        actions.undo(entry, by=cast.bob, now=NOW)
    assert Entry.objects.get().filing == Entry.UNRESOLVED


def test_a_letter_of_ours_off_its_last_record_waits_for_nobody(cast, entry):
    Entry.objects.update(direction=Entry.OUT, status=Entry.SENT, filing=Entry.RESOLVED)
    entry.refresh_from_db()
    entry.placements.create(practice=cast.practice, client=cast.hollis, at=NOW)
    actions.unassign(entry, cast.hollis, by=cast.alice, now=NOW)
    assert entry.filing == Entry.UNFILED


def test_unassigning_says_nothing_of_the_content(cast, entry):
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
    actions.unassign(entry, cast.hollis, by=cast.bob, now=NOW)
    line = AuditEvent.objects.filter(action="unassign").get()
    assert "Biscuit" not in str(line.data)


class TestWhoMayRead:
    def readable(self, member):
        return set(Entry.objects.readable_by(member))

    def test_what_waits_is_read_by_those_who_may_file_it(self, cast, entry):
        assert self.readable(cast.bob) == {entry}
        assert self.readable(cast.rita) == set()

    def test_what_is_filed_is_read_by_whoever_may_open_the_record(self, cast, entry):
        actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
        assert self.readable(cast.rita) == {entry}

    def test_another_practice_reads_nothing(self, cast, entry):
        assert self.readable(cast.charlie) == set()
        actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
        assert self.readable(cast.charlie) == set()

    def test_a_members_own_mailbox_is_read_by_nobody_else_not_even_the_administrator(
        self, cast, entry
    ):
        Entry.objects.filter(pk=entry.pk).update(owner=cast.bob)
        assert self.readable(cast.bob) == {entry}
        assert self.readable(cast.alice) == set()

    def test_filing_from_ones_own_mailbox_is_publishing(self, cast, entry):
        Entry.objects.filter(pk=entry.pk).update(owner=cast.bob)
        entry.refresh_from_db()
        actions.resolve(entry, [cast.hollis], by=cast.bob, now=NOW, version=1)
        assert self.readable(cast.rita) == {entry}
