"""Where a letter is handled: in the shared inbox, in a member's My inbox, or nowhere.

Besides, what that means for its filing: mail of a member's own mailbox is never filed by itself
(MODEL decision 3), and general mail of an inbox is not asked about (RX-14, MG-9).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from postroom.clients.rules import Match, Nobody, Own
from postroom.connections.models import Workflow
from postroom.intake.models import Sighting
from postroom.intake.placing import Placed
from postroom.practice import audit, events
from postroom.register import rules as reasons
from postroom.register.filing import note_refiled
from postroom.register.models import Conversation, Entry, EntryClient

# Said of a letter when nothing ties it to a client: unless its sender is somebody we know.
_GENERAL = (
    *(reasons.UNKNOWN_ADDRESS, reasons.NO_SENDER, reasons.SEVERAL_SENDERS),
    *(reasons.OWN_ADDRESS, reasons.DMARC),
)


def housed(placed: Placed, sighting: Sighting, matches: Mapping[str, Match]) -> Placed:
    """What becomes of a decision about a letter that was seen there."""
    if sighting.account.owner_id:
        # What would have been done by itself is its owner's to do. Nothing is said of what the
        # practice's rules of senders would set aside: here they set nothing aside.
        by_itself = {Entry.RESOLVED: reasons.OWN_MAILBOX, Entry.IGNORED: ""}
        reason = by_itself.get(placed.filing, placed.reason)
        return replace(placed, filing=Entry.UNFILED, reason=reason, clients=())
    asked = placed.filing == Entry.UNRESOLVED
    if sighting.workflow.kind == Workflow.INBOX and asked and _is_general(placed, matches):
        return replace(placed, filing=Entry.UNFILED)
    return placed


def open_conversations(new: Iterable[tuple[Entry, Sighting]]) -> None:
    """A conversation for each new entry that somebody has to handle; to be saved before it."""
    handled = [(entry, sighting) for entry, sighting in new if _is_handled(sighting)]
    talks = [_conversation(entry, sighting) for entry, sighting in handled]
    Conversation.objects.bulk_create(talks)
    for (entry, _), talk in zip(handled, talks, strict=True):
        entry.conversation = talk


def seen_again(entry: Entry, sighting: Sighting, placed: Placed, *, now: datetime) -> None:
    """A letter that the register has already was seen at another place of the practice's."""
    workflow = sighting.workflow
    if sighting.account.owner_id:
        return
    if workflow.kind == Workflow.INBOX and entry.conversation_id is None:
        talk = _conversation(entry, sighting)
        talk.save()
        Entry.objects.filter(pk=entry.pk).update(conversation=talk)
        entry.conversation = talk
    # Into the folder that is filed, or among what waits; Resolved asks nothing of anybody.
    put_there = workflow.kind == Workflow.FILING and sighting.folder != workflow.folder_resolved
    if put_there and entry.filing == Entry.UNFILED:
        _nominate(entry, placed, now=now)


def _nominate(entry: Entry, placed: Placed, *, now: datetime) -> None:
    """Somebody has put general mail of the inbox into the folder that is filed: file it, or ask."""
    resolved = placed.filing == Entry.RESOLVED
    unfiled = Entry.objects.filter(pk=entry.pk, filing=Entry.UNFILED, version=entry.version)
    if not unfiled.update(
        filing=placed.filing,
        reason=placed.reason,
        reason_data=placed.data,
        direction=Entry.OUT if placed.sent else entry.direction,
        filed_at=now if resolved else None,
        version=entry.version + 1,
    ):
        return
    entry.filing = placed.filing
    note_refiled(entry)
    EntryClient.objects.bulk_create(
        EntryClient(practice_id=entry.practice_id, entry=entry, client_id=client, at=entry.at)
        for client in placed.clients
    )
    data = {"filing": placed.filing}
    audit.record(entry.practice_id, "file", "entry", entry.pk, by=None, now=now, data=data)
    events.tell(entry.practice_id, events.ENTRY_FILING, [entry.pk], now=now)


def _is_handled(sighting: Sighting) -> bool:
    return bool(sighting.account.owner_id) or sighting.workflow.kind == Workflow.INBOX


def _conversation(entry: Entry, sighting: Sighting) -> Conversation:
    """Open; or closed, where the letter is found among those that were closed before."""
    flow = sighting.workflow
    dealt_with = flow.kind == Workflow.INBOX and sighting.folder == flow.folder_resolved
    return Conversation(
        practice_id=entry.practice_id,
        owner_id=sighting.account.owner_id,
        state=Conversation.CLOSED if dealt_with else Conversation.OPEN,
        last_at=entry.at,
        unread=not dealt_with,
    )


def _is_general(placed: Placed, matches: Mapping[str, Match]) -> bool:
    return placed.reason in _GENERAL and not _knows(placed, matches)


def _knows(placed: Placed, matches: Mapping[str, Match]) -> bool:
    """Is anybody who may have sent it in the book?"""
    named = [*placed.data.get("addresses", ()), placed.data.get("address", "")]
    return any(not isinstance(matches.get(norm, Nobody()), Nobody | Own) for norm in named)
