"""Making the server agree with the register (arrows 4 to 6 of RELIABILITY 1.1).

Every mail has one place its entry wants it in. What lies elsewhere is moved: intent first, then
the act, then what the server proved. An intent without a proof is a question put to the server,
never a guess; that is `settle`, and it is the same after a crash as after a strange answer.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from postroom.connections.imap import Folder, Mailbox
from postroom.connections.models import FolderState, Workflow
from postroom.connections.rules import back_off
from postroom.connections.trouble import FOLDER_MISSING, Trouble
from postroom.connections.uids import Moved
from postroom.intake.belonging import (
    all_strayed,
    forget_followed,
    note_turned,
    strayed,
    wanted_folder,
)
from postroom.intake.finding import find
from postroom.intake.models import Sighting
from postroom.intake.rules import BATCH_MAILS
from postroom.kit.crash import crash_point
from postroom.kit.rows import update_each

Place = tuple[str, int]  # folder, UIDVALIDITY
MANY = 500  # mails that are asked for at once


def move_wanted(
    mailbox: Mailbox,
    workflow: Workflow,
    *,
    now: datetime,
    keep: Callable[[], None],
    only_new: bool = False,
    all_of_it: bool = False,
) -> None:
    """Move every mail of this workflow that is not where its entry wants it.

    `keep` is called at every step: it holds the lease. `only_new`: just those that were taken
    in and not yet moved, between two batches. `all_of_it`: as for misplaced.
    """
    if not only_new:
        note_turned(workflow.practice_id)
    journeys: dict[tuple[Place, str], list[Sighting]] = defaultdict(list)
    at_home: list[Sighting] = []  # its entry has changed its mind in between, or never wants away
    wanted = on_the_way(workflow) if only_new else misplaced(workflow, all_of_it=all_of_it)
    for sighting in wanted:
        target = wanted_folder(sighting, workflow)
        if sighting.folder == target:
            at_home.append(sighting)
        else:
            journeys[(sighting.folder, sighting.uidvalidity), target].append(sighting)
    _arrived(at_home)
    for (place, target), travellers in journeys.items():
        states = [folder_state(workflow, folder) for folder in (place[0], target)]
        if any(state.retry_at and state.retry_at > now for state in states):
            continue
        try:
            for start in range(0, len(travellers), BATCH_MAILS):
                keep()
                batch = travellers[start : start + BATCH_MAILS]
                _move_batch(mailbox, workflow, place, batch, target)
            _accepted(states)
        except Trouble as trouble:
            if not trouble.of_one_folder:
                raise
            _refused(states, trouble, now=now)
    if not only_new:
        concerned = {name for place, target in journeys for name in (place[0], target)}
        _forget_refusals(workflow, concerned)
        forget_followed(workflow)


def heal(mailbox: Mailbox, workflow: Workflow, *, keep: Callable[[], None]) -> bool:
    """Put every open question of this workflow to the server; whether any was answered."""
    answered = False
    groups: dict[Place, list[Sighting]] = defaultdict(list)
    for sighting in _of(workflow).filter(state__in=(*_ON_THE_WAY, Sighting.STORED)):
        groups[sighting.folder, sighting.uidvalidity].append(sighting)
    for place, sightings in groups.items():
        for start in range(0, len(sightings), MANY):
            keep()
            asked = sightings[start : start + MANY]
            before = [sighting.state for sighting in asked]
            _settle(mailbox, workflow, place, asked)
            answered |= before != [sighting.state for sighting in asked]
    return answered


def misplaced(workflow: Workflow, *, all_of_it: bool = False) -> Iterable[Sighting]:
    """What is to be moved: the newly stored, the interrupted, and what was re-filed since.

    `all_of_it`: whether or not it is marked as re-filed, at the price of a walk through all that
    waits.
    """
    yield from on_the_way(workflow)
    settled = _of(workflow).filter(state=Sighting.DONE)
    yield from (all_strayed if all_of_it else strayed)(workflow, settled)


def on_the_way(workflow: Workflow) -> QuerySet[Sighting]:
    """Taken in, and not yet where they belong."""
    return _of(workflow).filter(state__in=(Sighting.STORED, Sighting.MOVING))


# -- one batch, one way --------------------------------------------------------------------


def _move_batch(
    mailbox: Mailbox, workflow: Workflow, place: Place, batch: Sequence[Sighting], target: str
) -> None:
    """Move a batch. Raises Trouble when a folder is missing, full or read-only."""
    _intend(batch, mailbox.status(target))
    crash_point("after-moving-commit")
    source = mailbox.open(place[0], to_move=True)
    if source.uidvalidity == place[1]:
        if mailbox.can_move:
            _move(mailbox, batch, target)
        else:
            _copy(mailbox, workflow, source, batch, target)
    open_still = [s for s in batch if s.state == Sighting.MOVING]
    if open_still:
        _settle(mailbox, workflow, place, open_still)


@transaction.atomic
def _intend(batch: Sequence[Sighting], target: Folder) -> None:
    for sighting in batch:
        # An intent that is already open keeps its older mark: the mail may have arrived since.
        if sighting.state == Sighting.MOVING and sighting.target == target.name:
            continue
        sighting.state, sighting.target = Sighting.MOVING, target.name
        sighting.target_uidvalidity, sighting.target_next_uid = target.uidvalidity, target.next_uid
    update_each(batch, ["state", "target", "target_uidvalidity", "target_next_uid"])


def _move(mailbox: Mailbox, batch: Sequence[Sighting], target: str) -> None:
    moved = mailbox.move((s.uid for s in batch), target)
    crash_point("after-move")
    if moved is None:
        return
    proved = [s for s in batch if s.uid in moved.uids]
    for sighting in proved:
        _put(sighting, target, moved.uidvalidity, moved.uids[sighting.uid])
    _arrived(proved)
    crash_point("after-moved-commit")


def _copy(
    mailbox: Mailbox, workflow: Workflow, source: Folder, batch: Sequence[Sighting], target: str
) -> None:
    """For servers without MOVE: look there first, COPY what is not there, commit, expunge.

    COPY is not repeatable: done twice it makes two mails.
    """
    there = mailbox.open(target)
    found = find(mailbox, workflow, there, batch)
    mailbox.open(source.name, to_move=True)
    present = mailbox.present(s.uid for s in batch)
    to_copy = [s for s in batch if s.pk not in found and s.uid in present]
    copied = mailbox.copy((s.uid for s in to_copy), target) if to_copy else None
    crash_point("after-copy")
    if to_copy and copied is None:  # no UIDPLUS: the copies are found by their content
        found |= find(mailbox, workflow, mailbox.open(target), to_copy)
        mailbox.open(source.name, to_move=True)
    _record_copies(batch, there, found, copied)
    crash_point("after-copied-commit")
    _remove_originals(mailbox, [s for s in batch if s.state == Sighting.COPIED])


@transaction.atomic
def _record_copies(
    batch: Iterable[Sighting], there: Folder, found: dict[int, int], copied: Moved | None
) -> None:
    proved = copied.uids if copied else {}
    for sighting in batch:
        uid = found.get(sighting.pk) or proved.get(sighting.uid)
        if uid:
            sighting.state, sighting.target_uid = Sighting.COPIED, uid
            sighting.target_uidvalidity = there.uidvalidity
            sighting.save(update_fields=["state", "target_uid", "target_uidvalidity"])


def _remove_originals(mailbox: Mailbox, copied: Sequence[Sighting]) -> None:
    """Take the originals of recorded copies out of the open folder. Safe to repeat."""
    if not copied:
        return
    mailbox.remove(s.uid for s in copied)
    crash_point("after-expunge")
    _arrived(_put_where_copied(copied))


# -- asking the server ---------------------------------------------------------------------


def _settle(
    mailbox: Mailbox, workflow: Workflow, place: Place, sightings: Sequence[Sighting]
) -> None:
    """Ask where mails are that may have left their place, and write down what is found.

    Still there: nothing to say, the move is tried again. In the folder they were on their way
    to, or the one they belong in: arrived, perhaps by another hand. Nowhere: gone.
    """
    folder = open_or_none(mailbox, place[0])
    renumbered = folder is None or folder.uidvalidity != place[1]
    present = set() if renumbered else mailbox.present(s.uid for s in sightings)
    copied = [s for s in sightings if s.state == Sighting.COPIED]
    if copied and renumbered:  # the originals are looked for: left there, they would come again
        present |= {s.uid for s in _look_for(mailbox, workflow, place[0], copied)}
    if any(s.uid in present for s in copied):
        mailbox.open(place[0], to_move=True)
        _remove_originals(mailbox, [s for s in copied if s.uid in present])
    _arrived(_put_where_copied([s for s in copied if s.state == Sighting.COPIED]))
    missing = [
        s
        for s in sightings
        if s.state in (Sighting.MOVING, Sighting.STORED) and s.uid not in present
    ]
    by_target: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in missing:
        by_target[sighting.target or wanted_folder(sighting, workflow)].append(sighting)
    for name, lost in by_target.items():
        arrived = _look_for(mailbox, workflow, name, lost)
        _arrived(arrived)
        left = [s for s in lost if s not in arrived]
        # It may lie where it lay, under another UID (renumbered, or a COPYUID that was not
        # true), and sets out again from there.
        if left:
            again = _look_for(mailbox, workflow, place[0], left)
            update_each(again, ["uidvalidity", "uid"])
            left = [s for s in left if s not in again]
        for sighting in left:
            _give_up(sighting, Sighting.STALE if renumbered else Sighting.GONE)


def _look_for(
    mailbox: Mailbox, workflow: Workflow, name: str, lost: Sequence[Sighting]
) -> list[Sighting]:
    """Those of the mails that lie in this folder, with their new place put on them."""
    folder = open_or_none(mailbox, name)
    if folder is None:
        return []
    found = find(mailbox, workflow, folder, lost)
    here = [s for s in lost if s.pk in found]
    for sighting in here:
        _put(sighting, name, folder.uidvalidity, found[sighting.pk])
    return here


def open_or_none(mailbox: Mailbox, name: str) -> Folder | None:
    try:
        return mailbox.open(name)
    except Trouble as trouble:
        if trouble.code != FOLDER_MISSING:
            raise
        return None


# -- rows ----------------------------------------------------------------------------------

_ON_THE_WAY = (Sighting.MOVING, Sighting.COPIED)


# What is asked of a mail and its entry here; all else of them would be read for every move.
_NEEDED = (
    *(field.attname for field in Sighting._meta.concrete_fields),
    *("mail__size", "mail__message_id", "mail__entry__filing"),
    "mail__entry__conversation__state",
)


def _of(workflow: Workflow) -> QuerySet[Sighting]:
    sightings = Sighting.objects.filter(workflow=workflow).order_by("id")
    return sightings.select_related("mail__entry__conversation").only(*_NEEDED)


def _put(sighting: Sighting, folder: str, uidvalidity: int, uid: int) -> None:
    sighting.folder, sighting.uidvalidity, sighting.uid = folder, uidvalidity, uid


def _put_where_copied(copied: Sequence[Sighting]) -> Sequence[Sighting]:
    for sighting in copied:
        uidvalidity, uid = sighting.target_uidvalidity or 0, sighting.target_uid or 0
        _put(sighting, sighting.target, uidvalidity, uid)
    return copied


def _arrived(sightings: Sequence[Sighting]) -> None:
    """One commit: where they are now, and that nothing is open any more."""
    for sighting in sightings:
        sighting.state = Sighting.DONE
        sighting.target, sighting.target_uid = "", None
        sighting.target_uidvalidity = sighting.target_next_uid = None
    update_each(
        sightings,
        [
            "state",
            "folder",
            "uidvalidity",
            "uid",
            "target",
            "target_uid",
            "target_uidvalidity",
            "target_next_uid",
        ],
    )


def folder_state(workflow: Workflow, folder: str) -> FolderState:
    return FolderState.objects.get_or_create(
        account_id=workflow.account_id,
        folder=folder,
        defaults={"practice_id": workflow.practice_id},
    )[0]


def _give_up(sighting: Sighting, state: str) -> None:
    """Only if the row is still as we read it: another worker may have proved the move since."""
    as_read = Sighting.objects.filter(
        pk=sighting.pk,
        state__in=(Sighting.MOVING, Sighting.STORED),
        folder=sighting.folder,
        uid=sighting.uid,
    )
    as_read.update(state=state)
    sighting.state = state


def _refused(states: Sequence[FolderState], trouble: Trouble, *, now: datetime) -> None:
    """Write down which of the two folders stands in the way: the one that is named, else the
    one that should have taken the mail in."""
    source, target = states
    state = source if trouble.detail == source.folder else target
    state.refused(trouble.code, now + back_off(state.refusals, settings.RETRY_SECONDS))


def _forget_refusals(workflow: Workflow, wanted: set[str]) -> None:
    """A folder that nothing is to be moved to or from stands in nobody's way."""
    idle = FolderState.objects.filter(account=workflow.account_id).exclude(folder__in=wanted)
    idle.exclude(refusal="").update(refusal="", refusals=0, retry_at=None)


def _accepted(states: Sequence[FolderState]) -> None:
    for state in states:
        if state.refusal:
            FolderState.objects.filter(pk=state.pk).update(refusal="", refusals=0, retry_at=None)
