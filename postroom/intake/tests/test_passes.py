"""Passes over an account: who holds the folder, and what is looked for where."""

import errno
import os

import pytest

from postroom.connections.models import FolderState, MailAccount, Workflow
from postroom.connections.trouble import Trouble
from postroom.connections.words import state
from postroom.intake import fetching, taking
from postroom.intake.actions import note_trouble, sync
from postroom.intake.finding import find
from postroom.intake.models import Sighting
from postroom.intake.rules import BATCH_MAILS, MOST_DEATHS
from postroom.intake.tests.post import (
    NOW,
    OTHERS,
    US,
    Clock,
    a_pass,
    letter,
    mailbox_of,
)
from postroom.register import actions, letters
from postroom.register.models import Entry
from tests.support import rare_answers as rare
from tests.support.cast import Cast
from tests.support.scripted_imap import ScriptedImap

LONG = 10 * 365 * 24 * 3600  # seconds


def take_over() -> None:
    """Another worker has the folder from now on, and does not let go."""
    FolderState.objects.filter(folder="Incoming").update(lease_by=OTHERS.name, lease_until=None)
    state = FolderState.objects.get(folder="Incoming")
    assert FolderState.objects.take(state.pk, OTHERS, NOW, LONG)


def lies_in(server: ScriptedImap, folder: str) -> int:
    return len(server.store.boxes[folder].mails)


# -- the lease -----------------------------------------------------------------------------


def test_a_worker_that_lost_its_folder_stops_there_at_once(account, server) -> None:
    for number in range(BATCH_MAILS + 20):
        server.put("Incoming", letter(number))

    def first_batch_moved(session, tag, args) -> bool:
        clock.then = {clock.looks + 1: take_over}
        return False

    clock = Clock(seconds=60)
    server.answer("UID MOVE", first_batch_moved, times=1)
    outcome = a_pass(account, clock)
    assert (outcome.busy, outcome.trouble) == (True, "")
    assert lies_in(server, "Incoming") == 20
    assert len(server.said("UID MOVE")) == 1
    assert FolderState.objects.get(folder="Incoming").lease_by == OTHERS.name


def test_healing_keeps_the_lease_and_stops_without_it(account, server) -> None:
    a_pass(account)
    for number in range(3):
        server.put("Incoming", letter(number))
    server.answer("UID MOVE", lambda session, tag, args: session.hang_up() or True, times=1)
    with pytest.raises(Exception, match="disconnected"):
        a_pass(account)
    assert Sighting.objects.filter(state=Sighting.MOVING).count() == 3
    server.commands.clear()
    outcome = a_pass(account, Clock(seconds=60, then={2: take_over}))
    assert outcome.busy
    assert server.said("SELECT") + server.said("EXAMINE") == []


def test_a_short_pass_gives_its_folder_back(account, server) -> None:
    server.put("Incoming", letter(1))
    outcome = a_pass(account, Clock())
    assert (outcome.taken, outcome.busy) == (1, False)
    assert FolderState.objects.get(folder="Incoming").lease_by == ""


def test_a_long_pass_keeps_its_folder(account, server) -> None:
    for number in range(BATCH_MAILS + 20):
        server.put("Incoming", letter(number))
    until = []

    def look(session, tag, args) -> bool:
        clock.then = {clock.looks + 1: lambda: until.append(_lease_of(account))}
        return False

    clock = Clock(seconds=60)
    server.answer("UID MOVE", look)
    assert a_pass(account, clock).taken == BATCH_MAILS + 20
    assert until and all(lease > NOW for lease in until)
    assert until[0] < until[-1]


def _lease_of(account: MailAccount):
    state = account.folders.get(folder="Incoming")
    assert state.lease_by == US.name
    return state.lease_until


# -- beside what a person does --------------------------------------------------------------


def test_what_a_person_changes_during_a_pass_is_not_put_back(account, server) -> None:
    server.put("Incoming", letter(1))
    del server.store.boxes["Unresolved"]

    def rest() -> None:
        MailAccount.objects.filter(pk=account.pk).update(active=False, password_sealed="another")

    outcome = a_pass(account, Clock(then={1: rest}))
    assert outcome.trouble == "folder-missing"
    account.refresh_from_db()
    assert (account.active, account.password_sealed) == (False, "another")
    assert account.trouble == "folder-missing"


def test_a_letter_the_server_does_not_give_delays_no_other(account, server) -> None:
    server.put("Incoming", letter(1))
    a_pass(account)
    server.put("Incoming", letter(2))
    server.answer("UID FETCH", rare.for_bodies(rare.refuse("[SERVERBUG] Internal error")))
    filed = Entry.objects.get()
    actions.ignore(filed, by=None, now=NOW, version=filed.version)
    assert a_pass(account, full=False).trouble == "server-error"
    account.refresh_from_db()
    assert account.retry_at is None  # no waiting longer and longer
    assert (lies_in(server, "Resolved"), lies_in(server, "Incoming")) == (1, 1)


# -- a letter that kills its reader --------------------------------------------------------


@pytest.mark.parametrize("attempts", [1, MOST_DEATHS])
def test_what_could_not_be_read_is_not_read_again_once_it_is_filed(
    cast: Cast, account, server, monkeypatch, attempts: int
) -> None:
    def kill(raw: bytes, **how: bool) -> None:
        raise RuntimeError("as a letter may that nobody has thought of")

    monkeypatch.setattr(taking, "read_guarded", kill)
    monkeypatch.setattr(letters, "read_guarded", kill)
    monkeypatch.setattr(fetching, "_sighting", _after(attempts))
    server.put("Incoming", letter(1))
    a_pass(account)
    entry = Entry.objects.get()
    assert letters.letter(entry).problems == ("set-aside",)
    actions.resolve(entry, [cast.hollis], by=cast.alice, now=NOW, version=entry.version)
    assert letters.letter(entry).problems == ("set-aside",)


def _after(attempts: int):
    """As fetching does, for a letter that was tried so often before."""
    real = fetching._sighting

    def sighting(*args) -> Sighting:
        one = real(*args)
        one.attempts = attempts
        return one

    return sighting


# -- this machine's disk ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EACCES, "disk-refuses"),
        (errno.EROFS, "disk-refuses"),
        (errno.ENOSPC, "disk-full"),
    ],
)
def test_a_disk_that_takes_no_letter_is_not_the_mail_servers_fault(
    account, server, monkeypatch, number: int, code: str
) -> None:
    def refuse(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    server.put("Incoming", letter(1))
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        assert sync(account, worker=US, clock=Clock()).trouble == code
    assert state(account).ours
    assert not Sighting.objects.exists()
    assert sync(account, worker=US, clock=Clock()).well
    assert Sighting.objects.get().state == Sighting.DONE


# -- where a mail went -----------------------------------------------------------------------


@pytest.mark.parametrize("message_id", ["plain@post.test", "café@post.test"])
def test_a_search_that_finds_nothing_is_no_proof(account, server, message_id) -> None:
    """Moved to Resolved by another hand, on a server whose search by header is no good."""
    a_pass(account)
    server.put("Incoming", letter(1, message_id))

    def blind(session, tag, args) -> bool:
        if "HEADER" not in str(args):
            return False
        session.send("* SEARCH")
        session.send(f"{tag} OK done")
        return True

    server.answer("UID SEARCH", blind)
    assert a_pass(account).taken == 1
    sighting = Sighting.objects.get()
    there = server.put("Resolved", letter(1, message_id))
    with mailbox_of(account) as mailbox:
        folder = mailbox.open("Resolved")
        workflow: Workflow = account.workflows.get()
        assert find(mailbox, workflow, folder, [sighting]) == {sighting.pk: there}


def test_a_trouble_that_is_noted_does_not_undo_what_a_person_changed_meanwhile(account) -> None:
    MailAccount.objects.update(active=False, user="another")  # since the worker read it
    note_trouble(account, Trouble("mailbox-full", "Resolved"), now=NOW, goes_on=True)
    account.refresh_from_db()
    assert (account.active, account.user, account.trouble) == (False, "another", "mailbox-full")


# -- a line that breaks ------------------------------------------------------------------------


@pytest.mark.parametrize(("letters_a_line", "failures"), [(1, 1), (0, 4)])
def test_a_line_that_breaks_is_left_alone_longer_only_where_nothing_got_done(
    account, server, monkeypatch, letters_a_line: int, failures: int
) -> None:
    monkeypatch.setattr("postroom.intake.rules.BATCH_MAILS", 1)
    for number in range(6):
        server.put("Incoming", letter(number))
    left = letters_a_line

    def break_off(session, tag, args) -> bool:
        nonlocal left
        left -= 1
        return left < 0 and rare.bye_before_fetch(session, tag, args)

    server.answer("UID FETCH", rare.for_bodies(break_off))
    for passes in range(4):
        left = letters_a_line
        assert sync(account, worker=US, clock=Clock()).trouble == "disconnected"
        assert Sighting.objects.count() == letters_a_line * (passes + 1)
    assert MailAccount.objects.get().failures == failures


def test_only_what_a_letter_can_have_done_is_laid_to_it(account, server, monkeypatch) -> None:
    """From its third reading on it dies alone: a worker that is killed meanwhile was killed."""
    server.put("Incoming", letter(1))
    read = taking.read_guarded
    deaths = {"reading": 0}

    class Killed(BaseException):
        """As a signal would: nothing catches it."""

    def die(raw: bytes, **how: bool):
        deaths["reading"] += 1
        raise Killed

    monkeypatch.setattr(taking, "read_guarded", die)
    for _ in range(20):
        with pytest.raises(Killed):
            a_pass(account)
    assert (deaths["reading"], Sighting.objects.get().attempts) == (20, 2)
    monkeypatch.setattr(taking, "read_guarded", read)
    a_pass(account)
    assert Entry.objects.get().reason == "unknown-address"
