"""The copy in the Sent folder, a step of its own; and a look there for what is in doubt.

Looked for by its Message-ID before it is put there: after a crash, or where the provider files
by itself, it lies there once. One thread for all accounts of a worker; sending never waits.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import close_old_connections, connections, transaction
from django.db.models import Q

from postroom.connections.actions import settings_of
from postroom.connections.imap import Mailbox
from postroom.connections.mailboxes import open_mailbox
from postroom.connections.models import MailAccount, SmtpAccount
from postroom.connections.rules import back_off
from postroom.connections.trouble import FOLDER_MISSING, Trouble
from postroom.kit.crash import crash_point
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.kit.processes import Worker
from postroom.outbox import rules
from postroom.outbox.models import Message
from postroom.outbox.recording import settle
from postroom.practice import events
from postroom.register.models import Spelt

log = logging.getLogger(__name__)
AT_ONCE = 50  # copies for one connection
LEASE = timedelta(minutes=5)
GIVE_UP = 40  # tries: two days
LOOK_FOR = timedelta(days=3)  # an uncertain message is looked for in Sent so long
REST = 2.0  # seconds


class Copier(threading.Thread):
    def __init__(self, worker: Worker, clock: Callable[[], datetime]) -> None:
        super().__init__(name="sent-copies", daemon=True)
        self.worker, self.clock = worker, clock
        self.over = threading.Event()
        self.woken = threading.Event()

    def stop(self) -> None:
        self.over.set()
        self.woken.set()

    def run(self) -> None:
        try:
            while not self.over.is_set():
                close_old_connections()
                try:
                    done = make_copies(self.worker, self.clock) + look_for_doubtful(self.clock)
                except Exception:
                    log.exception("copies to Sent")
                    connections.close_all()
                    done = 0
                if not done:
                    self.woken.wait(REST)
                    self.woken.clear()
        finally:
            connections.close_all()


def make_copies(worker: Worker, clock: Callable[[], datetime]) -> int:
    """Put what was sent in the Sent folders; how many copies were settled."""
    done = 0
    for account, messages in _by_account(_claim(worker, clock())):
        try:
            with open_mailbox(_reach(account)) as mailbox:
                folder = _folder(mailbox, account)
                for message in messages:
                    _copy(mailbox, folder, message)
                    done += _written(message, worker, clock())
        except Trouble as trouble:
            log.info("the Sent folder of account %s: %s", account.pk, trouble)
        finally:
            _put_off([m for m in messages if m.sent_copy == Message.COPY_DUE], worker, clock())
    return done


def look_for_doubtful(clock: Callable[[], datetime]) -> int:
    """Look in Sent for messages in doubt: lying there, they have gone. How many were found."""
    now = clock()
    rows = Message.objects.filter(
        state=Spelt(Message.UNCERTAIN), copy_at__lte=now, account__mail_account__active=True
    ).exclude(reason=rules.REPLACED)
    due = list(rows.select_related("account__mail_account", "account")[:AT_ONCE])
    found = 0
    for account, messages in _by_account(due):
        try:
            with open_mailbox(_reach(account)) as mailbox:
                mailbox.open(_folder(mailbox, account))
                there = [one for one in messages if mailbox.with_message_id(one.message_id)]
        except Trouble as trouble:
            log.info("the Sent folder of account %s: %s", account.pk, trouble)
            there = []
        for message in messages:
            found += _close(message, message in there, clock())
    return found


def _claim(worker: Worker, now: datetime) -> list[Message]:
    due = Message.objects.filter(sent_copy=Spelt(Message.COPY_DUE), state=Message.SENT)
    holders = set(due.exclude(worker="").values_list("worker", flat=True).distinct())
    dead = [name for name in holders if worker.knows_dead(name)]
    free = Q(worker="") | Q(worker__in=dead) | Q(lease__lt=now)
    ready = Q(copy_at__lte=now) | Q(worker__in=dead)
    ids = list(due.filter(free, ready).order_by("copy_at").values_list("pk", flat=True)[:AT_ONCE])
    if not ids:
        return []
    Message.objects.filter(free, pk__in=ids, sent_copy=Message.COPY_DUE).update(
        worker=worker.name, lease=now + LEASE
    )
    ours = Message.objects.filter(pk__in=ids, sent_copy=Message.COPY_DUE, worker=worker.name)
    return list(ours.select_related("account__mail_account", "account"))


def _by_account(messages: Iterable[Message]) -> list[tuple[SmtpAccount, list[Message]]]:
    ordered = sorted(messages, key=lambda message: (message.account_id or 0, message.pk))
    groups = groupby(ordered, key=lambda message: message.account)
    return [(account, list(group)) for account, group in groups if account]


def _reach(account: SmtpAccount):  # type: ignore[no-untyped-def]
    mailbox: MailAccount | None = account.mail_account
    if mailbox is None:
        raise Trouble(FOLDER_MISSING, account.sent_folder or "Sent")
    try:
        return settings_of(mailbox)
    except (KeyMissing, Tampered) as error:
        raise Trouble("key-missing", str(error), final=True) from error


def _folder(mailbox: Mailbox, account: SmtpAccount) -> str:
    folder = account.sent_folder or mailbox.sent_folder()
    if not folder:
        folder = "Sent"
        mailbox.create(folder)
    return folder


def _copy(mailbox: Mailbox, folder: str, message: Message) -> None:
    """Into the folder, unless it lies there. Raises Trouble."""
    mailbox.look_again()  # what was put there since it was opened
    mailbox.open(folder)
    if not mailbox.with_message_id(message.message_id):
        crash_point("before-append")
        mailbox.append(folder, message.read(), message.sent_at or message.due)
        crash_point("after-append")


def _written(message: Message, worker: Worker, now: datetime) -> int:
    message.sent_copy = Message.COPIED
    rows = Message.objects.filter(pk=message.pk, worker=worker.name)
    with transaction.atomic():
        events.tell(message.practice_id, events.MESSAGE, [message.pk], now=now)
        return rows.update(sent_copy=Message.COPIED, worker="", lease=None, copy_at=None)


def _put_off(messages: Iterable[Message], worker: Worker, now: datetime) -> None:
    for message in messages:
        wait = back_off(message.copy_tries, settings.RETRY_SECONDS)
        over = message.copy_tries + 1 >= GIVE_UP
        Message.objects.filter(pk=message.pk, worker=worker.name).update(
            sent_copy=Message.NOT_COPIED if over else Message.COPY_DUE,
            copy_tries=message.copy_tries + 1,
            copy_at=now + wait,
            worker="",
            lease=None,
        )


@transaction.atomic
def _close(message: Message, there: bool, now: datetime) -> int:
    rows = Message.objects.select_for_update().filter(pk=message.pk, state=Message.UNCERTAIN)
    one = rows.first()
    if one is None:
        return 0
    if there:
        settle([one], Message.SENT, rules.BY_SENT_FOLDER, now=now)
        return 1
    looked = one.copy_tries + 1
    late = one.settled_at and now - one.settled_at > LOOK_FOR
    again = None if late else now + back_off(looked, settings.RETRY_SECONDS)
    rows.update(copy_tries=looked, copy_at=again)
    return 0
