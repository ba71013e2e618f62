"""The inbox workflow, a member's own mailbox, and the day a workflow begins."""

from datetime import UTC, datetime, timedelta

import pytest

from postroom.clients.models import SenderRule
from postroom.connections.models import MailAccount, Workflow
from postroom.intake import belonging
from postroom.intake.actions import unseen
from postroom.intake.models import Sighting
from postroom.intake.tests.post import NOW, a_pass, account_at, letter
from postroom.intake.watching import _shape
from postroom.practice.models import Member
from postroom.register import actions, handling
from postroom.register.models import Conversation, Entry
from tests.support.cast import Cast
from tests.support.scripted_imap import ScriptedImap

HOLLIS = b"From: hollis.farrow@example.org\r\nSubject: Biscuit\r\n\r\nHe limps.\r\n"


def flow_at(server: ScriptedImap, cast: Cast, owner: Member | None = None, **changes) -> Workflow:
    """An account with one workflow over INBOX, unless the changes say otherwise."""
    account = account_at(server, cast.practice, name="Own" if owner else "Desk")
    MailAccount.objects.filter(pk=account.pk).update(owner=owner)
    fields = {"kind": Workflow.INBOX, "folder_in": "INBOX", **changes}
    account.workflows.update(**fields)
    return account.workflows.select_related("account").get()


def uids(server: ScriptedImap) -> dict[str, int]:
    return {name: len(box.mails) for name, box in server.store.boxes.items() if box.mails}


# -- the shared inbox ------------------------------------------------------------------------


def test_all_of_the_inbox_is_stored_and_nothing_is_moved(cast, server) -> None:
    flow = flow_at(server, cast)
    server.put("INBOX", HOLLIS)
    server.put("INBOX", letter(1))
    outcome = a_pass(flow.account)
    assert (outcome.taken, outcome.trouble) == (2, "")
    assert uids(server) == {"INBOX": 2}
    assert not server.said("UID MOVE") + server.said("UID COPY") + server.said("UID STORE")
    assert not Sighting.objects.exclude(state=Sighting.DONE)
    assert {entry.conversation.state for entry in Entry.objects.all()} == {Conversation.OPEN}


def test_a_clients_letter_is_filed_and_handled_apart(cast, server) -> None:
    flow = flow_at(server, cast)
    server.put("INBOX", HOLLIS)
    a_pass(flow.account)
    entry = Entry.objects.get()
    assert (entry.filing, list(entry.clients.all())) == (Entry.RESOLVED, [cast.hollis])
    assert entry.conversation.is_open
    assert uids(server) == {"INBOX": 1}


def test_general_mail_of_the_inbox_asks_nobody(cast, server) -> None:
    flow = flow_at(server, cast)
    server.put("INBOX", letter(1))
    server.put(
        "INBOX",
        letter(2).replace(b"Subject", b"Authentication-Results: 127.0.0.1; dmarc=fail\r\nSubject"),
    )
    a_pass(flow.account)
    assert {entry.filing for entry in Entry.objects.all()} == {Entry.UNFILED}
    assert not Entry.objects.waiting()


def test_a_client_nobody_is_sure_of_waits_though_it_came_by_the_inbox(cast, server) -> None:
    flow = flow_at(server, cast)
    two = b"From: a@else.test, hollis.farrow@example.org\r\nSubject: two\r\n\r\nWho?\r\n"
    server.put("INBOX", two)
    a_pass(flow.account)
    assert Entry.objects.get().filing == Entry.UNRESOLVED
    assert uids(server) == {"INBOX": 1}


def close(cast: Cast, entry: Entry) -> None:
    talk = Conversation.objects.get(entries=entry)
    handling.close(talk, by=cast.bob, now=NOW, version=talk.version)


def reopen(cast: Cast, entry: Entry) -> None:
    talk = Conversation.objects.get(entries=entry)
    handling.reopen(talk, by=cast.bob, now=NOW, version=talk.version)


def test_a_closed_conversation_is_moved_and_comes_back_when_it_is_opened(cast, server) -> None:
    flow = flow_at(server, cast)
    server.put("INBOX", letter(1))
    server.put("INBOX", letter(2))
    a_pass(flow.account)
    entry = Entry.objects.get(subject="1")
    close(cast, entry)
    a_pass(flow.account, full=False)
    assert uids(server) == {"INBOX": 1, "Resolved": 1}
    assert not Conversation.objects.filter(to_follow=True)
    reopen(cast, entry)
    a_pass(flow.account, full=False)
    assert uids(server) == {"INBOX": 2}
    assert not Conversation.objects.filter(to_follow=True)
    assert a_pass(flow.account).taken == 0
    assert Entry.objects.count() == 2


def test_what_is_closed_stays_where_the_workflow_says_so(cast, server) -> None:
    flow = flow_at(server, cast, after_close=Workflow.STAY)
    server.put("INBOX", letter(1))
    a_pass(flow.account)
    close(cast, Entry.objects.get())
    a_pass(flow.account, full=False)
    assert uids(server) == {"INBOX": 1}
    assert not Conversation.objects.filter(to_follow=True)


def test_a_move_that_is_refused_is_not_forgotten(cast, server) -> None:
    flow = flow_at(server, cast)
    server.put("INBOX", letter(1))
    a_pass(flow.account)
    close(cast, Entry.objects.get())
    server.store.boxes.pop("Resolved")
    assert a_pass(flow.account, full=False).trouble
    assert Conversation.objects.get().to_follow


def test_a_letter_somebody_puts_into_the_filed_folder_is_asked_about(cast, server) -> None:
    flow = flow_at(server, cast)
    server.put("INBOX", letter(1))
    a_pass(flow.account)
    Workflow.objects.create(practice=cast.practice, account=flow.account)
    server.store.boxes["INBOX"].mails.clear()
    server.put("Incoming", letter(1))
    a_pass(flow.account)
    entry = Entry.objects.get()
    assert entry.filing == Entry.UNRESOLVED
    assert uids(server) == {"Unresolved": 1}
    assert not entry.left_mailbox


@pytest.mark.parametrize(
    ("folder", "filing"), [("Resolved", Entry.UNFILED), ("Unresolved", Entry.UNRESOLVED)]
)
def test_general_mail_somebody_moves_by_hand_stays_where_they_put_it(
    cast, server, folder: str, filing: str
) -> None:
    flow = flow_at(server, cast)
    server.put("INBOX", letter(1))
    a_pass(flow.account)
    filed = Workflow.objects.create(practice=cast.practice, account=flow.account)
    Workflow.objects.filter(pk=flow.pk).update(after_close=Workflow.STAY)
    a_pass(flow.account)
    server.store.boxes["INBOX"].mails.clear()
    server.put(folder, letter(1))
    Workflow.objects.filter(pk=filed.pk).update(swept_at=None)
    a_pass(flow.account)
    assert Entry.objects.get().filing == filing
    assert uids(server) == {folder: 1}


def test_what_waits_in_another_account_keeps_no_conversation_here_from_being_followed(
    cast, server, monkeypatch
) -> None:
    broken = flow_at(server, cast)
    server.put("INBOX", letter(1))
    a_pass(broken.account)
    close(cast, Entry.objects.get())  # and never followed: its account is out of reach
    server.store.boxes["INBOX"].mails.clear()
    MailAccount.objects.filter(pk=broken.account_id).update(name="Out of reach")
    flow = flow_at(server, cast)
    server.put("INBOX", letter(2))
    a_pass(flow.account)
    close(cast, Entry.objects.get(subject="2"))
    monkeypatch.setattr(belonging, "MANY", 1)
    a_pass(flow.account, full=False)
    assert uids(server) == {"Resolved": 1}


# -- a member's own mailbox ------------------------------------------------------------------


def test_own_mail_is_filed_by_nothing_but_its_owner(cast, server) -> None:
    flow = flow_at(server, cast, cast.alice, kind=Workflow.FILING, folder_in="Incoming")
    server.put("Incoming", HOLLIS)
    a_pass(flow.account)
    entry = Entry.objects.get()
    assert (entry.owner, entry.filing, entry.clients.count()) == (cast.alice, Entry.UNFILED, 0)
    assert uids(server) == {"Incoming": 1}
    actions.resolve(entry, [cast.hollis], by=cast.alice, now=NOW, version=entry.version)
    a_pass(flow.account, full=False)
    assert uids(server) == {"Resolved": 1}
    actions.undo(entry, by=cast.alice, now=NOW)
    a_pass(flow.account, full=False)
    assert uids(server) == {"Incoming": 1}
    assert Entry.objects.get().filing == Entry.UNFILED


def test_own_mail_that_a_rule_would_set_aside_is_not_called_a_clients(cast, server) -> None:
    flow = flow_at(server, cast, cast.alice)
    server.put("INBOX", letter(1))
    SenderRule.objects.create(practice=cast.practice, pattern="else.test", kind="ignore", at=NOW)
    a_pass(flow.account)
    entry = Entry.objects.get()
    assert (entry.filing, entry.reason) == (Entry.UNFILED, "")


def test_filing_moves_nothing_out_of_ones_own_inbox(cast, server) -> None:
    flow = flow_at(server, cast, cast.alice)
    server.put("INBOX", HOLLIS)
    a_pass(flow.account)
    entry = Entry.objects.get()
    actions.resolve(entry, [cast.hollis], by=cast.alice, now=NOW, version=entry.version)
    a_pass(flow.account, full=False)
    assert uids(server) == {"INBOX": 1}


def test_the_same_letter_in_ones_own_mailbox_and_the_practices_is_two(cast, server) -> None:
    """Folded, one of them could not be read by those it was sent to, or by too many."""
    own = flow_at(server, cast, cast.alice)
    server.put("INBOX", letter(1))
    a_pass(own.account)
    desk = flow_at(server, cast)
    a_pass(desk.account)
    a_pass(own.account)
    assert sorted(Entry.objects.values_list("owner", "filing"), key=str) == [
        (cast.alice.pk, Entry.UNFILED),
        (None, Entry.UNFILED),
    ]
    assert Sighting.objects.count() == 2


# -- the day it begins -----------------------------------------------------------------------

BEGINS = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", [Workflow.FILING, Workflow.INBOX])
def test_what_came_before_the_beginning_is_left_alone(cast, server, kind) -> None:
    flow = flow_at(server, cast, kind=kind, begins_at=BEGINS)
    for number, hours in enumerate((-9000, -30, -1, 0, 1)):
        server.put("INBOX", letter(number), date=BEGINS + timedelta(hours=hours))
    assert unseen(flow.account) == 2
    assert a_pass(flow.account).taken == 2
    assert set(Entry.objects.values_list("subject", flat=True)) == {"3", "4"}
    assert unseen(flow.account) == 0


def test_an_earlier_beginning_fetches_the_rest(cast, server) -> None:
    flow = flow_at(server, cast, begins_at=BEGINS)
    for number, days in enumerate((-20, -2, 1)):
        server.put("INBOX", letter(number), date=BEGINS + timedelta(days=days))
    assert a_pass(flow.account).taken == 1
    Workflow.objects.update(begins_at=BEGINS - timedelta(days=3))
    assert a_pass(flow.account).taken == 1
    Workflow.objects.update(begins_at=None)
    assert a_pass(flow.account).taken == 1


def test_older_mail_costs_an_idle_look_nothing(cast, server) -> None:
    flow = flow_at(server, cast, begins_at=BEGINS)
    for number in range(300):
        server.put("INBOX", letter(number), date=BEGINS - timedelta(days=9))
    server.put("INBOX", letter(999), date=BEGINS + timedelta(days=1))
    a_pass(flow.account)
    server.put("INBOX", letter(1000), date=BEGINS - timedelta(days=9))  # moved here by a person
    server.commands.clear()
    assert a_pass(flow.account, full=False).taken == 0
    asked = [line for line in server.commands if line.split()[0] in ("UID", "SELECT", "EXAMINE")]
    assert len(asked) <= 2
    assert not server.said("UID FETCH")


def test_a_watcher_looks_from_the_start_when_a_workflow_changes(cast, server) -> None:
    flow = flow_at(server, cast, begins_at=BEGINS)
    before = _shape(flow.account)
    Workflow.objects.update(begins_at=BEGINS - timedelta(days=3))
    assert _shape(flow.account) != before
