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
from postroom.clients.models import Client, ContactPoint, Patient
from postroom.practice import audit
from postroom.practice.models import AuditEvent, Member
from postroom.register import choices, rules
from postroom.register.filing import (
    AlreadyFiled,
    NothingToUndo,
    claim,
    note_filing,
    place,
    place_about,
    put_back,
    take_off,
)
from postroom.register.models import Entry

__all__ = ["AlreadyFiled", "NothingToUndo"]  # what these verbs raise

UNDONE = ("resolve", "ignore", "assign", "move", "unassign", "about")


@transaction.atomic
def resolve(
    entry: Entry,
    clients: Iterable[Client],
    *,
    by: Member,
    now: datetime,
    version: int,
    remember: bool = False,
    patients: Iterable[Patient] = (),
    reason: str = rules.BY_MEMBER,
    data: dict[str, Any] | None = None,
) -> Entry:
    """File a letter, waiting or of an inbox, on the records of these clients (RX-22).

    `version` is the one the person saw. `remember` adds the sender's address to the first
    client, so that the next letter files itself; `patients` are whom of theirs it is about.
    Raises AlreadyFiled; nothing is changed then.
    """
    chosen, waited_for = list(clients), entry.reason
    about = [one for one in patients if one.client_id in {client.pk for client in chosen}]
    before = claim(
        entry,
        version,
        only=Entry.FILABLE,
        now=now,
        filing=Entry.RESOLVED,
        reason=reason,
        reason_data={**(data or {}), "before": entry.reason_data},
        filed_by=by,
    )
    place(entry, chosen)
    place_about(entry, about)
    point = None
    if remember and entry.sender_norm and chosen:
        point = remember_address(chosen[0], entry.sender_norm, by=by, now=now)
    pks = [client.pk for client in chosen]
    learnt: list[int] = []
    if reason == rules.BY_MEMBER and point is None:
        learnt = choices.learn(entry, waited_for, pks, now)
    note_filing(
        entry,
        "resolve",
        by=by,
        now=now,
        before=before,
        clients=pks,
        point=point.pk if point else None,
        undo={"learnt": learnt},
    )
    return entry


@transaction.atomic
def ignore(entry: Entry, *, by: Member, now: datetime, version: int, rule: str = "") -> Entry:
    """Say that a waiting letter is no client's; `rule` is the address or domain of the sender
    rule that a person applied to it. Raises AlreadyFiled.
    """
    before = claim(
        entry,
        version,
        only=Entry.WAITING,
        now=now,
        filing=Entry.IGNORED,
        reason=rules.SENDER_RULE if rule else rules.NOT_A_CLIENT,
        reason_data={
            **({"address": entry.sender_norm, "rule": rule} if rule else {}),
            "before": entry.reason_data,
        },
        filed_by=by,
    )
    note_filing(entry, "ignore", by=by, now=now, before=before)
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
    before = claim(
        entry,
        version,
        only=Entry.WAITING,
        now=now,
        filing=Entry.UNRESOLVED,
        reason=reason,
        reason_data=data,
        filed_by=None,
    )
    note_filing(entry, "mark", by=by, now=now, before=before)
    return entry


@transaction.atomic
def undo(entry: Entry, *, by: Member, now: datetime) -> Entry:
    """Take back this member's own last act on the entry: it is filed, or waits, as before, and an
    address remembered by that act is forgotten. Raises NothingToUndo or AlreadyFiled.

    The toast offers it for ten seconds; the letter's own page for as long as it was the last
    act, since a letter set aside by mistake has no other way back.
    """
    last = _last_act(entry)
    if last is None or last.member_id != by.pk or last.action not in UNDONE:
        raise NothingToUndo
    if last.action in ("resolve", "ignore"):
        _undo_filing(entry, last, by=by, now=now)
    else:
        _undo_change(entry, last, now=now)
    note_filing(entry, "undo", by=by, now=now)
    return entry


@transaction.atomic
def take_back(entry: Entry, *, by: Member, now: datetime, version: int) -> Entry:
    """Put a letter that was filed, or set aside, back into Unresolved (its owner's own, into My
    inbox), whoever did it: off all records, and on the server too (MG-4, RX-113). `version` is
    the one the person saw.

    Where the last act was this member's own filing it is undone as such, with the address it
    remembered. Raises AlreadyFiled; nothing is changed then.
    """
    last = _last_act(entry)
    own = last is not None and last.member_id == by.pk and last.action in ("resolve", "ignore")
    if own and entry.version == version:
        return undo(entry, by=by, now=now)
    placed = entry.placements.values_list("client", flat=True)
    _unlearn(entry, placed)
    before = claim(
        entry,
        version,
        only=(Entry.RESOLVED, Entry.IGNORED),
        now=now,
        filing=_loose(entry),
        reason=rules.TAKEN_BACK,
        reason_data={"was": entry.filing},
        filed_by=by,
    )
    clients = take_off(entry, placed)["clients"]
    note_filing(entry, "take_back", by=by, now=now, before=before, clients=clients)
    return entry


@transaction.atomic
def unassign(
    entry: Entry, client: Client, *, by: Member, now: datetime, version: int | None = None
) -> Entry:
    """Take a letter off one client's record; off the last one, it waits in Unresolved (MG-4),
    or is again in its owner's My inbox alone.

    An audit line stays: who, when, which client; no content.
    """
    was = take_off(entry, [client.pk])
    if not was["clients"]:
        raise NothingToUndo
    undone = {**was, **_filed(entry)}
    fields: dict[str, Any]
    if entry.placements.exists():
        fields = {"filed_at": entry.filed_at or now}
    else:
        fields = {
            "filing": _loose(entry),
            "reason": rules.TAKEN_BACK,
            "reason_data": {"before": entry.reason_data},
            "filed_by": by,
        }
        undone["nested"] = True
    _unlearn(entry, [client.pk])
    before = claim(
        entry,
        entry.version if version is None else version,
        only=[Entry.RESOLVED],
        now=now,
        **fields,
    )
    note_filing(entry, "unassign", by=by, now=now, before=before, clients=[client.pk], undo=undone)
    return entry


@transaction.atomic
def assign(
    entry: Entry,
    clients: Iterable[Client],
    *,
    by: Member,
    now: datetime,
    version: int,
    patients: Iterable[Patient] = (),
) -> Entry:
    """Put a filed letter on more records (AK-27). Raises AlreadyFiled."""
    there = set(entry.placements.values_list("client", flat=True))
    new = [client for client in clients if client.pk not in there]
    claim(entry, version, only=[Entry.RESOLVED], now=now, filed_at=entry.filed_at or now)
    place(entry, new)
    about = [one for one in patients if one.client_id in {client.pk for client in new}]
    place_about(entry, about)
    pks = [client.pk for client in new]
    note_filing(entry, "assign", by=by, now=now, clients=pks, undo={"added": pks})
    return entry


@transaction.atomic
def move(
    entry: Entry,
    source: Client,
    target: Client,
    *,
    by: Member,
    now: datetime,
    version: int,
    patients: Iterable[Patient] = (),
) -> Entry:
    """Take a filed letter from one record to another, with a trace (XP-21). Raises AlreadyFiled,
    also where it does not lie on the first any more."""
    there = entry.placements.filter(client=target).exists()
    undone = _filed(entry)
    was = take_off(entry, [source.pk])
    _unlearn(entry, [source.pk])
    claim(
        entry,
        version if was["clients"] else -1,
        only=[Entry.RESOLVED],
        now=now,
        reason=rules.BY_MEMBER,
        reason_data={"before": entry.reason_data},
        filed_by=by,
    )
    place(entry, [target])
    place_about(entry, (one for one in patients if one.client_id == target.pk))
    undone |= {**was, "nested": True, "added": [] if there else [target.pk]}
    note_filing(entry, "move", by=by, now=now, gone=[source.pk], clients=[target.pk], undo=undone)
    return entry


@transaction.atomic
def about(
    entry: Entry, patients: Iterable[Patient], *, by: Member, now: datetime, version: int
) -> Entry:
    """Say whom of its clients' a filed letter is about. Raises AlreadyFiled."""
    was = sorted(entry.about.values_list("patient", flat=True))
    clients = set(entry.placements.values_list("client", flat=True))
    claim(entry, version, only=[Entry.RESOLVED], now=now, filed_at=entry.filed_at or now)
    entry.about.all().delete()
    place_about(entry, (one for one in patients if one.client_id in clients))
    note_filing(
        entry, "about", by=by, now=now, undo={"patients": was, "clients": [], "about": True}
    )
    return entry


def _last_act(entry: Entry) -> AuditEvent | None:
    lines = AuditEvent.objects.filter(
        practice=entry.practice_id, object_kind="entry", object_id=entry.pk
    )
    return lines.exclude(action__in=audit.READS).order_by("-id").first()


def _undo_filing(entry: Entry, last: AuditEvent, *, by: Member, now: datetime) -> None:
    before = last.data.get("before", {})
    claim(
        entry,
        last.data["version"],
        only=(Entry.RESOLVED, Entry.IGNORED),
        now=now,
        filing=before.get("filing", Entry.UNRESOLVED),
        reason=before.get("reason", ""),
        reason_data=entry.reason_data.get("before", {}),
        filed_by=None,
    )
    take_off(entry, entry.placements.values_list("client", flat=True))
    choices.unlearn(entry, last.data.get("undo", {}).get("learnt", ()))
    point = ContactPoint.objects.filter(
        practice=entry.practice_id, pk=last.data.get("point") or 0
    ).first()
    if point:
        forget_address(point, by=by, now=now)


def _undo_change(entry: Entry, last: AuditEvent, *, now: datetime) -> None:
    """Back on the records, or off those, that an act on a filed letter changed."""
    was = last.data.get("undo", {})
    fields: dict[str, Any] = {"filed_at": entry.filed_at or now}
    if "filing" in was and (entry.filing, entry.reason) != (was["filing"], was["reason"]):
        fields |= {"filing": was["filing"], "reason": was["reason"]}
    if was.get("nested"):
        fields["reason_data"] = entry.reason_data.get("before", {})
    if "filed_by" in was:
        fields["filed_by"] = Member.objects.filter(
            practice=entry.practice_id, pk=was["filed_by"] or 0
        ).first()
    claim(entry, last.data["version"], only=(Entry.RESOLVED, *Entry.FILABLE), now=now, **fields)
    take_off(entry, was.get("added", ()))
    if was.get("about"):
        entry.about.all().delete()
    put_back(entry, was)


def _unlearn(entry: Entry, clients: Iterable[int]) -> None:
    """It was filed there by hand, and wrongly: the next letter is not told of it."""
    if entry.reason == rules.BY_MEMBER:
        choices.unlearn(entry, clients)


def _filed(entry: Entry) -> dict[str, Any]:
    """How it is filed now, for the undoing: no content."""
    return {"filing": entry.filing, "reason": entry.reason, "filed_by": entry.filed_by_id}


def _loose(entry: Entry) -> str:
    """How a letter is filed that is on no record any more: nobody asks whom ours is from."""
    ours = entry.owner_id or entry.is_from_here
    return Entry.UNFILED if ours else Entry.UNRESOLVED
