"""One pass over an account: heal, look, file, move, and say how it went."""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, transaction

from postroom.connections.actions import settings_of
from postroom.connections.imap import Mailbox
from postroom.connections.mailboxes import open_mailbox
from postroom.connections.models import FolderState, MailAccount, Workflow
from postroom.connections.reaching import Settings
from postroom.connections.rules import back_off
from postroom.connections.trouble import KEY_MISSING, SERVER_ERROR, Trouble
from postroom.intake import booking, fetching, moving
from postroom.intake.models import Sighting
from postroom.kit.crash import crash_point
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.kit.processes import Worker
from postroom.practice import events

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
T = TypeVar("T")
LEASE_SECONDS = 120
RENEW_EVERY = timedelta(seconds=LEASE_SECONDS / 4)
SWEEP_EVERY = timedelta(days=1)
_TROUBLE = ["trouble", "trouble_detail", "trouble_since", "failures", "retry_at"]


class LeaseLost(Exception):
    """Another worker has taken the folder meanwhile: it is that one's now."""


@dataclass
class Outcome:
    """How a pass ended. `busy`: another worker was at it. `trouble`: a code, or ""."""

    account: str
    taken: int = 0
    busy: bool = False
    trouble: str = ""
    detail: str = ""

    @property
    def well(self) -> bool:
        return not self.trouble and not self.busy


def sync(account: MailAccount, *, worker: Worker, clock: Clock, full: bool = True) -> Outcome:
    """Connect, make one pass, leave; `full` as for make_pass. Never raises for what a server
    does."""
    outcome = Outcome(account.name)
    try:
        with open_mailbox(open_settings(account)) as mailbox:
            make_pass(mailbox, account, outcome, worker=worker, clock=clock, full=full)
    except Trouble as trouble:
        note_trouble(account, trouble, now=clock())
        outcome.trouble, outcome.detail = trouble.code, trouble.detail
    except Exception as error:  # a fault of ours at one account must not keep the others waiting
        log.exception("account %s", account.pk)
        outcome.trouble, outcome.detail = SERVER_ERROR, type(error).__name__
        with contextlib.suppress(DatabaseError):  # which may be the fault itself
            fault = Trouble(outcome.trouble, outcome.detail)
            note_trouble(account, fault, now=clock())
    return outcome


def make_pass(
    mailbox: Mailbox,
    account: MailAccount,
    outcome: Outcome,
    *,
    worker: Worker,
    clock: Clock,
    full: bool,
) -> None:
    """One pass over every workflow of an account, on an open connection.

    `full`: after a connect, when the whole folder is compared with the ledger.
    """
    trouble: Trouble | None = None
    mailbox.look_again()
    for workflow in account.workflows.filter(active=True).select_related("account"):
        state = moving.folder_state(workflow, workflow.folder_in)
        if not FolderState.objects.take(state.pk, worker, clock(), LEASE_SECONDS):
            outcome.busy = True
            continue
        try:
            keep = _keeper(state.pk, worker, clock)
            got_on = partial(note_progress, account)
            outcome.taken += _work_through(mailbox, workflow, keep, got_on, clock=clock, full=full)
        except LeaseLost:
            log.warning("account %s: %s is another worker's now", account.pk, state.folder)
            outcome.busy = True
        except Trouble as met:
            if not met.of_one_folder:
                raise
            trouble = met  # one folder's trouble is not the other's
        finally:
            FolderState.objects.give_back(state.pk, worker)
    if outcome.taken:
        account.taken_at = clock()
        MailAccount.objects.filter(pk=account.pk).update(taken_at=account.taken_at)
    trouble = trouble or _refusal(account)
    if trouble:  # said, but no reason to leave: what can be filed is filed at once
        outcome.trouble, outcome.detail = trouble.code, trouble.detail
        note_trouble(account, trouble, now=clock(), goes_on=True)
    elif not outcome.busy:
        note_well(account, now=clock())


def open_settings(account: MailAccount) -> Settings:
    """How to reach an account. Raises Trouble where its password cannot be opened."""
    try:
        return settings_of(account)
    except (KeyMissing, Tampered) as error:
        raise Trouble(KEY_MISSING, str(error), final=True) from error


@transaction.atomic
def note_trouble(
    account: MailAccount, trouble: Trouble, *, now: datetime, goes_on: bool = False
) -> None:
    """Write down that an account is in trouble, since when, and when it is tried again.

    `goes_on`: the connection stands, and only some folder is in the way.
    """
    since = account.trouble_since if account.trouble else now
    if goes_on:
        same = (account.trouble, account.trouble_detail) == (trouble.code, trouble.detail)
        account.trouble, account.trouble_detail = trouble.code, trouble.detail
        account.trouble_since, account.failures = since, 0
        account.retry_at, account.checked_at = None, now
        # Never the whole row: a person may have rested it, or changed it, since the pass began.
        account.save(update_fields=[*_TROUBLE, "checked_at"])
        if not same:
            events.tell(account.practice_id, events.ACCOUNT, [account.pk], now=now)
        return
    wait = back_off(account.failures, settings.RETRY_SECONDS, final=trouble.final)
    account.trouble, account.trouble_detail = trouble.code, trouble.detail
    account.trouble_since, account.failures = since, account.failures + 1
    account.retry_at = now + wait
    account.save(update_fields=_TROUBLE)
    events.tell(account.practice_id, events.ACCOUNT, [account.pk], now=now)


def note_progress(account: MailAccount) -> None:
    """Write down that something got done, whatever comes next: a line that breaks again and again
    amid a large backlog must not be left alone for longer each time."""
    if account.failures:
        account.failures = 0
        MailAccount.objects.filter(pk=account.pk).update(failures=0)


@transaction.atomic
def note_well(account: MailAccount, *, now: datetime) -> None:
    """Write down a complete pass; where there was trouble, that it is over."""
    recovered = bool(account.trouble)
    account.trouble = account.trouble_detail = ""
    account.trouble_since = account.retry_at = None
    account.failures, account.checked_at = 0, now
    account.save(update_fields=[*_TROUBLE, "checked_at"])
    if recovered:
        events.tell(account.practice_id, events.ACCOUNT, [account.pk], now=now)


def note_standing(account: MailAccount, stands_by: bool) -> None:
    """Write down whether the server tells of new mail by itself, or is asked at an interval."""
    if account.stands_by != stands_by:
        account.stands_by = stands_by
        MailAccount.objects.filter(pk=account.pk).update(stands_by=stands_by)


def open_questions(account: MailAccount) -> int:
    """How many mails of an account are on their way, as far as our own rows know."""
    on_the_way = Sighting.objects.unfinished().filter(account=account).count()
    strayed = sum(
        1
        for workflow in account.workflows.filter(active=True)
        for _ in moving.misplaced(workflow, all_of_it=True)
    )
    return max(on_the_way, strayed)


def unseen(account: MailAccount) -> int:
    """How many letters wait in the account's folders on the server. Raises Trouble."""
    waiting = 0
    with open_mailbox(open_settings(account)) as mailbox:
        for workflow in account.workflows.filter(active=True):
            waiting += fetching.waiting(mailbox, workflow)
    return waiting


def _keeper(state: int, worker: Worker, clock: Clock) -> Callable[[], None]:
    """To be called at every step: renews the lease in good time. Raises LeaseLost.

    By the clock that the other workers go by: a machine that slept has lost its lease as well.
    """
    renewed = clock()

    def keep() -> None:
        nonlocal renewed
        now = clock()
        if abs(now - renewed) < RENEW_EVERY:
            return
        if not FolderState.objects.take(state, worker, now, LEASE_SECONDS):
            raise LeaseLost
        renewed = now

    return keep


def _work_through(
    mailbox: Mailbox,
    workflow: Workflow,
    keep: Callable[[], None],
    got_on: Callable[[], None],
    *,
    clock: Clock,
    full: bool,
) -> int:
    state = moving.folder_state(workflow, workflow.folder_in)

    def move_on() -> None:
        got_on()
        keep()
        moving.move_wanted(mailbox, workflow, now=clock(), keep=keep, only_new=True)

    met: list[Trouble] = []

    def attempt(step: Callable[[], T]) -> T | None:
        """What one folder has against one step does not keep the next ones from being done."""
        keep()
        try:
            return step()
        except Trouble as trouble:
            if not trouble.of_one_folder:
                raise
            met.append(trouble)
            return None

    fetching.resume(workflow, now=clock(), keep=keep)
    if attempt(lambda: moving.heal(mailbox, workflow, keep=keep)):
        got_on()
    crash_point("after-heal")
    whole = _is_to_be_swept(workflow, clock())
    attempt(lambda: _sweep(mailbox, workflow, clock=clock, move_on=move_on))
    taken = attempt(
        lambda: fetching.file_new(
            mailbox, workflow, state, all_of_it=full, clock=clock, after_batch=move_on
        )
    )
    attempt(lambda: moving.move_wanted(mailbox, workflow, now=clock(), keep=keep, all_of_it=whole))
    if moving.on_the_way(workflow).exists():  # found again at another place: from there, now
        attempt(lambda: moving.move_wanted(mailbox, workflow, now=clock(), keep=keep))
    news = bool(taken)
    attempt(lambda: booking.count(mailbox, workflow, now=clock(), full=full, news=news))
    if met:
        raise met[0]
    return taken or 0


def _sweep(
    mailbox: Mailbox, workflow: Workflow, *, clock: Clock, move_on: Callable[[], None]
) -> None:
    """Once a day, look into the other folders for mail the register does not know.

    It heals a backup older than the mailbox, which nothing else does. What lay there before
    Postroom came, or before the server renumbered the folder, is left alone.
    """
    now = clock()
    if not _is_to_be_swept(workflow, now):
        return
    for name in _other_folders(workflow):
        state = moving.folder_state(workflow, name)
        folder = moving.open_or_none(mailbox, name)
        if folder is None:
            continue  # said when a letter is to be moved there
        if state.uidvalidity != folder.uidvalidity:
            fetching.baseline(state, folder)
        else:
            fetching.file_new(
                mailbox, workflow, state, all_of_it=False, clock=clock, after_batch=move_on
            )
    workflow.swept_at = now
    workflow.save(update_fields=["swept_at"])


def _is_to_be_swept(workflow: Workflow, now: datetime) -> bool:
    return workflow.swept_at is None or now - workflow.swept_at >= SWEEP_EVERY


def _other_folders(workflow: Workflow) -> tuple[str, ...]:
    """Where this workflow's mail is moved to."""
    if workflow.kind == Workflow.FILING:
        return workflow.folder_resolved, workflow.folder_unresolved
    return (workflow.folder_resolved,) if workflow.after_close == Workflow.TO_RESOLVED else ()


def _refusal(account: MailAccount) -> Trouble | None:
    """The reason a folder gave for taking nothing in, if one still stands."""
    state = FolderState.objects.filter(account=account).exclude(refusal="").first()
    return Trouble(state.refusal, state.folder) if state else None
