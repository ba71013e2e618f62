"""The books: what the server holds is what became of it, to the letter."""

from datetime import timedelta

from postroom.connections.models import FolderState, Workflow
from postroom.intake import booking
from postroom.intake.booking import EARLY, FILED, IGNORED, OTHERS, PARTS, UNREADABLE, UNTAKEN
from postroom.intake.health import gap_of
from postroom.intake.models import Sighting
from postroom.intake.tests.post import NOW, Clock, a_pass, letter, mailbox_of
from postroom.practice.models import AuditEvent
from postroom.register.filing import note_refiled
from postroom.register.models import Entry
from tests.support.cast import Cast
from tests.support.scripted_imap import ScriptedImap


def hollis(number: int) -> bytes:
    return letter(number).replace(b"someone%d@else.test" % number, b"hollis.farrow@example.org")


def books(folder: str) -> FolderState:
    return FolderState.objects.get(folder=folder)


def parts(folder: str) -> dict[str, int]:
    return {part: n for part, n in books(folder).books.items() if part in PARTS and n}


def lies_in(server: ScriptedImap, folder: str) -> int:
    return len(server.store.boxes[folder].mails)


def later(hours: float) -> Clock:
    clock = Clock()
    clock.now = NOW + timedelta(hours=hours)
    return clock


def test_every_folder_balances_and_says_of_what(account, server) -> None:
    server.put("Resolved", b"From: a@b.test\r\n\r\nFrom before.\r\n")
    a_pass(account)
    for number in range(3):
        server.put("Incoming", letter(number))
    server.put("Incoming", hollis(7))
    a_pass(account, later(1))
    assert [parts(f) for f in ("Incoming", "Resolved", "Unresolved")] == [
        {},
        {FILED: 1, OTHERS: 1},
        {booking.WAITING: 3},
    ]
    for folder in ("Incoming", "Resolved", "Unresolved"):
        assert books(folder).counted == lies_in(server, folder)
        assert gap_of(books(folder)) == 0


def test_the_books_follow_what_a_person_decides(account, server) -> None:
    for number in range(3):
        server.put("Incoming", letter(number))
    a_pass(account)
    first, second, third = Entry.objects.order_by("pk")
    Entry.objects.filter(pk=first.pk).update(filing=Entry.IGNORED)
    Entry.objects.filter(pk=second.pk).update(filing=Entry.FAILED)
    note_refiled(first)
    a_pass(account, later(2))
    assert parts("Resolved") == {IGNORED: 1}
    assert parts("Unresolved") == {booking.WAITING: 1, UNREADABLE: 1}
    assert third.is_waiting


def test_a_letter_the_cursor_passed_over_is_a_gap_and_is_fetched(account, server) -> None:
    server.put("Incoming", letter(1))
    a_pass(account)
    # As if it had been counted as seen without ever having been: a fault of ours.
    server.put("Incoming", letter(2))
    state = books("Incoming")
    uid = max(server.store.boxes["Incoming"].mails)
    FolderState.objects.filter(pk=state.pk).update(next_uid=uid + 1)
    a_pass(account, later(2), full=False)
    state = books("Incoming")
    assert (state.counted, gap_of(state)) == (1, 1)
    assert state.gap_since
    assert state.next_uid == uid
    a_pass(account, later(2.1), full=False)
    state = books("Incoming")
    assert (gap_of(state), state.gap_since) == (0, None)
    assert Entry.objects.count() == 2


def test_what_somebody_took_away_is_written_down_as_gone(account, server) -> None:
    for number in range(2):
        server.put("Incoming", letter(number))
    a_pass(account)
    box = server.store.boxes["Unresolved"]
    box.mails.pop(min(box.mails))
    a_pass(account, later(2))
    assert Sighting.objects.filter(state=Sighting.GONE).count() == 1
    assert (books("Unresolved").counted, parts("Unresolved")) == (1, {booking.WAITING: 1})
    assert Entry.objects.count() == 2


def test_what_lies_there_under_another_uid_is_found_by_its_content(account, server) -> None:
    server.put("Incoming", letter(1))
    a_pass(account)
    Sighting.objects.update(uid=77)  # as after an answer that named the wrong one
    account.workflows.update(swept_at=later(25).now)
    a_pass(account, later(25))
    (one,) = Sighting.objects.all()
    assert (one.state, one.uid) == (Sighting.DONE, min(server.store.boxes["Unresolved"].mails))
    assert parts("Unresolved") == {booking.WAITING: 1}


def test_a_renumbered_folder_of_filed_letters_still_balances(account, server) -> None:
    server.put("Incoming", letter(1))
    server.put("Resolved", letter(2))
    a_pass(account)
    for folder in ("Resolved", "Unresolved"):
        server.store.reset_uidvalidity(folder)
    for hours in (25, 26):
        a_pass(account, later(hours))
        assert parts("Resolved") == {OTHERS: 1}
        assert parts("Unresolved") == {booking.RENUMBERED: 1}
        assert [gap_of(books(folder)) for folder in ("Resolved", "Unresolved")] == [0, 0]


def test_what_is_marked_as_deleted_is_neither_counted_nor_gone(account, server) -> None:
    server.put("Incoming", letter(1))
    a_pass(account)
    for mail in server.store.boxes["Unresolved"].mails.values():
        mail.flags.add("\\Deleted")
    a_pass(account, later(25))
    assert (books("Unresolved").counted, gap_of(books("Unresolved"))) == (0, 0)
    assert Sighting.objects.get().state == Sighting.DONE


def test_what_came_before_the_start_date_is_counted_apart_to_the_second(account, server) -> None:
    begin = NOW - timedelta(days=10)
    a_pass(account)
    for days in (30, 11, 10.001, 10):
        server.put("Incoming", letter(int(days * 1000)))
        server.store.boxes["Incoming"].mails[max(server.store.boxes["Incoming"].mails)].date = (
            NOW - timedelta(days=days)
        )
    state = books("Incoming")
    FolderState.objects.filter(pk=state.pk).update(next_uid=100, counted_at=None)
    workflow = account.workflows.get()
    workflow.begins_at = begin
    with mailbox_of(account) as mailbox:
        booking.count(mailbox, workflow, now=NOW, full=True, news=False)
    assert parts("Incoming") == {EARLY: 3}
    assert gap_of(books("Incoming")) == 1


def asked(server: ScriptedImap, command: str) -> list[str]:
    return [line for line in server.commands if line.startswith(command)]


def test_an_idle_pass_costs_one_command_more_at_most(account, server) -> None:
    server.put("Incoming", letter(1))
    a_pass(account)
    counted = []
    for minutes in (5, 10, 15):
        server.commands.clear()
        a_pass(account, later(minutes / 60), full=False)
        counted += [line.split()[1].strip('"') for line in asked(server, "STATUS")]
        assert not asked(server, "UID SEARCH UID 1:*")
    assert sorted(counted) == ["Incoming", "Resolved", "Unresolved"]


def test_a_polled_account_pays_nothing_at_most_looks(account, server) -> None:
    a_pass(account)
    server.commands.clear()
    a_pass(account, later(0.1))
    assert not asked(server, "STATUS")
    assert len(asked(server, "UID SEARCH")) == 1


def test_a_server_without_status_of_a_folder_is_counted_by_a_search(account, server) -> None:
    server.put("Resolved", letter(1))
    server.answer("STATUS", lambda session, tag, args: session.send(f"{tag} NO not so") or True)
    outcome = a_pass(account)
    assert outcome.well
    assert parts("Resolved") == {OTHERS: 1}
    a_pass(account, later(1))
    assert (books("Resolved").counted, gap_of(books("Resolved"))) == (1, 0)


def test_what_comes_is_in_the_books_at_once(account, server) -> None:
    a_pass(account)
    server.put("Incoming", letter(1))
    a_pass(account, later(0.05), full=False)
    assert (books("Unresolved").counted, parts("Unresolved")) == (1, {booking.WAITING: 1})


def test_once_a_day_every_uid_is_compared(account, server) -> None:
    a_pass(account)
    server.commands.clear()
    a_pass(account, later(25), full=False)
    assert [line for line in server.commands if line.startswith("UID SEARCH UID 1:*")]


def test_looking_again_compares_the_followed_folder_and_leaves_the_others_alone(
    cast: Cast, account, server
) -> None:
    server.put("Resolved", letter(5))
    server.put("Incoming", letter(1))
    a_pass(account)
    before = books("Resolved").next_uid
    booking.look_again(account, by=cast.alice, now=NOW)
    assert (books("Incoming").next_uid, books("Resolved").next_uid) == (1, before)
    assert AuditEvent.objects.filter(action="rescan", object_id=account.pk).exists()
    a_pass(account, later(0.01), full=False)
    assert Entry.objects.count() == 1
    assert books("Incoming").counted_at > NOW


def test_a_letter_that_waits_to_be_taken_in_is_no_gap(account, server) -> None:
    a_pass(account)
    server.put("Incoming", letter(1))
    FolderState.objects.update(counted_at=None)
    workflow = account.workflows.get()
    with mailbox_of(account) as mailbox:
        booking.count(mailbox, workflow, now=NOW, full=False, news=False)
    assert parts("Incoming") == {UNTAKEN: 1}
    assert books("Incoming").gap_since is None


def test_general_mail_of_an_inbox_is_taken_in_and_needs_no_comparison(account, server) -> None:
    account.workflows.update(kind=Workflow.INBOX, folder_in="INBOX")
    server.put("INBOX", letter(1))
    a_pass(account)
    assert parts("INBOX") == {booking.UNFILED: 1}
    for minutes in (5, 10, 15):
        server.commands.clear()
        a_pass(account, later(minutes / 60), full=False)
        assert not asked(server, "UID SEARCH UID 1:*")
    assert (books("INBOX").counted, gap_of(books("INBOX"))) == (1, 0)


def test_letters_of_an_inbox_workflow_are_in_the_books(account, server) -> None:
    Workflow.objects.update(kind=Workflow.INBOX, folder_in="INBOX")
    for number in range(3):
        server.put("INBOX", letter(number))
    server.put("INBOX", hollis(7))
    a_pass(account)
    a_pass(account, later(1))
    assert parts("INBOX") == {booking.FILED: 1, booking.UNFILED: 3}
    assert gap_of(books("INBOX")) == 0
