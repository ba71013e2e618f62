"""Mailboxes that are signed in: opened, left, and cut off where they hang."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from weakref import WeakSet

from postroom.connections.imap import Mailbox
from postroom.connections.reaching import Passed, Settings, connect, leave
from postroom.connections.trouble import LIBRARY_ERRORS, TIMEOUT, Trouble, from_library

LONGEST = 3600  # seconds for one operation, however slowly its answer drips (PE-12)
_signed_in: WeakSet[Mailbox] = WeakSet()


@contextmanager
def open_mailbox(settings: Settings, passed: Passed = lambda step: None) -> Iterator[Mailbox]:
    """A signed-in mailbox. Every error inside comes out as Trouble; `passed` is told of each
    step on the way in."""
    mailbox = None
    try:
        client = connect(settings, passed)
        mailbox = Mailbox(client)
        _signed_in.add(mailbox)
        try:
            yield mailbox
        except BaseException:
            with suppress(OSError):
                client.shutdown()  # in the middle of something a LOGOUT might not be answered
            raise
        leave(client)
    except (*LIBRARY_ERRORS, Trouble) as error:
        if mailbox and mailbox.was_cut:
            raise Trouble(TIMEOUT, "cut off by the watchdog") from error
        if isinstance(error, Trouble):
            raise
        raise from_library(error) from error
    finally:
        if mailbox:
            _signed_in.discard(mailbox)


def cut_hanging(longest: float = LONGEST) -> int:
    """End the connections that have been at one operation for longer than so many seconds; how
    many. For the clock: the timeout of a socket begins anew with every byte that drips in."""
    hanging = [mailbox for mailbox in list(_signed_in) if mailbox.busy_for() > longest]
    for mailbox in hanging:
        mailbox.cut()
    return len(hanging)
