"""The books of a followed folder: what the server holds, and what became of each of it (PE-4).

    on the server = filed + waiting + set aside by a person + could not be read
                  + in an inbox and on no record + erased here + not yet taken in
                  + older than the start date + ours from before the server renumbered the folder
                  + not ours + the gap

Counted at the end of a pass, one folder at each, all of them after a connect or when letters have
come: first by one STATUS, and only if that does not agree with the ledger by comparing every
UID, as once a day in any case (PE-3). What is found then is mended: a letter that the cursor has
passed over is fetched in the next pass, and one that somebody took away is written down as gone.
"""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from postroom.connections.actions import check_now
from postroom.connections.imap import Folder, Mailbox
from postroom.connections.models import FolderState, MailAccount, Workflow
from postroom.intake import fetching, finding, moving
from postroom.intake.models import Sighting
from postroom.practice import audit
from postroom.practice.models import Member
from postroom.register.models import Entry

EVERY = timedelta(minutes=4)  # one folder at each look
AFTER_CONNECT = timedelta(minutes=10)  # a polled account connects for each look
AFTER_NEWS = timedelta(minutes=1)
SORTED_EVERY = timedelta(hours=1)  # who decided what, where the number alone says nothing
COMPARED_EVERY = timedelta(days=1)
MOST_LOOKED_FOR = 2000  # letters that may lie there under another UID
FILED, WAITING, IGNORED, UNREADABLE = "filed", "waiting", "ignored", "unreadable"
UNFILED, ERASED = "unfiled", "erased"
UNTAKEN, EARLY, RENUMBERED, OTHERS = "untaken", "early", "renumbered", "others"
PARTS = (FILED, WAITING, IGNORED, UNREADABLE, UNFILED, ERASED, UNTAKEN, EARLY, RENUMBERED, OTHERS)
UNSIGHTED = (EARLY, RENUMBERED, OTHERS)  # no sighting says of these that they lie there
SETTLED = (Sighting.DONE, Sighting.ERASED)
LYING = (*Sighting.OPEN, *SETTLED)
_OF_FILING = {
    Entry.RESOLVED: FILED,
    Entry.UNRESOLVED: WAITING,
    Entry.IGNORED: IGNORED,
    Entry.FAILED: UNREADABLE,
    Entry.UNFILED: UNFILED,
}


def count(mailbox: Mailbox, workflow: Workflow, *, now: datetime, full: bool, news: bool) -> None:
    """Balance the books of a workflow's folders, as far as it is time to. Raises Trouble.

    To be called at the end of a pass, when what could be taken in and moved has been. `news`:
    letters came in it; else, and but for a fresh connection, it costs one command at most.
    """
    states = [moving.folder_state(workflow, name) for name in dict.fromkeys(workflow.folders)]
    due = [state for state in states if _is_due(state, now, full=full, news=news)]
    if not full and not news:
        due = _most_urgent(due)
    for state in due:
        if not _agrees(mailbox, state, now):
            _compare(mailbox, workflow, state, now)


@transaction.atomic
def look_again(account: MailAccount, *, by: Member | None, now: datetime) -> None:
    """Have every letter of the followed folders compared with the ledger, and counted."""
    incoming = account.workflows.filter(active=True).values_list("folder_in", flat=True)
    account.folders.filter(folder__in=list(incoming)).update(next_uid=1)
    account.folders.update(counted_at=None)
    audit.record(account.practice_id, "rescan", "account", account.pk, by=by, now=now)
    check_now(account, now=now)


def _is_due(state: FolderState, now: datetime, *, full: bool, news: bool) -> bool:
    if state.uidvalidity is None:
        return False  # nothing is known of it yet
    if state.counted_at is None or state.gap_since:
        return True
    wait = AFTER_NEWS if news else AFTER_CONNECT if full else EVERY
    return now - state.counted_at >= wait


def _most_urgent(due: list[FolderState]) -> list[FolderState]:
    """Those that were never counted or have a gap; else the one whose count is the oldest."""
    at_once = [state for state in due if state.counted_at is None or state.gap_since]
    return at_once or sorted(due, key=lambda state: str(state.counted_at))[:1]


def _agrees(mailbox: Mailbox, state: FolderState, now: datetime) -> bool:
    """Whether the server's own count is what the ledger says, without a look at the UIDs."""
    books = state.books
    if not books.get("compared_at") or state.counted_at is None or state.gap_since:
        return False
    if books[UNTAKEN] or books["marked"] or _age(books["compared_at"], now) >= COMPARED_EVERY:
        return False
    lying = _number(state) - books["old"]
    total = lying + sum(books[part] for part in UNSIGHTED)
    if mailbox.messages(state.folder) != total:
        return False
    if lying != books["lying"] or _age(books["sorted_at"], now) >= SORTED_EVERY:
        books |= _parts(_lying(state)) | {part: books[part] for part in UNSIGHTED}
        books |= {"lying": lying, "sorted_at": now.isoformat()}
    _write(state, total, books, 0, now)
    return True


def _age(moment: str, now: datetime) -> timedelta:
    return now - datetime.fromisoformat(moment)


def _number(state: FolderState) -> int:
    """How many letters the ledger says lie in a folder; by an index alone, also of a million."""
    rows = Sighting.objects.filter(
        workflow__account=state.account_id, state__in=LYING, folder=state.folder
    )
    return rows.count()


def _compare(mailbox: Mailbox, workflow: Workflow, state: FolderState, now: datetime) -> None:
    folder = moving.open_or_none(mailbox, state.folder)
    followed = state.folder == workflow.folder_in
    if folder is None:
        return  # said when a letter is to be moved there
    if folder.uidvalidity != state.uidvalidity:
        if followed:
            return  # the next pass compares all of it
        fetching.baseline(state, folder)
    total = mailbox.messages(state.folder)
    here = set(mailbox.uids())
    _mend_ledger(mailbox, workflow, state, folder, here, now)
    strange = here - fetching.sighted(state)
    early = _early(mailbox, strange, workflow.begins_at) if followed else set()
    # Below the cursor everything followed has been taken in; in the two other folders it is what
    # lay there before us, or what somebody put there.
    below = {uid for uid in strange - early if uid < state.next_uid}
    missed = below if followed else set()
    parts = _parts_of(_lying(state), here)
    parts[UNTAKEN] += len(strange - early - below)
    lying = _lying(state).count()
    old = _number(state) - lying
    renumbered = min(old, len(below - missed))
    parts |= {EARLY: len(early), RENUMBERED: renumbered}
    parts[OTHERS] = len(below - missed) - renumbered
    facts = {
        **parts,
        "marked": max(total - len(here), 0),
        "lying": lying,
        "old": old,
        "compared_at": now.isoformat(),
        "sorted_at": now.isoformat(),
    }
    with transaction.atomic():
        _write(state, len(here), facts, len(missed), now)
        if missed:  # the next pass fetches them
            behind = FolderState.objects.filter(pk=state.pk, next_uid__gt=min(missed))
            behind.update(next_uid=min(missed))


def _mend_ledger(
    mailbox: Mailbox,
    workflow: Workflow,
    state: FolderState,
    folder: Folder,
    here: Collection[int],
    now: datetime,
) -> None:
    """What we had put here and is not under its UID any more: another UID of the same content is
    written down; else somebody took it away, and the register keeps it."""
    settled = _lying(state).filter(state__in=SETTLED)
    lost = {uid for uid in settled.values_list("uid", flat=True) if uid not in here}
    lost -= mailbox.present(lost) if lost else set()  # marked as deleted, but still here
    uids = sorted(lost)
    # Where thousands are gone at once somebody has emptied the folder: they are not looked for.
    search = len(uids) <= MOST_LOOKED_FOR and bool(set(here) - fetching.sighted(state))
    for start in range(0, len(uids), moving.MANY):
        rows = settled.filter(uid__in=uids[start : start + moving.MANY])
        some = list(rows.select_related("mail")) if search else []
        found = finding.find(mailbox, workflow, folder, some) if some else {}
        with transaction.atomic():
            for pk, uid in found.items():
                settled.filter(pk=pk).update(uid=uid)
            rows.exclude(pk__in=found).update(state=Sighting.GONE, settled_at=now)


def _early(mailbox: Mailbox, uids: Collection[int], begins_at: datetime | None) -> set[int]:
    """Which of these the server received before the start date, to the second."""
    if begins_at is None or not uids:
        return set()
    # BEFORE goes by days of the server's own zone: two days around are looked at one by one.
    surely = set(mailbox.before(_day(begins_at, -1))) & set(uids)
    perhaps = (set(mailbox.before(_day(begins_at, 2))) & set(uids)) - surely
    exactly = {
        seen.uid
        for seen in mailbox.look(perhaps)
        if seen.received_at and seen.received_at < begins_at
    }
    return surely | exactly


def _day(moment: datetime, days: int) -> date:
    return (moment + timedelta(days=days)).date()


def _lying(state: FolderState) -> QuerySet[Sighting]:
    """The ledger's rows of what lies in a folder."""
    return Sighting.objects.filter(
        account=state.account_id, folder=state.folder, uidvalidity=state.uidvalidity or 0
    ).filter(state__in=LYING)


def _parts(rows: QuerySet[Sighting]) -> dict[str, int]:
    """What became of all of these."""
    found = rows.order_by().values_list("state", "mail__entry__filing").annotate(n=Count("pk"))
    parts = Counter(dict.fromkeys(PARTS, 0))
    for state, filing, n in found:
        parts[_part(state, filing)] += n
    return dict(parts)


def _parts_of(rows: QuerySet[Sighting], uids: Collection[int]) -> dict[str, int]:
    """What became of these, as far as they have one of those UIDs."""
    parts = Counter(dict.fromkeys(PARTS, 0))
    for uid, state, filing in rows.values_list("uid", "state", "mail__entry__filing"):
        if uid in uids:
            parts[_part(state, filing)] += 1
    return dict(parts)


def _part(state: str, filing: str | None) -> str:
    return ERASED if state == Sighting.ERASED else _OF_FILING.get(filing or "", UNTAKEN)


def _write(
    state: FolderState, counted: int, facts: dict[str, Any], missed: int, now: datetime
) -> None:
    """`missed` is the gap, and also what the arithmetic leaves: a test holds them together."""
    state.counted, state.counted_at, state.books = counted, now, facts
    state.gap_since = (state.gap_since or now) if missed else None
    state.save(update_fields=["counted", "counted_at", "books", "gap_since"])
