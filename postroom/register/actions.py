"""Verbs of the register: every act of filing, and its undoing.

An act changes `entry.filing`, raises `entry.version`, writes an audit line and an event, all in
one commit. Where the mail lies on the server follows by itself: intake moves what is not where
its entry wants it (MODEL 2).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from postroom.clients.actions import forget_address, remember_address
from postroom.clients.models import Client, ContactPoint
from postroom.practice import audit, events
from postroom.practice.models import AuditEvent, Member
from postroom.register import rules
from postroom.register.models import Entry, EntryClient, Refiled


class AlreadyFiled(Exception):
    """Somebody was faster; `entry` says who and when."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"entry {entry.pk} was filed meanwhile")
        self.entry = entry


class NothingToUndo(Exception):
    """The last act on this entry was not this member's, or was none."""


@transaction.atomic
def resolve(
    entry: Entry,
    clients: Iterable[Client],
    *,
    by: Member,
    now: datetime,
    version: int,
    remember: bool = False,
    reason: str = rules.BY_MEMBER,
    data: dict[str, Any] | None = None,
) -> Entry:
    """File a letter, waiting or of an inbox, on the records of these clients (RX-22).

    `version` is the one the person saw. `remember` adds the sender's address to the first
    client, so that the next letter files itself. Raises AlreadyFiled; nothing is changed then.
    """
    chosen = list(clients)
    before = _claim(
        entry,
        version,
        only=Entry.FILABLE,
        now=now,
        filing=Entry.RESOLVED,
        reason=reason,
        data={**(data or {}), "before": entry.reason_data},
        filed_by=by,
    )
    _place(entry, chosen)
    point = None
    if remember and entry.sender_norm and chosen:
        point = remember_address(chosen[0], entry.sender_norm, by=by, now=now)
    _note(
        entry,
        "resolve",
        by=by,
        now=now,
        before=before,
        clients=[client.pk for client in chosen],
        point=point.pk if point else None,
    )
    return entry


@transaction.atomic
def ignore(entry: Entry, *, by: Member, now: datetime, version: int, rule: str = "") -> Entry:
    """Say that a waiting letter is no client's; `rule` is the address or domain of the sender
    rule that a person applied to it. Raises AlreadyFiled.
    """
    before = _claim(
        entry,
        version,
        only=Entry.WAITING,
        now=now,
        filing=Entry.IGNORED,
        reason=rules.SENDER_RULE if rule else rules.NOT_A_CLIENT,
        data={
            **({"address": entry.sender_norm, "rule": rule} if rule else {}),
            "before": entry.reason_data,
        },
        filed_by=by,
    )
    _note(entry, "ignore", by=by, now=now, before=before)
    return entry


@transaction.atomic
def mark(
    entry: Entry,
    reason: str,
    data: dict[str, Any],
    *,
    by: Member,
    now: datetime,
    version: int,
) -> Entry:
    """Say why a letter goes on waiting, when something is known of its sender by now. Raises
    AlreadyFiled."""
    before = _claim(
        entry,
        version,
        only=Entry.WAITING,
        now=now,
        filing=Entry.UNRESOLVED,
        reason=reason,
        data=data,
        filed_by=None,
    )
    _note(entry, "mark", by=by, now=now, before=before)
    return entry


@transaction.atomic
def undo(entry: Entry, *, by: Member, now: datetime) -> Entry:
    """Take back this member's own last act on the entry: it waits again, and an address
    remembered by that act is forgotten. Raises NothingToUndo or AlreadyFiled.

    The toast offers it for ten seconds; the letter's own page for as long as it was the last
    act, since a letter set aside by mistake has no other way back.
    """
    last = (
        AuditEvent.objects.filter(
            practice=entry.practice_id, object_kind="entry", object_id=entry.pk
        )
        .exclude(action__in=audit.READS)
        .order_by("-id")
        .first()
    )
    if last is None or last.member_id != by.pk or last.action not in ("resolve", "ignore"):
        raise NothingToUndo
    before = last.data.get("before", {})
    _claim(
        entry,
        last.data["version"],
        only=(Entry.RESOLVED, Entry.IGNORED),
        now=now,
        filing=before.get("filing", Entry.UNRESOLVED),
        reason=before.get("reason", ""),
        data=entry.reason_data.get("before", {}),
        filed_by=None,
    )
    EntryClient.objects.filter(entry=entry).delete()
    point = ContactPoint.objects.filter(
        practice=entry.practice_id, pk=last.data.get("point") or 0
    ).first()
    if point:
        forget_address(point, by=by, now=now)
    _note(entry, "undo", by=by, now=now)
    return entry


@transaction.atomic
def take_back(entry: Entry, *, by: Member, now: datetime, version: int) -> Entry:
    """Put a letter that was filed, or set aside, back into Unresolved (its owner's own, into My
    inbox), whoever did it: off all records, and on the server too (MG-4, RX-113). `version` is
    the one the person saw.

    Where the last act was this member's own it is undone as such, with the address it remembered.
    Raises AlreadyFiled; nothing is changed then.
    """
    if entry.version == version:
        try:
            return undo(entry, by=by, now=now)
        except NothingToUndo:
            pass
    clients = sorted(entry.placements.values_list("client", flat=True))
    before = _claim(
        entry,
        version,
        only=(Entry.RESOLVED, Entry.IGNORED),
        now=now,
        filing=_loose(entry),
        reason=rules.TAKEN_BACK,
        data={"was": entry.filing},
        filed_by=by,
    )
    EntryClient.objects.filter(entry=entry).delete()
    _note(entry, "take_back", by=by, now=now, before=before, clients=clients)
    return entry


@transaction.atomic
def unassign(entry: Entry, client: Client, *, by: Member, now: datetime) -> Entry:
    """Take a letter off one client's record; off the last one, it waits in Unresolved (MG-4),
    or is again in its owner's My inbox alone.

    An audit line stays: who, when, which client; no content.
    """
    removed, _ = EntryClient.objects.filter(entry=entry, client=client).delete()
    if not removed:
        raise NothingToUndo
    left = EntryClient.objects.filter(entry=entry).exists()
    _claim(
        entry,
        entry.version,
        only=[Entry.RESOLVED],
        now=entry.filed_at or now if left else now,
        filing=Entry.RESOLVED if left else _loose(entry),
        reason=entry.reason if left else rules.TAKEN_BACK,
        data=entry.reason_data if left else {},
        filed_by=entry.filed_by if left else by,
    )
    _note(entry, "unassign", by=by, now=now, clients=[client.pk])
    return entry


def _loose(entry: Entry) -> str:
    """How a letter is filed that is on no record any more."""
    return Entry.UNFILED if entry.owner_id else Entry.UNRESOLVED


def _claim(
    entry: Entry,
    version: int,
    *,
    only: Iterable[str],
    now: datetime,
    filing: str,
    reason: str,
    data: dict[str, Any],
    filed_by: Member | None,
) -> dict[str, Any]:
    """Change the row only if it is still the one that was seen, and filed in `only` these ways:
    two people, one letter. Gives back how it was filed before.
    """
    # For the audit, which names no sender: what else `undo` wants stays with the entry.
    before = {"filing": entry.filing, "reason": entry.reason}
    rows = Entry.objects.filter(practice=entry.practice_id, pk=entry.pk, version=version)
    changed = rows.filter(filing__in=only).update(
        filing=filing,
        reason=reason,
        reason_data=data,
        filed_by=filed_by,
        filed_at=now,
        version=version + 1,
    )
    entry.refresh_from_db()
    if not changed:
        raise AlreadyFiled(entry)
    note_refiled(entry)
    return before


def note_refiled(entry: Entry) -> None:
    """Have its copies on the server follow. Call within the transaction that filed it."""
    if entry.kind == Entry.EMAIL:
        Refiled.objects.create(practice_id=entry.practice_id, entry=entry)


def _place(entry: Entry, clients: Iterable[Client]) -> None:
    EntryClient.objects.bulk_create(
        (
            EntryClient(practice_id=entry.practice_id, entry=entry, client=client, at=entry.at)
            for client in clients
        ),
        ignore_conflicts=True,
    )


def _note(entry: Entry, action: str, *, by: Member, now: datetime, **data: Any) -> None:
    data["version"] = entry.version
    audit.record(entry.practice_id, action, "entry", entry.pk, by=by, now=now, data=data)
    events.tell(entry.practice_id, events.ENTRY_FILING, [entry.pk], now=now)
