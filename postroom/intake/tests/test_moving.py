"""What is to be moved, and what it costs to know."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from postroom.connections.models import MailAccount, Workflow
from postroom.intake.belonging import forget_followed, note_turned, wanted_folder
from postroom.intake.models import Sighting
from postroom.intake.moving import misplaced, on_the_way
from postroom.practice.models import Practice
from postroom.register.actions import resolve, take_back
from postroom.register.models import Entry, Refiled, StoredMail
from tests.support.cast import Cast

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def workflow(cast: Cast) -> Workflow:
    account = MailAccount.objects.create(
        practice=cast.practice, name="Desk", host="mail.test", user="desk@mail.test"
    )
    return Workflow.objects.create(practice=cast.practice, account=account)


def sight(workflow: Workflow, uid: int, filing: str, state: str, folder: str) -> Sighting:
    """A letter of this filing, last seen in this folder."""
    practice: Practice = workflow.practice
    entry = Entry.objects.create(practice=practice, at=NOW, created_at=NOW, filing=filing)
    mail = StoredMail.objects.create(
        practice=practice, entry=entry, content_key=f"{uid:064}", raw_sha256="", size=uid
    )
    return Sighting.objects.create(
        **{"practice": practice, "account": workflow.account, "workflow": workflow},
        **{"folder": folder, "uidvalidity": 1, "uid": uid, "state": state, "mail": mail},
        **{"content_key": mail.content_key, "received_at": NOW, "seen_at": NOW},
    )


def test_what_is_on_its_way_is_known_by_one_question(workflow, django_assert_num_queries):
    wanted = {
        sight(workflow, 1, Entry.RESOLVED, Sighting.STORED, "Incoming").pk: "Resolved",
        sight(workflow, 2, Entry.UNRESOLVED, Sighting.STORED, "Incoming").pk: "Unresolved",
        sight(workflow, 3, Entry.FAILED, Sighting.MOVING, "Incoming").pk: "Unresolved",
    }
    sight(workflow, 4, Entry.RESOLVED, Sighting.DONE, "Resolved")
    with django_assert_num_queries(1):
        found = list(on_the_way(workflow))
        assert {one.pk: wanted_folder(one, workflow) for one in found} == wanted
        assert [(one.mail.size, one.mail.message_id) for one in found if one.mail] == [
            *[(1, ""), (2, ""), (3, "")]
        ]


def test_what_was_filed_otherwise_is_found_once_a_day_without_any_mark(workflow):
    back = sight(workflow, 1, Entry.UNRESOLVED, Sighting.DONE, "Resolved")
    forth = sight(workflow, 2, Entry.RESOLVED, Sighting.DONE, "Unresolved")
    sight(workflow, 3, Entry.RESOLVED, Sighting.DONE, "Resolved")
    sight(workflow, 4, Entry.RESOLVED, Sighting.GONE, "Incoming")
    assert set(misplaced(workflow, all_of_it=True)) == {back, forth}


def test_what_a_person_files_is_marked_and_found_by_its_mark(cast, workflow):
    forth = sight(workflow, 1, Entry.UNRESOLVED, Sighting.DONE, "Unresolved")
    back = sight(workflow, 2, Entry.RESOLVED, Sighting.DONE, "Resolved")
    gone = sight(workflow, 3, Entry.UNRESOLVED, Sighting.GONE, "Unresolved")
    for one in (forth, gone):
        resolve(entry_of(one), [cast.hollis], by=cast.bob, now=NOW, version=1)
    take_back(entry_of(back), by=cast.bob, now=NOW, version=1)
    assert list(misplaced(workflow)) == []
    note_turned(cast.practice.pk)
    assert set(misplaced(workflow)) == {forth, back}
    assert not Refiled.objects.exists()


def test_a_mark_goes_when_its_copy_lies_where_it_belongs_and_not_before(cast, workflow):
    copy = sight(workflow, 1, Entry.UNRESOLVED, Sighting.DONE, "Unresolved")
    resolve(entry_of(copy), [cast.hollis], by=cast.bob, now=NOW, version=1)
    note_turned(cast.practice.pk)
    forget_followed(workflow)
    assert list(misplaced(workflow)) == [copy]
    Sighting.objects.filter(pk=copy.pk).update(folder="Resolved")
    forget_followed(workflow)
    assert not Sighting.objects.filter(turned__isnull=False)


def test_what_waits_costs_nothing_to_pass_over(cast, workflow, django_assert_num_queries):
    """Whatever waits, or was filed before: two questions, each by an index of its few rows."""
    for uid in range(1, 450):
        sight(workflow, uid, Entry.UNRESOLVED, Sighting.DONE, "Unresolved")
    copy = sight(workflow, 450, Entry.UNRESOLVED, Sighting.DONE, "Unresolved")
    with django_assert_num_queries(3):
        note_turned(cast.practice.pk)
        assert list(misplaced(workflow)) == []
    resolve(entry_of(copy), [cast.hollis], by=cast.bob, now=NOW, version=1)
    note_turned(cast.practice.pk)
    with django_assert_num_queries(3):
        note_turned(cast.practice.pk)
        assert list(misplaced(workflow)) == [copy]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # so few rows are read whole there
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("ANALYZE intake_sighting")
    plan = Sighting.objects.filter(workflow=workflow, turned__isnull=False).explain()
    assert "sighting_turned" in plan


def entry_of(sighting: Sighting) -> Entry:
    assert sighting.mail
    return Entry.objects.get(mails=sighting.mail)
