"""An operation that never ends is cut off, so that the account is tried again (PE-12)."""

import threading

import pytest

from postroom.connections.mailboxes import cut_hanging
from postroom.connections.trouble import TIMEOUT, Trouble
from postroom.intake.tests.post import account_at, mailbox_of
from tests.support.cast import Cast

pytestmark = pytest.mark.timeout(60)


def test_an_operation_that_hangs_is_cut_off_as_a_timeout(cast: Cast, server) -> None:
    account = account_at(server, cast.practice)
    asked, over = threading.Event(), threading.Event()

    def never(session, tag, args) -> bool:
        asked.set()
        return over.wait(30)

    def watch() -> None:
        asked.wait(30)
        while not cut.append(cut_hanging(0.0)) and not cut[-1]:
            pass

    server.answer("UID SEARCH", never, times=1)
    cut: list[int] = []
    watchdog = threading.Thread(target=watch)
    watchdog.start()
    with pytest.raises(Trouble) as met, mailbox_of(account) as mailbox:
        mailbox.open("Incoming")
        mailbox.uids()
    over.set()
    watchdog.join()
    assert (met.value.code, sum(cut)) == (TIMEOUT, 1)


def test_what_goes_on_or_waits_is_left_alone(cast: Cast, server) -> None:
    account = account_at(server, cast.practice)
    with mailbox_of(account) as mailbox:
        mailbox.open("Incoming")
        assert cut_hanging(0.0) == 0  # it is at no operation
        mailbox.began = 0.0  # of the monotonic clock: long ago
        assert mailbox.busy_for() > 0
        mailbox.began = None
        assert mailbox.uids() == []
