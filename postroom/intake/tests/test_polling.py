"""Accounts without a watcher: whose turn it is, and what a look finds."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from postroom.connections.actions import Work
from postroom.connections.models import FolderState, MailAccount, Workflow
from postroom.connections.workflows import change_workflow
from postroom.intake import actions, polling, watching
from postroom.intake.models import Sighting
from postroom.intake.polling import BUSY_SECONDS, Poller, Rota
from postroom.intake.tests.post import OTHERS, US, account_at, letter
from postroom.intake.watching import Watch
from tests.support.cast import Cast
from tests.support.scripted_imap import ScriptedImap

pytestmark = pytest.mark.timeout(60)
LATER = 3600.0  # seconds


@pytest.fixture
def poller(monkeypatch: pytest.MonkeyPatch) -> Poller:
    """Looks in the test's own thread, on its own connection to the database."""
    monkeypatch.setattr(polling, "let_go", lambda: None)
    return Poller(Rota(), US, 1)


# -- the rota --------------------------------------------------------------------------------


def test_accounts_come_in_turn_and_each_at_its_interval() -> None:
    rota = Rota()
    for account in (1, 2, 3):
        rota.add(account)
    assert [rota.take(), rota.take()] == [1, 2]
    rota.put_back(1, LATER)
    rota.put_back(2, 0.05)
    assert [rota.take(), rota.take()] == [3, 2]


def test_a_woken_account_is_next() -> None:
    rota = Rota()
    rota.add(1)
    rota.put_back(rota.take() or 0, LATER)
    rota.wake(1)
    assert rota.take() == 1


def test_an_account_woken_while_it_is_looked_at_comes_again() -> None:
    rota = Rota()
    rota.add(1)
    assert rota.take() == 1
    rota.wake(1)
    rota.put_back(1, LATER)
    assert rota.take() == 1


def test_no_account_is_with_two_at_a_time() -> None:
    rota = Rota()
    rota.add(1)
    assert rota.take() == 1
    rota.add(1)
    assert not rota.drop(1)
    rota.add(2)
    assert rota.take() == 2
    rota.put_back(1, None)
    assert rota.drop(1)


def test_a_closed_rota_sends_everybody_home() -> None:
    rota, seen = Rota(), [0]
    waiting = threading.Thread(target=lambda: seen.append(rota.take() or -1))
    waiting.start()
    rota.close()
    waiting.join(10)
    assert seen == [0, -1]


def test_the_rota_knows_how_long_somebody_has_been_waiting(monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr(polling.time, "monotonic", lambda: now[0])
    rota = Rota()
    assert rota.late() == 0
    rota.add(1)
    now[0] += 7
    rota.add(2)
    assert rota.late() == 7
    rota.take()
    assert rota.late() == 0


def test_slow_servers_are_given_more_pollers_but_not_without_end(monkeypatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(watching, "MOST_POLLERS", watching.POLLERS + 2)
    watch = Watch(US, most=1)
    monkeypatch.setattr(Poller, "start", lambda self: called.append(self.name))
    watch._relieve()
    assert called == []
    monkeypatch.setattr(watch.rota, "late", lambda: watching.LATE_SECONDS + 1)
    for _ in range(5):
        watch._relieve()
    assert called == ["poll-5", "poll-6"]


# -- a look ----------------------------------------------------------------------------------


def test_a_look_files_what_is_there_and_comes_again_at_the_interval(cast, server, poller) -> None:
    account = account_at(server, cast.practice)
    server.put("Incoming", letter(1))
    assert poller._look(account.pk) == 300
    assert Sighting.objects.get().state == Sighting.DONE


def test_an_account_in_trouble_is_left_alone_until_its_time(cast, server, poller) -> None:
    account = account_at(server, cast.practice)
    MailAccount.objects.update(retry_at=timezone.now() + timedelta(seconds=LATER))
    assert LATER - 60 < (poller._look(account.pk) or 0) <= LATER
    assert server.commands == []


def test_a_busy_folder_is_tried_again_soon(cast, server, poller) -> None:
    account = account_at(server, cast.practice)
    until = timezone.now() + timedelta(seconds=LATER)
    FolderState.objects.create(
        **{"practice": cast.practice, "account": account, "folder": "Incoming"},
        **{"lease_by": OTHERS.name, "lease_until": until},
    )
    assert poller._look(account.pk) == BUSY_SECONDS


def test_what_was_looked_at_just_now_is_not_listed_from_the_start_again(
    cast, server, poller
) -> None:
    account = account_at(server, cast.practice)
    server.put("Incoming", letter(1))
    poller._look(account.pk)
    server.commands.clear()
    server.put("Incoming", letter(2))
    poller._look(account.pk)
    assert not server.said("UID SEARCH UID 1:*")
    assert Sighting.objects.count() == 2
    MailAccount.objects.update(checked_at=timezone.now() - timedelta(hours=3))
    poller._look(account.pk)
    assert server.said("UID SEARCH UID 1:*")


def test_a_workflow_that_begins_earlier_is_read_from_the_start_by_a_poller_too(
    cast, server, poller
) -> None:
    account = account_at(server, cast.practice)
    flow, now = account.workflows.get(), timezone.now()
    Workflow.objects.update(begins_at=now)
    server.put("Incoming", letter(1), date=now - timedelta(days=9))
    server.put("Incoming", letter(2), date=now + timedelta(days=1))
    poller._look(account.pk)
    assert Sighting.objects.count() == 1
    flow.refresh_from_db()
    change_workflow(flow, Work.filing("Incoming", "Resolved", "Unresolved"), by=None, now=now)
    poller._look(account.pk)
    assert Sighting.objects.count() == 2


def test_a_resting_account_leaves_the_rota(cast, server, poller) -> None:
    account = account_at(server, cast.practice)
    MailAccount.objects.update(active=False)
    assert poller._look(account.pk) is None


def test_a_fault_of_ours_is_shown_and_tried_again(cast, server, poller, monkeypatch) -> None:
    def fault(*args, **kwargs) -> None:
        raise ZeroDivisionError

    account = account_at(server, cast.practice)
    monkeypatch.setattr(actions, "make_pass", fault)
    assert 0 < (poller._look(account.pk) or 0) <= 60
    account.refresh_from_db()
    assert (account.trouble, account.trouble_detail) == ("server-error", "ZeroDivisionError")


# -- who is watched --------------------------------------------------------------------------


class Standing(threading.Thread):
    """A watcher that only stands there."""

    def __init__(self, account: int, worker: object) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()

    def run(self) -> None:
        self.over.wait(60)

    def end(self) -> None:
        self.over.set()
        self.join(10)


def test_accounts_beyond_the_cap_are_polled_until_there_is_room(
    cast: Cast, server: ScriptedImap, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (
        account_at(server, cast.practice, name=name).pk for name in ("First", "Second", "Third")
    )
    monkeypatch.setattr(watching, "Watcher", Standing)
    watch = Watch(US, most=1)
    watch._take_up()
    assert list(watch.watchers) == [first]
    assert watch.rota.take() == second

    watch.watchers[first].end()  # type: ignore[attr-defined]
    MailAccount.objects.filter(pk=first).update(active=False)
    watch._take_up()  # the second is just being looked at
    assert list(watch.watchers) == [third]
    watch.watchers[third].end()  # type: ignore[attr-defined]
    watch.rota.put_back(second, LATER)
    watch._take_up()
    assert list(watch.watchers) == [second]
    assert watch.rota.take() == third
    watch.watchers[second].end()  # type: ignore[attr-defined]
