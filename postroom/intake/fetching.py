"""Seeing what is new in a folder, and having it safe on the disk (arrows 1 to 3).

A letter is counted as seen only when its bytes are on the disk and its row is committed; the
folder's cursor moves only over UIDs that have such a row (PE-1, PE-3).
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from postroom.connections.bodies import Seen
from postroom.connections.imap import Folder, Mailbox
from postroom.connections.models import FolderState, Workflow
from postroom.connections.trouble import (
    DAY_LIMIT,
    RESETS,
    SERVER_ERROR,
    Refused,
    Trouble,
)
from postroom.intake import budget, rules
from postroom.intake.models import Sighting
from postroom.intake.taking import count_attempt, take_in
from postroom.kit.crash import crash_point
from postroom.kit.files import write_durably
from postroom.kit.mime import content_key
from postroom.kit.rows import insert_each
from postroom.register.models import Tombstone, mail_path

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
LOOK_AT = 1000  # sizes asked for at once


def file_new(
    mailbox: Mailbox,
    workflow: Workflow,
    state: FolderState,
    *,
    all_of_it: bool,
    clock: Clock,
    after_batch: Callable[[], None],
) -> int:
    """Take in every letter of a folder that has no sighting yet, newest first; how many.

    What the server received before the workflow begins is left alone.
    `all_of_it` compares the whole folder with the ledger, not only what lies beyond the
    cursor. `after_batch` is called when a batch is safe: it moves the letters on.
    Raises Refused at the end when the server did not give one of them.
    """
    folder = mailbox.open(state.folder)
    _recognise(state, folder)
    uids = there(mailbox, workflow, 1 if all_of_it else state.next_uid)
    unseen = sorted(set(uids) - sighted(state, min(uids, default=1)), reverse=True)
    refused: list[str] = []
    taken, kept_back = 0, 0
    for start in range(0, len(unseen), LOOK_AT):
        mailbox.open(state.folder)  # moving may have opened another
        asked = unseen[start : start + LOOK_AT]
        looked = mailbox.look(asked)
        refused += _withheld(mailbox, set(asked) - {seen.uid for seen in looked})
        ours = [seen for seen in looked if not _too_early(seen, workflow)]
        for batch in rules.batches(sorted(ours, key=lambda seen: -seen.uid)):
            if not budget.allows(workflow.account, batch, now=clock()):
                kept_back += len(batch)
                continue
            mailbox.open(state.folder)
            taken += _take_batch(mailbox, workflow, folder, batch, refused, clock=clock)
            budget.spend(workflow.account, batch, now=clock())
            after_batch()
    if refused:
        # Of this folder alone: the account is looked at as before, and what is filed is moved.
        raise Refused(SERVER_ERROR, refused[0])
    if kept_back:  # the cursor stays: they are seen again, and fetched from tomorrow on
        raise Refused(DAY_LIMIT, str(kept_back))
    highest = max(uids, default=0)
    if highest >= state.next_uid:
        state.next_uid = highest + 1
        FolderState.objects.filter(pk=state.pk).update(next_uid=state.next_uid)
    return taken


def there(mailbox: Mailbox, workflow: Workflow, first: int = 1) -> list[int]:
    """The UIDs in the open folder that may concern a workflow, ascending: of a folder with a
    million older mails, none of those is named."""
    return mailbox.uids(first, rules.asked_since(workflow.begins_at))


def waiting(mailbox: Mailbox, workflow: Workflow) -> int:
    """How many letters of the workflow's folder the ledger does not know."""
    folder = mailbox.open(workflow.folder_in)
    ledger = Sighting.objects.filter(
        account=workflow.account_id, folder=folder.name, uidvalidity=folder.uidvalidity
    )
    unseen = set(there(mailbox, workflow)) - set(ledger.values_list("uid", flat=True))
    if workflow.begins_at is None:
        return len(unseen)
    return sum(not _too_early(seen, workflow) for seen in mailbox.look(unseen))


def resume(workflow: Workflow, *, now: datetime, keep: Callable[[], None]) -> None:
    """Take in what was on the disk when the last worker died, one by one: if one of them
    killed it, it is that one alone that is tried again, in a process of its own, and set aside
    when that does not help."""
    fetched = Sighting.objects.filter(workflow=workflow, state=Sighting.FETCHED)
    for sighting in fetched.select_related("account", "workflow").order_by("id"):
        keep()
        path = _path(sighting)
        if not path.exists():  # nothing was promised yet: it is seen again on the server
            sighting.delete()
            continue
        alone = sighting.attempts >= rules.TRUSTED_ATTEMPTS
        if not alone:
            count_attempt(sighting)
        take_in([sighting], [path.read_bytes()], now=now, alone=alone)
        crash_point("after-resume")


def baseline(state: FolderState, folder: Folder) -> None:
    """Begin here: what lies in the folder already was there before Postroom."""
    state.uidvalidity, state.next_uid = folder.uidvalidity, folder.next_uid
    FolderState.objects.filter(pk=state.pk).update(
        uidvalidity=folder.uidvalidity, next_uid=folder.next_uid
    )


def _too_early(seen: Seen, workflow: Workflow) -> bool:
    begins, received = workflow.begins_at, seen.received_at
    return begins is not None and received is not None and received < begins


def _recognise(state: FolderState, folder: Folder) -> None:
    """Notice that the server has renumbered the folder: every UID means another mail now."""
    if state.uidvalidity == folder.uidvalidity:
        if state.resets:
            state.resets = 0
            FolderState.objects.filter(pk=state.pk).update(resets=0)
        return
    if state.resets >= rules.MOST_RESETS:
        # Not taken up: the folder is left alone until a person asks for it again.
        raise Trouble(RESETS, folder.name, final=True)
    state.resets += state.uidvalidity is not None
    state.uidvalidity, state.next_uid = folder.uidvalidity, 1
    FolderState.objects.filter(pk=state.pk).update(
        uidvalidity=folder.uidvalidity, next_uid=1, resets=state.resets
    )


def sighted(state: FolderState, first: int = 1) -> set[int]:
    """The UIDs from `first` on that have a row, whatever became of them."""
    ledger = Sighting.objects.filter(account=state.account_id, folder=state.folder)
    numbered = ledger.filter(uidvalidity=state.uidvalidity or 0, uid__gte=first)
    return set(numbered.values_list("uid", flat=True))


def _take_batch(
    mailbox: Mailbox,
    workflow: Workflow,
    folder: Folder,
    batch: Sequence[Seen],
    refused: list[str],
    *,
    clock: Clock,
) -> int:
    # Newest first inside a batch too: which of two copies speaks must not hang on its borders.
    letters = sorted(_bodies(mailbox, batch), key=lambda pair: -pair[0].uid)
    refused += _withheld(mailbox, {s.uid for s in batch} - {seen.uid for seen, _ in letters})
    if not letters:
        return 0
    crash_point("after-fetch")
    pairs = [(_sighting(workflow, folder, seen, raw, clock()), raw) for seen, raw in letters]
    keys = {sighting.content_key for sighting, _ in pairs}
    erased = Tombstone.objects.among(workflow.practice_id, keys)
    for sighting, _ in pairs:
        if sighting.content_key in erased:
            sighting.state = Sighting.ERASED  # its bytes do not touch this disk again
    write_durably((_path(s), raw) for s, raw in pairs if s.state == Sighting.FETCHED)
    crash_point("after-raw")
    # Committed before anything reads them, with the attempt counted: see `resume`.
    pairs = _insert(pairs)
    crash_point("after-seen-commit")
    pairs = [(sighting, raw) for sighting, raw in pairs if sighting.state == Sighting.FETCHED]
    if pairs:
        take_in([s for s, _ in pairs], [raw for _, raw in pairs], now=clock())
    crash_point("after-store-commit")
    return len(pairs)


def _withheld(mailbox: Mailbox, uids: set[int]) -> list[str]:
    """What was asked for, not given, and is still there: it must not be passed over."""
    return [f"UID {uid}" for uid in sorted(mailbox.present(uids))]


def _bodies(mailbox: Mailbox, batch: Sequence[Seen]) -> Iterable[tuple[Seen, bytes]]:
    """The raw letters. One that the server will not give does not keep the others away."""
    try:
        return mailbox.bodies(batch)
    except Refused as error:
        if len(batch) == 1:
            log.warning("the server does not give UID %s: %s", batch[0].uid, error)
            return []
    return [pair for one in batch for pair in _bodies(mailbox, [one])]


def _insert(pairs: list[tuple[Sighting, bytes]]) -> list[tuple[Sighting, bytes]]:
    """New rows; a letter that another worker has a row for is left to that one (PE-7)."""
    try:
        with transaction.atomic():
            insert_each(sighting for sighting, _ in pairs)
        return pairs
    except IntegrityError:
        one = pairs[0][0]
        known = set(
            Sighting.objects.filter(
                account=one.account, folder=one.folder, uidvalidity=one.uidvalidity
            )
            .filter(uid__in=[sighting.uid for sighting, _ in pairs])
            .values_list("uid", flat=True)
        )
        left = [pair for pair in pairs if pair[0].uid not in known]
        for sighting, _ in left:
            sighting.pk = None
        return _insert(left) if len(left) < len(pairs) else []


def _path(sighting: Sighting) -> Path:
    return mail_path(sighting.practice_id, sighting.content_key)


def _sighting(
    workflow: Workflow, folder: Folder, seen: Seen, raw: bytes, now: datetime
) -> Sighting:
    return Sighting(
        practice_id=workflow.practice_id,
        account=workflow.account,
        workflow=workflow,
        folder=folder.name,
        uidvalidity=folder.uidvalidity,
        uid=seen.uid,
        attempts=1,
        content_key=content_key(raw),
        received_at=seen.received_at or now,
        seen_at=now,
    )
