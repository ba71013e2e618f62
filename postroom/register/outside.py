"""Pictures on the internet that a letter asks for: blocked, until a person says otherwise.

Shown once by a word in the address of the page, or always by a choice that is kept. Either way
the browser asks us, and we ask the internet (connections/pictures.py).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from postroom.clients.models import Client
from postroom.practice import audit
from postroom.practice.models import Member
from postroom.register.models import Entry, PictureChoice

ONCE, CLIENT, SENDER = "once", "client", "sender"
SECONDS = 3600  # that an address or a «show once» is good for
_SALT = "register.outside"


@dataclass(frozen=True)
class Outside:
    """A picture's web address -> the signed address of our own that gives it.

    A sandboxed frame sends no cookie, so the address itself is the proof (MODEL decision 17).
    """

    practice: str
    entry: int

    def __call__(self, address: str) -> str:
        said = [self.practice, self.entry, address]
        token = signing.dumps(said, salt=_SALT, compress=True)
        return reverse("register:outside", args=[self.practice, self.entry, token])


def asked_for(practice: str, entry: int, token: str) -> str | None:
    """The web address that such a token was made for within the hour; else None."""
    try:
        said: Any = signing.loads(token, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    return str(said[2]) if said[:2] == [practice, entry] else None


def once_token(practice: str, entry: int) -> str:
    """«Show them once»: without it, a link from elsewhere could have the pictures loaded."""
    return signing.dumps([practice, entry], salt=f"{_SALT}.once")


def shown_by(practice: str, entry: Entry, token: str = "") -> str:
    """Why this letter's pictures are shown: ONCE, CLIENT, SENDER; "" where they are blocked."""
    if is_once(practice, entry.pk, token):
        return ONCE
    found = _choices(entry).values_list("client", flat=True)
    if not (answers := list(found)):
        return ""
    return SENDER if None in answers else CLIENT


def offered(entry: Entry) -> list[str]:
    """For whom they may always be shown.

    From is a claim: a forged one would have its pictures loaded too. So only where the mail
    server confirmed it, or, for a client, where a person put the letter on the record.
    """
    known = [CLIENT] if entry.filing == Entry.RESOLVED and _is_sure(entry) else []
    return known + ([SENDER] if entry.verified and entry.sender_norm else [])


@transaction.atomic
def show_always(entry: Entry, what: str, *, by: Member, now: datetime) -> None:
    """From now on, for the clients whose record this letter is on, or for its sender. `what`
    must be offered."""
    fresh: dict[str, Any] = {"by": by, "at": now}
    practice = entry.practice_id
    choices = []
    if what == SENDER:
        choices = [{"practice_id": practice, "sender_norm": entry.sender_norm}]
    else:
        clients = Client.objects.open_to(by).filter(placements__entry=entry)
        choices = [{"practice_id": practice, "client": client} for client in clients]
    for choice in choices:
        row, made = PictureChoice.objects.get_or_create(**choice, defaults=fresh)
        if made:
            _note("show", row, by=by, now=now)


@transaction.atomic
def block_again(entry: Entry, *, by: Member, now: datetime) -> None:
    """Forget every choice by which this letter's pictures are shown."""
    for row in _choices(entry):
        _note("block", row, by=by, now=now)
        row.delete()


def _choices(entry: Entry) -> Any:
    """The choices that hold for this letter."""
    if not _is_sure(entry):
        return PictureChoice.objects.none()
    which = Q(client__placements__entry=entry)
    if entry.verified and entry.sender_norm:
        which |= Q(sender_norm=entry.sender_norm)
    return PictureChoice.objects.filter(which, practice=entry.practice_id).distinct()


def _is_sure(entry: Entry) -> bool:
    return entry.verified or entry.filed_by_id is not None


def is_once(practice: str, entry: int, token: str) -> bool:
    """Is it the word that shows this letter's pictures once?"""
    if not token:
        return False
    try:
        said: Any = signing.loads(token, salt=f"{_SALT}.once", max_age=SECONDS)
    except signing.BadSignature:
        return False
    return bool(said == [practice, entry])


def _note(action: str, row: PictureChoice, *, by: Member, now: datetime) -> None:
    data = {"client": row.client_id} if row.client_id else {}
    audit.record(row.practice_id, action, "pictures", row.pk, by=by, now=now, data=data)
