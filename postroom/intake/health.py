"""How everything stands that could stop or delay the post: read from the rows, nothing asked of
any server.

Each condition is a code of health_words.py with what its words speak of. There is no other state
an account, a folder, a letter, a drop folder, a feed or long work could silently be in:
tests/test_no_silent_state.py goes through them all.
"""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min

from postroom.connections.models import FolderState, MailAccount, Workflow
from postroom.connections.rules import LONGEST_WAIT
from postroom.intake.besides import Drop, Feed, Work, drops, feeds, work
from postroom.intake.booking import PARTS
from postroom.intake.conditions import (
    AFTER_INTERVAL,
    AMBER,
    GREEN,
    GREY,
    LATE,
    RED,
    Condition,
    worst,
)
from postroom.intake.models import Sighting
from postroom.intake.sending_health import look_at_sending
from postroom.kit.background.standing import standing
from postroom.practice.jobs import last_beat
from postroom.practice.mailing import send_sealed
from postroom.practice.models import AuditEvent, Practice
from postroom.practice.system_mail import is_set_up
from postroom.register.models import Entry, Spelt

WORKER_SILENT = timedelta(minutes=5)
CLOCK_BACK = timedelta(minutes=2)
LEAST_SHARE, LEAST_FREE = 0.05, 500 * 1024**2  # of the disk; bytes


@dataclass(frozen=True)
class Books:
    """One folder's balance, as counted; `parts` add up to `counted` but for the gap."""

    folder: str
    counted: int
    counted_at: datetime
    parts: dict[str, int]
    gap: int
    gap_since: datetime | None


@dataclass(frozen=True)
class AccountHealth:
    """`private`: somebody's own mailbox; of that no server and no folder is named."""

    account: MailAccount
    private: bool
    minutes: int
    conditions: tuple[Condition, ...]
    books: tuple[Books, ...]

    @property
    def tone(self) -> str:
        return worst(self.conditions)


@dataclass(frozen=True)
class Machine:
    """What all practices of this installation share. Sizes in bytes."""

    beat_at: datetime | None
    free: int
    size: int
    waiting: int  # tasks
    unsent: int  # messages of Postroom's own
    conditions: tuple[Condition, ...]

    @property
    def tone(self) -> str:
        return worst(self.conditions)


@dataclass(frozen=True)
class Health:
    at: datetime
    machine: Machine
    accounts: tuple[AccountHealth, ...]
    drops: tuple[Drop, ...]
    feeds: tuple[Feed, ...]
    work: tuple[Work, ...]
    sending: tuple[tuple[str, Condition], ...]  # which, and what is so

    @property
    def conditions(self) -> Iterator[Condition]:
        yield from self.machine.conditions
        for account in self.accounts:
            yield from account.conditions
        for drop in self.drops:
            yield from drop.conditions
        for feed in self.feeds:
            yield from feed.conditions
        yield from (work.condition for work in self.work)
        yield from (condition for _, condition in self.sending)

    @property
    def tone(self) -> str:
        return worst(self.conditions)


def look_over(practice: Practice, *, now: datetime) -> Health:
    """How a practice stands, and the machine it is on."""
    return Health(
        now,
        look_at_machine(now=now),
        _accounts(practice, now),
        drops(practice, now),
        feeds(practice, now),
        work(practice, now),
        _sending(practice, now),
    )


def _sending(practice: Practice, now: datetime) -> tuple[tuple[str, Condition], ...]:
    return tuple(
        (one.subject, Condition(one.code, since=one.since, facts=one.facts, alarm=one.alarm))
        for one in look_at_sending(practice, now=now)
    )


# -- the machine -----------------------------------------------------------------------------


def look_at_machine(*, now: datetime) -> Machine:
    """How the worker, the disk, the key, the clock and our own mail stand."""
    beat = last_beat()
    disk = shutil.disk_usage(settings.DATA)
    tasks = standing(now=now)
    path = send_sealed.module_path
    mails = standing(path=path, now=now, later=True)
    late = mails.waiting if mails.oldest and now - mails.oldest >= LATE else 0
    unsent = late + mails.failed
    found = [*_worker(beat, now)]
    if tasks.oldest and now - tasks.oldest >= LATE:
        facts = {"n": tasks.waiting}
        found.append(Condition("queue-late", RED, since=tasks.oldest, facts=facts, alarm=True))
    if disk.free < LEAST_FREE or disk.free < LEAST_SHARE * disk.total:
        facts = {"free": disk.free}
        found.append(Condition("disk-low", RED, facts=facts, alarm=True))
    if not settings.KEYRING.keys or not settings.KEY_FILE.exists():
        found.append(Condition("no-key", RED, alarm=True))
    if not is_set_up():
        found.append(Condition("mail-off", GREY))
    elif unsent:
        found.append(Condition("mail-unsent", since=mails.oldest, facts={"n": unsent}, alarm=True))
    return Machine(beat, disk.free, disk.total, tasks.waiting, unsent, tuple(found))


def _worker(beat: datetime | None, now: datetime) -> Iterator[Condition]:
    if beat is None:
        yield Condition("worker-never")
    elif beat > now + CLOCK_BACK:
        yield Condition("clock-back", RED, facts={"until": beat.isoformat()}, alarm=True)
    elif is_silent(beat, now):
        yield Condition("worker-silent", RED, since=beat, alarm=True)


def is_silent(beat: datetime | None, now: datetime) -> bool:
    """Whether a worker that did run has not been heard of for five minutes."""
    return beat is not None and now - beat >= WORKER_SILENT


# -- accounts --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ledger:
    """Of all accounts of a practice at once: account to what is to be said of its letters."""

    open: dict[tuple[int, str], tuple[int, datetime]]  # account, state: how many, since
    left: dict[tuple[int, str], int]  # account, gone or stale: how many so far
    unreadable: dict[int | None, int]
    touched: dict[int, datetime]  # added, changed or switched on by a person


def _accounts(practice: Practice, now: datetime) -> tuple[AccountHealth, ...]:
    found = practice.accounts.order_by("name", "pk").select_related("owner")
    accounts = list(found.prefetch_related("workflows", "folders"))
    ledger = _ledger(practice, accounts) if accounts else _Ledger({}, {}, {}, {})
    return tuple(_account(account, ledger, now) for account in accounts)


ASKS = "asks"  # the stage of long work that waits for a person's word
_LEFT = (Sighting.GONE, Sighting.STALE, Sighting.ERASED)


def _ledger(practice: Practice, accounts: list[MailAccount]) -> _Ledger:
    workflows = [workflow.pk for account in accounts for workflow in account.workflows.all()]
    ours = Sighting.objects.filter(workflow__in=workflows).order_by()
    on_the_way = ours.unfinished().values_list("account", "state")
    left = ours.filter(state__in=_LEFT).values_list("account", "state")
    unread = Entry.objects.filter(practice=practice, filing=Spelt(Entry.FAILED)).order_by()
    acts = AuditEvent.objects.filter(
        practice=practice, object_kind="account", object_id__in=[a.pk for a in accounts]
    )
    return _Ledger(
        {(a, s): (n, at) for a, s, n, at in on_the_way.annotate(n=Count("pk"), at=Min("seen_at"))},
        {(a, s): n for a, s, n in left.annotate(n=Count("pk"))},
        dict(unread.values_list("account").annotate(n=Count("pk"))),
        dict(acts.order_by().values_list("object_id").annotate(at=Max("at"))),
    )


def _account(account: MailAccount, ledger: _Ledger, now: datetime) -> AccountHealth:
    workflows, states = list(account.workflows.all()), list(account.folders.all())
    followed = [workflow for workflow in workflows if workflow.active]
    minutes = min((workflow.minutes for workflow in followed), default=5)
    found = [
        *_state(account, followed, states, ledger, now, minutes),
        *_resting(workflows, account),
        *_folders(states, account, now),
        *_letters(account, ledger, now),
    ]
    private = account.owner_id is not None
    if private:
        tone = worst(found)
        alarm = any(condition.alarm for condition in found)
        since = min((c.since for c in found if c.since), default=None)
        found = [] if tone == GREEN else [Condition("own", tone, since=since, alarm=alarm)]
    books = () if private else tuple(_books(states))
    return AccountHealth(account, private, minutes, tuple(found), books)


def _state(
    account: MailAccount,
    followed: list[Workflow],
    states: list[FolderState],
    ledger: _Ledger,
    now: datetime,
    minutes: int,
) -> Iterator[Condition]:
    """Whether it is looked at, and if not, why."""
    if not account.active:
        waiting = sum(n for (pk, _), (n, _) in ledger.open.items() if pk == account.pk)
        yield Condition("off-waiting", facts={"n": waiting}) if waiting else Condition("off", GREY)
        return
    if not followed:
        yield Condition("no-workflow")
    limit = max(LATE, timedelta(minutes=minutes) + AFTER_INTERVAL)
    seen = max(filter(None, (account.checked_at, ledger.touched.get(account.pk))), default=None)
    late = seen is not None and now - seen >= limit
    if account.trouble:
        since = account.trouble_since or now
        yield Condition(
            account.trouble,
            RED if late or now - since >= LATE else AMBER,
            since=since,
            again_at=account.retry_at,
            facts=facts_of(account),
            detail=account.trouble_detail,
            alarm=now - since >= LATE or late,
        )
        waits = account.retry_at - now if account.retry_at else timedelta()
        if waits > timedelta(seconds=LONGEST_WAIT):
            yield Condition("paused", again_at=account.retry_at)
        return
    if account.checked_at is None and not late:
        yield Condition("never", GREY)
    if late:
        yield Condition("late", RED, since=account.checked_at or seen, alarm=True)
        held = [state for state in states if state.lease_until and state.lease_until >= now]
        for state in held:
            yield Condition("held", facts={"folder": state.folder})


def _resting(workflows: list[Workflow], account: MailAccount) -> Iterator[Condition]:
    if account.active:
        for workflow in workflows:
            if not workflow.active:
                yield Condition("resting", GREY, facts={"folder": workflow.folder_in})


def _folders(states: list[FolderState], account: MailAccount, now: datetime) -> Iterator[Condition]:
    for state in states:
        if state.refusal:
            facts = facts_of(account) | {"folder": state.folder, "why": state.refusal}
            yield Condition("refused", again_at=state.retry_at, facts=facts)
        if state.resets:
            yield Condition("renumbered", facts={"folder": state.folder, "n": state.resets})
        if state.gap_since:
            gap = gap_of(state)
            yield Condition(
                "gap",
                RED,
                since=state.gap_since,
                facts={"folder": state.folder, "n": gap},
                alarm=now - state.gap_since >= LATE,
            )


def _letters(account: MailAccount, ledger: _Ledger, now: datetime) -> Iterator[Condition]:
    """What has stood still on its way, and what has gone another way."""
    for state, code in (
        (Sighting.FETCHED, "fetched"),
        (Sighting.STORED, "unmoved"),
        (Sighting.MOVING, "moving"),
        (Sighting.COPIED, "copied"),
    ):
        n, since = ledger.open.get((account.pk, state), (0, now))
        if n and now - since >= LATE and account.active:
            yield Condition(code, since=since, facts={"n": n})
    for state in _LEFT:  # each is also the code that says so
        if n := ledger.left.get((account.pk, state), 0):
            yield Condition(state, GREY, facts={"n": n})
    if n := ledger.unreadable.get(account.pk, 0):
        yield Condition("unreadable", facts={"n": n})


def _books(states: Iterable[FolderState]) -> Iterator[Books]:
    for state in sorted(states, key=lambda state: state.pk):
        if state.counted is not None and state.counted_at and state.books:
            parts = {part: state.books.get(part, 0) for part in PARTS}
            yield Books(state.folder, state.counted, state.counted_at, parts, gap_of(state),
                        state.gap_since)  # fmt: skip


def gap_of(state: FolderState) -> int:
    """What the server holds and our books do not: by the arithmetic, not by a word."""
    return (state.counted or 0) - sum(state.books.get(part, 0) for part in PARTS)


def facts_of(account: MailAccount) -> dict[str, Any]:
    """What the words for a trouble may name."""
    return {
        "host": account.host,
        "port": account.port,
        "user": account.user,
        "account": account.name,
        "detail": account.trouble_detail,
    }
