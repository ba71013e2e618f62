"""An account at the scripted IMAP server, for passes made in the test's own process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.conf import settings

from postroom.connections.actions import settings_of
from postroom.connections.imap import Mailbox
from postroom.connections.mailboxes import open_mailbox
from postroom.connections.models import MailAccount, Workflow
from postroom.intake.actions import Outcome, make_pass
from postroom.kit.processes import Worker
from postroom.practice.models import Practice
from tests.support.scripted_imap import ScriptedImap

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
US, OTHERS = Worker("here:1:1"), Worker("elsewhere:2:2")


class Clock:
    """So many seconds later at each look; `then` is done at the look of this number."""

    def __init__(self, seconds: float = 0.001, then: dict[int, Callable] | None = None) -> None:
        self.now, self.step, self.looks = NOW, timedelta(seconds=seconds), 0
        self.then = then or {}

    def __call__(self) -> datetime:
        self.now += self.step
        self.looks += 1
        self.then.get(self.looks, lambda: None)()
        return self.now


def account_at(server: ScriptedImap, practice: Practice, *, name: str = "Desk") -> MailAccount:
    """A saved account whose mailbox is the scripted server's."""
    account = MailAccount.objects.create(
        **{"practice": practice, "name": name, "host": server.host, "port": server.port},
        **{"security": "none", "user": name.lower(), "installed": True},
    )
    account.password_sealed = settings.KEYRING.seal(server.password, account.password_place)
    account.save()
    Workflow.objects.create(practice=practice, account=account)
    return account


@contextmanager
def mailbox_of(account: MailAccount) -> Iterator[Mailbox]:
    with open_mailbox(settings_of(account)) as mailbox:
        yield mailbox


def a_pass(account: MailAccount, clock: Clock | None = None, *, full: bool = True) -> Outcome:
    """One pass by us. Raises what it raises."""
    outcome = Outcome(account.name)
    with mailbox_of(account) as mailbox:
        make_pass(mailbox, account, outcome, worker=US, clock=clock or Clock(), full=full)
    return outcome


def letter(number: int, message_id: str = "") -> bytes:
    """A letter of nobody we know, unlike every other."""
    name = message_id or f"n{number}@post.test"
    return (
        f"From: someone{number}@else.test\r\nSubject: {number}\r\nMessage-ID: <{name}>\r\n"
        f"\r\nLetter {number}.\r\n"
    ).encode()
