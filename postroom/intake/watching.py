"""Standing by: one thread an account, on IDLE with polling beneath. What is beyond the cap of
such threads is polled.

The threads hold the connections; a single listener reads the events that other processes wrote
and wakes the one concerned. A slow or broken account delays no other.
"""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import close_old_connections, connections

from postroom.connections.imap import Folder, Mailbox
from postroom.connections.mailboxes import open_mailbox
from postroom.connections.models import MailAccount, Workflow
from postroom.connections.trouble import SERVER_ERROR, Trouble
from postroom.intake import fetching
from postroom.intake.actions import Outcome, make_pass, note_standing, note_trouble, open_settings
from postroom.intake.polling import (
    BUSY_SECONDS,
    Poller,
    Rota,
    interval,
    let_go,
    seconds_until,
    utc_now,
)
from postroom.kit.processes import Worker
from postroom.practice import events
from postroom.practice.models import Event
from postroom.register.models import Entry

log = logging.getLogger(__name__)
LISTEN_SECONDS = 0.25  # how soon an act on a page is followed on the server
FIND_SECONDS = 5.0  # how soon an account added elsewhere is taken up without an event
LOOK_BACK = 200  # events
# A letter that comes in the moment we move others is not always announced: seen with Dovecot's
# Maildir, once in 20 to 60, and found 72 s later. After news, look twice more without being told.
AFTER_NEWS = (0.5, 2.0)  # seconds, one after the other
POLLERS = 4  # threads for the accounts that have no watcher
MOST_POLLERS = 40  # of them, when servers that answer slowly keep the others busy
LATE_SECONDS = 5.0  # an account waits so long for a free one before another is called


class Watcher(threading.Thread):
    """Keeps one account up to date until told to stop."""

    def __init__(self, account: int, worker: Worker) -> None:
        super().__init__(name=f"watch-{account}", daemon=True)
        self.account_id, self.worker = account, worker
        self.over = threading.Event()
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)

    def wake(self) -> None:
        """Look now. Harmless when it is looking already."""
        # It has been woken many times over, or has ended.
        with contextlib.suppress(OSError):
            self._mouth.send(b"!")

    def stop(self) -> None:
        self.over.set()
        self.wake()

    def run(self) -> None:
        try:
            while not self.over.is_set():
                account = MailAccount.objects.working().filter(pk=self.account_id).first()
                if account is None:
                    return
                self._rest(self._stay(account))
        except Exception:
            log.exception("watching account %s ended", self.account_id)
        finally:
            self.close()
            let_go()

    def close(self) -> None:
        self._ear.close()
        self._mouth.close()

    def _stay(self, account: MailAccount) -> float:
        """Be connected for as long as it goes well; then how many seconds to rest."""
        wait = seconds_until(account.retry_at)
        if wait > 0:
            return wait
        try:
            reach = open_settings(account)
            let_go()
            with open_mailbox(reach) as mailbox:
                self._serve(mailbox, account)
            return 0.0
        except Trouble as trouble:
            note_trouble(account, trouble, now=utc_now())
        except Exception as error:  # a fault of ours must not end the account's post for good
            log.exception("account %s", account.pk)
            note_trouble(account, Trouble(SERVER_ERROR, type(error).__name__), now=utc_now())
        return max(seconds_until(account.retry_at), 0.05)

    def _serve(self, mailbox: Mailbox, account: MailAccount) -> None:
        note_standing(account, mailbox.can_idle)
        full, before, asked = True, _shape(account), 0
        soon: list[float] = []
        while not self.over.is_set():
            outcome = Outcome(account.name)
            make_pass(mailbox, account, outcome, worker=self.worker, clock=utc_now, full=full)
            full = False
            # What came while we worked was announced to other commands, and IDLE will not say
            # it again: look once more before waiting.
            # Once for each: what this pass could not take in must not keep us running.
            news, before_that = _news(mailbox, account), asked
            asked = news
            if outcome.taken or (news and news != before_that):
                soon = list(AFTER_NEWS)
                continue
            let_go()
            patience = BUSY_SECONDS if outcome.busy else interval(account)
            mailbox.wait(min(patience, soon.pop(0)) if soon else patience, self._ear)
            self._drain()
            if not self._still_wanted(account, before):
                return

    def _still_wanted(self, account: MailAccount, before: tuple[object, ...]) -> bool:
        """False when the account was changed or rested: connect anew, or not at all."""
        account.refresh_from_db()
        return account.active and before == _shape(account)

    def _rest(self, seconds: float) -> None:
        let_go()
        if seconds > 0:
            self._ear.setblocking(True)
            self._ear.settimeout(seconds)
            with contextlib.suppress(TimeoutError):
                self._ear.recv(4096)
            self._ear.setblocking(False)

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._ear.recv(4096):
                pass


class Watch:
    """All watchers and pollers of one worker, and the listener that wakes them.

    `most`: so many watchers, each with a connection and a thread of its own.
    """

    def __init__(
        self, worker: Worker, clock: Callable[[], datetime] = utc_now, most: int | None = None
    ) -> None:
        self.worker, self.clock = worker, clock
        self.most = settings.WATCHERS if most is None else most
        self.watchers: dict[int, Watcher] = {}
        self.rota = Rota()
        self.pollers = [Poller(self.rota, worker, number) for number in range(1, POLLERS + 1)]
        self.over = threading.Event()
        self._heard: dict[int, None] = {}
        self.listener = threading.Thread(target=self._listen, name="listen", daemon=True)

    def start(self) -> None:
        for poller in self.pollers:
            poller.start()
        self.listener.start()

    def stop(self, seconds: float) -> None:
        """Let each finish the step it is in, all within so many seconds; what is cut off is
        healed at the next start."""
        deadline = time.monotonic() + seconds
        self.over.set()
        self.listener.join(seconds)
        self.rota.close()
        for watcher in self.watchers.values():
            watcher.stop()
        for thread in (*self.watchers.values(), *self.pollers):
            thread.join(max(deadline - time.monotonic(), 0.1))

    def _listen(self) -> None:
        try:
            heard: int | None = None
            looked = 0.0
            while not self.over.is_set():
                try:
                    if heard is None:
                        heard = Event.objects.latest_id()
                    if looked <= 0:
                        self._take_up()
                        looked = FIND_SECONDS
                    heard = self._hear(heard)
                    self._relieve()
                except Exception:
                    log.exception("listening")  # the database may be away for a moment
                    connections.close_all()
                close_old_connections()
                self.over.wait(LISTEN_SECONDS)
                looked -= LISTEN_SECONDS
        finally:
            connections.close_all()

    def _take_up(self) -> None:
        """A watcher for each working account, the oldest first, as far as they go round; the
        others are polled until there is room."""
        self.watchers = {pk: one for pk, one in self.watchers.items() if one.is_alive()}
        for account in MailAccount.objects.working().order_by("pk").values_list("pk", flat=True):
            if account in self.watchers:
                continue
            # Never both: the lease of a folder does not part two threads of one worker.
            if len(self.watchers) < self.most and self.rota.drop(account):
                self.watchers[account] = Watcher(account, self.worker)
                self.watchers[account].start()
            else:
                self.rota.add(account)

    def _relieve(self) -> None:
        """One more poller where all of them are with slow servers and an account waits."""
        if self.rota.late() > LATE_SECONDS and len(self.pollers) < MOST_POLLERS:
            self.pollers.append(Poller(self.rota, self.worker, len(self.pollers) + 1))
            self.pollers[-1].start()

    def _hear(self, after: int) -> int:
        """Wake whom the events since `after` concern; the last event heard."""
        kinds = (events.ACCOUNT, events.CHECK, events.ENTRY_FILING)
        # Two commits may show up in another order than their numbers: look back a little.
        rows = Event.objects.filter(pk__gt=after - LOOK_BACK).order_by("pk")[: LOOK_BACK + 1000]
        news = [event for event in rows if event.pk not in self._heard]
        self._heard = dict.fromkeys(event.pk for event in rows)
        concerned = {e.object_id for e in news if e.kind in (events.ACCOUNT, events.CHECK)}
        entries = [e.object_id for e in news if e.kind == events.ENTRY_FILING]
        if entries:
            concerned |= set(
                Entry.objects.filter(pk__in=entries).values_list("account_id", flat=True)
            )
        if any(e.kind in kinds for e in news):
            self._take_up()
        for account in concerned:
            if account in self.watchers:
                self.watchers[account].wake()
            else:
                self.rota.wake(account)
        return max([after, *self._heard])


def _news(mailbox: Mailbox, account: MailAccount) -> int:
    """Open the folder that is watched; the newest UID there that no pass has seen, or 0.

    IDLE speaks of one folder only: the inbox, else the first that can be opened. The others are
    looked at when the interval is over. Raises Trouble when none can be opened.
    """
    flows = list(account.workflows.filter(active=True))
    # Mail arrives in the inbox; into the other folders it is put, which may wait a little.
    flows.sort(key=lambda flow: flow.kind != Workflow.INBOX)
    if not flows:
        mailbox.open("INBOX")
        return 0
    workflow, folder = _first_open(mailbox, flows)
    state = account.folders.filter(folder=folder.name, uidvalidity=folder.uidvalidity).first()
    return max(fetching.there(mailbox, workflow, state.next_uid), default=0) if state else 0


def _first_open(mailbox: Mailbox, flows: Sequence[Workflow]) -> tuple[Workflow, Folder]:
    for workflow in flows[:-1]:
        try:
            return workflow, mailbox.open(workflow.folder_in)
        except Trouble as trouble:  # said by the pass; the other folders are watched all the same
            if not trouble.of_one_folder:
                raise
    return flows[-1], mailbox.open(flows[-1].folder_in)


def _shape(account: MailAccount) -> tuple[object, ...]:
    """All that decides how the account is reached and what is looked at there from the start."""
    flows = account.workflows.filter(active=True)
    return (
        *(account.host, account.port, account.user, account.password_sealed, account.proof),
        *flows.values_list("pk", "kind", "folder_in", "begins_at"),
    )
