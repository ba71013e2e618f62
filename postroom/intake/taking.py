"""From raw bytes to the register: one transaction for a batch (arrow 3 of RELIABILITY 1.1)."""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction

from postroom.clients.matching import match_all
from postroom.clients.rules import Match
from postroom.connections.models import MailAccount
from postroom.intake import rules
from postroom.intake.housing import housed, open_conversations, seen_again
from postroom.intake.models import Sighting
from postroom.intake.placing import Placed, addresses_of, place, recipients_of
from postroom.kit.crash import crash_point
from postroom.kit.mime import Letter, read_guarded
from postroom.kit.rows import insert_each, update_each
from postroom.kit.text import snippet
from postroom.outbox.evidence import Heard, came_back, hear
from postroom.practice import audit, events
from postroom.practice.models import Practice
from postroom.register import joining, scanning, search, threads
from postroom.register import rules as reasons
from postroom.register.erasing import unlink_unnamed
from postroom.register.hints import called_at_once
from postroom.register.letters import EMPTY
from postroom.register.models import (
    Attachment,
    Entry,
    EntryClient,
    StoredMail,
    Tombstone,
    mail_path,
)

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Taken:
    """One sighted mail on its way into the register."""

    sighting: Sighting
    raw: bytes
    letter: Letter
    placed: Placed
    fold_key: str
    mail: StoredMail | None = None
    entry: Entry | None = None


def take_in(
    sightings: Sequence[Sighting], raws: Sequence[bytes], *, now: datetime, alone: bool = False
) -> None:
    """Put sighted mails in the register: each new one as an entry, filed or waiting.

    All or nothing, and safe to repeat: a mail that is there already only gets its sighting.
    Where another worker stored the same mail in between, the batch is simply done again. `alone`:
    read in a process of its own, and counted as an attempt only then.
    """
    pairs = zip(sightings, raws, strict=True)
    batch = [_read(sighting, raw, alone) for sighting, raw in pairs]
    matches = _judge(batch)
    for one in batch:
        one.placed = housed(one.placed, one.sighting, matches)
    for attempt in range(3):
        try:
            with transaction.atomic():
                _store(batch, now=now)
                crash_point("inside-store")
            return
        except IntegrityError:
            if attempt == 2:
                raise


def count_attempt(sighting: Sighting) -> None:
    """Write down, before anything is done that may be its last, that a worker has this letter."""
    sighting.attempts += 1
    sighting.save(update_fields=["attempts"])


def _read(sighting: Sighting, raw: bytes, alone: bool) -> Taken:
    """Read one mail; what reading cannot cope with is kept whole and shown as such."""
    letter, failure = EMPTY, ""
    if sighting.attempts >= rules.MOST_DEATHS:
        failure = reasons.SET_ASIDE
    else:
        try:
            letter = read_guarded(raw, always=alone)
        except (MemoryError, OSError):
            raise  # the machine's trouble, not the letter's: it is tried again
        except Exception:  # a promise of kit.mime, but one letter must never stop the queue
            log.exception("sighting %s could not be read", sighting.pk)
            failure = reasons.UNREADABLE
        if alone:
            count_attempt(sighting)
    if "too-big" in letter.problems:
        failure = reasons.TOO_BIG
    if "limits" in letter.problems:
        failure = reasons.LIMITS
    key = reasons.fold_key(
        letter.message_id,
        (address.norm for address in letter.senders),
        letter.text,
        letter.html,
        (file.sha256 for file in letter.files),
    )
    sender = next(iter(letter.senders), None)
    unread = Placed(Entry.FAILED, failure, {"size": len(raw)}, sender=sender)
    return Taken(sighting, raw, letter, unread, "" if failure else key)


def _judge(batch: Iterable[Taken]) -> dict[str, Match]:
    """Where each letter belongs; one look at the clients for the whole batch."""
    readable = [one for one in batch if not one.placed.reason]
    if not readable:
        return {}
    account, workflow = readable[0].sighting.account, readable[0].sighting.workflow
    senders = {norm for one in readable for norm in addresses_of(one.letter)}
    own = MailAccount.objects.users_of(account.practice_id)
    matches = match_all(account.practice_id, senders, own=own)
    written_to = {norm for one in readable for norm in recipients_of(one.letter, matches)}
    if asked := written_to - matches.keys():
        matches |= match_all(account.practice_id, asked, own=own)
    ours = account.writes_as
    known = threads.earlier(account.practice_id, account.owner_id, (one.letter for one in readable))
    for one in readable:
        history = threads.history(one.letter, known)
        one.placed = place(
            *(one.letter, matches),
            host=account.host,
            history=history,
            to_group=workflow.to_group,
            own=ours,
        )
    if waiting := [one for one in readable if one.placed.filing == Entry.UNRESOLVED]:
        _note_numbers(account.practice, waiting)
    return matches


def _note_numbers(practice: Practice, waiting: Sequence[Taken]) -> None:
    """Whose telephone number a waiting letter has: the list tells it without reading the letter."""
    for one, clients in zip(
        waiting, called_at_once(practice, [one.letter.text for one in waiting]), strict=True
    ):
        if clients:
            one.placed = replace(one.placed, data={**one.placed.data, "called": clients})


def _store(batch: Sequence[Taken], *, now: datetime) -> None:
    practice = batch[0].sighting.practice_id
    batch = _without_erased(practice, batch)
    if not batch:
        return
    _recognise(practice, batch)
    for one in batch:
        if one.entry:
            seen_again(one.entry, one.sighting, one.placed, now=now)
    came_back(practice, [one.letter.message_id for one in batch], now=now)
    fresh = _new_entries(batch, now=now)
    _new_mails(batch, fresh)
    _new_details(fresh, now=now)
    for one in batch:
        one.sighting.mail = one.mail
        one.sighting.state = Sighting.STORED
    update_each([one.sighting for one in batch], ["mail", "state"])


def _without_erased(practice: int, batch: Sequence[Taken]) -> list[Taken]:
    """The batch without what was erased here before, byte for byte or by another copy of it:
    of that the sighting alone stays, so that it is not fetched again."""
    keys = {one.sighting.content_key for one in batch}
    erased = Tombstone.objects.among(practice, keys, {one.fold_key for one in batch})
    if not erased:
        return list(batch)
    gone = [one for one in batch if {one.sighting.content_key, one.fold_key} & erased]
    for one in gone:
        one.sighting.state = Sighting.ERASED
    update_each([one.sighting for one in gone], ["mail", "state"])
    paths = {mail_path(practice, one.sighting.content_key) for one in gone}
    transaction.on_commit(partial(unlink_unnamed, practice, paths))
    return [one for one in batch if one not in gone]


def _recognise(practice: int, batch: Sequence[Taken]) -> None:
    """Which of these mails the register holds already, byte for byte or folded (AK-112).

    A member's own mailbox and the practice's know nothing of each other.
    """
    mailbox_of = _mailbox_of(batch[0].sighting)
    for one in batch:
        one.mail = one.entry = None
    ours = StoredMail.objects.filter(practice=practice, mailbox_of=mailbox_of)
    mails = ours.select_related("entry")
    by_content = {
        mail.content_key: mail
        for mail in mails.filter(content_key__in={one.sighting.content_key for one in batch})
    }
    folds = {one.fold_key for one in batch} - {""}
    by_fold = {
        mail.fold_key: mail.entry for mail in mails.filter(fold_key__in=folds).order_by("-id")
    }
    for one in batch:
        one.mail = by_content.get(one.sighting.content_key)
        one.entry = one.mail.entry if one.mail else by_fold.get(one.fold_key)


def _new_entries(batch: Iterable[Taken], *, now: datetime) -> list[Taken]:
    """An entry for each letter that has none; the first of several copies speaks for them."""
    fresh: list[Taken] = []
    first: dict[str, Taken] = {}
    for one in batch:
        if one.entry is not None:
            continue
        twin = first.get(one.sighting.content_key) or first.get(one.fold_key or "-")
        if twin is None:
            one.entry = _entry(one, now=now)
            fresh.append(one)
            first[one.sighting.content_key] = one
            if one.fold_key:
                first[one.fold_key] = one
        else:
            one.entry = twin.entry
    open_conversations((one.entry, one.sighting) for one in fresh if one.entry)
    insert_each(one.entry for one in fresh if one.entry)
    return fresh


def _new_mails(batch: Iterable[Taken], fresh: list[Taken]) -> None:
    new: dict[str, StoredMail] = {}
    for one in batch:
        key = one.sighting.content_key
        if one.mail is None:
            one.mail = new.setdefault(key, _mail(one))
    # In one order everywhere: two workers with the same mails must not wait for each other.
    insert_each(mail for _, mail in sorted(new.items()))


def _new_details(fresh: list[Taken], *, now: datetime) -> None:
    """All that hangs on a new entry: its clients, attachments, words, audit and event."""
    if not fresh:
        return
    practice = fresh[0].sighting.practice_id
    insert_each(
        EntryClient(practice_id=practice, entry=one.entry, client_id=client, at=one.entry.at)
        for one in fresh
        if one.entry
        for client in one.placed.clients
    )
    attachments = [
        Attachment(
            practice_id=practice,
            entry=one.entry,
            mail=one.mail,
            n=file.n,
            name=file.name[:255],
            type=file.type[:120],
            size=file.size,
            sha256=file.sha256,
            content_id=file.content_id[:255],
            inline=file.inline,
        )
        for one in fresh
        for file in one.letter.files
    ]
    insert_each(attachments)
    scanning.expect(attachments, now=now)
    joining.join(practice, [(one.entry, one.letter) for one in fresh if one.entry])
    search.index(_words(one) for one in fresh)
    # What we sent ourselves after a letter says nothing of whether that arrived.
    heard = [Heard(one.letter, one.raw) for one in fresh if not one.placed.sent]
    hear(practice, heard, now=now)
    ids = [one.entry.pk for one in fresh if one.entry]
    audit.record_all(
        practice,
        (
            audit.Deed("file", "entry", one.entry.pk, {"filing": one.placed.filing})
            for one in fresh
            if one.entry
        ),
        by=None,
        now=now,
    )
    events.tell(practice, events.ENTRY_NEW, ids, now=now)


def _entry(one: Taken, *, now: datetime) -> Entry:
    letter, placed, sighting = one.letter, one.placed, one.sighting
    sender = placed.sender
    return Entry(
        practice_id=sighting.practice_id,
        owner_id=sighting.account.owner_id,
        account_id=sighting.account_id,
        at=rules.written_at(letter.date, sighting.received_at),
        created_at=now,
        subject=letter.subject[:400],
        snippet=snippet(letter.text)[:200],
        sender_name=(sender.name or sender.address)[:200] if sender else "",
        sender_norm=sender.norm[:320] if sender else "",
        direction=Entry.OUT if placed.sent else Entry.IN,
        to=[[one.name, one.address] for one in (*letter.to, *letter.cc)] if placed.sent else [],
        files=sum(not file.inline for file in letter.files),
        filing=placed.filing,
        reason=placed.reason,
        reason_data=placed.data,
        verified=placed.verified,
        automatic=letter.automatic,
        filed_at=now if placed.filing in (Entry.RESOLVED, Entry.IGNORED) else None,
    )


def _mail(one: Taken) -> StoredMail:
    return StoredMail(
        practice_id=one.sighting.practice_id,
        entry=one.entry,
        content_key=one.sighting.content_key,
        raw_sha256=hashlib.sha256(one.raw).hexdigest(),
        size=len(one.raw),
        message_id=one.letter.message_id[:400],
        fold_key=one.fold_key,
        problems=_problems(one),
        mailbox_of=_mailbox_of(one.sighting),
    )


def _problems(one: Taken) -> list[str]:
    """What is wrong with it. Kept with the bytes: the entry's reason goes when it is filed."""
    if one.placed.reason in (reasons.SET_ASIDE, reasons.UNREADABLE):
        return [reasons.SET_ASIDE]
    return list(one.letter.problems)


def _mailbox_of(sighting: Sighting) -> int:
    return sighting.account.owner_id or 0


def _words(one: Taken) -> search.Words:
    letter = one.letter
    people = (*letter.senders, *letter.to, *letter.cc)
    return search.Words(
        entry=one.entry.pk if one.entry else 0,
        practice=one.sighting.practice_id,
        subject=letter.subject,
        people=" ".join(f"{person.name} {person.address}" for person in people),
        body=letter.text,
        files=" ".join(file.name for file in letter.files),
    )
