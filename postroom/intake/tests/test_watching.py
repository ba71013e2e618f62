"""Standing by: what is heard, and how soon."""

import contextlib
from collections.abc import Iterator

import pytest

from postroom.connections.imap import Mailbox
from postroom.connections.models import MailAccount, Workflow
from postroom.intake import watching
from postroom.intake.models import Sighting
from postroom.intake.polling import interval
from postroom.intake.tests.post import US, account_at, letter, mailbox_of
from postroom.intake.watching import AFTER_NEWS, Watcher
from tests.support import rare_answers as rare
from tests.support.cast import Cast
from tests.support.scripted_imap import ScriptedImap

SECOND = {"folder_in": "Second", "folder_resolved": "Resolved", "folder_unresolved": "Unresolved"}


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    with ScriptedImap(("INBOX", "Incoming", "Second", "Resolved", "Unresolved")) as one:
        yield one


@pytest.fixture
def account(cast: Cast, server: ScriptedImap) -> MailAccount:
    """With a second folder that letters come in by, looked at more often than the first."""
    account = account_at(server, cast.practice)
    Workflow.objects.create(practice=cast.practice, account=account, minutes=2, **SECOND)
    return account


def stand_by(
    account: MailAccount, server: ScriptedImap, monkeypatch: pytest.MonkeyPatch
) -> list[float]:
    """Serve the account without really waiting, three times; the seconds it would have waited.

    During each wait a letter comes to the second folder.
    """
    watcher, waited = Watcher(account.pk, US), []

    def wait(mailbox: Mailbox, seconds: float, wake: object) -> None:
        waited.append(seconds)
        server.put("Second", letter(len(waited)))
        if len(waited) == 3:
            watcher.over.set()

    monkeypatch.setattr(Mailbox, "wait", wait)
    monkeypatch.setattr(watching, "let_go", lambda: None)  # the test's own
    with contextlib.closing(watcher), mailbox_of(account) as mailbox:
        watcher._serve(mailbox, account)
    return waited


def folders_filed_from() -> list[str]:
    return list(Sighting.objects.values_list("workflow__folder_in", flat=True))


def test_the_shortest_interval_of_an_accounts_folders_is_kept(account) -> None:
    assert interval(account) == 120
    account.workflows.filter(folder_in="Second").update(active=False)
    assert interval(account) == 300


def test_news_in_a_second_folder_is_heard_within_theinterval(account, server, monkeypatch) -> None:
    assert stand_by(account, server, monkeypatch) == [120, AFTER_NEWS[0], AFTER_NEWS[0]]
    assert folders_filed_from() == ["Second", "Second"]  # the third came as it stopped


def test_a_first_folder_that_is_missing_keeps_no_news_from_the_second(
    account, server, monkeypatch
) -> None:
    del server.store.boxes["Incoming"]
    assert stand_by(account, server, monkeypatch) == [120, AFTER_NEWS[0], AFTER_NEWS[0]]
    assert folders_filed_from() == ["Second", "Second"]
    account.refresh_from_db()
    assert (account.trouble, account.retry_at) == ("folder-missing", None)


def test_a_letter_that_cannot_be_taken_in_does_not_keep_the_watcher_running(
    account, server, monkeypatch
) -> None:
    account.workflows.filter(folder_in="Second").update(active=False)
    server.put("Incoming", letter(1))
    server.answer("UID FETCH", rare.for_bodies(rare.refuse("[SERVERBUG] Internal error")))
    assert stand_by(account, server, monkeypatch) == [*AFTER_NEWS, 300]
    assert len(server.said("SELECT") + server.said("EXAMINE")) < 40
