"""What is to be moved, and what it costs to know."""

from datetime import UTC, datetime

import pytest

from postroom.connections.models import MailAccount, Workflow
from postroom.intake.belonging import wanted_folder
from postroom.intake.models import Sighting
from postroom.intake.moving import misplaced, on_the_way
from postroom.practice.models import Practice
from postroom.register.models import Entry, StoredMail
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


def test_what_was_filed_otherwise_since_is_to_be_moved(workflow):
    back = sight(workflow, 1, Entry.UNRESOLVED, Sighting.DONE, "Resolved")
    forth = sight(workflow, 2, Entry.RESOLVED, Sighting.DONE, "Unresolved")
    sight(workflow, 3, Entry.RESOLVED, Sighting.DONE, "Resolved")
    sight(workflow, 4, Entry.RESOLVED, Sighting.GONE, "Incoming")
    assert set(misplaced(workflow)) == {back, forth}
