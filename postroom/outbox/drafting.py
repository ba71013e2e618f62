"""Verbs of drafts: begun, saved, given files, sent, and taken back.

A draft is its author's alone. Each saving names the version it was made from, so that two devices
cannot write over one another; sending queues the letter under a key of its own, so that a second
click sends nothing (RELIABILITY R3).
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from postroom.clients.models import ContactPoint
from postroom.kit.addresses import normalise_email
from postroom.outbox import actions, desk, filling, hurdles
from postroom.outbox.addressing import Whom, typed
from postroom.outbox.composing import letter_of_draft
from postroom.outbox.draft_models import Draft
from postroom.outbox.enclosures import NewFile, copies, keep
from postroom.outbox.hurdles import Answer
from postroom.outbox.models import Message
from postroom.outbox.preparing import Prepared, add, settle_again, ways
from postroom.outbox.rules import BOUNCED, REPLACED
from postroom.outbox.template_actions import mark_used
from postroom.outbox.template_fields import Recipient
from postroom.outbox.template_models import Enclosure, Template
from postroom.practice.models import Member
from postroom.register.letters import file_bytes
from postroom.register.models import Attachment, Entry

KEPT_SENT = timedelta(days=1)  # for undoing; the letter itself is in the outbox


class ChangedElsewhere(Exception):
    """Another window or device saved this draft since; nothing was written."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"draft {draft.pk} is at version {draft.version}")
        self.draft = draft


class Hindered(Exception):
    """It does not leave like this: `hurdles` say why, or what is asked."""

    def __init__(self, found: list[hurdles.Hurdle]) -> None:
        super().__init__(", ".join(one.code for one in found))
        self.hurdles = found


class AlreadySent(Exception):
    """It has left, or is about to."""


def begin(prepared: Prepared, *, now: datetime) -> Draft:
    """The draft with its files; begun twice with one key, it is one. Raises OSError."""
    draft = prepared.draft
    held = Draft.objects.filter(author=draft.author, key=draft.key).first()
    if held:
        return held
    files = keep(draft.practice_id, [_of(one) for one in prepared.files])
    with transaction.atomic():
        draft.created_at = draft.saved_at = now
        made, new = Draft.objects.get_or_create(
            author=draft.author,
            key=draft.key,
            defaults={
                field.attname: getattr(draft, field.attname)
                for field in Draft._meta.concrete_fields
                if field.attname not in ("id", "author_id", "key")
            },
        )
        if new:
            _enclose(made, files)
    return made


@transaction.atomic
def save(draft: Draft, fields: Mapping[str, Any], *, version: int, now: datetime) -> Draft:
    """Write these fields, if it is still at `version`. Raises ChangedElsewhere, AlreadySent."""
    rows = Draft.objects.filter(pk=draft.pk, sent_at=None)
    done = rows.filter(version=version).update(**fields, version=F("version") + 1, saved_at=now)
    draft.refresh_from_db()
    if not done:
        raise AlreadySent if draft.sent_at else ChangedElsewhere(draft)
    return draft


@transaction.atomic
def discard(draft: Draft) -> None:
    """Throw it away with its files; a letter that was queued of it goes its way."""
    Draft.objects.filter(pk=draft.pk).delete()


def address(draft: Draft, whom: Whom, *, member: Member, now: datetime) -> Draft:
    """Write to this person as well; the first one says about which client it is, and from whom
    where nobody has chosen that."""
    first, before, contact = not draft.to, ways(draft, member), draft.contact
    add(draft, whom)
    if first:
        settle_again(draft, member, before)
    else:
        draft.contact = contact
    return _keep(draft, now, "to", "contact", "client", "account", "replies", "to_register")


def add_person(draft: Draft, name: str, mailbox: str, *, now: datetime) -> Draft:
    """An address somebody typed."""
    if normalise_email(mailbox) not in {normalise_email(one) for _, one in draft.to}:
        draft.to = [*draft.to, [name, mailbox]]
    return _keep(draft, now, "to")


def drop_person(draft: Draft, place: int, *, member: Member, now: datetime) -> Draft:
    """Take the one at this place, from 0, off the list; no template greets them any more. Their
    record goes with them where they alone had named it."""
    before = ways(draft, member)
    gone = {normalise_email(one[1]) for n, one in enumerate(draft.to) if n == place}
    draft.to = [one for n, one in enumerate(draft.to) if n != place]
    left = {normalise_email(address) for _name, address in draft.to}
    if draft.contact and not draft.contact.points.filter(norm__in=left).exists():
        draft.contact = None
    if draft.client and not draft.client_named:
        hidden = (one for text in (draft.cc, draft.bcc) for one in typed(text)[0])
        left |= {normalise_email(address) for _name, address in hidden}
        theirs = ContactPoint.objects.filter(
            contact__clients=draft.client, kind=ContactPoint.EMAIL, norm__in=left | gone
        )
        named_by = set(theirs.values_list("norm", flat=True))
        if named_by and not named_by & left:
            draft.client, draft.patients = None, []
    settle_again(draft, member, before)
    fields = ("to", "contact", "client", "patients", "account", "replies", "to_register")
    return _keep(draft, now, *fields)


def swap_address(draft: Draft, mailbox: str, *, now: datetime) -> Draft:
    """Another address of the person chosen, in place of the one that stands there."""
    assert draft.contact is not None
    own = set(draft.contact.points.values_list("norm", flat=True))
    places = [n for n, (_name, one) in enumerate(draft.to) if normalise_email(one) in own]
    people = list(draft.to)
    if places:
        people[places[0]] = [draft.contact.name, mailbox]
    else:
        people.insert(0, [draft.contact.name, mailbox])
    draft.to = people
    return _keep(draft, now, "to")


def regard(draft: Draft, client: Any, *, now: datetime, named: bool = True) -> Draft:
    """Which client it is about; None for none, and then it is on no record. `named` by itself, not
    by whom it goes to."""
    draft.client, draft.patients, draft.to_register = client, [], client is not None
    draft.client_named = named and client is not None
    return _keep(draft, now, "client", "client_named", "patients", "to_register")


def attach(draft: Draft, files: Iterable[NewFile], *, now: datetime) -> Draft:
    """Put files to it. Raises OSError."""
    rows = keep(draft.practice_id, files)
    with transaction.atomic():
        _enclose(draft, rows)
        return _keep(draft, now)


def attach_known(draft: Draft, found: Attachment, *, now: datetime) -> Draft:
    """Put a file of the register to it. Raises OSError where its bytes are missing."""
    return attach(draft, [_of(found)], now=now)


@transaction.atomic
def detach(draft: Draft, enclosure: int, *, now: datetime) -> Draft:
    draft.enclosures.filter(pk=enclosure).delete()
    return _keep(draft, now)


@transaction.atomic
def use_template(draft: Draft, template: Template, *, member: Member, now: datetime) -> Draft:
    """Lay a template in: in place of the one before while that is as it was, else above what
    somebody wrote. An answer keeps its subject."""
    version = template.current
    whom = Recipient(
        draft.practice,
        member,
        draft.contact,
        draft.client,
        filling.chosen_patients(draft.client, draft.patients),
    )
    new = filling.laid(version, whom, now)
    old = filling.laid(draft.template, whom, now) if draft.template else None
    untouched = not draft.text.strip() or (old and draft.text.strip() == old.text.strip())
    draft.text = new.text if untouched else f"{new.text.rstrip()}\n\n{draft.text}"
    if draft.way == Draft.NEW and (
        not draft.subject.strip() or (old and draft.subject == old.subject)
    ):
        draft.subject = new.subject
    if draft.template:
        was = draft.template.enclosures.values_list("content_key", flat=True)
        draft.enclosures.filter(content_key__in=list(was)).delete()
    draft.template = version
    _enclose(draft, copies(version.enclosures.all()))
    return _keep(draft, now, "text", "subject", "template")


def send(
    draft: Draft, *, member: Member, answer: Answer, not_before: datetime | None, now: datetime
) -> Message:
    """Queue the letter. Raises Hindered, AlreadySent, letter.NotSendable, OSError.

    What was asked must have been answered for exactly these addresses and reasons.
    """
    files = list(draft.enclosures.all())
    found = hurdles.hurdles(draft, member, files, now=now, not_before=not_before)
    wants_reason = any(one.kind == hurdles.REASON for one in found)
    answered = answer.question == hurdles.question(found)
    if any(one.kind == hurdles.STOP for one in found) or (found and not answered):
        raise Hindered(found)
    if wants_reason and not answer.reason.strip():
        raise Hindered(found)
    if wants_reason:
        draft.to_register = True  # the reason is written where the letter is
    letter = letter_of_draft(draft, member, files, not_before=not_before)
    with transaction.atomic():
        claimed = Draft.objects.filter(pk=draft.pk, sent_at=None, version=draft.version)
        if not claimed.update(sent_at=now, sendings=F("sendings") + 1, version=F("version") + 1):
            raise AlreadySent
        draft.refresh_from_db()
        key = f"draft:{draft.pk}:{draft.sendings}"
        message = actions.queue(
            *(draft.practice, letter),
            key=key,
            by=member,
            now=now,
            resend_if_uncertain=bool(
                draft.template and draft.template.template.resend_if_uncertain
            ),
        )
        Draft.objects.filter(pk=draft.pk).update(message=message)
        if draft.template:
            mark_used(draft.template, now=now)
        if wants_reason:
            _note_reason(message, found, answer.reason)
    return message


@transaction.atomic
def take_back(draft: Draft, *, member: Member, now: datetime) -> Draft:
    """Stop the letter that was queued of this draft, and go on writing. Raises AlreadySent."""
    if draft.sent_at is None:
        return draft
    if draft.message is not None:
        try:
            desk.cancel(draft.message, by=member, now=now)
        except desk.TooLate as late:
            raise AlreadySent from late
    Draft.objects.filter(pk=draft.pk).update(sent_at=None, message=None, saved_at=now)
    draft.refresh_from_db()
    return draft


@transaction.atomic
def stop(message: Message, *, by: Member, now: datetime) -> None:
    """Cancel a message; what somebody wrote and what never left is a draft of theirs again.
    Raises desk.TooLate."""
    if desk.cancel(message, by=by, now=now):
        written = Draft.objects.filter(message=message)
        written.update(sent_at=None, message=None, saved_at=now, version=F("version") + 1)


def stop_all(messages: Iterable[Message], *, by: Member, now: datetime) -> int:
    """Stop those of these that have not left; how many."""
    done = 0
    for message in messages:
        try:
            stop(message, by=by, now=now)
            done += 1
        except desk.TooLate:
            continue
    return done


@transaction.atomic
def reopen(draft: Draft, *, member: Member, now: datetime) -> Draft:
    """Stop the letter that waits of this draft, for `member` to change it (`may_reopen`): in the
    draft itself, or, if a colleague wrote it, in a copy of it. Raises AlreadySent."""
    if draft.author_id == member.pk:
        return take_back(draft, member=member, now=now)
    files = list(draft.enclosures.all())
    written, key = draft.message, secrets.token_hex(16)
    if written is None:
        raise AlreadySent
    try:
        desk.cancel(written, by=member, now=now)
    except desk.TooLate as late:
        raise AlreadySent from late
    draft.pk, draft.author, draft.key, draft.message = None, member, key, None
    draft.sendings, draft.sent_at, draft.created_at, draft.saved_at = 0, None, now, now
    draft.save(force_insert=True)
    _enclose(draft, copies(files))
    return draft


def written_as(message: Message) -> Draft | None:
    """The draft of a letter that nobody has got, if it was written by hand and is still kept: it
    waits, or failed on its way out. What came back may have reached somebody."""
    refused = message.state == Message.FAILED and message.reason not in (BOUNCED, REPLACED)
    return message.drafts.first() if refused or message.state == Message.QUEUED else None


def may_reopen(draft: Draft, member: Member) -> bool:
    """Whether this member may go on writing it: a draft shows the letter that it answers, which
    may be its author's alone."""
    if draft.author_id == member.pk or draft.origin_id is None:
        return True
    return Entry.objects.readable_by(member).filter(pk=draft.origin_id).exists()


def sweep(now: datetime) -> int:
    """Forget drafts that were sent more than a day ago and have left; how many. What failed can be
    changed for as long as it is listed."""
    old = Draft.objects.filter(sent_at__lt=now - KEPT_SENT)
    return old.exclude(message__state__in=(*Message.WAITING, Message.FAILED)).delete()[0]


def _note_reason(message: Message, found: list[hurdles.Hurdle], reason: str) -> None:
    """Why it was sent all the same (XP-6), with the letter in the register."""
    entry = message.entry
    if entry is None:
        return
    codes = sorted({one.code for one in found if one.kind == hurdles.REASON})
    details = {**entry.details, "in_spite_of": codes, "reason": reason.strip()[:400]}
    Entry.objects.filter(pk=entry.pk).update(details=details)


def _keep(draft: Draft, now: datetime, *fields: str) -> Draft:
    """Write what the caller has just changed; the version was checked when the form came in."""
    draft.version += 1
    draft.saved_at = now
    draft.save(update_fields=[*fields, "version", "saved_at"])
    return draft


def _enclose(draft: Draft, rows: list[Enclosure]) -> None:
    for row in rows:
        row.draft = draft
    Enclosure.objects.bulk_create(rows)


def _of(found: Attachment) -> NewFile:
    return NewFile(found.name, found.type, file_bytes(found))
