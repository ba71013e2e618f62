"""The place in the register of what is sent from here."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from postroom.clients.models import Client, ContactPoint, Patient
from postroom.kit.addresses import normalise_email
from postroom.kit.mime import content_key, read
from postroom.kit.text import snippet
from postroom.outbox.letter import OutgoingLetter
from postroom.outbox.writing import Sheet
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice
from postroom.register import rules as filing
from postroom.register import search
from postroom.register.models import Attachment, Entry, EntryClient, EntryPatient, StoredMail


def enter(
    practice: Practice,
    letter: OutgoingLetter,
    sheet: Sheet,
    raw: bytes,
    *,
    point: ContactPoint | None,
    by: Member | None,
    at: datetime,
    now: datetime,
    author: Member | None = None,
    status: str = Entry.WAITING_TO_GO,
) -> Entry:
    """Its place in the register, on the records of its clients, found by its words; its bytes lie
    on the disk. `by` enters it, and wrote it unless an `author` is named. To be called in the
    transaction of its cause. Raises ValueError for rows of another practice."""
    clients = of_practice(Client, practice, letter.clients)
    patients = of_practice(Patient, practice, letter.patients)
    entry = Entry.objects.create(
        practice=practice,
        owner_id=letter.account.owner_id,
        account_id=letter.account.mail_account_id,
        direction=Entry.OUT,
        status=status,
        at=at,
        created_at=now,
        subject=sheet.subject[:400],
        snippet=snippet(letter.text)[:200],
        sender_name=(sheet.sender[0] or sheet.sender[1])[:200],
        sender_norm=normalise_email(sheet.sender[1])[:320],
        to=[list(one) for one in (*sheet.to, *sheet.cc)],
        details={"bcc": [list(one) for one in letter.bcc]} if letter.bcc else {},
        contact_id=point.contact_id if point else None,
        author=author or by,
        files=len(sheet.files),
        filing=Entry.RESOLVED if clients else Entry.UNFILED,
        reason=filing.BY_MEMBER if clients else "",
        filed_by=by if clients else None,
        filed_at=now if clients else None,
    )
    for client in clients:
        EntryClient.objects.create(practice=practice, entry=entry, client_id=client, at=at)
    for patient in patients:
        EntryPatient.objects.create(practice=practice, entry=entry, patient_id=patient, at=at)
    mail = StoredMail.objects.create(
        practice=practice,
        entry=entry,
        content_key=content_key(raw),
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        message_id=sheet.message_id,
        fold_key=fold_key_of(raw),
        mailbox_of=letter.account.owner_id or 0,
    )
    for n, (name, type_, data) in enumerate(sheet.files, 1):
        Attachment.objects.create(
            practice=practice,
            entry=entry,
            mail=mail,
            n=n,
            name=name[:255],
            type=type_[:120],
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )
    people = (sheet.sender, *sheet.to, *sheet.cc, *letter.bcc)
    search.index(
        [
            search.Words(
                entry=entry.pk,
                practice=practice.pk,
                subject=sheet.subject,
                people=" ".join(f"{name} {address}" for name, address in people),
                body=letter.text,
                files=" ".join(name for name, *_ in sheet.files),
            )
        ]
    )
    audit.record(
        practice.pk, "file", "entry", entry.pk, by=by, now=now, data={"filing": entry.filing}
    )
    events.tell(practice.pk, events.ENTRY_NEW, [entry.pk], now=now)
    return entry


def fold_key_of(raw: bytes) -> str:
    """By which a copy of it that comes back, to oneself or by a list, is known for it (AK-112)."""
    mail = read(raw)
    senders = (one.norm for one in mail.senders)
    files = (file.sha256 for file in mail.files)
    return filing.fold_key(mail.message_id, senders, mail.text, mail.html, files)


def of_practice(model: Any, practice: Practice, ids: Iterable[int]) -> list[int]:
    """These ids, all of them this practice's. Raises ValueError."""
    wanted = list(dict.fromkeys(ids))
    rows = model.objects.filter(practice=practice, pk__in=wanted)
    if rows.count() != len(wanted):
        raise ValueError("rows of another practice")
    return wanted
